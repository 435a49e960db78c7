"""The description of the API, OpenAPI 3.1, made of the table of operations and of the types that validate.

The schemas are msgspec's own; of tickets, which the wire reads, they are made of the wire's definitions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from advisor.cli import program_version
from advisor.wire.schema import recommendation_schema, ticket_schemas
from web.api.operation import BASE, JSON, Method, Operation, Sent, Tag, Tickets
from web.api.problems import MEDIA, Kind, ProblemDetails
from web.api.shapes import RECOMMENDATION, REF
from web.api.tokens import Scope

Schema = dict[str, Any]
IN_PATH = re.compile(r"\{(\w+)\}")
ABOUT = """\
Have support tickets advised: an article or a person, by what the customer wants, and why.

Every request carries `Authorization: Bearer ta_…`; `advisor tokens add NAME --scope SCOPE` makes a token. Errors are
problem details (RFC 9457). Every POST takes an `Idempotency-Key`. Lists are read page by page: `next` of one page is
`after` of the next. Answers to GET carry an `ETag`. Health is told at `/healthz`, figures for Prometheus at `/metrics`.
"""
PATHS: Mapping[str, str] = {
    "source": "Where the ticket, customer or account comes from, such as zendesk.",
    "ticket_id": "The ticket's id in its source.",
    "job": "The id of the job.",
    "review": "The id of the review.",
    "customer": "The key of the customer: the id in the source, else mailto: and the address, else tel: and digits.",
    "account": "The id of the account in the source, else name: and its name.",
    "wish": "The id of the wish.",
    "article": "The id of the article.",
}
"""What stands in braces in the addresses."""

HEADERS: Mapping[str, Schema] = {
    "ETag": {"description": "Names this representation.", "schema": {"type": "string"}},
    "Location": {"description": "Where it is found.", "schema": {"type": "string", "format": "uri-reference"}},
    "Link": {"description": "The next page, rel=next, where there is one.", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left of this minute.", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "How many requests a minute.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    "Idempotency-Replayed": {"description": "true, where it was answered before.", "schema": {"type": "string"}},
}


class Shapes:
    """The schemas of all types, named so that no two share a name."""

    def __init__(self, operations: tuple[Operation, ...]) -> None:
        recommendation, parts = recommendation_schema(ref=REF)
        kinds: list[Any] = [ProblemDetails, *parts]
        for one in operations:
            kinds += [kind for kind in (one.query, one.body, one.answer) if isinstance(kind, type)]
        kinds = list(dict.fromkeys(kinds))
        refs, components = msgspec.json.schema_components(kinds, ref_template=REF)
        self._refs = dict(zip(kinds, refs, strict=True))
        self._components = components
        named = ticket_schemas(ref=REF) | {RECOMMENDATION: recommendation}
        queries = {_name_in(self._refs[one.query]) for one in operations}
        self.described = {name: schema for name, schema in components.items() if name not in queries} | named

    def ref(self, kind: Any) -> Schema:
        """Where the schema of a type stands, or of a name that the wire has."""
        return self._refs.get(kind) or {"$ref": REF.format(name=str(kind))}

    def fields(self, kind: Any) -> Mapping[str, Schema]:
        """The fields of a type."""
        found: Mapping[str, Schema] = self._components[_name_in(self._refs[kind])]["properties"]
        return found


def _name_in(ref: Schema) -> str:
    return str(ref["$ref"]).rpartition("/")[2]


def description(operations: tuple[Operation, ...]) -> Schema:
    """The whole description."""
    shapes, paths = Shapes(operations), dict[str, Schema]()
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, shapes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ticket Advisor", "version": program_version(), "description": ABOUT},
        "servers": [{"url": BASE}],
        "tags": [{"name": tag.value} for tag in Tag],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(shapes.described.items())),
            "headers": HEADERS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A token with the scope that the operation names: {', '.join(Scope)}.",
                }
            },
        },
    }


def _operation(one: Operation, shapes: Shapes) -> Schema:
    described: Schema = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"{one.about}\n\nScope: `{one.scope}`.".strip(),
        "tags": [one.tag.value],
        "security": [{"token": [one.scope.value]}],
        "parameters": [*_in_path(one), *_in_query(one, shapes), *_in_header(one)],
        "responses": dict(_answers(one, shapes)),
    }
    if one.body is not None:
        described["requestBody"] = {"required": True, "content": _content(one, shapes)}
    return described


def _in_path(one: Operation) -> Iterator[Schema]:
    for name in IN_PATH.findall(one.path):
        schema = {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "description": PATHS[name], "schema": schema}


def _in_query(one: Operation, shapes: Shapes) -> Iterator[Schema]:
    for name, schema in shapes.fields(one.query).items():
        plain = _without_null(schema)
        about = {"description": plain.pop("description")} if "description" in plain else {}
        yield {"name": name, "in": "query", "required": "default" not in plain, "schema": plain} | about


def _without_null(schema: Schema) -> Schema:
    """The schema of a parameter, which is left out and never null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        schema = {name: value for name, value in schema.items() if name != "anyOf"} | kinds[0]
    return dict(schema)


def _in_header(one: Operation) -> Iterator[Schema]:
    text: Schema = {"type": "string"}
    if one.method is Method.POST:
        about = "Names this request: sent again within a day, it is answered alike and does nothing again."
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "description": about, "schema": key}
    if one.method is Method.GET:
        about = "The ETag of what one has: 304 where it is the same still."
        yield {"name": "If-None-Match", "in": "header", "required": False, "description": about, "schema": text}
    if one.edits:
        about = "The ETag of what one has read: 412 where it was changed meanwhile."
        yield {"name": "If-Match", "in": "header", "required": True, "description": about, "schema": text}


def _content(one: Operation, shapes: Shapes) -> Schema:
    example = {"example": one.example} if one.example is not None else {}
    content: Schema = {JSON: {"schema": shapes.ref(one.body)} | example}
    lines = {"schema": {"type": "string", "description": "A ticket a line, as JSON."}}
    return content | {media: lines for media in one.media if media != JSON}


def _answers(one: Operation, shapes: Shapes) -> Iterator[tuple[str, Schema]]:
    headers = {"RateLimit", "RateLimit-Policy", *one.headers}
    headers |= {"ETag"} if one.method is not Method.POST or one.edits else {"Idempotency-Replayed"}
    headers |= {"Link"} if "after" in one.query.__struct_fields__ else set()
    yield str(one.status.value), _answer(one.status.phrase, {JSON: {"schema": shapes.ref(one.answer)}}, headers)
    if one.method is Method.GET:
        yield "304", _answer("Not Modified", {}, {"ETag"})
    kinds = sorted(problems_of(one), key=lambda kind: kind.status)
    for status in dict.fromkeys(kind.status for kind in kinds):
        said = "; ".join(kind.title for kind in kinds if kind.status is status)
        problem = {MEDIA: {"schema": shapes.ref(ProblemDetails)}}
        yield str(status.value), _answer(said, problem, {"Retry-After"} if status.value == 429 else set())


def problems_of(one: Operation) -> set[Kind]:
    """All that may go wrong with an operation."""
    kinds = {Kind.BAD_REQUEST, Kind.NO_TOKEN, Kind.NO_SCOPE, Kind.TOO_LARGE, Kind.INVALID, Kind.TOO_MANY, Kind.FAILED}
    kinds |= set(one.problems)
    if one.body is not None:
        kinds |= {Kind.NOT_JSON, Kind.WRONG_MEDIA}
    if one.method is Method.POST:
        kinds |= {Kind.KEY_IN_USE, Kind.KEY_REUSED}
    return kinds | ({Kind.CHANGED, Kind.NO_MATCH_GIVEN} if one.edits else set())


def _answer(said: str, content: Schema, headers: set[str]) -> Schema:
    named = {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(headers)}
    return {"description": said, "headers": named} | ({"content": content} if content else {})


def fields_of(one: Operation) -> list[Schema]:
    """The fields of the body, for the page: name, what it may be, and whether it must be there."""
    return [] if one.body is None or isinstance(one.body, Tickets) else _fields(one.body)


@cache
def _fields(kind: type[Sent]) -> list[Schema]:
    (_,), components = msgspec.json.schema_components([kind], ref_template=REF)
    return [
        {"name": name, "required": "default" not in field, "kind": kind_words(field, components)}
        for name, field in components[kind.__name__]["properties"].items()
    ]


def kind_words(schema: Schema, components: Mapping[str, Schema]) -> str:
    """`text`, `1 to 9`, `one of wants, refuses`."""
    schema = _without_null(schema)
    if "$ref" in schema:
        schema = components.get(schema["$ref"].rpartition("/")[2], {})
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    form = {"date-time": "a time", "date": "a day"}.get(schema.get("format", ""))
    return form or {"string": "text", "integer": "a whole number", "boolean": "true or false"}.get(
        str(schema.get("type")), str(schema.get("type", "any"))
    )


def parts_of(one: Operation) -> list[str]:
    """The parts of the address that stand in braces."""
    return IN_PATH.findall(one.path)


def query_of(one: Operation) -> list[Schema]:
    """The parameters of the address, for the page."""
    return _fields(one.query)
