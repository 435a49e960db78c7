"""Sentences about what came over the wire: the row, the field, what came, and the cure."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from advisor.errors import TicketError

LONGEST_SHOWN = 60  # characters of a value that a message repeats

NAMED: dict[object, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    datetime: "a date such as 2026-03-01 or 2026-03-01T09:30:00Z",
    date: "a day such as 2026-03-01",
    tuple: "a list",
}
"""What a type is called before a person."""


def wrong(row: str, path: str, rule: str, came: object) -> TicketError:
    """`tickets.jsonl, line 7: body must be text, was: 5`."""
    error = TicketError(f"{row}: {path} must be {rule}, was: {shown(came)}")
    error.field = path
    return error


def missing(row: str, path: str, rule: str) -> TicketError:
    """`tickets.jsonl, line 7: messages[0].from is missing: it must be one of customer, agent, system`."""
    error = TicketError(f"{row}: {path} is missing: it must be {rule}")
    error.field = path
    return error


def one_of(kind: type[StrEnum]) -> str:
    """`one of email, chat, phone, portal, social`."""
    return f"one of {', '.join(kind)}"


def shown(came: object) -> str:
    """A value as a message repeats it: one line, shortened."""
    if isinstance(came, dict | list):
        return "an object" if isinstance(came, dict) else "a list"
    words = {None: "null", True: "true", False: "false"}.get(came) if came is None or isinstance(came, bool) else None
    text = words or repr(came)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
