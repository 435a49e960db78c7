"""A customer with a story: tickets at several moments of truth, wishes met and not met, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser
from web_builders import PhraseReader, folder_for_now

from advisor.advise import Advisor
from advisor.decision.experience import Experience
from advisor.records import FiledWish, Records, SaidBy, Standing
from advisor.records.filing import Owner
from advisor.running import Running
from advisor.settings import Settings
from advisor.types import (
    Account,
    Action,
    Cause,
    Channel,
    Customer,
    Evidence,
    Handled,
    Moment,
    Outcome,
    OutcomeKind,
    Prediction,
    Promise,
    Signal,
    SignalKind,
    Stance,
    Ticket,
    Tone,
    WishChannel,
    WishSource,
)
from web.desk import Desk

MAYA: Owner = ("desk", WishSource.CUSTOMER, "C-1")
ACME: Owner = ("desk", WishSource.ACCOUNT, "A-1")
NOW = datetime.now(UTC)
FIRM = Account(
    id="A-1",
    name="Northgate Facilities",
    licences=120,
    monthly_revenue=4080.0,
    renews_on=date.today() + timedelta(days=21),
    plan="premium",
    manager="Priya Nair",
    usage=0.58,
)
CUSTOMER = Customer(id="C-1", name="Maya Brook", email="maya@brook.example", phone="+44 7700 900417")


@dataclass(frozen=True)
class StoryReader(PhraseReader):
    """Reads as its parent does; the moment and the tone of a ticket are its tags."""

    def evidence(self, ticket: Ticket, text: str) -> Evidence:
        """The evidence of a ticket."""
        read = super().evidence(ticket, text)
        if len(ticket.tags) < 2:
            return read
        tone = Prediction(Tone(ticket.tags[1]), 0.8)
        leaving = (Signal(SignalKind.CANCELLATION, 0.9, None),) if "leaving" in ticket.tags else ()
        moment = Prediction(Moment(ticket.tags[0]), 0.9)
        return replace(read, moment=moment, tones=(tone, Prediction(Tone.NEUTRAL, 0.2)), signals=leaving)


def told(id: str, days_ago: int, *tags: str, body: str, handled: Handled | None = None, **facts: object) -> Ticket:
    """A ticket of Maya's that came so many days ago."""
    ticket = Ticket(
        id=id,
        source="desk",
        subject=f"About {id}",
        body=body,
        created_at=NOW - timedelta(days=days_ago),
        customer=CUSTOMER,
        account=FIRM,
        tags=tags,
        handled=handled,
    )
    return replace(ticket, **facts)  # type: ignore[arg-type]


def done(action: Action, channel: Channel, days_ago: int, *, reason: Cause | None = None) -> Handled:
    """What was done, an hour after the ticket came."""
    at = NOW - timedelta(days=days_ago) + timedelta(hours=1)
    return Handled(action=action, channel=channel, by="ada", at=at, reason=reason)


def story() -> list[Ticket]:
    """Six tickets, the oldest first."""
    article, person, mail = Action.SELF_SERVICE, Action.LIVE_HUMAN, Channel.EMAIL
    late = done(article, mail, 60, reason=Cause.NO_PERSON_FREE)
    called = done(person, Channel.PHONE, 90)
    return [
        told("t-1", 300, "sign_up", "neutral", body="How do I begin?", handled=done(article, mail, 300)),
        told("t-2", 200, "onboarding", "confused", body="Please send me the link.", handled=done(article, mail, 200)),
        told("t-3", 90, "technical_support", "frustrated", body="Please call me.", handled=called),
        told("t-4", 60, "billing", "angry", body="Please call me, the invoice is wrong.", handled=late),
        told("t-5", 50, "billing", "angry", "leaving", body="I tried your article.", handled=done(person, mail, 50)),
        told("t-6", 1, "renewal", "worried", body="Could somebody call me about the renewal?"),
    ]


def story_desk(*more: Ticket, home: Path | None = None) -> Desk:
    """A desk with the story, two suggestions, and a wish of the firm."""
    home = home or folder_for_now()
    records = Records.open(home / "advisor.db")
    advisor = Advisor(StoryReader(), records, Experience.default(), Promise())
    list(advisor.advise_many([*story(), *more]))
    for kind, ticket, days in ((OutcomeKind.CONFIRMED, "t-2", 199), (OutcomeKind.HANDED_ON, "t-4", 55)):
        at = NOW - timedelta(days=days)
        records.outcomes.add([Outcome(source="desk", ticket_id=ticket, kind=kind, at=at, by="ada")], by="ada")
    source, kind_, key = MAYA
    learnt = FiledWish(
        source=source,
        kind=kind_,
        owner=key,
        channel=WishChannel.SELF_SERVICE,
        stance=Stance.REFUSES,
        since=NOW,
        standing=Standing.SUGGESTED,
        said_by=SaidBy.LEARNT,
        evidence="3 of 4 articles did not help (t-1, t-4, t-5)",
    )
    records.filing.put(learnt, by=None, at=NOW)
    source, kind_, key = ACME
    firm = replace(learnt, kind=kind_, owner=key, channel=WishChannel.EMAIL, stance=Stance.WANTS, evidence=None)
    records.filing.put(replace(firm, standing=Standing.STANDING, said_by=SaidBy.AGENT), by="bo", at=NOW)
    return Desk(Settings(home=home), records, Running(lambda: advisor, lambda: None))


def words(page: str, selector: str) -> list[str]:
    """The text of each element of a page that a selector takes."""
    return [" ".join(node.text(separator=" ").split()) for node in LexborHTMLParser(page).css(selector)]
