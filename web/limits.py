"""How often one user, or one address, may ask: the only file that knows Flask-Limiter.

The counts live in memory and begin anew with the program; what must outlive it (failed sign-ins) is in `throttle.py`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_limiter import ApplicationLimit, Limiter
from werkzeug.exceptions import HTTPException

from web.access import Open
from web.throttle import neighbourhood
from web.visits import current_user

LIMITS: Mapping[str, str] = {
    "account.change_password": "10 per minute",
    "question.answer": "20 per minute; 200 per hour",
    "question.part_answer": "20 per minute; 200 per hour",
    "sign_in.by_link": "30 per minute",
    "sign_in.by_password": "30 per minute",
    "sign_in.link": "60 per minute",
}
"""Endpoint -> its own limit, beside the general one of the settings."""

EXEMPT = ("doors.knock", "health.healthz", "static")  # helpdesks send hundreds a second, each of them signed


def limit(app: Flask, *, per_minute: int) -> None:
    """Count requests; answers carry X-RateLimit headers, and 429 says when to come again. 0 = no general limit."""

    @app.after_request
    def keep_for_the_refused(response: Response) -> Response:
        """Flask-Limiter writes its own Retry-After on every answer; registered later, it comes before this."""
        if counts_itself() or request.endpoint in EXEMPT:
            return response
        response.headers.pop("Retry-After", None)
        wait = g.get("seconds_to_wait")
        if wait is not None:
            response.headers["Retry-After"] = str(wait)
        return response

    general: list[str | Callable[[], str] | ApplicationLimit] = [f"{per_minute} per minute"] if per_minute else []
    limiter = Limiter(who_asks, app=app, application_limits=general, headers_enabled=True, storage_uri="memory://")
    limiter.request_filter(lambda: request.endpoint in EXEMPT or counts_itself())


def limit_routes(app: Flask) -> None:
    """Put the routes of LIMITS under their own; call it once all routes are there."""
    limiter = _limiter(app)
    for endpoint, often in LIMITS.items():
        view: Callable[..., Any] = app.view_functions[endpoint]
        app.view_functions[endpoint] = limiter.limit(often)(view)


def _limiter(app: Flask) -> Limiter:
    (limiter,) = app.extensions["limiter"]
    assert isinstance(limiter, Limiter)
    return limiter


def counts_itself() -> bool:
    """Whether this is a request of a program, which is counted by its token."""
    return current_app.config["ROUTES"].get(request.endpoint) is Open.TOKEN


def who_asks() -> str:
    """The user, or for one who is not signed in the address."""
    user = current_user()
    return f"user {user.name}" if user else f"address {neighbourhood(request.remote_addr or '')}"


def seconds_to_wait(app: Flask, error: HTTPException) -> int:
    """After how many seconds what was refused as too many may be asked again; the answer's header will say so, too."""
    told = getattr(error, "retry_after", None)
    reached = _limiter(app).current_limit
    if not isinstance(told, int):
        told = math.ceil(reached.reset_at - time.time()) if reached else 60
    g.seconds_to_wait = max(1, told)
    return max(1, told)
