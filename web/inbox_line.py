"""Who waits where: those who add for the disk, and those who have time for the deliveries at the door."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock

from web.inbox_jobs import New


@dataclass(slots=True)
class Knock:
    """What one thread adds, and whether it was news."""

    new: Sequence[New]
    now: datetime
    over: bool = False
    taken: bool = False
    error: Exception | None = None


class Doorway:
    """Counts the deliveries that are being taken, so that those who have time can let them go first."""

    def __init__(self) -> None:
        self._gate = Lock()
        self._inside = 0
        self._free = Event()
        self._free.set()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """A delivery is being taken."""
        with self._gate:
            self._inside += 1
            self._free.clear()
        try:
            yield
        finally:
            with self._gate:
                self._inside -= 1
                if not self._inside:
                    self._free.set()

    def let_pass(self, seconds: float) -> None:
        """Wait until no delivery is being taken, so long at most."""
        self._free.wait(seconds)


@dataclass(slots=True)
class Line:
    """Those who wait for the disk; whoever has the turn writes for all."""

    gate: Lock = field(default_factory=Lock)
    turn: Lock = field(default_factory=Lock)
    waiting: list[Knock] = field(default_factory=list)
