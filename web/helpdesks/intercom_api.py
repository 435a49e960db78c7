"""Intercom's API: notes and tags, and reading them back."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from web.helpdesks.model import Call, Hook, Written
from web.helpdesks.reading import Part, payload_of

VERSION = {"intercom-version": "2.11"}  # pinned, for answers change with it


def note(hook: Hook, ticket_id: str, text: str, *, html: str, known: Written | None = None) -> Call:
    """A reply of the type note, which only teammates see; Intercom has no optimistic locking."""
    body = {"message_type": "note", "type": "admin", "admin_id": hook.user, "body": html}
    return Call(method="POST", path=f"{_path(ticket_id)}/reply", body=body, headers=VERSION)


def tag(hook: Hook, ticket_id: str, tags: Sequence[str], *, known: Written) -> tuple[Call, ...]:
    """Tags are put on by id: for each, the id is asked for by its name, which makes the tag where it is new."""
    new = [one for one in tags if one not in known.tags]
    return tuple(call for one in new for call in _tagging(hook, ticket_id, one))


def untag(hook: Hook, ticket_id: str, tags: Sequence[str], *, known: Written) -> tuple[Call, ...]:
    """Tags are taken away by id, too, which is asked for by the name."""
    return tuple(call for one in tags for call in _untagging(hook, ticket_id, one))


def read(hook: Hook, ticket_id: str) -> tuple[Call, ...]:
    """The conversation holds its notes and its tags."""
    return (Call(method="GET", path=_path(ticket_id), headers=VERSION),)


def read_on(hook: Hook, ticket_id: str, answers: Sequence[bytes]) -> tuple[Call, ...]:
    """Nothing: a conversation comes with its newest 500 parts."""
    return ()


def found(answers: Sequence[bytes]) -> Written:
    """The notes are the parts of the type note."""
    item = payload_of(answers[0])
    item.id("id")
    parts = item.part("conversation_parts").parts("conversation_parts")
    notes = tuple(part.text("body") for part in parts if part.known("part_type") == "note")
    return Written(notes=notes, tags=tags_of(item), updated=item.known("updated_at"))


def authorised(hook: Hook, credentials: str) -> dict[str, str]:
    """By the app's access token."""
    return {"authorization": f"Bearer {credentials}"}


def tags_of(item: Part, where: str = "tags") -> tuple[str, ...]:
    """The names of a conversation's tags, or of those that were just added."""
    return tuple(name for one in item.part(where).parts("tags") if (name := one.known("name")))


def _tagging(hook: Hook, ticket_id: str, name: str) -> tuple[Call, Call]:
    body = {"admin_id": hook.user}
    return _id_of(name), Call(
        method="POST", path=f"{_path(ticket_id)}/tags", body=body, headers=VERSION, takes={"id": "id"}
    )


def _untagging(hook: Hook, ticket_id: str, name: str) -> tuple[Call, Call]:
    body, path = {"admin_id": hook.user}, f"{_path(ticket_id)}/tags/{{id}}"
    return _id_of(name), Call(method="DELETE", path=path, body=body, headers=VERSION, takes={"id": "id"})


def _id_of(name: str) -> Call:
    return Call(method="POST", path="/tags", body={"name": name}, headers=VERSION)


def _path(ticket_id: str) -> str:
    return f"/conversations/{quote(ticket_id, safe='')}"
