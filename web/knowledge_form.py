"""What is asked of the list of articles, as it stands in its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Self

from web.article_counts import Days

LONGEST = 300  # characters of a field
NEVER = "never"
COLUMNS = {
    "title": "Article",
    "advised": "Advised",
    "given": "Given",
    "confirmed": "Confirmed",
    "assumed": "Assumed",
    "open": "Open",
    "contradicted": "Contradicted",
    "abandoned": "Abandoned",
    "handed_on": "Handed on",
    "overridden": "Overridden",
    "failed": "Failed",
}
"""The columns, in their order; each can be sorted by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeForm:
    """The form, as it was typed."""

    q: str = ""
    since: str = ""  # a day
    until: str = ""  # a day, itself included
    show: str = ""  # never = the articles that were never offered
    sort: str = ""  # a column; empty = the worst first, or what was found best
    up: str = ""  # 1 = the smallest first

    @classmethod
    def asked(cls, values: Mapping[str, str]) -> Self:
        """The form of an address; what is missing is as in an empty one."""
        return cls(**{name: values[name][:LONGEST].strip() for name in asdict(cls()) if name in values})

    @property
    def narrowed(self) -> dict[str, str]:
        """The fields that say something."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def is_never(self) -> bool:
        """Whether articles that were never offered are asked for."""
        return self.show == NEVER

    @property
    def sorted_by(self) -> str | None:
        """The column that is sorted by; None = the order they come in."""
        return self.sort if self.sort in COLUMNS else None

    def by(self, column: str) -> Self:
        """The form sorted by a column; the other way round where it is already."""
        if self.sorted_by == column:
            return replace(self, up="" if self.up else "1")
        return replace(self, sort=column, up="1" if column == "title" else "")

    def changed(self, **fields: str) -> Self:
        """The form with other values in some fields."""
        return replace(self, **fields)

    def day(self, name: str) -> str:
        """What a field for days may be filled with: the day that was typed, nothing where it is none."""
        typed = str(getattr(self, name))
        return typed if _day(typed) is not None else ""

    def errors(self) -> dict[str, str]:
        """What is wrong, by field, each a sentence with the cure."""
        found = {
            name: "Write the day as 2026-06-25."
            for name in ("since", "until")
            if getattr(self, name) and _day(getattr(self, name)) is None
        }
        since, until = _day(self.since), _day(self.until)
        if since and until and since > until:
            found["until"] = "The last day must not be before the first."
        return found

    def days(self, zone: tzinfo) -> Days:
        """The time that is asked for; a day with an error asks for nothing."""
        until = _day(self.until)
        return Days(_midnight(_day(self.since), zone), _midnight(until + timedelta(days=1) if until else None, zone))


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _midnight(day: date | None, zone: tzinfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day is not None else None
