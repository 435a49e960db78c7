"""The question before the ticket: what is asked, what is recorded of it, and who is told what."""

from __future__ import annotations

import re

import pytest
from question_builders import MATTER, Asker
from web_builders import recording_desk

from advisor.advise import Advisor
from advisor.decision.experience import Experience, default_text
from advisor.desk.show import wish_line
from advisor.records import Stored
from advisor.replay import read_again, replay
from advisor.running import Running
from advisor.types import (
    CHOSEN,
    Action,
    Channel,
    OutcomeKind,
    ReasonCode,
    Sender,
    Stance,
    WishChannel,
    WishSource,
)
from web.desk import Desk
from web.question_form import MOST_MATTER
from web.question_state import fresh


@pytest.fixture
def asker() -> Asker:
    return Asker()


def said(stored: Stored) -> list[tuple[WishChannel, int]]:
    """The wishes that count as said in the ticket, in the customer's order."""
    wishes = [wish for wish in stored.evidence.wishes if wish.source is WishSource.TICKET]
    assert all(wish.stance is Stance.WANTS for wish in wishes)
    return [(wish.channel, wish.order) for wish in wishes]


def test_nothing_is_recorded_before_the_first_button(asker: Asker) -> None:
    for _ in range(3):
        assert asker.client.get("/ask").status_code == 200
    assert asker.tickets() == []


def test_who_is_willing_to_read_sees_the_article_with_its_passage(asker: Asker) -> None:
    page = asker.ask("read")
    assert asker.heading() == "This may answer it"
    assert "Show your jobs in Google Calendar" in page.text
    assert "Click Connect Google <mark>Calendar</mark>" in page.text
    stored = asker.stored()
    assert stored.recommendation.action is Action.SELF_SERVICE
    assert stored.recommendation.reasons[0].code is ReasonCode.WANTS_SELF_SERVICE
    assert stored.handled is not None
    assert (stored.handled.action, stored.handled.channel) == (Action.SELF_SERVICE, Channel.PORTAL)
    assert not asker.waits()


@pytest.mark.parametrize("ways", [("email",), ("chat",), ("call",), ("call", "email")])
def test_who_is_not_willing_to_read_sees_no_article(asker: Asker, ways: tuple[str, ...]) -> None:
    page = asker.ask(*ways)
    assert asker.heading() == "How does a person reach you?"
    assert "Google Calendar" not in page.text
    assert asker.stored().recommendation.action is Action.LIVE_HUMAN
    assert asker.waits()


def test_what_is_chosen_counts_as_said_in_the_ticket_from_the_top_or_as_numbered(asker: Asker) -> None:
    asker.ask("read", "email", "call")
    assert said(asker.stored()) == [
        (WishChannel.SELF_SERVICE, 1),
        (WishChannel.EMAIL, 2),
        (WishChannel.PERSON, 2),
        (WishChannel.PHONE, 3),
    ]
    other = Asker()
    other.ask("read", "email", "call", order_call="1", order_read="2")
    assert [channel for channel, _ in said(other.stored())][:2] == [WishChannel.PHONE, WishChannel.SELF_SERVICE]
    assert other.heading() == "How does a person reach you?"
    assert other.stored().recommendation.reasons[0].text == "The customer asks for a call."


def test_what_is_chosen_goes_after_what_is_written() -> None:
    asker = Asker()
    asker.ask("read", matter="Call me, or tell me how I see my jobs.")
    assert asker.stored().recommendation.action is Action.SELF_SERVICE


def test_what_is_chosen_is_filed_as_said_in_this_ticket_once_the_customer_is_known(asker: Asker) -> None:
    asker.ask("call", email="ann@example.com")
    (filed,) = asker.records.filing.of("question", WishSource.CUSTOMER, "mailto:ann@example.com")
    assert (filed.channel, filed.standing.value, filed.said_by.value) == (WishChannel.PHONE, "once", "ticket")


def test_that_it_helped_is_confirmed_and_nobody_waits(asker: Asker) -> None:
    asker.ask("read")
    asker.press("helped-0")
    assert asker.heading() == "We are glad that it helped"
    assert asker.outcomes() == [(OutcomeKind.CONFIRMED, "question", "calendar")]
    assert not asker.waits()


def test_the_same_answer_twice_counts_once(asker: Asker) -> None:
    asker.ask("read")
    state = asker.state
    for _ in range(3):
        asker.client.post("/ask", data={"state": state, "do": "helped-0"})
        asker.client.post("/ask", data={"state": state, "do": "person"})
    assert [kind for kind, _, _ in asker.outcomes()] == [OutcomeKind.CONFIRMED, OutcomeKind.HANDED_ON]


def test_a_question_sent_twice_is_one_ticket_and_another_question_is_another(asker: Asker) -> None:
    first = asker.page
    asker.ask("read")
    asker.page = first
    asker.ask("read")
    assert len(asker.tickets()) == 1
    asker.page = first
    asker.ask("read", matter="Something else altogether")
    assert len(asker.tickets()) == 2


def test_a_person_after_an_article_gets_everything_and_the_ticket_waits(asker: Asker) -> None:
    asker.ask("read", "call")
    asker.press("person")
    assert asker.outcomes() == [(OutcomeKind.HANDED_ON, "question", "calendar")]
    assert asker.waits()
    asker.press("send", phone="020 7946 0958", name="Ann", more="It stays empty.")
    assert asker.heading() == "A person has your question"
    stored = asker.stored()
    assert stored.ticket_id in asker.page.text
    assert "calls you by" in asker.page.text
    assert stored.customer.phone == "020 7946 0958"
    assert stored.recommendation.channel is Channel.PHONE
    assert asker.waits()
    assert asker.outcomes() == [(OutcomeKind.HANDED_ON, "question", "calendar")]


def test_who_leaves_only_an_address_is_written_to_and_who_leaves_only_a_number_is_called() -> None:
    for typed, channel in (({"email": "a@example.com"}, Channel.EMAIL), ({"phone": "02079460958"}, Channel.PHONE)):
        asker = Asker()
        asker.press("person", matter=MATTER)
        asker.press("send", **typed)
        assert asker.stored().recommendation.channel is channel


def test_a_person_is_asked_for_without_saying_anything_else(asker: Asker) -> None:
    asker.press("person")
    assert asker.heading() == "How does a person reach you?"
    assert asker.tickets() == []
    asker.press("send", email="ann@example.com")
    assert asker.heading() == "A person has your question"
    assert asker.stored().customer.email == "ann@example.com"


def test_who_has_left_an_address_before_is_not_asked_again(asker: Asker) -> None:
    asker.ask("read", email="ann@example.com")
    asker.press("person")
    assert asker.heading() == "A person has your question"


def test_a_safety_signal_goes_to_a_person_at_once_whatever_is_chosen(asker: Asker) -> None:
    page = asker.ask("read", matter="Somebody has logged in from another country.")
    assert asker.heading() == "How does a person reach you?"
    assert "Google Calendar" not in page.text
    stored = asker.stored()
    assert stored.recommendation.reasons[0].code is ReasonCode.SAFETY
    assert asker.waits()


def test_only_ways_that_the_company_offers_may_be_chosen() -> None:
    text = re.sub(r"(?s)\[channels\.chat\].*?\n\n", "", default_text()).replace('"chat", ', "")
    experience = Experience.parse(text, name="experience.toml")
    desk = recording_desk()
    usual = desk.running.advisor
    at = Advisor(usual.reader, usual.recorder, experience, usual.promise)
    asker = Asker(Desk(desk.settings, desk.records, Running(lambda: at, lambda: None)))
    assert 'value="chat"' not in asker.page.text
    assert 'value="call"' in asker.page.text
    asker.ask("chat")
    assert "Please tick at least one" in asker.page.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"matter": " ", "way": ["read"]}, "Please tell us in a few words what it is about."),
        ({"matter": MATTER}, "Please tick at least one."),
        ({"matter": MATTER, "way": ["post"]}, "Please tick at least one."),
        ({"matter": MATTER, "way": ["read"], "email": "ann"}, "This is no e-mail address."),
        ({"matter": "x" * (MOST_MATTER + 1), "way": ["read"]}, "At most 5,000 characters, please; these are 5,001."),
    ],
)
def test_what_is_wrong_is_said_with_its_cure_and_nothing_is_lost_or_recorded(
    asker: Asker, typed: dict[str, object], sentence: str
) -> None:
    page = asker.press("ask", **typed)
    assert page.status_code == 422
    assert sentence in page.text
    assert str(typed["matter"]).strip() in page.text
    assert asker.tickets() == []


def test_a_person_cannot_reach_who_leaves_no_way(asker: Asker) -> None:
    asker.press("person", matter=MATTER)
    page = asker.press("send", name="Ann")
    assert page.status_code == 422
    assert "or we cannot answer you" in page.text
    page = asker.press("send", phone="12")
    assert "A phone number has at least 5 digits." in page.text
    asker.press("send", phone="02079460958")
    assert asker.heading() == "A person has your question"


def test_who_answers_reads_what_went_before_and_is_told_why(demo_advisor: Advisor) -> None:
    desk = recording_desk()
    desk.records.keep_experience(demo_advisor.experience.fingerprint, default_text())
    at = Advisor(demo_advisor.reader, desk.records, demo_advisor.experience, demo_advisor.promise)
    asker = Asker(Desk(desk.settings, desk.records, Running(lambda: at, lambda: None)))
    asker.ask("read", "call", matter="How do I see my jobs in my Google calendar?")
    assert asker.heading() == "This may answer it"
    asker.press("person")
    asker.press("send", phone="020 7946 0958", more="I did all of that.")
    stored = asker.stored()
    thread = desk.records.thread("question", stored.ticket_id)
    assert [message.sender for message in thread] == [Sender.CUSTOMER, Sender.SYSTEM, Sender.CUSTOMER]
    story = thread[1].text.splitlines()
    assert story[0] == "Asked what they are willing to do: to read an article, then a call."
    assert story[1].startswith("Was shown: “Show your jobs in Google Calendar”")
    assert story[2:] == ["Then asked for a person."]
    assert stored.recommendation.reasons[0].code is ReasonCode.ALREADY_FAILED
    assert stored.recommendation.channel is Channel.PHONE
    assert replay(stored.evidence, stored.recommendation, at.experience, at.promise).same
    kept = [wish for wish in read_again(at.reader, stored).wishes if wish.quote == CHOSEN]
    assert [wish.channel for wish in kept] == [WishChannel.PERSON, WishChannel.PHONE]
    assert wish_line(kept[1]) == "wants a call (chosen when asked)"


def test_the_way_on_names_the_reference() -> None:
    asker = Asker(recording_desk(question_hand_on="https://www.example.com/contact?from=ask"))
    asker.ask("call")
    (reference,) = asker.tickets()
    assert f'href="https://www.example.com/contact?from=ask&amp;reference={reference}"' in asker.page.text
    letter = Asker(recording_desk(question_hand_on="mailto:help@example.com"))
    letter.ask("call")
    (reference,) = letter.tickets()
    subject = f"subject=%5B{reference}%5D%20My%20question"
    assert f'href="mailto:help@example.com?{subject}&amp;body=How%20do%20I' in letter.page.text


def test_a_fresh_question_has_a_reference_that_is_easy_to_read_out() -> None:
    found = {fresh().reference for _ in range(500)}
    assert len(found) == 500
    assert all(re.fullmatch(r"Q-[A-Z2-7]{4}-[A-Z2-7]{4}", one) for one in found)
