"""What was really done with tickets, and what became of them, each telling once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import sqlite_utils

from advisor.records.past import handled_from
from advisor.records.rows import URL, address, digest, iso
from advisor.records.tables import RecordsFile, Row, moment_of, put
from advisor.types import Action, Channel, Handled, Message, Outcome, OutcomeKind, Sender, Ticket

KNOWN = "is known already, and is counted once"
"""How the sentence about an outcome ends that was told before."""

MESSAGE = "message"
"""Who told what was done, where it was read from an agent's message; anybody's own word goes before it."""


SKEW = timedelta(hours=24)  # clocks differ, and a day without a time may be any of it


class Outcomes:
    """Outcomes as they were told, and what was done."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    def add(self, outcomes: Iterable[Outcome], *, by: str) -> list[str]:
        """Keep outcomes in one transaction; a sentence for each that is refused, `""` for each that is kept."""
        now = datetime.now(UTC)
        with self.file.errors_named(), self.file.writing() as tables:
            return [_added(tables, outcome, by, now) for outcome in outcomes]

    def of(self, source: str, ticket_id: str) -> list[Outcome]:
        """All outcomes of a ticket, the oldest first."""
        with self.file.errors_named():
            rows = self.file.tables.table("outcomes").rows_where("source = ? and ticket_id = ?", [source, ticket_id])
            return sorted(map(outcome_from, rows), key=lambda one: one.at)

    def all(self, *, since: datetime | None = None) -> Iterator[Outcome]:
        """All outcomes, the oldest first; `since` leaves out those that happened before."""
        with self.file.errors_named():
            for row in self.file.tables.table("outcomes").rows_where(order_by="julianday(at), id"):
                outcome = outcome_from(row)
                if since is None or outcome.at >= since:
                    yield outcome

    def remove(self, outcome: Outcome) -> bool:
        """Take an outcome back that was told by mistake; False where there was none."""
        with self.file.errors_named(), self.file.writing() as tables:
            return tables.execute("delete from outcomes where id = ?", [_name(outcome)]).rowcount > 0

    def keep_handled(self, source: str, ticket_id: str, handled: Handled, *, told_by: str) -> bool:
        """Keep what was done with a ticket, in the place of what was told before; False for an unknown ticket."""
        with self.file.errors_named(), self.file.writing() as tables:
            if _came(tables, source, ticket_id) is None:
                return False
            keep_handled(tables, source, ticket_id, handled, told_by)
        return True


def _added(tables: sqlite_utils.Database, outcome: Outcome, by: str, now: datetime) -> str:
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


def keep_handled(tables: sqlite_utils.Database, source: str, ticket_id: str, handled: Handled, told_by: str) -> None:
    """Keep what was done; what an agent's message shows never replaces what somebody said."""
    if told_by == MESSAGE:
        sql = "select told_by from handled where source = ? and ticket_id = ?"
        row = tables.execute(sql, [source, ticket_id]).fetchone()
        if row is not None and row[0] != MESSAGE:
            return
    facts = {name: getattr(handled, name) for name in ("action", "channel", "reason")}
    row = {name: None if fact is None else fact.value for name, fact in facts.items()}
    row |= {"source": source, "ticket_id": ticket_id, "handled_by": handled.by, "at": iso(handled.at)}
    put(tables, "handled", row | {"told_by": told_by})


def handled_in(tables: sqlite_utils.Database, ticket: Ticket) -> Handled | None:
    """What the first answer of an agent was: an article's link is self-service, anything else a person."""
    answers = [message for message in ticket.messages if message.sender is Sender.AGENT and message.body.strip()]
    if not answers:
        return None
    first = answers[0]
    action = Action.SELF_SERVICE if _links_article(tables, first) else Action.LIVE_HUMAN
    channel = Channel.EMAIL if ticket.channel is Channel.SOCIAL else ticket.channel
    return Handled(action=action, channel=channel, by=first.author, at=first.at)


def _links_article(tables: sqlite_utils.Database, message: Message) -> bool:
    """Whether a message holds the address of an article that was ever a candidate."""
    addresses = [address(url) for url in URL.findall(message.body)][:50]
    marks = ", ".join("?" * len(addresses))
    sql = f"select 1 from articles where address in ({marks}) limit 1"
    return bool(addresses) and tables.execute(sql, addresses).fetchone() is not None


def handled_of(tables: sqlite_utils.Database, source: str, ticket_id: str) -> Handled | None:
    """What was done with a ticket; None = nothing is known."""
    sql = "select action, channel, handled_by, at, reason from handled where source = ? and ticket_id = ?"
    row = tables.execute(sql, [source, ticket_id]).fetchone()
    return handled_from(*row) if row is not None else None
