"""What programs do over the API, operation by operation."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from api_builders import Client, client, served, small_app
from flask import Flask

from advisor.types import Ticket
from advisor.wire import to_json
from web.api.operation import MOST_BYTES, MOST_BYTES_OF_MANY

TICKET = {"id": "t-1", "body": "How do I see my jobs in the calendar?", "created_at": "2026-06-09T10:00:00Z"}
HANDLED = "/tickets/zendesk/4711/handled"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """For requests that change nothing."""
    return client(small_app(tmp_path_factory.mktemp("shared")), per_minute=0)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return small_app(tmp_path)


@pytest.fixture
def ask(app: Flask) -> Client:
    return client(app)


def test_a_ticket_is_advised_as_the_library_advises_it(app: Flask, ask: Client) -> None:
    answer = ask("POST", "/advise", json=TICKET)
    desk = served(app).api.desk
    stored = desk.records.last("t-1", source="local")
    assert stored is not None
    assert answer.status_code == 200
    assert answer.data == to_json(stored.recommendation)
    assert answer.get_json()["action"] == "self_service"


def test_nothing_is_recorded_where_that_is_asked(app: Flask, ask: Client) -> None:
    answer = ask("POST", "/advise?record=false", json=TICKET)
    assert (answer.status_code, answer.get_json()["id"]) == (200, "")
    assert served(app).api.desk.records.last("t-1") is None


def test_fields_that_are_not_known_are_kept(shared: Client) -> None:
    assert shared("POST", "/advise?record=false", json=TICKET | {"brand": {"name": "Fernway"}}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "field", "message"),
    [
        ({"body": 5}, "body", "body must be text, was: 5"),
        ({"body": "x", "channel": "fax"}, "channel", "channel must be one of email, chat, phone, portal, social"),
        (
            {"body": "x", "customer": {"wishes": [{"channel": "phone"}]}},
            "customer.wishes[0].stance",
            "customer.wishes[0].stance is missing",
        ),
        ({"x": 1}, "", "a ticket must have at least one of body, subject, messages"),
        ([], "", "a ticket must be a JSON object"),
        ({"body": "x", "created_at": "yesterday"}, "created_at", "created_at must be a date"),
    ],
)
def test_a_ticket_that_does_not_fit_is_refused_by_its_field(
    shared: Client, sent: object, field: str, message: str
) -> None:
    answer = shared("POST", "/advise", json=sent)
    (error,) = answer.get_json()["errors"]
    assert answer.status_code == 422
    assert error["field"] == field
    assert message in error["message"]


@pytest.mark.parametrize(
    ("body", "media", "status", "slug"),
    [
        (b"{", "application/json", 400, "not-json"),
        (b"", "application/json", 400, "not-json"),
        (b"\xff", "application/json", 400, "not-json"),
        (b"[" * 100_000, "application/json", 400, "not-json"),
        (b'{"body": NaN}', "application/json", 400, "not-json"),
        (b'{"body": "x"}', "text/plain", 415, "wrong-media"),
        (b'{"body": "x"}', "application/x-www-form-urlencoded", 415, "wrong-media"),
        (b'{"body": "' + b"x" * MOST_BYTES + b'"}', "application/json", 413, "too-large"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_why(
    shared: Client, body: bytes, media: str, status: int, slug: str
) -> None:
    answer = shared("POST", "/advise", data=body, content_type=media)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["type"] == f"/api/v1/docs#{slug}"


def test_half_an_emoji_is_let_pass(shared: Client) -> None:
    answer = shared("POST", "/advise?record=false", data=rb'{"body": "Hello \ud83d"}', content_type="application/json")
    assert answer.status_code == 200


def test_of_many_the_good_rows_go_on_and_the_bad_ones_are_listed(ask: Client) -> None:
    answer = ask("POST", "/advise/many", json=[TICKET, {"body": 5}, {"id": "t-2", "body": "Please call me."}])
    told = answer.get_json()
    assert [(one["row"], one["recommendation"]["ticket_id"]) for one in told["advised"]] == [(1, "t-1"), (3, "t-2")]
    assert told["refused"] == [{"row": 2, "field": "body", "message": "body must be text, was: 5"}]


def test_many_may_come_as_json_lines(ask: Client) -> None:
    lines = "\n".join([json.dumps(TICKET), "no JSON", json.dumps({"id": "t-2", "body": "Please call me."})])
    answer = ask("POST", "/advise/many", data=lines, content_type="application/x-ndjson")
    told = answer.get_json()
    assert [one["row"] for one in told["advised"]] == [1, 3]
    assert told["refused"][0]["row"] == 2
    assert "not valid JSON" in told["refused"][0]["message"]


@pytest.mark.parametrize(("sent", "message"), [([], "at least one"), ({}, "must be an array"), ([{}] * 501, "at most")])
def test_how_many_are_taken_at_once(shared: Client, sent: object, message: str) -> None:
    answer = shared("POST", "/advise/many", json=sent)
    assert answer.status_code == 422
    assert message in answer.get_json()["detail"]


def test_many_may_be_larger_than_one(shared: Client) -> None:
    large = [{"body": "x" * (MOST_BYTES // 2)}] * 3
    assert shared("POST", "/advise/many?record=false", json=large).status_code == 200
    too_large = b" " * (MOST_BYTES_OF_MANY + 1)
    assert shared("POST", "/advise/many", data=too_large, content_type="application/json").status_code == 413


def test_tickets_are_listed_page_by_page(ask: Client) -> None:
    ask("POST", "/advise/many", json=[TICKET | {"id": f"t-{number}"} for number in range(4)])
    seen, path = [], "/tickets?limit=2&order=oldest"
    while path:
        page = ask("GET", path)
        seen += [one["ticket_id"] for one in page.get_json()["tickets"]]
        link = page.headers.get("Link", "")
        path = link.partition("<")[2].partition(">")[0].removeprefix("/api/v1")
        assert bool(path) is (page.get_json()["next"] is not None)
    assert sorted(seen) == ["4711", "t-0", "t-1", "t-2", "t-3"]


def test_tickets_are_filtered(ask: Client) -> None:
    ask("POST", "/advise", json=TICKET)
    assert [one["ticket_id"] for one in ask("GET", "/tickets?action=live_human").get_json()["tickets"]] == ["4711"]
    assert ask("GET", "/tickets?since=2026-06-10").get_json()["tickets"] == []
    assert len(ask("GET", "/tickets?text=calendar").get_json()["tickets"]) == 2


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=5&limit=6", "limit"),
        ("order=best", "order"),
        ("nothing=1", "nothing"),
        ("after=abc", "after"),
        ("since=0001-01-01", "since"),
        ("unmet=perhaps", "unmet"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(shared: Client, query: str, field: str) -> None:
    answer = shared("GET", f"/tickets?{query}")
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_a_ticket_is_shown_with_thread_advice_and_receipt(shared: Client) -> None:
    shown = shared("GET", "/tickets/zendesk/4711").get_json()
    assert shown["customer"]["name"] == "Ann Lee"
    assert shown["recommendation"]["action"] == "live_human"
    assert [one["text"] for one in shown["messages"]] == ["Please call me about the calendar."]
    receipt = shared("GET", "/tickets/zendesk/4711/receipt").get_json()
    assert receipt["reason"]["code"] == "asks_for_person"


def test_an_id_with_slashes_is_found(ask: Client) -> None:
    ask("POST", "/advise", json=TICKET | {"id": "a/b//c?d#é"})
    shown = ask("GET", f"/tickets/local/{quote('a/b//c?d#é', safe='')}")
    assert shown.get_json()["id"] == "a/b//c?d#é"


def test_what_was_done_is_kept_and_taken_back(ask: Client) -> None:
    tag = ask("GET", HANDLED).headers["ETag"]
    put = ask("PUT", HANDLED, json={"action": "live_human", "channel": "phone"}, headers={"If-Match": tag})
    assert put.get_json()["handled"]["by"] == "tests"
    assert ask("GET", HANDLED).headers["ETag"] == put.headers["ETag"] != tag
    undone = ask("DELETE", HANDLED, headers={"If-Match": put.headers["ETag"]})
    assert (undone.get_json(), undone.headers["ETag"]) == ({"handled": None}, tag)
    again = ask("DELETE", HANDLED, headers={"If-Match": tag})
    assert again.status_code == 409


def test_what_was_changed_meanwhile_is_not_overwritten(ask: Client) -> None:
    tag = ask("GET", HANDLED).headers["ETag"]
    sent = {"action": "live_human"}
    assert ask("PUT", HANDLED, json=sent).status_code == 428
    assert ask("PUT", HANDLED, json=sent, headers={"If-Match": tag}).status_code == 200
    late = ask("PUT", HANDLED, json={"action": "self_service"}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert ask("GET", HANDLED).get_json()["handled"]["action"] == "live_human"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, ""),
        ({"action": "robot"}, "action"),
        ({"action": "live_human", "at": "2020-01-01T00:00:00Z"}, "at"),
        ({"action": "live_human", "at": "2199-01-01T00:00:00Z"}, "at"),
        ({"action": "live_human", "at": "9999-12-31T23:59:59-12:00"}, "at"),
        ({"action": "live_human", "at": "2026-06-10T00:00:00"}, "at"),
        ({"action": "live_human", "who": "me"}, "who"),
    ],
)
def test_what_was_done_must_fit(shared: Client, sent: dict[str, str], field: str) -> None:
    answer = shared("PUT", HANDLED, json=sent, headers={"If-Match": "*"})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_an_advice_is_overridden_once_and_the_word_taken_back(ask: Client) -> None:
    path = "/tickets/zendesk/4711/reviews"
    said = {"revision": 1, "verdict": "override", "reason": "wrong_topic", "by": "Ann"}
    first = ask("POST", path, json=said)
    assert first.status_code == 201
    assert ask("POST", path, json=said | {"by": "Bo"}).status_code == 409
    undone = ask("POST", f"{path}/{first.get_json()['id']}/undo")
    assert undone.get_json()["withdrawn_by"] == "tests"
    assert ask("POST", f"{path}/{first.get_json()['id']}/undo").status_code == 409
    assert ask("POST", f"{path}/999/undo").status_code == 404
    assert len(ask("GET", path).get_json()["reviews"]) == 1


@pytest.mark.parametrize(
    "sent", [{"revision": 2, "verdict": "accept"}, {"revision": 10**30, "verdict": "accept"}, {"revision": 1}]
)
def test_a_review_must_fit(shared: Client, sent: dict[str, object]) -> None:
    assert shared("POST", "/tickets/zendesk/4711/reviews", json=sent).status_code == 422
    assert (
        shared("POST", "/tickets/zendesk/4711/reviews", json={"revision": 1, "verdict": "override"}).status_code == 422
    )


def test_an_outcome_counts_once_and_is_taken_back(ask: Client) -> None:
    path, told = "/tickets/zendesk/4711/outcomes", {"kind": "confirmed", "at": "2026-06-10T09:00:00Z"}
    assert ask("POST", path, json=told).status_code == 201
    assert ask("POST", path, json=told).status_code == 409
    assert [one["by"] for one in ask("GET", path).get_json()["outcomes"]] == ["tests"]
    assert ask("POST", f"{path}/undo", json={"kind": "confirmed"}).get_json() == {"outcomes": []}
    assert ask("POST", f"{path}/undo", json={"kind": "confirmed"}).status_code == 409


def test_an_outcome_must_name_a_ticket_that_is_there(shared: Client) -> None:
    told = {"kind": "other_matter", "related": "nothing"}
    answer = shared("POST", "/tickets/zendesk/4711/outcomes", json=told)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "related"


def test_a_wish_is_put_on_file_ended_and_restored(ask: Client) -> None:
    made = ask("POST", "/customers/zendesk/C-2004/wishes", json={"channel": "phone", "stance": "refuses"})
    assert made.status_code == 201
    path, tag = made.headers["Location"].removeprefix("/api/v1"), made.headers["ETag"]
    assert ask("GET", path).headers["ETag"] == tag
    assert ask("POST", f"{path}/end", json={}).status_code == 428
    ended = ask("POST", f"{path}/end", json={"why": "asked for it"}, headers={"If-Match": tag})
    assert (ended.get_json()["state"], ended.get_json()["wish"]["ended_why"]) == ("ended", "asked for it")
    assert ask("POST", f"{path}/end", json={}, headers={"If-Match": tag}).status_code == 412
    restored = ask("POST", f"{path}/restore", json={}, headers={"If-Match": ended.headers["ETag"]})
    assert restored.get_json()["state"] == "in force"
    assert ask("POST", f"{path}/confirm", json={}, headers={"If-Match": "*"}).status_code == 409
    listed = ask("GET", "/customers/zendesk/C-2004/wishes").get_json()["wishes"]
    assert [one["wish"]["stance"] for one in listed] == ["refuses", "wants"]


def test_an_account_has_wishes_of_its_own(ask: Client) -> None:
    made = ask("POST", "/accounts/zendesk/A-1120/wishes", json={"channel": "email", "stance": "wants", "order": 1})
    shown = ask("GET", "/accounts/zendesk/A-1120").get_json()
    assert [one["wish"]["id"] for one in shown["wishes"]] == [made.get_json()["wish"]["id"]]
    assert shown["account"]["licences"] == 60


def test_a_wish_that_is_over_already_is_refused(shared: Client) -> None:
    sent = {"channel": "phone", "stance": "wants", "until": "2020-01-01T00:00:00Z"}
    answer = shared("POST", "/customers/zendesk/C-2004/wishes", json=sent)
    assert answer.get_json()["errors"][0]["field"] == "until"


def test_customers_are_found_by_what_is_theirs(shared: Client) -> None:
    for who in ("C-2004", "Ann Lee", "ann@fernway.example", "+44 20 7946 0123"):
        found = shared("GET", "/customers", query_string={"who": who}).get_json()["customers"]
        assert [one["id"] for one in found] == ["C-2004"], who
    shown = shared("GET", "/customers/zendesk/C-2004").get_json()
    assert [one["id"] for one in shown["tickets"]] == ["4711"]


def test_articles_are_listed_shown_and_searched(shared: Client) -> None:
    first = shared("GET", "/articles?limit=2").get_json()
    second = shared("GET", f"/articles?limit=2&after={first['next']}").get_json()
    ids = [one["id"] for one in (*first["articles"], *second["articles"])]
    assert ids == ["billing/refunds", "jobs/calendar", "users/invite"]
    assert second["next"] is None
    assert [one["id"] for one in shared("GET", "/articles?source=guide").get_json()["articles"]] == ["users/invite"]
    assert "five days" in shared("GET", "/articles/billing/refunds").get_json()["body"]
    best = shared("POST", "/search", json={"text": "connect the calendar", "limit": 1}).get_json()["matches"]
    assert [one["id"] for one in best] == ["jobs/calendar"]


def test_reports_are_of_the_days_that_are_asked_for(ask: Client) -> None:
    ask("POST", "/advise", json=TICKET)
    days = "since=2026-06-09&until=2026-06-10"
    assert ask("GET", f"/reports/volumes?{days}").get_json()["tickets"] == 2
    assert ask("GET", "/reports/volumes?since=2026-06-10&until=2026-06-11").get_json()["tickets"] == 0
    assert ask("GET", f"/reports/compliance?{days}&by=channel").get_json()["stated"] == 1
    assert ask("GET", f"/reports/outcomes?{days}").get_json()["answered"] == 0
    wrong = ask("GET", "/reports/volumes?since=2026-06-10&until=2026-06-09")
    assert wrong.get_json()["errors"][0]["field"] == "until"


def test_the_experience_is_checked_tried_and_put_in_force(app: Flask, ask: Client) -> None:
    shown = ask("GET", "/experience")
    text, tag = shown.get_json()["text"], shown.headers["ETag"]
    other = text.replace('desk = "tier_1"', 'desk = "nowhere"')
    assert ask("POST", "/experience/check", json={"text": text}).get_json()["ok"] is True
    checked = ask("POST", "/experience/check", json={"text": other}).get_json()
    assert checked["ok"] is (other == text)
    tried = ask("POST", "/experience/what-if", json={"text": text}).get_json()
    assert (tried["recorded"], tried["tickets"], tried["changed"]) == (1, 1, 0)
    put = ask("PUT", "/experience", json={"text": f"{text}\n# by hand\n"}, headers={"If-Match": tag})
    assert put.get_json()["text"].endswith("# by hand\n")
    assert served(app).api.desk.settings.experience.read_text().endswith("# by hand\n")
    assert ask("PUT", "/experience", json={"text": text}, headers={"If-Match": tag}).status_code == 412
    broken = ask("PUT", "/experience", json={"text": "desk = 1"}, headers={"If-Match": put.headers["ETag"]})
    assert broken.status_code == 422
    assert all(error["field"] == "text" for error in broken.get_json()["errors"])


def test_what_one_has_already_is_not_sent_again(shared: Client) -> None:
    tag = shared("GET", "/tickets/zendesk/4711").headers["ETag"]
    answer = shared("GET", "/tickets/zendesk/4711", headers={"If-None-Match": f'"other", W/{tag}'})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("PATCH", "/experience", 405), ("DELETE", "/tickets", 405), ("GET", "//tickets", 404)],
)
def test_an_address_that_is_none_is_answered_with_problem_details(
    shared: Client, method: str, path: str, status: int
) -> None:
    answer = shared(method, path)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.get_json()["status"] == status
    assert bool(answer.headers.get("Allow")) is (status == 405)


def test_the_library_can_be_asked_meanwhile(app: Flask, ask: Client) -> None:
    served(app).api.desk.advise(Ticket(id="t-9", body="Please call me."))
    assert ask("GET", "/tickets/local/t-9").status_code == 200
