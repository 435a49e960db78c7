"""Pulled events as they stand in the inbox, and what of them is news.

What came by webhook is not taken twice: of a ticket all of whose customer's texts are known, only what changed is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec

from advisor.reading.masking import mask
from advisor.reading.text import own_words
from advisor.records import Records
from advisor.records.rows import digest
from advisor.types import Sender, Ticket
from web.helpdesks.model import Event, NotForUs, TicketCame, TicketChanged, TicketDeleted

PULLED = ":pulled"
"""Of the headers of jobs whose payload is made by `payload_of`, not by the helpdesk; no real header begins so."""

KINDS: Mapping[str, type[TicketCame] | type[TicketChanged] | type[TicketDeleted] | type[NotForUs]] = {
    "came": TicketCame,
    "changed": TicketChanged,
    "deleted": TicketDeleted,
    "not_for_us": NotForUs,
}


class _Wrapped(msgspec.Struct):
    kind: str
    event: msgspec.Raw


def payload_of(event: Event) -> bytes:
    """An event as the payload of a job; the same event gives the same bytes."""
    kind = next(name for name, type in KINDS.items() if isinstance(event, type))
    return msgspec.json.encode(_Wrapped(kind, msgspec.Raw(msgspec.json.encode(event, order="deterministic"))))


def event_of(payload: bytes) -> Event:
    """The event of a payload."""
    wrapped = msgspec.json.decode(payload, type=_Wrapped)
    return msgspec.json.decode(wrapped.event, type=KINDS[wrapped.kind])


def key_of(hook: str, event: Event) -> str:
    """Names what an event says, so that the same is taken once, however often it is asked for."""
    return f"{hook} pull {digest(payload_of(event).decode())}"


def news_of(records: Records, event: Event, *, masked: bool) -> Event:
    """An event as far as it is news: where all that the customer wrote is known, what else became known.

    Times do not count: a webhook says when it was sent, the thread when it was written.
    """
    if not isinstance(event, TicketCame) or not event.whole or not _is_known(records, event.ticket, masked=masked):
        return event
    ticket = event.ticket
    return TicketChanged(
        source=ticket.source,
        ticket_id=ticket.id,
        status=ticket.status,
        assignee=ticket.assignee,
        tags=ticket.tags,
        solved_at=ticket.solved_at,
        csat=ticket.csat,
        nps=ticket.nps,
        handled=ticket.handled,
        messages=tuple(one for one in ticket.messages if one.sender is not Sender.CUSTOMER),
    )


def _is_known(records: Records, ticket: Ticket, *, masked: bool) -> bool:
    """Whether the thread that is kept holds each of the customer's texts, as often as it stands in the ticket."""
    came = [ticket.body, *(one.body for one in ticket.messages if one.sender is Sender.CUSTOMER)]
    known = Counter(
        one.text.strip() for one in records.thread(ticket.source, ticket.id) if one.sender is Sender.CUSTOMER
    )
    wanted = Counter(text for text in (_kept(body, masked=masked) for body in came) if text)
    return bool(known) and wanted <= known


def _kept(body: str, *, masked: bool) -> str:
    """A text as the records keep it."""
    words = own_words(body)
    return (mask(words).text if masked else words).strip()
