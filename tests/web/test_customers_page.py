"""The pages of customers: found, read, changed with undo, given out and forgotten."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from people_builders import MAYA, story_desk, words
from selectolax.lexbor import LexborHTMLParser
from web_builders import client_as, recording_desk, web_app
from werkzeug.test import TestResponse

from advisor.records.filed_changes import fingerprint_of
from advisor.types import Customer, Stance, Ticket, WishChannel
from web.desk import Desk
from web.users import Role

PAGE = "/customers/desk/C-1"


@pytest.fixture(scope="module")
def told_desk() -> Desk:
    """The story; for tests that change nothing."""
    return story_desk()


@pytest.fixture(scope="module")
def reading(told_desk: Desk) -> Flask:
    return web_app(told_desk)


@pytest.fixture
def desk() -> Desk:
    return story_desk()


@pytest.fixture
def agent(desk: Desk) -> FlaskClient:
    return client_as(web_app(desk), Role.AGENT, name="ada")


def posted(client: FlaskClient, desk: Desk, page: str = PAGE, **form: str) -> TestResponse:
    """Send a form of the page as it is loaded now."""
    seen = fingerprint_of(desk.records.filing.of(*MAYA))
    return client.post(page, data={"seen": seen} | form, follow_redirects=True)


def test_the_list_shows_who_wrote_last_and_finds_by_part_of_a_name(reading: Flask) -> None:
    client = client_as(reading, Role.READ_ONLY)
    page = client.get("/customers").text
    assert words(page, ".person") == ["Maya Brook"]
    assert "About t-6" in words(page, ".last p")[0]
    assert words(client.get("/customers?q=brook").text, ".person") == ["Maya Brook"]
    assert words(client.get("/customers?q=7700 900417").text, ".person") == ["Maya Brook"]
    assert "No customer has “zed” in id, name, address or number" in client.get("/customers?q=zed&kind=customer").text


def test_where_only_an_account_fits_the_accounts_are_shown(reading: Flask) -> None:
    page = client_as(reading, Role.READ_ONLY).get("/customers?q=northgate").text
    assert words(page, ".person") == ["Northgate Facilities"]
    assert 'href="/accounts/desk/A-1"' in page


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=9999999999", "page=x", "kind=zzz", "q=%00", "page=²"])
def test_an_address_that_makes_no_sense_shows_a_list_all_the_same(reading: Flask, query: str) -> None:
    assert client_as(reading, Role.READ_ONLY).get(f"/customers?{query}").status_code == 200


def test_links_to_other_pages_of_the_list_take_over_nothing_but_the_search() -> None:
    many = [Ticket(id=f"t-{n}", body="Hello", customer=Customer(id=f"c-{n}")) for n in range(30)]
    client = client_as(web_app(recording_desk(*many)), Role.READ_ONLY)
    page = client.get("/customers?q=c-&kind=customer&_external=1&_scheme=javascript&_anchor=x").text
    (link,) = LexborHTMLParser(page).css('a[rel="next"]')
    assert link.attributes["href"] == "/customers?q=c-&kind=customer&page=2"
    assert len(words(client.get(link.attributes["href"]).text, ".person")) == 5


def test_a_customer_is_shown_with_wishes_where_they_come_from_and_how_long_they_hold(reading: Flask) -> None:
    page = client_as(reading, Role.READ_ONLY).get(PAGE).text
    assert words(page, "h1") == ["Maya Brook"]
    first = words(page, ".on-file .wish")[0]
    assert first.startswith("wants a call standing, since ")
    assert "the customer said so, ticket t-6 call me" in first
    assert words(page, "[aria-labelledby=suggested-heading] .wish-says") == ["does not want an article"]
    assert 'href="/tickets/desk/t-6"' in page


def test_the_journey_tells_wish_advice_deed_and_outcome_at_each_ticket(reading: Flask) -> None:
    page = client_as(reading, Role.READ_ONLY).get(PAGE).text
    stops = words(page, ".journey > li")
    assert [re.search(r"t-\d", stop)[0] for stop in stops] == ["t-6", "t-5", "t-4", "t-3", "t-2", "t-1"]  # type: ignore[index]
    assert (
        "Wish wants a call (said here: “call me”) Advised a person, by phone Done an article was sent by e-mail"
        in stops[2]
    )
    assert "not as wished: wanted a call; no person free, as told" in stops[2]
    assert "Outcome handed on to a person" in stops[2] or "Outcome contradicted" in stops[2]
    assert "Outcome confirmed: it helped" in stops[4]
    assert "Outcome assumed: nothing was heard since" in stops[5]
    assert words(page, ".moments .breached") == ["Billing 2 tickets, 1 not as wished"]
    assert len(words(page, "table tbody tr")) == 6 + 6  # the journey's and the tone's


def test_compliance_tells_count_interval_unknown_and_the_cause_of_each_breach(reading: Flask) -> None:
    (card,) = words(client_as(reading, Role.READ_ONLY).get(PAGE).text, "[aria-labelledby=compliance-heading]")
    assert "2 of 3 tickets went as wished" in card
    assert "67 %; with so many tickets it lies between 21 and 94 % (95 % interval)." in card
    assert "Of 1 more ticket with a wish it is not known what was done." in card
    assert "ticket t-4 : wanted a call no person free, as told call me" in card


def test_the_account_box_says_what_is_known_and_where_nothing_is(reading: Flask) -> None:
    page = client_as(reading, Role.READ_ONLY).get(PAGE).text
    renewal = date.today() + timedelta(days=21)
    (card,) = words(page, "[aria-labelledby=account-heading]")
    assert "Licences 120, 58% in use Plan premium" in card
    assert re.search(rf"Renewal {renewal:%-d %B %Y}, in 2[012] days", card)
    assert "Revenue 4,080 GBP a month Success manager Priya Nair" in card
    alone = client_as(web_app(recording_desk(Ticket(id="t", body="x", customer=Customer(id="c")))), Role.READ_ONLY)
    assert words(alone.get("/customers/local/c").text, "[aria-labelledby=account-heading]") == [
        "Account account unknown"
    ]


def test_a_wish_is_put_on_file_under_the_name_of_who_is_signed_in_and_taken_back(
    agent: FlaskClient, desk: Desk
) -> None:
    before = desk.records.filing.of(*MAYA)
    page = posted(agent, desk, do="add", stance="refuses", channel="phone", moment="billing", until="2199-01-01").text
    assert words(page, "#told strong") == ["Put on file: does not want a call, about billing"]
    (wish,) = [one for one in desk.records.filing.of(*MAYA) if one.id not in {kept.id for kept in before}]
    assert (wish.channel, wish.stance, wish.filed_by) == (WishChannel.PHONE, Stance.REFUSES, "ada")
    assert wish.until is not None
    assert wish.until.year == 2199
    (undo,) = LexborHTMLParser(page).css("#told form")
    form = {str(one.attributes["name"]): str(one.attributes["value"]) for one in undo.css("input")}
    page = agent.post(PAGE, data=form, follow_redirects=True).text
    assert "Taken back. Put on file: does not want a call, about billing" in words(page, "#told")[0]
    assert desk.records.filing.of(*MAYA) == before


@pytest.mark.parametrize(("do", "said"), [("confirm", "Confirmed"), ("decline", "Declined")])
def test_a_suggestion_is_confirmed_or_declined(agent: FlaskClient, desk: Desk, do: str, said: str) -> None:
    (suggested,) = [one for one in desk.records.filing.of(*MAYA) if one.said_by == "learnt"]
    page = posted(agent, desk, do=do, wish=suggested.id).text
    assert words(page, "#told strong") == [f"{said}: does not want an article"]
    assert words(page, "[aria-labelledby=suggested-heading]") == []


def test_an_ended_wish_stays_with_who_ended_it_and_is_restored(agent: FlaskClient, desk: Desk) -> None:
    wish = desk.records.filing.of(*MAYA)[1]
    page = posted(agent, desk, do="end", wish=wish.id).text
    assert any("by ada: ended by hand" in one for one in words(page, ".past .wish"))
    page = posted(agent, desk, do="restore", wish=wish.id).text
    assert words(page, "#told strong") == ["Restored: wants a call"]


def test_a_change_on_a_page_that_is_out_of_date_is_told_and_keeps_what_was_typed(
    agent: FlaskClient, desk: Desk
) -> None:
    old = fingerprint_of(desk.records.filing.of(*MAYA))
    posted(agent, desk, do="end", wish=desk.records.filing.of(*MAYA)[1].id)
    before = desk.records.filing.of(*MAYA)
    bo = client_as(agent.application, Role.AGENT, name="bo")
    typed = {"do": "add", "seen": old, "stance": "wants", "channel": "chat", "topic": "Invoices"}
    answer = bo.post(PAGE, data=typed)
    assert answer.status_code == 409
    (told_so,) = words(answer.text, "#told[role=alert]")
    assert told_so.startswith("Nothing was changed. The wishes on file have changed since the page was loaded")
    assert "Last changed here: Ended: wants a call (ada, " in told_so
    assert desk.records.filing.of(*MAYA) == before
    assert 'value="Invoices"' in answer.text
    assert words(answer.text, "select[name=channel] option[selected]") == ["a chat"]
    again = dict(typed, seen=str(LexborHTMLParser(answer.text).css("input[name=seen]")[-1].attributes["value"]))
    assert bo.post(PAGE, data=again).status_code == 303


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("stance", "", "Choose: wants, or does not want."),
        ("stance", "maybe", "Choose: wants, or does not want."),
        ("channel", "pigeon", "Choose what the wish is about."),
        ("moment", "lunch", "Choose one of the moments of truth, or any."),
        ("order", "9", "Choose first, second or third choice."),
        ("topic", "x" * 121, "Write at most 120 characters."),
        ("topic", "a\nb", "Write the topic on one line."),
        ("until", "tomorrow", "Write the day as 2027-01-31, or leave it empty."),
        ("until", "2020-01-01", "Choose a day to come, or leave it empty."),
        ("until", "9999-01-01", "Write the day as 2027-01-31, or leave it empty."),
        ("channel", "phone", "This is on file already, and in force."),
    ],
)
def test_a_wrong_field_is_named_beside_it_and_nothing_is_put_on_file(
    agent: FlaskClient, desk: Desk, field: str, typed: str, sentence: str
) -> None:
    posted(agent, desk, do="add", stance="wants", channel="phone")
    before = desk.records.filing.of(*MAYA)
    good = {"stance": "wants", "channel": "chat", "order": "1"}
    answer = posted(agent, desk, do="add", **(good | {field: typed}))
    assert answer.status_code == 422
    assert words(answer.text, f"#{field}-error") == [sentence]
    assert desk.records.filing.of(*MAYA) == before


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"do": "explode"}, 400),
        ({}, 400),
        ({"do": "end", "wish": "no-such"}, 422),
        ({"do": "undo", "change": "999"}, 422),
        ({"do": "undo", "change": "1 or 1=1"}, 422),
        ({"do": "restore", "wish": ""}, 422),
    ],
)
def test_a_form_that_no_page_of_ours_has_changes_nothing(
    agent: FlaskClient, desk: Desk, form: dict[str, str], status: int
) -> None:
    before = desk.records.filing.of(*MAYA)
    assert posted(agent, desk, **form).status_code == status
    assert desk.records.filing.of(*MAYA) == before


def test_who_may_only_look_sees_no_form_and_may_change_nothing(reading: Flask, told_desk: Desk) -> None:
    client = client_as(reading, Role.READ_ONLY)
    assert words(client.get(PAGE).text, "main form") == []
    assert posted(client, told_desk, do="add", stance="wants", channel="chat").status_code == 403
    assert told_desk.records.filed_changes.of(MAYA) == []


def test_a_change_without_the_token_of_its_form_is_refused(agent: FlaskClient, desk: Desk) -> None:
    del agent.environ_base["HTTP_X_CSRFTOKEN"]
    assert posted(agent, desk, do="add", stance="wants", channel="chat").status_code == 400
    assert desk.records.filed_changes.of(MAYA) == []


def test_what_was_changed_for_another_is_not_told_here(agent: FlaskClient, desk: Desk) -> None:
    posted(agent, desk, do="end", wish=desk.records.filing.of(*MAYA)[1].id)
    desk.advise(Ticket(id="x", source="desk", body="x", customer=Customer(id="C-2")))
    assert words(agent.get(f"{PAGE}?told=1").text, "#told") != []
    assert words(agent.get("/customers/desk/C-2?told=1").text, "#told") == []


@pytest.mark.parametrize("id", ["C-2", "C-1/x", "c-1", "", "..", "C-1%00", "%F0%9F%98%80"])
@pytest.mark.parametrize(
    "place", ["/customers/desk/", "/customers/export/desk/", "/customers/forget/desk/", "/accounts/desk/"]
)
def test_what_is_guessed_and_not_there_is_no_page(reading: Flask, place: str, id: str) -> None:
    assert client_as(reading, Role.ADMIN).get(place + id).status_code == 404


def test_a_customer_of_another_source_is_another_customer(reading: Flask) -> None:
    assert client_as(reading, Role.ADMIN).get("/customers/other/C-1").status_code == 404


def test_a_lead_exports_all_that_is_stored(reading: Flask) -> None:
    answer = client_as(reading, Role.LEAD).get("/customers/export/desk/C-1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="customer-C-1.json"'
    assert answer.mimetype == "application/json"
    records = json.loads(answer.text)["records"]
    assert [row["name"] for row in records["customers"]] == ["Maya Brook"]
    assert len(records["tickets"]) == 6
    assert client_as(reading, Role.AGENT).get("/customers/export/desk/C-1").status_code == 403
    assert "/customers/export/" not in client_as(reading, Role.AGENT).get(PAGE).text


def test_a_customer_is_forgotten_once_the_name_is_written() -> None:
    desk = story_desk()
    client = client_as(web_app(desk), Role.ADMIN)
    page = client.get("/customers/forget/desk/C-1").text
    assert "It cannot be undone." in page
    assert "tickets, with their messages 12 rows" in words(page, ".erased li")
    wrong = client.post("/customers/forget/desk/C-1", data={"name": "Maya"})
    assert wrong.status_code == 422
    assert words(wrong.text, "#name-error") == ["This is not the name above: nothing was erased."]
    assert client.get(PAGE).status_code == 200
    done = client.post("/customers/forget/desk/C-1", data={"name": " maya  BROOK "}, follow_redirects=True)
    assert "Erased for good, with 6 tickets." in done.text
    assert "Maya" not in done.text
    assert client.get(PAGE).status_code == 404
    assert desk.records.counts()["tickets"] == 0


def test_only_an_admin_forgets(reading: Flask) -> None:
    lead = client_as(reading, Role.LEAD)
    assert lead.post("/customers/forget/desk/C-1", data={"name": "Maya Brook"}).status_code == 403
    assert "/customers/forget/" not in lead.get(PAGE).text
