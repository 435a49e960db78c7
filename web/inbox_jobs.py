"""What stands in the inbox: jobs as they come, as they are lent, and as they are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from advisor.errors import AdvisorError

DELIVERIES = "deliveries"  # the queue of what helpdesks send


class State(StrEnum):
    """How a job stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    IGNORED = "ignored"  # nothing was to be done; the result says why
    SET_ASIDE = "set_aside"  # failed too often, until somebody replays or discards it
    DISCARDED = "discarded"


class BusyError(AdvisorError):
    """Nothing could be stored in time: come again."""


class LostError(AdvisorError):
    """A job was lent to another worker meanwhile; what this one has written is undone."""


class NotKeptError(AdvisorError):
    """A job that is not there, or of which nothing is left to be done again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whom a job is about, by which it is found and erased."""

    source: str | None = None
    ticket_id: str | None = None
    customer: str | None = None  # the key under which the records know them


@dataclass(frozen=True, slots=True)
class New:
    """A job to be kept."""

    queue: str
    key: str  # unique in its queue
    group: str  # jobs of a group are done in their order, one at a time; "" = of no group
    payload: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    about: About | None = None
    ignored: str | None = None  # why nothing is to be done: it is kept to be shown, and never lent
    due: datetime | None = None  # None = at once


@dataclass(frozen=True, slots=True)
class Job:
    """A job that was lent to a worker."""

    id: int
    queue: str
    key: str
    group: str
    payload: bytes
    headers: Mapping[str, str]
    tries: int  # this one included
    added: datetime
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A job as it is shown."""

    id: int
    queue: str
    key: str
    group: str
    state: State
    added: datetime
    due: datetime
    tries: int
    worker: str | None
    error: str | None  # of the last try
    result: str | None
    ended: datetime | None
    source: str | None
    ticket_id: str | None
    has_payload: bool
    size: int  # bytes
    payload: bytes
    headers: Mapping[str, str]
    again: int  # how often it came again, and was left


@dataclass(frozen=True, slots=True)
class Patience:
    """How often the jobs of a queue are tried, and how long they wait in between."""

    most: int  # tries
    first: timedelta
    longest: timedelta

    def wait(self, tries: int, chance: float) -> timedelta:
        """Four times as long after each try, half of it to one and a half by chance (0 to 1)."""
        seconds = min(self.first.total_seconds() * 4 ** (tries - 1), self.longest.total_seconds())
        return timedelta(seconds=seconds * (0.5 + chance))


USUAL = Patience(5, timedelta(seconds=2), timedelta(minutes=5))
PATIENCE: Mapping[str, Patience] = {
    DELIVERIES: USUAL,
    "write_back": Patience(10, timedelta(seconds=5), timedelta(hours=1)),
    "events_out": Patience(12, timedelta(seconds=5), timedelta(hours=12)),
}
"""By queue; others have the usual one."""


def patience_of(queue: str) -> Patience:
    """How patient a queue is."""
    return PATIENCE.get(queue, USUAL)


def job_of(row: tuple[Any, ...]) -> Job:
    """A row as a job that is lent."""
    id, queue, key, group, payload, headers, tries, added, worker = row
    return Job(
        id, queue, key, group, bytes(payload or b""), json.loads(headers), tries, datetime.fromisoformat(added), worker
    )


def kept_of(row: tuple[Any, ...]) -> Kept:
    """A row as a job that is shown."""
    names = (
        "id", "queue", "key", "group", "state", "added", "due", "tries", "worker", "error", "result", "ended", "source",
        "ticket_id", "size", "payload", "headers", "again",
    )  # fmt: skip
    fields = dict(zip(names, row, strict=True))
    fields |= {name: datetime.fromisoformat(fields[name]) for name in ("added", "due")}
    fields["ended"] = datetime.fromisoformat(fields["ended"]) if fields["ended"] else None
    fields |= {"state": State(fields["state"]), "headers": json.loads(fields["headers"])}
    has_payload = fields["payload"] is not None
    fields |= {"payload": bytes(fields["payload"] or b""), "size": fields["size"] or 0, "has_payload": has_payload}
    return Kept(**fields)
