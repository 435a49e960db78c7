"""`Records`: what was read and advised, kept whole, and what reading needs of the past."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import sqlite_utils

from advisor.advise import Advice
from advisor.records import customers
from advisor.records.customers import Found, known_of
from advisor.records.directory import Directory
from advisor.records.filed_changes import FiledChanges
from advisor.records.filing import Filing, file_ticket, in_force
from advisor.records.gaps import Gaps
from advisor.records.outcomes import Outcomes, article_linked, handled_in, handled_of, keep_handled
from advisor.records.past import Past, past
from advisor.records.people import People
from advisor.records.promises import Audits, Promises
from advisor.records.queue import Queue
from advisor.records.queued import Seen, keep_queued
from advisor.records.reviews import Reviews
from advisor.records.rows import (
    account_key,
    account_row,
    address,
    customer_key,
    customer_row,
    digest,
    evidence_row,
    grown,
    iso,
    links_answered,
    recommendation_from,
    recommendation_json,
    recommendation_row,
    ticket_row,
    wish_row,
    written,
)
from advisor.records.tables import RecordsFile, Row, learn, moment_of, open_file, put
from advisor.records.thread import ThreadMessage, keep_thread, thread
from advisor.records.waiting import MESSAGE
from advisor.records.words import learn_customer
from advisor.types import (
    Action,
    Channel,
    Customer,
    Evidence,
    Handled,
    History,
    OfferedArticle,
    Recommendation,
    Ticket,
    WishSource,
)
from advisor.wire import evidence_from_json, evidence_to_json

COUNTED = ("tickets", "customers", "accounts", "wishes", "filed", "recommendations", "handled", "outcomes")
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
    customer_key: str  # under which the customer is kept
    account_key: str | None  # None = no account is known
    evidence: Evidence
    recommendation: Recommendation
    handled: Handled | None  # None = nothing is known of what was done


@dataclass(frozen=True, slots=True)
class Use:
    """An experience file that came into use."""

    at: datetime
    fingerprint: str
    by: str | None


class Records:
    """Remembers advices; a `Recorder`, safe to use from many threads."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file
        self.filing = Filing(file)
        self.filed_changes = FiledChanges(file)
        self.directory = Directory(file)
        self.people = People(file)
        self.outcomes = Outcomes(file)
        self.promises = Promises(file)
        self.audits = Audits(file)
        self.queue = Queue(file)
        self.reviews = Reviews(file)
        self.gaps = Gaps(file)

    @classmethod
    def open(cls, path: Path) -> Records:
        """Open the records, made where they are missing."""
        return cls(open_file(path))

    def history(self, ticket: Ticket, /) -> History:
        """Articles offered in this thread before the customer wrote again, and what is on file for who writes."""
        with self.file.errors_named():
            ticket = customers.with_its_customer(self.file.tables, ticket)
            customer, account = known_of(self.file.tables, ticket)
            key = account_key(ticket.account) or account_key(account)
            wishes = in_force(self.file.tables, ticket, key, ticket.created_at or datetime.now(UTC))
        return History(self._offered(ticket), wishes, customer, account)

    def _offered(self, ticket: Ticket) -> tuple[str, ...]:
        """Offered by an advice, or by an agent's link."""
        now = written(ticket)
        with self.file.errors_named():
            rows = self.file.tables.execute(
                "select article, written from offered join evidence using (source, ticket_id, revision) "
                "where source = ? and ticket_id = ? order by revision, place",
                [ticket.source, ticket.id],
            ).fetchall()
            linked = self._linked(links_answered(ticket.messages)[:MOST_LINKS])
        # the thread has grown: all that was written then still stands in it; another text under the id is no answer
        advised = [str(article) for article, then in rows if grown(then, now)]
        return tuple(dict.fromkeys([*advised, *linked]))

    def save(self, advices: list[Advice], /) -> list[Advice]:
        """Store advices in one transaction; they come back with the id and revision of their recommendation."""
        with self.file.errors_named(), self.file.writing() as tables:
            return save_in(tables, advices)

    def last(self, ticket_id: str, *, source: str | None = None) -> Stored | None:
        """The newest advice for a ticket; None where there is none. Without `source`, whichever is newest."""
        with self.file.errors_named():
            found = _newest(self.file.tables, ticket_id, source)
            return _stored(self.file.tables, found) if found is not None else None

    def thread(self, source: str, ticket_id: str) -> list[ThreadMessage]:
        """The messages of a ticket, the oldest first; see `advisor.records.thread`."""
        return thread(self.file, source, ticket_id)

    def past(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        of: tuple[str, WishSource, str] | None = None,
    ) -> Iterator[Past]:
        """The newest advice of every ticket, by its time; see `advisor.records.past`."""
        return past(self.file, since=since, until=until, of=of)

    def keep_experience(self, fingerprint: str, text: str, *, by: str | None = None) -> None:
        """Remember an experience file that advices name by its fingerprint, and that it came into use now.

        Of files that say the same the one that came last is kept, with its comments.
        """
        with self.file.errors_named(), self.file.writing() as tables:
            newer = "on conflict (fingerprint) do update set text = excluded.text where text != excluded.text"
            tables.execute(f"insert into experiences values (?, ?) {newer}", [fingerprint, text])
            newest = tables.execute("select fingerprint from experience_uses order by id desc limit 1").fetchone()
            if newest is None or newest[0] != fingerprint:
                sql = "insert into experience_uses (at, fingerprint, by) values (?, ?, ?)"
                tables.execute(sql, [iso(datetime.now(UTC)), fingerprint, by])

    def experience_uses(self) -> list[Use]:
        """Which experience files were in use, the newest first."""
        with self.file.errors_named():
            rows = self.file.tables.execute(
                "select at, fingerprint, by from experience_uses order by id desc"
            ).fetchall()
        return [Use(datetime.fromisoformat(at), fingerprint, by) for at, fingerprint, by in rows]

    def experience(self, fingerprint: str) -> str | None:
        """The text of an experience file that was in force; None where it was never kept."""
        with self.file.errors_named():
            sql = "select text from experiences where fingerprint = ?"
            row = self.file.tables.execute(sql, [fingerprint]).fetchone()
        return str(row[0]) if row is not None else None

    def has_topic(self, topic: str) -> bool:
        """Whether any ticket was read as being about this topic."""
        sql = "select 1 from recommendations where topic = ? collate nocase limit 1"
        with self.file.errors_named():
            return self.file.tables.execute(sql, [topic]).fetchone() is not None

    @property
    def state(self) -> str:
        """Names what history is read from: it changes whenever that does."""
        content = hashlib.sha256()
        with self.file.errors_named():
            for table in ("customers", "accounts", "filed", "offered", "articles"):
                for row in self.file.tables.execute(f"select * from {table} order by rowid"):
                    content.update(repr(row).encode("utf-8", "replace"))
            count = self.file.tables.execute("select count(*), max(rowid) from evidence").fetchone()
        return digest(content.hexdigest(), *count)

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

    def export(self, found: Found) -> dict[str, list[Row]]:
        """All that is stored of a customer: the tables with their rows."""
        return customers.export(self.file, found)

    def _linked(self, addresses: list[str]) -> list[str]:
        """Ids of the articles at these addresses that were ever a candidate."""
        marks = ", ".join("?" * len(addresses))
        sql = f"select address, id from articles where address in ({marks}) order by id"
        found = self.file.tables.execute(sql, addresses).fetchall() if addresses else []
        return [str(id) for known in addresses for place, id in found if place == known]


def save_in(tables: sqlite_utils.Database, advices: list[Advice]) -> list[Advice]:
    """The same inside somebody's transaction, so that what ends with an advice ends together with it."""
    return [_saved(tables, advice) for advice in advices]


def _saved(tables: sqlite_utils.Database, advice: Advice) -> Advice:
    """Store one advice; a new revision only where evidence or recommendation changed."""
    advice = replace(advice, ticket=customers.with_its_customer(tables, advice.ticket))
    ticket, recommendation = advice.ticket, advice.recommendation
    key, seen = (ticket.source, ticket.id), Seen.of(advice.evidence)
    _keep_ticket(tables, advice)
    evidence_text = evidence_to_json(advice.evidence).decode()
    text = recommendation_json(recommendation)
    before = _newest(tables, ticket.id, ticket.source)
    if before is not None and (before["evidence"], before["json"]) == (evidence_text, text):
        keep_queued(tables, key, recommendation, seen, revision=before["revision"])
        return replace(advice, recommendation=replace(recommendation, id=before["id"], revision=before["revision"]))
    revision = before["revision"] + 1 if before is not None else 1
    put(tables, "evidence", evidence_row(advice, evidence_text, revision=revision))
    put(tables, "recommendations", recommendation_row(ticket, recommendation, text, revision=revision))
    _keep_articles(tables, advice.evidence)
    if recommendation.action is Action.SELF_SERVICE:
        _keep_offer(tables, ticket, recommendation.articles, revision=revision)
    keep_queued(tables, key, recommendation, seen, revision=revision)
    named = replace(recommendation, id=digest(ticket.source, ticket.id, revision), revision=revision)
    return replace(advice, recommendation=named)


def _keep_ticket(tables: sqlite_utils.Database, advice: Advice) -> None:
    """The ticket, who wrote it and who pays, what they wish, and what was really done."""
    ticket = advice.ticket
    sql = "select customer from tickets where source = ? and ticket_id = ?"
    before = tables.execute(sql, [ticket.source, ticket.id]).fetchone()
    put(tables, "tickets", ticket_row(advice))
    keep_thread(tables, ticket, advice.document)
    if before is not None and before[0] != customer_key(ticket):
        customers.forget_made_up(tables, ticket.source, before[0])
    learn_customer(tables, customer_row(ticket))
    if advice.document.phone is not None:
        sql = "update customers set phone = ? where source = ? and id = ? and phone is null"
        tables.execute(sql, [advice.document.phone, ticket.source, customer_key(ticket)])
    company = account_row(ticket)
    if company["id"] is not None:
        learn(tables, "accounts", company)
    tables.execute("delete from wishes where source = ? and ticket_id = ?", [ticket.source, ticket.id])
    said = [wish for wish in advice.evidence.wishes if wish.source is WishSource.TICKET]
    for place, wish in enumerate(said):
        put(tables, "wishes", wish_row(wish, source=ticket.source, ticket_id=ticket.id, place=place))
    file_ticket(tables, advice)
    _keep_done(tables, ticket)


def _keep_done(tables: sqlite_utils.Database, ticket: Ticket) -> None:
    """What was really done, as the ticket tells it, or else as an agent's first message shows it."""
    linked = article_linked(tables, ticket)
    if ticket.handled is not None:
        keep_handled(tables, ticket.source, ticket.id, ticket.handled, "ticket", article=linked)
        return
    shown = handled_in(tables, ticket)
    if shown is not None:
        keep_handled(tables, ticket.source, ticket.id, shown, MESSAGE, article=linked)


def _keep_articles(tables: sqlite_utils.Database, evidence: Evidence) -> None:
    """Where candidates stand on the web, so that an agent's link to one is known again."""
    for candidate in evidence.candidates:
        if candidate.url is not None:
            row = {"id": candidate.id, "title": candidate.title, "address": address(candidate.url)}
            put(tables, "articles", row)


def _keep_offer(
    tables: sqlite_utils.Database, ticket: Ticket, articles: Iterable[OfferedArticle], *, revision: int
) -> None:
    for place, article in enumerate(articles):
        row: Row = {"source": ticket.source, "ticket_id": ticket.id, "revision": revision}
        put(tables, "offered", row | {"place": place, "article": article.id})


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
        created_at=moment_of(ticket["created_at"]),
        status=ticket["status"],
        tags=tuple(json.loads(ticket["tags"])),
        customer=Customer(
            id=person["id"],
            name=person["name"],
            email=person["email"],
            phone=person["phone"],
            persona=person["persona"],
        ),
        customer_key=ticket["customer"],
        account_key=ticket["account"],
        evidence=evidence_from_json(found["evidence"]),
        recommendation=recommendation_from(found),
        handled=handled_of(tables, ticket["source"], ticket["ticket_id"]),
    )
