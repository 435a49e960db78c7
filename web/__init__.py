"""The way in for people and helpdesks."""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from web import access, errors, limits, logs, navigation, security, visits, watch
from web.api.routes import mount as mount_api
from web.desk import Desk
from web.health_checks import checks
from web.hooks import Hooks
from web.inbox import Inbox
from web.links import Links
from web.metrics import Metrics
from web.pages import (
    account,
    accounts,
    ask,
    audit,
    customers,
    deliveries,
    doors,
    experience,
    health,
    helped,
    home,
    knowledge,
    metrics,
    question,
    queue,
    reports,
    sign_in,
    ticket,
)
from web.question_state import Seal
from web.saved_views import SavedViews
from web.security import LOOPBACK
from web.staff import Staff
from web.tables import now as this_moment
from web.uploads import take_files

MOST_BYTES = 1024 * 1024
"""Of one request; a ticket is read up to some 30,000 characters."""


def create_app(
    desk: Desk,
    *,
    staff: Staff | None = None,
    title: str = "Ticket Advisor",
    hosts: Collection[str] = LOOPBACK,
) -> Flask:
    """The web program around a desk; it answers to the host names in `hosts` only, whatever the port.

    Every page stands in `web/access.py`, with who may open it; ValueError where one does not.
    """
    staff = staff or Staff.open(desk.settings)
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=MOST_BYTES)
    app.jinja_env.globals["product"] = title
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    inbox, hooks = Inbox.open(desk.settings), Hooks.open(desk.settings)
    app.extensions["inbox"] = inbox
    figures = Metrics(desk.records, sessions=lambda: len(staff.sessions.every()), jobs=inbox.counts)
    watch.watch(app, logs.log_request, figures.count)
    _protect(app, desk, staff, hosts)
    door = doors.Door(hooks, inbox, address=lambda: desk.settings.address, now=this_moment)
    links = Links(staff.key, desk.settings.address)
    for pages in (
        account.page(staff),
        accounts.page(desk),
        ask.page(desk),
        audit.page(desk),
        customers.page(desk),
        deliveries.page(desk, inbox, hooks, now=this_moment),
        doors.page(door, hooks, inbox, now=this_moment),
        experience.page(desk),
        health.page(checks(desk, inbox)),
        helped.page(desk, links),
        home.page(),
        knowledge.page(desk),
        question.page(desk, Seal(staff.key)),
        queue.page(desk, SavedViews.open(desk.settings)),
        reports.page(desk),
        sign_in.page(staff),
        ticket.page(desk, links),
    ):
        app.register_blueprint(pages)
    served = mount_api(app, desk)
    app.register_blueprint(metrics.page(figures, served.api.tokens, now=served.api.now))
    access.check_routes(app)
    limits.limit_routes(app)
    return app


def _protect(app: Flask, desk: Desk, staff: Staff, hosts: Collection[str]) -> None:
    """What stands before every view, in this order: the host, who asks, how often, whether they may."""
    settings = desk.settings
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_SSL_STRICT=False)  # the guard calls it; Origin is checked
    app.config["WTF_CSRF_TIME_LIMIT"] = settings.session_hours * 3600
    take_files(app)
    security.believe_proxies(app, settings.proxy)
    security.protect(app, hosts, https=settings.https, origins=settings.question_origins)
    visits.know_visitors(app, staff, https=settings.https)
    limits.limit(app, per_minute=settings.requests_per_minute)
    access.guard(app, CSRFProtect(app))
    errors.answer_errors(app)
    navigation.show(app)
