"""Zendesk's API: notes and tags, and reading them back.

Documented: the paths, and that PUT of tags adds. From memory: `safe_update` with `updated_stamp` at both writing paths
(409 where the ticket has changed since).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from urllib.parse import quote

from web.helpdesks.model import Call, Hook, Written
from web.helpdesks.reading import payload_of


def note(hook: Hook, ticket_id: str, text: str, *, html: str, known: Written | None = None) -> Call:
    """An internal note: `public` must be said, for a comment is public by default."""
    ticket: dict[str, object] = {"comment": {"html_body": html, "public": False}} | _only_if(known)
    return Call(method="PUT", path=f"{path_of(ticket_id)}.json", body={"ticket": ticket})


def tag(hook: Hook, ticket_id: str, tags: Sequence[str], *, known: Written) -> tuple[Call, ...]:
    """PUT adds and leaves the others; POST would replace them all."""
    new = [one for one in tags if one not in known.tags]
    body = {"tags": new} | _only_if(known)
    return (Call(method="PUT", path=f"{path_of(ticket_id)}/tags.json", body=body),) if new else ()


def untag(hook: Hook, ticket_id: str, tags: Sequence[str], *, known: Written) -> tuple[Call, ...]:
    """DELETE takes away those that it names."""
    body = {"tags": list(tags)} | _only_if(known)
    return (Call(method="DELETE", path=f"{path_of(ticket_id)}/tags.json", body=body),)


def read(hook: Hook, ticket_id: str) -> tuple[Call, ...]:
    """The ticket for its tags, and its newest comments for the notes."""
    path = path_of(ticket_id)
    return (
        Call(method="GET", path=f"{path}.json"),
        Call(method="GET", path=f"{path}/comments.json?sort_order=desc"),
    )


def read_on(hook: Hook, ticket_id: str, answers: Sequence[bytes]) -> tuple[Call, ...]:
    """Nothing: the newest hundred comments are enough to find what was written last."""
    return ()


def found(answers: Sequence[bytes]) -> Written:
    """The notes are the comments that are not public."""
    ticket = payload_of(answers[0]).part("ticket")
    ticket.id("id")
    comments = payload_of(answers[1]).parts("comments")
    notes = tuple(one.text("html_body", "body") for one in comments if one.flag("public") is False)
    return Written(notes=notes, tags=ticket.texts("tags") or (), updated=ticket.known("updated_at"))


def authorised(hook: Hook, credentials: str) -> dict[str, str]:
    """By the API token of the user whose e-mail the hook names."""
    pair = base64.b64encode(f"{hook.user}/token:{credentials}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


def path_of(ticket_id: str) -> str:
    """Where a ticket stands."""
    return f"/api/v2/tickets/{quote(ticket_id, safe='')}"


def _only_if(known: Written | None) -> dict[str, object]:
    stamp = known.updated if known is not None else None
    return {"updated_stamp": stamp, "safe_update": True} if stamp else {}
