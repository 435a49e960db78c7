"""A recorded ticket as its page shows it: the thread with its marks, who writes, and what came before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from advisor.advise import Advice
from advisor.decision.experience import Experience
from advisor.decision.wording import WISH, instant
from advisor.records import Past, Records, Stored
from advisor.records.reviews import Review, Verdict
from advisor.records.sent import advices
from advisor.types import (
    Account,
    Action,
    Document,
    Handled,
    OutcomeKind,
    Prediction,
    Sender,
    Span,
    Stance,
    Ticket,
    Tone,
    Wish,
    WishSource,
)
from web.marks import Mark, Segment, marks_of, segments
from web.view import way

MOST_EARLIER = 8  # tickets of the same customer
HEATED = (Tone.ANGRY, Tone.FRUSTRATED, Tone.WORRIED, Tone.DISAPPOINTED)
SENDERS = {Sender.CUSTOMER: "Customer", Sender.AGENT: "Agent", Sender.SYSTEM: "System"}
DONE = {Action.SELF_SERVICE: "an article was sent", Action.LIVE_HUMAN: "a person answered"}
OUTCOMES = {
    OutcomeKind.CONFIRMED: "confirmed: it helped",
    OutcomeKind.CONTRADICTED: "contradicted: it did not help",
    OutcomeKind.ABANDONED: "abandoned",
    OutcomeKind.HANDED_ON: "handed on to a person",
    OutcomeKind.WOULD_ANSWER: "an agent: the article would have answered",
    OutcomeKind.WOULD_NOT_ANSWER: "an agent: the article would not have answered",
    OutcomeKind.OTHER_MATTER: "an agent: another matter",
}
WISH_FROM = {WishSource.TICKET: "said here", WishSource.CUSTOMER: "on file", WishSource.ACCOUNT: "on file for the firm"}


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """One message of the thread."""

    who: str
    is_customer: bool
    at: str | None
    words: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class HeatPoint:
    """How heated the customer sounded in one ticket, or at one time in this one."""

    label: str
    heat: float  # 0 to 1: the likeliest of HEATED
    tone: str  # the likeliest of all


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier ticket of the same customer."""

    source: str
    ticket_id: str
    subject: str
    at: str
    advice: str
    done: str


@dataclass(frozen=True, slots=True)
class Said:
    """What an agent has said of the advice that is shown."""

    id: int
    words: str
    note: str


def advice_of(stored: Stored) -> Advice:
    """A stored advice as it was given; the document holds what was kept of it."""
    subject = Span(0, len(stored.subject))
    document = Document(
        text=stored.text,
        subject=subject,
        messages=(),
        authors=(),
        sentences=(),
        language=stored.evidence.language,
        language_probability=1.0,
        readability=stored.evidence.readability,
        phone=None,
    )
    ticket = Ticket(id=stored.ticket_id, source=stored.source, customer=stored.customer)
    return Advice(ticket, document, stored.evidence, stored.recommendation)


def thread_of(records: Records, stored: Stored, experience: Experience) -> tuple[ShownMessage, ...]:
    """The thread, oldest first, with the words marked that made the advice."""
    marks, deciding = marks_of(advice_of(stored)), stored.recommendation.reasons[0].quote
    return tuple(_messages(records, stored, marks, deciding, experience))


def _messages(
    records: Records, stored: Stored, marks: Sequence[Mark], deciding: str | None, experience: Experience
) -> Iterator[ShownMessage]:
    for message in records.thread(stored.source, stored.ticket_id):
        span = message.span
        words = (
            segments(stored.text, marks, span=span, deciding=deciding) if span is not None else (Segment(message.text),)
        )
        at = instant(message.at.astimezone(experience.zone)) if message.at is not None else None
        who = SENDERS[message.sender] + (f" {message.author}" if message.author else "")
        yield ShownMessage(who, message.sender is Sender.CUSTOMER, at, words)


def wishes_of(wishes: Sequence[Wish]) -> tuple[str, ...]:
    """`wants a call (on file)`."""
    return tuple(
        f"{'wants' if wish.stance is Stance.WANTS else 'does not want'} {WISH[wish.channel]} ({WISH_FROM[wish.source]})"
        for wish in wishes
    )


def account_facts(account: Account, experience: Experience, now: datetime) -> tuple[tuple[str, str], ...]:
    """What is known of the account, by name; empty where it is not known."""
    return tuple(_account(account, experience, now))


def _account(account: Account, experience: Experience, now: datetime) -> Iterator[tuple[str, str]]:
    if account.name or account.id:
        yield "Account", str(account.name or account.id)
    if account.plan:
        yield "Plan", account.plan
    if account.licences is not None:
        used = f", {account.usage:.0%} in use" if account.usage is not None else ""
        yield "Licences", f"{account.licences:,}{used}"
    if account.monthly_revenue is not None:
        yield "Revenue", f"{account.monthly_revenue:,.0f} {experience.currency} a month"
    if account.renews_on is not None:
        days = (account.renews_on - now.astimezone(experience.zone).date()) // timedelta(days=1)
        yield "Renews on", f"{account.renews_on:%-d %B %Y}" + (f", in {days} days" if days >= 0 else "")
    if account.manager:
        yield "Success manager", account.manager


def history_of(records: Records, stored: Stored) -> list[Past]:
    """The newest tickets of the same customer that came before this one, the oldest first."""
    mine = (stored.source, WishSource.CUSTOMER, stored.customer_key)
    came = stored.evidence.at
    before = (past for past in records.past(of=mine) if past.ticket_id != stored.ticket_id and past.created_at <= came)
    return list(deque(before, maxlen=MOST_EARLIER))


def earlier_of(history: Sequence[Past], experience: Experience) -> tuple[Earlier, ...]:
    """Earlier tickets, the newest first."""
    return tuple(
        Earlier(
            past.source,
            past.ticket_id,
            past.subject or "(no subject)",
            f"{past.created_at.astimezone(experience.zone):%-d %b %Y}",
            "article" if past.action is Action.SELF_SERVICE else "person",
            done_words(past.handled, experience),
        )
        for past in reversed(history)
    )


def done_words(handled: Handled | None, experience: Experience) -> str:
    """`an article was sent by e-mail, by ada, 9 June 2026, 10:30`."""
    if handled is None or (handled.action is None and handled.channel is None):
        return "not known yet"
    words = DONE[handled.action] if handled.action is not None else "answered"
    words += f" {way(handled.channel)}" if handled.channel is not None else ""
    words += f", by {handled.by}" if handled.by else ""
    return words + (f", {instant(handled.at.astimezone(experience.zone))}" if handled.at is not None else "")


def heat_of(records: Records, stored: Stored, history: Sequence[Past]) -> tuple[HeatPoint, ...]:
    """How heated the customer sounded: in earlier tickets, then each time that this one was advised."""
    before = [_heat(past.subject, past.evidence().tones) for past in history]
    here = [
        _heat(f"this ticket, reading {number}", sent.evidence.tones)
        for number, sent in enumerate(advices(records.file, stored.source, stored.ticket_id), start=1)
    ]
    return tuple(point for point in (*before, *here) if point is not None)


def _heat(label: str, tones: Sequence[Prediction]) -> HeatPoint | None:
    if not tones:
        return None
    heated = max((tone.probability for tone in tones if tone.label in HEATED), default=0.0)
    return HeatPoint(label, heated, max(tones, key=lambda tone: tone.probability).label)


def said_of(review: Review, experience: Experience) -> Said:
    """What an agent said, in words."""
    at = instant(review.at.astimezone(experience.zone))
    if review.verdict is Verdict.ACCEPT:
        return Said(review.id, f"accepted by {review.by}, {at}", "")
    reason = review.reason.value.replace("_", " ") if review.reason is not None else "no reason"
    instead = f"; {DONE_INSTEAD[review.action]} instead" if review.action is not None else ""
    return Said(review.id, f"overridden by {review.by}, {at}: {reason}{instead}", review.note)


DONE_INSTEAD = {Action.SELF_SERVICE: "an article", Action.LIVE_HUMAN: "a person"}
