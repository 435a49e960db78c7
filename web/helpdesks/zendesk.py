"""Zendesk: what its triggers send by our template, and what its own ticket events send.

Documented: the signature, the names of events and of the fields of `detail`, the placeholders of triggers. From memory:
the inner fields of `event` (`comment`, `current`, `previous`), the role "end-user" of `current_user.role`, that
`latest_public_comment` comes without its formatted head, and that `ticket.tags` are separated by blanks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from advisor.types import Account, Customer, Message, Sender, Ticket
from web.helpdesks.agents_text import AGENTS
from web.helpdesks.building import (
    SOLVED,
    agent_wrote,
    changed,
    channel_of,
    customer_wrote,
    is_own,
    mapped,
    new_ticket,
    reopened,
)
from web.helpdesks.model import Clock, Delivery, Encoding, Event, Hook, NotForUs, Signing, TicketDeleted
from web.helpdesks.reading import Part, PayloadError, payload_of
from web.helpdesks.zendesk_api import authorised, found, note, read, read_on, tag, untag
from web.helpdesks.zendesk_pull import pull, pulled
from web.helpdesks.zendesk_ticket import WAYS, lower, ticket_of

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
    header="x-zendesk-webhook-signature",
    encoding=Encoding.BASE64,
    content="{timestamp}{body}",
    time_header="x-zendesk-webhook-signature-timestamp",
    clock=Clock.ISO,
    id_header="x-zendesk-webhook-invocation-id",
    secret_is_theirs=True,
)
EVENTS = "zen:event-type:ticket."
TEMPLATE = """\
{"event": "ticket.created",
 "current_user": {"id": "{{current_user.id}}", "email": "{{current_user.email}}", "name": "{{current_user.name}}"},
 "ticket": {"id": "{{ticket.id}}", "subject": "{{ticket.title}}", "description": "{{ticket.description}}",
  "comment": "{{ticket.latest_public_comment}}", "status": "{{ticket.status}}", "priority": "{{ticket.priority}}",
  "via": "{{ticket.via}}", "tags": "{{ticket.tags}}", "assignee": "{{ticket.assignee.name}}",
  "rating": "{{satisfaction.current_rating}}",
  "created_at": "{{ticket.created_at_with_timestamp}}", "updated_at": "{{ticket.updated_at_with_timestamp}}",
  "requester": {"id": "{{ticket.requester.id}}", "name": "{{ticket.requester.name}}",
   "email": "{{ticket.requester.email}}", "phone": "{{ticket.requester.phone}}"},
  "organization": {"id": "{{ticket.organization.id}}", "name": "{{ticket.organization.name}}"}}}
"""
SET_UP = (
    """\
1. Admin Center > Apps and integrations > Webhooks > Create webhook > Trigger or automation.
   Endpoint: {address}
   Method POST, format JSON, no authentication. Zendesk makes the signing secret: open the webhook, choose "Reveal
   secret", and give it to this program as the secret of the hook {secret}.
2. Admin Center > Objects and rules > Triggers: make these triggers with the action "Notify active webhook", and paste
   the template below into each; only its first line differs:
     ticket.created     Ticket is Created
     customer.replied   Ticket is Updated, Current user is (end user), Comment is Public
     agent.replied      Ticket is Updated, Current user is (agent), Comment is Public
     ticket.changed     Ticket is Updated, and any of: Status Changed; Satisfaction Changed; Tags contain one of
                        advisor_wrong_article advisor_wants_person advisor_wrong_topic
     ticket.reopened    Ticket is Updated, Status Changed from Solved
   In each, leave out the user that this program writes as (Current user is not ...): it need not hear itself.
"""
    + TEMPLATE
    + """\
3. What you know of customers goes into the template as fields of your own, for example into "organization":
     "seats": "{{ticket.organization.custom_fields.seats}}"
   and then into settings.toml: [map.NAME] licences = "ticket.organization.seats".
4. Deleted tickets: `advisor pull` sees them; or make a second webhook that subscribes to Zendesk's own ticket events.
5. To write back and to pull, make an API token (Apps and integrations > APIs), and say whose it is:
     advisor hooks credentials NAME --address https://acme.zendesk.com --user bot@acme.example --token FILE
6. """
    + AGENTS
)


def delivery_id(delivery: Delivery) -> str | None:
    """None: the header x-zendesk-webhook-invocation-id names every delivery."""
    return None


def parse(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    """What a delivery tells. Raises PayloadError."""
    payload = payload_of(delivery.body)
    if payload.text("type").startswith("zen:"):
        return [_told(hook, payload)]
    kind = payload.text("event")
    take = _TAKEN.get(kind)
    if take is None and not kind:
        raise PayloadError("event must name what happened, such as ticket.created, was missing: use the template")
    if take is None:
        return [NotForUs(f"{kind[:80]} is no event that is taken here: {', '.join(_TAKEN)} are")]
    user = payload.part("current_user")
    if is_own(hook, user.known("id"), user.known("email")):
        return [NotForUs("our own change")]
    return [take(hook, payload, ticket_of(hook, payload))]


def sample(hook: Hook, *, now: datetime) -> tuple[dict[str, str], bytes]:
    """A ticket for `hooks test`, as the template makes it."""
    ticket = {
        "id": f"test-{now:%Y%m%d%H%M%S}",
        "subject": "How do I reset my password?",
        "description": "I cannot log in any more. Is there an article that tells how to reset my password?",
        "status": "new",
        "via": "web form",
        "tags": "",
        "created_at": now.isoformat(),
        "requester": {"id": "1", "name": "Kim Test", "email": "kim.test@example.com"},
    }
    return {"content-type": "application/json"}, msgspec.json.encode({"event": "ticket.created", "ticket": ticket})


def _came(hook: Hook, payload: Part, ticket: Ticket) -> Event:
    part = payload.part("ticket")
    return new_ticket(ticket, part.text("description", "comment", "body"))


def _customer_replied(hook: Hook, payload: Part, ticket: Ticket) -> Event:
    message = _message(payload, Sender.CUSTOMER)
    return customer_wrote(ticket, replace(message, author=_other_author(message.author, ticket.customer)))


def _agent_replied(hook: Hook, payload: Part, ticket: Ticket) -> Event:
    return agent_wrote(hook, ticket, _message(payload, Sender.AGENT), tags=ticket.tags)


def _changed(hook: Hook, payload: Part, ticket: Ticket) -> Event:
    return changed(ticket, tags=ticket.tags)


def _reopened(hook: Hook, payload: Part, ticket: Ticket) -> Event:
    return changed(ticket, tags=ticket.tags, outcome=reopened("solved", "open"))


def _deleted(hook: Hook, payload: Part, ticket: Ticket) -> Event:
    return TicketDeleted(hook.name, ticket.id)


def _message(payload: Part, sender: Sender) -> Message:
    user, part = payload.part("current_user"), payload.part("ticket")
    body = part.text("comment")
    if not body.strip():
        raise part.wrong("comment", "the text of the newest public comment")
    return Message(sender=sender, body=body, author=user.known("name", "email"), at=part.time("updated_at"))


def _other_author(author: str | None, customer: Customer) -> str | None:
    """Who wrote, where that is somebody else than the customer."""
    return None if author in {customer.name, customer.email} else author


_TAKEN: Mapping[str, Callable[[Hook, Part, Ticket], Event]] = {
    "ticket.created": _came,
    "customer.replied": _customer_replied,
    "agent.replied": _agent_replied,
    "ticket.changed": _changed,
    "ticket.reopened": _reopened,
    "ticket.deleted": _deleted,
}


def _told(hook: Hook, payload: Part) -> Event:
    """One of Zendesk's own ticket events; they know the customer by id only."""
    kind = payload.text("type").removeprefix(EVENTS)
    part, event = payload.part("detail"), payload.part("event")
    take = _TOLD.get(kind)
    if take is None:
        return NotForUs(f"{payload.text('type')[:80]} says nothing of a ticket that is taken here")
    if is_own(hook, part.known("actor_id"), event.part("comment").part("author").known("id")):
        return NotForUs("our own change")
    return take(hook, event, mapped(hook, payload, _of_event(hook, part)), part)


def _of_event(hook: Hook, part: Part) -> Ticket:
    status = lower(part.known("status"))
    return Ticket(
        id=part.id("id"),
        source=hook.name,
        subject=part.text("subject"),
        channel=channel_of(part.part("via").known("channel"), WAYS),
        created_at=part.time("created_at"),
        status=status,
        priority=lower(part.known("priority")),
        tags=part.texts("tags") or (),
        assignee=part.known("assignee_id"),
        solved_at=part.time("updated_at") if status in SOLVED else None,
        customer=Customer(id=part.known("requester_id")),
        account=Account(id=part.known("organization_id")),
    )


def _event_created(hook: Hook, event: Part, ticket: Ticket, part: Part) -> Event:
    return new_ticket(ticket, part.text("description"))


def _event_commented(hook: Hook, event: Part, ticket: Ticket, part: Part) -> Event:
    comment = event.part("comment")
    if comment.flag("is_public") is False:
        return NotForUs("a private note")
    author = comment.part("author")
    by = Sender.AGENT if author.flag("is_staff") else Sender.CUSTOMER
    body = comment.text("body")
    message = Message(sender=by, body=body, author=author.known("name"), at=part.time("updated_at"))
    if by is Sender.AGENT:
        return agent_wrote(hook, ticket, message, tags=ticket.tags)
    own = author.known("id") == ticket.customer.id
    return customer_wrote(ticket, replace(message, author=None) if own else message)


def _event_status(hook: Hook, event: Part, ticket: Ticket, part: Part) -> Event:
    again = reopened(event.known("previous"), event.known("current"))
    return changed(replace(ticket, status=lower(event.known("current")) or ticket.status), outcome=again)


def _event_tags(hook: Hook, event: Part, ticket: Ticket, part: Part) -> Event:
    return changed(ticket, tags=ticket.tags)


def _event_deleted(hook: Hook, event: Part, ticket: Ticket, part: Part) -> Event:
    return TicketDeleted(hook.name, ticket.id)


_TOLD: Mapping[str, Callable[[Hook, Part, Ticket, Part], Event]] = {
    "created": _event_created,
    "comment_added": _event_commented,
    "status_changed": _event_status,
    "tags_changed": _event_tags,
    "agent_assignment_changed": _event_tags,
    "soft_deleted": _event_deleted,
    "permanently_deleted": _event_deleted,
}
