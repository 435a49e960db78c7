"""The tables of this room and their migrations; other rooms keep theirs in the same file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlite_utils
from sqlite_utils.migrations import Migrations

from advisor.errors import RecordsError
from index.database import Database

Row = dict[str, Any]
"""One row of a table by its columns, as SQLite gives it."""

OF_TICKET = (
    "tickets", "evidence", "recommendations", "offered", "handled", "wishes", "outcomes", "audits", "gap_tickets",
    "queue", "queue_signals", "messages", "reviews", "handled_before",
)  # fmt: skip
"""Tables with the columns `source` and `ticket_id`."""

migrations = Migrations("advisor records")
migrations.migrations_table = "records_migrations"


class RecordsFile(Database):
    """advisor.db: a connection a thread, write-ahead log, write locks taken at once."""

    @contextmanager
    def errors_named(self) -> Iterator[None]:
        """Say which file it was when SQLite or the file system refuses."""
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as error:
            raise RecordsError(
                f"{self.path} cannot be used ({error}): check that it is a database, "
                "that its folder may be written and that no other program holds it"
            ) from error


def open_file(path: Path) -> RecordsFile:
    """Open the database, made where it is missing, with its tables up to date."""
    return RecordsFile(path, migrations)


def put(tables: sqlite_utils.Database, table: str, row: Row) -> None:
    """Insert a row in the place of the one with the same key."""
    marks = ", ".join("?" * len(row))
    columns = ", ".join(f'"{column}"' for column in row)
    tables.execute(f'insert or replace into "{table}" ({columns}) values ({marks})', list(row.values()))


def learn(tables: sqlite_utils.Database, table: str, row: Row) -> None:
    """Insert a row, or take over into the one there what is now known."""
    marks = ", ".join("?" * len(row))
    columns = ", ".join(f'"{column}"' for column in row)
    known = ", ".join(f'"{column}" = coalesce(excluded."{column}", "{column}")' for column in row)
    sql = f'insert into "{table}" ({columns}) values ({marks}) on conflict (source, id) do update set {known}'
    tables.execute(sql, list(row.values()))


def moment_of(text: str | None) -> datetime | None:
    """A stored time with its zone; where none was stored, UTC."""
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@migrations()
def tickets_and_who_wrote_them(tables: sqlite_utils.Database) -> None:
    """A customer's name, address and number stand in `customers` and nowhere else."""
    ticket: dict[str, type] = dict.fromkeys(
        ("source", "ticket_id", "customer", "account", "subject", "text", "language", "readability", "channel"), str
    )
    ticket |= dict.fromkeys(("created_at", "status", "priority", "tags", "assignee", "first_reply_at"), str)
    tables.create_table("tickets", ticket | {"solved_at": str, "csat": float}, pk=("source", "ticket_id"))
    tables.table("tickets").create_index(["ticket_id"])
    tables.table("tickets").create_index(["source", "customer"])
    person = dict.fromkeys(("source", "id", "name", "email", "phone", "persona"), str)
    tables.create_table("customers", person, pk=("source", "id"))
    company: dict[str, type] = dict.fromkeys(("source", "id", "name", "renews_on", "plan", "manager"), str)
    company |= {"licences": int, "monthly_revenue": float, "usage": float}
    tables.create_table("accounts", company, pk=("source", "id"))
    wish: dict[str, type] = dict.fromkeys(
        ("id", "source", "kind", "owner", "channel", "stance", "moment", "topic"), str
    )
    wish |= {"rank": int, "probability": float, "since": str, "expires": str, "author": str, "quote": str}
    tables.create_table("wishes", wish, pk="id")
    tables.table("wishes").create_index(["source", "kind", "owner"])
    done = dict.fromkeys(("source", "ticket_id", "action", "channel", "handled_by", "at"), str)
    tables.create_table("handled", done, pk=("source", "ticket_id"))


@migrations()
def what_was_read_and_advised(tables: sqlite_utils.Database) -> None:
    """Evidence and recommendations are kept whole, as JSON, with the columns that are asked for beside it."""
    key: dict[str, type] = {"source": str, "ticket_id": str, "revision": int}
    whole = key | {"schema": int, "at": str, "json": str, "written": str}
    tables.create_table("evidence", whole, pk=("source", "ticket_id", "revision"))
    advice = {"id": str} | key | dict.fromkeys(("at", "action", "channel", "reason", "topic", "moment", "queue"), str)
    advice |= dict.fromkeys(("respond_by", "models", "knowledge", "experience", "promise_id", "promise"), str)
    advice |= {"p_resolve": float, "needed": float, "json": str}
    tables.create_table("recommendations", advice, pk="id")
    tables.table("recommendations").create_index(["source", "ticket_id", "revision"], unique=True)
    for column in ("at", "action", "channel", "reason", "topic", "moment", "queue", "ticket_id"):
        tables.table("recommendations").create_index([column])
    tables.create_table(
        "offered", key | {"place": int, "article": str}, pk=("source", "ticket_id", "revision", "place")
    )
    tables.create_table("articles", {"id": str, "title": str, "address": str}, pk="id")
    tables.table("articles").create_index(["address"])
    tables.create_table("experiences", {"fingerprint": str, "text": str}, pk="fingerprint")


@migrations()
def wishes_on_file(tables: sqlite_utils.Database) -> None:
    """What was said in a ticket stands in `wishes`; what counts for later tickets in `filed`, ended rows too.

    `filed.standing` is once, standing or suggested; `said_by` is ticket, agent, import, helpdesk or learnt. A row that
    was ended, by newer words or by an agent, stays, with when, by whom and why.
    """
    filed: dict[str, type] = dict.fromkeys(("id", "source", "kind", "owner", "channel", "stance"), str)
    filed |= dict.fromkeys(
        ("moment", "topic", "since", "until", "standing", "said_by", "said_in", "filed_by", "quote"), str
    )
    filed |= dict.fromkeys(("evidence", "changed_by", "changed_at", "ended_at", "ended_until"), str)
    filed |= dict.fromkeys(("ended_by", "ended_why"), str)
    tables.create_table("filed", filed | {"rank": int, "by_hand": int}, pk="id")
    tables.table("filed").create_index(["source", "kind", "owner"])
    tables.table("filed").create_index(["said_in"])
    tables.execute(
        "insert into filed (id, source, kind, owner, channel, stance, rank, moment, topic, since, until, standing, "
        "said_by) select id, source, kind, owner, channel, stance, rank, moment, topic, since, expires, 'standing', "
        "'helpdesk' from wishes where kind in ('customer', 'account') and author is null"
    )
    tables.execute("delete from wishes where kind in ('customer', 'account')")
    tables.execute("drop index if exists idx_wishes_source_kind_owner")
    tables.table("wishes").transform(drop={"kind"}, rename={"owner": "ticket_id"})
    tables.table("wishes").add_column("whose", str)
    tables.table("wishes").add_column("lasting", int)
    tables.table("wishes").create_index(["source", "ticket_id"])
    tables.table("customers").add_column("account", str)
    tables.table("tickets").create_index(["source", "account"])


@migrations()
def what_was_done_and_what_became_of_it(tables: sqlite_utils.Database) -> None:
    """Outcomes as they were told; drawn tickets with their blind labels; each promise and each look at the outcomes."""
    tables.table("handled").add_column("reason", str)
    tables.table("handled").add_column("told_by", str)  # ticket, message, import, agent
    told: dict[str, type] = dict.fromkeys(
        ("id", "source", "ticket_id", "kind", "at", "by", "how", "article", "related", "note"), str
    )
    tables.create_table("outcomes", told | {"recorded_at": str, "recorded_by": str}, pk="id")
    tables.table("outcomes").create_index(["source", "ticket_id"])
    audit: dict[str, type] = dict.fromkeys(
        ("id", "sample", "source", "ticket_id", "stratum", "drawn_at", "label", "by", "at"), str
    )
    tables.create_table("audits", audit | {"weight": float}, pk="id")
    tables.table("audits").create_index(["source", "ticket_id"])
    promise: dict[str, type] = dict.fromkeys(("fingerprint", "at", "state", "json"), str)
    tables.create_table("promises", {"id": int} | promise, pk="id")
    looks: dict[str, type] = dict.fromkeys(("at", "scope", "promise", "report"), str)
    tables.create_table("looks", {"id": int} | looks, pk="id")
    tables.create_table("experience_uses", {"id": int, "at": str, "fingerprint": str, "by": str}, pk="id")


@migrations()
def which_article_was_sent(tables: sqlite_utils.Database) -> None:
    """The article that an agent linked, where their message showed it."""
    tables.table("handled").add_column("article", str)


@migrations()
def what_no_article_answers(tables: sqlite_utils.Database) -> None:
    """The newest look for gaps, whole in `gap_looks`; what is told of a gap's tickets is read from the tickets.

    `gap_tickets.place` counts from the ticket in the middle of its gap outwards, `title` is how that ticket would name
    the gap: so an erased ticket takes along what it gave.
    """
    tables.create_table("gap_looks", {"id": int, "json": str}, pk="id")
    gap: dict[str, type] = {"id": int, "words": str, "article": str, "article_title": str, "article_url": str}
    tables.create_table("gaps", gap | {"similarity": float, "article_is_new": int}, pk="id")
    ticket: dict[str, type] = {"source": str, "ticket_id": str, "gap": int, "place": int, "title": str}
    tables.create_table("gap_tickets", ticket, pk=("source", "ticket_id"))
    tables.table("gap_tickets").create_index(["gap", "place"])


@migrations()
def how_likely_customers_are_to_recommend(tables: sqlite_utils.Database) -> None:
    """The net promoter score of a ticket, 0 to 10, beside its csat."""
    tables.table("tickets").add_column("nps", float)


@migrations()
def the_thread_and_what_agents_say(tables: sqlite_utils.Database) -> None:
    """A customer's message is a stretch of `tickets.text`; others have their own text. What stood before is kept.

    In `handled_before`, `before` is the row of `handled` as JSON, null where nothing was known.
    """
    tables.execute(
        "create table messages (source text, ticket_id text, number integer, sender text, author text, at text, "
        '"start" integer, "end" integer, text text, primary key (source, ticket_id, number))'
    )
    tables.execute(
        "create table reviews (id integer primary key autoincrement, source text, ticket_id text, revision integer, "
        'verdict text, reason text, note text, action text, "by" text, at text, withdrawn_at text, withdrawn_by text)'
    )
    tables.execute("create index reviews_of_ticket on reviews (source, ticket_id)")
    tables.execute("create index reviews_by_time on reviews (at)")
    tables.execute(
        "create table handled_before (id integer primary key autoincrement, source text, ticket_id text, "
        "before text, replaced_at text, replaced_by text, undone_at text, undone_by text)"
    )
    tables.execute("create index handled_before_of_ticket on handled_before (source, ticket_id)")


@migrations()
def what_agents_changed_on_file(tables: sqlite_utils.Database) -> None:
    """Each change of a wish on file by an agent, with its row before and after as JSON, null where there was none."""
    tables.execute(
        "create table filed_changes (id integer primary key autoincrement, source text, kind text, owner text, "
        'wish text, said_in text, what text, before text, after text, "by" text, at text, undone_at text, '
        "undone_by text)"
    )
    tables.execute("create index filed_changes_of_owner on filed_changes (source, kind, owner)")
    tables.execute("create index filed_changes_of_ticket on filed_changes (source, said_in)")
    tables.execute("create index customers_of_account on customers (source, account)")


@migrations()
def the_queue(tables: sqlite_utils.Database) -> None:
    """One row a ticket, filled from what is stored. Who adds a column moves the filling to the newest migration.

    Names and addresses stand in `queue_text`, too, so that tickets are found by them.
    Three indexes walk the queue in its orders and hold all columns that filters test, so that the rows themselves are
    read for what is shown only; the others find what few tickets have.
    """
    from advisor.records.queued import fill

    tables.execute(
        "create table queue (id integer primary key autoincrement, source text not null, ticket_id text not null, "
        "open integer not null, revision integer, action text, channel text, came_by text, topic text, moment text, "
        "tone text, persona text, severity real not null, language text, reason text, why text, rule text, "
        "unmet integer, unsure integer, queue text, notify text, signals text not null, account text, "
        "licences integer, plan text, renews_on text, monthly_revenue real, manager text, respond_by text not null, "
        "came_at text not null, subject text, customer text, assignee text, priority text, status text, "
        "p_resolve real, needed real, unique (source, ticket_id))"
    )
    tables.execute(
        "create table queue_signals (source text, ticket_id text, kind text, primary key (source, ticket_id, kind)) "
        "without rowid"
    )
    tables.execute(
        "create virtual table queue_text using fts5(ticket, subject, who, text, "
        "tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    fill(tables)
    tested = "action, came_by, topic, moment, tone, persona, unmet, unsure, queue, assignee, signals"
    tables.execute(f"create index queue_by_respond on queue (open, respond_by, id, came_at, {tested})")
    tables.execute(f"create index queue_by_came on queue (open, came_at, id, {tested})")
    tables.execute(f"create index queue_by_severity on queue (open, severity, came_at, id, {tested})")
    for column in tested.split(", ")[:-1]:
        tables.execute(f"create index queue_of_{column} on queue (open, {column})")
    tables.execute("create index queue_of_customer on queue (source, customer)")
    tables.execute("create index queue_signals_of_kind on queue_signals (kind, source, ticket_id)")
