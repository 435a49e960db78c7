"""Short ways to write down evidence; all times are in a week of March 2026, in which London is on UTC."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from advisor.decision.decide import decide
from advisor.decision.experience import Experience
from advisor.types import (
    Candidate,
    Channel,
    Evidence,
    Failure,
    Promise,
    Quote,
    Readability,
    Recommendation,
    Signal,
    SignalKind,
    Stance,
    Wish,
    WishChannel,
    WishSource,
)

COMPANY_FILE = Path(__file__).with_name("company.toml")
COMPANY = Experience.load(COMPANY_FILE)
TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)  # every channel is open
SUNDAY = datetime(2026, 3, 8, 10, 0, tzinfo=UTC)  # every channel is closed
SENTENCES = {
    WishChannel.SELF_SERVICE: "just send me an article",
    WishChannel.EMAIL: "write me an e-mail",
    WishChannel.CHAT: "let us chat",
    WishChannel.PHONE: "please ring me",
    WishChannel.PERSON: "I want a human",
}


def article(name: str = "reset", *, score: float = 0.8) -> Candidate:
    return Candidate(
        id=name,
        version="1",
        title=f"How to {name}",
        url=f"https://help.example/{name}",
        category=None,
        passage_number=0,
        passage="Open the settings.",
        similarity=0.8,
        lexical=0.5,
        score=score,
    )


def evidence(*wishes: Wish, p: float = 0.9, **changes: Any) -> Evidence:
    """A calm, readable ticket by e-mail on Tuesday at ten, with one article that fits well."""
    plain = Evidence(
        ticket_id="t-1",
        at=TUESDAY,
        came_by=Channel.EMAIL,
        readability=Readability.READABLE,
        language="en",
        wishes=wishes,
        candidates=(article(),),
        p_resolve=p,
        has_phone=True,
    )
    return replace(plain, **changes)


def wants(channel: str, at: int = 0, *, order: int = 1, **changes: Any) -> Wish:
    """Said in the ticket, from this character on."""
    return _said(WishChannel(channel), Stance.WANTS, at, order=order, **changes)


def refuses(channel: str, at: int = 0, **changes: Any) -> Wish:
    """Said in the ticket, from this character on."""
    return _said(WishChannel(channel), Stance.REFUSES, at, **changes)


def on_file(wish: Wish, *, account: bool = False, **changes: Any) -> Wish:
    """The same wish on file for the customer, or for the account."""
    source = WishSource.ACCOUNT if account else WishSource.CUSTOMER
    return replace(wish, source=source, quote=None, **changes)


def _said(channel: WishChannel, stance: Stance, at: int, **changes: Any) -> Wish:
    words = SENTENCES[channel] if stance is Stance.WANTS else f"no {channel}"
    return replace(Wish(channel=channel, stance=stance, quote=Quote(at, at + len(words), words)), **changes)


def signal(kind: str, *, probability: float = 0.9) -> Signal:
    return Signal(SignalKind(kind), probability, Quote(0, 5, "grave"))


def failure(name: str | None = "reset") -> Failure:
    return Failure(name, Quote(3, 19, "tried the steps!"))


def advise(told: Evidence, *, experience: Experience = COMPANY, promise: Promise | None = None) -> Recommendation:
    return decide(told, experience, promise or Promise())
