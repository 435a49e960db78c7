"""Error pages that help: what happened, and what to do. A failure of ours names an incident and nothing else."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, make_response, render_template
from werkzeug.exceptions import HTTPException

HELP = {
    400: ("This request cannot be read", "Go back to the first page and try again."),
    403: (
        "This form came from another page",
        "For safety, tickets are taken from the page itself only. Open the first page and send the ticket from there.",
    ),
    404: ("There is no such page", "The address may be mistyped, or the page is gone. Start from the first page."),
    405: ("This address does not take that", "Open the first page and use the form there."),
    413: (
        "That is too much text",
        "At most 1 MB can be sent at once. Go back, shorten the message, and send it again.",
    ),
}
WRONG_HOST = (
    "This address is not served here",
    "Open the page under the address that was printed when it was started, or start it with --name and this name.",
)


def answer_errors(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, failed)


def refused(error: HTTPException) -> Response:
    """What the visitor can mend."""
    code = error.code or 500
    if code >= 500:
        return failed(error)
    heading, cure = HELP.get(code, (error.name, "Start from the first page."))
    if code == 400 and error.description == "host":
        heading, cure = WRONG_HOST
    response = make_response(render_template("error.html", heading=heading, cure=cure), code)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def failed(error: Exception) -> Response:
    """What we have to mend: the page and the log share a number, and only the log knows more."""
    incident = secrets.token_hex(4)
    current_app.logger.error("incident %s", incident, exc_info=error)
    return make_response(render_template("incident.html", incident=incident), 500)
