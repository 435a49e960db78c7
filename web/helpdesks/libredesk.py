"""Libredesk: `{"event", "timestamp", "payload"}`; a conversation is named by its uuid.

Read in its public code: the signature and the frame. From memory: the fields of conversations and messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

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
    reopened,
)
from web.helpdesks.model import Delivery, Event, Hook, NotForUs, Signing, TicketCame, TicketDeleted
from web.helpdesks.reading import Part, PayloadError, digest_of, named_by, payload_of

SIGNING = Signing(header="x-libredesk-signature", prefix="sha256=")
WAYS: Mapping[str, Channel] = {"livechat": Channel.CHAT}
SET_UP = (
    """\
1. Admin > Integrations > Webhooks > New webhook. URL: {address}
   Secret: {secret}
   Events: conversation created, conversation status changed, conversation tags changed, conversation assigned,
   message created.
2. Libredesk tries each delivery once, and there is no way to ask for what was missed.
3. """
    + AGENTS
)


def delivery_id(delivery: Delivery) -> str | None:
    """The event, what it is about and its time, for Libredesk names no delivery."""
    try:
        payload = payload_of(delivery.body)
        inner = payload.part("payload")
        about = inner.id("uuid", "conversation_uuid", "id")
    except PayloadError:
        return None
    return named_by(payload.known("event"), about, payload.known("timestamp"), digest_of(delivery.body))


def parse(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    """What an event tells. Raises PayloadError."""
    payload = payload_of(delivery.body)
    kind = payload.text("event")
    if not kind:
        raise PayloadError("event must name what happened, such as conversation.created, was missing")
    if kind in _IGNORED:
        return [NotForUs(_IGNORED[kind])]
    take = _TAKEN.get(kind)
    if take is None:
        return [NotForUs(f"{kind[:80]} is no event that is taken here: {', '.join(_TAKEN)} are")]
    part = payload.part("payload")
    ticket = mapped(hook, part, _ticket(hook, part))
    return [take(hook, part, ticket)]


def sample(hook: Hook, *, now: datetime) -> tuple[dict[str, str], bytes]:
    """A message for `hooks test`."""
    content = "I cannot log in any more. Is there an article that tells how to reset my password?"
    message = {
        "uuid": "message-test",
        "conversation_uuid": f"test-{now:%Y%m%d%H%M%S}",
        "type": "incoming",
        "sender_type": "contact",
        "content": content,
        "created_at": now.isoformat(),
    }
    payload = {"event": "message.created", "timestamp": now.isoformat(), "payload": message}
    return {"content-type": "application/json"}, msgspec.json.encode(payload)


def _ticket(hook: Hook, part: Part) -> Ticket:
    """A conversation, of which messages and changes tell the uuid only."""
    whole = part.part("conversation") if part.has("conversation") else part
    id = part.known("conversation_uuid") or whole.id("uuid", "id")
    status = _lower(whole.known("status", "new_status"))
    contact = whole.part("contact")
    return Ticket(
        id=id,
        source=hook.name,
        subject=whole.text("subject"),
        channel=channel_of(whole.known("inbox_channel", "channel"), WAYS),
        created_at=whole.time("created_at") if not part.has("conversation_uuid") else None,
        status=status,
        priority=_lower(whole.known("priority")),
        tags=whole.texts("tags") or whole.texts("new_tags") or (),
        solved_at=whole.time("resolved_at", "closed_at", "updated_at") if status in SOLVED else None,
        customer=Customer(
            id=contact.known("id"),
            name=named(contact.known("first_name"), contact.known("last_name")),
            email=email_of(contact.known("email")),
            phone=contact.known("phone_number"),
        ),
    )


def _lower(word: str | None) -> str | None:
    return word.lower() if word else None


def _created(hook: Hook, part: Part, ticket: Ticket) -> Event:
    """Its first message comes by itself."""
    return TicketCame(ticket=ticket)


def _message_came(hook: Hook, part: Part, ticket: Ticket) -> Event:
    if part.flag("private"):
        return NotForUs("a private note")
    kind = part.known("type")
    if kind not in {"incoming", "outgoing"}:
        return NotForUs("a remark of Libredesk's own")
    author = part.part("author")
    if is_own(hook, part.known("sender_id"), author.known("email")):
        return NotForUs("our own change")
    by = Sender.CUSTOMER if kind == "incoming" else Sender.AGENT
    name = named(author.known("first_name"), author.known("last_name")) if by is Sender.AGENT else None
    body = part.text("content", "text_content")
    message = Message(sender=by, body=body, author=name, at=part.time("created_at"))
    ticket = replace(ticket, status=None, solved_at=None, tags=())  # the message has a status and times of its own
    return customer_wrote(ticket, message) if by is Sender.CUSTOMER else agent_wrote(hook, ticket, message)


def _status_changed(hook: Hook, part: Part, ticket: Ticket) -> Event:
    now = _lower(part.known("new_status", "status"))
    return changed(replace(ticket, status=now), outcome=reopened(part.known("previous_status"), now))


def _changed(hook: Hook, part: Part, ticket: Ticket) -> Event:
    tags = part.texts("new_tags")
    return changed(ticket, tags=tags if tags is not None else part.texts("tags"))


def _deleted(hook: Hook, part: Part, ticket: Ticket) -> Event:
    return TicketDeleted(hook.name, ticket.id)


_TAKEN: Mapping[str, Callable[[Hook, Part, Ticket], Event]] = {
    "conversation.created": _created,
    "message.created": _message_came,
    "conversation.status_changed": _status_changed,
    "conversation.tags_changed": _changed,
    "conversation.assigned": _changed,
    "conversation.deleted": _deleted,
}
_IGNORED: Mapping[str, str] = {
    "webhook.test": "a ping: the address and the secret are right",
    "message.updated": "a message was changed, which says nothing new",
    "conversation.unassigned": "nobody has it any more, which says nothing new",
}
