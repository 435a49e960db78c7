"""Zammad: the ticket with the article that made the trigger fire; which it was is told by the article itself.

Documented: the signature, both objects of the payload, the API of articles and tags. From memory: that `article` is
empty where a change has none, that `ticket.state` is a name (newer versions: an object), and `article_count` of a new
ticket being 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from advisor.types import Message, OutcomeKind, Sender, Ticket
from web.helpdesks.agents_text import AGENTS
from web.helpdesks.building import agent_wrote, changed, customer_wrote, is_own, mapped, new_ticket
from web.helpdesks.model import Delivery, Event, Hook, NotForUs, Signing, TicketDeleted
from web.helpdesks.reading import Part, PayloadError, digest_of, named_by, payload_of
from web.helpdesks.zammad_api import authorised, found, note, read, read_on, tag, untag
from web.helpdesks.zammad_pull import pull, pulled
from web.helpdesks.zammad_ticket import message_of, not_taken, ticket_of

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

SIGNING = Signing(header="x-hub-signature", prefix="sha1=", digest="sha1", id_header="x-zammad-delivery")
TEMPLATE = """\
{"event": "ticket.changed",
 "ticket": {"id": "#{ticket.id}", "number": "#{ticket.number}", "title": "#{ticket.title}",
  "state": "#{ticket.state.name}",
  "priority": "#{ticket.priority.name}", "tags": "#{ticket.tags}", "owner": {"email": "#{ticket.owner.email}"},
  "updated_at": "#{ticket.updated_at}"}}
"""
SET_UP = (
    """\
1. Manage > Webhook > New Webhook. Endpoint: {address}
   HMAC SHA1 Signature Token: {secret}
   Leave the payload as it is: Zammad sends ticket and article. What you know of customers is found by its path, for
   example in settings.toml: [map.NAME] licences = "ticket.organization.seats" (a field of your own of organizations).
2. Manage > Trigger: make a trigger with the action "Webhook" for each of
     Action is created
     Action is updated, and Article: Action is created
   and leave out the user that this program writes as (Updated by is not ...): it need not hear itself.
3. For states and agents' tags, which come without an article, make a second webhook to the same address and with the
   same token, with this custom payload, and a trigger: Action is updated, State has changed, or Tags contain one of
   advisor_wrong_article, advisor_wants_person, advisor_wrong_topic:
"""
    + TEMPLATE
    + """\
   and a third with "ticket.reopened" as its event, for a state that changes from closed to open.
4. To write back and to pull, make an access token (profile > Token Access) with the permission ticket.agent for a user
   of its own, whose changes are not read:
     advisor hooks credentials NAME --address https://acme.zammad.com --user bot@acme.example --token FILE
5. """
    + AGENTS
)


def delivery_id(delivery: Delivery) -> str | None:
    """Where the header x-zammad-delivery is missing: article, or ticket and time of its change."""
    try:
        payload = payload_of(delivery.body)
        article, ticket = payload.part("article"), payload.part("ticket")
        kind = payload.known("event") or "webhook"
        about = article.known("id") or f"{ticket.id('id')}:{ticket.known('updated_at') or ''}"
    except PayloadError:
        return None
    return named_by(kind, about, digest_of(delivery.body))


def parse(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    """What a delivery tells. Raises PayloadError."""
    payload = payload_of(delivery.body)
    ticket = mapped(hook, payload, ticket_of(hook, payload.part("ticket")))
    kind = payload.text("event")
    if kind:
        return [_named(hook, payload, ticket, kind)]
    article = payload.part("article")
    if not article.came:
        return [_changed(hook, payload, ticket)]
    reason = not_taken(hook, article)
    if reason is not None:
        return [NotForUs(reason)]
    return [_said(hook, payload, ticket, message_of(article, ticket))]


def sample(hook: Hook, *, now: datetime) -> tuple[dict[str, str], bytes]:
    """A ticket for `hooks test`."""
    body = "I cannot log in any more. Is there an article that tells how to reset my password?"
    ticket = {
        "id": f"test-{now:%Y%m%d%H%M%S}",
        "number": "10001",
        "title": "How do I reset my password?",
        "state": "new",
        "article_count": 1,
        "created_at": now.isoformat(),
        "customer": {"id": 1, "firstname": "Kim", "lastname": "Test", "email": "kim.test@example.com"},
    }
    article = {
        "id": 1,
        "body": body,
        "content_type": "text/plain",
        "internal": False,
        "sender": "Customer",
        "type": "email",
    }
    return {"content-type": "application/json"}, msgspec.json.encode({"ticket": ticket, "article": article})


def _said(hook: Hook, payload: Part, ticket: Ticket, message: Message) -> Event:
    if message.sender is Sender.AGENT:
        return agent_wrote(hook, ticket, message, tags=_tags(payload))
    if payload.part("ticket").number("article_count") == 1:
        return new_ticket(ticket, message.body)
    return customer_wrote(ticket, message)


def _named(hook: Hook, payload: Part, ticket: Ticket, kind: str) -> Event:
    """An event of a custom payload."""
    if kind == "ticket.deleted":
        return TicketDeleted(hook.name, ticket.id)
    if kind == "ticket.reopened":
        return changed(ticket, tags=_tags(payload), outcome=OutcomeKind.CONTRADICTED)
    if kind == "ticket.changed":
        return _changed(hook, payload, ticket)
    return NotForUs(f"{kind[:80]} is no event that is taken here: ticket.changed, ticket.reopened, ticket.deleted are")


def _changed(hook: Hook, payload: Part, ticket: Ticket) -> Event:
    user = payload.part("ticket").came.get("updated_by")
    by = Part(user) if isinstance(user, dict) else Part({"email": user})
    if is_own(hook, by.known("email"), by.known("login"), by.known("id")):
        return NotForUs("our own change")
    return changed(ticket, tags=_tags(payload))


def _tags(payload: Part) -> tuple[str, ...] | None:
    return payload.part("ticket").texts("tags")
