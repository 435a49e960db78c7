"""Articles are brought in: files are read and looked at, then applied, and may be taken back."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from index.errors import KnowledgeError, SourceError
from index.knowledge import KnowledgeBase
from index.sources import Format, Reading
from index.store import Store
from web.article_imports import LONGEST_SOURCE, ChangedError, Import, Imports, json_lines
from web.desk import Desk
from web.pages.knowing import as_file, knowledge_of
from web.tasks import sentence
from web.uploads import MOST_BYTES, read_files, shown_name
from web.visits import signed_in

FORMATS = {
    Format.MARKDOWN: "Markdown",
    Format.HTML: "HTML",
    Format.CSV: "CSV",
    Format.JSONL: "JSON lines, or a JSON list",
    Format.ZENDESK: "Zendesk Help Center JSON",
    Format.INTERCOM: "Intercom articles JSON",
}
LISTED = 100  # articles, or rows, of one kind that a page shows
NO_KNOWLEDGE = "this installation has no knowledge base: advisor init makes one"
JSON_LINES = "application/x-ndjson; charset=utf-8"


def add_to(pages: Blueprint, desk: Desk, store: Store) -> None:
    """`/knowledge/import`."""
    imports = Imports(store)

    @pages.get("/knowledge/import")
    def import_form() -> str:
        return asked({})

    @pages.post("/knowledge/import")
    def check_import() -> Answer | tuple[str, HTTPStatus]:
        """Read what was sent; nothing is changed."""
        source, typed = request.form.get("source", "").strip(), request.form.get("format", "")
        format = Format(typed) if typed in set(Format) else None
        files = [one for one in request.files.getlist("files") if one.filename]
        errors = {"source": wrong} if (wrong := wrong_source(source)) is not None else {}
        reading = Reading()
        try:
            reading = read_files(files, source, format=format)
        except SourceError as error:
            errors["files"] = sentence(error)
        if not errors and not reading.articles:
            errors["files"] = "There is no article in it that can be imported; below stands why."
        if errors:
            return asked(errors, reading=reading), HTTPStatus.UNPROCESSABLE_ENTITY
        names = [shown_name(one.filename or "") for one in files]
        kept = imports.keep(source, names, reading, by=signed_in().name)
        return redirect(url_for("knowledge.show_import", id=kept.id), HTTPStatus.SEE_OTHER)

    @pages.get("/knowledge/import/<id>")
    def show_import(id: str) -> Response:
        return shown(known(id))

    @pages.post("/knowledge/import/<id>")
    def apply_import(id: str) -> Answer:
        one = known(id)
        removes = request.form.get("remove") == "1"
        try:
            imports.apply(one, base(), seen=request.form.get("seen", ""), removes=removes, by=signed_in().name)
        except KnowledgeError as error:
            return shown(one, trouble=sentence(error), status=HTTPStatus.CONFLICT)
        return begun(one)

    @pages.post("/knowledge/import/<id>/undo")
    def undo_import(id: str) -> Answer:
        one = known(id)
        try:
            imports.take_back(one, base(), by=signed_in().name)
        except KnowledgeError as error:
            return shown(one, trouble=sentence(error), status=HTTPStatus.CONFLICT)
        return begun(one)

    @pages.get("/knowledge/import/<id>/before")
    def before_import(id: str) -> Response:
        """The articles of the source as they were, in a file that can be imported again."""
        done = known(id).done
        if done is None:
            abort(HTTPStatus.NOT_FOUND)
        return as_file(json_lines(done.before), "articles-before.jsonl", kind=JSON_LINES)

    def known(id: str) -> Import:
        return imports.of(id) or abort(HTTPStatus.NOT_FOUND)

    def base() -> KnowledgeBase:
        found = knowledge_of(desk)
        if found is None:
            raise ChangedError(NO_KNOWLEDGE)
        return found

    def begun(one: Import) -> Answer:
        for task in (one.task, one.undo):
            if task is not None:
                task.over.wait(2.0)  # a few articles are in at once
        return redirect(url_for("knowledge.show_import", id=one.id), HTTPStatus.SEE_OTHER)

    def asked(errors: dict[str, str], *, reading: Reading | None = None) -> str:
        return render_template(
            "knowledge_import.html",
            errors=errors,
            typed=request.form,
            reading=reading,
            listed=LISTED,
            sources=store.counted("source"),
            formats=FORMATS,
            applied=imports.applied(),
            megabytes=MOST_BYTES // 1024**2,
            most=LONGEST_SOURCE,
            zone=desk.experience.zone,
        )

    def shown(one: Import, *, trouble: str | None = None, status: HTTPStatus = HTTPStatus.OK) -> Response:
        plan = imports.plan(one) if one.task is None else None
        page = render_template(
            "knowledge_import_shown.html",
            one=one,
            plan=plan,
            trouble=trouble,
            listed=LISTED,
            zone=desk.experience.zone,
        )
        answer = make_response(page, status)
        if any(task is not None and task.runs for task in (one.task, one.undo)):
            answer.headers["Refresh"] = "2"
        return answer


def wrong_source(source: str) -> str | None:
    """Why this is no name of a source, as a sentence; None where it is one."""
    if not source:
        return "Name the source: importing it again replaces its articles."
    if len(source) > LONGEST_SOURCE or not source.isprintable():
        return f"A name must be at most {LONGEST_SOURCE} plain signs."
    return None
