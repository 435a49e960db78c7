"""Tells whoever watches the server that it answers."""

from __future__ import annotations

from flask import Blueprint


def page() -> Blueprint:
    """`/healthz`."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return pages
