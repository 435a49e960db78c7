"""The newest look for what no article answers: which tickets belong together, and nothing of what they say but titles.

Whatever else is shown of a gap is read from its tickets when it is shown, so that an erased customer is gone from it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from advisor.records.tables import RecordsFile, moment_of, put

QUESTIONS = 400  # tickets in one query
MEMBERS = (
    "select g.gap, g.source, g.ticket_id, g.title, t.subject, substr(t.text, 1, 400), coalesce(t.created_at, "
    "(select min(at) from recommendations as r where r.source = g.source and r.ticket_id = g.ticket_id)), "
    "t.customer, t.account, a.monthly_revenue from gap_tickets as g join tickets as t using (source, ticket_id) "
    "left join accounts as a on a.source = t.source and a.id = t.account order by g.gap, g.place"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GapLook:
    """When it was looked, at what, and why tickets are no gap; each ticket is counted once."""

    at: datetime  # aware
    since: datetime | None  # None = from the first ticket on
    until: datetime | None  # None = up to the last one
    newest: datetime | None  # when the newest ticket came; None = there was none
    tickets: int
    not_read: int  # empty, unreadable, or in a language that is not read
    wished_person: int  # a person was asked for, or an article refused, whatever the articles
    by_rule: int  # a person for safety, for two matters, or by a rule of the company, whatever the articles
    answered: int  # an article fits well enough to be given to one who wants it, or was really given
    unanswered: int  # none does
    looked_at: int  # of the unanswered, the newest
    recent: int  # of all tickets, those of the last four weeks before `newest`
    before: int  # those of the four weeks before


@dataclass(frozen=True, slots=True)
class GapArticle:
    """The article nearest to the middle of a gap."""

    id: str
    title: str
    url: str | None
    similarity: float  # cosine of its nearest passage, -1 to 1
    is_new: bool  # it was not among the candidates of any ticket of the gap: added or changed since, perhaps


@dataclass(frozen=True, slots=True)
class GapMember:
    """A ticket of a gap, as the records know it now."""

    source: str
    ticket_id: str
    title: str | None  # how this ticket would name the gap
    subject: str  # masked; may be empty
    text: str  # masked, the beginning
    at: datetime  # aware
    customer: str  # key
    account: str | None  # key
    monthly_revenue: float | None  # of the account


@dataclass(frozen=True, slots=True)
class KeptGap:
    """Tickets that belong together, from the middle outwards."""

    id: int
    words: tuple[str, ...]  # that set it apart, each said by several tickets
    article: GapArticle | None  # None = there is no article at all
    members: tuple[GapMember, ...]


@dataclass(frozen=True, slots=True)
class NewGap:
    """A gap as it is kept: its tickets by source and id, each with a title or None, from the middle outwards."""

    words: tuple[str, ...]
    article: GapArticle | None
    tickets: tuple[tuple[str, str, str | None], ...]


class Gaps:
    """Keeps one look, the newest."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    def keep(self, look: GapLook, gaps: Sequence[NewGap]) -> None:
        """Put a look in the place of the one before; tickets erased meanwhile stay out."""
        with self.file.errors_named(), self.file.writing() as tables:
            for table in ("gap_looks", "gaps", "gap_tickets"):
                tables.execute(f"delete from {table}")
            put(tables, "gap_looks", {"id": 1, "json": msgspec.json.encode(look).decode()})
            for id, gap in enumerate(gaps, start=1):
                put(tables, "gaps", {"id": id, "words": json.dumps(gap.words)} | _article_row(gap.article))
                tables.conn.executemany(
                    "insert or replace into gap_tickets (source, ticket_id, gap, place, title) "
                    "select source, ticket_id, ?, ?, ? from tickets where source = ? and ticket_id = ?",
                    [(id, place, title, source, ticket) for place, (source, ticket, title) in enumerate(gap.tickets)],
                )

    @property
    def state(self) -> tuple[str | None, int]:
        """Names the look that is kept and its tickets; another one after a look, and once somebody is erased."""
        sql = "select (select json from gap_looks), (select count(*) from gap_tickets)"
        with self.file.errors_named():
            look, tickets = self.file.tables.execute(sql).fetchone()
        return look, int(tickets)

    def last(self) -> tuple[GapLook, list[KeptGap]] | None:
        """The newest look and its gaps, none of them empty; None where nobody has looked yet."""
        with self.file.errors_named():
            tables = self.file.tables
            row = tables.execute("select json from gap_looks").fetchone()
            if row is None:
                return None
            members: dict[int, list[GapMember]] = defaultdict(list)
            for gap, *facts in tables.execute(MEMBERS):
                members[gap].append(_member(facts))
            gaps = list(tables.table("gaps").rows_where(order_by="id"))
        look = msgspec.json.decode(row[0], type=GapLook)
        kept = [
            KeptGap(row["id"], tuple(json.loads(row["words"])), _article(row), tuple(members[row["id"]]))
            for row in gaps
            if row["id"] in members
        ]
        return look, kept

    def texts(self, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
        """Masked subject and text, the subject in front of it, of tickets by source and id."""
        found: dict[tuple[str, str], tuple[str, str]] = {}
        with self.file.errors_named():
            for start in range(0, len(keys), QUESTIONS):
                some = keys[start : start + QUESTIONS]
                marks = ", ".join(["(?, ?)"] * len(some))
                where = f"where (source, ticket_id) in (values {marks})"
                sql = f"select source, ticket_id, subject, text from tickets {where}"
                rows = self.file.tables.execute(sql, [part for key in some for part in key])
                found |= {(source, ticket): (subject, text) for source, ticket, subject, text in rows}
        return found


def _article_row(article: GapArticle | None) -> dict[str, object]:
    if article is None:
        return {}
    row = {"article": article.id, "article_title": article.title, "article_url": article.url}
    return row | {"similarity": article.similarity, "article_is_new": int(article.is_new)}


def _article(row: dict[str, Any]) -> GapArticle | None:
    if row["article"] is None:
        return None
    title, url = row["article_title"], row["article_url"]
    return GapArticle(row["article"], title, url, row["similarity"], bool(row["article_is_new"]))


def _member(facts: Sequence[Any]) -> GapMember:
    source, ticket, title, subject, text, at, customer, account, revenue = facts
    came = moment_of(at) or datetime.min.replace(tzinfo=UTC)
    return GapMember(source, ticket, title, subject, text, came, customer, account, revenue)
