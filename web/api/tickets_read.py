"""Tickets out of a body, read as the command line reads them: unknown fields are kept, a bad row is named."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import tzinfo
from io import BytesIO
from typing import NoReturn

import msgspec

from advisor.errors import TicketError
from advisor.types import Ticket
from advisor.wire import read_tickets, ticket_from
from web.api.problems import Kind, ProblemError, invalid

ONE = "ticket"  # what a ticket is called in a message that concerns one only


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be taken."""

    field: str  # "" = it is not about one field
    message: str


def read_ticket(came: object, *, zone: tzinfo) -> Ticket:
    """The ticket of a decoded body; ProblemError where it cannot be taken."""
    try:
        return ticket_from(came, row=ONE, zone=zone)
    except TicketError as error:
        refusal = _refusal(error, ONE)
        raise invalid(refusal.field, refusal.message) from error


def read_array(came: object, *, zone: tzinfo, most: int) -> list[Ticket | Refusal]:
    """The tickets of a decoded array, a Refusal in the place of each that cannot be taken."""
    if not isinstance(came, list):
        raise invalid("", "the body must be an array of tickets, or JSON lines as application/x-ndjson")
    _check_count(len(came), most)
    return [_taken(one, place, zone) for place, one in enumerate(came, start=1)]


def read_lines(body: bytes, *, zone: tzinfo, most: int) -> list[Ticket | Refusal]:
    """The tickets of JSON lines."""
    found = list(read_tickets(BytesIO(body), name="body", zone=zone))
    _check_count(len(found), most)
    return [_refusal(one, "body") if isinstance(one, TicketError) else one for one in found]


def decoded_leniently(body: bytes) -> object:
    """A body as JSON; control characters and halves of emoji, as programs that cut texts leave them, are let pass."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as strict:
        try:
            return json.loads(body.decode("utf-8"), strict=False, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return _not_json(strict)


def decoded(body: bytes) -> object:
    """A body as JSON; ProblemError where it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _not_json(error)


def _not_json(error: Exception) -> NoReturn:
    if isinstance(error, RecursionError):
        raise ProblemError(Kind.NOT_JSON, "the JSON is nested too deeply: send it flatter") from error
    raise ProblemError(Kind.NOT_JSON, f"the body must be JSON, was not ({error})") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _taken(came: object, place: int, zone: tzinfo) -> Ticket | Refusal:
    row = f"item {place}"
    try:
        return ticket_from(came, row=row, zone=zone)
    except TicketError as error:
        return _refusal(error, row)


def _refusal(error: TicketError, row: str) -> Refusal:
    return Refusal(error.field or "", str(error).removeprefix(f"{row}: "))


def _check_count(count: int, most: int) -> None:
    if count == 0:
        raise invalid("", "the body must hold at least one ticket, held none")
    if count > most:
        raise invalid("", f"the body must hold at most {most:,} tickets, held {count:,}: send the rest apart")
