"""How long customers waited: for the first answer, and until their ticket was solved.

The first answer is when the helpdesk says so, else when the ticket was handled, which is an agent's first message where
nobody told it. Solved is when the helpdesk says so, and otherwise not known: an answer is no solution. Hours are those
of the clock; the promised time runs in opening hours, and whether it was kept is counted so (ideal.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from advisor.insight.intervals import Quantile
from advisor.records.facts import Fact

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long, in hours of the clock."""

    known: int
    unknown: int
    median: Quantile
    p90: Quantile  # nine of ten waited at most so long


@dataclass(frozen=True, slots=True)
class Waits:
    """Of some tickets."""

    tickets: int
    first: Wait  # until the first answer
    solved: Wait


@dataclass(frozen=True, slots=True)
class Times:
    """All tickets, and by moment of truth, the commonest first."""

    all: Waits
    moments: tuple[tuple[str, Waits], ...]


def times(facts: Iterable[Fact]) -> Times:
    """Count the waits of tickets."""
    first: dict[str, list[float | None]] = defaultdict(list)
    solved: dict[str, list[float | None]] = defaultdict(list)
    for fact in facts:
        first[fact.moment].append(hours(fact.at, fact.first_reply_at or fact.done_at))
        solved[fact.moment].append(hours(fact.at, fact.solved_at))
    moments = sorted(first, key=lambda moment: (-len(first[moment]), moment))
    whole = Waits(
        sum(map(len, first.values())),
        _wait([one for moment in moments for one in first[moment]]),
        _wait([one for moment in moments for one in solved[moment]]),
    )
    return Times(whole, tuple((one, Waits(len(first[one]), _wait(first[one]), _wait(solved[one]))) for one in moments))


def hours(came: datetime, done: datetime | None) -> float | None:
    """From the one to the other; None where it is not known, or cannot be: nobody is answered before writing."""
    if done is None or done < came:
        return None
    return (done - came) / HOUR


def _wait(found: list[float | None]) -> Wait:
    known = sorted(one for one in found if one is not None)
    return Wait(len(known), len(found) - len(known), Quantile.at(0.5, known), Quantile.at(0.9, known))
