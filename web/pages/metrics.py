"""`/metrics`, for Prometheus: on this machine, or with the token of a client of the API, whatever its scopes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from web.api.tokens import Standing, Tokens
from web.metrics import TEXT, Metrics
from web.pages.health import may_see_inside

BEARER = "bearer "


def page(metrics: Metrics, tokens: Tokens, *, now: Callable[[], datetime]) -> Blueprint:
    """The figures as text; 403 for whom they are not."""
    pages = Blueprint("metrics", __name__)

    @pages.get("/metrics")
    def show() -> Response:
        if not may_see_inside() and not has_token():
            abort(HTTPStatus.FORBIDDEN)
        return Response(metrics.text(), content_type=TEXT)

    def has_token() -> bool:
        header = request.headers.get("Authorization", "")
        if not header.lower().startswith(BEARER):
            return False
        token = tokens.of(header[len(BEARER) :].strip())
        if token is None or token.standing(now()) is not Standing.VALID:
            return False
        tokens.touch(token)
        return True

    return pages
