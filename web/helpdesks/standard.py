"""Our own generic door, by Standard Webhooks (standardwebhooks.com): any program that can sign may send tickets.

The payload is `{"type", "timestamp", "data"}`; `data` is a ticket as `advisor advise --json` takes it, or for changes
the part of it that is new, always with its `id`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from advisor.errors import TicketError
from advisor.types import OutcomeKind, Sender, Ticket
from advisor.wire.errors import one_of
from advisor.wire.ticket import ticket_from
from web.helpdesks.model import (
    Delivery,
    Encoding,
    Event,
    Hook,
    NotForUs,
    Signing,
    TicketCame,
    TicketChanged,
    TicketDeleted,
)
from web.helpdesks.reading import Part, PayloadError, payload_of

SIGNING = Signing(
    header="webhook-signature",
    prefix="v1,",
    several=True,
    encoding=Encoding.BASE64,
    content="{id}.{timestamp}.{body}",
    time_header="webhook-timestamp",
    id_header="webhook-id",
    secret_prefix="whsec_",
    alternatives={
        "webhook-signature": "svix-signature",
        "webhook-timestamp": "svix-timestamp",
        "webhook-id": "svix-id",
    },
)

TEXTS = ("body", "subject", "messages")
SET_UP = """\
1. In the program that sends tickets, add a webhook (an endpoint) by Standard Webhooks with this address:
     {address}
2. Give it this secret for signing:
     {secret}
3. Let it send JSON like this, signed over id, time and body (`webhook-id`, `webhook-timestamp`, `webhook-signature`):
     {"type": "ticket.created", "timestamp": "2026-03-01T09:30:00Z",
      "data": {"id": "4711", "subject": "Cannot log in", "body": "The page says 403.", "channel": "email",
               "customer": {"id": "c1", "email": "kim@example.com"}, "account": {"id": "a1", "licences": 120}}}
   The types are:
     ticket.created, ticket.updated   a whole ticket
     message.created                  `id` and only the new `messages`: [{"from": "customer", "body": "…", "at": "…"}]
     ticket.changed                   `id` and what is new of status, assignee, tags, solved_at, csat, nps, handled,
                                      outcome
     ticket.deleted                   `id`
     ping                             nothing: it is answered and left
4. Agents answer an advice by a tag of the ticket, sent with ticket.changed: advisor_wrong_article (the article does not
   answer), advisor_wants_person (the customer wants a person), advisor_wrong_topic (it is about something else).
"""


def delivery_id(delivery: Delivery) -> str | None:
    """None: the header webhook-id names every delivery."""
    return None


def parse(hook: Hook, delivery: Delivery) -> Sequence[Event]:
    """What a delivery tells. Raises PayloadError."""
    payload = payload_of(delivery.body)
    kind = payload.text("type")
    if not kind:
        raise PayloadError("type must name an event, such as ticket.created, was missing")
    take = _TAKEN.get(kind)
    if take is None:
        return [NotForUs(f"{kind} is no event that is taken here: {', '.join(_TAKEN)} are")]
    return [take(hook, payload.part("data"))]


def sample(hook: Hook, *, now: datetime) -> tuple[dict[str, str], bytes]:
    """A ticket for `hooks test`."""
    ticket = {
        "id": f"test-{now:%Y%m%d%H%M%S}",
        "subject": "How do I reset my password?",
        "body": "I cannot log in any more. Is there an article that tells how to reset my password?",
        "created_at": now.isoformat(),
        "customer": {"id": "test", "name": "Kim Test", "email": "kim.test@example.com"},
    }
    body = msgspec.json.encode({"type": "ticket.created", "timestamp": now.isoformat(), "data": ticket})
    return {"content-type": "application/json"}, body


def _came(hook: Hook, part: Part) -> Event:
    return TicketCame(ticket=_ticket(hook, part.came), whole=True)


def _updated(hook: Hook, part: Part) -> Event:
    return _came(hook, part) if any(part.has(name) for name in TEXTS) else _changed(hook, part)


def _said(hook: Hook, part: Part) -> Event:
    """New messages; where the customer wrote none of them, nobody waits for an advice."""
    ticket = _ticket(hook, part.came)
    if not ticket.messages:
        raise PayloadError("data.messages must hold the new messages, was empty")
    if any(message.sender is Sender.CUSTOMER for message in ticket.messages):
        return TicketCame(ticket=ticket)
    return _change_of(ticket, part)


def _changed(hook: Hook, part: Part) -> Event:
    return _change_of(_ticket(hook, {"subject": "", **part.came}), part)


def _change_of(ticket: Ticket, part: Part) -> TicketChanged:
    return TicketChanged(
        source=ticket.source,
        ticket_id=ticket.id,
        status=ticket.status,
        assignee=ticket.assignee,
        tags=ticket.tags if part.has("tags") else None,
        solved_at=ticket.solved_at,
        csat=ticket.csat,
        nps=ticket.nps,
        handled=ticket.handled,
        outcome=_outcome(part),
        messages=ticket.messages,
    )


def _outcome(part: Part) -> OutcomeKind | None:
    word = part.text("outcome").strip()
    if not word:
        return None
    if word not in set(OutcomeKind):
        raise part.wrong("outcome", one_of(OutcomeKind))
    return OutcomeKind(word)


def _deleted(hook: Hook, part: Part) -> Event:
    return TicketDeleted(hook.name, part.id("id"))


def _ping(hook: Hook, part: Part) -> Event:
    return NotForUs("a ping: the address and the secret are right")


def _ticket(hook: Hook, came: Mapping[str, Any]) -> Ticket:
    """The ticket of a delivery; its source is the hook, whatever it says itself."""
    id = Part(came, "data").id("id")
    try:
        return ticket_from({**came, "id": id, "source": hook.name}, row="data")
    except TicketError as error:
        raise PayloadError(str(error)) from error


_TAKEN: Mapping[str, Callable[[Hook, Part], Event]] = {
    "ticket.created": _came,
    "ticket.updated": _updated,
    "message.created": _said,
    "ticket.changed": _changed,
    "ticket.deleted": _deleted,
    "ping": _ping,
}
