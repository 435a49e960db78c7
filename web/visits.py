"""Who is behind a request. Flask's signed cookie holds the session's token, the secret of its forms, and messages.

The cookie is SameSite=Lax, not Strict, for a link to a ticket in a mail or in the helpdesk must find one signed in;
what changes anything is a POST, checked by origin and by form token.
"""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from flask import Flask, g, request, session, url_for

from web.sessions import How, Session
from web.staff import Staff
from web.users import User

TOKEN = "token"
LONGEST_PATH = 2000  # characters of a page that is returned to
BACKGROUND = "X-Background"
"""A request with this header was made by a script without anybody at the keyboard, and keeps no session open."""

UNWATCHED = frozenset(
    {
        "static",
        "health.healthz",
        "question.answer",
        "question.part",
        "question.part_answer",
        "question.script",
        "question.show",
        "question.style",
    }
)
"""Routes that need not know who asks; customers are answered without a look at any cookie."""


def know_visitors(app: Flask, staff: Staff, *, https: bool) -> None:
    """Find out before every view who is signed in, and set up the cookie in which that is kept."""
    app.secret_key = staff.key
    app.extensions["staff"] = staff
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name(staff.key, https=https),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_PATH="/",
    )

    @app.before_request
    def find_out() -> None:
        token = session.get(TOKEN) if request.endpoint not in UNWATCHED else None
        if isinstance(token, str):
            g.session = staff.sessions.of(token, touch=BACKGROUND not in request.headers)


def cookie_name(key: bytes, *, https: bool) -> str:
    """A name of this installation's own: browsers send cookies to all ports of a host."""
    name = f"advisor_{hashlib.sha256(key).hexdigest()[:8]}"
    return f"__Host-{name}" if https else name


def current_session() -> Session | None:
    """The session of this request."""
    found: Session | None = g.get("session")
    return found


def current_user() -> User | None:
    """Who is signed in."""
    found = current_session()
    return found.user if found else None


def signed_in() -> User:
    """Who is signed in, in a view that the list of routes opens to users only."""
    user = current_user()
    if user is None:
        raise RuntimeError("signed_in() is for views that need a role: look at ROUTES in web/access.py")
    return user


def sign_in(staff: Staff, user: User, how: How) -> None:
    """Begin a session under a new token and with a new secret for its forms; what the cookie held before is gone."""
    sign_out(staff, why="signed in again")
    session[TOKEN] = staff.sessions.start(user, how)


def sign_out(staff: Staff, *, why: str = "signed out") -> None:
    """End the session on the server, and forget it here."""
    found = current_session()
    if found is not None:
        staff.sessions.end(found, why=why)
    g.session = None
    session.clear()


def page_to_return_to() -> str | None:
    """The page to come back to after signing in: this one, or for a form the one that it stood on."""
    if request.method == "GET":
        path = request.full_path if request.query_string else request.path
    else:
        parts = urlsplit(request.referrer or "")
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    safe = safe_path(path)
    return None if safe in (None, url_for("home.home")) else safe


def safe_path(path: str | None) -> str | None:
    """A path on this site, to which one may be sent; None for whatever a browser might take to another site."""
    if path is None or not path.startswith("/") or len(path) > LONGEST_PATH:
        return None
    if path.startswith("//") or "\\" in path or any(not sign.isprintable() for sign in path):
        return None
    return path
