"""What happened with a customer or an account, ticket by ticket: wish, advice, what was done, and the outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from advisor.decision.experience import Experience
from advisor.decision.wording import WISH
from advisor.desk.compliance_text import cause_words, missed_words
from advisor.insight.compliance import Breach, By, Compliance, count
from advisor.insight.honour import Honour
from advisor.insight.ledger import Entry, State, ledger
from advisor.insight.seen import Files, Seen, seen_again
from advisor.records import Records
from advisor.records.filing import Owner
from advisor.types import Action, Handled, Moment, Prediction, Stance, Tone, Wish, WishSource
from web.view import MOMENTS, way

MOST = 200  # tickets, the newest, from which all figures of a page are made
STOPS = 10  # of one page
MOST_POINTS = 40  # of the tone path
HEATED = (Tone.ANGRY, Tone.FRUSTRATED, Tone.WORRIED, Tone.DISAPPOINTED)
DONE = {Action.SELF_SERVICE: "an article was sent", Action.LIVE_HUMAN: "a person answered"}
ADVISED = {Action.SELF_SERVICE: "an article", Action.LIVE_HUMAN: "a person"}
FROM = {WishSource.TICKET: "said here", WishSource.CUSTOMER: "on file", WishSource.ACCOUNT: "on file for the firm"}
HONOURS = {
    Honour.HONOURED: "as wished",
    Honour.BY_LATER_CHOICE: "as wished, by a later choice",
    Honour.BREACHED: "not as wished",
    Honour.UNKNOWN: "not known what was done",
}
OUTCOMES = {
    State.CONFIRMED: "confirmed: it helped",
    State.ASSUMED: "assumed: nothing was heard since",
    State.CONTRADICTED: "contradicted: it did not help",
    State.ABANDONED: "abandoned",
    State.HANDED_ON: "handed on to a person",
    State.OPEN: "open: too early to say",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One ticket on the way."""

    source: str
    ticket_id: str
    subject: str
    customer: str  # key
    at: datetime
    day: str
    moment: str
    wishes: tuple[str, ...]  # in force then
    advised: str
    done: str
    honour: Honour | None  # None = no wish was stated
    honoured: str
    missed: str | None  # what was missed, and why
    outcome: State | None  # None = no article was sent
    became: str | None


@dataclass(frozen=True, slots=True)
class Passed:
    """A moment of truth, and how often it was passed."""

    name: str
    tickets: int
    breached: int
    newest: str | None  # day


@dataclass(frozen=True, slots=True)
class HeatPoint:
    """How heated the customer sounded in one ticket."""

    ticket_id: str
    day: str
    heat: float  # 0 to 1: the likeliest of HEATED
    tone: str  # the likeliest of all


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """All of it, of the newest tickets."""

    stops: tuple[Stop, ...]  # the newest first
    tickets: int  # recorded ones, of which at most MOST are looked at
    passed: tuple[Passed, ...]
    heat: tuple[HeatPoint, ...]  # the oldest first
    compliance: Compliance
    breaches: tuple[tuple[Breach, str, str], ...]  # the newest first; what was missed, and the cause
    cancellations: tuple[tuple[str, datetime, str | None], ...]  # ticket, when, the words


def journey_of(records: Records, experience: Experience, who: Owner, *, now: datetime) -> Journey:
    """The journey of a customer or an account, by the newest tickets."""
    tickets, since = records.directory.newest(who, most=MOST)
    pasts = [past for past in records.past(of=who, since=since) if past.created_at <= now][-MOST:]
    files, found = Files(records, experience), Compliance(By.MOMENT)
    looked_at = [seen_again(records, past, files) for past in pasts]
    for one in looked_at:
        count(found, one, experience)
    became = {
        (entry.past.source, entry.past.ticket_id): entry
        for entry in ledger(records, experience, now, of=who, stream=iter(pasts))
    }
    breaches = {(one.source, one.ticket_id): one for one in found.breaches}
    stops = tuple(_stop(one, became.get(_key(one)), breaches.get(_key(one)), experience) for one in reversed(looked_at))
    return Journey(
        stops=stops,
        tickets=tickets,
        passed=_passed(stops),
        heat=tuple(_heat(looked_at[-MOST_POINTS:], experience)),
        compliance=found,
        breaches=tuple((one, missed_words(one), cause_words(one)) for one in reversed(found.breaches)),
        cancellations=tuple(_cancellations(looked_at)),
    )


def done_words(handled: Handled | None, experience: Experience) -> str:
    """`an article was sent by e-mail, by ada, 3 Mar 2026, 10:00`."""
    if handled is None or (handled.action is None and handled.channel is None):
        return "not known yet"
    words = DONE[handled.action] if handled.action is not None else "answered"
    words += f" {way(handled.channel)}" if handled.channel is not None else ""
    words += f", by {handled.by}" if handled.by else ""
    return words + (f", {handled.at.astimezone(experience.zone):%-d %b %Y, %H:%M}" if handled.at is not None else "")


def wish_words(wish: Wish) -> str:
    """`wants a call (said here: “please ring me”)`."""
    verb = "wants" if wish.stance is Stance.WANTS else "does not want"
    quote = f": “{wish.quote.text}”" if wish.quote is not None else ""
    return f"{verb} {WISH[wish.channel]} ({FROM[wish.source]}{quote})"


def _key(one: Seen) -> tuple[str, str]:
    return one.past.source, one.past.ticket_id


def _stop(one: Seen, became: Entry | None, breach: Breach | None, experience: Experience) -> Stop:
    past, advice = one.past, one.advice
    honour = one.judgement.honour if one.judgement is not None else None
    advised = ADVISED[advice.action] + (
        f", {way(advice.channel)}" if advice.channel is not None else ", no way is left"
    )
    state = became.state if became is not None else None
    return Stop(
        source=past.source,
        ticket_id=past.ticket_id,
        subject=past.subject or "(no subject)",
        customer=past.customer,
        at=past.created_at,
        day=_day(past.created_at, experience),
        moment=_moment(past.moment),
        wishes=tuple(wish_words(wish) for wish in one.case.will.in_force),
        advised=advised,
        done=done_words(past.handled, experience),
        honour=honour,
        honoured=HONOURS[honour] if honour is not None else "no wish was stated",
        missed=f"{missed_words(breach)}; {cause_words(breach)}" if breach is not None else None,
        outcome=state,
        became=f"{OUTCOMES[state]} ({became.how})" if state is not None and became is not None else None,
    )


def _passed(stops: Sequence[Stop]) -> tuple[Passed, ...]:
    """Every moment of truth in its order, passed or not."""
    tickets, breached = Counter(one.moment for one in stops), Counter[str]()
    for one in stops:
        breached[one.moment] += one.honour is Honour.BREACHED
    newest = {one.moment: one.day for one in reversed(stops)}
    return tuple(Passed(name, tickets[name], breached[name], newest.get(name)) for name in MOMENTS.values())


def _heat(looked_at: Sequence[Seen], experience: Experience) -> Iterator[HeatPoint]:
    for one in looked_at:
        tones: tuple[Prediction, ...] = one.case.evidence.tones
        if tones:
            heated = max((tone.probability for tone in tones if tone.label in HEATED), default=0.0)
            likeliest = max(tones, key=lambda tone: tone.probability).label
            yield HeatPoint(one.past.ticket_id, _day(one.past.created_at, experience), heated, likeliest)


def _cancellations(looked_at: Sequence[Seen]) -> Iterator[tuple[str, datetime, str | None]]:
    """Tickets that speak of leaving, the newest first."""
    for one in reversed(looked_at):
        signal = next((one for one in one.case.evidence.signals if one.kind == "cancellation"), None)
        if signal is not None:
            words = signal.quote.text if signal.quote is not None else None
            yield one.past.ticket_id, one.past.created_at, words


def _moment(label: str) -> str:
    return MOMENTS[Moment(label)] if label in set(Moment) else label


def _day(at: datetime, experience: Experience) -> str:
    return f"{at.astimezone(experience.zone):%-d %b %Y}"
