"""Tickets in a line, and what was read in them."""

from __future__ import annotations

from datetime import UTC, datetime

from advisor.advise import Advisor
from advisor.types import History, Message, Read, Sender, Ticket

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


def ticket(body: str, *, subject: str = "", id: str = "t-1") -> Ticket:
    return Ticket(id=id, subject=subject, body=body, created_at=NOW)


def thread(*messages: tuple[Sender, str]) -> Ticket:
    written = tuple(Message(sender=sender, body=body) for sender, body in messages)
    return Ticket(id="t-1", messages=written, created_at=NOW)


def read(advisor: Advisor, one: Ticket | str) -> Read:
    return advisor.reader.read([(ticket(one) if isinstance(one, str) else one, History())])[0]


def wishes(advisor: Advisor, one: Ticket | str) -> list[str]:
    """The wishes of a ticket as "channel stance", a later choice with its number, in the order of the alphabet."""
    found = read(advisor, one).evidence.wishes
    return sorted(f"{wish.channel} {wish.stance}{'' if wish.order == 1 else f' {wish.order}'}" for wish in found)
