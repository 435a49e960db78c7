"""A desk with a week that has something of everything: wishes met and not, ratings, agents, personas, overrides."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from flask.testing import FlaskClient
from web_builders import TUESDAY, PhraseReader, folder_for_now
from werkzeug.test import TestResponse

from advisor.advise import Advisor
from advisor.decision.experience import Experience
from advisor.records import Records
from advisor.records.reviews import OverrideReason, Review, Verdict
from advisor.running import Running
from advisor.settings import Settings
from advisor.types import (
    Account,
    Action,
    Channel,
    Customer,
    Evidence,
    Handled,
    Outcome,
    OutcomeKind,
    Promise,
    Ticket,
    Topic,
)
from web.desk import Desk

DAY = timedelta(days=1)
WEEK = "/reports?week=2026-W24"
AGENTS = ("Quentin Ashdown", "Zuleika Marsh")  # their names must never be in a report
PERSON, ARTICLE = Action.LIVE_HUMAN, Action.SELF_SERVICE


@dataclass(frozen=True)
class TopicReader(PhraseReader):
    """Reads as its parent does; the topic of a ticket is its first tag, else it is not known."""

    def evidence(self, ticket: Ticket, text: str) -> Evidence:
        """The evidence of a ticket."""
        topic = Topic(ticket.tags[0], 0.9, known=True) if ticket.tags else Topic("calendar", 0.1, known=False)
        return replace(super().evidence(ticket, text), topic=topic)


def ticket(id: str, customer: str, body: str, action: Action | None, channel: Channel, **facts: object) -> Ticket:
    """A ticket of the week, answered an hour later by one of the agents."""
    at = TUESDAY + timedelta(minutes=7 * len(id))
    handled = Handled(action=action, channel=channel, by=AGENTS[len(id) % 2], at=at + timedelta(hours=1))
    made = Ticket(
        id=id,
        source="desk",
        subject=f"About {id}",
        body=body,
        created_at=at,
        customer=Customer(id=customer, name=f"Name of {customer}", persona="busy_owner"),
        account=Account(id="A-1", name="Northgate"),
        handled=handled if action is not None else None,
        assignee=AGENTS[0],
        tags=("calendar",),
    )
    return replace(made, **facts)  # type: ignore[arg-type]


def week() -> list[Ticket]:
    """Nine tickets: Mara's wishes are not met, Tom's are, and of the last nothing is known."""
    call, link = "Please call me.", "Just send me the link."
    mail, phone = Channel.EMAIL, Channel.PHONE
    return [
        ticket("m-1", "mara", call, ARTICLE, mail, csat=1.0, nps=2.0),
        ticket("m-22", "mara", call, PERSON, mail, csat=2.0),
        ticket("m-333", "mara", call, ARTICLE, mail, csat=1.0, tags=("billing",)),
        ticket("t-1", "tom", call, PERSON, phone, csat=5.0, nps=10.0),
        ticket("t-22", "tom", link, ARTICLE, mail, csat=5.0, solved_at=TUESDAY + 5 * DAY),
        ticket("t-333", "tom", link, ARTICLE, mail, csat=5.0),
        ticket("n-1", "nia", "How do I see my jobs?", PERSON, mail, csat=4.0),
        ticket("n-22", "nia", "How do I see my jobs?", ARTICLE, mail, created_at=TUESDAY - 7 * DAY),
        ticket("u-1", "uma", call, None, mail, tags=()),
    ]


def report_desk(*tickets: Ticket, records: Records | None = None, home: Path | None = None, **settings: object) -> Desk:
    """A desk with these tickets, else with those of `week`, what became of one, and what agents said of two."""
    home = home or folder_for_now()
    records = records or Records.open(home / "advisor.db")
    advisor = Advisor(TopicReader(), records, Experience.default(), Promise())
    list(advisor.advise_many(tickets or week()))
    if not tickets:
        after = TUESDAY + DAY
        records.outcomes.add(
            [Outcome(source="desk", ticket_id="t-22", kind=OutcomeKind.CONFIRMED, at=after, by=AGENTS[0])], by=AGENTS[0]
        )
        for id, reason in (("m-1", OverrideReason.WRONG_TOPIC), ("n-1", OverrideReason.TONE_MISREAD)):
            said = Review(
                ticket_id=id, source="desk", revision=1, verdict=Verdict.OVERRIDE, reason=reason, by="x", at=after
            )
            records.reviews.add(replace(said, by=AGENTS[1], note=f"says {AGENTS[1]}"))
        records.reviews.add(
            Review(ticket_id="t-1", source="desk", revision=1, verdict=Verdict.ACCEPT, by=AGENTS[0], at=after)
        )
    chosen = replace(Settings(home=home), **settings)  # type: ignore[arg-type]
    return Desk(chosen, records, Running(lambda: advisor, lambda: None))


def ready(client: FlaskClient, address: str) -> TestResponse:
    """What an address answers once its figures are counted."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        answer = client.get(address)
        if "Refresh" not in answer.headers:
            return answer
    raise AssertionError(f"not counted in time: {address}")
