"""What the outcomes can say about a threshold at all, settled without a look at which of them are wrong.

A log is what was sent under one file and one promise. It holds in proportion whatever is sent from its lowest
threshold up, and nothing below. So a threshold is tried on whole logs only: a ticket that happened to reach a bar which
was higher then says nothing of those that did not reach it and would be sent now.

Audits are of tickets that a person answered, and so of the less sure ones; they were drawn before anybody judged them,
since agents tell of the good ones. Where a log covers a threshold they fill in
what agents have kept back. Below all logs they alone speak, for the band between the threshold and the lowest one that
a log covers; both must pass then.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import Self

from advisor.decision.policy import Trial, Way

CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class Tally:
    """Tickets, and how many of them were wrong."""

    n: int
    wrong: int

    @property
    def share(self) -> float:
        """Of wrong ones; 0 where there is no ticket at all."""
        return self.wrong / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True)
class Log:
    """Tickets in the order of p, so that what any threshold sends is counted at once: p is never below the bar."""

    p: Sequence[float]  # rising
    wrong: Sequence[int]  # wrong[i] = among the tickets from place i on; one longer than p

    @classmethod
    def of(cls, trials: Iterable[Trial]) -> Self:
        """Put tickets in order."""
        rising = sorted((trial.p, trial.wrong) for trial in trials)
        wrong = list(accumulate((wrong for _, wrong in reversed(rising)), initial=0))
        return cls([p for p, _ in rising], wrong[::-1])

    def sent(self, threshold: float, below: float | None = None) -> Tally:
        """What is sent by a threshold, and would not be by the one called `below`; None = whatever is sent."""
        start = bisect_left(self.p, threshold)
        end = len(self.p) if below is None else max(start, bisect_left(self.p, below))
        return Tally(end - start, self.wrong[start] - self.wrong[end])


@dataclass(frozen=True, slots=True)
class Count:
    """One threshold on the tickets that may speak for it."""

    threshold: float
    tally: Tally
    band: bool  # only audits, of what lies between it and the logs


@dataclass(frozen=True, slots=True)
class Coverage:
    """From where on each log may speak."""

    lowest: dict[str, float]  # by log: the lowest threshold that it covers
    first: float | None  # the lowest candidate that any log covers; None = none does

    @classmethod
    def of(cls, trials: Iterable[Trial], thresholds: Sequence[float]) -> Self:
        """Where no ticket of a log had to reach more than today's bar, from the least sure one that was sent."""
        logs, _ = _by_log(trials)
        lowest = {
            under: max(trial.cover for trial in log) or min(trial.p for trial in log) for under, log in logs.items()
        }
        floor = min(lowest.values(), default=1.0)
        return cls(lowest, min((one for one in thresholds if one >= floor), default=None))

    def counts(self, trials: Iterable[Trial], thresholds: Sequence[float]) -> list[Count]:
        """Each threshold on the tickets that may speak for it; of none where nobody may."""
        found, audited = _by_log(trials)
        logs, audits = {under: Log.of(log) for under, log in found.items()}, Log.of(audited)
        return [self._count(threshold, logs, audits) for threshold in thresholds]

    def _count(self, threshold: float, logs: dict[str, Log], audits: Log) -> Count:
        if self.first is not None and threshold >= self.first:
            speaking = [log for under, log in logs.items() if self.lowest[under] <= threshold]
            tallies = [log.sent(threshold) for log in (*speaking, audits)]
            return Count(threshold, Tally(sum(one.n for one in tallies), sum(one.wrong for one in tallies)), band=False)
        if self.first is None and self.lowest:  # nobody speaks for what the logs hold
            return Count(threshold, Tally(0, 0), band=True)
        return Count(threshold, audits.sent(threshold, self.first), band=True)


def _by_log(trials: Iterable[Trial]) -> tuple[dict[str, list[Trial]], list[Trial]]:
    """The logs, and the audits."""
    logs, audits = defaultdict[str, list[Trial]](list), list[Trial]()
    for trial in trials:
        (audits if trial.way is Way.AUDITED else logs[trial.under]).append(trial)
    return logs, audits


def halves(trials: Sequence[Trial]) -> tuple[Sequence[Trial], Sequence[Trial]]:
    """The older half and the newer one, which has the odd ticket."""
    middle = len(trials) // 2
    return trials[:middle], trials[middle:]


def candidates(older: Sequence[Trial]) -> list[float]:
    """Thresholds that give 10 % to 100 % of these tickets an article, the highest first; fewer where they tie."""
    sure = sorted((trial.p for trial in older), reverse=True)
    places = [ceil(tenth * len(sure) / CANDIDATES) - 1 for tenth in range(1, CANDIDATES + 1)] if sure else []
    return list(dict.fromkeys(sure[max(0, place)] for place in places))


def counts(older: Sequence[Trial], newer: Sequence[Trial], *, on: Sequence[Trial]) -> list[Count]:
    """The candidates of the older half, counted on one of the halves or on both."""
    thresholds = candidates(older)
    return Coverage.of([*older, *newer], thresholds).counts(on, thresholds)
