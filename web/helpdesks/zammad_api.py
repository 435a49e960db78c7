"""Zammad's API: internal articles as notes, tags one by one, and reading them back."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from web.helpdesks.model import Call, Hook, Written
from web.helpdesks.reading import listed_in, payload_of

API = "/api/v1"


def note(hook: Hook, ticket_id: str, text: str, *, html: str, known: Written | None = None) -> Call:
    """An internal article of the type note: one of the type email is sent, internal or not. There is no locking."""
    body = {
        "ticket_id": _number(ticket_id),
        "body": html,
        "content_type": "text/html",
        "type": "note",
        "internal": True,
    }
    return Call(method="POST", path=f"{API}/ticket_articles", body=body)


def tag(hook: Hook, ticket_id: str, tags: Sequence[str], *, known: Written) -> tuple[Call, ...]:
    """A call a tag; the others stay."""
    new = [one for one in tags if one not in known.tags]
    bodies = ({"item": one, "object": "Ticket", "o_id": _number(ticket_id)} for one in new)
    return tuple(Call(method="POST", path=f"{API}/tags/add", body=body) for body in bodies)


def untag(hook: Hook, ticket_id: str, tags: Sequence[str], *, known: Written) -> tuple[Call, ...]:
    """A call a tag; the others stay."""
    bodies = ({"item": one, "object": "Ticket", "o_id": _number(ticket_id)} for one in tags)
    return tuple(Call(method="DELETE", path=f"{API}/tags/remove", body=body) for body in bodies)


def read(hook: Hook, ticket_id: str) -> tuple[Call, ...]:
    """The articles for the notes, and the tags."""
    asked = urlencode({"object": "Ticket", "o_id": ticket_id})
    return Call(method="GET", path=articles_of(ticket_id)), Call(method="GET", path=f"{API}/tags?{asked}")


def read_on(hook: Hook, ticket_id: str, answers: Sequence[bytes]) -> tuple[Call, ...]:
    """Nothing: all articles of a ticket come at once."""
    return ()


def found(answers: Sequence[bytes]) -> Written:
    """The notes are the articles that are internal."""
    notes = tuple(one.text("body") for one in listed_in(answers[0]) if one.flag("internal") is True)
    return Written(notes=notes, tags=payload_of(answers[1]).texts("tags") or ())


def authorised(hook: Hook, credentials: str) -> dict[str, str]:
    """By an access token."""
    return {"authorization": f"Token token={credentials}"}


def articles_of(ticket_id: str) -> str:
    """Where a ticket's articles stand."""
    return f"{API}/ticket_articles/by_ticket/{quote(ticket_id, safe='')}?expand=true"


def _number(ticket_id: str) -> int | str:
    return int(ticket_id) if ticket_id.isascii() and ticket_id.isdecimal() else ticket_id
