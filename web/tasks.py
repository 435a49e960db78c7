"""Work of minutes that somebody begins from a page: it goes on beside the pages and tells how far it is."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

from advisor.errors import AdvisorError
from index.errors import KnowledgeError
from index.progress import Progress
from web.errands import FAILED
from web.tables import now

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(slots=True)
class Task(Generic[T]):
    """One piece of work; called as a `Progress`, it keeps how far it is."""

    by: str  # who began it
    begun: datetime
    what: str = "Beginning"
    done: int = 0
    of: int = 0  # steps of what is being done; 0 = not known
    result: T | None = None  # None = not ready, or failed
    error: str | None = None  # why it failed, as a sentence
    over: Event = field(default_factory=Event)

    def __call__(self, what: str, done: int, total: int) -> None:
        """Note how far it is."""
        self.what, self.done, self.of = what, done, total

    @property
    def runs(self) -> bool:
        """Whether it goes on."""
        return not self.over.is_set()

    @property
    def percent(self) -> int:
        """How much of what is being done now is done, 0 to 100."""
        return min(100, 100 * self.done // self.of) if self.of else 0


class Tasks(Generic[T]):
    """Work of one kind, one piece at a time; the last one is remembered."""

    def __init__(self) -> None:
        self._last: Task[T] | None = None
        self._turn = Lock()

    @property
    def last(self) -> Task[T] | None:
        """The last piece of work; None = there was none."""
        return self._last

    def begin(self, work: Callable[[Progress], T], *, by: str) -> Task[T] | None:
        """Begin a piece of work; None, and nothing begun, where one goes on."""
        with self._turn:
            if self._last is not None and self._last.runs:
                return None
            task: Task[T] = Task(by, now())
            self._last = task
        Thread(target=_run, args=(task, work), name="task", daemon=True).start()
        return task


def _run(task: Task[T], work: Callable[[Progress], T]) -> None:
    try:
        task.result = work(task)
    except (AdvisorError, KnowledgeError) as error:
        task.error = sentence(error)
    except Exception:  # whoever looks must not wait for ever
        log.exception("work beside the pages failed")
        task.error = FAILED
    finally:
        task.over.set()


def sentence(error: Exception) -> str:
    """What an error says, with a capital and a full stop."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
