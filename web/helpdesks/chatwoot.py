"""Chatwoot: every message comes by itself, with its conversation; changes of a conversation come with what changed.

Documented, or read in its public code: the events, the shapes of message and conversation, `changed_attributes`, the
numbers of the types of messages. From memory: the event `conversation_deleted`, what changed labels are called, and
where a satisfaction survey's answer stands (`content_attributes.submitted_values.csat_survey_response`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from advisor.types import OutcomeKind, Ticket
from web.helpdesks.agents_text import AGENTS
from web.helpdesks.answers import only_ours
from web.helpdesks.building import agent_wrote, changed, customer_wrote, mapped, reopened
from web.helpdesks.chatwoot_api import authorised, found, note, read, read_on, tag, untag
from web.helpdesks.chatwoot_pull import pull, pulled
from web.helpdesks.chatwoot_ticket import conversation_of, message_of, not_taken
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
    "pull",
    "pulled",
    "read",
    "read_on",
    "sample",
    "tag",
    "untag",
]

SIGNING = Signing(
    header="x-chatwoot-signature",
    prefix="sha256=",
    content="{timestamp}.{body}",
    time_header="x-chatwoot-timestamp",
    secret_is_theirs=True,
)
LABELS = frozenset({"label_list", "labels", "cached_label_list"})  # of what changed
SET_UP = (
    """\
1. Settings > Integrations > Webhooks > Add new webhook. Address: {address}
   Tick: Conversation Status Changed, Conversation Updated, Message created, Message updated.
   Recent versions show a secret with the webhook: give it to this program as the secret of the hook {secret}.
   Versions that sign nothing cannot be taken: update first.
2. To write back and to pull, make an agent for this program (what it does is not read) and take the access token of its
   profile; the account is the number in the address of every page, /app/accounts/1:
     advisor hooks credentials NAME --address https://chat.acme.example --user 7 --option account=1 --token FILE
3. There is no template to paste: what you know of customers is found by its path, for example in settings.toml
     [map.NAME] licences = "conversation.meta.sender.custom_attributes.seats"
4. Chatwoot tries each delivery once: let `advisor pull` fetch what was missed. It tells of no deletion.
5. Tags are called labels here. """
    + AGENTS
)


def delivery_id(delivery: Delivery) -> str | None:
    """The event with what it is about: Chatwoot's own id is new for every try."""
    try:
        payload = payload_of(delivery.body)
        kind, id = payload.text("event"), payload.id("id")
        at = payload.known("updated_at", "created_at", "timestamp")
    except PayloadError:
        return None
    return named_by(kind, id, at, payload.known("status") if kind.startswith("conversation") else None)


def parse(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    """What a delivery tells. Raises PayloadError."""
    payload = payload_of(delivery.body)
    kind = payload.text("event")
    if not kind:
        raise PayloadError("event must name what happened, such as message_created, was missing")
    if kind in _IGNORED:
        return [NotForUs(_IGNORED[kind])]
    take = _TAKEN.get(kind)
    if take is None:
        return [NotForUs(f"{kind[:80]} is no event that is taken here: {', '.join(_TAKEN)} are")]
    return [take(hook, payload)]


def sample(hook: Hook, *, now: datetime) -> tuple[dict[str, str], bytes]:
    """A message for `hooks test`."""
    sender = {"id": 1, "name": "Kim Test", "email": "kim.test@example.com", "type": "contact"}
    payload = {
        "event": "message_created",
        "id": int(now.timestamp()),
        "content": "I cannot log in any more. Is there an article that tells how to reset my password?",
        "created_at": now.isoformat(),
        "message_type": "incoming",
        "private": False,
        "sender": sender,
        "account": {"id": 1, "name": "Test"},
        "conversation": {
            "id": f"test-{now:%Y%m%d%H%M%S}",
            "status": "open",
            "channel": "Channel::WebWidget",
            "labels": [],
            "meta": {"sender": sender},
        },
    }
    return {"content-type": "application/json"}, msgspec.json.encode(payload)


def _conversation(hook: Hook, payload: Part, part: Part) -> Ticket:
    return mapped(hook, payload, conversation_of(hook, part))


def _message_came(hook: Hook, payload: Part) -> Event:
    ticket = _conversation(hook, payload, payload.part("conversation"))
    reason = not_taken(hook, payload)
    if reason is not None:
        return NotForUs(reason)
    message = message_of(payload, ticket.customer)
    if message.by_customer:
        return customer_wrote(ticket, message.message)
    return agent_wrote(hook, ticket, message.message, tags=ticket.tags)


def _message_updated(hook: Hook, payload: Part) -> Event:
    """Of changed messages only the answer to a survey is taken."""
    answer = payload.part("content_attributes", "submitted_values", "csat_survey_response")
    rating = answer.number("rating")
    if rating is None:
        return NotForUs("a message was changed, which says nothing new")
    ticket = _conversation(hook, payload, payload.part("conversation"))
    return changed(replace(ticket, csat=rating), tags=ticket.tags)


def _updated(hook: Hook, payload: Part) -> Event:
    if _is_own_label(payload):
        return NotForUs("our own labels")
    ticket = _conversation(hook, payload, payload)
    return changed(ticket, tags=ticket.tags, outcome=_outcome(payload))


def _is_own_label(payload: Part) -> bool:
    """Whether it is the labels alone that changed, and only ours of them; who did it is not said."""
    changes = payload.parts("changed_attributes")
    labels = [one.part(name) for one in changes for name in one.came if name in LABELS]
    if len(labels) != sum(len(one.came) for one in changes):
        return False
    return any(only_ours(one.texts("previous_value") or (), one.texts("current_value") or ()) for one in labels)


def _outcome(payload: Part) -> OutcomeKind | None:
    """A status that went from resolved back to open."""
    states = (one.part("status") for one in payload.parts("changed_attributes"))
    found = (reopened(one.known("previous_value"), one.known("current_value")) for one in states)
    return next((outcome for outcome in found if outcome is not None), None)


def _deleted(hook: Hook, payload: Part) -> Event:
    return TicketDeleted(hook.name, payload.id("id"))


_TAKEN: Mapping[str, Callable[[Hook, Part], Event]] = {
    "message_created": _message_came,
    "message_updated": _message_updated,
    "conversation_status_changed": _updated,
    "conversation_updated": _updated,
    "conversation_deleted": _deleted,
}
_IGNORED: Mapping[str, str] = {
    "conversation_created": "its first message comes by itself",
    "webwidget_triggered": "somebody opened the chat and has said nothing yet",
    "conversation_typing_on": "somebody is typing",
    "conversation_typing_off": "somebody is typing",
    "contact_created": "it is about a contact, not a conversation",
    "contact_updated": "it is about a contact, not a conversation",
    "ping": "a ping: the address and the secret are right",
}
