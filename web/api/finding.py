"""What several operations look up alike: a recorded ticket, a time that can be stored, whole days of a range."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated

from msgspec import Meta

from advisor.errors import RecordsError
from advisor.insight.ranges import Range
from advisor.insight.report import range_of
from advisor.records import Stored
from advisor.records.outcomes import SKEW
from web.api.operation import Api
from web.api.problems import ProblemError, invalid, not_found

YEARS = (1970, 2199)
Time = Annotated[datetime, Meta(tz=True, description="With its offset, such as 2026-03-01T09:30:00Z.")]
Words = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=10_000)]


def stored_ticket(api: Api, path: Mapping[str, str]) -> Stored:
    """The recorded ticket that an address names; ProblemError where there is none."""
    source, id = path["source"], path["ticket_id"]
    stored = api.desk.records.last(id, source=source)
    if stored is None:
        raise not_found(f"no ticket {id} of {source} is recorded")
    return stored


def storable(at: datetime, field: str) -> datetime:
    """A time in UTC; ProblemError where it lies beyond what is stored."""
    if not YEARS[0] <= at.year <= YEARS[1]:
        raise invalid(field, f"{field} must be a time between {YEARS[0]} and {YEARS[1]}, was in {at.year}")
    return at.astimezone(UTC)


def happened(at: datetime | None, stored: Stored, field: str, *, now: datetime) -> datetime:
    """When something was done with a ticket, else `now`; ProblemError where it cannot have been then."""
    if at is None:
        return now
    at, came = storable(at, field), stored.created_at or stored.evidence.at
    if at < came:
        raise invalid(field, f"{field} must not be before the ticket came ({came.isoformat()}), was: {at.isoformat()}")
    if at > now + SKEW:
        raise invalid(field, f"{field} must not be still to come, was: {at.isoformat()}")
    return at


def range_from(api: Api, since: date | None, until: date | None) -> Range:
    """The days that are asked for; without any the four weeks up to the newest ticket."""
    experience, now = api.desk.experience, api.now()
    for field, day in (("since", since), ("until", until)):
        if day is not None and not YEARS[0] <= day.year <= YEARS[1]:
            raise invalid(field, f"{field} must be a day between {YEARS[0]} and {YEARS[1]}, was: {day}")
    newest = range_of(api.desk.records, experience) or Range.up_to(now, experience.zone)
    if since is None and until is None:
        return newest
    last = until or max(newest.until, date.fromordinal((since or newest.since).toordinal() + 1))
    first = since or date.fromordinal(last.toordinal() - newest.days)
    try:
        return Range(first, last, experience.zone)
    except ValueError as error:
        raise invalid("until", str(error)) from error


def as_problem(error: RecordsError, field: str) -> ProblemError:
    """What the records refuse, as a problem of what was sent."""
    return invalid(field, str(error))
