"""Blind labels: drawn tickets are shown one by one without any advice, to be labelled with two keys each."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from advisor.desk.compliance_text import correction_lines
from advisor.desk.show import UNSEEN
from advisor.errors import AdvisorError
from advisor.experience_in_force import experience_in_force
from advisor.insight.audit import Row, draw, label_of, wishes_in, wishes_of
from advisor.insight.compliance import Compliance, compliance
from advisor.insight.correction import ENOUGH, Corrected
from advisor.records import Audit
from web.desk import Desk
from web.errands import PATIENCE, Errands
from web.sittings import LETTERS, Sittings, draws, keys_of, words_of
from web.visits import signed_in

USUAL, MOST = 100, 2_000  # tickets of a draw
FRESH = 600.0  # seconds for which the figures are not counted again while no label changes
LONGEST_KEYS = 40
UNDO, LATER, STOP = "u", "s", "q"
STALE = "Somebody else has labelled that ticket meanwhile; yours was not kept."
NONE_TO_UNDO = "There is no label of yours to undo."


def page(desk: Desk, *, patience: float = PATIENCE) -> Blueprint:
    """`/audit`: the draws, the labelling, and what the labels say; `patience` in seconds, until a page says wait."""
    pages = Blueprint("audit", __name__)
    audits, sittings = desk.records.audits, Sittings()
    draws_begun, counts = Errands[list[Row]](patience=patience), Errands[Compliance](patience=patience)

    @pages.get("/audit")
    def audit() -> Response:
        drawing = draws_begun.last()
        if drawing is not None and drawing.runs:
            return again_soon(overview(drawing=True))
        draws_begun.forget()
        return make_response(overview(error=drawing.error if drawing is not None else None))

    @pages.post("/audit/sample")
    def sample() -> Response | tuple[str, HTTPStatus]:
        typed = request.form.get("size", "").strip()
        error = wrong_size(typed)
        if error is None:
            size = int(typed)
            work = draws_begun.do(
                lambda: draw(desk.records, size, seed=secrets.randbelow(2**31), now=datetime.now(UTC)), of=typed
            )
            error = work.error
        if error is not None:
            draws_begun.forget()
            return overview(typed=typed, error=error), HTTPStatus.UNPROCESSABLE_ENTITY
        return redirect(url_for("audit.audit"), HTTPStatus.SEE_OTHER)

    @pages.get("/audit/label")
    def label() -> str:
        name, waiting = signed_in().name, audits.open()
        wanted = request.args.get("again")
        again = next((one for one in waiting if one.id == wanted), None)
        if again is not None:
            sittings.take(again.id, by=name)
        return shown(again or sittings.next(waiting, by=name), keys=request.args.get("keys", "")[:LONGEST_KEYS])

    @pages.post("/audit/label")
    def keep() -> Response | tuple[str, HTTPStatus]:
        name, keys = signed_in().name, request.form.get("answer", request.form.get("keys", "")).strip()
        drawn = drawn_as(request.form.get("id", ""))
        if keys == UNDO:
            return undone(name)
        if keys == STOP:
            return redirect(url_for("audit.audit"), HTTPStatus.SEE_OTHER)
        if keys == LATER:
            sittings.leave(drawn.id, by=name)
            return redirect(url_for("audit.label"), HTTPStatus.SEE_OTHER)
        try:
            wishes = wishes_in(keys)
        except AdvisorError as error:
            return shown(drawn, keys=keys, error=sentence(error)), HTTPStatus.UNPROCESSABLE_ENTITY
        if not audits.label_first(drawn.id, label_of(wishes), by=name, at=datetime.now(UTC)):
            return shown(sittings.next(audits.open(), by=name), told=STALE), HTTPStatus.CONFLICT
        return redirect(url_for("audit.label"), HTTPStatus.SEE_OTHER)

    @pages.post("/audit/undo")
    def undo() -> Response | tuple[str, HTTPStatus]:
        return undone(signed_in().name)

    @pages.post("/audit/later")
    def take_up() -> Response:
        sittings.take_up(by=signed_in().name)
        return redirect(url_for("audit.label"), HTTPStatus.SEE_OTHER)

    @pages.get("/audit/result")
    def result() -> Response:
        labelled = audits.labelled()
        state = len(labelled), max((one.at or one.drawn_at for one in labelled), default=None)
        work = counts.do(
            lambda: compliance(desk.records, experience_in_force(desk.settings, desk.records)[0]),
            of=state,
            lasts=FRESH,
        )
        if work.runs:
            return again_soon(render_template("audit_counting.html"))
        found = work.result
        corrected = found.corrected if found is not None else None
        page = render_template(
            "audit_result.html", error=work.error, found=corrected, counts=found, lines=result_lines(corrected)
        )
        return make_response(page)

    def again_soon(page: str) -> Response:
        """A page that a browser asks for again by itself."""
        response = make_response(page)
        response.headers["Refresh"] = "2"
        return response

    def undone(name: str) -> Response | tuple[str, HTTPStatus]:
        before = audits.take_back(by=name)
        if before is None:
            return shown(sittings.next(audits.open(), by=name), told=NONE_TO_UNDO), HTTPStatus.CONFLICT
        keys = keys_of(wishes_of(before))
        return redirect(url_for("audit.label", again=before.id, keys=keys), HTTPStatus.SEE_OTHER)

    def drawn_as(id: str) -> Audit:
        found = next((one for one in (*audits.open(), *audits.labelled()) if one.id == id), None)
        return found if found is not None else abort(HTTPStatus.NOT_FOUND)

    def shown(drawn: Audit | None, *, keys: str = "", error: str | None = None, told: str | None = None) -> str:
        """One ticket without its advice, or that none is left."""
        name, waiting, labelled = signed_in().name, audits.open(), audits.labelled()
        stored = desk.records.last(drawn.ticket_id, source=drawn.source) if drawn is not None else None
        own = [one for one in labelled if one.by == name]
        last = max(own, key=lambda one: one.at or one.drawn_at, default=None)
        return render_template(
            "audit_label.html",
            drawn=drawn,
            text=UNSEEN.sub("", stored.text).strip() if stored is not None else "",
            keys=keys,
            error=error,
            told=told,
            done=len(labelled),
            whole=len(labelled) + len(waiting),
            waiting=len(waiting),
            left=sittings.left(waiting, by=name),
            last=words_of(wishes_of(last)) if last is not None else None,
            letters=LETTERS,
        )

    def overview(*, typed: str = str(USUAL), error: str | None = None, drawing: bool = False) -> str:
        waiting, labelled = audits.open(), audits.labelled()
        return render_template(
            "audit.html",
            draws=list(draws(waiting, labelled)),
            waiting=len(waiting),
            labelled=len(labelled),
            size=typed,
            error=error,
            drawing=drawing,
            most=MOST,
            enough=ENOUGH,
        )

    return pages


def wrong_size(typed: str) -> str | None:
    """What is wrong with the size of a draw; None = nothing."""
    if typed.isascii() and typed.isdigit() and len(typed) <= 6 and 1 <= int(typed) <= MOST:
        return None
    return f"Write a whole number from 1 to {MOST:,}, such as {USUAL}."


def sentence(error: AdvisorError) -> str:
    """An error as a sentence."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def result_lines(found: Corrected | None) -> list[tuple[str, str]]:
    """The text of the correction as names and figures."""
    if found is None:
        return []
    rows = (line.strip().split("  ", 1) for line in correction_lines(found)[1:])
    return [(name.strip(), figure.strip()) for name, figure in rows]
