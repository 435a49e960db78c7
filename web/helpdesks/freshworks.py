"""What Freshdesk and Freshservice have in common: rules send what an admin ticks or types, with headers of our own.

Neither signs: a shared secret stands in the header x-advisor-secret, and x-advisor-event says what the rule is for. The
content is best left "simple", for then Freshworks writes the JSON itself, where texts with quotes cannot break it. From
memory: the names under `freshdesk_webhook` and `freshservice_webhook` in the simple content, and the words for ratings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from advisor.archive.formats.freshdesk import PRIORITIES, STATES
from advisor.archive.formats.freshdesk import WAYS as NUMBERED
from advisor.types import Account, Customer, Message, OutcomeKind, Sender, Ticket
from web.helpdesks.building import (
    SOLVED,
    agent_wrote,
    changed,
    channel_of,
    customer_wrote,
    email_of,
    is_own,
    mapped,
    new_ticket,
    timed,
)
from web.helpdesks.model import Delivery, Event, Hook, NotForUs, Signing, TicketDeleted
from web.helpdesks.reading import Part, PayloadError, digest_of, named_by, payload_of

SIGNING = Signing(header="x-advisor-secret", digest="")
EVENT = "x-advisor-event"
WRAPPERS = ("freshdesk_webhook", "freshservice_webhook", "ticket")
RATINGS: Mapping[str, float] = {
    "extremely happy": 7.0,
    "very happy": 6.0,
    "happy": 5.0,
    "neutral": 4.0,
    "unhappy": 3.0,
    "very unhappy": 2.0,
    "extremely unhappy": 1.0,
    **{"103": 7.0, "102": 6.0, "101": 5.0, "100": 4.0, "-101": 3.0, "-102": 2.0, "-103": 1.0},
}
"""Ratings, on a scale of 1 to 7, as words and as the numbers of the API."""


def delivery_id(delivery: Delivery) -> str | None:
    """Ticket, event and time of the change; without a time the content and the day, for retries end after two hours."""
    try:
        part = _inner(payload_of(delivery.body))
        id = part.id("ticket_id", "id")
    except PayloadError:
        return None
    at = part.known("ticket_updated_at", "updated_at", "ticket_modified_on")
    when = at or delivery.at.date().isoformat()
    return named_by(id, _event(delivery, part), when, digest_of(delivery.body))


def parse(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    """What a rule tells. Raises PayloadError."""
    payload = payload_of(delivery.body)
    part = _inner(payload)
    kind = _event(delivery, part) or payload.text("event").strip()
    if not kind:
        rule = f"the rule must say what happened in the header {EVENT}, such as ticket.created"
        raise PayloadError(f"{rule}, said nothing: see `advisor hooks add`")
    take = _TAKEN.get(kind)
    if take is None:
        return [NotForUs(f"{kind[:80]} is no event that is taken here: {', '.join(_TAKEN)} are")]
    if is_own(hook, part.known("performer_email", "performer_id"), payload.known("performer_email")):
        return [NotForUs("our own change")]
    return [timed(take(hook, part, mapped(hook, payload, _ticket(hook, part))), delivery.at)]


def sample(hook: Hook, *, now: datetime) -> tuple[dict[str, str], bytes]:
    """A ticket for `hooks test`, as a rule with simple content sends it."""
    ticket = {
        "ticket_id": f"test-{now:%Y%m%d%H%M%S}",
        "ticket_subject": "How do I reset my password?",
        "ticket_description": "<p>I cannot log in any more. Is there an article about resetting my password?</p>",
        "ticket_status": "Open",
        "ticket_source": "Portal",
        "ticket_requester_name": "Kim Test",
        "ticket_requester_email": "kim.test@example.com",
    }
    headers = {"content-type": "application/json", EVENT: "ticket.created"}
    return headers, msgspec.json.encode({"freshdesk_webhook": ticket})


def _inner(payload: Part) -> Part:
    """The ticket, with or without a wrapper."""
    wrapper = next((name for name in WRAPPERS if payload.has(name)), None)
    return payload.part(wrapper) if wrapper is not None else payload


def _event(delivery: Delivery, part: Part) -> str:
    """What the rule says it is for; the header goes before the content."""
    return (delivery.headers.get(EVENT, "") or part.known("event") or "").strip()


def _ticket(hook: Hook, part: Part) -> Ticket:
    status = _coded(part.known("ticket_status", "status"), STATES)
    source = part.known("ticket_source", "source")
    at = part.time("ticket_updated_at", "updated_at")
    return Ticket(
        id=part.id("ticket_id", "id"),
        source=hook.name,
        subject=part.text("ticket_subject", "subject"),
        channel=channel_of(source, NUMBERED),
        created_at=part.time("ticket_created_at", "created_at", "ticket_created_on"),
        status=status,
        priority=_coded(part.known("ticket_priority", "priority"), PRIORITIES),
        tags=_tags(part) or (),
        assignee=part.known("ticket_agent_name", "agent_name"),
        solved_at=at if status in SOLVED else None,
        csat=_rating(part.known("ticket_satisfaction_rating", "satisfaction_rating", "rating")),
        customer=_customer(part),
        account=Account(
            id=part.known("ticket_company_id", "company_id"), name=part.known("ticket_company_name", "company_name")
        ),
    )


def _customer(part: Part) -> Customer:
    email = part.known("ticket_requester_email", "ticket_contact_email", "requester_email", "email")
    return Customer(
        id=part.known("ticket_requester_unique_external_id", "ticket_requester_id", "requester_id"),
        name=part.known("ticket_requester_name", "ticket_contact_name", "requester_name"),
        email=email_of(email),
        phone=part.known("ticket_requester_phone", "ticket_contact_phone", "requester_phone"),
    )


def _tags(part: Part) -> tuple[str, ...] | None:
    """Tags may have blanks in them, so that only commas separate them."""
    for name in ("ticket_tags", "tags"):
        came = part.came.get(name)
        if isinstance(came, str):
            return tuple(dict.fromkeys(one.strip() for one in came.split(",") if one.strip()))
        if part.texts(name) is not None:
            return part.texts(name)
    return None


def _coded(word: str | None, codes: Mapping[str, str]) -> str | None:
    return codes.get(word, word.lower()) if word else None


def _rating(word: str | None) -> float | None:
    return RATINGS.get(word.lower()) if word else None


def _came(hook: Hook, part: Part, ticket: Ticket) -> Event:
    return new_ticket(ticket, part.text("ticket_description", "description", "ticket_description_text"))


def _customer_replied(hook: Hook, part: Part, ticket: Ticket) -> Event:
    return customer_wrote(ticket, _message(part, Sender.CUSTOMER, None))


def _agent_replied(hook: Hook, part: Part, ticket: Ticket) -> Event:
    by = part.known("performer_name") or ticket.assignee
    return agent_wrote(hook, ticket, _message(part, Sender.AGENT, by), tags=_tags(part))


def _message(part: Part, sender: Sender, author: str | None) -> Message:
    body = part.text("ticket_latest_public_comment", "latest_public_comment", "comment")
    if not body.strip():
        raise PayloadError(
            f"{part.named('ticket_latest_public_comment')} must be the newest comment, was empty: tick it"
        )
    return Message(sender=sender, body=body, author=author, at=part.time("ticket_updated_at", "updated_at"))


def _changed(hook: Hook, part: Part, ticket: Ticket) -> Event:
    return changed(ticket, tags=_tags(part))


def _reopened(hook: Hook, part: Part, ticket: Ticket) -> Event:
    return changed(ticket, tags=_tags(part), outcome=OutcomeKind.CONTRADICTED)


def _deleted(hook: Hook, part: Part, ticket: Ticket) -> Event:
    return TicketDeleted(hook.name, ticket.id)


def _ping(hook: Hook, part: Part, ticket: Ticket) -> Event:
    return NotForUs("a ping: the address and the secret are right")


_TAKEN: Mapping[str, Callable[[Hook, Part, Ticket], Event]] = {
    "ticket.created": _came,
    "customer.replied": _customer_replied,
    "agent.replied": _agent_replied,
    "ticket.changed": _changed,
    "ticket.reopened": _reopened,
    "ticket.deleted": _deleted,
}
