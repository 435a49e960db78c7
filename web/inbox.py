"""The durable queue between what comes in and what is done with it: in advisor.db, so that a job ends with its result.

Accepted means stored: what `add` has taken stands on the disk, with its key, before it returns. Many threads that add
at once share one transaction, for the disk is what they wait for. A job is lent to a worker for a while; what a
worker that died had is lent again. Whoever lost a job to another can finish nothing any more: `LostError` undoes it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event

import sqlite_utils

from advisor.records.tables import RecordsFile
from advisor.settings import Settings
from web.inbox_jobs import (
    About,
    Job,
    Kept,
    New,
    NotKeptError,
    State,
    job_of,
    kept_of,
    patience_of,
)
from web.inbox_line import Doorway, Knock, Line
from web.inbox_rows import (
    DOOR_PATIENCE,
    DUE,
    KEPT,
    NEXT,
    add_in,
    asked,
    done_in,
    end_in,
    lose_in,
    on_the_disk,
    row_in,
)
from web.tables import open_file, stamp

__all__ = ["LEASE", "Also", "Inbox", "add_in", "done_in", "on_the_disk"]

LEASE = timedelta(seconds=60)  # a worker says that it lives more often than this
BATCH = 64  # deliveries that one transaction takes
LEAST_DAYS = 7  # that a key is kept, whatever the setting says
LONGEST_ERROR = 500  # characters
Also = Callable[[sqlite_utils.Database], str | None]
"""Writes in the transaction that ends a job; may give the result in other words."""


class Inbox:
    """Jobs of an installation, safe to use from many threads and processes."""

    def __init__(self, file: RecordsFile, *, chance: Callable[[], float] = random.random) -> None:
        """`chance` gives 0 to 1, by which tries are spread."""
        self.file = file
        self.added = Event()  # set when this process has added something
        self.doorway = Doorway()
        self.patience = DOOR_PATIENCE
        self._chance = chance
        self._line = Line()

    @classmethod
    def open(cls, settings: Settings) -> Inbox:
        """The inbox of an installation."""
        return cls(open_file(settings.records))

    def add(
        self,
        *,
        queue: str,
        key: str,
        group: str,
        payload: bytes,
        now: datetime,
        headers: Mapping[str, str] | None = None,
        about: About | None = None,
    ) -> bool:
        """Keep a job; False where this key of the queue is known, and nothing is added. BusyError where the disk is.

        Jobs of a group are done one after the other; the group "" is none.
        """
        return self.add_all([New(queue, key, group, payload, headers or {}, about=about)], now=now)

    def add_all(self, new: Sequence[New], *, now: datetime) -> bool:
        """Keep jobs that came together, all or none; False where the first one's key is known."""
        knock = Knock(new, now)
        with self._line.gate:
            self._line.waiting.append(knock)
        with self._line.turn:
            if not knock.over:
                self._write_waiting()
        if knock.error is not None:
            raise knock.error
        if knock.taken:
            self.added.set()
        return knock.taken

    @contextmanager
    def _writing(self) -> Iterator[sqlite_utils.Database]:
        """A transaction in turn with those who add: threads that wait for each other here need not ask SQLite often."""
        with self._line.turn, self.file.errors_named(), self.file.writing() as tables:
            yield tables

    def _write_waiting(self) -> None:
        """Take those in front, this thread's among them in the end, until it is over."""
        with self._line.gate:
            batch, self._line.waiting = self._line.waiting, []
        for start in range(0, len(batch), BATCH):
            self._write(batch[start : start + BATCH])

    def _write(self, batch: list[Knock]) -> None:
        try:
            with self.file.errors_named():
                tables = self.file.tables
                with on_the_disk(tables, patience=self.patience):
                    taken = [add_in(tables, knock.new, now=knock.now) for knock in batch]
        except Exception as error:  # each of those who wait is told
            for knock in batch:
                knock.error, knock.over = error, True
            return
        for knock, was_news in zip(batch, taken, strict=True):
            knock.taken, knock.over = was_news, True

    def take(self, queue: str, *, worker: str, now: datetime) -> Job | None:
        """The next job of a queue that is due, lent to a worker; None where there is none."""
        with self.file.errors_named():
            if self.file.tables.execute(DUE, asked(queue, now)).fetchone() is None:
                return None  # looked for without the lock of the writers
            with self._writing() as tables:
                self._return_lost(tables, queue, now)
                row = tables.execute(NEXT, asked(queue, now)).fetchone()
                if row is None:
                    return None
                sql = (
                    "update inbox set state = ?, worker = ?, lent_until = ?, tries = tries + 1 where id = ? "
                    "returning id, queue, key, grp, payload, headers, tries, added, worker"
                )
                values = [State.WORKING.value, worker, stamp(now + LEASE), row[0]]
                (lent,) = tables.execute(sql, values).fetchall()
                return job_of(lent)

    def _return_lost(self, tables: sqlite_utils.Database, queue: str, now: datetime) -> None:
        """Let jobs wait again whose worker says nothing any more; one that has cost too many workers is set aside."""
        sql = "select id, tries from inbox where queue = ? and state = ? and lent_until < ?"
        lost = tables.execute(sql, [queue, State.WORKING.value, stamp(now)]).fetchall()
        for id, tries in lost:
            lose_in(tables, id, queue, tries, now)

    def renew(self, worker: str, *, now: datetime) -> None:
        """Say that a worker lives: what it has stays lent to it."""
        with self._writing() as tables:
            sql = "update inbox set lent_until = ? where worker = ? and state = ?"
            tables.execute(sql, [stamp(now + LEASE), worker, State.WORKING.value])

    def release(self, is_gone: Callable[[str], bool], *, now: datetime) -> int:
        """Let jobs of workers that are surely gone wait again; gives how many."""
        with self._writing() as tables:
            sql = "select id, queue, tries, worker from inbox where state = ?"
            rows = tables.execute(sql, [State.WORKING.value]).fetchall()
            gone = [row for row in rows if is_gone(row[3])]
            for id, queue, tries, _ in gone:
                lose_in(tables, id, queue, tries, now)
        return len(gone)

    def done(self, job: Job, *, result: str, now: datetime, also: Also | None = None) -> None:
        """End a job, with what `also` writes, in one transaction.

        LostError, and nothing is written, where it was lent anew.
        """
        with self._writing() as tables:
            done_in(tables, job, result=result, now=now)
            said = also(tables) if also is not None else None
            if said is not None:
                tables.execute("update inbox set result = ? where id = ?", [said, job.id])

    def ignored(self, job: Job, because: str, *, now: datetime) -> None:
        """End a job for which there is nothing to do."""
        with self._writing() as tables:
            end_in(tables, job, State.IGNORED, {"result": because, "error": None, "ended": stamp(now)})

    def failed(
        self, job: Job, error: str, *, now: datetime, retry_after: float | None = None, for_good: bool = False
    ) -> State:
        """Let a job be tried again later, or set it aside after its last try or where it failed `for_good`.

        `retry_after`: seconds that the other side asked for. LostError where the job was lent anew.
        """
        patience = patience_of(job.queue)
        with self._writing() as tables:
            if for_good or job.tries >= patience.most:
                end_in(tables, job, State.SET_ASIDE, {"error": error[:LONGEST_ERROR], "ended": stamp(now)})
                return State.SET_ASIDE
            wait = max(patience.wait(job.tries, self._chance()), timedelta(seconds=retry_after or 0))
            end_in(tables, job, State.WAITING, {"error": error[:LONGEST_ERROR], "due": stamp(now + wait)})
            return State.WAITING

    def put_off(self, job: Job, error: str, *, until: datetime, now: datetime) -> None:
        """Let a job wait for something that is no fault of it; this counts as no try. LostError as in `failed`."""
        with self._writing() as tables:
            end_in(tables, job, State.WAITING, {"error": error[:LONGEST_ERROR], "due": stamp(max(until, now))})
            tables.execute("update inbox set tries = tries - 1 where id = ?", [job.id])

    def replay(self, id: int, *, now: datetime) -> None:
        """Do a job once more from the first try; NotKeptError where it is not there, runs, or its payload is gone."""
        with self._writing() as tables:
            row = row_in(tables, id)
            if row.state is State.WORKING:
                raise NotKeptError(f"{id} is being worked on: wait until it has ended")
            if not row.has_payload:
                raise NotKeptError(f"what {id} said is not kept any more: let the helpdesk send it again")
            sql = (
                "update inbox set state = ?, tries = 0, due = ?, error = null, result = null, ended = null where id = ?"
            )
            tables.execute(sql, [State.WAITING.value, stamp(now), id])
        self.added.set()

    def discard(self, id: int, *, now: datetime) -> None:
        """Give a job up, and forget what it said; its key stays known. NotKeptError where it is not there, or runs."""
        with self._writing() as tables:
            if row_in(tables, id).state is State.WORKING:
                raise NotKeptError(f"{id} is being worked on: wait until it has ended")
            sql = "update inbox set state = ?, ended = ?, payload = null, headers = '{}' where id = ?"
            tables.execute(sql, [State.DISCARDED.value, stamp(now), id])

    def get(self, id: int) -> Kept | None:
        """A job as it stands; None where it is not there."""
        with self.file.errors_named():
            row = self.file.tables.execute(f"select {KEPT} from inbox where id = ?", [id]).fetchone()
        return kept_of(row) if row is not None else None

    def find_key(self, queue: str, key: str) -> Kept | None:
        """The job of this key; None where it is not known."""
        with self.file.errors_named():
            sql = f"select {KEPT} from inbox where queue = ? and key = ?"
            row = self.file.tables.execute(sql, [queue, key]).fetchone()
        return kept_of(row) if row is not None else None

    def find(
        self,
        *,
        queue: str | None = None,
        state: State | None = None,
        source: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[Kept]:
        """Jobs, the newest first; `before` is the id of the last one seen."""
        tests = {"queue = ?": queue, "state = ?": state and state.value, "source = ?": source, "id < ?": before}
        given = {test: value for test, value in tests.items() if value is not None}
        where = " and ".join(given) or "1"
        sql = f"select {KEPT} from inbox where {where} order by id desc limit ?"
        with self.file.errors_named():
            rows = self.file.tables.execute(sql, [*given.values(), limit]).fetchall()
        return [kept_of(row) for row in rows]

    def counts(self) -> dict[str, dict[State, int]]:
        """How many jobs of each queue stand how."""
        with self.file.errors_named():
            rows = self.file.tables.execute("select queue, state, count(*) from inbox group by queue, state").fetchall()
        found: dict[str, dict[State, int]] = {}
        for queue, state, count in rows:
            found.setdefault(queue, {})[State(state)] = count
        return found

    def waiting(self, queue: str) -> int:
        """How many jobs of a queue wait."""
        sql = "select count(*) from inbox where queue = ? and state = ?"
        with self.file.errors_named():
            (count,) = self.file.tables.execute(sql, [queue, State.WAITING.value]).fetchone()
        return int(count)

    def waiting_since(self, queue: str) -> datetime | None:
        """When the oldest job came that still waits or is worked on; None where none does."""
        sql = "select min(added) from inbox where queue = ? and state in ('waiting', 'working')"
        with self.file.errors_named():
            (added,) = self.file.tables.execute(sql, [queue]).fetchone()
        return datetime.fromisoformat(added) if added is not None else None

    def trim(self, now: datetime, keep_days: int) -> int:
        """Forget what ended long ago: what it said after `keep_days`, its key after a week at least; gives how many.

        What is set aside stays until somebody replays or discards it, for four times as long at most.
        """
        old, older = stamp(now - timedelta(days=keep_days)), stamp(now - timedelta(days=4 * keep_days))
        gone = stamp(now - timedelta(days=max(keep_days, LEAST_DAYS)))
        with self._writing() as tables:
            sql = (
                "update inbox set payload = null, headers = '{}' where payload is not null and "
                "((state in ('done', 'ignored') and ended < ?) or (state = 'set_aside' and ended < ?))"
            )
            forgotten = tables.execute(sql, [old, older]).rowcount
            sql = "delete from inbox where payload is null and ended < ? and added < ?"
            tables.execute(sql, [gone, gone])
        return int(forgotten)
