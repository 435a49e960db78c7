from __future__ import annotations

import logging
import re

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from web_builders import client_as, desk, recording_desk, web_app
from werkzeug.exceptions import TooManyRequests

from web import MOST_BYTES
from web.access import Open
from web.security import HEADERS
from web.users import Role

TICKET = {"message": "How do I see my jobs?"}
PAGE = "http://localhost"


@pytest.fixture
def app() -> Flask:
    return with_failures(web_app(desk(), hosts=("localhost", "127.0.0.1", "::1", "support.example.com")))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return client_as(app, Role.READ_ONLY)


def with_failures(app: Flask) -> Flask:
    """The app with three routes more: one that fails, one that asks for patience, and one that is on no list."""
    app.add_url_rule("/fails", "fails", view_func=fails)
    app.add_url_rule("/slowly", "slowly", view_func=slowly)
    app.add_url_rule("/unlisted", "unlisted", view_func=fails)
    app.config["ROUTES"] |= {"fails": Open.PUBLIC, "slowly": Open.PUBLIC}
    return app


def fails() -> str:
    raise RuntimeError("the customer's secret words")


def slowly() -> str:
    raise TooManyRequests(retry_after=90)


EVERY_KIND = [
    ("GET", "/try", 200),
    ("POST", "/try", 422),
    ("GET", "/", 302),
    ("GET", "/healthz", 200),
    ("GET", "/static/site.css", 200),
    ("GET", "/static/../web/commands.py", 404),
    ("GET", "/nothing", 404),
    ("DELETE", "/try", 405),
    ("GET", "/fails", 500),
    ("GET", "/slowly", 429),
    ("GET", "/unlisted", 403),
    ("GET", "/sign-in/link/none", 410),
    ("OPTIONS", "/try", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), EVERY_KIND)
def test_every_answer_carries_the_security_headers(client: FlaskClient, method: str, path: str, status: int) -> None:
    with client.open(path, method=method) as answer:
        assert answer.status_code == status
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert path.startswith("/static") or answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(("method", "path", "status"), EVERY_KIND)
def test_every_answer_by_tls_keeps_browsers_to_tls(method: str, path: str, status: int) -> None:
    app = with_failures(web_app(recording_desk(https=True)))
    with client_as(app, Role.READ_ONLY, base_url="https://localhost").open(path, method=method) as answer:
        assert answer.status_code == status
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_failure_names_an_incident_and_nothing_else(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        page = client.get("/fails")
    named = re.search(r"Incident ([0-9a-f]{8})<", page.text)
    assert page.status_code == 500
    assert named is not None
    assert not re.search("secret|RuntimeError|Traceback", page.text)
    assert f"incident {named[1]}" in caplog.text
    assert "RuntimeError" in caplog.text


def test_a_page_that_is_not_there_says_where_to_go(client: FlaskClient) -> None:
    page = client.get("/nothing")
    assert "There is no such page" in page.text
    assert 'href="/"' in page.text


def test_who_asks_too_much_is_told_how_long_to_wait(client: FlaskClient) -> None:
    answer = client.get("/slowly")
    assert answer.headers["Retry-After"] == "90"
    assert "Please wait 90 seconds" in answer.text


def test_a_reason_of_our_own_never_becomes_a_page(app: Flask, client: FlaskClient) -> None:
    app.view_functions["slowly"] = lambda: abort(418, "the customer's secret words")
    answer = client.get("/slowly")
    assert (answer.status_code, "secret" in answer.text) == (418, False)


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.put("/try")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_too_much_text_is_answered_kindly(client: FlaskClient) -> None:
    answer = client.post("/try", data={"message": "x" * MOST_BYTES})
    assert answer.status_code == 413
    assert "shorten the message" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": PAGE},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ],
)
def test_a_form_from_another_page_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/try", data=TICKET, headers=headers)
    assert answer.status_code == 403
    assert "This form came from another page" in answer.text


@pytest.mark.parametrize("headers", [{}, {"Origin": PAGE}, {"Origin": PAGE, "Sec-Fetch-Site": "same-origin"}])
def test_a_form_from_our_own_page_or_from_no_page_is_taken(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/try", data=TICKET, headers=headers).status_code == 200


def test_a_link_from_another_page_may_open_ours(client: FlaskClient) -> None:
    assert client.get("/try", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8321", "localhost@evil.example", "[::2]", "[", ""]
)
@pytest.mark.parametrize("path", ["/try", "/healthz", "/static/site.css", "/nothing"])
def test_a_foreign_host_name_is_refused(client: FlaskClient, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert HEADERS.items() <= dict(answer.headers).items()
    assert "read-only" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8321", "127.0.0.1:1", "[::1]:8321", "support.example.com"])
def test_a_name_that_is_served_is_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_asking_more_often_than_the_setting_allows_is_refused_for_that_user_only() -> None:
    app = web_app(recording_desk(requests_per_minute=3))
    hasty, other = client_as(app, Role.AGENT), client_as(app, Role.LEAD)
    assert [hasty.get("/account").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = hasty.get("/account")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert re.search(r"Please wait (a second|\d+ seconds), then do it again", refused.text)
    assert other.get("/account").headers["X-RateLimit-Remaining"] == "2"
    assert "Retry-After" not in other.get("/account").headers
    assert hasty.get("/healthz").status_code == 200
