"""Freshdesk: rules send the ticket, see `freshworks.py`; notes and tags go back by its API, version 2.

Documented: the paths, `private`, that PUT of `tags` replaces them, the list of conversations, and the API key as user
of basic authentication.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from urllib.parse import quote

from web.helpdesks.agents_text import AGENTS
from web.helpdesks.freshworks import SIGNING, delivery_id, parse, sample
from web.helpdesks.freshworks_text import steps
from web.helpdesks.model import Call, Hook, Written
from web.helpdesks.reading import listed_in, payload_of

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

PAGE = 100  # conversations; the most that are given at once
MOST_PAGES = 20

SET_UP = steps("Admin > Workflows > Automations, tabs Ticket Creation and Ticket Updates") + (
    """\
To write back, take the API key of an agent of its own (profile settings), whose changes the rules leave out:
     advisor hooks credentials NAME --address https://acme.freshdesk.com --user bot@acme.example --token FILE
4. """
    + AGENTS
)


def note(hook: Hook, ticket_id: str, text: str, *, html: str, known: Written | None = None) -> Call:
    """A private note; Freshdesk has no optimistic locking."""
    return Call(method="POST", path=f"{_path(ticket_id)}/notes", body={"body": html, "private": True})


def tag(hook: Hook, ticket_id: str, tags: Sequence[str], *, known: Written) -> tuple[Call, ...]:
    """All that the ticket has and ours: what is not in the list is taken away."""
    merged = list(dict.fromkeys((*known.tags, *tags)))
    if len(merged) == len(known.tags):
        return ()
    return (Call(method="PUT", path=_path(ticket_id), body={"tags": merged}),)


def untag(hook: Hook, ticket_id: str, tags: Sequence[str], *, known: Written) -> tuple[Call, ...]:
    """All that the ticket has but these: what is not in the list is taken away."""
    left = [one for one in known.tags if one not in tags]
    return (Call(method="PUT", path=_path(ticket_id), body={"tags": left}),)


def read(hook: Hook, ticket_id: str) -> tuple[Call, ...]:
    """The ticket for its tags, and its conversations for the notes."""
    return Call(method="GET", path=_path(ticket_id)), _conversations(ticket_id, page=1)


def read_on(hook: Hook, ticket_id: str, answers: Sequence[bytes]) -> tuple[Call, ...]:
    """The next page of conversations, for the oldest come first."""
    page = len(answers) - 1
    is_last = page >= MOST_PAGES or len(listed_in(answers[-1])) < PAGE
    return () if is_last else (_conversations(ticket_id, page=page + 1),)


def found(answers: Sequence[bytes]) -> Written:
    """The notes are the conversations that are private."""
    ticket = payload_of(answers[0])
    ticket.id("id")
    said = [one for answer in answers[1:] for one in listed_in(answer)]
    notes = tuple(one.text("body", "body_text") for one in said if one.flag("private") is True)
    return Written(notes=notes, tags=ticket.texts("tags") or (), updated=ticket.known("updated_at"))


def authorised(hook: Hook, credentials: str) -> dict[str, str]:
    """The API key as user, any password."""
    return {"authorization": f"Basic {base64.b64encode(f'{credentials}:X'.encode()).decode()}"}


def _conversations(ticket_id: str, *, page: int) -> Call:
    return Call(method="GET", path=f"{_path(ticket_id)}/conversations?per_page={PAGE}&page={page}")


def _path(ticket_id: str) -> str:
    return f"/api/v2/tickets/{quote(ticket_id, safe='')}"
