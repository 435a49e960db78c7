"""Finds the parameters of the least loss; smooth losses of few parameters, by L-BFGS (Liu and Nocedal 1989)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch


def minimise(moving: Sequence[torch.Tensor], loss: Callable[[], torch.Tensor], *, most: int) -> None:
    """Move the parameters, in place, to where the loss is least, in at most so many iterations."""
    optimizer = torch.optim.LBFGS(list(moving), max_iter=most, line_search_fn="strong_wolfe")

    def measured() -> torch.Tensor:
        optimizer.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(measured)  # type: ignore[no-untyped-call]
