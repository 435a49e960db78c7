"""Signing in, by password or by a link that serves once, and signing out."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from web.sessions import How
from web.staff import Staff
from web.users import User
from web.visits import current_user, safe_path, sign_in, sign_out

log = logging.getLogger(__name__)
WRONG = "This name and this password do not belong together."
NO_PASSWORD = "You have no password yet: choose one under your name, at the top, to be able to come back."


def page(staff: Staff) -> Blueprint:
    """`/sign-in`, `/sign-in/link/<token>`, `/sign-out`."""
    pages = Blueprint("sign_in", __name__)

    @pages.get("/sign-in")
    def form() -> str | Response:
        if current_user() is not None:
            return onward()
        return render_template("sign_in.html", name="", error=None, onward=safe_path(request.args.get("next")))

    @pages.post("/sign-in")
    def by_password() -> Response | tuple[str, HTTPStatus]:
        name, password = request.form.get("name", ""), request.form.get("password", "")
        address = request.remote_addr or ""
        wait = staff.throttle.attempt(name, address)
        if wait:
            log.warning("sign-in refused: too many have failed, from %s", address)
            raise TooManyRequests(retry_after=wait)
        user = staff.users.verified(name, password)
        if user is None:
            log.warning("sign-in failed: %s, from %s", known(name), address)
            to = safe_path(request.form.get("next"))
            shown = render_template("sign_in.html", name=name, error=WRONG, onward=to)
            return shown, HTTPStatus.UNPROCESSABLE_ENTITY
        staff.throttle.succeeded(name, address)
        return enter(user, How.PASSWORD)

    @pages.get("/sign-in/link/<token>")
    def link(token: str) -> str | tuple[str, HTTPStatus]:
        user = staff.links.look(token)
        if user is None:
            return render_template("sign_in_link.html", user=None), HTTPStatus.GONE
        return render_template("sign_in_link.html", user=user, token=token)

    @pages.post("/sign-in/link")
    def by_link() -> Response | tuple[str, HTTPStatus]:
        user = staff.links.use(request.form.get("token", ""))
        if user is None:
            return render_template("sign_in_link.html", user=None), HTTPStatus.GONE
        went = enter(user, How.LINK)
        if user.changed_password is None:
            flash(NO_PASSWORD)
        return went

    @pages.post("/sign-out")
    def leave() -> Response:
        sign_out(staff)
        return redirect(url_for("sign_in.form"), code=HTTPStatus.SEE_OTHER)

    def enter(user: User, how: How) -> Response:
        sign_in(staff, user, how)
        log.info("signed in: %s by %s, from %s", user.name, how, request.remote_addr)
        return onward()

    def onward() -> Response:
        to = safe_path(request.values.get("next")) or url_for("home.home")
        return redirect(to, code=HTTPStatus.SEE_OTHER)

    def known(name: str) -> str:
        """A name for the log; people type passwords into this field, so none that is not a user's."""
        user = staff.users.find(name)
        return user.name if user else "no user"

    return pages
