"""The links at the top of every page: those that exist and that the visitor may open."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request

from web.access import may_open
from web.users import User
from web.visits import current_user

LINKS = (
    ("Queue", "queue.queue"),
    ("Ask", "ask.ask"),
    ("Customers", "customers.customers"),
    ("Knowledge", "knowledge.knowledge"),
    ("Reports", "reports.reports"),
    ("Audit", "audit.audit"),
    ("Experience", "experience.experience"),
    ("Deliveries", "deliveries.deliveries"),
)
"""What a link says, and the endpoint that it opens."""

BEHIND = {"accounts": "customers", "ticket": "queue"}
"""Pages that are reached through those of another blueprint."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the navigation."""

    label: str
    endpoint: str
    here: bool  # whether this page is among those behind it


def show(app: Flask) -> None:
    """Give every template `navigation()`, `visitor()` and `may_open(endpoint)`."""
    app.jinja_env.globals.update(navigation=navigation, visitor=visitor, may_open=may)


def navigation() -> list[Link]:
    """The links for who looks at this page; none for who is not signed in."""
    if current_user() is None:
        return []
    room = BEHIND.get(request.blueprint or "", request.blueprint)
    return [Link(label, endpoint, endpoint.split(".")[0] == room) for label, endpoint in LINKS if may(endpoint)]


def visitor() -> User | None:
    """Who looks at this page."""
    return current_user()


def may(endpoint: str) -> bool:
    """Whether who looks at this page may open another, if it exists at all."""
    return may_open(current_app, endpoint)
