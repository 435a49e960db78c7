"""The thread of a ticket, message by message: the customer's as stretches of the stored text, others' beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlite_utils

from advisor.records.rows import iso
from advisor.records.tables import RecordsFile, Row, moment_of, put
from advisor.types import Document, Sender, Span, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMessage:
    """One message as it is shown: masked, without markup, quoted mail and signature."""

    number: int  # from 0, the oldest first
    sender: Sender
    author: str | None  # None = the customer of the ticket, or an agent without a name
    at: datetime | None  # None = not known
    text: str
    span: Span | None  # where it stands in the ticket's stored text; None = it is not the customer's


def keep_thread(tables: sqlite_utils.Database, ticket: Ticket, document: Document) -> None:
    """Keep the messages of a ticket in the place of those that were there."""
    tables.execute("delete from messages where source = ? and ticket_id = ?", [ticket.source, ticket.id])
    for number, row in enumerate(_rows(document)):
        put(tables, "messages", {"source": ticket.source, "ticket_id": ticket.id, "number": number} | row)


def thread(file: RecordsFile, source: str, ticket_id: str) -> list[ThreadMessage]:
    """The messages of a ticket, the oldest first; where none were kept, all its text as one. Empty: no such ticket."""
    key = [source, ticket_id]
    with file.errors_named():
        sql = "select text, subject, created_at from tickets where source = ? and ticket_id = ?"
        ticket = file.tables.execute(sql, key).fetchone()
        sql = (
            'select number, sender, author, at, "start", "end", text from messages '
            "where source = ? and ticket_id = ? order by number"
        )
        rows = file.tables.execute(sql, key).fetchall()
    if ticket is None:
        return []
    text, subject, came = ticket
    return [_message(row, text) for row in rows] or [_whole(text, subject, came)]


def _rows(document: Document) -> Iterator[Row]:
    """The customer's messages and the others', in the order in which they were written."""
    for place, span in enumerate(document.messages):
        yield from _others(document, after=place)
        author = document.authors[place] if place < len(document.authors) else None
        at = document.times[place] if place < len(document.times) else None
        stretch = {"start": span.start, "end": span.end, "text": None}
        yield {"sender": Sender.CUSTOMER.value, "author": author, "at": iso(at)} | stretch
    yield from _others(document, after=len(document.messages))


def _others(document: Document, *, after: int) -> Iterator[Row]:
    """What others wrote after so many of the customer's messages; at the end all that came later, too."""
    last = after == len(document.messages)
    for other in document.others:
        if other.text and (other.after == after or (last and other.after > after)):
            row = {"sender": other.sender.value, "author": other.author, "at": iso(other.at)}
            yield row | {"start": None, "end": None, "text": other.text}


def _message(row: tuple[Any, ...], text: str) -> ThreadMessage:
    number, sender, author, at, start, end, own = row
    span = Span(start, end) if start is not None else None
    return ThreadMessage(
        number=number,
        sender=Sender(sender),
        author=author,
        at=moment_of(at),
        text=own if span is None else text[span.start : span.end],
        span=span,
    )


def _whole(text: str, subject: str, came: str | None) -> ThreadMessage:
    """A ticket whose messages were not kept apart: all that stands under its subject."""
    under = text.removeprefix(subject).lstrip()
    span = Span(len(text) - len(under), len(text))
    return ThreadMessage(number=0, sender=Sender.CUSTOMER, author=None, at=moment_of(came), text=under, span=span)
