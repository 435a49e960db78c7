"""Hostile words in every field of a ticket that the queue, its own page, its receipt or the ask page shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hostile import IDS, XSS, harmful
from markup import attribute
from selectolax.lexbor import LexborHTMLParser as Html
from web_builders import PhraseReader, client_as, recording_desk, web_app

from advisor.advise import Advisor
from advisor.decision.experience import Experience
from advisor.records.reviews import OverrideReason, Review, Verdict
from advisor.running import Running
from advisor.types import Account, Customer, Handled, Message, Outcome, OutcomeKind, Promise, Sender, Ticket
from web.desk import Desk
from web.users import Role

DAY = datetime(2026, 6, 9, 10, 0, tzinfo=UTC)


def hostile_ticket(words: str) -> Ticket:
    """The words in every field."""
    return Ticket(
        id=words,
        source=words,
        subject=words,
        body=f"{words} Call me. {words}",
        messages=(Message(sender=Sender.AGENT, author=words, body=words, at=DAY),),
        created_at=DAY,
        status=words,
        priority=words,
        tags=(words,),
        assignee=words,
        customer=Customer(id=words, name=words, email=words, persona=words),
        account=Account(id=words, name=words, plan=words, manager=words, licences=60),
        handled=Handled(by=words),
    )


def hostile_desk(words: str) -> Desk:
    """A desk whose one ticket and article are made of the words."""
    at = recording_desk()
    article = replace(PhraseReader().article, title=words, url=words, passage=f"{words} Call me", category=words)
    recording = Advisor(PhraseReader(article), at.records, Experience.default(), Promise())
    list(recording.advise_many([hostile_ticket(words)]))
    review = Review(
        source=words,
        ticket_id=words,
        revision=1,
        verdict=Verdict.OVERRIDE,
        reason=OverrideReason.OTHER,
        note=words,
        by=words,
        at=DAY,
    )
    at.records.reviews.add(review)
    told = Outcome(source=words, ticket_id=words, kind=OutcomeKind.CONFIRMED, at=DAY, by=words, note=words)
    assert at.records.outcomes.add([told], by=words) == [""]
    return Desk(at.settings, at.records, Running(lambda: recording, lambda: None))


@pytest.mark.parametrize("words", XSS)
def test_hostile_words_come_out_as_words(words: str) -> None:
    at = hostile_desk(words)
    client = client_as(web_app(at), Role.LEAD)
    queue = client.get("/queue", query_string={"waits": "all", "q": words, "topic": words, "assignee": words})
    assert queue.status_code == 200
    rows = client.get("/queue?waits=all")
    ticket = attribute(Html(rows.text), ".opens", "href")
    pages = [queue, rows, client.get(ticket), client.get(ticket.replace("/tickets/", "/receipts/", 1))]
    pages.append(client.post("/try", data={"subject": words, "message": words, "phone": words, "plan": words}))
    pages.append(client.post(ticket, data={"do": "override", "note": words, "revision": "1"}))
    pages.append(client.post(ticket, data={"do": "done", "by": words, "seen": words}))
    client.post("/queue/views", data={"name": words[:60], "q": words})
    pages.append(client.get("/queue"))
    for page in pages:
        assert page.status_code in (200, 409, 422), page.text
        assert harmful(page.text) == []


@pytest.mark.parametrize("id", IDS)
def test_every_id_leads_to_its_own_ticket(id: str) -> None:
    at = recording_desk(Ticket(id=id, source=id, subject="This one", body="How?"), Ticket(id="other", body="How?"))
    client = client_as(web_app(at), Role.READ_ONLY)
    links = [link.attributes["href"] or "" for link in Html(client.get("/queue").text).css(".opens")]
    assert len(links) == 2
    for link in links:
        assert client.get(link).status_code == 200
