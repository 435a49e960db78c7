"""What tickets are about, and how that has changed against the time before; unknown topics are counted apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from advisor.insight.intervals import Difference, Share
from advisor.records.facts import Fact


@dataclass(frozen=True, slots=True)
class TopicTrend:
    """One topic."""

    topic: str
    now: Share  # of the tickets whose topic is known
    before: Share  # the same, in as long a time before
    change: Difference  # of the share
    answerable: Share  # of its tickets now, those for which an article reaches the floor


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics of a range, the commonest first, those gone since too."""

    tickets: int
    unknown: Share  # of all tickets now
    unknown_before: Share
    trends: tuple[TopicTrend, ...]


def topics(now: Iterable[Fact], before: Iterable[Fact], *, floor: float) -> Topics:
    """Count both times; `floor` is the least fit at which an article is worth giving to one who wants it."""
    counts, earlier, fitting = Counter[str | None](), Counter[str | None](), Counter[str | None]()
    for fact in now:
        counts[fact.topic] += 1
        fitting[fact.topic] += fact.p_resolve >= floor
    earlier.update(fact.topic for fact in before)
    tickets, tickets_before = counts.total(), earlier.total()
    unknown, unknown_before = counts.pop(None, 0), earlier.pop(None, 0)
    known, known_before = tickets - unknown, tickets_before - unknown_before
    names = sorted({*counts, *earlier} - {None}, key=lambda name: (-counts[name], -earlier[name], str(name)))
    return Topics(
        tickets=tickets,
        unknown=Share.of_counts(unknown, tickets),
        unknown_before=Share.of_counts(unknown_before, tickets_before),
        trends=tuple(
            _trend(str(name), (counts[name], known), (earlier[name], known_before), fitting[name]) for name in names
        ),
    )


def _trend(name: str, now: tuple[int, int], before: tuple[int, int], fitting: int) -> TopicTrend:
    share, share_before = Share.of_counts(*now), Share.of_counts(*before)
    answerable = Share.of_counts(fitting, now[0])
    return TopicTrend(name, share, share_before, Difference.between(share, share_before), answerable)
