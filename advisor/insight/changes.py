"""What changed against the time before: shares of both, and whether the change is clear of chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from advisor.insight.balance import Balance
from advisor.insight.compliance import Compliance
from advisor.insight.ideal import Gap, Part
from advisor.insight.intervals import Difference, Share
from advisor.insight.ledger import State
from advisor.insight.report import Report, Span
from advisor.insight.volumes import advised
from advisor.types import Action


class Figure(StrEnum):
    """A share that is watched from week to week."""

    HONOURED = "honoured"  # stated wishes, of those known
    AS_IDEAL = "as_ideal"  # tickets handled as the experience file says, of those known
    IN_TIME = "in_time"  # first answers within the promised time, of those known
    CONFIRMED = "confirmed"  # articles of which somebody said that they helped, of all that answered
    CONTRADICTED = "contradicted"  # articles after which the customer came back, of all that answered
    SATISFIED = "satisfied"  # of those who answered
    ARTICLES = "articles"  # tickets for which an article was advised, of all
    UNKNOWN_TOPIC = "unknown_topic"  # of all tickets


BETTER_UP = frozenset({Figure.HONOURED, Figure.AS_IDEAL, Figure.IN_TIME, Figure.CONFIRMED, Figure.SATISFIED})
BETTER_DOWN = frozenset({Figure.CONTRADICTED, Figure.UNKNOWN_TOPIC})


@dataclass(frozen=True, slots=True)
class Change:
    """One figure now and before."""

    figure: Figure
    now: Share
    before: Share
    difference: Difference

    @property
    def is_better(self) -> bool | None:
        """Whether it changed for the better; None = no clear change, or one that is neither good nor bad."""
        value = self.difference.value
        if value is None or not self.difference.is_clear or self.figure not in BETTER_UP | BETTER_DOWN:
            return None
        return (value > 0) is (self.figure in BETTER_UP)


def changes(found: Report) -> tuple[Change, ...]:
    """All figures of which there is something to tell, in their order."""
    now, before = dict(_figures(found.now)), dict(_figures(found.before))
    now[Figure.UNKNOWN_TOPIC], before[Figure.UNKNOWN_TOPIC] = found.topics.unknown, found.topics.unknown_before
    every = (
        Change(figure, now[figure], before[figure], Difference.between(now[figure], before[figure]))
        for figure in Figure
    )
    return tuple(one for one in every if one.now.of or one.before.of)


def whole(found: Compliance) -> Gap:
    """All moments of truth together."""
    summed = Gap()
    for gap in found.gaps.values():
        summed.tickets += gap.tickets
        for into, part in zip(_parts(summed), _parts(gap), strict=True):
            into.kept += part.kept
            into.known += part.known
    return summed


def _parts(gap: Gap) -> tuple[Part, ...]:
    return gap.all, gap.channel, gap.in_time, gap.person


def _figures(span: Span) -> Iterator[tuple[Figure, Share]]:
    ideal = whole(span.compliance)
    yield Figure.HONOURED, span.compliance.all.share
    yield Figure.AS_IDEAL, ideal.all.share
    yield Figure.IN_TIME, ideal.in_time.share
    yield Figure.CONFIRMED, became(span.outcomes, State.CONFIRMED)
    yield Figure.CONTRADICTED, became(span.outcomes, State.CONTRADICTED)
    yield Figure.SATISFIED, span.ratings.csat.satisfied or Share.of_counts(0, 0)
    yield Figure.ARTICLES, advised(span.volumes, Action.SELF_SERVICE)


def became(found: Balance, state: State) -> Share:
    """How many of the tickets that self-service answered are in a state."""
    return Share.of_counts(found.states[state], found.answered)
