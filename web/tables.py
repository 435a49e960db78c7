"""The tables of this room in advisor.db, and their migrations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

from advisor.records.tables import RecordsFile

migrations = Migrations("advisor web")
migrations.migrations_table = "web_migrations"


def open_file(path: Path) -> RecordsFile:
    """Open advisor.db, made where it is missing, with the tables of this room up to date."""
    return RecordsFile(path, migrations)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def stamp(at: datetime) -> str:
    """A moment as it is stored: all alike, so that their order is that of their text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@migrations()
def staff_and_how_they_sign_in(tables: sqlite_utils.Database) -> None:
    """Users, their sessions, sign-ins that failed, and links that sign in once; no token and no password in plain."""
    user = dict.fromkeys(("name", "role", "password", "created", "disabled", "changed_password"), str)
    tables.create_table("users", user, pk="name", not_null={"name", "role", "created"})
    session = dict.fromkeys(("hash", "user", "how", "started", "seen", "ended", "ended_why"), str)
    tables.create_table("sessions", session, pk="hash", not_null={"hash", "user", "how", "started", "seen"})
    tables.table("sessions").create_index(["user"])
    failed: dict[str, type] = {"who": str, "failures": int, "last": str, "until": str}
    tables.create_table("sign_in_failures", failed, pk="who", not_null={"who", "failures", "last", "until"})
    link = dict.fromkeys(("hash", "user", "made", "until", "used"), str)
    tables.create_table("sign_in_links", link, pk="hash", not_null={"hash", "user", "made", "until"})


@migrations()
def views_of_the_queue(tables: sqlite_utils.Database) -> None:
    """Filters that a user has saved."""
    view = dict.fromkeys(("user", "name", "query"), str)
    tables.create_table("saved_views", view, pk=("user", "name"), not_null={"query"})


@migrations()
def the_inbox(tables: sqlite_utils.Database) -> None:
    """Jobs, each with the key under which it came; `payload` is null once it is forgotten. `grp` orders jobs."""
    tables.execute(
        "create table inbox (id integer primary key autoincrement, queue text not null, key text not null, "
        "grp text not null, payload blob, headers text not null, state text not null, added text not null, "
        "due text not null, tries integer not null, worker text, lent_until text, error text, result text, ended text, "
        "source text, ticket_id text, customer text, unique (queue, key))"
    )
    tables.execute("create index inbox_due on inbox (queue, due, id) where state = 'waiting'")
    tables.execute("create index inbox_lent on inbox (queue, lent_until) where state = 'working'")
    tables.execute("create index inbox_order on inbox (queue, grp, id) where state in ('waiting', 'working')")
    tables.execute("create index inbox_states on inbox (queue, state, id)")
    tables.execute("create index inbox_people on inbox (source, customer)")
    tables.execute("create index inbox_tickets on inbox (source, ticket_id)")
    tables.execute("create index inbox_ended on inbox (ended) where ended is not null")


@migrations()
def hooks_and_their_secrets(tables: sqlite_utils.Database) -> None:
    """Doors of helpdesks. Secrets are kept as they are: who verifies a signature must be able to read them."""
    tables.execute(
        "create table hooks (name text primary key, kind text not null, made text not null, address text not null, "
        "user text not null, options text not null, credentials text)"
    )
    tables.execute(
        "create table hook_secrets (id integer primary key autoincrement, hook text not null, secret text not null, "
        "made text not null, until text)"
    )
    tables.execute("create index hook_secrets_of on hook_secrets (hook)")


@migrations()
def what_came_again_and_what_was_refused(tables: sqlite_utils.Database) -> None:
    """How often a job came again under its key; and, in one row a hook and reason, what was refused at a door."""
    tables.execute("alter table inbox add column again integer not null default 0")
    tables.execute(
        "create table hook_refusals (hook text not null, why text not null, count integer not null, "
        "last text not null, primary key (hook, why))"
    )
