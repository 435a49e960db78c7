"""What a log line holds; and above all what it never does: the words of tickets, customers and visitors."""

from __future__ import annotations

import io
import json
import logging
import re
import sqlite3
import threading
from collections.abc import Iterator

import pytest
from flask import Flask, abort
from web_builders import client_as, web_app

from advisor.errors import TicketError
from web.access import Open
from web.logs import LogFormat, speaking
from web.users import Role

SECRET = "zebra-crossing"


def fails() -> str:
    ticket = f"the customer said {SECRET}"
    try:
        raise ValueError(ticket)
    except ValueError as error:
        raise TicketError(f"cannot be read: {ticket}") from error


def locked() -> str:
    database = sqlite3.connect(":memory:")
    database.execute(f"select * from {SECRET.replace('-', '_')}")
    return "never"


@pytest.fixture
def app() -> Flask:
    app = web_app()
    for name, view in {"fails": fails, "locked": locked, "teapot": lambda: abort(418)}.items():
        app.config["ROUTES"][name] = Open.PUBLIC
        app.add_url_rule(f"/{name}", name, view_func=view)
    return app


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """All that is logged, as JSON lines."""
    stream = io.StringIO()
    with speaking(LogFormat.JSON, stream):
        yield stream


def lines(said: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_a_request_is_one_line_with_its_view_and_not_its_address(app: Flask, said: io.StringIO) -> None:
    answer = client_as(app, Role.AGENT, name="mary").get(f"/try?demo=demo-01&note={SECRET}")
    assert answer.status_code == 200
    (line,) = lines(said)
    assert line["at"] is not None
    assert {name: line[name] for name in ("level", "event", "method", "route", "status", "user")} == {
        "level": "info",
        "event": "request",
        "method": "GET",
        "route": "ask.ask",
        "status": 200,
        "user": "mary",
    }
    assert line["request"] == answer.headers["X-Request-ID"]
    assert isinstance(line["ms"], float)


def test_the_words_of_a_visitor_stand_in_no_line(app: Flask, said: io.StringIO) -> None:
    client = client_as(app, Role.ADMIN)
    fields = dict.fromkeys(("message", "subject", "customer", "email", "phone", "account", "channel"), SECRET)
    client.post("/try", data=fields)
    client.get(f"/{SECRET}/{SECRET}?{SECRET}={SECRET}")
    client.get("/try", headers=dict.fromkeys(("User-Agent", "Referer", "Cookie", "X-Request-ID", "X-A"), SECRET))
    client.get("/try", headers={"Host": f"{SECRET}.example"})
    client.open("/try", method=SECRET.replace("-", "").upper())
    client.post("/try", data={"message": SECRET}, headers={"Origin": f"https://{SECRET}.example"})
    client.post("/sign-in", data={"name": SECRET, "password": SECRET})
    client.get(f"/sign-in/link/{SECRET}")
    client.get(f"/fails?{SECRET}")
    client.get("/api/v1/tickets", headers={"Authorization": f"Bearer {SECRET}"})
    client.post("/api/v1/advise", data=json.dumps({"body": SECRET}), content_type=SECRET)
    client_as(app, Role.READ_ONLY).post("/customers/forget", data={"id": SECRET})
    assert len([line for line in lines(said) if line["event"] == "request"]) == 12
    assert "zebra" not in said.getvalue().casefold()
    assert "crossing" not in said.getvalue().casefold()


def test_a_method_that_is_none_is_called_other(app: Flask, said: io.StringIO) -> None:
    app.test_client().open("/healthz", method="SHOUT")
    assert [line["method"] for line in lines(said)] == ["OTHER"]


def test_a_failure_has_an_incident_its_kind_and_its_places(app: Flask, said: io.StringIO) -> None:
    page = app.test_client().get("/fails")
    incident, request = lines(said)
    assert (incident["event"], incident["level"], incident["route"]) == ("incident", "error", "fails")
    assert str(incident["incident"]) in page.text
    assert incident["error"] == "advisor.errors.TicketError"
    assert incident["caused_by"] == ["ValueError"]
    frames = incident["frames"]
    assert isinstance(frames, list)
    assert str(frames[-1]).startswith("tests/web/test_logs.py:")
    assert str(frames[-1]).endswith(" fails")
    assert (request["incident"], request["status"], request["level"]) == (incident["incident"], 500, "error")
    assert request["request"] == incident["request"]
    assert SECRET not in said.getvalue()


def test_an_error_of_the_system_gives_its_number_or_name(app: Flask, said: io.StringIO) -> None:
    app.test_client().get("/locked")
    assert lines(said)[0]["error"] == "sqlite3.OperationalError(SQLITE_ERROR)"
    assert "zebra" not in said.getvalue()


def test_every_answer_has_an_id_of_its_own(app: Flask) -> None:
    client = app.test_client()
    ids = [client.get(path, headers={"X-Request-ID": "mine"}).headers["X-Request-ID"] for path in ("/healthz", "/nix")]
    assert len({*ids, "mine"}) == 3


@pytest.mark.parametrize(
    ("logger", "template", "values", "text"),
    [
        ("waitress.queue", "Task queue depth is %d", (3,), "Task queue depth is 3"),
        ("library", "read %s in %.2f s", (SECRET, 0.5), "read … in 0.5 s"),
        ("library", f"read {SECRET}", (), r"test_logs\.test_of_what_others_log_the_template_is_shown:\d+"),
        ("web.somewhere", "half of it", (), "half of it"),
        ("library", "%(who)s did %(what)s", ({"who": SECRET, "what": SECRET},), "… did …"),
        ("library", "file %s", ("0123abcd",), "file 0123abcd"),
    ],
)
def test_of_what_others_log_the_template_is_shown(
    said: io.StringIO, logger: str, template: str, values: tuple[object, ...], text: str
) -> None:
    logging.getLogger(logger).warning(template, *values)
    (line,) = lines(said)
    assert re.fullmatch(text, str(line["text"]))
    assert SECRET not in said.getvalue()


def test_an_incident_outside_of_a_request_has_its_number_too(said: io.StringIO) -> None:
    logging.getLogger("web.api").error("incident %s: row %s of job %s", "0123abcd", 7, SECRET)
    (line,) = lines(said)
    assert (line["event"], line["incident"]) == ("incident", "0123abcd")
    assert line["text"] == "incident 0123abcd: row 7 of job …"


def test_a_thread_that_fails_says_so(said: io.StringIO) -> None:
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    assert lines(said)[0]["error"] == "advisor.errors.TicketError"
    assert SECRET not in said.getvalue()


def test_lines_for_people_say_the_same(app: Flask) -> None:
    stream = io.StringIO()
    with speaking(LogFormat.TEXT, stream):
        app.test_client().get("/fails")
    incident, *frames, request = stream.getvalue().splitlines()
    assert " error   incident incident=" in incident
    assert " error=advisor.errors.TicketError" in incident
    assert frames[-1].strip().endswith(" fails")
    assert " error   request request=" in request
    assert " method=GET route=fails status=500 ms=" in request
    assert SECRET not in stream.getvalue()


def test_loggers_are_as_before_afterwards() -> None:
    root = logging.getLogger()
    before = (list(root.handlers), threading.excepthook, logging.getLogger("web").level)
    with speaking(LogFormat.JSON, io.StringIO()):
        pass
    assert (list(root.handlers), threading.excepthook, logging.getLogger("web").level) == before
