"""The tables of this part in advisor.db, their migrations, and the triggers that note what happens.

A trigger goes where its table is made anew (sqlite-utils does so to change a column), and its text may differ from that
of an older version; so they are looked after at every opening, not by a migration.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

from advisor.records.tables import RecordsFile
from advisor.records.tables import open_file as open_records
from web.events_out.events import EventType
from web.tables import open_file as open_web

migrations = Migrations("advisor events out")
migrations.migrations_table = "events_out_migrations"

TABLES = ("subscribers", "events_out", "events_out_migrations")

NOW = "strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00'"


def open_file(path: Path) -> RecordsFile:
    """Open advisor.db, made where it is missing, with the tables of this part and its triggers up to date."""
    open_records(path)  # the tables that are watched
    open_web(path)  # the inbox, into which events go
    file = RecordsFile(path, migrations)
    _watch(file)
    return file


def leave_out(tables: sqlite_utils.Database, source: str, ticket_id: str) -> None:
    """Tell nobody what was noted of a ticket and waits, inside the transaction that noted it."""
    if tables.table("events_out").exists():
        sql = "delete from events_out where source = ? and ticket_id = ? and taken is null"
        tables.execute(sql, [source, ticket_id])


@migrations()
def subscribers_and_what_they_are_told(tables: sqlite_utils.Database) -> None:
    """Who is told of what, and a note of each event for each of them; the words stand in the records alone.

    `subscribers.events` has a blank at both ends and between two; secrets stand in plain, for they are signed with.
    `events_out.record` is the id of the row that the event is of. `taken`: when it went into the inbox, null = it
    waits; `round` counts how often it did so before; `ended`: when it was told, or there was nothing left to tell.
    """
    tables.execute(
        "create table subscribers (name text primary key, url text not null, events text not null, "
        "with_text integer not null, secret text not null, old_secret text, old_until text, added text not null, "
        "added_by text, told text, failing_since text, failed text, error text, off text, off_why text)"
    )
    tables.execute(
        "create table events_out (number integer primary key autoincrement, id text not null unique, "
        "subscriber text not null, type text not null, source text, ticket_id text, record text not null, "
        "at text not null, round integer not null default 0, taken text, ended text)"
    )
    tables.execute("create index events_out_waiting on events_out (subscriber, number) where taken is null")
    tables.execute("create index events_out_by_time on events_out (at)")


_CHANGED = " or ".join(
    f"old.{column} is not new.{column}" for column in ("channel", "stance", "standing", "ended_at", "ended_until")
)


def _noting(type: EventType, *, source: str = "new.source", ticket_id: str = "new.ticket_id") -> str:
    return (
        "insert into events_out (id, subscriber, type, source, ticket_id, record, at) "
        f"select 'evt_' || lower(hex(randomblob(16))), s.name, '{type.value}', {source}, {ticket_id}, new.id, {NOW} "
        f"from subscribers as s where instr(s.events, ' {type.value} ')"
    )


TRIGGERS: Mapping[str, str] = {
    "events_out_of_advices": f"after insert on recommendations begin {_noting(EventType.ADVICE_CREATED)}; end",
    "events_out_of_overrides": (
        f"after insert on reviews when new.verdict = 'override' begin {_noting(EventType.ADVICE_OVERRIDDEN)}; end"
    ),
    # a wish is put again whenever its ticket is read again; before it is, the row of before can be seen
    "events_out_of_wishes": (
        "before insert on filed when not exists "
        f"(select 1 from filed as old where old.id = new.id and not ({_CHANGED})) "
        f"begin {_noting(EventType.WISH_RECORDED, ticket_id='new.said_in')}; end"
    ),
    "events_out_of_outcomes": f"after insert on outcomes begin {_noting(EventType.OUTCOME_RECORDED)}; end",
    # each look at the outcomes puts the promise again as it stands
    "events_out_of_promises": (
        "after insert on promises when new.state = 'withdrawn' and not exists (select 1 from promises as old "
        "where old.id < new.id and old.fingerprint = new.fingerprint and old.state = 'withdrawn') "
        f"begin {_noting(EventType.PROMISE_WITHDRAWN, source='null', ticket_id='null')}; end"
    ),
    # a helpdesk deleted the ticket, or its customer was forgotten: not even its id stays
    "events_out_of_erased": (
        "after delete on recommendations begin "
        "delete from events_out where source = old.source and ticket_id = old.ticket_id; end"
    ),
}
"""Name -> what it does. A row that is put in the place of its like is deleted and inserted; advices never are."""


def _watch(file: RecordsFile) -> None:
    wanted = {name: f"CREATE TRIGGER {name} {rest}" for name, rest in TRIGGERS.items()}
    with file.errors_named():
        sql = "select name, sql from sqlite_master where type = 'trigger' and name like 'events_out_of_%'"
        if dict(file.tables.execute(sql).fetchall()) == wanted:
            return
        with file.writing() as tables:
            for (name,) in tables.execute(
                "select name from sqlite_master where type = 'trigger' and name like 'events_out_of_%'"
            ).fetchall():
                tables.execute(f"drop trigger {name}")
            for text in wanted.values():
                tables.execute(text)
