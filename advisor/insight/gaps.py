"""What no article answers, as the newest look found it, told of the tickets as they are now.

Making a look takes its time (gap_search.py); showing the last one does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from advisor.insight.intervals import Share
from advisor.records import Records
from advisor.records.gaps import GapArticle, GapLook, GapMember, KeptGap

WEEK = timedelta(days=7)
RECENT = 4 * WEEK  # compared with as long a time before it
LEAST_TOLD = 8  # tickets of both times from which a trend is told: of a hundred small gaps some always look it
SHOWN_WEEKS = 12
EXAMPLES = 5
UNKNOWN_CUSTOMER = "ticket:"
"""How the key of a customer begins of whom nothing but the ticket is known."""


class Trend(StrEnum):
    """Whether a gap takes a larger part of all tickets than it did."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"  # or too few to tell
    NOT_KNOWN = "not_known"  # there were no tickets before to compare with


@dataclass(frozen=True, slots=True)
class Example:
    """A ticket of a gap."""

    source: str
    ticket_id: str
    subject: str  # masked; the first words of the ticket where it has none
    at: datetime  # aware


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Tickets about one thing that no article answers."""

    id: int  # of this look only
    title: str  # proposed, in the words of one of the tickets
    words: tuple[str, ...]  # that set it apart, each said by several tickets
    size: int  # tickets
    examples: tuple[Example, ...]  # the most typical first
    tickets: tuple[tuple[str, str], ...]  # all of them by source and id, the most typical first
    first: datetime
    last: datetime
    weeks: tuple[int, ...]  # tickets a week, the oldest first, up to the newest ticket of all
    trend: Trend
    recent: int  # tickets of the last four weeks
    before: int  # of the four weeks before
    customers: int  # known ones
    nameless: int  # tickets of whose customer nothing else is known
    accounts: int
    monthly_revenue: float | None  # of the accounts of which it is known; None = of none
    unpriced: int  # accounts of which it is not known
    article: GapArticle | None  # the nearest


@dataclass(frozen=True, slots=True)
class GapReport:
    """The newest look."""

    look: GapLook
    gaps: tuple[Gap, ...]  # the largest first; of equal ones that with more revenue

    @property
    def in_gaps(self) -> int:
        """Tickets in a gap."""
        return sum(gap.size for gap in self.gaps)

    @property
    def alone(self) -> int:
        """Unanswered tickets that were looked at and are like too few others."""
        return max(0, self.look.looked_at - self.in_gaps)


def last_gaps(records: Records) -> GapReport | None:
    """The newest look; None where nobody has looked yet (advisor kb gaps)."""
    found = records.gaps.last()
    if found is None:
        return None
    look, kept = found
    gaps = [_gap(one, look) for one in kept]
    return GapReport(look, tuple(sorted(gaps, key=lambda one: (-one.size, -(one.monthly_revenue or 0.0), one.id))))


def _gap(kept: KeptGap, look: GapLook) -> Gap:
    members = kept.members
    end = look.newest or max(one.at for one in members)
    recent = sum(end - RECENT < one.at <= end for one in members)
    before = sum(end - 2 * RECENT < one.at <= end - RECENT for one in members)
    named = {(one.source, one.customer) for one in members if not one.customer.startswith(UNKNOWN_CUSTOMER)}
    revenue = {(one.source, one.account): one.monthly_revenue for one in members if one.account is not None}
    priced = [amount for amount in revenue.values() if amount is not None]
    return Gap(
        id=kept.id,
        title=next((one.title for one in members if one.title), ", ".join(kept.words)) or _words(members[0]),
        words=kept.words,
        size=len(members),
        examples=tuple(Example(one.source, one.ticket_id, _words(one), one.at) for one in members[:EXAMPLES]),
        tickets=tuple((one.source, one.ticket_id) for one in members),
        first=min(one.at for one in members),
        last=max(one.at for one in members),
        weeks=_weeks(members, end),
        trend=_trend(recent, before, look),
        recent=recent,
        before=before,
        customers=len(named),
        nameless=sum(one.customer.startswith(UNKNOWN_CUSTOMER) for one in members),
        accounts=len(revenue),
        monthly_revenue=sum(priced) if priced else None,
        unpriced=len(revenue) - len(priced),
        article=kept.article,
    )


def _trend(recent: int, before: int, look: GapLook) -> Trend:
    """By Wilson's interval of the recent share of the gap, against that of all tickets."""
    if not look.before or not look.recent:
        return Trend.NOT_KNOWN
    if recent + before < LEAST_TOLD:
        return Trend.STEADY
    found, usual = Share.of_counts(recent, recent + before), look.recent / (look.recent + look.before)
    if found.low > usual:
        return Trend.RISING
    return Trend.FALLING if found.high < usual else Trend.STEADY


def _weeks(members: Sequence[GapMember], end: datetime) -> tuple[int, ...]:
    ago = Counter(int((end - one.at) / WEEK) for one in members if one.at <= end)
    return tuple(ago[week] for week in reversed(range(SHOWN_WEEKS)))


def _words(member: GapMember) -> str:
    return " ".join((member.subject or member.text).split())[:120]
