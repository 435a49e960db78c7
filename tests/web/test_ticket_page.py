from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from markup import attribute, one
from selectolax.lexbor import LexborHTMLParser as Html
from web_builders import client_as, recording_desk, web_app
from werkzeug.test import TestResponse

from advisor.types import Account, Action, Channel, Customer, Handled, Message, Outcome, OutcomeKind, Sender, Ticket
from web.users import Role

DAY = datetime(2026, 6, 9, 10, 0, tzinfo=UTC)
MAYA = Customer(id="C-1", name="Maya Brook")
ASKED = Ticket(
    id="T 1/a",
    source="desk",
    subject="Calendar",
    body="Send me the link, please: how do I see my jobs?",
    created_at=DAY,
    customer=MAYA,
    account=Account(id="F-1", name="Brook & Sons", licences=14, plan="team"),
)
BEFORE = Ticket(
    id="T0", source="desk", subject="Earlier", body="Call me.", created_at=DAY - timedelta(days=3), customer=MAYA
)
PATH = "/tickets/desk/T%201/a"


class Page:
    """The page of a ticket, and two agents before it."""

    def __init__(self, *tickets: Ticket, address: str = "") -> None:
        self.desk = recording_desk(*(tickets or (BEFORE, ASKED)), address=address)
        self.app = web_app(self.desk)
        self.ada = client_as(self.app, Role.AGENT, name="ada")
        self.bo = client_as(self.app, Role.AGENT, name="bo")

    def shown(self, client: FlaskClient | None = None) -> Html:
        answer = (client or self.ada).get(PATH)
        assert answer.status_code == 200, answer.text
        return Html(answer.text)

    def text(self) -> str:
        return self.shown().html or ""

    def say(self, client: FlaskClient | None = None, **form: str) -> TestResponse:
        filled = {"revision": "1", "seen": self.seen(), **form}
        return (client or self.ada).post(PATH, data=filled)

    def seen(self) -> str:
        found = one(self.shown(), "input[name=seen]")
        return (found.attributes["value"] or "") if found else ""

    def handled(self) -> Handled | None:
        stored = self.desk.records.last("T 1/a", source="desk")
        assert stored is not None
        return stored.handled


@pytest.fixture
def page() -> Page:
    return Page()


def test_the_page_shows_the_advice_the_words_that_made_it_and_who_writes(page: Page) -> None:
    shown = page.shown()
    text = shown.body.text() if shown.body else ""
    assert "Self-service: send this article" in text
    assert [mark.text() for mark in shown.css("mark.wish")] == ["Send me the link"]
    for words in (
        "Maya Brook",
        "Brook & Sons",
        "14",
        "wants an article (said here)",
        "Show your jobs in Google Calendar",
    ):
        assert words in text
    earlier = one(shown, ".earlier a")
    assert (earlier.text(), earlier.attributes["href"]) == ("Earlier", "/tickets/desk/T0")
    assert "Google Calendar" in one(shown, "#reply").text()
    assert "a person will answer you" in one(shown, "#reply").text()


def test_the_draft_carries_signed_links_where_customers_reach_the_program() -> None:
    page = Page(address="https://support.example.com")
    reply = one(page.shown(), "#reply").text()
    assert "That helped: https://support.example.com/helped/" in reply
    link = reply.split("I want a person: https://support.example.com")[1].split()[0]
    assert page.app.test_client().get(link).status_code == 200


def test_an_unknown_account_is_said_to_be_unknown() -> None:
    assert "account unknown" in Page(Ticket(id="T 1/a", source="desk", body="How?")).text()


def test_an_advice_is_accepted_and_that_can_be_taken_back(page: Page) -> None:
    assert page.say(do="accept").status_code == 303
    shown = page.shown()
    assert "accepted by ada" in (shown.html or "")
    review = attribute(shown, "input[name=review]", "value")
    assert page.say(do="undo_review", review=review).status_code == 303
    assert "Accept the advice" in page.text()
    assert page.desk.records.reviews.counts().accepted == 0


def test_an_override_is_kept_with_its_reason_and_counted(page: Page) -> None:
    said = page.say(do="override", reason="article_does_not_answer", note="Too old <b>", action="live_human")
    assert said.status_code == 303
    shown = page.text()
    assert "article does not answer; a person instead" in shown
    assert "Too old &lt;b&gt;" in shown
    counts = page.desk.records.reviews.counts()
    assert (counts.overridden, counts.reasons) == (1, (("article_does_not_answer", 1),))


def test_an_override_without_a_reason_keeps_what_was_typed(page: Page) -> None:
    said = page.say(do="override", note="half a thought", action="live_human")
    assert said.status_code == 422
    shown = Html(said.text)
    assert "Choose why" in one(shown, "#review-error").text()
    assert one(shown, "#note").text().strip() == "half a thought"
    assert attribute(shown, "#action option[selected]", "value") == "live_human"


def test_the_second_agent_is_told_and_nothing_is_overwritten(page: Page) -> None:
    page.say(do="accept")
    said = page.say(page.bo, do="override", reason="wrong_topic", note="mine")
    assert said.status_code == 409
    assert "ada has accepted" in one(Html(said.text), "#review-error").text()
    assert [review.by for review in page.desk.records.reviews.of("desk", "T 1/a")] == ["ada"]


def test_who_saw_an_older_advice_is_told(page: Page) -> None:
    page.desk.advise(Ticket(id="T 1/a", source="desk", body="Send me the link, please. And call me!"))
    said = page.say(do="accept", revision="1")
    assert said.status_code == 409
    assert "newer advice" in said.text


def test_what_was_really_done_is_noted_and_can_be_taken_back(page: Page) -> None:
    assert page.say(do="done", done_action="live_human", done_channel="phone", cause="policy").status_code == 303
    done = page.handled()
    assert done is not None
    assert (done.action, done.channel, done.by) == (Action.LIVE_HUMAN, Channel.PHONE, "ada")
    assert "A person answered by phone, by ada" in page.text()
    assert page.say(do="undo_done").status_code == 303
    assert page.handled() is None


def test_what_somebody_noted_meanwhile_is_not_overwritten(page: Page) -> None:
    before = page.seen()
    page.say(do="done", done_action="self_service")
    said = page.say(page.bo, do="done", done_action="live_human", by="Bo B.", seen=before)
    assert said.status_code == 422
    shown = Html(said.text)
    assert "Meanwhile somebody said otherwise: an article was sent, by ada" in one(shown, "#done-error").text()
    assert attribute(shown, "#by", "value") == "Bo B."
    done = page.handled()
    assert done is not None
    assert done.action is Action.SELF_SERVICE


def test_what_was_done_must_be_said(page: Page) -> None:
    said = page.say(do="done", done_action="")
    assert said.status_code == 422
    assert "Say what was done" in said.text


def test_who_only_reads_sees_no_forms_and_may_say_nothing(page: Page) -> None:
    reader = client_as(page.app, Role.READ_ONLY)
    shown = page.shown(reader)
    assert not shown.css("main form")
    assert reader.post(PATH, data={"do": "accept", "revision": "1"}).status_code == 403
    assert page.desk.records.reviews.of("desk", "T 1/a") == []


def test_outcomes_stand_below_what_was_done(page: Page) -> None:
    outcome = Outcome(
        source="desk", ticket_id="T 1/a", kind=OutcomeKind.CONFIRMED, at=DAY + timedelta(hours=1), by="x<y"
    )
    assert page.desk.records.outcomes.add([outcome], by="test") == [""]
    assert "confirmed: it helped" in page.text()
    assert "x&lt;y" in page.text()


def test_the_receipt_is_one_click_away(page: Page) -> None:
    link = attribute(page.shown(), "a[href^='/receipts/']", "href")
    receipt = one(Html(page.ada.get(link).text), "pre").text()
    assert "Decided by  rule 5" in receipt
    assert "What each rule says" in receipt


def test_the_thread_is_shown_with_who_wrote_what() -> None:
    messages = (
        Message(sender=Sender.CUSTOMER, body="Call me."),
        Message(sender=Sender.AGENT, author="Ada", body="On which <number>?"),
    )
    page = Page(Ticket(id="T 1/a", source="desk", subject="S", messages=messages))
    assert page.shown().css(".thread li")


@pytest.mark.parametrize(
    "path", ["/tickets/desk/none", "/receipts/desk/none", "/tickets/other/T%201/a", "/tickets/desk/"]
)
def test_a_ticket_that_is_not_there_is_not_found(page: Page, path: str) -> None:
    assert page.ada.get(path).status_code == 404


@pytest.mark.parametrize("do", ["", "delete", "__class__"])
def test_an_unknown_deed_is_refused(page: Page, do: str) -> None:
    assert page.say(do=do).status_code == 400
