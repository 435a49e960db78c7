"""The durable queue between what comes in and what is done with it: in advisor.db, so that a job ends with its result.

Accepted means stored: what `add` has taken stands on the disk, with its key, before it returns. Many threads that add
at once share one transaction, for the disk is what they wait for. A job is lent to a worker for a while; what a
worker that died had is lent again. Whoever lost a job to another can finish nothing any more: `LostError` undoes it.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock
from time import monotonic, sleep
from typing import Any

import sqlite_utils

from advisor.records.tables import RecordsFile
from advisor.settings import Settings
from web.inbox_jobs import (
    About,
    BusyError,
    Job,
    Kept,
    LostError,
    New,
    NotKeptError,
    Patience,
    State,
    job_of,
    kept_of,
    patience_of,
)
from web.tables import open_file, stamp

LEASE = timedelta(seconds=60)  # a worker says that it lives more often than this
DOOR_PATIENCE = 4.0  # seconds that a delivery waits for the disk; helpdesks hang up after 5
LARGE_LOG = 20_000  # pages of the write-ahead log
USUAL_LOG = 1_000
BATCH = 64  # deliveries that one transaction takes
LEAST_DAYS = 7  # that a key is kept, whatever the setting says
LONGEST_ERROR = 500  # characters
Also = Callable[[sqlite_utils.Database], str | None]
"""Writes in the transaction that ends a job; may give the result in other words."""


@dataclass(slots=True)
class _Knock:
    """What one thread adds, and whether it was news."""

    new: Sequence[New]
    now: datetime
    over: bool = False
    taken: bool = False
    error: Exception | None = None


class Doorway:
    """Counts the deliveries that are being taken, so that those who have time can let them go first."""

    def __init__(self) -> None:
        self._gate = Lock()
        self._inside = 0
        self._free = Event()
        self._free.set()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """A delivery is being taken."""
        with self._gate:
            self._inside += 1
            self._free.clear()
        try:
            yield
        finally:
            with self._gate:
                self._inside -= 1
                if not self._inside:
                    self._free.set()

    def let_pass(self, seconds: float) -> None:
        """Wait until no delivery is being taken, so long at most."""
        self._free.wait(seconds)


@dataclass(slots=True)
class _Line:
    """Those who wait for the disk; whoever has the turn writes for all."""

    gate: Lock = field(default_factory=Lock)
    turn: Lock = field(default_factory=Lock)
    waiting: list[_Knock] = field(default_factory=list)


class Inbox:
    """Jobs of an installation, safe to use from many threads and processes."""

    def __init__(self, file: RecordsFile, *, chance: Callable[[], float] = random.random) -> None:
        """`chance` gives 0 to 1, by which tries are spread."""
        self.file = file
        self.added = Event()  # set when this process has added something
        self.doorway = Doorway()
        self.patience = DOOR_PATIENCE
        self._chance = chance
        self._line = _Line()

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
        knock = _Knock(new, now)
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

    def _write(self, batch: list[_Knock]) -> None:
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
            if self.file.tables.execute(_DUE, _values(queue, now)).fetchone() is None:
                return None  # looked for without the lock of the writers
            with self._writing() as tables:
                self._return_lost(tables, queue, now)
                row = tables.execute(_NEXT, _values(queue, now)).fetchone()
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
            _lose(tables, id, queue, tries, now)

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
                _lose(tables, id, queue, tries, now)
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
            _end(tables, job, State.IGNORED, {"result": because, "error": None, "ended": stamp(now)})

    def failed(
        self, job: Job, error: str, *, now: datetime, retry_after: float | None = None, for_good: bool = False
    ) -> State:
        """Let a job be tried again later, or set it aside after its last try or where it failed `for_good`.

        `retry_after`: seconds that the other side asked for. LostError where the job was lent anew.
        """
        patience = patience_of(job.queue)
        with self._writing() as tables:
            if for_good or job.tries >= patience.most:
                _end(tables, job, State.SET_ASIDE, {"error": error[:LONGEST_ERROR], "ended": stamp(now)})
                return State.SET_ASIDE
            wait = max(patience.wait(job.tries, self._chance()), timedelta(seconds=retry_after or 0))
            _end(tables, job, State.WAITING, {"error": error[:LONGEST_ERROR], "due": stamp(now + wait)})
            return State.WAITING

    def put_off(self, job: Job, error: str, *, until: datetime, now: datetime) -> None:
        """Let a job wait for something that is no fault of it; this counts as no try. LostError as in `failed`."""
        with self._writing() as tables:
            _end(tables, job, State.WAITING, {"error": error[:LONGEST_ERROR], "due": stamp(max(until, now))})
            tables.execute("update inbox set tries = tries - 1 where id = ?", [job.id])

    def replay(self, id: int, *, now: datetime) -> None:
        """Do a job once more from the first try; NotKeptError where it is not there, runs, or its payload is gone."""
        with self._writing() as tables:
            row = _row(tables, id)
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
            if _row(tables, id).state is State.WORKING:
                raise NotKeptError(f"{id} is being worked on: wait until it has ended")
            sql = "update inbox set state = ?, ended = ?, payload = null, headers = '{}' where id = ?"
            tables.execute(sql, [State.DISCARDED.value, stamp(now), id])

    def get(self, id: int) -> Kept | None:
        """A job as it stands; None where it is not there."""
        with self.file.errors_named():
            row = self.file.tables.execute(f"select {_KEPT} from inbox where id = ?", [id]).fetchone()
        return kept_of(row) if row is not None else None

    def find_key(self, queue: str, key: str) -> Kept | None:
        """The job of this key; None where it is not known."""
        with self.file.errors_named():
            sql = f"select {_KEPT} from inbox where queue = ? and key = ?"
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
        sql = f"select {_KEPT} from inbox where {where} order by id desc limit ?"
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


_KEPT = (
    "id, queue, key, grp, state, added, due, tries, worker, error, result, ended, source, ticket_id, "
    "length(payload), payload, headers, again"
)
_OPEN = (
    "queue = :queue and ((state = 'waiting' and due <= :now) or (state = 'working' and lent_until < :now))"
)  # fmt: skip
_FIRST = (
    "(i.grp = '' or not exists (select 1 from inbox as e where e.queue = i.queue and e.grp = i.grp and e.id < i.id "
    "and e.state in ('waiting', 'working')))"
)
_DUE = f"select 1 from inbox as i where {_OPEN} and {_FIRST} limit 1"
_NEXT = (
    "select i.id from inbox as i where i.queue = :queue and i.state = 'waiting' and i.due <= :now "
    f"and {_FIRST} order by i.due, i.id limit 1"
)


def _values(queue: str, now: datetime) -> dict[str, str]:
    return {"queue": queue, "now": stamp(now)}


@contextmanager
def on_the_disk(tables: sqlite_utils.Database, *, patience: float = DOOR_PATIENCE) -> Iterator[None]:
    """A transaction that is on the disk before it is over: a power cut takes nothing of it back."""
    tables.conn.execute("pragma synchronous = full")
    tables.conn.execute(f"pragma wal_autocheckpoint = {LARGE_LOG}")  # others tidy up the log, who have time
    try:
        begin(tables, patience=patience)
        try:
            yield
        except BaseException:
            tables.conn.execute("rollback")
            raise
        tables.conn.execute("commit")
    finally:
        tables.conn.execute("pragma synchronous = normal")
        tables.conn.execute(f"pragma wal_autocheckpoint = {USUAL_LOG}")


def begin(tables: sqlite_utils.Database, *, patience: float = DOOR_PATIENCE) -> None:
    """Begin a transaction that writes, looking every millisecond whether one may; BusyError where it took too long.

    SQLite itself looks less and less often, up to every tenth of a second, which is what others would wait for.
    """
    until = monotonic() + patience
    tables.conn.execute("pragma busy_timeout = 0")
    try:
        while True:
            try:
                tables.conn.execute("begin immediate")
                return
            except sqlite3.OperationalError as error:
                if getattr(error, "sqlite_errorname", "") != "SQLITE_BUSY":
                    raise
                if monotonic() > until:
                    raise BusyError(f"others have been writing for {patience} s") from error
            sleep(0.001)
    finally:
        tables.conn.execute("pragma busy_timeout = 30000")


def add_in(tables: sqlite_utils.Database, new: Sequence[New], *, now: datetime) -> bool:
    """Keep jobs inside somebody's transaction, all or none; False where the first one's key is known."""
    sql = "select 1 from inbox where queue = ? and key = ?"
    if tables.execute(sql, [new[0].queue, new[0].key]).fetchone() is not None:
        tables.execute("update inbox set again = again + 1 where queue = ? and key = ?", [new[0].queue, new[0].key])
        return False
    for one in new:
        tables.execute(
            "insert or ignore into inbox (queue, key, grp, payload, headers, state, added, due, tries, result, ended, "
            "source, ticket_id, customer) values (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)",
            _new_row(one, now),
        )
    return True


def _new_row(one: New, now: datetime) -> list[Any]:
    about = one.about or About()
    ignored = one.ignored is not None
    state = State.IGNORED if ignored else State.WAITING
    head = [one.queue, one.key, one.group, one.payload, json.dumps(dict(one.headers)), state.value]
    ended = stamp(now) if ignored else None
    due = stamp(one.due or now)
    return [*head, stamp(now), due, one.ignored, ended, about.source, about.ticket_id, about.customer]


def done_in(tables: sqlite_utils.Database, job: Job, *, result: str, now: datetime) -> None:
    """End a job inside somebody's transaction; LostError, which must undo that, where it was lent anew."""
    _end(tables, job, State.DONE, {"result": result, "error": None, "ended": stamp(now)})


def _end(tables: sqlite_utils.Database, job: Job, state: State, changes: Mapping[str, object]) -> None:
    news = ", ".join(f"{column} = ?" for column in changes)
    sql = (
        f"update inbox set state = ?, worker = null, lent_until = null, {news} "
        "where id = ? and state = 'working' and worker = ? and tries = ?"
    )
    values = [state.value, *changes.values(), job.id, job.worker, job.tries]
    if tables.execute(sql, values).rowcount == 0:
        raise LostError(f"job {job.id} was lent to another worker, or given up, meanwhile")


def _lose(tables: sqlite_utils.Database, id: int, queue: str, tries: int, now: datetime) -> None:
    patience: Patience = patience_of(queue)
    last = tries >= patience.most
    state = State.SET_ASIDE if last else State.WAITING
    sql = "update inbox set state = ?, worker = null, lent_until = null, due = ?, error = ?, ended = ? where id = ?"
    said = "the program was stopped while it worked on this"
    tables.execute(sql, [state.value, stamp(now), said, stamp(now) if last else None, id])


def _row(tables: sqlite_utils.Database, id: int) -> Kept:
    row = tables.execute(f"select {_KEPT} from inbox where id = ?", [id]).fetchone()
    if row is None:
        raise NotKeptError(f"there is no job {id}: see advisor deliveries")
    return kept_of(row)
