"""What figures need of tickets, in columns alone: one lean stream that decodes no evidence and no advice.

What stands in no column of its own is taken out of the stored advice by SQLite, which reads it faster than we would.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from advisor.records.past import CAME
from advisor.records.tables import RecordsFile, moment_of
from advisor.types import Action, Channel

COLUMNS = (
    f"r.source, r.ticket_id, t.customer, {CAME}, t.channel, r.moment, "
    "case when json_extract(r.json, '$.topic.known') then r.topic end, r.action, r.p_resolve, t.first_reply_at, "
    "t.solved_at, t.csat, t.nps, h.action, h.channel, h.at"
)
FACTS = (
    f"select {COLUMNS} from recommendations as r join tickets as t using (source, ticket_id) "
    "left join handled as h on h.source = r.source and h.ticket_id = r.ticket_id "
    "where not exists (select 1 from recommendations as later where later.source = r.source "
    "and later.ticket_id = r.ticket_id and later.revision > r.revision)"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A ticket by its newest advice and what was done."""

    source: str
    ticket_id: str
    customer: str  # key
    at: datetime  # aware; when it came
    came_by: Channel
    moment: str
    topic: str | None  # None = not known
    action: Action  # advised
    p_resolve: float  # 0 to 1
    first_reply_at: datetime | None
    solved_at: datetime | None
    csat: float | None
    nps: float | None  # 0 to 10
    done: Action | None  # None = not known
    done_by: Channel | None  # None = not known
    done_at: datetime | None  # None = not known


@dataclass(frozen=True, slots=True)
class Scale:
    """The least and the most that was ever given as csat: by them one tells which scale the helpdesk has."""

    least: float | None  # None = none was ever given
    most: float | None


def facts(file: RecordsFile, *, since: datetime, until: datetime) -> Iterator[Fact]:
    """The newest advice of every ticket that came from `since` on and before `until`, in no order."""
    sql = f"{FACTS} and julianday({CAME}) >= julianday(?) and julianday({CAME}) < julianday(?)"
    with file.errors_named():
        for row in file.tables.execute(sql, [since.isoformat(), until.isoformat()]):
            yield _fact(row)


def newest(file: RecordsFile, *, before: datetime | None = None) -> datetime | None:
    """When the newest ticket, or the newest before a time, came; None where there is none."""
    sql = (
        f"select {CAME} from tickets as t join recommendations as r using (source, ticket_id) "
        f"where ? is null or julianday({CAME}) < julianday(?) order by julianday({CAME}) desc limit 1"
    )
    limit = before.isoformat() if before is not None else None
    with file.errors_named():
        row = file.tables.execute(sql, [limit, limit]).fetchone()
    return moment_of(row[0]) if row is not None else None


def scale(file: RecordsFile) -> Scale:
    """The scale of all csat that was ever given."""
    with file.errors_named():
        return Scale(*file.tables.execute("select min(csat), max(csat) from tickets").fetchone())


def _fact(row: tuple[Any, ...]) -> Fact:
    (
        source, ticket_id, customer, at, came_by, moment, topic, action, p_resolve, first, solved, csat, nps, done,
        done_by, done_at,
    ) = row  # fmt: skip
    return Fact(
        source=source,
        ticket_id=ticket_id,
        customer=customer,
        at=moment_of(at) or datetime.min,
        came_by=Channel(came_by),
        moment=moment,
        topic=topic,
        action=Action(action),
        p_resolve=p_resolve,
        first_reply_at=moment_of(first),
        solved_at=moment_of(solved),
        csat=csat,
        nps=nps,
        done=Action(done) if done else None,
        done_by=Channel(done_by) if done_by else None,
        done_at=moment_of(done_at),
    )
