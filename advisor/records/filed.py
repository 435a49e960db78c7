"""Wishes on file: what counts for later tickets, who said it, and since when; what is ended stays and is shown.

A wish that was said in a ticket is filed as said once, for this matter and 30 days; said again in another ticket within
a year, or said for good ("never call me"), it is standing, for twelve months, after which it is a suggestion. Words
about a colleague or for the whole firm are suggestions to the account. A suggestion decides nothing until an agent has
confirmed it. Of two that contradict each other both stay; the newer one ends the older where it speaks of all that the
older one spoke of (for good, or as long as it was meant to hold), and else the rules of the decision rank them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import sqlite_utils

from advisor.records.rows import account_key, customer_key, digest, iso
from advisor.records.tables import Row, moment_of
from advisor.types import Evidence, Moment, Stance, Ticket, Whose, Wish, WishChannel, WishSource

ONCE = timedelta(days=30)
STANDING = timedelta(days=365)
SURE = 0.7  # a wish that is heard less surely counts in its ticket alone: misheard, it would follow the customer
LIVE = frozenset({WishChannel.PHONE, WishChannel.CHAT})
_TIMES = ("since", "until", "changed_at", "ended_at", "ended_until")
OLDEST = datetime.min.replace(tzinfo=UTC)


class Standing(StrEnum):
    """How firmly a wish stands."""

    ONCE = "once"  # for one matter
    STANDING = "standing"
    SUGGESTED = "suggested"  # decides nothing until somebody confirms it


class SaidBy(StrEnum):
    """Where a wish on file comes from."""

    TICKET = "ticket"
    AGENT = "agent"
    IMPORT = "import"
    HELPDESK = "helpdesk"  # came with a ticket, as on file there
    LEARNT = "learnt"  # from what the customer did


class State(StrEnum):
    """What a wish on file is at a given time."""

    IN_FORCE = "in force"
    TO_COME = "to come"
    SUGGESTED = "suggested"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledWish:
    """One wish on file, and where it comes from."""

    id: str = ""  # made of the rest where it is empty
    source: str = "local"
    kind: WishSource = WishSource.CUSTOMER  # CUSTOMER or ACCOUNT
    owner: str
    channel: WishChannel
    stance: Stance
    order: int = 1
    moment: Moment | None = None  # None = at any moment
    topic: str | None = None  # None = on any topic
    since: datetime | None = None  # aware; None = not known, counted as oldest
    until: datetime | None = None  # aware; None = for ever
    standing: Standing = Standing.STANDING
    said_by: SaidBy = SaidBy.AGENT
    said_in: str | None = None  # id of the ticket
    quote: str | None = None  # masked
    evidence: str | None = None  # what a suggestion rests on, in words
    filed_by: str | None = None  # the person who put it on file; None = nobody did
    by_hand: bool = False  # an agent has confirmed, ended or restored it; reading or importing it again changes nothing
    changed_by: str | None = None
    changed_at: datetime | None = None
    ended_at: datetime | None = None
    ended_until: datetime | None = None  # until the newer words have run out; None = for good
    ended_by: str | None = None  # a person; or the id of the newer wish that ended it
    ended_why: str | None = None

    def state(self, at: datetime) -> State:
        """What it is at this time; a standing one that has run out is a suggestion again."""
        if self.ended_at is not None and self.ended_at <= at and (self.ended_until is None or at < self.ended_until):
            return State.ENDED
        if self.standing is Standing.SUGGESTED:
            return State.SUGGESTED
        if self.since is not None and self.since > at:
            return State.TO_COME
        if self.until is None or at < self.until:
            return State.IN_FORCE
        return State.SUGGESTED if self.standing is Standing.STANDING else State.EXPIRED

    @property
    def ended_by_person(self) -> bool:
        """Whether an agent or a helpdesk ended it, not newer words."""
        return self.ended_by is not None and self.ended_by == self.changed_by

    def wish(self) -> Wish:
        """As the decision sees it; its quote stands in another ticket and is left out."""
        return Wish(
            channel=self.channel,
            stance=self.stance,
            order=self.order,
            source=self.kind,
            moment=self.moment,
            topic=self.topic,
            since=self.since,
            expires=self.until,
        )


def said_in(ticket: Ticket, evidence: Evidence) -> list[FiledWish]:
    """What a ticket leaves on file, as if nobody had said it before; nothing where the customer is not known."""
    owner, account = customer_key(ticket), account_key(ticket.account)
    if owner.startswith("ticket:"):
        return []
    filed = []
    for wish in evidence.wishes:
        if wish.source is not WishSource.TICKET or wish.probability < SURE:
            continue
        own = _of_ticket(wish, ticket, evidence, kind=WishSource.CUSTOMER, owner=owner)
        about = _about(wish)
        if about is None or wish.whose is Whose.FIRM:
            filed.append(own)
        if about is not None and (account is not None or wish.whose is not Whose.FIRM):
            kind, of = (WishSource.ACCOUNT, account) if account is not None else (WishSource.CUSTOMER, owner)
            said = f"said in ticket {ticket.id} {about}"
            filed.append(_suggestion(replace(own, kind=kind, owner=of), said))
    return [named(one) for one in filed]


def _about(wish: Wish) -> str | None:
    """Of whom a wish speaks, if not of the writer alone."""
    if wish.author is not None:
        return "by somebody else in the thread"
    return {Whose.COLLEAGUE: "about a colleague", Whose.FIRM: "for the whole firm"}.get(wish.whose)


def _of_ticket(wish: Wish, ticket: Ticket, evidence: Evidence, *, kind: WishSource, owner: str) -> FiledWish:
    """Said once: for the topic where it is known, else for the moment; said for good: for everything."""
    topic = evidence.topic.label if evidence.topic.known else None
    moment = Moment(evidence.moment.label) if topic is None else None
    return FiledWish(
        source=ticket.source,
        kind=kind,
        owner=owner,
        channel=wish.channel,
        stance=wish.stance,
        order=wish.order,
        moment=None if wish.lasting else moment,
        topic=None if wish.lasting else topic,
        since=evidence.at,
        until=evidence.at + (STANDING if wish.lasting else ONCE),
        standing=Standing.STANDING if wish.lasting else Standing.ONCE,
        said_by=SaidBy.TICKET,
        said_in=ticket.id,
        quote=wish.quote.text if wish.quote is not None else None,
    )


def _suggestion(one: FiledWish, evidence: str) -> FiledWish:
    return replace(one, moment=None, topic=None, until=None, standing=Standing.SUGGESTED, evidence=evidence)


def named(one: FiledWish) -> FiledWish:
    """The wish with an id that is made of what it says, whose it is, and where it was said."""
    return replace(one, id=_name(one))


def _name(one: FiledWish) -> str:
    suggested = one.standing is Standing.SUGGESTED
    parts: tuple[object, ...] = (
        one.source,
        one.kind,
        one.owner,
        one.channel,
        one.stance,
        one.said_by,
        one.said_in,
        suggested,
    )
    if one.said_in is None:
        parts += (one.moment, one.topic, iso(one.since), iso(one.until), one.order)
    return digest("filed", *parts)


def said_again(one: FiledWish, others: Iterable[FiledWish]) -> FiledWish:
    """Standing where the same was said in another ticket within a year before."""
    if one.standing is not Standing.ONCE or one.since is None:
        return one
    alike = [
        other
        for other in others
        if other.said_by is SaidBy.TICKET
        and other.standing is not Standing.SUGGESTED
        and (other.channel, other.stance) == (one.channel, one.stance)
        and other.said_in != one.said_in
        and other.since is not None
        and one.since - STANDING <= other.since <= one.since
        and not other.ended_by_person
    ]
    if not alike:
        return one
    return replace(one, standing=Standing.STANDING, moment=None, topic=None, until=one.since + STANDING)


def settled(filed: Sequence[FiledWish]) -> list[FiledWish]:
    """The wishes of one owner with their ends as newer words set them; what a person has ended stays as it is."""
    return [one if one.ended_by_person else _ended_by_newer(one, filed) for one in filed]


def _ended_by_newer(one: FiledWish, filed: Sequence[FiledWish]) -> FiledWish:
    newer = [
        other
        for other in filed
        if not other.ended_by_person and _contradicts(other, one) and (other.since or OLDEST) > (one.since or OLDEST)
    ]
    first = min(newer, key=lambda other: (other.since or OLDEST, other.id), default=None)
    if first is None:
        return replace(one, ended_at=None, ended_until=None, ended_by=None, ended_why=None)
    why = f"newer words in ticket {first.said_in}" if first.said_in else f"newer words ({first.said_by})"
    ends = [_holds_until(other) for other in newer]
    until = None if None in ends else max(end for end in ends if end is not None)
    return replace(one, ended_at=first.since, ended_until=until, ended_by=first.id, ended_why=why)


def _holds_until(newer: FiledWish) -> datetime | None:
    """Until when words keep older ones ended; None = for good, as what was said for good or again in tickets does.

    After its year such a wish is a suggestion, to be asked about again; nobody has gone back to the older one.
    """
    for_good = newer.said_by is SaidBy.TICKET and newer.standing is Standing.STANDING
    return None if for_good else newer.until


def _contradicts(newer: FiledWish, older: FiledWish) -> bool:
    """Whether words take older ones back: the other stance on the same way, about all that the older ones spoke of."""
    if Standing.SUGGESTED in (newer.standing, older.standing) or newer.stance is older.stance:
        return False
    covers = newer.moment in (None, older.moment) and newer.topic in (None, older.topic)
    return covers and _same_way(newer, older)


def _same_way(newer: FiledWish, older: FiledWish) -> bool:
    """A refusal of any person takes back a call that was wanted, and a call that is wanted such a refusal."""
    if newer.channel is older.channel:
        return True
    refused, wanted = (newer, older) if newer.stance is Stance.REFUSES else (older, newer)
    return refused.channel is WishChannel.PERSON and wanted.channel in LIVE


def row_of(one: FiledWish) -> Row:
    """A wish on file as a row."""
    return {
        "id": one.id or _name(one),
        "source": one.source,
        "kind": one.kind.value,
        "owner": one.owner,
        "channel": one.channel.value,
        "stance": one.stance.value,
        "rank": one.order,
        "moment": one.moment.value if one.moment is not None else None,
        "topic": one.topic,
        "standing": one.standing.value,
        "said_by": one.said_by.value,
        "said_in": one.said_in,
        "filed_by": one.filed_by,
        "by_hand": int(one.by_hand),
        "quote": one.quote,
        "evidence": one.evidence,
        "changed_by": one.changed_by,
        "ended_by": one.ended_by,
        "ended_why": one.ended_why,
        **{name: iso(getattr(one, name)) for name in _TIMES},
    }


def filed_from(row: Row) -> FiledWish:
    """A row as a wish on file."""
    words = ("id", "source", "owner", "topic", "said_in", "quote", "evidence")
    people = ("filed_by", "changed_by", "ended_by", "ended_why")
    fields: Row = {name: row[name] for name in (*words, *people)}
    fields |= {name: moment_of(row[name]) for name in _TIMES}
    return FiledWish(
        **fields,
        kind=WishSource(row["kind"]),
        channel=WishChannel(row["channel"]),
        stance=Stance(row["stance"]),
        order=row["rank"] or 1,
        by_hand=bool(row["by_hand"]),
        moment=Moment(row["moment"]) if row["moment"] else None,
        standing=Standing(row["standing"]),
        said_by=SaidBy(row["said_by"]),
    )


def of_owner(tables: sqlite_utils.Database, source: str, kind: WishSource, owner: str) -> list[FiledWish]:
    """All that is on file for a customer or an account, the newest first."""
    rows = tables.table("filed").rows_where("source = ? and kind = ? and owner = ?", [source, kind.value, owner])
    return newest_first(map(filed_from, rows))


def newest_first(filed: Iterable[FiledWish]) -> list[FiledWish]:
    """Wishes of one owner in the order in which they are read."""
    by_choice = sorted(filed, key=lambda one: (one.order, one.id))
    return sorted(by_choice, key=lambda one: one.since or OLDEST, reverse=True)
