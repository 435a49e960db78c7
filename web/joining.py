"""A part of a thread joined with what the records know: what a helpdesk sends is often the newest message alone.

The records keep texts masked, without markup, quoted mail and signature: a joined thread is made of texts as they are
kept, with the new ones as they came behind them; what stands there already is not joined twice.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from advisor.reading.masking import mask
from advisor.reading.text import own_words
from advisor.records import Records
from advisor.records.tables import moment_of
from advisor.records.thread import ThreadMessage
from advisor.types import Channel, Message, Sender, Ticket
from web.helpdesks.model import TicketCame

FACTS = "subject, channel, created_at, status, priority, tags, assignee, first_reply_at, solved_at, csat, nps"
EARLIEST = datetime.min.replace(tzinfo=UTC)


def joined(records: Records, came: TicketCame, *, masked: bool) -> Ticket | None:
    """The whole ticket as it stands now; None where nothing has come that is not known.

    A ticket that came whole is taken as it is, unless it tells less of the thread than is known: helpdesks send a
    ticket's first message again when they say that it was made.
    """
    ticket = came.ticket
    known = records.thread(ticket.source, ticket.id)
    if not known or (came.whole and len(_messages(ticket)) >= len(known)):
        return ticket if not known or ticket.created_at is not None else _when_it_came(records, ticket)
    new = [message for message in _messages(ticket) if not _is_known(message, known, masked=masked)]
    if not new:
        return None
    thread = [*map(_message, known), *new]
    if all(message.at is not None for message in thread):
        thread.sort(key=lambda message: message.at or EARLIEST)
    return replace(_with_facts(records, ticket), body="", messages=tuple(thread))


def _when_it_came(records: Records, ticket: Ticket) -> Ticket:
    """The ticket with the time at which it came first, so that it is the same ticket when it is sent again."""
    return replace(ticket, created_at=_with_facts(records, ticket).created_at)


def _messages(ticket: Ticket) -> list[Message]:
    """The thread with the body as its first message."""
    body = ticket.body.strip()
    if not body or any(message.body.strip() == body for message in ticket.messages):
        return list(ticket.messages)
    return [Message(sender=Sender.CUSTOMER, body=ticket.body, at=ticket.created_at), *ticket.messages]


def _message(known: ThreadMessage) -> Message:
    return Message(sender=known.sender, body=known.text, author=known.author, at=known.at)


def _is_known(message: Message, known: Sequence[ThreadMessage], *, masked: bool) -> bool:
    """Whether somebody said the same, at the same time where both times are known."""
    words = own_words(message.body)
    text = mask(words).text if masked else words
    return any(
        one.sender is message.sender
        and one.text.strip() == text.strip()
        and (one.at is None or message.at is None or one.at == message.at)
        for one in known
    )


def _with_facts(records: Records, ticket: Ticket) -> Ticket:
    """The ticket; what it does not say stays as it is known."""
    with records.file.errors_named():
        sql = f"select {FACTS} from tickets where source = ? and ticket_id = ?"
        row = records.file.tables.execute(sql, [ticket.source, ticket.id]).fetchone()
    names = ("status", "priority", "assignee", "csat", "nps")
    before: dict[str, Any] = dict(zip(FACTS.split(", "), row, strict=True))
    facts: dict[str, Any] = {name: _or(getattr(ticket, name), before[name]) for name in names}
    for name in ("created_at", "first_reply_at", "solved_at"):
        facts[name] = _or(getattr(ticket, name), moment_of(before[name]))
    if before["created_at"]:
        facts["created_at"] = moment_of(before["created_at"])  # the same ticket was never made twice
    return replace(
        ticket,
        subject=ticket.subject or before["subject"],
        channel=Channel(before["channel"]),
        tags=ticket.tags or tuple(json.loads(before["tags"] or "[]")),
        **facts,
    )


def _or(new: object, before: object) -> object:
    return before if new is None else new
