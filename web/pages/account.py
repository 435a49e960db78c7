"""One's own account: the role, the password, and where else one is signed in."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from web.passwords import SHORTEST, weakness
from web.sessions import How, Session
from web.staff import Staff
from web.users import User
from web.visits import current_session, sign_in, signed_in

log = logging.getLogger(__name__)
FRESH = timedelta(minutes=15)
"""How long after signing in by a link the password may be changed without the old one, which may be forgotten."""


def page(staff: Staff) -> Blueprint:
    """`/account`."""
    pages = Blueprint("account", __name__)

    @pages.get("/account")
    def show() -> str:
        return shown({})

    @pages.post("/account/password")
    def change_password() -> Response | tuple[str, HTTPStatus]:
        user = signed_in()
        wrong = errors(user)
        if wrong:
            return shown(wrong), HTTPStatus.UNPROCESSABLE_ENTITY
        user = staff.users.set_password(user.name, request.form["new_password"])
        sign_in(staff, user, How.PASSWORD)
        log.info("password changed: %s", user.name)
        flash("Your password is changed. Wherever else you were signed in, you no longer are.")
        return redirect(url_for("account.show"), code=HTTPStatus.SEE_OTHER)

    @pages.post("/account/sessions")
    def end_others() -> Response:
        session = current_session()
        ended = staff.sessions.end_all(
            signed_in().name, why="ended by the user", keep=session.hash if session else None
        )
        flash(f"Ended elsewhere: {ended}.")
        return redirect(url_for("account.show"), code=HTTPStatus.SEE_OTHER)

    def shown(wrong: dict[str, str]) -> str:
        user, session = signed_in(), current_session()
        return render_template(
            "account.html",
            user=user,
            here=session,
            sessions=staff.sessions.of_user(user.name),
            asks_for_old=asks_for_old(session),
            shortest=SHORTEST,
            errors=wrong,
        )

    def asks_for_old(session: Session | None) -> bool:
        if session is None or session.user.changed_password is None:
            return False
        return session.how is not How.LINK or staff.now() - session.started > FRESH

    def errors(user: User) -> dict[str, str]:
        """What is wrong, by field; who guesses at the old password is slowed like one who signs in."""
        new = request.form.get("new_password", "")
        weak = weakness(new, name=user.name)
        if weak is not None:
            return {"new_password": weak}
        if request.form.get("again", "") != new:
            return {"again": "This is not the same as the new password above."}
        if asks_for_old(current_session()) and not is_old(user, request.form.get("password", "")):
            return {"password": "This is not your password."}
        return {}

    def is_old(user: User, password: str) -> bool:
        address = request.remote_addr or ""
        wait = staff.throttle.attempt(user.name, address)
        if wait:
            raise TooManyRequests(retry_after=wait)
        if staff.users.verified(user.name, password) is None:
            return False
        staff.throttle.succeeded(user.name, address)
        return True

    return pages
