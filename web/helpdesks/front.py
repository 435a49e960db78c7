"""Front, by application webhooks: an event with its conversation and, as target, the message.

Documented: the signature over milliseconds and body, the challenge of the header x-front-challenge, the validation of
the type `sync`. From memory: the fields of event, conversation and message; some accounts get previews (`blurb`) only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from advisor.types import Channel, Customer, Message, OutcomeKind, Sender, Ticket
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
)
from web.helpdesks.model import Clock, Delivery, Encoding, Event, Hook, NotForUs, Signing, TicketDeleted
from web.helpdesks.reading import Part, PayloadError, named_by, payload_of

SIGNING = Signing(
    header="x-front-signature",
    encoding=Encoding.BASE64,
    content="{timestamp}:{body}",
    time_header="x-front-request-timestamp",
    clock=Clock.MILLISECONDS,
    challenge_header="x-front-challenge",
    secret_is_theirs=True,
)
STATES = {"archived": "closed", "unassigned": "open", "assigned": "open"}
WAYS: Mapping[str, Channel] = {
    "email": Channel.EMAIL,
    "front_chat": Channel.CHAT,
    "intercom": Channel.CHAT,
    "custom": Channel.CHAT,
    "call": Channel.PHONE,
}
SET_UP = (
    """\
1. Settings > Developers > your app (make one) > Features > Add feature > Application webhooks. URL: {address}
   Front signs with the app's signing key (Basic information): give it to this program as the secret of the hook
   {secret} before you save, for Front tries the address at once.
2. Choose the events: message received, message sent, conversation archived, reopened, deleted, tag added, tag removed,
   assignee changed.
3. """
    + AGENTS
)


def delivery_id(delivery: Delivery) -> str | None:
    """The id of the event."""
    try:
        payload = payload_of(delivery.body)
        id = _event(payload).known("id")
    except PayloadError:
        return None
    return named_by(payload.known("type"), id) if id else None


def parse(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    """What an event tells. Raises PayloadError."""
    payload = payload_of(delivery.body)
    event = _event(payload)
    kind = payload.text("type") or event.text("type")
    if not kind:
        raise PayloadError("type must name the event, such as inbound_received, was missing")
    if kind in _IGNORED:
        return [NotForUs(_IGNORED[kind])]
    take = _TAKEN.get(kind)
    if take is None:
        return [NotForUs(f"{kind[:80]} is no event that is taken here: {', '.join(_TAKEN)} are")]
    return [take(hook, event, mapped(hook, event, _ticket(hook, event.part("conversation"))))]


def sample(hook: Hook, *, now: datetime) -> tuple[dict[str, str], bytes]:
    """A message for `hooks test`."""
    text = "I cannot log in any more. Is there an article that tells how to reset my password?"
    sender = {"handle": "kim.test@example.com", "name": "Kim Test", "role": "from"}
    message = {"id": "msg_test", "type": "email", "text": text, "created_at": now.timestamp(), "recipients": [sender]}
    conversation = {
        "id": f"cnv_test{now:%Y%m%d%H%M%S}",
        "subject": "How do I reset my password?",
        "status": "unassigned",
        "recipient": sender,
    }
    event = {"id": f"evt_test{now:%Y%m%d%H%M%S}", "type": "inbound", "conversation": conversation}
    event["target"] = {"_meta": {"type": "message"}, "data": message}
    return {"content-type": "application/json"}, msgspec.json.encode({"type": "inbound_received", "payload": event})


def _event(payload: Part) -> Part:
    """The event, which stands in `payload` or is the whole."""
    inner = payload.part("payload") if payload.has("payload") else payload
    return inner.part("event") if inner.has("event") else inner


def _ticket(hook: Hook, part: Part) -> Ticket:
    recipient = part.part("recipient")
    handle = recipient.known("handle")
    email = email_of(handle)
    word = part.known("status")
    status = STATES.get(word, word) if word else None
    tags = tuple(name for one in part.parts("tags") if (name := one.known("name")))
    return Ticket(
        id=part.id("id"),
        source=hook.name,
        subject=part.text("subject"),
        created_at=part.time("created_at"),
        status=status,
        tags=tags,
        assignee=_person(part.part("assignee")),
        solved_at=part.time("updated_at") if status in SOLVED else None,
        customer=Customer(name=recipient.known("name"), email=email, phone=handle if handle and not email else None),
    )


def _person(part: Part) -> str | None:
    return named(part.known("first_name"), part.known("last_name")) or part.known("email", "username")


def _received(hook: Hook, event: Part, ticket: Ticket) -> Event:
    part = event.part("target", "data")
    sender = next((one for one in part.parts("recipients") if one.known("role") == "from"), Part({}))
    handle = email_of(sender.known("handle"))
    author = None if handle is None or handle == ticket.customer.email else handle
    message = Message(sender=Sender.CUSTOMER, body=_body(part), author=author, at=_at(event, part))
    return customer_wrote(_with_way(ticket, part), message)


def _sent(hook: Hook, event: Part, ticket: Ticket) -> Event:
    part = event.part("target", "data")
    by = part.part("author") if part.has("author") else event.part("source", "data")
    if is_own(hook, by.known("id"), by.known("email")):
        return NotForUs("our own change")
    message = Message(sender=Sender.AGENT, body=_body(part), author=_person(by), at=_at(event, part))
    return agent_wrote(hook, _with_way(ticket, part), message, tags=ticket.tags)


def _with_way(ticket: Ticket, part: Part) -> Ticket:
    """The way stands with the message only."""
    return replace(ticket, channel=channel_of(part.known("type"), WAYS))


def _body(part: Part) -> str:
    return part.text("text", "body", "blurb")


def _at(event: Part, part: Part) -> datetime | None:
    return part.time("created_at") or event.time("emitted_at")


def _changed(hook: Hook, event: Part, ticket: Ticket) -> Event:
    return changed(ticket, tags=ticket.tags)


def _reopened(hook: Hook, event: Part, ticket: Ticket) -> Event:
    return changed(ticket, tags=ticket.tags, outcome=OutcomeKind.CONTRADICTED)


def _deleted(hook: Hook, event: Part, ticket: Ticket) -> Event:
    return TicketDeleted(hook.name, ticket.id)


_TAKEN: Mapping[str, Callable[[Hook, Part, Ticket], Event]] = {
    "inbound_received": _received,
    "inbound": _received,
    "outbound_sent": _sent,
    "outbound": _sent,
    "out_reply": _sent,
    "conversation_archived": _changed,
    "archive": _changed,
    "conversation_reopened": _reopened,
    "reopen": _reopened,
    "conversation_deleted": _deleted,
    "trash": _deleted,
    "tag_added": _changed,
    "tag": _changed,
    "tag_removed": _changed,
    "untag": _changed,
    "assignee_changed": _changed,
    "assign": _changed,
    "unassign": _changed,
}
_IGNORED: Mapping[str, str] = {
    "sync": "Front tries the address: it and the signing key are right",
    "new_comment_added": "a private note",
    "comment": "a private note",
}
