"""Error pages that help: what happened, and what to do. A failure of ours names an incident and nothing else."""

from __future__ import annotations

import math
import secrets
from http import HTTPStatus

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, TooManyRequests

from web.access import WrongRole
from web.api import problems
from web.limits import seconds_to_wait
from web.security import ForeignHost, ForeignPage, is_surely_same_origin
from web.uploads import MOST_BYTES, takes_files
from web.visits import current_user

FIRST_PAGE = "Start from the first page."
HELP: dict[int | type[HTTPException], tuple[str, str]] = {
    400: ("This request cannot be read", "Go back to the first page and try again."),
    401: ("You are signed out", "Nothing was changed. Sign in, and do it again."),
    403: ("This is not for you to open", "It is not on the list of what is served. Start from the first page."),
    404: ("There is no such page", "The address may be mistyped, or the page is gone. Start from the first page."),
    405: ("This address does not take that", "Open the first page and use the form there."),
    413: (
        "That is too much text",
        "At most 1 MB can be sent at once. Go back, shorten the message, and send it again.",
    ),
    ForeignHost: (
        "This address is not served here",
        "Open the page under the address that was printed when it was started, or start it with --name and this name.",
    ),
    ForeignPage: (
        "This form came from another page",
        "For safety, forms are taken from the pages here only. Open the first page and send it from there.",
    ),
    CSRFError: (
        "The form was open too long",
        "Nothing is lost: go back, load the page again, and send the form again.",
    ),
}
"""Heading and cure, by status or by what exactly was refused."""

NEVER_AGAIN = frozenset({"csrf_token", "password", "new_password", "token"})
"""Fields that no page repeats."""


def answer_errors(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, failed)


def refused(error: HTTPException) -> Response:
    """What the visitor can mend."""
    if problems.concerns_api():
        return problems.refused(error)
    code = error.code or 500
    if code >= 500:
        return failed(error)
    if code < 400:
        return make_response(error.get_response())  # a redirect, no error
    heading, cure = told(error)
    again = _fields_to_send_again() if isinstance(error, CSRFError) else []
    response = make_response(render_template("error.html", heading=heading, cure=cure, again=again), code)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def told(error: HTTPException) -> tuple[str, str]:
    """The heading of an error, and its cure."""
    if isinstance(error, TooManyRequests):
        wait = in_words(seconds_to_wait(current_app, error))
        return "Too many at once", f"Please wait {wait}, then do it again. Nothing was changed."
    if isinstance(error, WrongRole):
        least, role = error.least.replace("_", "-"), error.role.replace("_", "-")
        return (
            f"This needs the role {least}",
            f"You are signed in as {role}. Whoever runs this program can change that: advisor users role.",
        )
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and takes_files():
        most = f"At most {MOST_BYTES // 1024**2} MB can be sent at once."
        return "That file is too large", f"{most} Nothing was changed. Larger ones are imported with advisor kb import."
    known = HELP.get(type(error)) or HELP.get(error.code or 0)
    return known or (error.name, FIRST_PAGE)


def in_words(seconds: int) -> str:
    """`40 seconds`, `2 minutes`: rounded up."""
    if seconds < 120:
        return "a second" if seconds <= 1 else f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"


def _fields_to_send_again() -> list[tuple[str, str]]:
    """What was typed, for a form that needs one more click; only where the browser vouches that our own page sent it.

    A page is not stored, so that going back would show it empty.
    """
    if current_user() is None or not is_surely_same_origin() or request.files:
        return []
    if any(name in NEVER_AGAIN and name != "csrf_token" for name in request.form):
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER_AGAIN]


def failed(error: Exception) -> Response:
    """What we have to mend: the page and the log share a number, and only the log knows more."""
    if problems.concerns_api():
        return problems.failed(error)
    incident = secrets.token_hex(4)
    current_app.logger.error("incident %s", incident, exc_info=error)
    return make_response(render_template("incident.html", incident=incident), 500)
