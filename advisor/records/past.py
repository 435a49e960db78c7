"""Tickets as they were advised, read in one stream for figures over many: the newest advice of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from advisor.records.tables import RecordsFile, moment_of
from advisor.types import Action, Cause, Channel, Evidence, Handled, PromiseState, Recommendation, WishSource
from advisor.wire import evidence_from_json

COLUMNS = (
    "r.source, r.ticket_id, r.revision, t.customer, t.account, c.persona, t.created_at, r.at, t.channel, t.status, "
    "t.subject, t.first_reply_at, t.solved_at, t.csat, t.nps, r.action, r.channel, r.reason, r.moment, r.topic, "
    "r.queue, r.needed, r.p_resolve, r.promise, r.experience, r.promise_id, e.json, r.json, h.action, h.channel, "
    "h.handled_by, h.at, h.reason, h.told_by, h.article, h.ticket_id"
)
CAME = "coalesce(t.created_at, r.at)"
"""When a ticket came; when it was advised, where it came without a time."""

PAST = (
    f"select {COLUMNS} from recommendations as r "
    "join evidence as e using (source, ticket_id, revision) "
    "join tickets as t using (source, ticket_id) "
    "left join customers as c on c.source = t.source and c.id = t.customer "
    "left join handled as h on h.source = r.source and h.ticket_id = r.ticket_id "
    "where not exists (select 1 from recommendations as later where later.source = r.source "
    "and later.ticket_id = r.ticket_id and later.revision > r.revision)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A ticket with its newest advice and what was really done."""

    source: str
    ticket_id: str
    revision: int
    customer: str  # key
    account: str | None  # key
    persona: str | None
    created_at: datetime  # aware; when it was advised, where it came without a time
    came_by: Channel
    status: str | None
    subject: str
    first_reply_at: datetime | None
    solved_at: datetime | None
    csat: float | None
    nps: float | None  # 0 to 10
    action: Action
    channel: Channel | None
    reason: str  # code of the deciding one
    moment: str
    topic: str | None
    queue: str
    needed: float
    p_resolve: float
    promise: PromiseState
    experience: str
    promise_id: str
    evidence_json: str
    recommendation_json: str
    handled: Handled | None  # None = nothing is known
    told_by: str | None  # ticket, message, import or agent
    sent: str | None  # id of the article that an agent sent; None = it is not known which

    def evidence(self) -> Evidence:
        """All that was known when it was decided."""
        return evidence_from_json(self.evidence_json)

    @property
    def tried_nothing(self) -> bool:
        """Whether nothing was tried before that did not help; not decoded: within a text these marks are escaped."""
        return '"failures":[]' in self.evidence_json

    def recommendation(self) -> Recommendation:
        """The advice, without the id and revision of its record."""
        return msgspec.json.decode(self.recommendation_json, type=Recommendation)


def past(
    file: RecordsFile,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    of: tuple[str, WishSource, str] | None = None,
) -> Iterator[Past]:
    """The newest advice of every ticket, by the time of the ticket; `of` takes those of one customer or account."""
    sql, values = PAST, list[str]()
    if of is not None:
        mine = f"select source, ticket_id from tickets where source = ? and {of[1].value} = ?"
        sql += f" and (r.source, r.ticket_id) in ({mine})"
        values += [of[0], of[2]]
    for sign, day in ((">=", since), ("<", until)):
        if day is not None:
            sql += f" and julianday({CAME}) {sign} julianday(?)"
            values.append(day.isoformat())
    with file.errors_named():
        order = f" order by julianday({CAME}), r.source, r.ticket_id"
        for row in file.tables.execute(sql + order, values):
            yield _past(row)


def _past(row: tuple[Any, ...]) -> Past:
    (
        source, ticket_id, revision, customer, account, persona, created, at, came_by, status, subject, first, solved,
        csat, nps, action, channel, reason, moment, topic, queue, needed, p_resolve, promise, experience, promise_id,
        evidence, recommendation, done, way, by, done_at, why, told_by, sent, known,
    ) = row  # fmt: skip
    return Past(
        source=source,
        ticket_id=ticket_id,
        revision=revision,
        customer=customer,
        account=account,
        persona=persona,
        created_at=moment_of(created) or moment_of(at) or datetime.min.replace(tzinfo=UTC),
        came_by=Channel(came_by),
        status=status,
        subject=subject,
        first_reply_at=moment_of(first),
        solved_at=moment_of(solved),
        csat=csat,
        nps=nps,
        action=Action(action),
        channel=Channel(channel) if channel else None,
        reason=reason,
        moment=moment,
        topic=topic,
        queue=queue,
        needed=needed,
        p_resolve=p_resolve,
        promise=PromiseState(promise),
        experience=experience,
        promise_id=promise_id,
        evidence_json=evidence,
        recommendation_json=recommendation,
        handled=handled_from(done, way, by, done_at, why) if known is not None else None,
        told_by=told_by,
        sent=sent,
    )


def handled_from(action: object, channel: object, by: object, at: object, reason: object) -> Handled:
    """What was done, of the columns of `handled`."""
    return Handled(
        action=Action(str(action)) if action else None,
        channel=Channel(str(channel)) if channel else None,
        by=str(by) if by else None,
        at=moment_of(str(at)) if at else None,
        reason=Cause(str(reason)) if reason else None,
    )
