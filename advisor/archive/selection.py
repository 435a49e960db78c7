"""Which rows of an archive are asked for: all, those since a day, or a sample that is like the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 20  # of the draw: the same sample of the same archive every time


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for."""

    since: datetime | None = None  # aware; rows before it are history only
    sample: int | None = None  # rows; None = all

    def is_late(self, at: datetime | None) -> bool:
        """Whether a row came late enough; one without a time did."""
        return self.since is None or at is None or at >= self.since

    def stratum(self, fields: Mapping[str, Any]) -> tuple[str, ...]:
        """In what a sample must be like the whole: source, channel, priority and month."""
        if self.sample is None:
            return ()
        month = str(fields.get("created_at") or "")[:7]
        return (month, *(str(fields.get(name) or "") for name in ("source", "channel", "priority")))

    @property
    def named(self) -> str:
        """Names it for a fingerprint."""
        return f"since {self.since.isoformat() if self.since else 'ever'}, sample {self.sample or 'all'}"


EVERYTHING = Selection()


def chosen(selection: Selection, late: NDArray[np.bool_], strata: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True for each row that is asked for."""
    if selection.sample is None or selection.sample >= int(late.sum()):
        return late
    wanted = np.zeros(len(late), bool)
    drawn = np.random.default_rng(SEED).random(len(late))
    places = np.flatnonzero(late)
    _, which = np.unique(strata[places], return_inverse=True)
    shares = allotted(np.bincount(which), selection.sample)
    by_draw = places[np.lexsort((drawn[places], which))]
    starts = np.concatenate([[0], np.cumsum(np.bincount(which))])
    for stratum, share in enumerate(shares.tolist()):
        wanted[by_draw[starts[stratum] : starts[stratum] + share]] = True
    return wanted


def allotted(sizes: NDArray[np.int64], sample: int) -> NDArray[np.int64]:
    """How many of each stratum: in proportion, by largest remainders (Hare-Niemeyer)."""
    exact = sizes * (sample / sizes.sum())
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    left = sample - int(whole.sum())
    largest = np.argsort(-(exact - whole), kind="stable")[:left]
    whole[largest] += 1
    return whole
