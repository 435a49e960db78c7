"""What was really done with tickets, and what became of them, each telling once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import sqlite_utils

from advisor.records.done_before import keep_before, take_back
from advisor.records.past import handled_from
from advisor.records.queued import still_waits
from advisor.records.rows import URL, address, digest, iso
from advisor.records.tables import RecordsFile, Row, moment_of, put
from advisor.records.waiting import MESSAGE
from advisor.types import Action, Channel, Handled, Outcome, OutcomeKind, Sender, Ticket, WishSource

KNOWN = "is known already, and is counted once"
"""How the sentence about an outcome ends that was told before."""

SKEW = timedelta(hours=24)  # clocks differ, and a day without a time may be any of it


class Outcomes:
    """Outcomes as they were told, and what was done."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    def add(self, outcomes: Iterable[Outcome], *, by: str) -> list[str]:
        """Keep outcomes in one transaction; a sentence for each that is refused, `""` for each that is kept."""
        now = datetime.now(UTC)
        with self.file.errors_named(), self.file.writing() as tables:
            return [add_outcome_in(tables, outcome, by=by, now=now) for outcome in outcomes]

    def of(self, source: str, ticket_id: str) -> list[Outcome]:
        """All outcomes of a ticket, the oldest first."""
        with self.file.errors_named():
            rows = self.file.tables.table("outcomes").rows_where("source = ? and ticket_id = ?", [source, ticket_id])
            return sorted(map(outcome_from, rows), key=lambda one: one.at)

    def all(self, *, since: datetime | None = None, of: tuple[str, WishSource, str] | None = None) -> Iterator[Outcome]:
        """All outcomes, the oldest first; `since` leaves out those that happened before, `of` those of other people."""
        tests, values = ["1"], list[str]()
        if since is not None:
            tests, values = [*tests, "julianday(at) >= julianday(?)"], [since.isoformat()]
        if of is not None:
            mine = f"select ticket_id from tickets where source = ? and {of[1].value} = ?"
            tests, values = [*tests, f"source = ? and ticket_id in ({mine})"], [*values, of[0], of[0], of[2]]
        with self.file.errors_named():
            rows = self.file.tables.table("outcomes").rows_where(
                " and ".join(tests), values, order_by="julianday(at), id"
            )
            for row in rows:
                yield outcome_from(row)

    def remove(self, outcome: Outcome) -> bool:
        """Take an outcome back that was told by mistake; False where there was none."""
        with self.file.errors_named(), self.file.writing() as tables:
            removed = tables.execute("delete from outcomes where id = ?", [_name(outcome)]).rowcount > 0
            still_waits(tables, outcome.source, outcome.ticket_id)
        return removed

    def keep_handled(
        self, source: str, ticket_id: str, handled: Handled, *, told_by: str, article: str | None = None
    ) -> bool:
        """Keep what was done with a ticket, in the place of what was told before; False for an unknown ticket.

        `article` is the one that was sent, where that is known.
        """
        with self.file.errors_named(), self.file.writing() as tables:
            if _came(tables, source, ticket_id) is None:
                return False
            keep_handled(tables, source, ticket_id, handled, told_by, article=article)
            still_waits(tables, source, ticket_id)
        return True

    def told_by(self, source: str, ticket_id: str) -> str | None:
        """Who told what was done: ticket, message, import or agent; None where nothing is known."""
        sql = "select told_by from handled where source = ? and ticket_id = ?"
        with self.file.errors_named():
            row = self.file.tables.execute(sql, [source, ticket_id]).fetchone()
        return row[0] if row is not None else None

    def undo_handled(self, source: str, ticket_id: str, *, by: str) -> Handled | None:
        """Take back what an agent said was done: what stood before stands again, None where nothing was known.

        RecordsError where what is known now is not an agent's word.
        """
        with self.file.errors_named(), self.file.writing() as tables:
            take_back(tables, source, ticket_id, by=by, at=datetime.now(UTC))
            still_waits(tables, source, ticket_id)
            return handled_of(tables, source, ticket_id)


def add_outcome_in(tables: sqlite_utils.Database, outcome: Outcome, *, by: str, now: datetime) -> str:
    """Keep an outcome inside somebody's transaction; a sentence where it is refused, else `""`."""
    came = _came(tables, outcome.source, outcome.ticket_id)
    where = f"ticket {outcome.ticket_id} of {outcome.source}"
    if came is None:
        return f"{where} is not recorded: advise it first, or correct the id"
    if outcome.at < came:
        return f"{where} came at {iso(came)}, after this outcome ({iso(outcome.at)}): correct the time"
    if outcome.at > now + SKEW:
        return f"{where}: this outcome is of {iso(outcome.at)}, which is still to come: correct the time"
    if outcome.kind is OutcomeKind.OTHER_MATTER and outcome.related is None:
        return f"{where}: other_matter must name in related which ticket is about something else"
    if outcome.related == outcome.ticket_id:
        return f"{where}: related must be another ticket, was this one: correct the id"
    if outcome.related is not None and _came(tables, outcome.source, outcome.related) is None:
        return f"ticket {outcome.related} of {outcome.source}, named as related, is not recorded: correct the id"
    if tables.execute("select 1 from outcomes where id = ?", [_name(outcome)]).fetchone():
        return f"{where}: this outcome ({outcome.kind}, {iso(outcome.at)}) {KNOWN}"
    put(tables, "outcomes", _row(outcome, by, now))
    still_waits(tables, outcome.source, outcome.ticket_id)
    return ""


def _came(tables: sqlite_utils.Database, source: str, ticket_id: str) -> datetime | None:
    """When a ticket came; where it came without a time, when it was first advised."""
    sql = (
        "select coalesce(t.created_at, (select min(at) from recommendations as r where r.source = t.source and "
        "r.ticket_id = t.ticket_id)) from tickets as t where source = ? and ticket_id = ?"
    )
    row = tables.execute(sql, [source, ticket_id]).fetchone()
    return moment_of(row[0]) if row is not None else None


def _name(outcome: Outcome) -> str:
    """The same happening, told twice, has one name; who told it does not matter."""
    at = outcome.at.astimezone(UTC).isoformat()
    return digest("outcome", outcome.source, outcome.ticket_id, outcome.kind, at, outcome.article, outcome.related)


def _row(outcome: Outcome, by: str, now: datetime) -> Row:
    words = {
        name: getattr(outcome, name) for name in ("source", "ticket_id", "by", "how", "article", "related", "note")
    }
    told = {"kind": outcome.kind.value, "at": iso(outcome.at), "recorded_at": iso(now), "recorded_by": by}
    return {"id": _name(outcome)} | words | told


def outcome_from(row: Row) -> Outcome:
    """A row as an outcome."""
    words = {name: row[name] for name in ("source", "ticket_id", "by", "how", "article", "related", "note")}
    return Outcome(kind=OutcomeKind(row["kind"]), at=moment_of(row["at"]) or datetime.min.replace(tzinfo=UTC), **words)


def keep_handled(
    tables: sqlite_utils.Database,
    source: str,
    ticket_id: str,
    handled: Handled,
    told_by: str,
    *,
    article: str | None = None,
) -> None:
    """Keep what was done; what an agent's message shows never replaces what somebody said.

    `article` is the one that was sent; where nobody names another, what is known of that stays.
    """
    sql = "select told_by, article from handled where source = ? and ticket_id = ?"
    before = tables.execute(sql, [source, ticket_id]).fetchone() or (None, None)
    if told_by == MESSAGE and before[0] not in (None, MESSAGE):
        return
    sent = (article or before[1]) if handled.action is Action.SELF_SERVICE else None
    facts = {name: getattr(handled, name) for name in ("action", "channel", "reason")}
    row = {name: None if fact is None else fact.value for name, fact in facts.items()}
    row |= {"source": source, "ticket_id": ticket_id, "handled_by": handled.by, "at": iso(handled.at)}
    keep_before(tables, source, ticket_id, row | {"told_by": told_by, "article": sent}, at=datetime.now(UTC))
    put(tables, "handled", row | {"told_by": told_by, "article": sent})


def handled_in(tables: sqlite_utils.Database, ticket: Ticket) -> Handled | None:
    """What the first answer of an agent was: an article's link is self-service, anything else a person."""
    answers = [message for message in ticket.messages if message.sender is Sender.AGENT and message.body.strip()]
    if not answers:
        return None
    first = answers[0]
    action = Action.SELF_SERVICE if article_linked(tables, ticket) is not None else Action.LIVE_HUMAN
    channel = Channel.EMAIL if ticket.channel is Channel.SOCIAL else ticket.channel
    return Handled(action=action, channel=channel, by=first.author, at=first.at)


def article_linked(tables: sqlite_utils.Database, ticket: Ticket) -> str | None:
    """The first article whose address stands in an agent's first answer, of those that were ever a candidate."""
    answers = (message for message in ticket.messages if message.sender is Sender.AGENT and message.body.strip())
    first = next(answers, None)
    addresses = [address(url) for url in URL.findall(first.body)][:50] if first is not None else []
    marks = ", ".join("?" * len(addresses))
    sql = f"select address, id from articles where address in ({marks}) order by id desc"
    found = dict(tables.execute(sql, addresses).fetchall()) if addresses else {}
    return next((str(found[place]) for place in addresses if place in found), None)


def handled_of(tables: sqlite_utils.Database, source: str, ticket_id: str) -> Handled | None:
    """What was done with a ticket; None = nothing is known."""
    sql = "select action, channel, handled_by, at, reason from handled where source = ? and ticket_id = ?"
    row = tables.execute(sql, [source, ticket_id]).fetchone()
    return handled_from(*row) if row is not None else None
