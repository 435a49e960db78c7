"""Keeps the queue true: one row a ticket, in columns, of all by which a page shows, filters and sorts it.

Account and persona are as the advice saw them; the customer's name stands in `customers` alone and is joined. What is
searched stands in `queue_text`, under the row's id.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import sqlite_utils

from advisor.records.rows import account_key, label
from advisor.records.tables import Row, moment_of
from advisor.records.waiting import waits
from advisor.records.words import keep_words
from advisor.types import Account, Evidence, ReasonCode, Recommendation, Stance, WishChannel, WishSource

NEVER = "9999-12-31T23:59:59Z"
"""Stands for no time to respond by, so that it sorts last."""

NEAR = 0.1  # of p_resolve to what was needed: it might have gone the other way
SURE_MOMENT = 0.5
_RULES = {
    ReasonCode.EMPTY: "not_to_be_read",
    ReasonCode.UNREADABLE: "not_to_be_read",
    ReasonCode.UNKNOWN_LANGUAGE: "not_to_be_read",
    ReasonCode.REFUSES: "refuses_self_service",
    ReasonCode.PERSONA: "persona_default",
    ReasonCode.NO_CHANNEL_LEFT: "only_self_service_left",
}
"""The rules whose name is another than their reason's."""

FILL = (
    "select r.source, r.ticket_id, r.json, r.revision, e.json from recommendations as r "
    "join evidence as e using (source, ticket_id, revision) join tickets as t using (source, ticket_id) "
    "where not exists (select 1 from recommendations as later where later.source = r.source "
    "and later.ticket_id = r.ticket_id and later.revision > r.revision) order by r.rowid"
)


NOBODY = Account()


@dataclass(frozen=True, slots=True)
class Seen:
    """What the queue takes from the evidence; of stored evidence it reads nothing else."""

    at: datetime
    account: Account = NOBODY
    persona: str | None = None

    @classmethod
    def of(cls, evidence: Evidence) -> Seen:
        """The same of evidence at hand."""
        return cls(evidence.at, evidence.account, evidence.persona)


def fill(tables: sqlite_utils.Database) -> None:
    """Put every ticket that has an advice in the queue, in the order of the advices."""
    seen, advices = msgspec.json.Decoder(Seen), msgspec.json.Decoder(Recommendation)
    for source, ticket_id, advice, revision, evidence in tables.execute(FILL):
        keep_queued(tables, (source, ticket_id), advices.decode(advice), seen.decode(evidence), revision=revision)


def keep_queued(
    tables: sqlite_utils.Database, key: tuple[str, str], advice: Recommendation, seen: Seen, *, revision: int
) -> None:
    """Bring a ticket's row up to date, once the ticket itself and what was done are kept; `key` = source and id."""
    tables.execute("delete from queue_signals where source = ? and ticket_id = ?", key)
    for kind in sorted({signal.kind.value for signal in advice.signals}):
        tables.execute("insert into queue_signals (source, ticket_id, kind) values (?, ?, ?)", [*key, kind])
    row: Row = {"source": key[0], "ticket_id": key[1]}
    row |= _advised(advice, revision) | _seen(seen) | _of_ticket(tables, *key, seen)
    columns = ", ".join(f'"{column}"' for column in row)
    marks = ", ".join("?" * len(row))
    news = ", ".join(f'"{column}" = excluded."{column}"' for column in row if column not in ("source", "ticket_id"))
    sql = f"insert into queue ({columns}) values ({marks}) on conflict (source, ticket_id) do update set {news}"
    tables.execute(sql, list(row.values()))
    keep_words(tables, *key)


def still_waits(tables: sqlite_utils.Database, source: str, ticket_id: str) -> None:
    """See again whether a ticket waits, once something was done or became of it."""
    sql = "update queue set open = ? where source = ? and ticket_id = ?"
    tables.execute(sql, [int(waits(tables, source, ticket_id)), source, ticket_id])


def _advised(advice: Recommendation, revision: int) -> Row:
    reason = advice.reasons[0]
    return {
        "revision": revision,
        "action": advice.action.value,
        "channel": advice.channel.value if advice.channel is not None else None,
        "topic": advice.topic.label if advice.topic.known else None,
        "moment": label(advice.moment),
        "tone": label(advice.tones[0]) if advice.tones else None,
        "severity": float(advice.severity),
        "language": advice.language,
        "reason": reason.code.value,
        "why": reason.text,
        "rule": rule_of(advice),
        "unmet": int(bool(advice.unmet)),
        "unsure": int(is_unsure(advice)),
        "queue": advice.queue,
        "notify": json.dumps(advice.notify, ensure_ascii=False),
        "respond_by": utc_text(advice.respond_by) if advice.respond_by is not None else NEVER,
        "signals": "".join(f" {kind} " for kind in sorted({signal.kind.value for signal in advice.signals})),
        "p_resolve": advice.p_resolve,
        "needed": advice.needed,
    }


def _seen(seen: Seen) -> Row:
    account = seen.account
    return {
        "persona": seen.persona,
        "account": account_key(account),
        "licences": account.licences,
        "plan": account.plan,
        "renews_on": account.renews_on.isoformat() if account.renews_on is not None else None,
        "monthly_revenue": account.monthly_revenue,
        "manager": account.manager,
    }


def _of_ticket(tables: sqlite_utils.Database, source: str, ticket_id: str, seen: Seen) -> Row:
    sql = (
        "select subject, customer, channel, created_at, assignee, priority, status from tickets "
        "where source = ? and ticket_id = ?"
    )
    subject, customer, came_by, created, *rest = tables.execute(sql, [source, ticket_id]).fetchone()
    at = utc_text(moment_of(created) or seen.at)
    row = {"subject": subject, "customer": customer, "came_by": came_by, "came_at": at}
    row |= dict(zip(("assignee", "priority", "status"), rest, strict=True))
    return row | {"open": int(waits(tables, source, ticket_id))}


def is_unsure(advice: Recommendation) -> bool:
    """Whether the advice hung by little: p_resolve near what was needed, an unlikely moment, or an unknown topic."""
    near = advice.needed < 1 and abs(advice.p_resolve - advice.needed) <= NEAR + 1e-9
    return near or advice.moment.probability < SURE_MOMENT or not advice.topic.known


def rule_of(advice: Recommendation) -> str:
    """The rule that the deciding reason belongs to, by its name in the decision."""
    code = advice.reasons[0].code
    if code is not ReasonCode.NOTHING_ANSWERS:
        return _RULES.get(code, code.value)
    in_ticket = any(
        wish.source is WishSource.TICKET and wish.channel is WishChannel.SELF_SERVICE and wish.stance is Stance.WANTS
        for wish in advice.wishes
    )
    return "wants_self_service" if in_ticket else "wants_self_service_on_file"


def utc_text(at: datetime) -> str:
    """A time as UTC to the second; such texts sort as their times do."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
