"""Have tickets advised: one, many at once, or many in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

import msgspec

from advisor.types import Ticket
from advisor.wire import to_json
from web.api.jobs import Job, JobRow
from web.api.operation import (
    BASE,
    LINES,
    MOST_BYTES_OF_MANY,
    Answer,
    Call,
    Method,
    Nothing,
    Operation,
    Page,
    Sent,
    Tag,
    Tickets,
)
from web.api.paging import cursor_of, link_to, place_in, split
from web.api.problems import Kind, not_found
from web.api.shapes import RECOMMENDATION, Given
from web.api.tickets_read import Refusal, read_array, read_lines, read_ticket
from web.api.tokens import Scope

MOST_AT_ONCE = 500
MOST_IN_JOB = 100_000


class Recording(Sent, frozen=True):
    """What is kept."""

    record: bool = True


@dataclass(frozen=True, slots=True)
class RowAdvised:
    """A row that was advised."""

    row: int  # from 1, as it was sent
    recommendation: Given


@dataclass(frozen=True, slots=True)
class RowRefused:
    """A row that could not be taken."""

    row: int
    field: str  # "" = it is not about one field
    message: str


@dataclass(frozen=True, slots=True)
class ManyAdvised:
    """The rows in their order, those that were advised and those that could not be taken."""

    advised: tuple[RowAdvised, ...]
    refused: tuple[RowRefused, ...]


@dataclass(frozen=True, slots=True)
class JobPage:
    """A token's jobs, the newest first."""

    jobs: tuple[Job, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class JobRowPage:
    """A job's rows in their order; one that waits has neither a recommendation nor a message."""

    rows: tuple[JobRow, ...]
    next: str | None


def advise(call: Call[Recording, object]) -> Answer:
    """Advise one ticket."""
    ticket = read_ticket(call.body, zone=call.api.desk.experience.zone)
    advice = call.api.desk.advise(ticket, record=call.query.record)
    return Answer(msgspec.Raw(to_json(advice.recommendation)))


def advise_many(call: Call[Recording, object]) -> Answer:
    """Advise tickets one after the other; each takes its turn, so that others are answered meanwhile."""
    advised, refused = [], []
    for row, one in enumerate(_read(call, most=MOST_AT_ONCE), start=1):
        if isinstance(one, Refusal):
            refused.append(RowRefused(row, one.field, one.message))
            continue
        given = call.api.desk.advise(one, record=call.query.record)
        advised.append(RowAdvised(row, msgspec.Raw(to_json(given.recommendation))))
    return Answer(ManyAdvised(tuple(advised), tuple(refused)))


def start_job(call: Call[Recording, object]) -> Answer:
    """Keep tickets to be advised in the background."""
    rows = _read(call, most=MOST_IN_JOB)
    job = call.api.jobs.add(rows, token=call.token.name, record=call.query.record)
    call.api.wake()
    return Answer(job, headers={"Location": f"{BASE}/jobs/{job.id}"})


def list_jobs(call: Call[Page, None]) -> Answer:
    """The jobs of the token."""
    after = place_in(call.query.after, tuple[str, str])
    found = call.api.jobs.of(call.token.name, after=after, limit=call.query.limit + 1)
    page, last = split(found, call.query.limit)
    cursor = cursor_of(last[0], last[1].id) if last is not None else None
    return Answer(JobPage(tuple(job for _, job in page), cursor), headers=link_to(cursor))


def show_job(call: Call[Nothing, None]) -> Answer:
    """How far a job is."""
    return Answer(_job(call))


def job_rows(call: Call[Page, None]) -> Answer:
    """What came of a job's rows so far."""
    job, after = _job(call), place_in(call.query.after, tuple[int])
    found = call.api.jobs.rows(job.id, after=after[0] if after else 0, limit=call.query.limit + 1)
    page, last = split(found, call.query.limit)
    cursor = cursor_of(last.row) if last is not None else None
    return Answer(JobRowPage(page, cursor), headers=link_to(cursor))


def cancel_job(call: Call[Nothing, None]) -> Answer:
    """Advise no more of a job's tickets."""
    job = _job(call)
    call.api.jobs.cancel(job.id)
    return Answer(call.api.jobs.get(job.id, token=call.token.name) or job)


def _job(call: Call[Sent, None]) -> Job:
    id = call.path["job"]
    job = call.api.jobs.get(id, token=call.token.name)
    if job is None:
        raise not_found(f"this token has no job {id}")
    return job


def _read(call: Call[Recording, object], *, most: int) -> Sequence[Ticket | Refusal]:
    zone = call.api.desk.experience.zone
    if call.media == LINES and isinstance(call.body, bytes):
        return read_lines(call.body, zone=zone, most=most)
    return read_array(call.body, zone=zone, most=most)


OPERATIONS = (
    Operation(
        name="advise",
        method=Method.POST,
        path="/advise",
        scope=Scope.ADVISE,
        tag=Tag.ADVISE,
        summary="Advise one ticket",
        about="The ticket and its advice are recorded unless `record=false`. Fields that are not known are kept.",
        view=advise,
        query=Recording,
        body=Tickets.ONE,
        example={"id": "4711", "subject": "Export", "body": "How do I export my invoices?", "channel": "email"},
        answer=RECOMMENDATION,
    ),
    Operation(
        name="advise_many",
        method=Method.POST,
        path="/advise/many",
        scope=Scope.ADVISE,
        tag=Tag.ADVISE,
        summary="Advise many tickets at once",
        about=f"At most {MOST_AT_ONCE:,}. Rows that cannot be taken are listed in `refused`; the others go on.",
        view=advise_many,
        query=Recording,
        body=Tickets.MANY,
        example=[{"id": "1", "body": "Please call me."}, {"id": "2", "body": "How do I export my invoices?"}],
        answer=ManyAdvised,
        most_bytes=MOST_BYTES_OF_MANY,
    ),
    Operation(
        name="start_job",
        method=Method.POST,
        path="/jobs",
        scope=Scope.ADVISE,
        tag=Tag.ADVISE,
        summary="Advise many tickets in the background",
        about=(
            f"At most {MOST_IN_JOB:,}. Answers 202 at once; `Location` is where its progress stands. A restart goes on "
            "with it. It is kept for a week after its end."
        ),
        view=start_job,
        query=Recording,
        body=Tickets.MANY,
        example=[{"id": "1", "body": "Please call me."}, {"id": "2", "body": "How do I export my invoices?"}],
        answer=Job,
        status=HTTPStatus.ACCEPTED,
        most_bytes=MOST_BYTES_OF_MANY,
        headers=("Location",),
    ),
    Operation(
        name="list_jobs",
        method=Method.GET,
        path="/jobs",
        scope=Scope.ADVISE,
        tag=Tag.ADVISE,
        summary="List the jobs of this token, the newest first",
        view=list_jobs,
        query=Page,
        answer=JobPage,
    ),
    Operation(
        name="show_job",
        method=Method.GET,
        path="/jobs/{job}",
        scope=Scope.ADVISE,
        tag=Tag.ADVISE,
        summary="Show how far a job is",
        view=show_job,
        answer=Job,
        problems=(Kind.NOT_FOUND,),
    ),
    Operation(
        name="job_rows",
        method=Method.GET,
        path="/jobs/{job}/rows",
        scope=Scope.ADVISE,
        tag=Tag.ADVISE,
        summary="What came of a job's rows so far",
        view=job_rows,
        query=Page,
        answer=JobRowPage,
        problems=(Kind.NOT_FOUND,),
    ),
    Operation(
        name="cancel_job",
        method=Method.POST,
        path="/jobs/{job}/cancel",
        scope=Scope.ADVISE,
        tag=Tag.ADVISE,
        summary="Cancel a job",
        about="What is advised stays advised; the tickets that still wait are forgotten.",
        view=cancel_job,
        answer=Job,
        problems=(Kind.NOT_FOUND,),
    ),
)
"""What stands in the description under Advise."""
