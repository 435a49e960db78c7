"""Who may open what: one list of all routes. What is not on it is not served."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from enum import StrEnum

from flask import Flask, abort, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Response

from web.api.table import OPERATIONS
from web.users import Role
from web.visits import current_user, page_to_return_to

log = logging.getLogger(__name__)


class Open(StrEnum):
    """A route that needs nobody signed in."""

    PUBLIC = "public"
    TOKEN = "token"  # the view itself demands a token of a client, in a header; cookies do not count there
    SIGNED = "signed"  # the view itself demands a signature, in the address or over what came; cookies do not count


Access = Role | Open

ROUTES: Mapping[str, Access] = {
    "account.change_password": Role.READ_ONLY,
    "account.end_others": Role.READ_ONLY,
    "account.show": Role.READ_ONLY,
    "accounts.change": Role.AGENT,
    "accounts.show": Role.READ_ONLY,
    "api.docs": Open.PUBLIC,
    "api.openapi": Open.PUBLIC,
    "ask.advise": Role.READ_ONLY,
    "ask.ask": Role.READ_ONLY,
    "ask.preview": Role.READ_ONLY,
    "ask.record": Role.AGENT,
    "audit.audit": Role.AGENT,
    "audit.keep": Role.AGENT,
    "audit.label": Role.AGENT,
    "audit.result": Role.AGENT,
    "audit.sample": Role.LEAD,
    "audit.take_up": Role.AGENT,
    "audit.undo": Role.AGENT,
    "customers.ask_to_forget": Role.ADMIN,
    "customers.change": Role.AGENT,
    "customers.customers": Role.READ_ONLY,
    "customers.export": Role.LEAD,
    "customers.forget": Role.ADMIN,
    "customers.show": Role.READ_ONLY,
    "deliveries.deliveries": Role.LEAD,
    "deliveries.discard": Role.LEAD,
    "deliveries.replay": Role.LEAD,
    "deliveries.show": Role.LEAD,
    "doors.knock": Open.SIGNED,
    "experience.articles_found": Role.LEAD,
    "experience.check": Role.LEAD,
    "experience.close_incident": Role.LEAD,
    "experience.edit": Role.LEAD,
    "experience.experience": Role.LEAD,
    "experience.history": Role.LEAD,
    "experience.incidents": Role.LEAD,
    "experience.open_incident": Role.LEAD,
    "experience.restore": Role.ADMIN,
    "experience.save": Role.ADMIN,
    "experience.trial": Role.LEAD,
    "experience.try_out": Role.LEAD,
    "experience.version": Role.LEAD,
    "health.healthz": Open.PUBLIC,
    "health.readyz": Open.PUBLIC,  # the view itself tells more to an admin, and to this machine
    "helped.answer": Open.SIGNED,
    "helped.question": Open.SIGNED,
    "home.home": Role.READ_ONLY,
    "knowledge.apply_import": Role.LEAD,
    "knowledge.article": Role.READ_ONLY,
    "knowledge.before_import": Role.LEAD,
    "knowledge.check_import": Role.LEAD,
    "knowledge.count": Role.READ_ONLY,
    "knowledge.figures": Role.READ_ONLY,
    "knowledge.gaps": Role.READ_ONLY,
    "knowledge.gaps_file": Role.READ_ONLY,
    "knowledge.import_form": Role.LEAD,
    "knowledge.knowledge": Role.READ_ONLY,
    "knowledge.look": Role.LEAD,
    "knowledge.progress": Role.READ_ONLY,
    "knowledge.show_import": Role.LEAD,
    "knowledge.undo_import": Role.LEAD,
    "knowledge.upkeep": Role.READ_ONLY,
    "metrics.show": Open.PUBLIC,  # the view itself looks: this machine, an admin, or the token of a client
    "question.answer": Open.SIGNED,
    "question.part": Open.PUBLIC,
    "question.part_answer": Open.SIGNED,
    "question.script": Open.PUBLIC,
    "question.show": Open.PUBLIC,
    "question.style": Open.PUBLIC,
    "queue.delete_view": Role.READ_ONLY,
    "queue.new": Role.READ_ONLY,
    "queue.queue": Role.READ_ONLY,
    "queue.save_view": Role.READ_ONLY,
    "reports.again": Role.READ_ONLY,  # counts, and changes nothing
    "reports.digest": Role.READ_ONLY,  # the view itself leaves lists of customers to leads
    "reports.people": Role.LEAD,
    "reports.picture": Role.READ_ONLY,
    "reports.reports": Role.READ_ONLY,
    "reports.shadow": Role.READ_ONLY,
    "reports.table": Role.READ_ONLY,
    "reports.tables": Role.READ_ONLY,
    "sign_in.by_link": Open.PUBLIC,
    "sign_in.by_password": Open.PUBLIC,
    "sign_in.form": Open.PUBLIC,
    "sign_in.leave": Role.READ_ONLY,
    "sign_in.link": Open.PUBLIC,
    "static": Open.PUBLIC,
    "ticket.say": Role.AGENT,
    "ticket.show": Role.READ_ONLY,
    "ticket.show_receipt": Role.READ_ONLY,
    **{f"api.{one.name}": Open.TOKEN for one in OPERATIONS},
}
"""Endpoint -> the least role that may open it. Every route of the program is here, and nothing else."""

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST"})


class WrongRole(Forbidden):
    """Signed in, but as one who may not open this."""

    def __init__(self, role: Role, least: Role) -> None:
        super().__init__()
        self.role = role
        self.least = least


def guard(app: Flask, csrf: CSRFProtect) -> None:
    """Look at the list before every view; where somebody is signed in, forms must carry their own token, too.

    Call it after what finds out who is signed in; `app.config["ROUTES"]` is the list of this app.
    """
    app.config.setdefault("ROUTES", dict(ROUTES))

    @app.before_request
    def admit() -> Response | None:
        if request.endpoint is None:
            return None  # there is no such page: nothing is behind it
        least = app.config["ROUTES"].get(request.endpoint)
        if least in (Open.TOKEN, Open.SIGNED):
            return None
        if least is not Open.PUBLIC:
            refused = _refusal(least)
            if refused is not None:
                return refused
        csrf.protect()
        return None


def _refusal(least: Access | None) -> Response | None:
    """Send who is not signed in to the sign-in page; 403 for the wrong role, and for what is not on the list."""
    if not isinstance(least, Role):
        abort(403)
    user = current_user()
    if user is None:
        if request.headers.get("Sec-Fetch-Dest") == "empty":
            raise Unauthorized  # a script asks: a page to sign in on would be no answer to it
        return redirect(url_for("sign_in.form", next=page_to_return_to()), code=303)
    if not user.role.covers(least):
        log.warning("refused: %s (%s) at %s, which needs %s", user.name, user.role, request.endpoint, least)
        raise WrongRole(user.role, least)
    return None


def check_routes(app: Flask) -> None:
    """ValueError where the list and the routes of an app differ, or a page takes more than GET and POST."""
    listed, real = set(app.config["ROUTES"]), {rule.endpoint for rule in app.url_map.iter_rules()}
    if real - listed:
        raise ValueError(f"every route must be in ROUTES (web/access.py), these are not: {sorted(real - listed)}")
    if listed - real:
        raise ValueError(f"ROUTES must name routes only, these are none: {sorted(listed - real)}")
    for rule in app.url_map.iter_rules():
        more = set(rule.methods or ()) - METHODS
        if more and app.config["ROUTES"][rule.endpoint] is not Open.TOKEN:
            raise ValueError(f"a page changes things by POST only, was: {sorted(more)} at {rule.rule}")


def may_open(app: Flask, endpoint: str) -> bool:
    """Whether there is such a page and the visitor of this request may open it."""
    least = app.config["ROUTES"].get(endpoint)
    if endpoint not in app.view_functions or least is None:
        return False
    user = current_user()
    return not isinstance(least, Role) or (user is not None and user.role.covers(least))
