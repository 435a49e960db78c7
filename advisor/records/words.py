"""What is searched of the tickets in the queue, by words: kept, and taken out so that nothing of it is left."""

from __future__ import annotations

import sqlite_utils

from advisor.records.rows import MADE_UP
from advisor.records.tables import Row, learn

SEARCHED = (
    "select q.id, q.ticket_id, t.subject, c.name, c.email, c.id, t.text from queue as q "
    "join tickets as t using (source, ticket_id) "
    "left join customers as c on c.source = q.source and c.id = q.customer where "
)


def keep_words(tables: sqlite_utils.Database, source: str, ticket_id: str) -> None:
    """Let a ticket be found by its words as they are now."""
    for row in tables.execute(f"{SEARCHED} q.source = ? and q.ticket_id = ?", [source, ticket_id]).fetchall():
        _keep(tables, *row)


def learn_customer(tables: sqlite_utils.Database, row: Row) -> None:
    """Take over what is now known of a customer; under a new name all their tickets are found by it."""
    sql = "select name, email from customers where source = ? and id = ?"
    key = [row["source"], row["id"]]
    before = tables.execute(sql, key).fetchone()
    learn(tables, "customers", row)
    if before is None or tables.execute(sql, key).fetchone() == before:
        return
    for searched in tables.execute(f"{SEARCHED} q.source = ? and q.customer = ?", key).fetchall():
        _keep(tables, *searched)


def forget_words(tables: sqlite_utils.Database, source: str, ticket_id: str) -> None:
    """Take a ticket out of the search; its words are gone from the file once it was tidied."""
    sql = "delete from queue_text where rowid = (select id from queue where source = ? and ticket_id = ?)"
    tables.execute(sql, [source, ticket_id])


def tidy_words(tables: sqlite_utils.Database) -> None:
    """Write the search's lists anew: what was taken out stands in them until then."""
    tables.execute("insert into queue_text (queue_text) values ('optimize')")


def _keep(
    tables: sqlite_utils.Database,
    id: int,
    ticket: str,
    subject: str,
    name: str | None,
    email: str | None,
    customer: str | None,
    text: str,
) -> None:
    own = None if customer is None or customer.startswith(MADE_UP) else customer
    who = " ".join(part for part in (name, email, own) if part)
    words = (ticket, subject, who, text.removeprefix(subject).lstrip())
    sql = "select ticket, subject, who, text from queue_text where rowid = ?"
    if tables.execute(sql, [id]).fetchone() == words:
        return
    tables.execute("delete from queue_text where rowid = ?", [id])
    tables.execute("insert into queue_text (rowid, ticket, subject, who, text) values (?, ?, ?, ?, ?)", [id, *words])
