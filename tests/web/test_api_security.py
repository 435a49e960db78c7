"""Who may use the API: tokens and their scopes, made of the table of operations, and what is told to whom."""

from __future__ import annotations

import logging
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from api_builders import Client, client, served, small_app
from flask import Flask
from web_builders import client_as

from advisor.errors import AdvisorError
from web.access import ROUTES, Open
from web.api.openapi import IN_PATH
from web.api.operation import Operation
from web.api.table import OPERATIONS
from web.api.tokens import PREFIX, Scope, Standing

EVERY = pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return small_app(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def by_scope(app: Flask) -> dict[Scope, Client]:
    """One token for each scope that lacks just this one."""
    return {scope: client(app, name=f"without-{scope}", scopes=set(Scope) - {scope}, per_minute=0) for scope in Scope}


def address(one: Operation) -> str:
    """A path of the operation that names nothing."""
    return IN_PATH.sub("nothing", one.path)


@EVERY
def test_every_operation_wants_a_token(app: Flask, one: Operation) -> None:
    answer = Client(app, None)(one.method, address(one))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert answer.content_type == "application/problem+json"
    assert ROUTES[f"api.{one.name}"] is Open.TOKEN


@EVERY
def test_a_token_without_the_scope_may_not(by_scope: dict[Scope, Client], one: Operation) -> None:
    answer = by_scope[one.scope](one.method, address(one), json={})
    assert answer.status_code == 403
    assert f"needs the scope {one.scope}" in answer.get_json()["detail"]


@pytest.mark.parametrize("role", ["admin"])
def test_being_signed_in_on_the_pages_opens_nothing(app: Flask, role: str) -> None:
    browser = client_as(app)
    assert browser.get("/api/v1/tickets").status_code == 401


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic dGVzdHM6", f"Bearer {PREFIX}wrong", "Bearer é", f"bearer {PREFIX}{'x' * 5000}"],
)
def test_a_wrong_token_opens_nothing(app: Flask, header: str) -> None:
    answer = Client(app, None)("GET", "/tickets", headers={"Authorization": header})
    assert answer.status_code == 401
    assert PREFIX not in answer.text.replace("ta_…", "")


def test_a_token_elsewhere_than_in_the_header_is_not_looked_at(app: Flask) -> None:
    good = client(app, name="elsewhere")
    without = Client(app, None)
    assert without("GET", f"/tickets?token={good.secret}").status_code == 401
    assert without("GET", "/tickets", headers={"Cookie": f"token={good.secret}"}).status_code == 401
    assert without("GET", "/tickets", headers={"X-Api-Key": str(good.secret)}).status_code == 401


def test_a_revoked_token_opens_nothing_from_then_on(app: Flask) -> None:
    good = client(app, name="revoked")
    assert good("GET", "/tickets").status_code == 200
    served(app).api.tokens.revoke("revoked")
    answer = good("GET", "/tickets")
    assert answer.status_code == 401
    assert "revoked" in answer.get_json()["detail"]


def test_a_token_opens_nothing_after_its_end(tmp_path: Path) -> None:
    app = small_app(tmp_path)
    good = client(app, name="soon", days=1)
    api = served(app).api
    (token,) = api.tokens.every()
    assert token.expires is not None
    assert token.standing(token.expires - timedelta(seconds=1)) is Standing.VALID
    assert token.standing(token.expires) is Standing.EXPIRED
    with sqlite3.connect(tmp_path / "advisor.db") as database:
        database.execute("update api_tokens set expires = ?", [(datetime.now(UTC) - timedelta(seconds=1)).isoformat()])
    database.close()
    answer = good("GET", "/tickets")
    assert answer.status_code == 401
    assert "expired" in answer.get_json()["detail"]


def test_a_secret_is_kept_as_a_hash_and_shown_once(tmp_path: Path) -> None:
    app = small_app(tmp_path)
    good = client(app)
    assert good.secret is not None
    assert re.fullmatch(r"ta_[\w-]{43}", good.secret)
    good("GET", "/tickets")
    for file in tmp_path.glob("advisor.db*"):
        assert good.secret.encode() not in file.read_bytes()
    assert good.secret not in str(served(app).api.tokens.every())


def test_the_name_of_a_token_is_taken_for_good(app: Flask) -> None:
    client(app, name="taken")
    served(app).api.tokens.revoke("taken")
    with pytest.raises(AdvisorError, match="there is a token taken already"):
        client(app, name="taken")


@pytest.mark.parametrize(("name", "scopes"), [("", {Scope.READ}), ("a b", {Scope.READ}), ("x" * 65, {Scope.READ})])
def test_an_unfit_name_is_refused(app: Flask, name: str, scopes: set[Scope]) -> None:
    with pytest.raises(AdvisorError, match="1 to 64 letters"):
        client(app, name=name, scopes=scopes)


def test_a_token_without_a_scope_is_refused(app: Flask) -> None:
    with pytest.raises(AdvisorError, match="must have a scope"):
        client(app, name="empty", scopes=())


def test_when_a_token_was_used_is_kept_to_the_minute(app: Flask) -> None:
    good = client(app, name="used")
    assert served(app).api.tokens.get("used").used is None
    good("GET", "/tickets")
    first = served(app).api.tokens.get("used").used
    assert first is not None
    good("GET", "/tickets")
    assert served(app).api.tokens.get("used").used == first


def test_another_tokens_job_is_not_there(app: Flask) -> None:
    mine, other = client(app, name="mine"), client(app, name="other")
    job = mine("POST", "/jobs", json=[{"body": "Please call me."}]).get_json()["id"]
    assert mine("GET", f"/jobs/{job}").status_code == 200
    for method, path in (("GET", ""), ("GET", "/rows"), ("POST", "/cancel")):
        assert other(method, f"/jobs/{job}{path}").status_code == 404
    assert other("GET", "/jobs").get_json()["jobs"] == []


def test_another_tokens_answer_is_not_replayed(app: Flask) -> None:
    first, second = client(app, name="first"), client(app, name="second")
    key = {"Idempotency-Key": "the same"}
    made = [one("POST", "/jobs", json=[{"body": "Hello."}], headers=key).get_json()["id"] for one in (first, second)]
    assert made[0] != made[1]


@pytest.mark.parametrize(
    "path", ["/tickets/local/4711", "/tickets/zendesk/471", "/tickets/zendesk/4711'--", "/tickets/zendesk/%25"]
)
def test_only_the_whole_key_finds_a_ticket(app: Flask, path: str) -> None:
    good = client(app, name=f"guess-{abs(hash(path))}")
    assert good("GET", path).status_code == 404


def test_the_beginning_of_a_wishs_id_finds_nothing(app: Flask) -> None:
    good = client(app, name="prefix")
    wish = good("GET", "/customers/zendesk/C-2004/wishes").get_json()["wishes"][0]["wish"]["id"]
    assert good("GET", f"/wishes/{wish}").status_code == 200
    assert good("GET", f"/wishes/{wish[:8]}").status_code == 404


def test_a_page_of_another_site_is_refused_with_problem_details(app: Flask) -> None:
    good = client(app, name="foreign")
    answer = good("POST", "/advise", json={"body": "x"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"


def test_a_failure_names_an_incident_and_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = small_app(tmp_path)
    good = client(app)
    with sqlite3.connect(tmp_path / "advisor.db") as database:
        database.execute("drop table api_answers")
    database.close()
    with caplog.at_level(logging.ERROR):
        answer = good("POST", "/advise", json={"body": "secret words"}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 500
    told = answer.get_json()
    assert told.keys() == {"type", "title", "status", "incident"}
    assert f"incident {told['incident']}" in caplog.text
    assert "secret words" not in caplog.text
    assert str(good.secret) not in caplog.text


def test_after_many_wrong_tokens_an_address_has_to_wait(tmp_path: Path) -> None:
    app = small_app(tmp_path)
    wrong = Client(app, f"{PREFIX}wrong")
    codes = [wrong("GET", "/tickets").status_code for _ in range(62)]
    assert codes == [401] * 60 + [429, 429]
    assert int(wrong("GET", "/tickets").headers["Retry-After"]) >= 1


def test_a_token_has_so_many_requests_a_minute(app: Flask) -> None:
    few = client(app, name="few", per_minute=2)
    answers = [few("GET", "/tickets") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"minute";q=2;w=60'
    assert re.fullmatch(r'"minute";r=1;t=\d+', answers[0].headers["RateLimit"])
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert answers[2].get_json()["type"] == "/api/v1/docs#too-many"


def test_the_settings_say_how_many_where_the_token_does_not(tmp_path: Path) -> None:
    good = client(small_app(tmp_path, requests_per_minute=1))
    assert [good("GET", "/tickets").status_code for _ in range(2)] == [200, 429]


def test_every_route_of_the_api_is_an_operation_or_its_description(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api")}
    assert routes == {f"api.{one.name}" for one in OPERATIONS} | {"api.docs", "api.openapi"}


def test_no_two_operations_share_a_name() -> None:
    names = [one.name for one in OPERATIONS]
    assert len(names) == len(set(names))
