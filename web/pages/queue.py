"""The queue: tickets that wait, each with its advice, filtered, sorted, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from advisor.errors import AdvisorError, CursorError
from advisor.records.queue import Column, QueuePage
from advisor.records.queue_filter import Order, Waits
from advisor.types import Action, Moment, SignalKind, Tone
from web.desk import Desk
from web.queue_form import NONE, QueueForm, choices_of
from web.queue_view import CAME, row_of
from web.saved_views import SavedView, SavedViews
from web.view import MOMENTS
from web.visits import signed_in

ACTIONS = {Action.SELF_SERVICE: "an article", Action.LIVE_HUMAN: "a person"}
ORDERS = {
    Order.RESPOND_BY: "to be answered first",
    Order.NEWEST: "newest first",
    Order.OLDEST: "oldest first",
    Order.SEVERITY: "gravest first",
}
STATES = {Waits.WAITING: "waiting", Waits.DONE: "done", Waits.ALL: "all"}
OPTIONAL = {"topic": Column.TOPIC, "persona": Column.PERSONA, "assignee": Column.ASSIGNEE}
"""Filters that may also ask for tickets without a value."""

FOREVER = 2**62


def page(desk: Desk, views: SavedViews) -> Blueprint:
    """`/queue`."""
    pages = Blueprint("queue", __name__)

    @pages.get("/queue")
    def queue() -> tuple[str, HTTPStatus]:
        form = QueueForm.asked(request.args)
        errors = form.errors()
        try:
            found = asked(form)
        except CursorError:
            flash("That page of the queue is not there any more; this is the first one.")
            found = asked(form, anywhere=False)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
        return shown(form, errors, found), status

    @pages.get("/queue/new")
    def new() -> dict[str, int]:
        """How many tickets came since a page was shown, for a script that asks from time to time."""
        form = QueueForm.asked(request.args)
        newest = request.args.get("newest", type=int, default=FOREVER)
        newest = min(max(newest, 0), FOREVER)
        return {"new": desk.records.queue.newer_than(newest, form.filter(desk.experience.zone))}

    @pages.post("/queue/views")
    def save_view() -> Response:
        form = QueueForm.asked(request.form)
        try:
            views.save(signed_in().name, SavedView(request.form.get("name", ""), form.query))
        except AdvisorError as error:
            flash(str(error))
        else:
            flash("The view is saved.")
        return redirect(address(form.query), code=HTTPStatus.SEE_OTHER)

    @pages.post("/queue/views/delete")
    def delete_view() -> Response:
        gone = views.delete(signed_in().name, request.form.get("name", ""))
        if gone is None:
            flash("There is no such view any more.")
            return redirect(url_for("queue.queue"), code=HTTPStatus.SEE_OTHER)
        flash(f"The view “{gone.name}” is deleted. To have it back, save these filters again.")
        return redirect(address(gone.query), code=HTTPStatus.SEE_OTHER)

    def asked(form: QueueForm, *, anywhere: bool = True) -> QueuePage:
        after = request.args.get("after") or None if anywhere else None
        before = request.args.get("before") or None if anywhere and after is None else None
        wanted = form.filter(desk.experience.zone)
        return desk.records.queue.page(wanted, order=form.ordered, after=after, before=before)

    def shown(form: QueueForm, errors: Mapping[str, str], found: QueuePage) -> str:
        experience, now = desk.experience, datetime.now(UTC)
        return render_template(
            "queue.html",
            form=form,
            errors=errors,
            rows=[row_of(one, experience, now) for one in found.rows],
            count=desk.records.queue.counts(form.filter(experience.zone)),
            after=link(form, "after", found.after),
            before=link(form, "before", found.before),
            newest=found.newest,
            watched=address(urlencode(form.narrowed | {"newest": str(found.newest)}), to="queue.new"),
            fresh=address(form.query),
            views=views.of(signed_in().name),
            options=options(form),
            readable={name: value.replace("_", " ") for name, value in form.narrowed.items()},
        )

    def options(form: QueueForm) -> dict[str, list[tuple[str, str]]]:
        waits = form.filter(desk.experience.zone).waits
        found = {
            "action": choices_of(Action, ACTIONS),
            "channel": [("", "any"), *CAME.items()],
            "moment": choices_of(Moment, MOMENTS),
            "tone": choices_of(Tone),
            "signal": choices_of(SignalKind),
            "queue": [("", "any"), *((name, name.replace("_", " ")) for name in desk.experience.queues)],
            "waits": [(one.value, called) for one, called in STATES.items()],
            "order": [(one.value, called) for one, called in ORDERS.items()],
        }
        for name, column in OPTIONAL.items():
            there = desk.records.queue.choices(column, waits=waits)
            there += [getattr(form, name)] if getattr(form, name) not in {"", NONE, *there} else []
            found[name] = [("", "any"), (NONE, "none"), *((one, one.replace("_", " ")) for one in there)]
        return found

    return pages


def link(form: QueueForm, name: str, place: str | None) -> str | None:
    """The address of the page after or before a place; None where there is none."""
    return address(urlencode(form.narrowed | {name: place})) if place is not None else None


def address(query: str, *, to: str = "queue.queue") -> str:
    """The address of the queue, or of another endpoint, with a query."""
    base = url_for(to)
    return f"{base}?{query}" if query else base
