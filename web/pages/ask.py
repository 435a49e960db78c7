"""Type a ticket, say what the customer is willing to do, see the advice. Nothing is stored unless one asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus
from secrets import token_hex

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from advisor.types import Channel
from web.desk import Desk
from web.form import AskForm
from web.tickets import demo_tickets
from web.view import AdviceView, view_of

CHANNELS = {
    Channel.EMAIL: "E-mail",
    Channel.CHAT: "Chat",
    Channel.PHONE: "Phone",
    Channel.PORTAL: "Portal",
    Channel.SOCIAL: "Social network",
}
WISHES = {
    "self_service": "To read an article",
    "email": "An e-mail",
    "chat": "A chat",
    "call": "A call",
    "person": "Any person",
}
STANCES = {"": "not known", "wants": "wants", "refuses": "refuses"}


def options(names: Iterable[str]) -> list[tuple[str, str]]:
    """The choices of a list: nothing known, or one of some names."""
    return [("", "not known"), *((name, name.replace("_", " ")) for name in names)]


def page(desk: Desk) -> Blueprint:
    """`/try`: the empty form, the form filled with a demo ticket, or the advice on what was typed."""
    pages = Blueprint("ask", __name__)

    @pages.get("/try")
    def ask() -> str:
        wanted = request.args.get("demo")
        if wanted is None:
            return show(AskForm())
        found = next((demo.ticket for demo in demo_tickets() if demo.ticket.id == wanted), None)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        return show(AskForm.of_ticket(found, desk.experience.zone), filled=wanted)

    @pages.post("/try")
    def advise() -> tuple[str, HTTPStatus]:
        form = AskForm.posted(request.form)
        errors = form.errors()
        if errors:
            return show(form, errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY
        experience = desk.experience
        advice = desk.advise(form.ticket(experience.zone), record=False)
        return show(form, view=view_of(advice, experience)), HTTPStatus.OK

    @pages.post("/try/preview")
    def preview() -> tuple[str, HTTPStatus]:
        """The advice alone, for a page that asks while one types; nothing where the form is not fit yet."""
        form = AskForm.posted(request.form)
        if form.errors():
            return "", HTTPStatus.UNPROCESSABLE_ENTITY
        experience = desk.experience
        advice = desk.advise(form.ticket(experience.zone), record=False)
        return render_template("advice.html", view=view_of(advice, experience)), HTTPStatus.OK

    @pages.post("/try/record")
    def record() -> Response | tuple[str, HTTPStatus]:
        """Keep what was typed as a ticket, and go to its page."""
        form = AskForm.posted(request.form)
        errors = form.errors()
        if errors:
            return show(form, errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY
        ticket = replace(form.ticket(desk.experience.zone), id=f"typed-{token_hex(6)}")
        desk.advise(ticket)
        flash("Recorded as a ticket.")
        return redirect(url_for("ticket.show", source=ticket.source, ticket_id=ticket.id), code=HTTPStatus.SEE_OTHER)

    def show(
        form: AskForm,
        *,
        errors: dict[str, str] | None = None,
        view: AdviceView | None = None,
        filled: str | None = None,
    ) -> str:
        experience = desk.experience
        return render_template(
            "ask.html",
            form=form,
            errors=errors or {},
            view=view,
            filled=filled,
            demos=demo_tickets(),
            channels=CHANNELS,
            wishes=WISHES,
            stances=STANCES,
            persona_options=options(experience.personas),
            plan_options=options(experience.plans),
            currency=experience.currency,
            zone=experience.zone,
        )

    return pages
