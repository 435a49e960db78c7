"""How many tickets came, day by day or week by week, by channel, moment of truth and action advised.

They are all tickets that were recorded, not a sample, so a count has no interval; a share of them has one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from advisor.insight.intervals import Share
from advisor.insight.ranges import Range
from advisor.records.facts import Fact
from advisor.types import Action

MOST_DAYS = 35  # of a range that is counted by day


class By(StrEnum):
    """What volumes are split by."""

    CHANNEL = "channel"  # by which they came
    MOMENT = "moment"
    ACTION = "action"  # advised


@dataclass(frozen=True, slots=True)
class Volume:
    """One day, or one week."""

    since: date
    tickets: int
    split: Mapping[By, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Volumes:
    """All of a range."""

    range: Range
    weekly: bool  # a row a week, from the first day of the range on; otherwise a row a day
    tickets: int
    groups: Mapping[By, tuple[tuple[str, Share], ...]]  # the largest first; of all tickets
    rows: tuple[Volume, ...]  # one for every day or week, those without a ticket too


def volumes(facts: Iterable[Fact], range_: Range) -> Volumes:
    """Count the tickets of a range; each must lie in it."""
    weekly = range_.days > MOST_DAYS
    step = 7 if weekly else 1
    counts: list[dict[By, Counter[str]]] = [
        {by: Counter() for by in By} for _ in range(0, range_.days, step)
    ]  # a row a step, the last of a weekly range shorter
    for fact in facts:
        day = (fact.at.astimezone(range_.zone).date() - range_.since).days
        row = counts[day // step]
        row[By.CHANNEL][fact.came_by.value] += 1
        row[By.MOMENT][fact.moment] += 1
        row[By.ACTION][fact.action.value] += 1
    return Volumes(
        range=range_,
        weekly=weekly,
        tickets=sum(row[By.ACTION].total() for row in counts),
        groups={by: _groups(counts, by) for by in By},
        rows=tuple(
            Volume(range_.since + timedelta(days=step * place), row[By.ACTION].total(), row)
            for place, row in enumerate(counts)
        ),
    )


def advised(found: Volumes, action: Action) -> Share:
    """How many tickets of a range were advised so."""
    shares = dict(found.groups[By.ACTION])
    return shares.get(action.value, Share.of_counts(0, found.tickets))


def _groups(counts: list[dict[By, Counter[str]]], by: By) -> tuple[tuple[str, Share], ...]:
    whole = Counter[str]()
    for row in counts:
        whole.update(row[by])
    ordered = sorted(whole.items(), key=lambda one: (-one[1], one[0]))
    return tuple((name, Share.of_counts(count, whole.total())) for name, count in ordered)
