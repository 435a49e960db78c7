"""The way in for people and helpdesks."""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask

from web import errors, security
from web.desk import Desk
from web.pages import ask, health
from web.security import LOOPBACK

MOST_BYTES = 1024 * 1024
"""Of one request; a ticket is read up to some 30,000 characters."""


def create_app(desk: Desk, *, title: str = "Ticket Advisor", hosts: Collection[str] = LOOPBACK) -> Flask:
    """The web program of a support desk; it answers to the host names in `hosts` only, whatever the port."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=MOST_BYTES)
    app.jinja_env.globals["product"] = title
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    security.protect(app, hosts)
    errors.answer_errors(app)
    app.register_blueprint(ask.page(desk))
    app.register_blueprint(health.page())
    return app
