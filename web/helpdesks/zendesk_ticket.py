"""A ticket of Zendesk in the form of our template, which pulled tickets are brought into, too."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.archive.formats.spoken import RATINGS
from advisor.types import Account, Channel, Ticket
from web.helpdesks.building import SOLVED, channel_of, customer_of, mapped
from web.helpdesks.model import Hook
from web.helpdesks.reading import Part

WAYS: Mapping[str, Channel] = {"native_messaging": Channel.CHAT, "sample_ticket": Channel.EMAIL}


def ticket_of(hook: Hook, payload: Part) -> Ticket:
    """The ticket without what anybody wrote, with what the hook's map finds."""
    part = payload.part("ticket")
    organization = part.part("organization")
    status = lower(part.known("status"))
    ticket = Ticket(
        id=part.id("id"),
        source=hook.name,
        subject=part.text("subject"),
        channel=channel_of(part.known("via"), WAYS),
        created_at=part.time("created_at"),
        status=status,
        priority=lower(part.known("priority")),
        tags=part.texts("tags") or (),
        assignee=part.known("assignee"),
        solved_at=part.time("updated_at") if status in SOLVED else None,
        csat=rating_of(part.known("rating")),
        customer=customer_of(part.part("requester")),
        account=Account(id=organization.known("id"), name=organization.known("name")),
    )
    return mapped(hook, payload, ticket)


def lower(word: str | None) -> str | None:
    """A state or priority as the API has it: the template writes them as people see them."""
    return word.lower() if word else None


def rating_of(word: str | None) -> float | None:
    """Good and bad are 1 and 0, as in archives; a number is itself."""
    meant = RATINGS.get(" ".join(word.lower().replace(",", " ").split())) if word else None
    return float(meant) if meant is not None else Part({"rating": word}).number("rating")
