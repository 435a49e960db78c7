"""The first page: the queue where there is one, else the page on which one asks."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, url_for
from werkzeug.wrappers import Response

FIRST = ("queue.queue", "ask.ask")


def page() -> Blueprint:
    """`/`."""
    pages = Blueprint("home", __name__)

    @pages.get("/")
    def home() -> Response:
        first = next(endpoint for endpoint in FIRST if endpoint in current_app.view_functions)
        return redirect(url_for(first))

    return pages
