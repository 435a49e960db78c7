"""Which days a report is of: what is typed, what is wrong with it, and the stretches that people ask for most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Self

from advisor.insight.ranges import MONTH, Range

LONGEST = 40  # characters of a field
MOST_DAYS = 3 * 366
YEARS = range(2000, 2101)
WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
DAY_RULE = "Write the day as 2026-06-25."
WEEK_RULE = "Write a week of a year, such as 2026-W23."


@dataclass(frozen=True, slots=True)
class RangeForm:
    """The fields as they were typed; a day is in the range, the last one too."""

    since: str = ""
    until: str = ""
    week: str = ""

    @classmethod
    def asked(cls, given: Mapping[str, str]) -> Self:
        """The fields of a request."""
        return cls(*(given.get(name, "").strip()[:LONGEST] for name in ("since", "until", "week")))

    @classmethod
    def of(cls, range_: Range) -> Self:
        """The form that asks for a range."""
        if range_.is_week:
            return cls(week=range_.week_name)
        return cls(since=range_.since.isoformat(), until=range_.last.isoformat())

    @property
    def query(self) -> dict[str, str]:
        """What is asked, for an address."""
        every = {"since": self.since, "until": self.until, "week": self.week}
        return {name: typed for name, typed in every.items() if typed}

    def errors(self) -> dict[str, str]:
        """What is wrong, by field, each a sentence with the cure."""
        if self.week:
            if self.since or self.until:
                return {"week": "Ask for a week or for days, not for both: empty one of them."}
            return {} if _week(self.week) else {"week": WEEK_RULE}
        days = {"since": self.since, "until": self.until}
        found = {name: DAY_RULE for name, typed in days.items() if typed and _day(typed) is None}
        missing = [name for name, typed in days.items() if not typed]
        if len(missing) == 1:
            found[missing[0]] = f"Write the {'first' if missing == ['since'] else 'last'} day, too."
        return found or self._order()

    def range(self, zone: tzinfo) -> Range | None:
        """The days; None where nothing is asked for, which is: the usual ones. Only where there is no error."""
        if self.week:
            monday = _week(self.week)
            return Range(monday, monday + timedelta(days=7), zone) if monday is not None else None
        since, until = _day(self.since), _day(self.until)
        return Range(since, until + timedelta(days=1), zone) if since is not None and until is not None else None

    def _order(self) -> dict[str, str]:
        since, until = _day(self.since), _day(self.until)
        if since is None or until is None:
            return {}
        if until < since:
            return {"until": "The last day must not be before the first."}
        if (until - since).days >= MOST_DAYS:
            return {"until": "At most three years can be looked at: choose a later first day, or an earlier last one."}
        return {}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days that one click asks for."""

    name: str
    query: Mapping[str, str]
    here: bool  # whether these are the days that are shown


def stretches(today: date, zone: tzinfo, shown: Range | None) -> list[Stretch]:
    """Those that people ask for most; `shown` is what the page is of."""
    return [Stretch(name, RangeForm.of(one).query, one == shown) for name, one in _named(today, zone)]


def beside(range_: Range) -> Iterator[tuple[str, Mapping[str, str]]]:
    """As many days before a range, and as many after it."""
    step = range_.until - range_.since
    for name, one in (("before", range_.before), ("after", Range(range_.until, range_.until + step, range_.zone))):
        if one.since.year in YEARS and one.last.year in YEARS:
            yield name, RangeForm.of(one).query


def last_week(today: date, zone: tzinfo) -> Range:
    """The last whole week."""
    monday = today - timedelta(days=today.weekday())
    return Range(monday - timedelta(days=7), monday, zone)


def _named(today: date, zone: tzinfo) -> Iterator[tuple[str, Range]]:
    whole = last_week(today, zone)
    yield "This week", Range(whole.until, whole.until + timedelta(days=7), zone)
    yield "Last week", whole
    yield "Last 30 days", Range(today - timedelta(days=29), today + timedelta(days=1), zone)
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    before = first - timedelta(days=1)
    yield "This quarter", Range(first, _quarter_after(first), zone)
    yield "Last quarter", Range(date(before.year, before.month - 2, 1), first, zone)


def _quarter_after(first: date) -> date:
    return date(first.year + 1, 1, 1) if first.month > 9 else date(first.year, first.month + 3, 1)


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _week(typed: str) -> date | None:
    """The Monday of a week."""
    found = WEEK.fullmatch(typed)
    if found is None or int(found[1]) not in YEARS:
        return None
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        return None


USUAL = f"The last {MONTH} days with tickets"
