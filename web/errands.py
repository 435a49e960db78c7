"""Work that may take a minute on a large archive: it goes on beside the pages, and whoever asks looks again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import monotonic
from typing import Generic, TypeVar

from advisor.errors import AdvisorError

log = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds that a page waits before it says that the work goes on
FAILED = "This failed; the log tells why. Try again."

T = TypeVar("T")


@dataclass(slots=True)
class Errand(Generic[T]):
    """One piece of work, and what came of it."""

    begun: float  # on the clock of the errands
    result: T | None = None  # None = not ready, or failed
    error: str | None = None  # why there is no result, as a sentence
    over: Event = field(default_factory=Event)

    @property
    def runs(self) -> bool:
        """Whether it still goes on."""
        return not self.over.is_set()


class Errands(Generic[T]):
    """Work of one kind: one piece at a time, the last one is remembered."""

    def __init__(self, *, patience: float = PATIENCE, clock: Callable[[], float] = monotonic) -> None:
        self._patience = patience
        self._clock = clock
        self._last: tuple[object, Errand[T]] | None = None
        self._turn = Lock()

    def do(self, work: Callable[[], T], *, of: object = None, lasts: float = 0.0) -> Errand[T]:
        """The piece of work that runs or, where it is `of` the same thing and no older than `lasts`, the last one.

        Where there is none, it is begun; it is waited for a short time.
        """
        with self._turn:
            known, errand = self._last if self._last is not None else (None, None)
            if errand is None or not (errand.runs or self._serves(errand, lasts, same=known == of)):
                errand = Errand(self._clock())
                self._last = of, errand
                Thread(target=_run, args=(errand, work), name="errand", daemon=True).start()
        errand.over.wait(self._patience)
        return errand

    def last(self) -> Errand[T] | None:
        """The last piece of work; None = there was none."""
        return self._last[1] if self._last is not None else None

    def forget(self) -> None:
        """Forget the last piece of work, unless it still runs."""
        with self._turn:
            if self._last is not None and not self._last[1].runs:
                self._last = None

    def _serves(self, errand: Errand[T], lasts: float, *, same: bool) -> bool:
        return same and errand.error is None and self._clock() - errand.begun < lasts


def _run(errand: Errand[T], work: Callable[[], T]) -> None:
    try:
        errand.result = work()
    except AdvisorError as error:
        text = str(error)
        errand.error = f"{text[:1].upper()}{text[1:]}."
    except Exception:  # whoever looks must not wait for ever
        log.exception("work beside the pages failed")
        errand.error = FAILED
    finally:
        errand.over.set()
