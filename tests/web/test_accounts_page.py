"""The page of an account: its facts, the firm's wishes, its customers, its journey, and what speaks for leaving."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from people_builders import ACME, FIRM, NOW, story_desk, told, words
from web_builders import client_as, recording_desk, web_app

from advisor.records.filed_changes import fingerprint_of
from advisor.types import Account, Customer, Ticket
from web.desk import Desk
from web.users import Role

PAGE = "/accounts/desk/A-1"


@pytest.fixture(scope="module")
def desk() -> Desk:
    bob = told("t-9", 2, body="Hello", customer=Customer(id="C-9", name="Bob Field"))
    return story_desk(bob)


@pytest.fixture
def agent(desk: Desk) -> FlaskClient:
    return client_as(web_app(desk), Role.AGENT, name="ada")


def test_the_firm_is_shown_with_its_customers_and_their_newest_tickets(agent: FlaskClient) -> None:
    page = agent.get(PAGE).text
    assert words(page, "h1") == ["Northgate Facilities"]
    assert words(page, ".people > li .person") == ["Maya Brook", "Bob Field"]
    assert words(page, ".people > li .last")[0].startswith("About t-6 waits")
    assert words(page, ".journey > li .stop-facts div:first-child") == [
        "By Maya Brook",
        "By Bob Field",
        *["By Maya Brook"] * 5,
    ]


def test_the_firms_own_wishes_are_changed_as_a_customers_are(agent: FlaskClient, desk: Desk) -> None:
    seen = fingerprint_of(desk.records.filing.of(*ACME))
    form = {"do": "add", "seen": seen, "stance": "refuses", "channel": "self_service"}
    page = agent.post(PAGE, data=form, follow_redirects=True).text
    assert words(page, "#told strong") == ["Put on file: does not want an article"]
    assert [one.filed_by for one in desk.records.filing.of(*ACME)] == ["ada", "bo"]
    assert agent.post(PAGE, data=form | {"channel": "chat"}).status_code == 409
    undone = agent.post(PAGE, data={"do": "undo", "change": "1"}, follow_redirects=True).text
    assert words(undone, "#told strong") == ["Taken back."]
    assert [one.filed_by for one in desk.records.filing.of(*ACME)] == ["bo"]


def test_a_near_renewal_with_unmet_wishes_is_revenue_at_risk_with_its_reasons(agent: FlaskClient) -> None:
    (card,) = words(agent.get(PAGE).text, "[aria-labelledby=risk-heading]")
    assert card.startswith("Revenue at risk 4,080 GBP a month renews in 2")
    assert "wanted a call (no person free, as told) ticket t-4" in card
    assert "spoke of leaving ticket t-5" in card


def test_a_far_renewal_shows_the_same_signs_without_the_alarm() -> None:
    far = replace(FIRM, renews_on=FIRM.renews_on and FIRM.renews_on + timedelta(days=300))
    tickets = [replace(one, account=far) for one in (told("t-1", 5, body="Please call me."),)]
    page = client_as(web_app(recording_desk(*tickets)), Role.READ_ONLY).get(PAGE).text
    assert words(page, "[aria-labelledby=risk-heading] h2") == ["Signs of leaving"]
    assert "Nothing in the last 180 days speaks for leaving." in page


def test_what_is_not_known_of_an_account_says_so() -> None:
    ticket = Ticket(id="t", body="x", created_at=NOW, customer=Customer(id="c"), account=Account(name="Brook & Sons"))
    client = client_as(web_app(recording_desk(ticket)), Role.READ_ONLY)
    page = client.get("/accounts/local/name:Brook ~26 Sons").text
    assert words(page, "h1") == ["Brook & Sons"]
    (card,) = words(page, "[aria-labelledby=facts-heading]")
    assert card.count("not known") == 5
    assert 'href="/accounts/local/name:Brook~20~26~20Sons"' in client.get("/customers/local/c").text


def test_who_may_only_look_changes_nothing(desk: Desk) -> None:
    client = client_as(web_app(desk), Role.READ_ONLY)
    assert words(client.get(PAGE).text, "main form") == []
    assert client.post(PAGE, data={"do": "add"}).status_code == 403
