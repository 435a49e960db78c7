"""HubSpot: lists of up to a hundred events, which name an object and a property that changed, and hold no more.

A ticket's words come as changes of its properties `subject` and `content`; messages of conversations come without their
text, so that nothing can be said of them. Documented: the signature, the fields of events, the types of subscriptions.
From memory: that `ticket.deletion` tells deletions, and that a try again repeats the `eventId`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from advisor.types import Message, Sender, Ticket
from web.helpdesks.building import changed, customer_wrote, mapped
from web.helpdesks.model import (
    Clock,
    Delivery,
    Encoding,
    Event,
    Hook,
    NotForUs,
    Signing,
    TicketCame,
    TicketDeleted,
)
from web.helpdesks.reading import Part, PayloadError, digest_of, listed_in

SIGNING = Signing(
    header="x-hubspot-signature-v3",
    encoding=Encoding.BASE64,
    content="{method}{url}{body}{timestamp}",
    time_header="x-hubspot-request-timestamp",
    clock=Clock.MILLISECONDS,
    secret_is_theirs=True,
)
TICKETS = "0-5"  # the type of objects that tickets are
SET_UP = """\
1. Developer account > your app (make a private one) > Webhooks. Target URL: {address}
   HubSpot signs with the app's client secret (Auth): give it to this program as the secret of the hook {secret}.
   The target must be exactly the address that this program is reached by, for the address is signed, too.
2. Subscribe to: ticket.creation, ticket.deletion, and ticket.propertyChange for subject, content, hs_pipeline_stage,
   hs_ticket_priority and hubspot_owner_id.
3. Conversations are not read: HubSpot sends their messages without text.
"""
WORDS = frozenset({"subject", "content"})
KNOWN = frozenset({"hs_pipeline_stage", "hs_ticket_priority", "hubspot_owner_id"})


def delivery_id(delivery: Delivery) -> str | None:
    """The ids of all its events, which stay the same when HubSpot tries again."""
    try:
        ids = [f"{part.id('eventId')}:{part.known('subscriptionType')}" for part in listed_in(delivery.body)]
    except PayloadError:
        return None
    return digest_of("\n".join(ids).encode()) if ids else None


def parse(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    """What the events of a list tell, put together by ticket. Raises PayloadError."""
    by_ticket: dict[str, list[Part]] = {}
    others: list[Event] = []
    for part in listed_in(delivery.body):
        kind = part.text("subscriptionType", "eventType")
        if _is_ticket(part, kind):
            by_ticket.setdefault(part.id("objectId"), []).append(part)
        else:
            others.append(NotForUs(_why_not(kind)))
    events = [event for id, parts in by_ticket.items() for event in _events(hook, id, parts)]
    return [*events, *dict.fromkeys(others)] or [NotForUs("an empty list: nothing has happened")]


def sample(hook: Hook, *, now: datetime) -> tuple[dict[str, str], bytes]:
    """A new ticket for `hooks test`."""
    words = {
        "subject": "How do I reset my password?",
        "content": "I cannot log in any more. Is there an article that tells how to reset my password?",
    }
    common = {"objectId": f"test-{now:%Y%m%d%H%M%S}", "occurredAt": int(now.timestamp() * 1000)}
    events: list[dict[str, object]] = [
        {"eventId": number, "subscriptionType": "ticket.propertyChange", "propertyName": name, "propertyValue": value}
        for number, (name, value) in enumerate(words.items(), 1)
    ]
    return {"content-type": "application/json"}, msgspec.json.encode([event | common for event in events])


def _is_ticket(part: Part, kind: str) -> bool:
    return kind.startswith("ticket.") or (kind.startswith("object.") and part.known("objectTypeId") == TICKETS)


def _why_not(kind: str) -> str:
    if kind == "conversation.newMessage":
        return "a message of a conversation, which HubSpot sends without its text"
    return f"{kind[:80] or 'an event without a type'} is no event of a ticket"


def _events(hook: Hook, id: str, parts: list[Part]) -> list[Event]:
    """What all events of one ticket tell together; the newest value of a property counts."""
    if any(_what(part) in {"deletion", "privacyDeletion"} for part in parts):
        return [TicketDeleted(hook.name, id)]
    found = _values(sorted(parts, key=lambda part: part.number("occurredAt") or 0))
    ticket = Ticket(
        id=id,
        source=hook.name,
        subject=found.get("subject", ""),
        status=found.get("hs_pipeline_stage"),
        priority=found.get("hs_ticket_priority", "").lower() or None,
        assignee=found.get("hubspot_owner_id"),
    )
    ticket = mapped(hook, Part(found), ticket)
    at = max((when for part in parts if (when := part.time("occurredAt"))), default=None)
    if found.get("content", "").strip():
        message = Message(sender=Sender.CUSTOMER, body=found["content"], at=at)
        return [customer_wrote(replace(ticket, created_at=_created(parts)), message)]
    if ticket.subject:
        return [TicketCame(ticket=replace(ticket, created_at=_created(parts)))]
    if KNOWN & set(found):
        return [changed(ticket)]
    return [NotForUs(f"nothing that is read here has changed in ticket {id}")]


def _values(parts: Iterable[Part]) -> Mapping[str, str]:
    known = WORDS | KNOWN
    named = ((part.known("propertyName"), part) for part in parts if _what(part) == "propertyChange")
    return {name: part.text("propertyValue") for name, part in named if name in known}


def _created(parts: list[Part]) -> datetime | None:
    return next((part.time("occurredAt") for part in parts if _what(part) == "creation"), None)


def _what(part: Part) -> str:
    return part.text("subscriptionType", "eventType").partition(".")[2]
