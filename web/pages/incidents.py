"""Incidents: what is broken now, opened and closed by a lead; the rest of the file stays as it was typed."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from advisor.decision.experience import Experience
from advisor.decision.ideals import Incident
from advisor.desk.experience_sheet import incident_entry, incident_state
from advisor.errors import ExperienceError
from index.articles import Article
from index.store import Store
from web.desk import Desk
from web.incident_form import IncidentForm, found_by
from web.keeper import Keeper
from web.visits import signed_in

ORDER = ("open", "to come", "over")


class Articles:
    """The articles to choose from, read again only where the knowledge base has changed."""

    def __init__(self, desk: Desk) -> None:
        self._settings = desk.settings.knowledge
        self._read: tuple[int, list[Article]] | None = None

    def every(self) -> list[Article]:
        """All articles."""
        store = Store.open(self._settings)
        now = store.generation
        if self._read is None or self._read[0] != now:
            self._read = now, store.articles()
        return self._read[1]

    def find(self, id: str) -> Article | None:
        """The article of this id."""
        return next((one for one in self.every() if one.id == id), None) if id else None


def add_to(pages: Blueprint, desk: Desk, keeper: Keeper) -> None:
    """`/experience/incidents`."""
    articles = Articles(desk)

    @pages.get("/experience/incidents")
    def incidents() -> str:
        known = keeper.current().experience
        asked = request.args.get("like")
        like = next((one for one in known.incidents if one.id == asked), None) if known is not None else None
        return listed(IncidentForm() if like is None else IncidentForm.like(like))

    @pages.get("/experience/incidents/articles")
    def articles_found() -> str:
        found = found_by(request.args.get("search", ""), articles.every())
        form = IncidentForm.posted(request.args)
        return render_template("experience_articles.html", form=form, found=found, chosen=articles.find(form.article))

    @pages.post("/experience/incidents")
    def open_incident() -> Response | tuple[str, HTTPStatus]:
        form, now, known = IncidentForm.posted(request.form), datetime.now(UTC), keeper.current().experience
        if "find" in request.form:
            return listed(form, searched=True), HTTPStatus.OK
        if known is None:
            return listed(form), HTTPStatus.CONFLICT
        errors = form.errors(known, at=now, article=articles.find(form.article))
        if errors:
            return listed(form, errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY
        incident = form.incident(known, at=now)
        try:
            keeper.open_incident(incident, by=signed_in().name)
        except ExperienceError as error:
            return listed(form, refused=str(error)), HTTPStatus.CONFLICT
        flash(f"Open: {incident.id}. Tickets that tell of it carry the notice from now on.")
        return redirect(url_for("experience.incidents"), HTTPStatus.SEE_OTHER)

    @pages.post("/experience/incidents/close")
    def close_incident() -> Response | tuple[str, HTTPStatus]:
        id = request.form.get("id", "")
        known = keeper.current().experience
        if known is None:
            return listed(IncidentForm()), HTTPStatus.CONFLICT
        try:
            keeper.close_incident(id, at=end_of(id, known), by=signed_in().name)
        except ExperienceError as error:
            return listed(IncidentForm(), refused=str(error)), HTTPStatus.CONFLICT
        flash(f"Closed: {id}. It stays in the file, so that older advices can be replayed.")
        return redirect(url_for("experience.incidents"), HTTPStatus.SEE_OTHER)

    def listed(form: IncidentForm, *, errors: dict[str, str] | None = None, **more: object) -> str:
        known = keeper.current().experience
        return render_template(
            "experience_incidents.html",
            form=form,
            errors=errors or {},
            incidents=shown(known, at=datetime.now(UTC)) if known is not None else None,
            found=found_by(form.search, articles.every()),
            chosen=articles.find(form.article),
            zone=known.zone if known is not None else None,
            **more,
        )


def end_of(id: str, experience: Experience) -> datetime:
    """Now, to the second; more exactly where the incident was opened in this very second."""
    now = datetime.now(experience.zone)
    second = now.replace(microsecond=0)
    opened = next((one.opened for one in experience.incidents if one.id == id), None)
    return now if opened is not None and opened >= second else second


def shown(experience: Experience, *, at: datetime) -> list[tuple[str, Incident, tuple[tuple[str, str], ...]]]:
    """State, incident and facts: the open ones first, the newest of each state on top."""
    rows = [
        (incident_state(one, at=at), one, incident_entry(one, experience, at=at).facts[1:])
        for one in reversed(experience.incidents)
    ]
    return sorted(rows, key=lambda row: ORDER.index(row[0]))
