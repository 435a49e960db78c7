"""Many tickets, advised one after the other in the background; kept in the database, so that a restart goes on.

A ticket as it was sent is kept until it is advised, and no longer; what was answered is kept for a week.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from advisor.records.rows import customer_key
from advisor.records.tables import RecordsFile
from advisor.types import Ticket
from web.api.shapes import Given
from web.api.tickets_read import Refusal
from web.tables import stamp

KEPT = timedelta(days=7)  # after its end


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Tickets that were sent together, and how far they are."""

    id: str
    state: JobState
    made: datetime
    ended: datetime | None
    record: bool  # whether tickets and advices are recorded
    tickets: int
    advised: int
    refused: int  # rows that could not be taken


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One of the tickets; either the recommendation, or what is wrong, or neither yet."""

    row: int  # from 1, as it was sent
    recommendation: Given | None
    field: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that is to be advised."""

    job: str
    row: int
    ticket: Ticket
    record: bool


class Jobs:
    """The jobs of an installation."""

    def __init__(self, file: RecordsFile, now: Callable[[], datetime]) -> None:
        self._file = file
        self._now = now

    def add(self, rows: Sequence[Ticket | Refusal], *, token: str, record: bool) -> Job:
        """Keep tickets to be advised; the refused rows are kept with what is wrong."""
        job, now = secrets.token_hex(16), self._now()
        with self._file.errors_named(), self._file.writing() as tables:
            self._sweep(tables, now)
            sql = (
                "insert into api_jobs (id, token, state, made, record, tickets, advised, refused) "
                "values (?, ?, ?, ?, ?, ?, 0, ?)"
            )
            refused = sum(isinstance(one, Refusal) for one in rows)
            state = JobState.WAITING.value
            tables.execute(sql, [job, token, state, stamp(now), int(record), len(rows), refused])
            sql = (
                "insert into api_job_rows (job, row, source, ticket_id, customer, came, field, message) "
                "values (?, ?, ?, ?, ?, ?, ?, ?)"
            )
            tables.conn.executemany(sql, [_row(job, place, one) for place, one in enumerate(rows, start=1)])
        return Job(
            id=job,
            state=JobState.WAITING,
            made=now,
            ended=None,
            record=record,
            tickets=len(rows),
            advised=0,
            refused=refused,
        )

    def get(self, job: str, *, token: str) -> Job | None:
        """The job of this id that the token made; None where there is none, or another's."""
        with self._file.errors_named():
            return _one(self._jobs("id = ? and token = ?", [job, token], limit=1))

    def of(self, token: str, *, after: tuple[str, str] | None, limit: int) -> list[tuple[str, Job]]:
        """A token's jobs, the newest first, each with when it was made; `after` = that and the id of the last seen."""
        where, values = "token = ?", [token]
        if after is not None:
            where, values = f"{where} and (made, id) < (?, ?)", [token, *after]
        with self._file.errors_named():
            return [(stamp(job.made), job) for job in self._jobs(where, values, limit=limit)]

    def rows(self, job: str, *, after: int, limit: int) -> list[JobRow]:
        """The rows of a job behind row `after`, those that wait too."""
        sql = "select row, answer, field, message from api_job_rows where job = ? and row > ? order by row limit ?"
        with self._file.errors_named():
            found = self._file.tables.execute(sql, [job, after, limit]).fetchall()
        return [
            JobRow(
                row=row,
                recommendation=msgspec.Raw(answer.encode()) if answer is not None else None,
                field=field,
                message=message,
            )
            for row, answer, field, message in found
        ]

    def cancel(self, job: str) -> None:
        """Advise no more of its tickets; those that are advised stay so."""
        with self._file.errors_named(), self._file.writing() as tables:
            sql = "update api_jobs set state = ?, ended = ? where id = ? and ended is null"
            if tables.execute(sql, [JobState.CANCELLED.value, stamp(self._now()), job]).rowcount:
                tables.execute("update api_job_rows set came = null where job = ?", [job])

    def any_open(self) -> bool:
        """Whether a job is not over."""
        with self._file.errors_named():
            sql = "select 1 from api_jobs where ended is null limit 1"
            return self._file.tables.execute(sql).fetchone() is not None

    def waiting(self) -> Iterator[Waiting]:
        """One ticket of every job that is not over: the jobs take turns, so that none waits for a large one to end."""
        with self._file.errors_named():
            sql = "select id, record from api_jobs where ended is null order by made, id"
            jobs = self._file.tables.execute(sql).fetchall()
        for job, record in jobs:
            sql = "select row, came from api_job_rows where job = ? and came is not null order by row limit 1"
            with self._file.errors_named():
                row = self._file.tables.execute(sql, [job]).fetchone()
            if row is None:
                self._close(job)
                continue
            yield Waiting(job, row[0], msgspec.json.decode(row[1], type=Ticket), bool(record))

    def advised(self, one: Waiting, answer: bytes) -> None:
        """Keep the recommendation in the place of the ticket."""
        self._ended(one, "answer = ?", [answer.decode()], count="advised")

    def failed(self, one: Waiting, message: str) -> None:
        """Keep why a ticket could not be advised."""
        self._ended(one, "field = '', message = ?", [message], count="refused")

    def _close(self, job: str) -> None:
        with self._file.errors_named(), self._file.writing() as tables:
            sql = "update api_jobs set state = ?, ended = ? where id = ? and ended is null"
            tables.execute(sql, [JobState.DONE.value, stamp(self._now()), job])

    def _ended(self, one: Waiting, change: str, values: list[str], *, count: str) -> None:
        with self._file.errors_named(), self._file.writing() as tables:
            sql = f"update api_job_rows set came = null, {change} where job = ? and row = ? and came is not null"
            if tables.execute(sql, [*values, one.job, one.row]).rowcount:
                sql = f"update api_jobs set state = ?, {count} = {count} + 1 where id = ? and ended is null"
                tables.execute(sql, [JobState.RUNNING.value, one.job])

    def _jobs(self, where: str, values: list[str], *, limit: int) -> list[Job]:
        sql = (
            "select id, state, made, ended, record, tickets, advised, refused from api_jobs "
            f"where {where} order by made desc, id desc limit ?"
        )
        return [_job(row) for row in self._file.tables.execute(sql, [*values, limit])]

    def _sweep(self, tables: Any, now: datetime) -> None:
        old = [stamp(now - KEPT)]
        tables.execute("delete from api_job_rows where job in (select id from api_jobs where ended < ?)", old)
        tables.execute("delete from api_jobs where ended < ?", old)


def _row(job: str, place: int, one: Ticket | Refusal) -> list[object]:
    if isinstance(one, Refusal):
        return [job, place, None, None, None, None, one.field, one.message]
    came = msgspec.json.encode(one).decode()
    return [job, place, one.source, one.id, customer_key(one), came, None, None]


def _job(row: tuple[Any, ...]) -> Job:
    id, state, made, ended, record, tickets, advised, refused = row
    return Job(
        id=id,
        state=JobState(state),
        made=datetime.fromisoformat(made),
        ended=datetime.fromisoformat(ended) if ended else None,
        record=bool(record),
        tickets=tickets,
        advised=advised,
        refused=refused,
    )


def _one(found: list[Job]) -> Job | None:
    return found[0] if found else None
