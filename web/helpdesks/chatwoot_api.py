"""Chatwoot's API: private messages as notes, labels as tags, and reading them back."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from web.helpdesks.model import Call, Hook, Written
from web.helpdesks.reading import payload_of

A_PAGE = 20  # messages; so many are given at once
MOST_PAGES = 20


def note(hook: Hook, ticket_id: str, text: str, *, html: str, known: Written | None = None) -> Call:
    """A private message; its text is Markdown, and there is no optimistic locking."""
    body = {"content": text, "message_type": "outgoing", "private": True}
    return Call(method="POST", path=f"{path_of(hook, ticket_id)}/messages", body=body)


def tag(hook: Hook, ticket_id: str, tags: Sequence[str], *, known: Written) -> tuple[Call, ...]:
    """All labels that it has and ours: what is not in the list is taken away."""
    merged = list(dict.fromkeys((*known.tags, *tags)))
    if len(merged) == len(known.tags):
        return ()
    return (Call(method="POST", path=f"{path_of(hook, ticket_id)}/labels", body={"labels": merged}),)


def untag(hook: Hook, ticket_id: str, tags: Sequence[str], *, known: Written) -> tuple[Call, ...]:
    """All labels that it has but these."""
    left = [one for one in known.tags if one not in tags]
    return (Call(method="POST", path=f"{path_of(hook, ticket_id)}/labels", body={"labels": left}),)


def read(hook: Hook, ticket_id: str) -> tuple[Call, ...]:
    """The labels, and the newest messages for the notes."""
    path = path_of(hook, ticket_id)
    return Call(method="GET", path=f"{path}/labels"), Call(method="GET", path=f"{path}/messages")


def read_on(hook: Hook, ticket_id: str, answers: Sequence[bytes]) -> tuple[Call, ...]:
    """The messages before the oldest so far."""
    messages = payload_of(answers[-1]).parts("payload")
    numbers = [number for one in messages if (number := one.number("id")) is not None]
    if len(messages) < A_PAGE or len(answers) > MOST_PAGES or not numbers:
        return ()
    return (Call(method="GET", path=f"{path_of(hook, ticket_id)}/messages?before={min(numbers):.0f}"),)


def found(answers: Sequence[bytes]) -> Written:
    """The notes are the messages that are private."""
    labels = payload_of(answers[0])
    messages = (one for answer in answers[1:] for one in payload_of(answer).parts("payload"))
    notes = tuple(one.text("content") for one in messages if one.flag("private") is True)
    return Written(notes=notes, tags=labels.texts("payload") or ())


def authorised(hook: Hook, credentials: str) -> dict[str, str]:
    """By the access token of an agent."""
    return {"api_access_token": credentials}


def path_of(hook: Hook, ticket_id: str = "") -> str:
    """Where a conversation stands, or the list of them."""
    account = quote(hook.options.get("account", "1"), safe="")
    below = f"/{quote(ticket_id, safe='')}" if ticket_id else ""
    return f"/api/v1/accounts/{account}/conversations{below}"
