"""What becomes known of a ticket after it was advised: its state, what agents wrote, and what was done.

All of it inside somebody's transaction. Nothing is read by a model: an agent's words change no advice.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import sqlite_utils

from advisor.records.outcomes import article_linked, handled_in, handled_of, keep_handled
from advisor.records.queued import still_waits
from advisor.records.rows import iso
from advisor.records.tables import Row, put
from advisor.records.waiting import MESSAGE
from advisor.types import Action, Channel, Handled, OtherMessage, Sender, Ticket

TICKET = "ticket"
"""Who told what was done, where the helpdesk's own ticket said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts:
    """Facts of a ticket that change; None = as before."""

    status: str | None = None
    assignee: str | None = None
    tags: tuple[str, ...] | None = None
    solved_at: datetime | None = None
    csat: float | None = None
    nps: float | None = None


def is_recorded(tables: sqlite_utils.Database, source: str, ticket_id: str) -> bool:
    """Whether there is such a ticket."""
    sql = "select 1 from tickets where source = ? and ticket_id = ?"
    return tables.execute(sql, [source, ticket_id]).fetchone() is not None


def tags_of(tables: sqlite_utils.Database, source: str, ticket_id: str) -> tuple[str, ...]:
    """The tags that a ticket has as far as is known."""
    sql = "select tags from tickets where source = ? and ticket_id = ?"
    row = tables.execute(sql, [source, ticket_id]).fetchone()
    return tuple(json.loads(row[0])) if row is not None and row[0] else ()


def change_ticket(tables: sqlite_utils.Database, source: str, ticket_id: str, facts: TicketFacts) -> list[str]:
    """Take over what is new; gives the names of what was changed."""
    row: Row = {field.name: getattr(facts, field.name) for field in fields(facts)}
    row |= {"tags": json.dumps(facts.tags, ensure_ascii=False) if facts.tags is not None else None}
    row |= {"solved_at": iso(facts.solved_at)}
    known = {name: value for name, value in row.items() if value is not None}
    changed = [name for name, value in known.items() if _put(tables, "tickets", name, value, source, ticket_id)]
    for name in ("status", "assignee"):
        if name in changed:
            _put(tables, "queue", name, known[name], source, ticket_id)
    if changed:
        still_waits(tables, source, ticket_id)
    return changed


def _put(tables: sqlite_utils.Database, table: str, column: str, value: object, source: str, ticket_id: str) -> bool:
    sql = f'update {table} set "{column}" = ? where source = ? and ticket_id = ? and "{column}" is not ?'
    return bool(tables.execute(sql, [value, source, ticket_id, value]).rowcount)


def join_messages(tables: sqlite_utils.Database, source: str, ticket_id: str, messages: Sequence[OtherMessage]) -> int:
    """Put what agents and systems wrote behind the thread; what stands in it already is left out. Gives how many."""
    joined = sum(_joined(tables, source, ticket_id, message) for message in messages if message.text)
    if joined:
        still_waits(tables, source, ticket_id)
    return joined


def _joined(tables: sqlite_utils.Database, source: str, ticket_id: str, message: OtherMessage) -> bool:
    key, at = [source, ticket_id], iso(message.at)
    sql = "select 1 from messages where source = ? and ticket_id = ? and sender = ? and text = ? and at is ?"
    if tables.execute(sql, [*key, message.sender.value, message.text, at]).fetchone() is not None:
        return False
    _keep_first(tables, key)
    sql = "select coalesce(max(number), -1) + 1 from messages where source = ? and ticket_id = ?"
    (number,) = tables.execute(sql, key).fetchone()
    row: Row = {"source": source, "ticket_id": ticket_id, "number": number, "sender": message.sender.value}
    row |= {"author": message.author, "at": at, "start": None, "end": None, "text": message.text}
    put(tables, "messages", row)
    return True


def _keep_first(tables: sqlite_utils.Database, key: list[str]) -> None:
    """Keep the customer's own text as a message where a ticket's messages were not kept apart so far."""
    sql = "select 1 from messages where source = ? and ticket_id = ?"
    if tables.execute(sql, key).fetchone() is not None:
        return
    sql = "select subject, text, created_at from tickets where source = ? and ticket_id = ?"
    subject, text, created = tables.execute(sql, key).fetchone()
    under = text.removeprefix(subject).lstrip()
    row: Row = {"source": key[0], "ticket_id": key[1], "number": 0, "sender": Sender.CUSTOMER.value, "author": None}
    put(tables, "messages", row | {"at": created, "start": len(text) - len(under), "end": len(text), "text": None})


def tell_done(tables: sqlite_utils.Database, ticket: Ticket, handled: Handled | None) -> Handled | None:
    """Keep what was done, as the helpdesk tells it, or else as the first message of an agent shows it.

    `ticket` holds the agent's messages that have just come. Gives what is newly known, None = nothing.
    """
    source, id = ticket.source, ticket.id
    shown = handled_in(tables, ticket)
    if shown is None and handled is None:
        return None
    article = article_linked(tables, ticket)
    if shown is None and handled is not None:
        keep_handled(tables, source, id, handled, TICKET, article=article)
    elif handled_of(tables, source, id) is not None:
        return None  # a later message changes nothing of what the first one was
    else:
        known = handled if handled is not None and handled.action is Action.SELF_SERVICE else shown
        keep_handled(tables, source, id, known or Handled(channel=Channel.EMAIL), MESSAGE, article=article)
    still_waits(tables, source, id)
    return handled_of(tables, source, id)
