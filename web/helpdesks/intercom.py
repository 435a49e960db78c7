"""Intercom: conversations, with the newest parts in every notification.

Documented: the signature, the topics, the conversation and its parts, the reply that is a note, and tags by id. From
memory: that deletions hold `id` or `conversation_id`, that parts of its own machine say `from_ai_agent` or have an
author of the type `bot`, and that `POST /tags` gives the id of a tag by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from advisor.types import Channel, Customer, Message, OutcomeKind, Sender, Ticket
from web.helpdesks.agents_text import AGENTS
from web.helpdesks.answers import only_ours
from web.helpdesks.building import (
    SOLVED,
    agent_wrote,
    changed,
    channel_of,
    customer_of,
    customer_wrote,
    is_own,
    mapped,
    new_ticket,
)
from web.helpdesks.intercom_api import authorised, found, note, read, read_on, tag, tags_of, untag
from web.helpdesks.model import Delivery, Event, Hook, NotForUs, Signing, TicketDeleted
from web.helpdesks.reading import Part, PayloadError, named_by, payload_of

__all__ = [
    "SET_UP",
    "SIGNING",
    "authorised",
    "delivery_id",
    "found",
    "note",
    "parse",
    "read",
    "read_on",
    "sample",
    "tag",
    "untag",
]

SIGNING = Signing(header="x-hub-signature", prefix="sha1=", digest="sha1", secret_is_theirs=True)
WAYS: Mapping[str, Channel] = {"conversation": Channel.CHAT, "push": Channel.CHAT, "in_app": Channel.CHAT}
CONTACTS = frozenset({"user", "lead", "contact", "visitor"})
SET_UP = (
    """\
1. Developer Hub > your app (make a private one) > Webhooks. Endpoint: {address}
   Intercom signs with the app's client secret (Basic information): give it to this program as the secret of the hook
   {secret}.
2. Subscribe to these topics:
     conversation.user.created    conversation.user.replied     conversation.admin.replied
     conversation.admin.assigned  conversation.admin.closed     conversation.admin.opened
     conversation.rating.added    conversation_part.tag.created conversation.deleted
3. To write back, the app needs the permissions to read and write conversations and tags, and a teammate of its own,
   whose id it writes as; nothing that this teammate does is read:
     advisor hooks credentials NAME --address https://api.intercom.io --user 814860 --token FILE
4. There is no template to paste: what you know of customers is found by its path, for example in settings.toml
     [map.NAME] plan = "data.item.custom_attributes.plan"
5. """
    + AGENTS
)


def delivery_id(delivery: Delivery) -> str | None:
    """The notification's own id; it stays the same when Intercom tries again."""
    try:
        id = payload_of(delivery.body).known("id")
    except PayloadError:
        return None
    return named_by(id) if id else None


def parse(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    """What a notification tells. Raises PayloadError."""
    payload = payload_of(delivery.body)
    topic = payload.text("topic")
    if not topic:
        raise PayloadError("topic must name what happened, such as conversation.user.created, was missing")
    if topic in _IGNORED:
        return [NotForUs(_IGNORED[topic])]
    take = _TAKEN.get(topic)
    if take is None:
        return [NotForUs(f"{topic[:80]} is no topic that is taken here: {', '.join(_TAKEN)} are")]
    return take(hook, payload, payload.part("data", "item"))


def sample(hook: Hook, *, now: datetime) -> tuple[dict[str, str], bytes]:
    """A conversation for `hooks test`."""
    author = {"type": "user", "id": "test", "name": "Kim Test", "email": "kim.test@example.com"}
    body = "<p>I cannot log in any more. Is there an article that tells how to reset my password?</p>"
    item = {
        "type": "conversation",
        "id": f"test-{now:%Y%m%d%H%M%S}",
        "created_at": int(now.timestamp()),
        "state": "open",
        "source": {"type": "conversation", "subject": "", "body": body, "author": author},
    }
    topic, id = "conversation.user.created", f"notif_test_{now:%Y%m%d%H%M%S}"
    payload = {"type": "notification_event", "id": id, "topic": topic, "data": {"item": item}}
    return {"content-type": "application/json"}, msgspec.json.encode(payload)


def _ticket(hook: Hook, payload: Part, item: Part) -> Ticket:
    source = item.part("source")
    status = item.known("state")
    assignee = item.known("admin_assignee_id")
    ticket = Ticket(
        id=item.id("id"),
        source=hook.name,
        subject=source.text("subject") or item.text("title"),
        channel=channel_of(source.known("type"), WAYS, otherwise=Channel.CHAT),
        created_at=item.time("created_at"),
        status=status,
        priority=item.known("priority"),
        tags=tags_of(item),
        assignee=assignee if assignee != "0" else None,
        solved_at=item.time("updated_at") if status in SOLVED else None,
        csat=item.part("conversation_rating").number("rating"),
        customer=_customer(item),
    )
    return mapped(hook, payload, ticket)


def _customer(item: Part) -> Customer:
    """The contact; its name and address stand with what it wrote only."""
    contacts = item.part("contacts").parts("contacts")
    id = contacts[0].known("id") if contacts else None
    authors = [item.part("source").part("author"), *(part.part("author") for part in _parts(item))]
    wrote = next((one for one in authors if one.known("type") in CONTACTS and id in {None, one.known("id")}), None)
    written = customer_of(wrote) if wrote is not None else Customer()
    return replace(written, id=id or written.id)


def _parts(item: Part) -> tuple[Part, ...]:
    return item.part("conversation_parts").parts("conversation_parts")


def _created(hook: Hook, payload: Part, item: Part) -> list[Event]:
    return [new_ticket(_ticket(hook, payload, item), item.part("source").text("body"))]


def _customer_replied(hook: Hook, payload: Part, item: Part) -> list[Event]:
    ticket = _ticket(hook, payload, item)
    wrote = [part for part in _parts(item) if part.part("author").known("type") in CONTACTS and part.text("body")]
    said = [customer_wrote(ticket, _message(part, Sender.CUSTOMER, ticket)) for part in wrote]
    return [*said] or [NotForUs("the customer sent no text")]


def _admin_replied(hook: Hook, payload: Part, item: Part) -> list[Event]:
    ticket = _ticket(hook, payload, item)
    return [_answer(hook, ticket, part) for part in _parts(item)] or [changed(ticket, tags=ticket.tags)]


def _answer(hook: Hook, ticket: Ticket, part: Part) -> Event:
    author = part.part("author")
    if part.known("part_type") == "note":
        return NotForUs("a private note")
    if author.known("type") == "bot" or author.flag("from_ai_agent") or part.flag("from_ai_agent"):
        return NotForUs("a bot's message")
    if is_own(hook, author.known("id"), author.known("email")):
        return NotForUs("our own change")
    if author.known("type") != "admin" or not part.text("body").strip():
        return changed(ticket, tags=ticket.tags)
    return agent_wrote(hook, ticket, _message(part, Sender.AGENT, ticket), tags=ticket.tags)


def _message(part: Part, sender: Sender, ticket: Ticket) -> Message:
    author = part.part("author")
    own = sender is Sender.CUSTOMER and author.known("id") in {None, ticket.customer.id}
    name = None if own else author.known("name", "email", "id")
    return Message(sender=sender, body=part.text("body"), author=name, at=part.time("created_at"))


def _changed(hook: Hook, payload: Part, item: Part) -> list[Event]:
    """A close can hold a last message; it is taken as an answer."""
    if any(part.text("body").strip() for part in _parts(item)):
        return _admin_replied(hook, payload, item)
    ticket = _ticket(hook, payload, item)
    return [changed(ticket, tags=ticket.tags)]


def _tagged(hook: Hook, payload: Part, item: Part) -> list[Event]:
    """Tags that we put on ourselves say nothing new."""
    ticket, added = _ticket(hook, payload, item), tags_of(item, "tags_added")
    return [NotForUs("our own tags") if only_ours((), added) else changed(ticket, tags=ticket.tags)]


def _reopened(hook: Hook, payload: Part, item: Part) -> list[Event]:
    ticket = _ticket(hook, payload, item)
    return [changed(ticket, tags=ticket.tags, outcome=OutcomeKind.CONTRADICTED)]


def _deleted(hook: Hook, payload: Part, item: Part) -> list[Event]:
    return [TicketDeleted(hook.name, item.id("conversation_id", "id"))]


_TAKEN: Mapping[str, Callable[[Hook, Part, Part], list[Event]]] = {
    "conversation.user.created": _created,
    "conversation.user.replied": _customer_replied,
    "conversation.admin.replied": _admin_replied,
    "conversation.admin.assigned": _changed,
    "conversation.admin.closed": _changed,
    "conversation.admin.snoozed": _changed,
    "conversation.admin.unsnoozed": _changed,
    "conversation.admin.opened": _reopened,
    "conversation.rating.added": _changed,
    "conversation_part.tag.created": _tagged,
    "conversation.deleted": _deleted,
}
_IGNORED: Mapping[str, str] = {
    "ping": "a ping: the address and the secret are right",
    "conversation.admin.noted": "a private note",
    "conversation.admin.single.created": "an agent began it, so that nobody waits for an answer",
}
