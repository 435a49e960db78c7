"""Another experience file tried on the recorded tickets, beside the pages: the newest first, for a bounded time.

A trial is looked at by the one who began it. It decides stored evidence, so it needs no model; it is a thread and not a
process, since a second process would take longer to start than most archives take.
"""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event, Lock, Thread
from time import monotonic

from advisor.decision.drift import bound
from advisor.decision.experience import Experience
from advisor.decision.policy import costs_of
from advisor.decision.whatif import Tally, Told, Way, try_out
from advisor.records import Records
from advisor.records.advised import advised
from advisor.types import Promise

log = logging.getLogger(__name__)
SECONDS = 20.0
PART = 1_000  # tickets that are tried between two looks at the clock
MOST = 12  # trials that are remembered; the oldest goes
MOST_AT_ONCE = 2


class State(StrEnum):
    """How far a trial is."""

    RUNNING = "running"
    WHOLE = "whole"  # all recorded tickets were tried
    IN_PART = "in_part"  # the newest ones, until the time was over
    ENDED = "ended"  # by another one of the same person
    FAILED = "failed"


@dataclass(slots=True)
class Trial:
    """One file on the archive."""

    id: str
    by: str
    text: str
    begun: str  # state of the file when the text was begun
    began_as: str  # fingerprint of it
    experience: Experience
    of: int  # recorded tickets
    seen: int = 0
    state: State = State.RUNNING
    tally: Tally | None = None  # None = not ready
    over: Event = field(default_factory=Event)

    @property
    def percent(self) -> int:
        """How much of it is done."""
        return min(99, 100 * self.seen // self.of) if self.of else 0


class BusyError(Exception):
    """Others are trying files already."""


class Trials:
    """The trials of a running program."""

    def __init__(
        self, records: Records, *, seconds: float = SECONDS, part: int = PART, clock: Callable[[], float] = monotonic
    ) -> None:
        """`seconds` are what a trial may take, `part` the tickets between two looks at the clock."""
        self._records = records
        self._seconds = seconds
        self._part = part
        self._clock = clock
        self._known: OrderedDict[str, Trial] = OrderedDict()
        self._turn = Lock()

    def begin(self, text: str, experience: Experience, *, by: str, begun: str = "", began_as: str = "") -> Trial:
        """Begin a trial; one of the same person that still runs is ended. BusyError where two of others run."""
        tickets = self._records.counts()["tickets"]
        trial = Trial(secrets.token_urlsafe(12), by, text, begun, began_as, experience, tickets)
        with self._turn:
            running = [one for one in self._known.values() if one.state is State.RUNNING]
            if sum(one.by != by for one in running) >= MOST_AT_ONCE:
                raise BusyError
            for one in running:
                one.state = State.ENDED if one.by == by else one.state
            self._known[trial.id] = trial
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        Thread(target=self._run, args=(trial,), name="what-if", daemon=True).start()
        return trial

    def of(self, id: str, *, by: str) -> Trial | None:
        """A trial of one's own; None where it is forgotten, or another's."""
        trial = self._known.get(id)
        return trial if trial is not None and trial.by == by else None

    def wait(self, trial: Trial) -> None:
        """Wait until a trial is over."""
        trial.over.wait()

    def _run(self, trial: Trial) -> None:
        try:
            self._try(trial)
        except Exception:  # whoever looks must not wait for ever
            log.exception("the trial of an experience file failed")
            trial.state = State.FAILED
        finally:
            trial.over.set()

    def _try(self, trial: Trial) -> None:
        """Stretch by stretch, from the newest recorded tickets to the oldest."""
        promise = bound(self._records.promises.in_force() or Promise(), costs_of(trial.experience))
        parts = max(1, trial.of // self._part)
        end, whole = self._clock() + self._seconds, Tally()
        for part in reversed(range(parts)):
            whole.merge(try_out(self._told(part, parts), trial.experience, promise))
            trial.seen = whole.all.tickets
            if trial.state is State.ENDED:
                return
            if self._clock() > end and part:
                self._finish(trial, whole, State.IN_PART)
                return
        self._finish(trial, whole, State.WHOLE)

    def _finish(self, trial: Trial, whole: Tally, state: State) -> None:
        with self._turn:
            trial.tally = whole
            trial.state = state if trial.state is State.RUNNING else trial.state

    def _told(self, part: int, parts: int) -> Iterator[Told]:
        for one in advised(self._records.file, part=part, parts=parts):
            yield Told(one.evidence, Way(one.action, one.channel), one.queue, one.subject)
