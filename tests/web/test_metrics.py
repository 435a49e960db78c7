from __future__ import annotations

import re

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from web_builders import client_as, recording_desk, web_app

from advisor.types import Ticket
from web.api.tokens import Scope
from web.desk import Desk
from web.users import Role

AWAY = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def at() -> Desk:
    return recording_desk(Ticket(id="t-0", body="Please call me.", source="local"))


@pytest.fixture
def app(at: Desk) -> Flask:
    return web_app(at)


def figures(app: Flask) -> dict[str, float]:
    """All samples, by their name and labels as Prometheus writes them."""
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


def test_requests_are_counted_by_method_route_and_status(app: Flask) -> None:
    client = app.test_client()
    for path in ("/healthz", "/healthz", "/nothing/at/all", "/nothing/else"):
        client.get(path)
    found = figures(app)
    assert found["advisor_requests_total{method=GET,route=health.healthz,status=200}"] == 2
    assert found["advisor_requests_total{method=GET,route=none,status=404}"] == 2
    assert found["advisor_request_seconds_count{method=GET,route=health.healthz}"] == 2
    assert found["advisor_request_seconds_bucket{le=+Inf,method=GET,route=health.healthz}"] == 2


def test_advices_are_counted_from_the_start_by_action_and_rule(app: Flask, at: Desk) -> None:
    assert not any(name.startswith("advisor_advices") for name in figures(app))
    at.advise(Ticket(id="t-1", body="Please call me."))
    at.advise(Ticket(id="t-2", body="Please call me back."))
    at.advise(Ticket(id="t-3", body="I tried your article."))
    for _ in range(2):
        found = figures(app)
        assert found["advisor_advices_total{action=live_human,rule=asks_for_person}"] == 2
        assert found["advisor_advices_total{action=live_human,rule=already_failed}"] == 1


def test_the_queue_the_promise_and_the_sessions_are_told(app: Flask) -> None:
    client_as(app, Role.AGENT)
    client_as(app, Role.LEAD)
    found = figures(app)
    assert found["advisor_queue_open{}"] == 1
    assert found["advisor_sessions{}"] == 2
    states = {name: value for name, value in found.items() if name.startswith("advisor_promise")}
    assert states == {
        "advisor_promise{state=not_yet}": 1,
        "advisor_promise{state=kept}": 0,
        "advisor_promise{state=withdrawn}": 0,
    }
    (build,) = [name for name in found if name.startswith("advisor_build_info")]
    assert re.fullmatch(r"advisor_build_info{python=3\.\d+\.\d+,version=\d+\.\d+\.\d+}", build)


def test_no_figure_is_about_a_person(app: Flask, at: Desk) -> None:
    client_as(app, Role.AGENT, name="mary").get("/queue")
    text = app.test_client().get("/metrics").text
    assert "mary" not in text
    labels = set(re.findall(r'[{,](\w+)="', text))
    assert labels <= {
        "method",
        "route",
        "status",
        "le",
        "action",
        "rule",
        "verdict",
        "state",
        "version",
        "python",
        "queue",
    }


def test_two_apps_have_figures_of_their_own(app: Flask, at: Desk) -> None:
    app.test_client().get("/healthz")
    assert not any("healthz" in name for name in figures(web_app(at)))


@pytest.mark.parametrize(("role", "status"), [(None, 403), *((r, 200 if r is Role.ADMIN else 403) for r in Role)])
def test_from_elsewhere_an_admin_alone_may_see_them(app: Flask, role: Role | None, status: int) -> None:
    assert client_as(app, role).get("/metrics", environ_overrides=AWAY).status_code == status


def test_from_elsewhere_a_token_opens_them_until_it_is_revoked(app: Flask) -> None:
    tokens = app.extensions["api"].api.tokens
    _, secret = tokens.add("prometheus", [Scope.READ], by=None)
    bearer = {"Authorization": f"Bearer {secret}"}
    client = app.test_client()
    assert client.get("/metrics", headers=bearer, environ_overrides=AWAY).status_code == 200
    assert client.get("/metrics", headers={"Authorization": "Bearer no"}, environ_overrides=AWAY).status_code == 403
    tokens.revoke("prometheus")
    assert client.get("/metrics", headers=bearer, environ_overrides=AWAY).status_code == 403
