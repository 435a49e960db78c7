"""The honest ledger: what became of every ticket that was really answered by self-service. Never one number.

What decides a state is the newest thing that is known, whoever tells it:

* a telling: confirmed, contradicted, abandoned, handed on;
* a contact: another ticket of the same customer in the window counts as contradicted, whatever it is about, unless a
  person says that it is another matter, or confirms the article afterwards; where it was confirmed before, only a
  ticket on the same matter counts;
* the thread: the customer wrote again in the same ticket after an article was offered, and not to say that it helped.
  Where the time is not known it counts as when the article was given, so that any telling goes before it;
* a status: the ticket is reopened now.

So a contradiction beats a confirmation that came before it, and a later confirmation beats a contact. Of two at the
same time the worse counts: contradicted, handed on, abandoned, confirmed. A contradiction that names a related ticket
falls where a person says later that this ticket is about another matter. Where nothing is known, the state is assumed
once the window has closed and open until then: silence is not success, and assumed is never merged with confirmed.

A contact counts from when the article was given, so that two mails in a row do not contradict the answer to both. The
stream holds the tickets of one window; entries come as their windows close.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import heappop, heappush
from typing import NamedTuple

from advisor.decision.experience import Experience
from advisor.insight.contacts import Contacts, Pairs
from advisor.insight.matter import Likeness, Matter, likeness
from advisor.records import Past, Records
from advisor.types import Action, Evidence, Outcome, OutcomeKind, ReasonCode, WishSource

OLDEST = datetime.min.replace(tzinfo=UTC)
MOST_CONTACTS = 20  # kept of one ticket: a mailbox of alarms writes thousands, and one is enough to contradict
REOPENED = frozenset({"reopened", "re-opened", "reopen"})
BY_WISH = frozenset(
    {
        ReasonCode.WANTS_SELF_SERVICE,
        ReasonCode.WANTS_SELF_SERVICE_ON_FILE,
        ReasonCode.ONLY_SELF_SERVICE_LEFT,
        ReasonCode.NOTHING_ANSWERS,
    }
)
VERDICTS = frozenset({OutcomeKind.WOULD_ANSWER, OutcomeKind.WOULD_NOT_ANSWER})
SHOWN_TO_CUSTOMER = 3  # articles of an advice


class State(StrEnum):
    """What became of a ticket that an article answered."""

    CONFIRMED = "confirmed"
    ASSUMED = "assumed"  # nothing was heard until the window had closed
    CONTRADICTED = "contradicted"
    ABANDONED = "abandoned"
    HANDED_ON = "handed_on"
    OPEN = "open"  # nothing was heard, and the window is open


TOLD = {
    OutcomeKind.CONFIRMED: State.CONFIRMED,
    OutcomeKind.ABANDONED: State.ABANDONED,
    OutcomeKind.HANDED_ON: State.HANDED_ON,
    OutcomeKind.CONTRADICTED: State.CONTRADICTED,
}
"""The kinds of outcome that are states; of two at the same time the later one in this list counts."""

Told = dict[tuple[str, str], list[Outcome]]  # by source and ticket, the oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One ticket in the ledger."""

    past: Past
    state: State | None  # None = a person answered, and only a verdict is known
    how: str  # why this state
    given: datetime  # when it was answered
    closes: datetime  # until then a new contact counts as contradicted
    by_wish: bool  # an article, because the customer asked for one or left nothing else
    matter: str  # customer and matter; tickets of a customer on the same matter share it
    verdict: OutcomeKind | None  # whether the advised article would have answered, as an agent says
    contacts: tuple[Contact, ...] = ()  # where the state rests on them alone: those after all that was told


@dataclass(frozen=True, slots=True)
class Contact:
    """A later ticket of the same customer that counts as coming back because nobody says otherwise."""

    ticket_id: str
    likeness: Likeness  # to the ticket that was answered


class _Event(NamedTuple):
    at: datetime
    rank: int  # place in TOLD
    how: str
    contact: bool = False


@dataclass(slots=True)
class _Waiting:
    past: Past
    matter: str
    given: datetime
    closes: datetime
    contacts: list[Past]


def window_of(experience: Experience) -> timedelta:
    """How long a new contact counts as coming back: `[outcomes] came_back_within_days`."""
    return timedelta(days=experience.outcomes.came_back_within_days)


def ledger(
    records: Records,
    experience: Experience,
    now: datetime,
    *,
    of: tuple[str, WishSource, str] | None = None,
    since: datetime = OLDEST,
    until: datetime | None = None,
    stream: Iterator[Past] | None = None,
) -> Iterator[Entry]:
    """Every ticket that self-service really answered, and those to persons of which an agent gave a verdict.

    Tickets and tellings after `now` are not known yet. `of` takes the tickets of one customer only, `since` and `until`
    those that came in this time, whatever came before and after being known all the same. `stream` is given where
    somebody else reads the tickets too; it must begin a window before `since`.
    """
    window = window_of(experience)
    before = since - window if since > OLDEST else None  # a matter may have begun then
    told = _told(records, before, now, of)
    contacts = Contacts(window, _other_matters(told), _came_back(told))
    waiting: list[tuple[datetime, str, str, _Waiting]] = []
    pending: dict[tuple[str, str], list[_Waiting]] = defaultdict(list)
    for past in stream if stream is not None else records.past(of=of, since=before):
        is_over = until is not None and past.created_at >= until
        if past.created_at > now or (is_over and not waiting):
            break
        while waiting and waiting[0][0] < past.created_at:
            yield _closed(heappop(waiting)[-1], pending, told, window, now)
        matter, who = contacts.matter(past), (past.source, past.customer)
        for one in pending.get(who, ()):
            counts = one.given < past.created_at <= one.closes and not contacts.is_other(one.past, past)
            if counts and len(one.contacts) < MOST_CONTACTS:
                one.contacts.append(past)
        if since <= past.created_at and not is_over and _belongs(past, told):
            given = given_at(past)
            one = _Waiting(past, matter, given, given + window, [])
            pending[who].append(one)
            heappush(waiting, (one.closes, past.source, past.ticket_id, one))
    while waiting:
        yield _closed(heappop(waiting)[-1], pending, told, window, now)


def given_at(past: Past) -> datetime:
    """When a ticket was answered; when it came, where that is not known or cannot be."""
    done = past.handled.at if past.handled is not None else None
    return max(past.created_at, done) if done is not None else past.created_at


def was_article(past: Past) -> bool:
    """Whether self-service really answered."""
    return past.handled is not None and past.handled.action is Action.SELF_SERVICE


def _told(records: Records, since: datetime | None, now: datetime, of: tuple[str, WishSource, str] | None) -> Told:
    told: Told = defaultdict(list)
    for outcome in records.outcomes.all(since=since, of=of):  # none is told of a ticket before it came
        if outcome.at <= now:
            told[outcome.source, outcome.ticket_id].append(outcome)
    return told


def _other_matters(told: Told) -> Pairs:
    """Pairs of tickets that a person holds for two matters, whichever of the two it was told of."""
    return {
        (outcome.source, frozenset((outcome.ticket_id, outcome.related)))
        for outcomes in told.values()
        for outcome in outcomes
        if outcome.kind is OutcomeKind.OTHER_MATTER and outcome.related is not None
    }


def _came_back(told: Told) -> Pairs:
    """Pairs of tickets of which a person says that the one came back as the other."""
    return {
        (outcome.source, frozenset((outcome.ticket_id, outcome.related)))
        for outcomes in told.values()
        for outcome in outcomes
        if outcome.kind is OutcomeKind.CONTRADICTED and outcome.related is not None
    }


def _belongs(past: Past, told: Told) -> bool:
    if was_article(past):
        return True
    by_person = past.handled is not None and past.handled.action is Action.LIVE_HUMAN
    return by_person and any(one.kind in VERDICTS for one in told.get((past.source, past.ticket_id), ()))


def _closed(
    one: _Waiting, pending: dict[tuple[str, str], list[_Waiting]], told: Told, window: timedelta, now: datetime
) -> Entry:
    """Settle a ticket, and forget that it waited."""
    who = (one.past.source, one.past.customer)
    pending[who].remove(one)
    if not pending[who]:
        del pending[who]
    outcomes = told.get((one.past.source, one.past.ticket_id), [])
    one.contacts = _counting(one, outcomes)
    events = sorted([*_tellings(outcomes), *_contacts(one), *_thread(one, now)])
    state, how = _settled(one, events, window, now) if was_article(one.past) else (None, "a person answered")
    return Entry(
        past=one.past,
        state=state,
        how=how,
        contacts=_alone(one, events) if state is State.CONTRADICTED else (),
        given=one.given,
        closes=one.closes,
        by_wish=state is not None and one.past.reason in BY_WISH,
        matter=one.matter,
        verdict=_verdict(one.past, outcomes),
    )


def _counting(one: _Waiting, outcomes: Sequence[Outcome]) -> list[Past]:
    """The contacts that may contradict: all, but after a confirmation those on the same matter only."""
    confirmed = min((outcome.at for outcome in outcomes if outcome.kind is OutcomeKind.CONFIRMED), default=None)
    if confirmed is None:
        return one.contacts
    matter = Matter.of(one.past.evidence(), one.past.subject)
    return [
        past
        for past in one.contacts
        if past.created_at < confirmed or likeness(matter, Matter.of(past.evidence(), past.subject)).is_same
    ]


def _settled(one: _Waiting, events: Sequence[_Event], window: timedelta, now: datetime) -> tuple[State, str]:
    """The state by the newest event, and why."""
    if events:
        return list(TOLD.values())[events[-1].rank], events[-1].how
    if now >= one.closes:
        return State.ASSUMED, f"nothing was heard for {window.days} days"
    return State.OPEN, f"nothing was heard so far; the window closes on {one.closes:%Y-%m-%d}"


def _alone(one: _Waiting, events: Sequence[_Event]) -> tuple[Contact, ...]:
    """The contacts after the newest other event; none where that one is a contradiction itself."""
    others = [event for event in events if not event.contact]
    if others and others[-1].rank == len(TOLD) - 1:
        return ()
    matter = Matter.of(one.past.evidence(), one.past.subject)
    return tuple(
        Contact(past.ticket_id, likeness(matter, Matter.of(past.evidence(), past.subject)))
        for past in one.contacts
        if not others or past.created_at >= others[-1].at
    )


def _tellings(outcomes: Sequence[Outcome]) -> Iterator[_Event]:
    elsewhere = {one.related: one.at for one in outcomes if one.kind is OutcomeKind.OTHER_MATTER}
    for one in outcomes:
        if one.kind not in TOLD:
            continue
        taken_back = one.kind is OutcomeKind.CONTRADICTED and elsewhere.get(one.related, one.at) > one.at
        if one.related is None or not taken_back:
            yield _Event(one.at, list(TOLD).index(one.kind), _words(one))


def _words(one: Outcome) -> str:
    by = f" by {one.by}" if one.by else ""
    related = f", as ticket {one.related}" if one.related else ""
    return f"{one.kind.replace('_', ' ')}{by} on {one.at:%Y-%m-%d}{related}"


def _contacts(one: _Waiting) -> Iterator[_Event]:
    for past in one.contacts:
        how = f"the customer wrote again on {past.created_at:%Y-%m-%d}, ticket {past.ticket_id}"
        yield _Event(past.created_at, len(TOLD) - 1, how, contact=True)


def _thread(one: _Waiting, now: datetime) -> Iterator[_Event]:
    evidence = one.past.evidence() if not one.past.tried_nothing else None
    if evidence is not None and any(failure.article is not None for failure in evidence.failures):
        how = "the customer wrote again in the same ticket, after an article was offered"
        yield _Event(max(evidence.at, one.given), len(TOLD) - 1, how)
    if (one.past.status or "").casefold() in REOPENED:
        yield _Event(max(now, one.given), len(TOLD) - 1, "the ticket is reopened")


def _verdict(past: Past, outcomes: Sequence[Outcome]) -> OutcomeKind | None:
    """The newest verdict on what was advised.

    That an article would have answered counts of any of those that a customer is shown; that it would not, of the
    first. A verdict on an article that was not advised says nothing of the advice.
    """
    verdicts = [one for one in outcomes if one.kind in VERDICTS and _is_about(one, past.evidence())]
    return verdicts[-1].kind if verdicts else None


def _is_about(verdict: Outcome, evidence: Evidence) -> bool:
    most = SHOWN_TO_CUSTOMER if verdict.kind is OutcomeKind.WOULD_ANSWER else 1
    return verdict.article is None or verdict.article in [one.id for one in evidence.candidates[:most]]
