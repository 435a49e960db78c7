"""Requests made of the API's own description: no failure, and every answer as the description says."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from api_builders import ARTICLES, Client, client, served, small_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.schemas import OpenApiSchema

from web.api.operation import BASE
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
    @given(case=cases, known=st.sampled_from([True, True, True, False]))
    def send(case: schemathesis.Case[Any], known: bool) -> None:
        if known:
            lead_to_what_is_there(case)
        case.call_and_validate(headers={"Authorization": f"Bearer {ask.secret}"}, checks=checks)

    send()


def lead_to_what_is_there(case: schemathesis.Case[Any]) -> None:
    """So that not most of the requests end at the token, the address or the tag."""
    case.path_parameters = {name: KNOWN.get(name, value) for name, value in (case.path_parameters or {}).items()}
    for header in ("Authorization", "If-None-Match", "Idempotency-Key"):
        case.headers.pop(header, None)
    if "If-Match" in case.headers:
        case.headers["If-Match"] = "*"


def test_the_fuzzer_finds_an_answer_that_is_not_as_described(described: OpenApiSchema, ask: Client) -> None:
    schemas = described.raw_schema["components"]["schemas"]
    assert schemas["HandledShown"]["required"] == ["handled"]
    wrong = deepcopy(described.raw_schema)
    wrong["components"]["schemas"]["HandledShown"]["required"] = ["handled", "nothing"]
    other = schemathesis.openapi.from_dict(wrong)
    other.app = ask.app
    with pytest.raises(FailureGroup, match="nothing"):
        fuzz(other, ask, "show_handled", examples=20)


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_stands_a_few_requests(described: OpenApiSchema, ask: Client, name: str) -> None:
    fuzz(described, ask, name, examples=2)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_operation_stands_many_requests(described: OpenApiSchema, ask: Client, name: str) -> None:
    fuzz(described, ask, name, examples=100)
