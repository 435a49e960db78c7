from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from reading_builders import NOW, read, ticket

from advisor.advise import Advisor
from advisor.reading.matter import matter_of
from advisor.reading.readings import likeliest
from advisor.types import (
    EVIDENCE_SCHEMA,
    Account,
    Customer,
    Evidence,
    History,
    Message,
    Moment,
    Readability,
    Sender,
    Stance,
    Ticket,
    Tone,
    Wish,
    WishChannel,
    WishSource,
)
from index.encoder import Encoder
from web.tickets import demo_tickets

TICKETS = [one.ticket for one in demo_tickets()] + [
    ticket("", id="empty"),
    ticket("Wo finde ich meine Rechnung?", id="german"),
    ticket("The export fails. " * 200, id="long"),
    ticket("How do I reset my password? Please call me on +44 20 7946 0958.", subject="Help", id="call"),
]
PROBE = """
import sys
from dataclasses import replace
from pathlib import Path
from advisor.settings import Settings
from advisor.types import Ticket
from advisor.wiring import ready
advice = ready(Settings(home=Path(sys.argv[1]))).advise(Ticket(id="t", body="Please call me."), record=False)
print(advice.recommendation.action, sorted({"torch", "sentence_transformers", "sklearn"} & set(sys.modules)))
"""


def quoted(evidence: Evidence) -> list[tuple[int, int, str]]:
    found = [wish.quote for wish in evidence.wishes] + [signal.quote for signal in evidence.signals]
    found += [failure.quote for failure in evidence.failures] + [evidence.two_matters]
    return [(quote.start, quote.end, quote.text) for quote in found if quote]


def test_wishes_and_articles_are_the_same_alone_and_in_a_batch(demo_advisor: Advisor) -> None:
    together = demo_advisor.reader.read([(one, History()) for one in TICKETS])
    for one, among in zip(TICKETS, together, strict=True):
        alone = read(demo_advisor, one)
        assert alone.document == among.document
        for name in ("wishes", "failures", "two_matters", "topic", "candidates", "p_resolve", "has_phone"):
            assert getattr(alone.evidence, name) == getattr(among.evidence, name)


def test_a_ticket_gives_equal_evidence_alone_in_a_batch_and_in_another_order(demo_advisor: Advisor) -> None:
    together = demo_advisor.reader.read([(one, History()) for one in TICKETS])
    backwards = demo_advisor.reader.read([(one, History()) for one in reversed(TICKETS)])
    for one, among, turned in zip(TICKETS, together, reversed(backwards), strict=True):
        assert among == turned
        alone = read(demo_advisor, one)
        assert (alone.document, alone.evidence) == (among.document, among.evidence)


@pytest.mark.parametrize("one", TICKETS, ids=lambda one: one.id)
def test_evidence_quotes_the_text_literally(demo_advisor: Advisor, one: Ticket) -> None:
    found = read(demo_advisor, one)
    for start, end, text in quoted(found.evidence):
        assert found.document.text[start:end] == text != ""


@pytest.mark.parametrize("one", TICKETS, ids=lambda one: one.id)
def test_evidence_keeps_to_its_ranges(demo_advisor: Advisor, one: Ticket) -> None:
    evidence = read(demo_advisor, one).evidence
    assert 0 <= evidence.p_resolve <= 1
    assert 0 <= evidence.severity <= 4
    assert evidence.moment.label in set(Moment)
    if evidence.readability is Readability.READABLE:
        assert {tone.label for tone in evidence.tones} == set(Tone)
    assert len(evidence.candidates) <= 5


def test_what_cannot_be_read_holds_nothing(demo_advisor: Advisor) -> None:
    for body, state in (("", Readability.EMPTY), ("Wo finde ich meine Rechnung?", Readability.UNKNOWN_LANGUAGE)):
        evidence = read(demo_advisor, body).evidence
        assert evidence.readability is state
        assert (evidence.wishes, evidence.signals, evidence.candidates, evidence.p_resolve) == ((), (), (), 0.0)


def test_evidence_names_the_time_of_the_ticket_and_the_models(demo_advisor: Advisor, fast: Encoder) -> None:
    evidence = read(demo_advisor, "Where are my invoices?").evidence
    assert evidence.at == NOW
    assert evidence.models.endswith(fast.fingerprint[:12])
    assert evidence.knowledge != ""


def test_a_number_in_the_text_is_known_and_masked(demo_advisor: Advisor) -> None:
    found = read(demo_advisor, "Please call me on +44 20 7946 0958.")
    assert found.evidence.has_phone
    assert found.document.text == "Please call me on [PHONE]."


def test_an_article_that_failed_in_this_thread_is_not_found_again(demo_advisor: Advisor) -> None:
    one = ticket("How do I reset my password?")
    first = read(demo_advisor, one).evidence.candidates[0].id
    again = demo_advisor.reader.read([(one, History(offered=(first,)))])[0].evidence
    assert first not in {candidate.id for candidate in again.candidates}
    assert [failure.article for failure in again.failures] == [first]


def test_the_newest_words_are_read_first(demo_advisor: Advisor) -> None:
    bodies = ("First.", "Second.", "Third.")
    messages = tuple(Message(sender=Sender.CUSTOMER, body=body) for body in bodies)
    document = read(demo_advisor, Ticket(id="t", subject="About it", messages=messages, created_at=NOW)).document
    assert matter_of(document).text == "About it Third. First. Second."


def test_the_likeliest_label_stands_first() -> None:
    found = likeliest(("a", "b", "c"), np.array([0.25, 0.5, 0.25], np.float32))
    assert [(one.label, one.probability) for one in found] == [("b", 0.5), ("a", 0.25), ("c", 0.25)]


def test_advising_imports_neither_torch_nor_scikit_learn(demo_home: Path) -> None:
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(demo_home)],
        env=os.environ | {"PYTHONPATH": root},
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("live_human []\n", "")


def test_evidence_is_plain_and_stored_whole(demo_advisor: Advisor) -> None:
    evidence = read(demo_advisor, TICKETS[-1]).evidence
    stored = msgspec.json.encode(evidence)
    assert msgspec.json.decode(stored, type=Evidence) == evidence
    assert json.loads(stored)["schema"] == EVIDENCE_SCHEMA


def test_what_was_on_file_follows_what_came_with_the_ticket(demo_advisor: Advisor) -> None:
    calls, chats, mails, people = (
        Wish(channel=channel, stance=Stance.REFUSES, source=source)
        for channel, source in (
            (WishChannel.PHONE, WishSource.CUSTOMER),
            (WishChannel.CHAT, WishSource.ACCOUNT),
            (WishChannel.EMAIL, WishSource.CUSTOMER),
            (WishChannel.PERSON, WishSource.ACCOUNT),
        )
    )
    one = replace(
        ticket("Where are my invoices?"), customer=Customer(wishes=(calls,)), account=Account(wishes=(chats,))
    )
    evidence = demo_advisor.reader.read([(one, History(wishes=(mails, people)))])[0].evidence
    assert evidence.wishes == (calls, chats, mails, people)
    assert evidence.account == Account()


def test_the_history_fills_in_what_the_ticket_lacks(demo_advisor: Advisor) -> None:
    known = History(
        customer=Customer(id="c-1", phone="+44 20 7946 0958", persona="impatient"),
        account=Account(id="a-1", name="Acme", licences=80, plan="premium", manager="Ann"),
    )
    one = replace(ticket("Where are my invoices?"), account=Account(id="a-1", licences=51, usage=0.0))
    evidence = demo_advisor.reader.read([(one, known)])[0].evidence
    assert evidence.account == Account(id="a-1", name="Acme", licences=51, plan="premium", manager="Ann", usage=0.0)
    assert (evidence.persona, evidence.has_phone) == ("impatient", True)
    own = replace(one, customer=Customer(persona="patient"))
    assert demo_advisor.reader.read([(own, known)])[0].evidence.persona == "patient"


def test_a_ticket_in_another_language_keeps_what_is_on_file(demo_advisor: Advisor) -> None:
    calls = Wish(channel=WishChannel.PHONE, stance=Stance.REFUSES, source=WishSource.CUSTOMER)
    one = ticket("Wo finde ich meine Rechnung?")
    evidence = demo_advisor.reader.read([(one, History(wishes=(calls,)))])[0].evidence
    assert (evidence.readability, evidence.wishes) == (Readability.UNKNOWN_LANGUAGE, (calls,))
