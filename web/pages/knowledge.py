"""Knowledge: what each article did, and the page of each; gaps, upkeep and imports stand in files of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from advisor.insight.articles import ArticleFigures
from advisor.records.offers import titles
from index.errors import KnowledgeError
from index.knowledge import Match
from index.store import Store
from web.article_counts import NEWEST, ArticleCounts, Counted
from web.desk import Desk
from web.errands import PATIENCE
from web.knowledge_form import COLUMNS, KnowledgeForm
from web.knowledge_view import STATES, age_words, figures_csv, parts_of, rows_of, sections_of, twins_view
from web.look_alikes import LookAlikes
from web.pages import gaps, imports, upkeep
from web.pages.knowing import as_file, knowledge_of
from web.pages.on_file import page_number, ticket_address
from web.record_keys import take_keys
from web.ticket_view import done_words
from web.view import web_address

SIZE = 50  # articles of a page
MOST_FOUND = 50  # by a search


def page(desk: Desk, *, patience: float = PATIENCE) -> Blueprint:
    """`/knowledge` and all that is below it; `patience` in seconds, until a page says that something is counted."""
    pages = Blueprint("knowledge", __name__)
    take_keys(pages)
    store = Store.open(desk.settings.knowledge)
    counts, alike = ArticleCounts(desk, patience=patience), LookAlikes(store, patience=patience)
    gaps.add_to(pages, desk)
    upkeep.add_to(pages, desk, store, counts, alike)
    imports.add_to(pages, desk, store)

    @pages.get("/knowledge")
    def knowledge() -> Response:
        form = KnowledgeForm.asked(request.args)
        errors, days = form.errors(), form.days(desk.experience.zone)
        standing = counts.of(days)
        if standing.counted is None:
            return uncounted(standing.error, runs=standing.runs)
        answer = make_response(listed(form, errors, standing.counted, runs=standing.runs))
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
        return answer

    @pages.post("/knowledge/count")
    def count() -> Answer:
        form = KnowledgeForm.asked(request.form)
        standing = counts.of(form.days(desk.experience.zone), anew=True)
        if standing.error is not None:
            flash(f"The articles could not be counted: {standing.error}")
        elif standing.runs:
            flash("The articles are being counted; until that is done the page shows the figures of before.")
        return redirect(address(form), HTTPStatus.SEE_OTHER)

    @pages.get("/knowledge/figures.csv")
    def figures() -> Answer:
        form = KnowledgeForm.asked(request.args)
        found = counts.of(form.days(desk.experience.zone)).counted
        if found is None:
            flash("The articles are being counted. Take the file once the figures are here.")
            return redirect(address(form), HTTPStatus.SEE_OTHER)
        return as_file(figures_csv((*found.report.articles, *found.report.never)), "articles.csv")

    @pages.get("/knowledge/article/<keys:id>")
    def article(id: str) -> str:
        found, counted = store.article(id), counts.of().counted
        known = figures_of(id, counted)
        if found is None and known is None and id not in titles(desk.records.file):
            abort(HTTPStatus.NOT_FOUND)
        title = found.title if found is not None else known.title if known is not None else id
        pairs = alike.of_article(id) if found is not None else None
        return render_template(
            "knowledge_article.html",
            id=id,
            title=title,
            article=found,
            url=web_address(found.url) if found is not None else None,
            age=age_words(found.updated, datetime.now(UTC)) if found is not None else "",
            sections=sections_of(found) if found is not None else (),
            figures=known,
            parts=parts_of(known) if known is not None else (),
            counted=counted,
            tickets=tickets_of(id, counted),
            twins=[twins_view(one) for one in pairs] if pairs is not None else None,
            zone=desk.experience.zone,
        )

    def uncounted(error: str | None, *, runs: bool) -> Response:
        answer = make_response(render_template("knowledge_counting.html", error=error))
        if runs:
            answer.headers["Refresh"] = "2"
        return answer

    def listed(form: KnowledgeForm, errors: dict[str, str], counted: Counted, *, runs: bool) -> str:
        matches, trouble = searched(form.q)
        report, number = counted.report, page_number()
        found: Sequence[ArticleFigures] = report.never if form.is_never else report.articles
        if matches is not None:
            found = (*report.articles, *report.never)
        rows = rows_of(found, form, matches)
        return render_template(
            "knowledge.html",
            form=form,
            errors=errors if trouble is None else errors | {"q": trouble},
            rows=rows[(number - 1) * SIZE : number * SIZE],
            total=len(rows),
            page=number,
            pages=-(-len(rows) // SIZE),
            report=report,
            searched=matches is not None,
            counted=counted,
            runs=runs,
            days=form.days(desk.experience.zone),
            columns=COLUMNS,
            zone=desk.experience.zone,
            empty=not store.versions(),
        )

    def searched(words: str) -> tuple[list[Match] | None, str | None]:
        """What the knowledge base finds, the best first; None where nothing is searched for, or it cannot be."""
        if not words:
            return None, None
        base = knowledge_of(desk)
        if base is None:
            return None, "This installation has no knowledge base to search: advisor init makes one."
        try:
            return base.search(words, k=MOST_FOUND), None
        except KnowledgeError as error:
            return None, f"The search failed: {error}."

    def tickets_of(id: str, counted: Counted | None) -> list[dict[str, object]]:
        """The newest tickets to which it was advised first or really given, with what was done and became of it."""
        if counted is None:
            return []
        given = {(one.source, one.ticket_id): one.state for one in counted.given if one.article == id}
        last = sorted((one for one in counted.given if one.article == id), key=lambda one: one.at)[-NEWEST:]
        keys = dict.fromkeys([*counted.newest.get(id, ()), *((one.source, one.ticket_id) for one in last)])
        stored = [one for key in keys if (one := desk.records.last(key[1], source=key[0])) is not None]
        stored.sort(key=lambda one: one.evidence.at, reverse=True)
        return [
            {
                "subject": one.subject or "(no subject)",
                "address": ticket_address(one.source, one.ticket_id),
                "at": one.evidence.at.astimezone(desk.experience.zone),
                "done": done_words(one.handled, desk.experience),
                "became": STATES[given[one.source, one.ticket_id]] if (one.source, one.ticket_id) in given else None,
            }
            for one in stored[:NEWEST]
        ]

    return pages


def figures_of(id: str, counted: Counted | None) -> ArticleFigures | None:
    """The figures of an article; None where it has none, or nothing is counted yet."""
    if counted is None:
        return None
    return next((one for one in (*counted.report.articles, *counted.report.never) if one.id == id), None)


def address(form: KnowledgeForm) -> str:
    """The address of the list as it is asked for."""
    return f"{url_for('knowledge.knowledge')}?{urlencode(form.narrowed)}"
