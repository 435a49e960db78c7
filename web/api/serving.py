"""How every request to the API is answered: token, budget, scope, what was sent, the view, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, cast

import msgspec
from flask import Response, g, request
from werkzeug.datastructures import MultiDict

from web.api.kept import KeptAnswer, is_key, request_name
from web.api.limits import Budget, Budgets
from web.api.operation import (
    JSON,
    Answer,
    Api,
    Call,
    Method,
    Nothing,
    Operation,
    Sent,
    Tickets,
    encoded,
    etag_of,
    is_match,
)
from web.api.problems import FieldError, Kind, ProblemError, answer_of, invalid
from web.api.tickets_read import decoded, decoded_leniently
from web.api.tokens import Standing, Token

BEARER = "bearer "
_KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Link")


def view_of(api: Api, budgets: Budgets, operation: Operation) -> Callable[..., Response]:
    """The view of an operation, as the web framework calls it."""

    def view(**path: str) -> Response:
        request.max_content_length = operation.most_bytes
        token = _admitted(api, budgets, operation)
        query = _query(operation.query)
        body, raw, media = _body(operation)
        if_match = request.headers.get("If-Match")
        if operation.edits and if_match is None:
            raise ProblemError(Kind.NO_MATCH_GIVEN, Kind.NO_MATCH_GIVEN.cure)
        call: Call[Any, Any] = Call(api, token, path, query, body, media, if_match)
        if operation.method is not Method.POST:
            return _shown(operation, operation.view(call))
        return _once(operation, call, raw)

    return view


def _admitted(api: Api, budgets: Budgets, operation: Operation) -> Token:
    """The token of this request; ProblemError where it is missing, void, spent or too weak."""
    address = request.remote_addr or "unknown"
    secret = _secret()
    token = api.tokens.of(secret) if secret and not budgets.is_spent(address) else None
    if token is None or token.standing(api.now()) is not Standing.VALID:
        _spend(budgets.spend_wrong(address))
        raise ProblemError(Kind.NO_TOKEN, _why_not(secret, token, api))
    _spend(budgets.spend(token))
    if operation.scope not in token.scopes:
        has = ", ".join(sorted(token.scopes))
        raise ProblemError(Kind.NO_SCOPE, f"{operation.name} needs the scope {operation.scope}, the token has: {has}")
    api.tokens.touch(token)
    return token


def _secret() -> str | None:
    """What stands in the header Authorization; nowhere else is a token looked for."""
    header = request.headers.get("Authorization", "")
    return header[len(BEARER) :].strip() or None if header.lower().startswith(BEARER) else None


def _why_not(secret: str | None, token: Token | None, api: Api) -> str:
    if secret is None:
        return Kind.NO_TOKEN.cure
    if token is None:
        return "the token is not known: advisor tokens add makes one"
    return f"the token is {token.standing(api.now())}: advisor tokens add makes a new one"


def _spend(budget: Budget) -> None:
    g.api_headers = budget.headers
    if not budget.allowed:
        raise ProblemError(Kind.TOO_MANY, Kind.TOO_MANY.cure)


def _query(kind: type[Sent]) -> Sent:
    """The parameters of the address; ProblemError where one does not fit or comes twice."""
    if kind is Nothing and not request.args:
        return Nothing()
    many = {field.name for field in msgspec.structs.fields(kind) if _takes_many(field.type)}
    try:
        return msgspec.convert(_plain(request.args, many), kind, strict=False)
    except msgspec.ValidationError as error:
        raise unfit(error) from error


def _takes_many(kind: object) -> bool:
    return getattr(kind, "__origin__", None) is tuple


def _plain(args: MultiDict[str, str], many: set[str]) -> Mapping[str, object]:
    for name in args:
        if name not in many and len(args.getlist(name)) > 1:
            raise invalid(name, f"{name} must come once, came {len(args.getlist(name))} times")
    return {name: args.getlist(name) if name in many else args[name] for name in args}


def _body(operation: Operation) -> tuple[object, bytes, str]:
    """The body converted, as it came, and its kind."""
    if operation.body is None:
        return None, request.get_data(), ""
    if request.mimetype not in operation.media:
        taken = " or ".join(operation.media)
        raise ProblemError(Kind.WRONG_MEDIA, f"the Content-Type must be {taken}, was: {request.mimetype or 'none'}")
    raw = request.get_data()
    if request.mimetype != JSON:
        return raw, raw, request.mimetype
    if isinstance(operation.body, Tickets):
        return decoded_leniently(raw), raw, JSON
    came = decoded(raw)
    try:
        return msgspec.convert(came, operation.body), raw, JSON
    except msgspec.ValidationError as error:
        raise unfit(error) from error


def unfit(error: msgspec.ValidationError) -> ProblemError:
    """What msgspec says, with the field apart: `Expected `int` >= 1 - at `$.limit``."""
    rule, _, place = str(error).partition(" - at `")
    field = place.rstrip("`").removeprefix("$").removeprefix(".")
    message = rule.replace("`", "")
    if "field `" in rule:  # one that is missing or not known, named in the sentence itself
        field = f"{field}.{rule.partition('field `')[2].partition('`')[0]}".removeprefix(".")
    return ProblemError(Kind.INVALID, f"{field}: {message}" if field else message, errors=(FieldError(field, message),))


def _once(operation: Operation, call: Call[Any, Any], raw: bytes) -> Response:
    """A POST; under the same Idempotency-Key it is done once, and answered as often as it is asked."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return _shown(operation, operation.view(call))
    if not is_key(key):
        raise ProblemError(Kind.BAD_REQUEST, "an Idempotency-Key must be 1 to 255 visible signs of ASCII")
    parts = (request.path.encode(), request.query_string, request.mimetype.encode(), raw)
    kept = call.api.kept.begin(call.token, key, request_name(*parts))
    if kept is not None:
        response = Response(kept.body, status=kept.status)
        response.headers.update(kept.headers)
        response.headers["Idempotency-Replayed"] = "true"
        return response
    try:
        response = _answered(operation, call)
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        call.api.kept.keep(call.token, key, KeptAnswer(HTTPStatus(response.status_code), headers, response.get_data()))
    finally:
        call.api.kept.release(call.token, key)  # only where nothing was kept
    return response


def _answered(operation: Operation, call: Call[Any, Any]) -> Response:
    try:
        return _shown(operation, operation.view(call))
    except ProblemError as problem:
        return answer_of(problem)


def _shown(operation: Operation, answer: Answer) -> Response:
    """An answer with its tag; 304 where the client has it already."""
    status = answer.status or operation.status
    body = encoded(answer.body)
    tag = etag_of(body)
    if operation.method is Method.GET and is_match(tag, request.headers.get("If-None-Match")):
        response = Response(status=HTTPStatus.NOT_MODIFIED)
    else:
        response = Response(body, status=status, content_type=JSON)
    response.headers.update(answer.headers)
    if operation.method is not Method.POST or operation.edits or status is HTTPStatus.CREATED:
        response.headers["ETag"] = tag
    return response


def add_headers(response: Response) -> Response:
    """The state of the client's budget, on errors too."""
    response.headers.update(cast(Mapping[str, str], g.get("api_headers", {})))
    return response
