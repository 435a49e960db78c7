"""What one operation of the API is: routing, scope, validation and description all follow from this one value."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from threading import RLock
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct

from web.api.jobs import Jobs
from web.api.kept import KeptAnswers
from web.api.problems import Kind, ProblemError
from web.api.tokens import Scope, Token, Tokens
from web.desk import Desk

BASE = "/api/v1"
MOST_BYTES = 1024 * 1024
MOST_BYTES_OF_MANY = 10 * 1024 * 1024
JSON = "application/json"
LINES = "application/x-ndjson"

Limit = Annotated[int, Meta(ge=1, le=200, description="How many at most.")]
After = Annotated[str | None, Meta(description="The `next` of the page before.")]


class Method(StrEnum):
    """The methods that operations have."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"


class Tag(StrEnum):
    """The parts of the description."""

    ADVISE = "Advise"
    TICKETS = "Tickets"
    PEOPLE = "Customers and accounts"
    KNOWLEDGE = "Knowledge"
    REPORTS = "Reports"
    EXPERIENCE = "Experience"
    OPERATION = "Operation"


class Sent(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a client sends, in the address or in the body: a field that is not known is refused, for it is a mistake."""


class Nothing(Sent, frozen=True):
    """No parameter."""


class Page(Sent, frozen=True):
    """A stretch of a list."""

    after: After = None
    limit: Limit = 50


class Tickets(StrEnum):
    """Bodies that the wire reads, where unknown fields are kept."""

    ONE = "Ticket"
    MANY = "Tickets"


@dataclass(frozen=True, slots=True)
class Api:
    """What operations work with."""

    desk: Desk
    tokens: Tokens
    kept: KeptAnswers
    jobs: Jobs
    now: Callable[[], datetime]
    wake: Callable[[], None]  # tells the worker that a job waits
    editing: RLock = field(default_factory=RLock)  # held from looking whether something was changed to changing it


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers."""

    body: object
    status: HTTPStatus | None = None  # None = the operation's own
    headers: Mapping[str, str] = field(default_factory=dict)


Query = TypeVar("Query", bound=Sent, covariant=True)
Body = TypeVar("Body", covariant=True)


@dataclass(frozen=True, slots=True)
class Call(Generic[Query, Body]):
    """One request, checked and converted."""

    api: Api
    token: Token
    path: Mapping[str, str]  # the parts of the address in braces
    query: Query
    body: Body
    media: str  # of the body; "" = there is none
    if_match: str | None

    def must_match(self, current: object) -> None:
        """ProblemError where what the client has read is not `current` any more."""
        tag = etag_of(encoded(current))
        if self.if_match is not None and self.if_match.strip() != "*" and tag not in _tags(self.if_match):
            raise ProblemError(Kind.CHANGED, Kind.CHANGED.cure, headers={"ETag": tag})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation."""

    name: str  # operationId, and the last part of the endpoint's name
    method: Method
    path: str  # "/tickets/{source}/{ticket_id}"
    scope: Scope
    tag: Tag
    summary: str
    about: str = ""
    view: Callable[[Call[Any, Any]], Answer]
    query: type[Sent] = Nothing
    body: type[Sent] | Tickets | None = None
    answer: Any  # the type of the body that is answered, or the name of a component
    status: HTTPStatus = HTTPStatus.OK
    edits: bool = False  # If-Match must be sent
    most_bytes: int = MOST_BYTES
    problems: tuple[Kind, ...] = ()  # beyond those that any operation of its kind may have
    headers: tuple[str, ...] = ()  # of the answer, beyond those that every answer has
    example: object = None  # a body to begin with

    @property
    def media(self) -> tuple[str, ...]:
        """The kinds of body that it takes."""
        if self.body is None:
            return ()
        return (JSON, LINES) if self.body is Tickets.MANY else (JSON,)


def encoded(body: object) -> bytes:
    """A body as JSON."""
    return msgspec.json.encode(body)


def etag_of(body: bytes) -> str:
    """The tag by which a representation is known again."""
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


def is_match(tag: str, header: str | None) -> bool:
    """Whether If-None-Match names this tag."""
    return header is not None and (header.strip() == "*" or tag in _tags(header))


def _tags(header: str) -> set[str]:
    return {part.strip().removeprefix("W/") for part in header.split(",")}
