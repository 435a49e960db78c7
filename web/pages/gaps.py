"""What no article answers: the last look, and a new one beside the pages."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from time import monotonic

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from advisor.errors import AdvisorError
from advisor.insight.gaps import GapReport, last_gaps
from advisor.reading.ticket_vectors import TicketVectors
from advisor.records import Records
from advisor.wiring import cache_of
from index.progress import Progress
from web.desk import Desk
from web.knowledge_view import gap_view, gaps_csv
from web.pages.knowing import as_file, knowledge_of
from web.pages.on_file import page_number, ticket_address
from web.tasks import Tasks
from web.visits import signed_in

SIZE = 20  # gaps of a page
LASTS = 60.0  # seconds
BUSY = "Somebody is looking already: the page shows how far it is."


class LastLook:
    """The last look, told of the tickets as they are; read again after a minute, a look, or an erasure."""

    def __init__(self, records: Records, *, clock: Callable[[], float] = monotonic) -> None:
        self._records = records
        self._clock = clock
        self._known: tuple[object, float, GapReport | None] | None = None  # of which state, when, what

    def found(self) -> GapReport | None:
        """The look; None where nobody has looked yet."""
        state, now, known = self._records.gaps.state, self._clock(), self._known
        if known is not None and known[0] == state and now - known[1] < LASTS:
            return known[2]
        report = last_gaps(self._records)
        self._known = state, now, report
        return report


def add_to(pages: Blueprint, desk: Desk) -> None:
    """`/knowledge/gaps`."""
    looks: Tasks[None] = Tasks()
    last = LastLook(desk.records)

    @pages.get("/knowledge/gaps")
    def gaps() -> str:
        found, number = last.found(), page_number()
        shown = found.gaps[(number - 1) * SIZE : number * SIZE] if found is not None else ()
        return render_template(
            "knowledge_gaps.html",
            found=found,
            gaps=[gap_view(one, desk.experience.zone) for one in shown],
            most=max((one.size for one in found.gaps), default=0) if found is not None else 0,
            page=number,
            pages=-(-len(found.gaps) // SIZE) if found is not None else 0,
            look=looks.last,
            zone=desk.experience.zone,
            ticket_address=ticket_address,
        )

    @pages.post("/knowledge/gaps/look")
    def look() -> Response:
        if looks.begin(looked, by=signed_in().name) is None:
            flash(BUSY)
        return redirect(url_for("knowledge.gaps", _anchor="look"), HTTPStatus.SEE_OTHER)

    @pages.get("/knowledge/gaps/progress")
    def progress() -> dict[str, object]:
        """How far the look is, for a script that asks from time to time."""
        task = looks.last
        if task is None:
            return {"runs": False}
        return {"runs": task.runs, "what": task.what, "done": task.done, "of": task.of, "percent": task.percent}

    @pages.get("/knowledge/gaps.csv")
    def gaps_file() -> Response:
        found = last.found()
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        return as_file(gaps_csv(found), "gaps.csv")

    def looked(progress: Progress) -> None:
        from advisor.insight.gap_search import look_for_gaps  # with scikit-learn, which takes a second to import

        base = knowledge_of(desk)
        if base is None:
            raise AdvisorError("this installation has no knowledge base: advisor init makes one")
        vectors = TicketVectors(base.encoder, cache_of(desk.settings))
        look_for_gaps(desk.records, desk.experience, base, vectors.of, progress=progress)
