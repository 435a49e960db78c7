"""What a run would do, and how long it would take, from a short measurement."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from advisor.archive.formats import BadRow, Row, read_rows, ticket_of
from advisor.archive.rescore import Basis, Place, Request
from advisor.archive.survey import Noted
from advisor.archive.worker import Past
from advisor.types import History
from index.encoder.fast import cores
from index.progress import Progress

TRIED = 200  # tickets of the measurement, one in so many of the archive's first
FROM = 20


def forecast(request: Request, basis: Basis, *, progress: Progress) -> Iterator[str]:
    """Lines for a person; nothing is written."""
    place = Place.of(request, basis)
    summary = place.summary()
    noted = Noted(request.selection, basis.experience.zone, apart=request.past is not Past.ARCHIVE)
    tried, refused = list[Row](), 0
    reading = read_rows(request.archive)
    for number, row in enumerate(reading):
        if number % 1000 == 0:
            progress("Surveying", reading.done, reading.total)
        if isinstance(row, BadRow):
            refused += 1
            continue
        noted.add(row.fields, 0)
        if number % FROM == 0 and len(tried) < TRIED:
            tried.append(row)
    progress("Surveying", reading.total, reading.total)
    wanted = int(noted.arrays()["wanted"].sum()) if noted.count else 0
    yield f"{noted.count:,} rows, {wanted:,} of them to be scored; {refused:,} cannot be read"
    if summary is not None and len(place.done(summary)) == summary.parts:
        yield "All of them were read before and nothing has changed: they would only be decided again."
        return
    if summary is not None and place.done(summary):
        there = len(place.done(summary))
        yield f"{there:,} of {summary.parts:,} parts are already read: the run would go on from there."
    tickets = [ticket_of(row, basis.experience.zone) for row in tried]
    good = [(one, History()) for one in tickets if not isinstance(one, BadRow)]
    reader = basis.reader
    reader.evidence(good[:5])
    start = time.perf_counter()
    reader.evidence(good)
    took = (time.perf_counter() - start) / max(1, len(good))
    workers = basis.settings.threads or cores()
    left = timedelta(seconds=round(took * wanted / workers))
    yield f"Reading a ticket takes {1000 * took:.1f} ms; with {workers} processes all would take some {left} (h:mm:ss)."
    yield "Texts that come twice, or were read before, are not read again."
