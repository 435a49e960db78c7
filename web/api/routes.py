"""The operations as routes, the description that is made of them, and the page to try them on."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from itertools import groupby

import msgspec
from flask import Blueprint, Flask, Response, render_template
from werkzeug.exceptions import HTTPException

from web.api import problems
from web.api.jobs import Jobs
from web.api.kept import KeptAnswers
from web.api.limits import Budgets
from web.api.openapi import description, fields_of, parts_of, query_of
from web.api.operation import BASE, JSON, Api
from web.api.problems import Kind, ProblemError
from web.api.serving import add_headers, view_of
from web.api.table import OPERATIONS
from web.api.tables import open_file
from web.api.tokens import Tokens
from web.api.worker import Worker
from web.desk import Desk
from web.tables import now as this_moment

LONG = frozenset({"ticket_id", "customer", "account", "article"})
"""Parts of an address that may hold a slash."""


class Served:
    """The API around a desk, ready to be mounted; `close` when the program stops."""

    def __init__(self, desk: Desk, *, now: Callable[[], datetime] = this_moment) -> None:
        file = open_file(desk.settings.records)
        kept, jobs = KeptAnswers(file, now), Jobs(file, now)
        kept.forget_unfinished()
        self.worker = Worker(jobs, desk)
        self.api = Api(desk, Tokens(file, now), kept, jobs, now, self.worker.wake)
        self.budgets = Budgets(per_minute=desk.settings.requests_per_minute)
        if jobs.any_open():
            self.worker.wake()

    def close(self) -> None:
        """Finish the ticket of a job that is being advised; the rest waits for the next start."""
        self.worker.stop()


def pages(served: Served) -> Blueprint:
    """`/api/v1/…`."""
    blueprint = Blueprint("api", __name__)
    for operation in OPERATIONS:
        blueprint.add_url_rule(
            BASE + rule_of(operation.path),
            operation.name,
            view_of(served.api, served.budgets, operation),
            methods=[operation.method.value],
            merge_slashes=False,
        )
    described = encoded_description()
    by_tag = [(tag, list(some)) for tag, some in groupby(OPERATIONS, key=lambda one: one.tag)]

    @blueprint.get(f"{BASE}/openapi.json")
    def openapi() -> Response:
        return Response(described, content_type=JSON)

    @blueprint.get(f"{BASE}/docs")
    def docs() -> str:
        return render_template(
            "api.html",
            by_tag=by_tag,
            base=BASE,
            kinds=list(Kind),
            fields_of=fields_of,
            query_of=query_of,
            parts_of=parts_of,
        )

    blueprint.register_error_handler(ProblemError, problems.answer_of)
    blueprint.register_error_handler(HTTPException, problems.refused)
    blueprint.register_error_handler(Exception, problems.failed)
    blueprint.after_request(add_headers)
    return blueprint


def mount(app: Flask, desk: Desk) -> Served:
    """Serve the API in an app; what it holds is in `app.extensions["api"]`."""
    served = Served(desk)
    app.extensions["api"] = served
    app.register_blueprint(pages(served))
    return served


@cache
def encoded_description() -> bytes:
    """openapi.json."""
    return msgspec.json.encode(description(OPERATIONS))


def rule_of(path: str) -> str:
    """The address as the web framework writes it."""
    return re.sub(r"\{(\w+)\}", lambda part: f"<path:{part[1]}>" if part[1] in LONG else f"<{part[1]}>", path)
