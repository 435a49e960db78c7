"""`Records`: what was read and advised, kept whole, and what reading needs of the past."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlite_utils

from advisor.advise import Advice
from advisor.records import customers
from advisor.records.customers import Found
from advisor.records.rows import (
    account_row,
    address,
    customer_key,
    customer_row,
    digest,
    evidence_row,
    iso,
    links_answered,
    recommendation_from,
    recommendation_json,
    recommendation_row,
    ticket_row,
    wish_row,
    wishes_by_owner,
    written,
)
from advisor.records.tables import RecordsFile, Row, open_file
from advisor.types import Action, Channel, Customer, Evidence, History, OfferedArticle, Recommendation, Ticket
from advisor.wire import evidence_from_json, evidence_to_json

COUNTED = ("tickets", "customers", "accounts", "wishes", "recommendations")
MOST_LINKS = 200  # addresses of one thread that are looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A ticket as it is remembered, with its newest evidence and advice."""

    source: str
    ticket_id: str
    subject: str  # masked
    text: str  # masked, the subject in front; quotes are offsets into it
    channel: Channel
    created_at: datetime | None
    status: str | None
    tags: tuple[str, ...]
    customer: Customer  # without wishes: those in force stand in the recommendation
    evidence: Evidence
    recommendation: Recommendation


class Records:
    """Remembers advices; a `Recorder`, safe to use from many threads."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    @classmethod
    def open(cls, path: Path) -> Records:
        """Open the records, made where they are missing."""
        return cls(open_file(path))

    def history(self, ticket: Ticket, /) -> History:
        """Articles offered in this thread before the customer wrote again: by an advice, or by an agent's link."""
        now = set(written(ticket))
        with self.file.errors_named():
            rows = self.file.tables.execute(
                "select article, written from offered join evidence using (source, ticket_id, revision) "
                "where source = ? and ticket_id = ? order by revision, place",
                [ticket.source, ticket.id],
            ).fetchall()
            linked = self._linked(links_answered(ticket.messages)[:MOST_LINKS])
        # the thread has grown: all that was written then still stands in it; another text under the id is no answer
        advised = [str(article) for article, then in rows if set(json.loads(then)) < now]
        return History(tuple(dict.fromkeys([*advised, *linked])))

    def save(self, advices: list[Advice], /) -> list[Advice]:
        """Store advices in one transaction; they come back with the id and revision of their recommendation."""
        with self.file.errors_named(), self.file.writing() as tables:
            return [_saved(tables, advice) for advice in advices]

    def last(self, ticket_id: str, *, source: str | None = None) -> Stored | None:
        """The newest advice for a ticket; None where there is none. Without `source`, whichever is newest."""
        with self.file.errors_named():
            found = _newest(self.file.tables, ticket_id, source)
            return _stored(self.file.tables, found) if found is not None else None

    def keep_experience(self, fingerprint: str, text: str) -> None:
        """Remember the text of the experience file that advices name by its fingerprint."""
        with self.file.errors_named(), self.file.writing() as tables:
            tables.execute("insert or ignore into experiences values (?, ?)", [fingerprint, text])

    def experience(self, fingerprint: str) -> str | None:
        """The text of an experience file that was in force; None where it was never kept."""
        with self.file.errors_named():
            sql = "select text from experiences where fingerprint = ?"
            row = self.file.tables.execute(sql, [fingerprint]).fetchone()
        return str(row[0]) if row is not None else None

    def counts(self) -> dict[str, int]:
        """How much there is, table by table."""
        with self.file.errors_named():
            return {table: self.file.tables.table(table).count for table in COUNTED}

    def find(self, who: str) -> list[Found]:
        """The customers that an id, e-mail address, phone number or name belongs to."""
        return customers.find(self.file, who)

    def erase(self, found: Found) -> int:
        """Erase a customer, the tickets included; gives their number."""
        return customers.erase(self.file, found)

    def export(self, found: Found) -> bytes:
        """All that is stored of a customer, as JSON."""
        return customers.export(self.file, found)

    def _linked(self, addresses: list[str]) -> list[str]:
        """Ids of the articles at these addresses that were ever a candidate."""
        marks = ", ".join("?" * len(addresses))
        sql = f"select address, id from articles where address in ({marks}) order by id"
        found = self.file.tables.execute(sql, addresses).fetchall() if addresses else []
        return [str(id) for known in addresses for place, id in found if place == known]


def _saved(tables: sqlite_utils.Database, advice: Advice) -> Advice:
    """Store one advice; a new revision only where evidence or recommendation changed."""
    ticket, recommendation = advice.ticket, advice.recommendation
    _keep_ticket(tables, advice)
    evidence_text = evidence_to_json(advice.evidence).decode()
    text = recommendation_json(recommendation)
    before = _newest(tables, ticket.id, ticket.source)
    if before is not None and (before["evidence"], before["json"]) == (evidence_text, text):
        return replace(advice, recommendation=replace(recommendation, id=before["id"], revision=before["revision"]))
    revision = before["revision"] + 1 if before is not None else 1
    _put(tables, "evidence", evidence_row(ticket, advice.evidence, evidence_text, revision=revision))
    _put(tables, "recommendations", recommendation_row(ticket, recommendation, text, revision=revision))
    _keep_articles(tables, advice.evidence)
    if recommendation.action is Action.SELF_SERVICE:
        _keep_offer(tables, ticket, recommendation.articles, revision=revision)
    named = replace(recommendation, id=digest(ticket.source, ticket.id, revision), revision=revision)
    return replace(advice, recommendation=named)


def _keep_ticket(tables: sqlite_utils.Database, advice: Advice) -> None:
    """The ticket, who wrote it and who pays, what they wish, and what was really done."""
    ticket = advice.ticket
    sql = "select customer from tickets where source = ? and ticket_id = ?"
    before = tables.execute(sql, [ticket.source, ticket.id]).fetchone()
    _put(tables, "tickets", ticket_row(advice))
    if before is not None and before[0] != customer_key(ticket):
        customers.erase_without_tickets(tables, ticket.source, before[0])
    _learn(tables, "customers", customer_row(ticket))
    if advice.document.phone is not None:
        sql = "update customers set phone = ? where source = ? and id = ? and phone is null"
        tables.execute(sql, [advice.document.phone, ticket.source, customer_key(ticket)])
    company = account_row(ticket)
    if company["id"] is not None:
        _learn(tables, "accounts", company)
    for kind, owner, wishes in wishes_by_owner(advice):
        key = [ticket.source, kind, owner]
        tables.execute("delete from wishes where source = ? and kind = ? and owner = ?", key)
        for place, wish in enumerate(wishes):
            _put(tables, "wishes", wish_row(wish, source=ticket.source, kind=kind, owner=owner, place=place))
    done = ticket.handled
    if done is not None:
        facts = (ticket.source, ticket.id, done.action, done.channel, done.by, iso(done.at))
        sql = "insert or replace into handled values (?, ?, ?, ?, ?, ?)"
        tables.execute(sql, [None if fact is None else str(fact) for fact in facts])


def _keep_articles(tables: sqlite_utils.Database, evidence: Evidence) -> None:
    """Where candidates stand on the web, so that an agent's link to one is known again."""
    for candidate in evidence.candidates:
        if candidate.url is not None:
            row = {"id": candidate.id, "title": candidate.title, "address": address(candidate.url)}
            _put(tables, "articles", row)


def _keep_offer(
    tables: sqlite_utils.Database, ticket: Ticket, articles: Iterable[OfferedArticle], *, revision: int
) -> None:
    for place, article in enumerate(articles):
        row: Row = {"source": ticket.source, "ticket_id": ticket.id, "revision": revision}
        _put(tables, "offered", row | {"place": place, "article": article.id})


def _newest(tables: sqlite_utils.Database, ticket_id: str, source: str | None) -> Row | None:
    """The newest recommendation of a ticket, all columns, with its evidence as JSON."""
    values = [ticket_id] if source is None else [ticket_id, source]
    sql = (
        "select r.*, e.json as evidence from recommendations as r "
        "join evidence as e using (source, ticket_id, revision) where r.ticket_id = ? "
        f"{'and r.source = ? ' if source is not None else ''}order by r.rowid desc limit 1"
    )
    cursor = tables.execute(sql, values)
    row = cursor.fetchone()
    return dict(zip((column[0] for column in cursor.description), row, strict=True)) if row is not None else None


def _stored(tables: sqlite_utils.Database, found: Row) -> Stored:
    ticket = tables.table("tickets").get((found["source"], found["ticket_id"]))
    person = tables.table("customers").get((ticket["source"], ticket["customer"]))
    return Stored(
        source=ticket["source"],
        ticket_id=ticket["ticket_id"],
        subject=ticket["subject"],
        text=ticket["text"],
        channel=Channel(ticket["channel"]),
        created_at=datetime.fromisoformat(ticket["created_at"]) if ticket["created_at"] else None,
        status=ticket["status"],
        tags=tuple(json.loads(ticket["tags"])),
        customer=Customer(
            id=person["id"],
            name=person["name"],
            email=person["email"],
            phone=person["phone"],
            persona=person["persona"],
        ),
        evidence=evidence_from_json(found["evidence"]),
        recommendation=recommendation_from(found),
    )


def _put(tables: sqlite_utils.Database, table: str, row: Row) -> None:
    """Insert a row in the place of the one with the same key."""
    marks = ", ".join("?" * len(row))
    columns = ", ".join(f'"{column}"' for column in row)
    tables.execute(f'insert or replace into "{table}" ({columns}) values ({marks})', list(row.values()))


def _learn(tables: sqlite_utils.Database, table: str, row: Row) -> None:
    """Insert a row, or take over into the one there what is now known."""
    marks = ", ".join("?" * len(row))
    columns = ", ".join(f'"{column}"' for column in row)
    known = ", ".join(f'"{column}" = coalesce(excluded."{column}", "{column}")' for column in row)
    sql = f'insert into "{table}" ({columns}) values ({marks}) on conflict (source, id) do update set {known}'
    tables.execute(sql, list(row.values()))
