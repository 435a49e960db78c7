"""Gorgias, by HTTP integrations: an admin types what is sent; a shared secret and the event stand in headers.

Documented: HTTP integrations, their triggers, their headers, and that the body is a template. From memory: the names of
the variables of tickets and messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from advisor.types import Customer, Message, Sender, Ticket
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
    timed,
)
from web.helpdesks.model import Delivery, Event, Hook, NotForUs, Signing, TicketDeleted
from web.helpdesks.reading import Part, PayloadError, digest_of, named_by, payload_of

SIGNING = Signing(header="x-advisor-secret", digest="")
EVENT = "x-advisor-event"
TAKEN = ("ticket-created", "ticket-message-created", "ticket-updated", "ticket-deleted")
SET_UP = (
    """\
1. Settings > Integrations > HTTP integration > Add. URL: {address}, method POST, request content type JSON.
   Headers: x-advisor-secret: {secret}
            x-advisor-event: ticket-created      (of each integration its own)
   Make one for each trigger: ticket-created (Ticket created), ticket-message-created (Ticket message created), and
   ticket-updated (Ticket updated). Request body:
     {"ticket": {"id": "{{ticket.id}}", "subject": "{{ticket.subject}}", "status": "{{ticket.status}}",
       "channel": "{{ticket.channel}}", "created_datetime": "{{ticket.created_datetime}}",
       "customer": {"id": "{{ticket.customer.id}}", "name": "{{ticket.customer.name}}",
                    "email": "{{ticket.customer.email}}"}},
      "message": {"id": "{{message.id}}", "body_text": "{{message.body_text}}", "from_agent": "{{message.from_agent}}",
       "public": "{{message.public}}", "created_datetime": "{{message.created_datetime}}",
       "sender": {"name": "{{message.sender.name}}", "email": "{{message.sender.email}}"}}}
2. Gorgias does not try again, and switches an integration off that fails too often.
3. """
    + AGENTS
)


def delivery_id(delivery: Delivery) -> str | None:
    """Event, ticket and message; without a message the content and the day."""
    try:
        payload = payload_of(delivery.body)
        id, message = _of(payload).id("id"), _newest(payload).known("id")
    except PayloadError:
        return None
    otherwise = f"{delivery.at.date().isoformat()}:{digest_of(delivery.body)}"
    return named_by(_kind(delivery, payload), id, message or otherwise)


def parse(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    """What an integration tells. Raises PayloadError."""
    payload = payload_of(delivery.body)
    kind = _kind(delivery, payload)
    if not kind:
        raise PayloadError(f"the header {EVENT} must name the event, such as ticket-created, was missing")
    if kind not in TAKEN:
        return [NotForUs(f"{kind[:80]} is no event that is taken here: {', '.join(TAKEN)} are")]
    ticket = mapped(hook, payload, _ticket(hook, _of(payload)))
    if kind == "ticket-deleted":
        return [TicketDeleted(hook.name, ticket.id)]
    if kind == "ticket-updated":
        return [changed(ticket, tags=ticket.tags or None)]
    return [timed(_said(hook, payload, ticket, is_new=kind == "ticket-created"), delivery.at)]


def sample(hook: Hook, *, now: datetime) -> tuple[dict[str, str], bytes]:
    """A ticket for `hooks test`."""
    body = "I cannot log in any more. Is there an article that tells how to reset my password?"
    ticket = {
        "id": f"test-{now:%Y%m%d%H%M%S}",
        "subject": "How do I reset my password?",
        "status": "open",
        "channel": "email",
        "customer": {"id": "1", "name": "Kim Test", "email": "kim.test@example.com"},
    }
    message = {"id": "1", "body_text": body, "from_agent": "false", "public": "true"}
    headers = {"content-type": "application/json", EVENT: "ticket-created"}
    return headers, msgspec.json.encode({"ticket": ticket, "message": message})


def _kind(delivery: Delivery, payload: Part) -> str:
    event = payload.came.get("event")
    named_there = event.get("type") if isinstance(event, dict) else event
    return (delivery.headers.get(EVENT, "") or Part({"event": named_there}).known("event") or "").strip()


def _of(payload: Part) -> Part:
    return payload.part("ticket") if payload.has("ticket") else payload


def _newest(payload: Part) -> Part:
    """The message, by itself or as the last one of the ticket."""
    if payload.has("message"):
        return payload.part("message")
    ticket = _of(payload)
    messages = ticket.parts("messages") if isinstance(ticket.came.get("messages"), list) else ()
    return messages[-1] if messages else ticket.part("last_message")


def _ticket(hook: Hook, part: Part) -> Ticket:
    customer = part.part("customer")
    status = part.known("status")
    assignee = part.part("assignee_user")
    listed = part.came.get("tags")
    is_named = isinstance(listed, list) and all(isinstance(one, dict) for one in listed)
    tags = tuple(word for one in part.parts("tags") if (word := one.known("name"))) if is_named else part.texts("tags")
    return Ticket(
        id=part.id("id"),
        source=hook.name,
        subject=part.text("subject"),
        channel=channel_of(part.known("channel"), {}),
        created_at=part.time("created_datetime"),
        status=status,
        priority=part.known("priority"),
        tags=tags or (),
        assignee=assignee.known("name", "email"),
        solved_at=part.time("closed_datetime") if status in SOLVED else None,
        csat=part.part("satisfaction_survey").number("score"),
        customer=Customer(
            id=customer.known("id"),
            name=customer.known("name") or named(customer.known("firstname"), customer.known("lastname")),
            email=email_of(customer.known("email")),
        ),
    )


def _said(hook: Hook, payload: Part, ticket: Ticket, *, is_new: bool) -> Event:
    part = _newest(payload)
    sender = part.part("sender")
    if part.flag("public") is False or part.known("channel") == "internal-note":
        return NotForUs("a private note")
    if is_own(hook, sender.known("id"), sender.known("email")):
        return NotForUs("our own change")
    body, at = part.text("body_text", "stripped_text", "body_html"), part.time("created_datetime", "sent_datetime")
    if part.flag("from_agent"):
        author = sender.known("name", "email")
        return agent_wrote(hook, ticket, Message(sender=Sender.AGENT, body=body, author=author, at=at))
    email = email_of(sender.known("email"))
    author = None if email in {None, ticket.customer.email} else email
    if is_new:
        return new_ticket(ticket, body)
    return customer_wrote(ticket, Message(sender=Sender.CUSTOMER, body=body, author=author, at=at))
