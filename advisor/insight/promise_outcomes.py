"""Which tickets may certify: what was really sent to self-service by cost, audited or piloted, and how it ended.

An article is wrong where it was contradicted, or where the ticket was handed on to a person all the same; it is right
where it was confirmed, or assumed because the customer did not come back. Silence is not success: who went away without
an answer is neither right nor wrong, and is counted beside. Articles that were sent because the customer wished for one
are counted apart and certify nothing.

An agent's verdict certifies only where the ticket was drawn for an audit before it was given. Agents tell of the good
ones: a verdict that was volunteered is counted apart too.

A contradiction counts when the window has closed, and not before: right ones are known only then, so an early count
would hold too many wrong ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from advisor.decision.experience import Experience
from advisor.decision.logs import Tally
from advisor.decision.policy import BY_COST, Labelled, Trial, Way, replayed
from advisor.insight.ledger import Entry, State, was_article
from advisor.records import Past, Records
from advisor.records.sent import Sent, first_advice
from advisor.types import Action, OutcomeKind

PILOT = "pilot"
"""`handled.by` of a ticket that was sent an article by lot, however little it was trusted."""

Drawn = dict[tuple[str, str], datetime]  # by source and ticket: when it was first drawn for an audit

RIGHT = frozenset({State.CONFIRMED, State.ASSUMED})


class Apart(StrEnum):
    """Why a ticket may not certify."""

    BY_WISH = "by_wish"  # the article was sent because the customer wished for one
    BY_AGENT = "by_agent"  # it was sent though the advice was a person
    VOLUNTEERED = "volunteered"  # a person answered, and the verdict is on a ticket that was not drawn before it
    NO_ARTICLE = "no_article"  # a person answered, and there is no verdict on what was advised


class Standing(StrEnum):
    """Whether it is known how a ticket ended."""

    KNOWN = "known"
    ABANDONED = "abandoned"
    OPEN = "open"  # its window has not closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All articles that were sent, one a customer and matter, by what they can say."""

    trials: tuple[Trial, ...]  # that certify, the oldest first
    abandoned: tuple[Trial, ...]  # as if wrong
    open: int  # windows that have not closed
    by_wish: Tally  # sent because the customer wished for an article, and known how they ended
    by_agents: int  # articles that were sent though the advice was a person
    outside: int  # sent by cost, and today's file would not
    volunteered: Tally  # verdicts of agents on tickets that were not drawn before


def gathered(records: Records, entries: Iterable[Entry], experience: Experience, *, now: datetime) -> Gathered:
    """Sort the ledger; of each customer and matter the first ticket speaks, whatever became of it."""
    first: dict[str, tuple[datetime, Standing, Trial | None]] = {}
    by_agents, wished, volunteered, drawn = 0, list[bool](), list[bool](), _drawn(records)
    for entry in entries:
        outcome, standing = _outcome(records, entry, drawn), _standing(entry, now)
        if outcome is Apart.BY_WISH and standing is Standing.KNOWN:
            wished.append(entry.state not in RIGHT)
        if outcome is Apart.VOLUNTEERED:
            volunteered.append(entry.verdict is OutcomeKind.WOULD_NOT_ANSWER)
        by_agents += outcome is Apart.BY_AGENT
        if isinstance(outcome, Labelled) and outcome.at < first.get(outcome.matter, (now,))[0]:
            first[outcome.matter] = (outcome.at, standing, replayed(outcome, experience))
    ordered = sorted(first.values(), key=lambda one: one[0])
    return Gathered(
        trials=tuple(trial for _, standing, trial in ordered if trial is not None and standing is Standing.KNOWN),
        abandoned=tuple(trial for _, standing, trial in ordered if trial and standing is Standing.ABANDONED),
        open=sum(standing is Standing.OPEN for _, standing, _ in ordered),
        by_wish=Tally(len(wished), sum(wished)),
        by_agents=by_agents,
        outside=sum(trial is None for _, _, trial in ordered),
        volunteered=Tally(len(volunteered), sum(volunteered)),
    )


def _drawn(records: Records) -> Drawn:
    drawn: Drawn = {}
    for one in (*records.audits.open(), *records.audits.labelled()):
        key = (one.source, one.ticket_id)
        drawn[key] = min(one.drawn_at, drawn.get(key, one.drawn_at))
    return drawn


def _outcome(records: Records, entry: Entry, drawn: Drawn) -> Labelled | Apart:
    past = entry.past
    if not was_article(past):
        if entry.verdict is None:
            return Apart.NO_ARTICLE
        if not _was_drawn_before(records, entry, drawn):
            return Apart.VOLUNTEERED
        return _labelled(entry, Sent(past.evidence(), past.recommendation()), Way.AUDITED)
    if past.handled is not None and past.handled.by == PILOT:
        pilot = first_advice(records.file, past.source, past.ticket_id)
        return Apart.BY_AGENT if pilot is None else _labelled(entry, pilot, Way.PILOTED)
    advised = _sent_by(records, past)
    if advised is None:
        return Apart.BY_WISH if entry.by_wish else Apart.BY_AGENT
    if advised.recommendation.reasons[0].code not in BY_COST:
        return Apart.BY_WISH
    return _labelled(entry, advised, Way.BY_COST)


def _was_drawn_before(records: Records, entry: Entry, drawn: Drawn) -> bool:
    """Whether the ticket was drawn before the newest verdict of this kind was given."""
    key = (entry.past.source, entry.past.ticket_id)
    if key not in drawn:
        return False
    return any(drawn[key] < one.at for one in records.outcomes.of(*key) if one.kind is entry.verdict)


def _sent_by(records: Records, past: Past) -> Sent | None:
    """The advice by which the article was sent: the newest is a person's where the customer has come back with it."""
    if past.action is Action.SELF_SERVICE:
        return Sent(past.evidence(), past.recommendation())
    return first_advice(records.file, past.source, past.ticket_id, action=Action.SELF_SERVICE)


def _labelled(entry: Entry, sent: Sent, way: Way) -> Labelled:
    audited = way is Way.AUDITED
    return Labelled(
        at=entry.past.created_at,
        closes=entry.closes,
        evidence=sent.evidence,
        wrong=entry.verdict is OutcomeKind.WOULD_NOT_ANSWER if audited else entry.state not in RIGHT,
        matter=entry.matter,
        way=way,
        needed_then=sent.recommendation.needed,
        under=f"{sent.recommendation.experience} {sent.recommendation.promise_id}",
    )


def _standing(entry: Entry, now: datetime) -> Standing:
    """A verdict is known as soon as it is given; an article's worth when its window has closed."""
    if entry.state is None:
        return Standing.KNOWN
    if entry.closes > now or entry.state is State.OPEN:
        return Standing.OPEN
    return Standing.ABANDONED if entry.state is State.ABANDONED else Standing.KNOWN
