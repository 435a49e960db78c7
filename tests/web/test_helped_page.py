from __future__ import annotations

import pytest
from flask import Flask
from web_builders import recording_desk

from advisor.records import Records
from advisor.records.outcomes import Outcomes
from advisor.types import OutcomeKind, Ticket
from web.keys import secret_key
from web.links import Answer, Links
from web.pages import helped

TICKET = Ticket(id="T-1", subject="Calendar", body="Send me the link, please: how do I see my jobs?")


class Customer:
    """A customer with the mail in front of them; the page stands alone, without the rest of the program."""

    def __init__(self) -> None:
        desk = recording_desk(TICKET, address="https://support.example.com")
        self.records: Records = desk.records
        self.links = Links(secret_key(desk.settings.home), desk.settings.address)
        found = self.records.last("T-1")
        assert found is not None
        self.advice = found.recommendation.id
        app = Flask("web")
        app.register_blueprint(helped.page(desk, self.links))
        self.client = app.test_client()

    def token(self, answer: Answer = Answer.HELPED) -> str:
        return self.links.token(self.advice, answer)

    def told(self) -> list[tuple[OutcomeKind, str | None, str | None]]:
        return [(one.kind, one.how, one.article) for one in Outcomes(self.records.file).of("local", "T-1")]


@pytest.fixture
def customer() -> Customer:
    return Customer()


def test_opening_the_page_changes_nothing(customer: Customer) -> None:
    for _ in range(3):
        page = customer.client.get(f"/helped/{customer.token()}")
        assert page.status_code == 200
    assert "Show your jobs in Google Calendar" in page.text
    assert "That helped" in page.text
    assert "I want a person" in page.text
    assert customer.told() == []


def test_that_it_helped_is_an_outcome(customer: Customer) -> None:
    page = customer.client.post(f"/helped/{customer.token()}", data={"answer": "helped"})
    assert page.status_code == 200
    assert "glad that it helped" in page.text
    assert customer.told() == [(OutcomeKind.CONFIRMED, "link", "calendar")]


def test_that_a_person_is_wanted_is_an_outcome_whichever_link_was_opened(customer: Customer) -> None:
    page = customer.client.post(f"/helped/{customer.token(Answer.HELPED)}", data={"answer": "person"})
    assert "A person will answer you" in page.text
    assert customer.told() == [(OutcomeKind.HANDED_ON, "link", "calendar")]


def test_a_link_used_twice_counts_once(customer: Customer) -> None:
    for _ in range(3):
        customer.client.post(f"/helped/{customer.token()}", data={"answer": "helped"})
    assert customer.told() == [(OutcomeKind.CONFIRMED, "link", "calendar")]


def test_who_first_was_helped_may_still_ask_for_a_person(customer: Customer) -> None:
    customer.client.post(f"/helped/{customer.token()}", data={"answer": "helped"})
    customer.client.post(f"/helped/{customer.token()}", data={"answer": "person"})
    assert [kind for kind, _, _ in customer.told()] == [OutcomeKind.CONFIRMED, OutcomeKind.HANDED_ON]


def test_a_tampered_link_is_gone_and_says_what_to_do(customer: Customer) -> None:
    for path in ("x", customer.token()[:-2] + "zz", Links(b"o" * 32, "").token(customer.advice, Answer.HELPED)):
        for answer in (customer.client.get(f"/helped/{path}"), customer.client.post(f"/helped/{path}")):
            assert answer.status_code == 410
            assert "reply to the message" in answer.text
    assert customer.told() == []


def test_another_answer_than_the_two_is_refused(customer: Customer) -> None:
    answer = customer.client.post(f"/helped/{customer.token()}", data={"answer": "<script>"})
    assert answer.status_code == 400
    assert customer.told() == []


def test_the_link_of_an_advice_that_was_erased_is_gone(customer: Customer) -> None:
    for found in customer.records.find("ticket:T-1"):
        customer.records.erase(found)
    assert customer.records.last("T-1") is None
    assert customer.client.get(f"/helped/{customer.token()}").status_code == 410
