"""Tells whoever watches the server that it answers, and how its parts are."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, request

from web.health_checks import Check, Condition, Part, look, whole
from web.security import LOOPBACK, host_name
from web.users import Role
from web.visits import current_user

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
"""Where one of these is, a proxy speaks for somebody else."""


def page(checks: Mapping[str, Check]) -> Blueprint:
    """`/healthz`: it is alive. `/readyz`: how each part is, with sentences for some; 503 where one is ill."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @pages.get("/readyz")
    def readyz() -> tuple[dict[str, object], HTTPStatus]:
        parts = look(checks)
        condition = whole(parts)
        shown = _whole if may_see_inside() else _condition
        status = HTTPStatus.SERVICE_UNAVAILABLE if condition is Condition.ILL else HTTPStatus.OK
        return {"status": condition.value, "parts": [shown(part) for part in parts]}, status

    return pages


def may_see_inside() -> bool:
    """Whether this request comes from an admin, or from this machine itself."""
    user = current_user()
    return (user is not None and user.role.covers(Role.ADMIN)) or is_at_this_machine()


def is_at_this_machine() -> bool:
    """Whether the visitor comes from the loopback address, to it, and not through a proxy that says so."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    forwarded = any(name in request.headers for name in FORWARDED)
    return address.is_loopback and not forwarded and host_name(request.headers.get("Host", "")) in LOOPBACK


def _condition(part: Part) -> dict[str, object]:
    return {"name": part.name, "status": part.told.condition.value}


def _whole(part: Part) -> dict[str, object]:
    return _condition(part) | {"sentence": part.told.sentence, "ms": part.ms}
