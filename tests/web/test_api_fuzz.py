"""Requests made of the API's own description: no failure, and every answer as the description says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from api_builders import ARTICLES, Client, client, served, small_app
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.specs.openapi.schemas import OpenApiSchema

from web.api.operation import BASE
from web.api.routes import encoded_description
from web.api.table import OPERATIONS

NAMES = [one.name for one in OPERATIONS]
EXPECTED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
KNOWN = {
    "source": "zendesk",
    "ticket_id": "4711",
    "customer": "C-2004",
    "account": "A-1120",
    "article": ARTICLES[0].id,
}
"""What is there, so that not every address leads to nothing."""


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    app = small_app(tmp_path_factory.mktemp("home"))
    ask = client(app, per_minute=0)
    wish = ask("GET", "/customers/zendesk/C-2004/wishes").get_json()["wishes"][0]["wish"]["id"]
    job = ask("POST", "/jobs", json=[{"body": "Hello."}]).get_json()["id"]
    KNOWN.update(wish=wish, job=job, review="1")
    yield ask
    served(app).close()


@pytest.fixture(scope="module")
def described(ask: Client) -> OpenApiSchema:
    load_all_checks()
    return schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", ask.app)


def fuzz(described: OpenApiSchema, ask: Client, name: str, *, examples: int) -> None:
    """Send what fits the description and what does not, and hold every answer against it."""
    operation = described.find_operation_by_id(name)
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))
    checks: Any = CHECKS.get_by_names(EXPECTED)

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=cases, known=st.booleans())
    def send(case: schemathesis.Case[Any], known: bool) -> None:
        if known:
            case.path_parameters = {
                name: KNOWN.get(name, value) for name, value in (case.path_parameters or {}).items()
            }
        case.call_and_validate(headers={"Authorization": f"Bearer {ask.secret}"}, checks=checks)

    send()


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_stands_a_few_requests(described: OpenApiSchema, ask: Client, name: str) -> None:
    fuzz(described, ask, name, examples=2)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_operation_stands_many_requests(described: OpenApiSchema, ask: Client, name: str) -> None:
    fuzz(described, ask, name, examples=200)


def test_the_description_is_not_empty(ask: Client) -> None:
    assert isinstance(ask.app, Flask)
    assert len(encoded_description()) > 10_000
