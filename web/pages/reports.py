"""Reports: the figures of any days as pictures with their tables, to look at, to print and to take away.

No figure is told by agent, and none of tones by anybody: reports are of customers, wishes and articles.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from advisor.desk.report_cells import ReportPart, csv_of
from advisor.desk.report_page import report_page
from advisor.desk.report_words import SIGNS
from advisor.insight.ranges import Range
from web.desk import Desk
from web.errands import PATIENCE
from web.pages.knowing import as_file
from web.pictures import as_svg_file
from web.record_keys import take_keys
from web.report_counts import LISTED, ReportCounts, is_empty
from web.report_extras import PEOPLE, people_part
from web.report_form import USUAL, RangeForm, beside, last_week, stretches
from web.reports_view import Kind, Sheet
from web.users import Role
from web.visits import signed_in

SOON = "2"  # seconds, after which a page that waits is asked for again
MARK = "\ufeff"  # at the beginning of a CSV file: by it, Excel knows that it is UTF-8
PAGES = {Kind.REPORT: "reports.reports", Kind.SHADOW: "reports.shadow"}
NOT_YOURS = "Lists of customers are left out: a lead can take them away."

Page = Response | tuple[str, HTTPStatus]


def page(desk: Desk, *, patience: float = PATIENCE) -> Blueprint:
    """`/reports`, and what can be taken away from there; `patience` in seconds, until a page says wait."""
    pages = Blueprint("reports", __name__)
    take_keys(pages)
    counts = ReportCounts(desk, patience=patience)

    @pages.get("/reports")
    def reports() -> Page:
        return shown(Kind.REPORT)

    @pages.get("/reports/shadow")
    def shadow() -> Page:
        return shown(Kind.SHADOW)

    @pages.post("/reports/again")
    def again() -> Response:
        """Count anew."""
        form, kind = RangeForm.asked(request.form), kind_of(request.form)
        if not form.errors():
            counts.forget(kind, form.range(desk.experience.zone))
        here = url_for(PAGES[kind])
        return redirect(f"{here}?{urlencode(form.query)}" if form.query else here, HTTPStatus.SEE_OTHER)

    @pages.get("/reports/tables.csv")
    def tables() -> Page:
        """Every table in one file."""
        sheet = counted(kind_of(request.args))
        if not isinstance(sheet, Sheet):
            return sheet
        return as_csv(sheet, [one for one in sheet.parts if one.name not in PEOPLE], "tables")

    @pages.get("/reports/tables/<key:name>.csv")
    def table(name: str) -> Page:
        sheet = counted(kind_of(request.args))
        if not isinstance(sheet, Sheet):
            return sheet
        part = sheet.part(name)
        if part is None or part.grid is None or name in PEOPLE:
            abort(HTTPStatus.NOT_FOUND)
        return as_csv(sheet, [part], name)

    @pages.get("/reports/people/<key:name>.csv")
    def people(name: str) -> Page:
        """A list of customers, all of them."""
        if name not in PEOPLE:
            abort(HTTPStatus.NOT_FOUND)
        sheet = counted(Kind.REPORT)
        if not isinstance(sheet, Sheet):
            return sheet
        return as_csv(sheet, [people_part(name, sheet.people[name], desk.records)], name)

    @pages.get("/reports/pictures/<key:name>.svg")
    def picture(name: str) -> Page:
        sheet = counted(kind_of(request.args))
        if not isinstance(sheet, Sheet):
            return sheet
        part = sheet.part(name)
        if part is None or part.draw is None:
            abort(HTTPStatus.NOT_FOUND)
        return as_file(as_svg_file(part.draw()), file_name(sheet, name, "svg"), kind="image/svg+xml")

    @pages.get("/reports/digest")
    def digest() -> Page:
        """The report of a week as a page that stands alone; without one asked for, of the last whole week."""
        asked = RangeForm.asked(request.args)
        week = None if asked.query else last_week(today(), desk.experience.zone)
        sheet = counted(Kind.REPORT, week)
        if not isinstance(sheet, Sheet):
            return sheet
        may = signed_in().role.covers(Role.LEAD)
        parts = [one for one in sheet.parts if may or one.name not in PEOPLE]
        notes = sheet.notes if may else (*sheet.notes, NOT_YOURS)
        text = report_page(sheet.title, sheet.about, parts, notes, tiles=sheet.tiles)
        return as_file(text, file_name(sheet, "digest", "html"), kind="text/html; charset=utf-8")

    def today() -> date:
        return datetime.now(UTC).astimezone(desk.experience.zone).date()

    def counted(kind: Kind, range_: Range | None = None) -> Sheet | Page:
        """The report that is asked for; else the page to show instead."""
        form = RangeForm.asked(request.args)
        errors = form.errors()
        if errors:
            return laid_out(kind, form, errors=errors), HTTPStatus.UNPROCESSABLE_ENTITY
        if is_empty(desk.records):
            return make_response(laid_out(kind, form, empty=True))
        standing = counts.of(kind, range_ or form.range(desk.experience.zone))
        if standing.sheet is not None:
            return standing.sheet
        if standing.error is not None:
            return laid_out(kind, form, failed=standing.error), HTTPStatus.SERVICE_UNAVAILABLE
        response = make_response(laid_out(kind, form, counting=True))
        response.headers["Refresh"] = SOON
        return response

    def shown(kind: Kind) -> Page:
        found = counted(kind)
        return (
            make_response(laid_out(kind, RangeForm.asked(request.args), found)) if isinstance(found, Sheet) else found
        )

    def laid_out(kind: Kind, form: RangeForm, sheet: Sheet | None = None, **states: object) -> str:
        """The page, with or without figures."""
        zone = desk.experience.zone
        of_sheet = RangeForm.of(sheet.range) if sheet is not None else form
        return render_template(
            "reports.html",
            kind=kind.value,
            pages=PAGES,
            form=form if form.query else of_sheet,
            range_query=of_sheet.query,
            asked_usual=not form.query,
            usual=USUAL,
            stretches=stretches(today(), zone, sheet.range if sheet is not None and form.query else None),
            beside=dict(beside(sheet.range)) if sheet is not None else {},
            sheet=sheet,
            counted_at=counted_at(sheet, today()) if sheet is not None else "",
            people={name: counts.people(sheet, name) for name in sheet.people} if sheet is not None else {},
            listed=LISTED,
            signs=SIGNS,
            mode=desk.settings.mode.value,
            **{"errors": {}, "empty": False, "counting": False, "failed": None} | states,
        )

    return pages


def kind_of(given: Mapping[str, str]) -> Kind:
    """Which report a request is about."""
    return Kind.SHADOW if given.get("of") == Kind.SHADOW else Kind.REPORT


def counted_at(sheet: Sheet, today: date) -> str:
    """`14:05`, with the day where it is not today's."""
    return f"{sheet.at:%H:%M}" if sheet.at.date() == today else f"{sheet.at:%H:%M} on {sheet.at.day} {sheet.at:%B}"


def as_csv(sheet: Sheet, parts: list[ReportPart], name: str) -> Response:
    """Tables as a file."""
    return as_file(MARK + csv_of(parts), file_name(sheet, name, "csv"))


def file_name(sheet: Sheet, name: str, ending: str) -> str:
    """`report-2026-W23-topics.csv`."""
    range_ = sheet.range
    days = range_.week_name if range_.is_week else f"{range_.since}-to-{range_.last}"
    return f"{sheet.kind.value}-{days}-{name}.{ending}"
