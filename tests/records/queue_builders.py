"""Tickets in the queue of which a test says all that matters to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from advisor_builders import COMPANY, NOW, WordReader

from advisor.advise import Advice
from advisor.decision.decide import decide
from advisor.records import Records
from advisor.types import Account, Customer, History, Prediction, Promise, Ticket, Topic

PLAIN = Ticket(id="t-0", subject="Sign-in", body="I forgot my password.", created_at=NOW, customer=Customer(id="c-0"))
HOUR = timedelta(hours=1)


def advised(ticket: Ticket, *, persona: str | None = None, **changes: object) -> Advice:
    """An advice for a ticket, sure of all it says; `changes` are those of the recommendation."""
    (read,) = WordReader().read([(ticket, History())])
    sure = replace(read.evidence, account=ticket.account, persona=persona, moment=Prediction("onboarding", 0.9))
    plain = replace(decide(sure, COMPANY, Promise()), topic=Topic("Account", 0.9, known=True), needed=0.2)
    return Advice(ticket, read.document, sure, replace(plain, **changes))  # type: ignore[arg-type]


def saved(
    records: Records,
    id: str,
    *,
    at: datetime = NOW,
    body: str = PLAIN.body,
    persona: str | None = None,
    facts: Mapping[str, object] | None = None,
    **changes: object,
) -> Advice:
    """Save a ticket of a customer of its own; `facts` are those of the ticket, `changes` those of the advice."""
    ticket = replace(PLAIN, id=id, body=body, created_at=at, customer=Customer(id=f"c-{id}"))
    ticket = replace(ticket, **(facts or {}))  # type: ignore[arg-type]
    (kept,) = records.save([advised(ticket, persona=persona, **changes)])
    return kept


def records_at(folder: Path) -> Records:
    return Records.open(folder / "advisor.db")


ACME = Account(id="acme", name="Acme", licences=51, plan="pro", monthly_revenue=990.0, manager="Kim")
