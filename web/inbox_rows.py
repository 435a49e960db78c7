"""The rows of the inbox, written inside a transaction: somebody's, or one that is on the disk when it ends."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from time import monotonic, sleep
from typing import Any

import sqlite_utils

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
    kept_of,
    patience_of,
)
from web.tables import stamp

DOOR_PATIENCE = 4.0  # seconds that a delivery waits for the disk; helpdesks hang up after 5
LARGE_LOG = 20_000  # pages of the write-ahead log
USUAL_LOG = 1_000
KEPT = (
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
DUE = f"select 1 from inbox as i where {_OPEN} and {_FIRST} limit 1"
NEXT = (
    "select i.id from inbox as i where i.queue = :queue and i.state = 'waiting' and i.due <= :now "
    f"and {_FIRST} order by i.due, i.id limit 1"
)


def asked(queue: str, now: datetime) -> dict[str, str]:
    """The values of DUE and NEXT."""
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
    end_in(tables, job, State.DONE, {"result": result, "error": None, "ended": stamp(now)})


def end_in(tables: sqlite_utils.Database, job: Job, state: State, changes: Mapping[str, object]) -> None:
    """End a try inside somebody's transaction; LostError where the job was lent anew."""
    news = ", ".join(f"{column} = ?" for column in changes)
    sql = (
        f"update inbox set state = ?, worker = null, lent_until = null, {news} "
        "where id = ? and state = 'working' and worker = ? and tries = ?"
    )
    values = [state.value, *changes.values(), job.id, job.worker, job.tries]
    if tables.execute(sql, values).rowcount == 0:
        raise LostError(f"job {job.id} was lent to another worker, or given up, meanwhile")


def lose_in(tables: sqlite_utils.Database, id: int, queue: str, tries: int, now: datetime) -> None:
    """Let a job wait again whose worker is gone, or set it aside where it has cost too many."""
    patience: Patience = patience_of(queue)
    last = tries >= patience.most
    state = State.SET_ASIDE if last else State.WAITING
    sql = "update inbox set state = ?, worker = null, lent_until = null, due = ?, error = ?, ended = ? where id = ?"
    said = "the program was stopped while it worked on this"
    tables.execute(sql, [state.value, stamp(now), said, stamp(now) if last else None, id])


def row_in(tables: sqlite_utils.Database, id: int) -> Kept:
    """A job as it stands; NotKeptError where it is not there."""
    row = tables.execute(f"select {KEPT} from inbox where id = ?", [id]).fetchone()
    if row is None:
        raise NotKeptError(f"there is no job {id}: see advisor deliveries")
    return kept_of(row)
