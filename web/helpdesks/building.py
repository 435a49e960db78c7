"""What every helpdesk's file needs to make tickets and events of what it has read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from advisor.archive.formats.cells import channel as spoken_channel
from advisor.types import (
    Account,
    Action,
    Channel,
    Customer,
    Handled,
    Message,
    OutcomeKind,
    Sender,
    Ticket,
)
from web.helpdesks.model import Event, Hook, TicketCame, TicketChanged
from web.helpdesks.reading import LARGEST_COUNT, Part, day_of, number_of, plain

ARTICLE = re.compile(
    r"https?://[^\s\"'<>()\[\]]{1,300}?/(?:hc|articles?|solutions|help|kb|knowledge(?:-?base)?|docs|faqs?)"
    r"/[^\s\"'<>()\[\]]{1,500}",
    re.IGNORECASE,
)
"""A link into a help centre, as makers of helpdesks address articles; a hook's option `articles` adds others."""

SOLVED = frozenset({"solved", "resolved", "closed", "done", "merged"})
OPEN = frozenset({"new", "open", "reopened", "active", "pending", "unassigned", "assigned"})
ADDRESS = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,255}")


def channel_of(word: str | None, ways: Mapping[str, Channel], *, otherwise: Channel = Channel.EMAIL) -> Channel:
    """The way a ticket came, by the helpdesk's own words first."""
    if word is None:
        return otherwise
    known = ways.get(word.casefold())
    found = known or spoken_channel(word)
    return found if isinstance(found, Channel) else otherwise


def email_of(word: str | None) -> str | None:
    """An address, also out of `Kim <kim@example.com>`; None for anything else."""
    found = ADDRESS.search(word) if word and len(word) <= 400 else None
    return found.group().rstrip(".") if found else None


def named(*parts: str | None) -> str | None:
    """A name of its parts, as far as they are known."""
    return " ".join(part for part in parts if part) or None


def customer_of(
    part: Part, *, id: str = "id", name: str = "name", email: str = "email", phone: str = "phone"
) -> Customer:
    """Who wrote, by the helpdesk's names of the fields; what is not known stays None."""
    return Customer(
        id=part.known(id), name=part.known(name), email=email_of(part.known(email)), phone=part.known(phone)
    )


def is_own(hook: Hook, *names: str | None) -> bool:
    """Whether it was our own user that did it."""
    own = hook.user.strip().casefold()
    return bool(own) and own in {name.casefold() for name in names if name}


def was_done(hook: Hook, message: Message, channel: Channel) -> Handled:
    """What an agent's message tells: a link to an article is self-service, anything else a person's answer."""
    action = Action.SELF_SERVICE if links_article(hook, message.body) else Action.LIVE_HUMAN
    return Handled(action=action, channel=channel, by=message.author, at=message.at)


def first_done(hook: Hook, ticket: Ticket) -> Ticket:
    """The ticket with what its first answer tells was done, as archives have it."""
    answer = next((one for one in ticket.messages if one.sender is Sender.AGENT), None)
    return replace(ticket, handled=was_done(hook, answer, ticket.channel) if answer is not None else None)


def links_article(hook: Hook, body: str) -> bool:
    """Whether a text leads to an article: one of the usual places, or below an address of the hook's `articles`."""
    own = hook.options.get("articles", "").split()
    return any(address in body for address in own) or ARTICLE.search(body) is not None


def reopened(before: str | None, now: str | None) -> OutcomeKind | None:
    """What it tells that a ticket was solved before and is open now; None where it was not so."""
    again = before is not None and before.casefold() in SOLVED and now is not None and now.casefold() in OPEN
    return OutcomeKind.CONTRADICTED if again else None


def new_ticket(ticket: Ticket, body: str) -> TicketCame:
    """A ticket that has just come, whole."""
    return TicketCame(ticket=replace(ticket, body=body), whole=True)


def customer_wrote(ticket: Ticket, message: Message) -> TicketCame:
    """A further message of the customer."""
    return TicketCame(ticket=replace(ticket, messages=(message,)))


def agent_wrote(hook: Hook, ticket: Ticket, message: Message, *, tags: tuple[str, ...] | None = None) -> TicketChanged:
    """An agent's message to the customer, which tells what was done."""
    done = was_done(hook, message, ticket.channel) if message.sender is Sender.AGENT else None
    return changed(ticket, tags=tags, messages=(message,), handled=done)


def timed(event: Event, at: datetime) -> Event:
    """The event, where the helpdesk tells no time of what was written, with the time at which we heard of it."""
    if isinstance(event, TicketCame):
        ticket = event.ticket
        created = ticket.created_at or (at if event.whole else None)
        return replace(event, ticket=replace(ticket, created_at=created, messages=_timed(ticket.messages, at)))
    if not isinstance(event, TicketChanged):
        return event
    done = event.handled if event.handled is None or event.handled.at else replace(event.handled, at=at)
    return replace(event, messages=_timed(event.messages, at), handled=done)


def _timed(messages: tuple[Message, ...], at: datetime) -> tuple[Message, ...]:
    return tuple(one if one.at is not None else replace(one, at=at) for one in messages)


def changed(
    ticket: Ticket,
    *,
    tags: tuple[str, ...] | None = None,
    messages: tuple[Message, ...] = (),
    handled: Handled | None = None,
    outcome: OutcomeKind | None = None,
) -> TicketChanged:
    """What became known of a ticket beside what anybody wrote to us."""
    return TicketChanged(
        source=ticket.source,
        ticket_id=ticket.id,
        status=ticket.status,
        assignee=ticket.assignee,
        tags=tags,
        solved_at=ticket.solved_at,
        csat=ticket.csat,
        nps=ticket.nps,
        handled=handled,
        outcome=outcome,
        messages=messages,
    )


def _text(came: object) -> object:
    return plain(came)


def _count(came: object) -> object:
    found = number_of(came)
    return int(found) if found is not None and 0 <= found <= LARGEST_COUNT else None


def _money(came: object) -> object:
    found = number_of(came)
    return found if found is not None and abs(found) <= 1e15 else None


def _share(came: object) -> object:
    found = number_of(came)
    return found if found is not None and 0 <= found <= 1 else None


def _nps(came: object) -> object:
    found = number_of(came)
    return found if found is not None and 0 <= found <= 10 else None


MAPPED: Mapping[str, tuple[str, str, Callable[[object], object]]] = {
    "customer_id": ("customer", "id", _text),
    "persona": ("customer", "persona", _text),
    "phone": ("customer", "phone", _text),
    "account_id": ("account", "id", _text),
    "account_name": ("account", "name", _text),
    "licences": ("account", "licences", _count),
    "monthly_revenue": ("account", "monthly_revenue", _money),
    "renews_on": ("account", "renews_on", day_of),
    "plan": ("account", "plan", _text),
    "manager": ("account", "manager", _text),
    "usage": ("account", "usage", _share),
    "csat": ("ticket", "csat", _money),
    "nps": ("ticket", "nps", _nps),
}
"""What [map.NAME] may fill, each with where it belongs and how it is read."""


def mapped(hook: Hook, payload: Part, ticket: Ticket) -> Ticket:
    """The ticket with what the hook's own map finds in the payload; what is not there, or unfit, changes nothing."""
    found: dict[str, dict[str, Any]] = {"customer": {}, "account": {}, "ticket": {}}
    for ours, path in hook.fields.items():
        if ours in MAPPED:
            where, name, read = MAPPED[ours]
            value = read(value_at(payload.came, path))
            if value is not None:
                found[where][name] = value
    customer = replace(ticket.customer, **found["customer"])
    account: Account = replace(ticket.account, **found["account"])
    return replace(ticket, customer=customer, account=account, **found["ticket"])


def value_at(came: object, path: str) -> object:
    """What stands at a dotted path, such as `ticket.organization.seats`; None where nothing does.

    A step into a list is a place from 0 on, or the id, key or name of one of its objects, whose value is meant.
    """
    for step in path.split("."):
        came = _listed_at(came, step) if isinstance(came, list) else came.get(step) if isinstance(came, dict) else None
    return came


def _listed_at(came: list[object], step: str) -> object:
    for one in came:
        if isinstance(one, dict) and step in {plain(one.get(name)) for name in ("id", "key", "name")}:
            return one.get("value", one)
    place = int(step) if step.isascii() and step.isdecimal() and len(step) < 6 else len(came)
    return came[place] if place < len(came) else None
