"""A stretch of time that figures are of: whole days on the clock of the experience file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Self

WEEK = timedelta(days=7)
MONTH = 28  # days: four whole weeks, so that two months hold the same weekdays


@dataclass(frozen=True, slots=True)
class Range:
    """From the beginning of `since` on, and before the beginning of `until`."""

    since: date
    until: date  # later than `since`
    zone: tzinfo

    def __post_init__(self) -> None:
        """ValueError where it holds no day."""
        if self.until <= self.since:
            raise ValueError(f"until must be later than since ({self.since}), was: {self.until}")

    @classmethod
    def week(cls, year: int, week: int, zone: tzinfo) -> Self:
        """A week by ISO 8601, Monday to Sunday. ValueError where the year has no such week."""
        monday = date.fromisocalendar(year, week, 1)
        return cls(monday, monday + WEEK, zone)

    @classmethod
    def week_of(cls, at: datetime, zone: tzinfo) -> Self:
        """The week that an instant lies in."""
        day = at.astimezone(zone).date()
        monday = day - timedelta(days=day.weekday())
        return cls(monday, monday + WEEK, zone)

    @classmethod
    def up_to(cls, at: datetime, zone: tzinfo, *, days: int = MONTH) -> Self:
        """So many days, the last of them that of an instant."""
        last = at.astimezone(zone).date() + timedelta(days=1)
        return cls(last - timedelta(days=days), last, zone)

    @property
    def days(self) -> int:
        """How many."""
        return (self.until - self.since).days

    @property
    def last(self) -> date:
        """The last day in it."""
        return self.until - timedelta(days=1)

    @property
    def before(self) -> Range:
        """As many days right before it."""
        return Range(self.since - (self.until - self.since), self.since, self.zone)

    @property
    def starts(self) -> datetime:
        """The first instant."""
        return datetime.combine(self.since, time(), self.zone)

    @property
    def ends(self) -> datetime:
        """The first instant after it."""
        return datetime.combine(self.until, time(), self.zone)

    @property
    def is_week(self) -> bool:
        """Whether it is a week, Monday to Sunday."""
        return self.days == WEEK.days and self.since.weekday() == 0

    @property
    def week_name(self) -> str:
        """`2026-W24`, of the week that it begins in."""
        year, week, _ = self.since.isocalendar()
        return f"{year}-W{week:02}"
