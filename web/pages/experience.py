"""The experience file: shown, typed, checked as one types, saved under one's name, and every version restored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from advisor.decision.drift import bound
from advisor.decision.experience import Experience
from advisor.decision.policy import costs_of
from advisor.desk.experience_changes import Difference
from advisor.desk.experience_sheet import sheet
from advisor.desk.experience_versions import uses_compared
from advisor.errors import ExperienceError
from advisor.experience_in_force import experience_in_force
from advisor.types import Promise
from web.desk import Desk
from web.drafts import Line, changes, checked, compared
from web.keeper import ChangedError, Current, Keeper
from web.pages import incidents, trials
from web.pages.drafting import Draft, draft_shown
from web.trials import Trials
from web.visits import signed_in

MOST_VERSIONS = 100  # on one page
SAVED = "Saved. It is in force from the next ticket on."
RESTORED = "The older version is in force again, from the next ticket on."
SAME = "Nothing was saved: this is what the file says already."


@dataclass(frozen=True, slots=True)
class Clash:
    """Another's change that came between."""

    state: str  # of the file now
    by: str | None
    theirs: list[Difference] | None  # that the other one changed; None = cannot be told
    lines: list[Line]  # from the file now to what was typed here


def page(desk: Desk) -> Blueprint:
    """`/experience` and all that is below it."""
    pages = Blueprint("experience", __name__)
    keeper = Keeper(desk.settings, desk.records)
    incidents.add_to(pages, desk, keeper)
    trials.add_to(pages, keeper, Trials(desk.records))

    @pages.get("/experience")
    def experience() -> str:
        try:
            found, _, warning = experience_in_force(desk.settings, desk.records)
        except ExperienceError as error:
            return render_template("experience.html", parts=(), experience=None, warning=str(error))
        parts = sheet(found, promise=promise_under(desk, found), at=datetime.now(UTC))
        return render_template(
            "experience.html",
            experience=found,
            parts=parts,
            warning=warning or desk.running.trouble,
        )

    @pages.get("/experience/edit")
    def edit() -> str:
        return edited(Draft.of(keeper.current()))

    @pages.post("/experience/check")
    def check() -> str:
        draft = Draft.posted()
        if request.args.get("part"):
            return render_template("experience_checked.html", **of_draft(draft))
        return edited(draft, asked=True)

    @pages.post("/experience/save")
    def save() -> Response | tuple[str, HTTPStatus]:
        draft = Draft.posted()
        begun = draft.begun
        if request.form.get("replace") and request.form.get("seen"):
            begun = request.form["seen"]
        if keeper.current().text == draft.text:
            flash(SAME)
            return redirect(url_for("experience.experience"), HTTPStatus.SEE_OTHER)
        return put(draft, begun=begun, said=SAVED)

    @pages.get("/experience/history")
    def history() -> str:
        return render_template(
            "experience_history.html",
            uses=uses_compared(desk.records, most=MOST_VERSIONS),
            current=keeper.current(),
            zone=desk.experience.zone,
        )

    @pages.get("/experience/history/<fingerprint>")
    def version(fingerprint: str) -> str:
        return versioned(fingerprint)

    @pages.post("/experience/restore")
    def restore() -> Response | tuple[str, HTTPStatus]:
        text = desk.records.experience(request.form.get("fingerprint", ""))
        if text is None:
            abort(HTTPStatus.NOT_FOUND)
        begun, current = request.form.get("begun", ""), keeper.current()
        if begun != current.state:
            return versioned(request.form["fingerprint"], stale=True), HTTPStatus.CONFLICT
        return put(Draft(text, begun, current.fingerprint), begun=begun, said=RESTORED)

    def put(draft: Draft, *, begun: str, said: str) -> Response | tuple[str, HTTPStatus]:
        """Write it, or show it again with what keeps it from being written."""
        try:
            found = keeper.put(draft.text, begun=begun, by=signed_in().name)
        except ChangedError as error:
            return edited(draft, clash=clash_of(draft, error.current)), HTTPStatus.CONFLICT
        except ExperienceError as error:
            return edited(draft, failed=str(error)), HTTPStatus.INTERNAL_SERVER_ERROR
        if found.experience is None:
            return edited(draft, asked=True, refused=True), HTTPStatus.UNPROCESSABLE_ENTITY
        flash(said)
        return redirect(url_for("experience.history"), HTTPStatus.SEE_OTHER)

    def clash_of(draft: Draft, current: Current) -> Clash:
        before = desk.records.experience(draft.began_as)
        newest = next(iter(desk.records.experience_uses()), None)
        by = newest.by if newest is not None and newest.fingerprint == current.fingerprint else None
        theirs = changes(before, current.text) if before is not None else None
        return Clash(current.state, by, theirs, compared(current.text, draft.text))

    def edited(draft: Draft, **more: object) -> str:
        return render_template("experience_edit.html", **of_draft(draft), **more)

    def of_draft(draft: Draft) -> dict[str, object]:
        return draft_shown(draft, checked(draft.text), keeper.current())

    def versioned(fingerprint: str, *, stale: bool = False) -> str:
        text, current = desk.records.experience(fingerprint), keeper.current()
        if text is None:
            abort(HTTPStatus.NOT_FOUND)
        return render_template(
            "experience_version.html",
            fingerprint=fingerprint,
            text=text,
            uses=[use for use in desk.records.experience_uses() if use.fingerprint == fingerprint],
            current=current,
            differences=changes(current.text, text),
            lines=compared(current.text, text),
            stale=stale,
            zone=desk.experience.zone,
        )

    return pages


def promise_under(desk: Desk, experience: Experience) -> Promise:
    """The promise as it serves under a file."""
    return bound(desk.records.promises.in_force() or Promise(), costs_of(experience))
