"""Help Scout: a conversation of its API, version 2, with the event in a header.

Documented: the signature, the events, the fields of a conversation. From memory: the threads under `_embedded`, their
types (`customer`, `message`, `note`), and the shape of a rating.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from advisor.types import Channel, Customer, Message, Sender, Ticket
from web.helpdesks.agents_text import AGENTS
from web.helpdesks.building import (
    SOLVED,
    agent_wrote,
    changed,
    channel_of,
    customer_wrote,
    email_of,
    is_own,
    mapped,
    named,
    new_ticket,
)
from web.helpdesks.model import Delivery, Encoding, Event, Hook, NotForUs, Signing, TicketDeleted
from web.helpdesks.reading import Part, PayloadError, named_by, payload_of

SIGNING = Signing(header="x-helpscout-signature", digest="sha1", encoding=Encoding.BASE64)
EVENT = "x-helpscout-event"
RATINGS = {"great": 3.0, "okay": 2.0, "not_good": 1.0, "1": 3.0, "2": 2.0, "3": 1.0}
WAYS: Mapping[str, Channel] = {"email": Channel.EMAIL, "chat": Channel.CHAT, "phone": Channel.PHONE}
SET_UP = (
    """\
1. Manage > Apps > Webhooks. Callback URL: {address}
   Secret key: {secret}
   Payload version 2. Tick: Conversation Created, Customer Reply, Agent Reply, Status Updated, Tags Updated, Assigned,
   Deleted, and Rating Received.
2. """
    + AGENTS
)


def delivery_id(delivery: Delivery) -> str | None:
    """Event, conversation and time of its change, for Help Scout names no delivery."""
    try:
        payload = payload_of(delivery.body)
        at = payload.known("userUpdatedAt", "modifiedAt", "updatedAt", "createdAt")
        newest = max((thread.known("id") or "" for thread in _threads(payload)), default="")
        return named_by(delivery.headers.get(EVENT), payload.id("id"), at, newest)
    except PayloadError:
        return None


def parse(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    """What a delivery tells. Raises PayloadError."""
    payload = payload_of(delivery.body)
    kind = delivery.headers.get(EVENT, "").strip()
    if not kind:
        raise PayloadError(f"the header {EVENT} must name the event, was missing")
    take = _TAKEN.get(kind)
    if take is None:
        return [NotForUs(_IGNORED.get(kind) or f"{kind[:80]} is no event that is taken here: {', '.join(_TAKEN)} are")]
    return [take(hook, payload)]


def sample(hook: Hook, *, now: datetime) -> tuple[dict[str, str], bytes]:
    """A conversation for `hooks test`."""
    customer = {"id": 1, "first": "Kim", "last": "Test", "email": "kim.test@example.com"}
    body = "I cannot log in any more. Is there an article that tells how to reset my password?"
    conversation = {
        "id": f"test-{now:%Y%m%d%H%M%S}",
        "type": "email",
        "subject": "How do I reset my password?",
        "status": "active",
        "createdAt": now.isoformat(),
        "primaryCustomer": customer,
        "_embedded": {"threads": [{"id": 1, "type": "customer", "body": body, "createdAt": now.isoformat()}]},
    }
    return {"content-type": "application/json", EVENT: "convo.created"}, msgspec.json.encode(conversation)


def _ticket(hook: Hook, payload: Part) -> Ticket:
    status = payload.known("status")
    assignee = payload.part("assignee")
    tags = tuple(word for one in payload.parts("tags") if (word := one.known("tag", "name")))
    ticket = Ticket(
        id=payload.id("id"),
        source=hook.name,
        subject=payload.text("subject"),
        channel=channel_of(payload.known("type"), WAYS),
        created_at=payload.time("createdAt"),
        status=status,
        tags=tags,
        assignee=_name(assignee) or assignee.known("email"),
        solved_at=payload.time("closedAt") if status in SOLVED else None,
        customer=_customer(payload.part("primaryCustomer" if payload.has("primaryCustomer") else "customer")),
        extra=msgspec.json.encode({"number": payload.known("number")}).decode() if payload.has("number") else "{}",
    )
    return mapped(hook, payload, ticket)


def _customer(part: Part) -> Customer:
    return Customer(
        id=part.known("id"), name=_name(part), email=email_of(part.known("email")), phone=part.known("phone")
    )


def _name(part: Part) -> str | None:
    return named(part.known("first", "firstName"), part.known("last", "lastName"))


def _threads(payload: Part) -> list[Part]:
    """The threads, oldest first."""
    threads = payload.part("_embedded").parts("threads")
    return sorted(threads, key=lambda one: one.time("createdAt") or datetime.min.replace(tzinfo=UTC))


def _created(hook: Hook, payload: Part) -> Event:
    said = [thread for thread in _threads(payload) if thread.known("type") != "note"]
    if said and said[0].known("type") == "message" and payload.part("createdBy").known("type") == "user":
        return NotForUs("an agent began it, so that nobody waits for an answer")
    return new_ticket(_ticket(hook, payload), said[0].text("body") if said else payload.text("preview"))


def _newest(hook: Hook, payload: Part, kind: str, sender: Sender) -> tuple[Ticket, Part, Message] | None:
    ticket = _ticket(hook, payload)
    said = [thread for thread in _threads(payload) if thread.known("type") == kind and thread.text("body").strip()]
    if not said:
        return None
    by = said[-1].part("createdBy")
    own = sender is Sender.CUSTOMER and by.known("id") in {None, ticket.customer.id}
    author = None if own else _name(by) or by.known("email")
    body = said[-1].text("body")
    return ticket, by, Message(sender=sender, body=body, author=author, at=said[-1].time("createdAt"))


def _customer_replied(hook: Hook, payload: Part) -> Event:
    found = _newest(hook, payload, "customer", Sender.CUSTOMER)
    return customer_wrote(found[0], found[2]) if found else NotForUs("the customer sent no text")


def _agent_replied(hook: Hook, payload: Part) -> Event:
    found = _newest(hook, payload, "message", Sender.AGENT)
    if found is None:
        return _changed(hook, payload)
    ticket, by, message = found
    if is_own(hook, by.known("id"), by.known("email")):
        return NotForUs("our own change")
    return agent_wrote(hook, ticket, message, tags=ticket.tags)


def _changed(hook: Hook, payload: Part) -> Event:
    ticket = _ticket(hook, payload)
    return changed(ticket, tags=ticket.tags)


def _deleted(hook: Hook, payload: Part) -> Event:
    return TicketDeleted(hook.name, payload.id("id"))


def _rated(hook: Hook, payload: Part) -> Event:
    id = payload.part("conversation").known("id") or payload.id("conversationId")
    rating = RATINGS.get((payload.known("rating", "ratingId") or "").lower().replace(" ", "_"))
    return changed(replace(Ticket(id=id, source=hook.name), csat=rating))


_TAKEN: Mapping[str, Callable[[Hook, Part], Event]] = {
    "convo.created": _created,
    "convo.customer.reply.created": _customer_replied,
    "convo.agent.reply.created": _agent_replied,
    "convo.status": _changed,
    "convo.tags": _changed,
    "convo.assigned": _changed,
    "convo.deleted": _deleted,
    "satisfaction.ratings": _rated,
}
_IGNORED: Mapping[str, str] = {
    "convo.note.created": "a private note",
    "helpscout.test": "a ping: the address and the secret are right",
}
