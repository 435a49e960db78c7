"""The description of the API and the page to try it on: made of the same table that serves."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from api_builders import client, small_app
from flask import Flask
from jsonschema import Draft202012Validator
from web_builders import client_as

from web.api.openapi import description, problems_of
from web.api.operation import Method
from web.api.problems import Kind
from web.api.routes import rule_of
from web.api.table import OPERATIONS

DESCRIBED = description(OPERATIONS)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return small_app(tmp_path_factory.mktemp("home"))


def references(value: Any) -> list[str]:
    """All addresses that a part of the description refers to."""
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for inner in value.values() for found in references(inner)]
    return [found for inner in value for found in references(inner)] if isinstance(value, list) else []


def test_the_description_is_served_to_anybody_as_openapi_3_1(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.content_type == "application/json"
    assert answer.get_json()["openapi"] == "3.1.0"
    assert answer.get_json() == json.loads(json.dumps(DESCRIBED, default=dict))


def test_every_schema_is_one_and_every_reference_leads_somewhere() -> None:
    schemas = DESCRIBED["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    for reference in references(DESCRIBED):
        _, _, part, name = reference.removeprefix("#").split("/")
        assert name in DESCRIBED["components"][part], reference


def test_every_schema_is_used() -> None:
    used = {reference.rpartition("/")[2] for reference in references(DESCRIBED)}
    unused = set(DESCRIBED["components"]["schemas"]) - used
    assert all("enum" in DESCRIBED["components"]["schemas"][name] for name in unused), unused


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)
def test_every_operation_is_described(one: Any) -> None:
    told = DESCRIBED["paths"][one.path][one.method.lower()]
    names = {(parameter["in"], parameter["name"]) for parameter in told["parameters"]}
    assert told["operationId"] == one.name
    assert told["security"] == [{"token": [one.scope.value]}]
    assert {name for place, name in names if place == "path"} == set(re.findall(r"\{(\w+)\}", one.path))
    assert (("header", "Idempotency-Key") in names) is (one.method is Method.POST)
    assert (("header", "If-Match") in names) is one.edits
    assert ("requestBody" in told) is (one.body is not None)
    assert {str(kind.status.value) for kind in problems_of(one)} <= set(told["responses"])
    assert str(one.status.value) in told["responses"]


def test_ids_may_hold_slashes_and_sources_may_not() -> None:
    assert rule_of("/tickets/{source}/{ticket_id}/handled") == "/tickets/<source>/<path:ticket_id>/handled"


def test_every_example_is_taken(tmp_path: Path) -> None:
    ask = client(small_app(tmp_path))
    path = {"{source}": "zendesk", "{ticket_id}": "4711", "{customer}": "C-2004", "{account}": "A-1120"}
    text = ask("GET", "/experience").get_json()["text"]
    for one in OPERATIONS:
        address = one.path
        for part, value in path.items():
            address = address.replace(part, value)
        if one.example is None or "{" in address:
            continue
        sent = {"text": text} if one.example == {"text": "…"} else one.example
        answer = ask(one.method, address, json=sent, headers={"If-Match": "*"})
        assert answer.status_code == one.status, (one.name, answer.text)


def test_the_page_shows_every_operation_and_every_error_without_scripts(app: Flask) -> None:
    page = app.test_client().get("/api/v1/docs")
    shown = unescape(page.text)
    for one in OPERATIONS:
        assert f'id="{one.name}"' in page.text
        assert one.summary in shown
    for kind in Kind:
        assert f'id="{kind.slug}"' in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|https?://(?!www\.w3)", page.text)
    assert "unsafe" not in page.headers["Content-Security-Policy"]


def test_the_page_can_be_read_signed_in_too(app: Flask) -> None:
    assert client_as(app).get("/api/v1/docs").status_code == 200
