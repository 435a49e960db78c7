from __future__ import annotations

import logging
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from web_builders import desk

from web import MOST_BYTES, create_app
from web.security import HEADERS

TICKET = {"message": "How do I see my jobs?"}
PAGE = "http://localhost"


@pytest.fixture
def app() -> Flask:
    app = create_app(desk(), hosts=("localhost", "127.0.0.1", "::1", "support.example.com"))
    app.add_url_rule("/fails", "fails", view_func=fails)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def fails() -> str:
    raise RuntimeError("the customer's secret words")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("POST", "/", 422),
        ("GET", "/healthz", 200),
        ("GET", "/static/site.css", 200),
        ("GET", "/static/../web/commands.py", 404),
        ("GET", "/nothing", 404),
        ("DELETE", "/", 405),
        ("GET", "/fails", 500),
        ("OPTIONS", "/", 200),
    ],
)
def test_every_answer_carries_the_security_headers(client: FlaskClient, method: str, path: str, status: int) -> None:
    with client.open(path, method=method) as answer:
        assert answer.status_code == status
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert path.startswith("/static") or answer.headers["Cache-Control"] == "no-store"


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


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.put("/")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_too_much_text_is_answered_kindly(client: FlaskClient) -> None:
    answer = client.post("/", data={"message": "x" * MOST_BYTES})
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
    answer = client.post("/", data=TICKET, headers=headers)
    assert answer.status_code == 403
    assert "This form came from another page" in answer.text


@pytest.mark.parametrize("headers", [{}, {"Origin": PAGE}, {"Origin": PAGE, "Sec-Fetch-Site": "same-origin"}])
def test_a_form_from_our_own_page_or_from_no_page_is_taken(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/", data=TICKET, headers=headers).status_code == 200


def test_a_link_from_another_page_may_open_ours(client: FlaskClient) -> None:
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8321", "localhost@evil.example", "[::2]", "[", ""]
)
@pytest.mark.parametrize("path", ["/", "/healthz", "/static/site.css", "/nothing"])
def test_a_foreign_host_name_is_refused(client: FlaskClient, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 400
    assert HEADERS.items() <= dict(answer.headers).items()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8321", "127.0.0.1:1", "[::1]:8321", "support.example.com"])
def test_a_name_that_is_served_is_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200
