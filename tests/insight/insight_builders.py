"""Records with tickets as short as they can be written down; the week is that of decision_builders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from decision_builders import COMPANY, TUESDAY, evidence

from advisor.advise import Advice
from advisor.decision.decide import decide
from advisor.records import Records
from advisor.types import (
    Account,
    Action,
    Cause,
    Channel,
    Customer,
    Document,
    Evidence,
    Handled,
    Outcome,
    OutcomeKind,
    Promise,
    Readability,
    Span,
    Ticket,
    Wish,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = TUESDAY + 60 * DAY  # every window has closed


def opened(folder: Path) -> Records:
    """Empty records."""
    return Records.open(folder / "advisor.db")


def keep(
    records: Records,
    id: str,
    *wishes: Wish,
    at: datetime = TUESDAY,
    customer: str = "c-1",
    account: str | None = None,
    subject: str = "",
    handled: Handled | None = None,
    facts: dict[str, Any] | None = None,
    p: float = 0.9,
    **changes: Any,
) -> Evidence:
    """Record a ticket with the advice that `decide` gives; `facts` are of the ticket, `changes` of its evidence."""
    told = replace(evidence(*wishes, p=p), ticket_id=id, at=at, **changes)
    ticket = Ticket(
        id=id,
        body="x",
        subject=subject,
        channel=told.came_by,
        created_at=at,
        customer=Customer(id=customer, persona=told.persona),
        account=Account(id=account),
        handled=handled,
        **(facts or {}),
    )
    records.save([Advice(ticket, document(subject), told, decide(told, COMPANY, Promise()))])
    return told


def document(subject: str = "", text: str = "x") -> Document:
    """The words of a ticket."""
    whole = f"{subject}{text}"
    return Document(
        text=whole,
        subject=Span(0, len(subject)),
        messages=(Span(len(subject), len(whole)),),
        authors=(None,),
        sentences=(),
        language="en",
        language_probability=1.0,
        readability=Readability.READABLE,
        phone=None,
    )


def article(channel: str | None = "email", at: datetime | None = None, **changes: Any) -> Handled:
    """An article was sent."""
    return Handled(action=Action.SELF_SERVICE, channel=Channel(channel) if channel else None, at=at, **changes)


def person(channel: str | None = "email", at: datetime | None = None, reason: Cause | None = None) -> Handled:
    """A person answered."""
    return Handled(action=Action.LIVE_HUMAN, channel=Channel(channel) if channel else None, at=at, reason=reason)


def tell(records: Records, id: str, kind: str, at: datetime, **changes: Any) -> None:
    """Tell what became of a ticket; it must be taken."""
    outcome = Outcome(ticket_id=id, kind=OutcomeKind(kind), at=at, **changes)
    assert records.outcomes.add([outcome], by="test") == [""]


def by_ticket(entries: Iterable[Any]) -> dict[str, Any]:
    """Entries of the ledger by their ticket."""
    return {entry.past.ticket_id: entry for entry in entries}
