"""Everything that goes wrong under /api, as problem details (RFC 9457); a failure of ours names an incident only."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus

import msgspec
from flask import Response, current_app, make_response, request
from werkzeug.exceptions import HTTPException

PREFIX = "/api"
TYPE = "/api/v1/docs#"  # where each kind is explained
MEDIA = "application/problem+json"


class Kind(Enum):
    """What may go wrong: the status, a title, and what to do about it."""

    NOT_JSON = (400, "The body is no JSON", "Send one JSON value in UTF-8.")
    BAD_REQUEST = (400, "The request cannot be read", "Compare it with the description of this operation.")
    NO_TOKEN = (401, "A token is needed", "Send the header Authorization: Bearer ta_…; advisor tokens add makes one.")
    NO_SCOPE = (403, "The token may not do this", "Make a token with the scope that is named: advisor tokens add.")
    REFUSED = (403, "The request is refused", "Send it from a program, not from a page of another site.")
    NOT_FOUND = (404, "There is no such thing", "Compare source and id; ids are percent-encoded in an address.")
    NOT_ALLOWED = (405, "This address does not take that method", "The header Allow names those that it takes.")
    CONFLICT = (409, "Something else stands meanwhile", "Read it again, and decide anew.")
    KEY_IN_USE = (409, "This Idempotency-Key is being worked on", "Wait, then send the same request again.")
    CHANGED = (412, "It was changed meanwhile", "Read it again, and send its new ETag as If-Match.")
    TOO_LARGE = (413, "The body is too large", "Send less at once.")
    WRONG_MEDIA = (415, "The body is of a kind that is not taken", "Send the Content-Type that the description names.")
    INVALID = (422, "Something in the request does not fit", "errors names each field with what it must be.")
    KEY_REUSED = (422, "This Idempotency-Key came with another request", "Take a new key for every new request.")
    NO_MATCH_GIVEN = (428, "If-Match is needed", "Send the ETag of what you have read as If-Match.")
    TOO_MANY = (429, "Too many requests", "Wait for as many seconds as Retry-After says.")
    FAILED = (500, "It failed on our side", "Tell who runs this program the incident; its log knows more.")

    def __init__(self, status: int, title: str, cure: str) -> None:
        self.status = HTTPStatus(status)
        self.title = title
        self.cure = cure

    @property
    def slug(self) -> str:
        """`no-token`, which ends the type's address."""
        return self.name.lower().replace("_", "-")


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field."""

    field: str  # "customer.wishes[0].channel"; "" = the whole
    message: str


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Problem details by RFC 9457."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: tuple[FieldError, ...] = ()
    incident: str | None = None  # of a failure on our side, and all that is told of it


class ProblemError(Exception):
    """Raised where a request cannot be answered."""

    def __init__(
        self,
        kind: Kind,
        detail: str | None = None,
        *,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or kind.title)
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}


OF_STATUS = {
    HTTPStatus.UNAUTHORIZED: Kind.NO_TOKEN,
    HTTPStatus.FORBIDDEN: Kind.REFUSED,
    HTTPStatus.NOT_FOUND: Kind.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: Kind.NOT_ALLOWED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Kind.TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Kind.WRONG_MEDIA,
    HTTPStatus.TOO_MANY_REQUESTS: Kind.TOO_MANY,
}
"""What the web framework refuses by itself; whatever else it refuses cannot be read."""


def concerns_api() -> bool:
    """Whether this request is one to the API, so that errors are problem details and no pages."""
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def invalid(field: str, message: str) -> ProblemError:
    """One field that does not fit."""
    return ProblemError(Kind.INVALID, message, errors=(FieldError(field, message),))


def not_found(what: str) -> ProblemError:
    """`no ticket 4711 of zendesk`."""
    return ProblemError(Kind.NOT_FOUND, what)


def answer_of(problem: ProblemError) -> Response:
    """A problem as it goes over the wire."""
    kind = problem.kind
    details = ProblemDetails(
        type=TYPE + kind.slug, title=kind.title, status=kind.status, detail=problem.detail, errors=problem.errors
    )
    response = _response(details)
    response.headers.update(problem.headers)
    if kind is Kind.NO_TOKEN:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Ticket Advisor"'
    return response


def refused(error: HTTPException) -> Response:
    """The answer to what the web framework refuses."""
    code = error.code or 500
    if code >= 500:
        return failed(error)
    if code < 400:
        return make_response(error.get_response())  # a redirect, no error
    kind = OF_STATUS.get(HTTPStatus(code), Kind.BAD_REQUEST)
    if kind is Kind.TOO_LARGE:
        detail = f"at most {request.max_content_length or 0:,} bytes are taken here"
    elif kind in (Kind.NOT_FOUND, Kind.NOT_ALLOWED):
        detail = f"{request.method} {request.path}"
    else:
        detail = kind.cure
    response = answer_of(ProblemError(kind, detail))
    kept = {"Allow", "Retry-After"}
    response.headers.update({name: value for name, value in error.get_headers() if name in kept})
    return response


def failed(error: Exception) -> Response:
    """What we have to mend: the answer and the log share a number, and only the log knows more."""
    incident = secrets.token_hex(4)
    current_app.logger.error("incident %s", incident, exc_info=error)
    kind = Kind.FAILED
    return _response(ProblemDetails(type=TYPE + kind.slug, title=kind.title, status=kind.status, incident=incident))


def _response(details: ProblemDetails) -> Response:
    return Response(msgspec.json.encode(details), status=details.status, content_type=MEDIA)
