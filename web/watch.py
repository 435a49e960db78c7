"""Tells of every request once it is answered, with nothing in it that a visitor wrote."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPMethod
from time import perf_counter

from flask import Flask, Response, g, has_request_context, request

from web.visits import current_user

METHODS = frozenset(method.value for method in HTTPMethod)
NOWHERE = "none"  # the route of an address that leads nowhere
HEADER = "X-Request-ID"
BEGAN, ID, INCIDENT, STATUS = "began", "request_id", "incident", "status"  # in flask.g


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was answered."""

    id: str  # of this request, random
    method: str  # "OTHER" where it is none of HTTP's
    route: str  # name of the view, never the address with what stands in it
    status: int
    seconds: float
    user: str | None  # name; None = nobody is signed in
    incident: str | None  # under which a failure of ours is logged


def watch(app: Flask, *listeners: Callable[[Answered], None]) -> None:
    """Tell the listeners of every request; call it before whatever else stands in front of the views."""

    @app.before_request
    def begin() -> None:
        g.setdefault(BEGAN, perf_counter())
        g.setdefault(ID, secrets.token_hex(8))  # ours, for a visitor's own could hold anything

    @app.after_request
    def remember(response: Response) -> Response:
        g.setdefault(STATUS, response.status_code)
        response.headers[HEADER] = request_id() or ""
        return response

    @app.teardown_request
    def tell(error: BaseException | None) -> None:
        began = g.pop(BEGAN, None)
        if began is None:
            return  # it was no request, or has been told
        answered = Answered(
            id=request_id() or "",
            method=method(),
            route=route(),
            status=g.get(STATUS, 500),
            seconds=perf_counter() - began,
            user=user_name(),
            incident=g.get(INCIDENT),
        )
        for listener in listeners:
            listener(answered)


def request_id() -> str | None:
    """The id of the request under way; None outside of one."""
    found: str | None = g.get(ID) if has_request_context() else None
    return found


def method() -> str:
    """How the request under way asks."""
    return request.method if request.method in METHODS else "OTHER"


def route() -> str:
    """Which view the request under way leads to."""
    return request.endpoint or NOWHERE


def user_name() -> str | None:
    """Who is signed in, by name."""
    user = current_user()
    return user.name if user is not None else None
