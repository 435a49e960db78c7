"""The page of what helpdesks sent: found by state and hook, masked, replayed, given up."""

from __future__ import annotations

import pytest
from hook_builders import HookedApp
from web_builders import client_as

from web.helpdesks.model import Kind
from web.inbox_jobs import State
from web.masked_payload import masked_payload
from web.pages import deliveries
from web.users import Role


@pytest.fixture(scope="module")
def shared() -> HookedApp:
    return HookedApp(kinds=(Kind.STANDARD, Kind.ZENDESK))


@pytest.fixture
def at(shared: HookedApp) -> HookedApp:
    return shared.emptied()


def ticket(id: str) -> dict[str, object]:
    customer = {"name": "Kim Miller", "email": "kim@example.com"}
    return {"id": id, "body": "Call me on +1 212 555 0100, or write to kim@example.com.", "customer": customer}


def test_who_may_not_see_what_customers_wrote_sees_no_deliveries(at: HookedApp) -> None:
    assert client_as(at.app, Role.AGENT).get("/deliveries").status_code == 403
    assert client_as(at.app, None).get("/deliveries").status_code == 303
    assert client_as(at.app, Role.LEAD).get("/deliveries").status_code == 200
    assert 'href="/deliveries"' in client_as(at.app, Role.LEAD).get("/queue").text


def test_each_state_is_counted_and_listed_by_itself(at: HookedApp) -> None:
    at.told("ticket.created", ticket("done-1"), id="1")
    at.told("ping", {}, id="2")
    at.tell("ticket.created", ticket("waits-1"), id="3")
    client = client_as(at.app, Role.LEAD)
    page = client.get("/deliveries").text
    assert "done-1" in page
    assert "waits-1" in page
    assert "a ping: the address and the secret are right" in page
    waiting = client.get("/deliveries?state=waiting").text
    assert "waits-1" in waiting
    assert "done-1" not in waiting
    assert "Nothing stands so." in client.get("/deliveries?hook=zendesk").text
    assert client.get("/deliveries?state=nonsense&queue=%00&before=-1&hook=%ff").status_code == 200


def test_long_lists_are_turned_page_by_page(at: HookedApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "PAGE", 2)
    for number in range(3):
        at.tell("ticket.created", ticket(f"t-{number}"), id=str(number))
    client = client_as(at.app, Role.LEAD)
    first, second = client.get("/deliveries").text, client.get(f"/deliveries?before={at.jobs()[1].id}").text
    assert "t-2" in first
    assert "t-0" not in first
    assert f"before={at.jobs()[1].id}" in first
    assert "t-0" in second
    assert "Older" not in second


def test_what_a_delivery_said_is_masked(at: HookedApp) -> None:
    one = at.told("ticket.created", ticket("t-1"), id="1")
    page = client_as(at.app, Role.LEAD).get(f"/deliveries/{one.id}").text
    assert "Kim Miller" not in page
    assert "kim@example.com" not in page
    assert "555" not in page
    assert "[NAME]" in page
    assert "ticket t-1: advised a person (revision 1)" in page


def test_a_delivery_is_done_once_more(at: HookedApp) -> None:
    one = at.told("ticket.created", ticket("t-1"), id="1")
    client = client_as(at.app, Role.LEAD)
    answer = client.post(f"/deliveries/{one.id}/replay", follow_redirects=True)
    assert f"Delivery {one.id} is done once more." in answer.text
    assert at.crew.work_off() == 1
    assert at.jobs()[0].state is State.DONE


def test_a_delivery_is_given_up_and_says_nothing_then(at: HookedApp) -> None:
    at.tell("ticket.created", ticket("t-1"), id="1")
    (one,) = at.jobs()
    client = client_as(at.app, Role.LEAD)
    assert "It is not kept any more." in client.post(f"/deliveries/{one.id}/discard", follow_redirects=True).text
    assert "Nothing was changed" in client.post(f"/deliveries/{one.id}/replay", follow_redirects=True).text
    assert at.crew.work_off() == 0


def test_nothing_is_changed_without_the_form_token_or_the_role(at: HookedApp) -> None:
    at.tell("ticket.created", ticket("t-1"), id="1")
    (one,) = at.jobs()
    client = client_as(at.app, Role.LEAD)
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    assert client.post(f"/deliveries/{one.id}/discard").status_code == 400
    assert client_as(at.app, Role.AGENT).post(f"/deliveries/{one.id}/discard").status_code == 403
    assert at.jobs()[0].state is State.WAITING


def test_there_is_no_such_delivery(at: HookedApp) -> None:
    client = client_as(at.app, Role.LEAD)
    for id in ("99999", "9" * 30):
        assert client.get(f"/deliveries/{id}").status_code == 404
        assert client.post(f"/deliveries/{id}/replay").status_code == 404


def test_a_payload_is_masked_whatever_it_is() -> None:
    assert masked_payload(b'{"Email": "a@b.example", "api_key": "x", "n": 1, "l": [{"name": "Kim"}]}') == (
        '{\n  "Email": "[EMAIL]",\n  "api_key": "[SECRET]",\n  "n": 1,\n  "l": [\n    {\n      "name": "[NAME]"\n'
        "    }\n  ]\n}"
    )
    assert masked_payload(b"\xff write to kim@example.com") == "\ufffd write to [EMAIL]"
    assert masked_payload(b"[" * 100_000).startswith("[")
