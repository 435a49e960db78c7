"""The demo tickets: twelve about an invented product, one for each kind of decision."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

from advisor.errors import TicketError
from advisor.types import Ticket
from advisor.wire import read_tickets


@dataclass(frozen=True, slots=True)
class DemoTicket:
    """A ticket, and the kind of decision it shows."""

    shows: str
    ticket: Ticket


@cache
def demo_tickets() -> tuple[DemoTicket, ...]:
    """The demo tickets that come with the package."""
    file = files("advisor") / "demo" / "tickets.jsonl"
    return tuple(_shown(ticket) for ticket in read_tickets(BytesIO(file.read_bytes()), name=file.name))


def _shown(ticket: Ticket | TicketError) -> DemoTicket:
    if isinstance(ticket, TicketError):
        raise ticket
    return DemoTicket(str(json.loads(ticket.extra)["shows"]), ticket)
