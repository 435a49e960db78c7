"""Detractors in the making and advocates: customers whose tickets say so, each with the reasons; never by agent.

A sign is one kind of thing in one ticket. A detractor in the making has shown at least `ENOUGH` bad signs, and more
than good ones. An advocate has shown at least `ENOUGH_GOOD` good signs, thanks or a good rating and a good outcome
among them, and no bad one at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from advisor.decision.experience import Experience
from advisor.insight.honour import Honour
from advisor.insight.ledger import Entry, State
from advisor.insight.ratings import DETRACTOR, PROMOTER, is_unsatisfied, satisfied_from
from advisor.insight.seen import Seen
from advisor.records.facts import Scale
from advisor.types import Tone

ENOUGH = 2  # bad signs
ENOUGH_GOOD = 3
HEARD_FROM = 0.6  # probability of a tone, where the experience file names no other
UNKNOWN = "ticket:"  # so begins the key of a customer who is known by one ticket alone


class Sign(StrEnum):
    """What a ticket says of its customer's experience."""

    CONTRADICTED = "contradicted"  # an article did not help
    UNMET = "unmet"  # a stated wish was not honoured
    ANGRY = "angry"
    UNSATISFIED = "unsatisfied"  # by csat
    DETRACTOR = "detractor"  # by nps
    CONFIRMED = "confirmed"  # an article helped
    HONOURED = "honoured"  # a stated wish was honoured
    THANKFUL = "thankful"  # sounds grateful or pleased
    SATISFIED = "satisfied"  # by csat
    PROMOTER = "promoter"  # by nps


BAD = frozenset({Sign.CONTRADICTED, Sign.UNMET, Sign.ANGRY, Sign.UNSATISFIED, Sign.DETRACTOR})
THANKS = frozenset({Sign.THANKFUL, Sign.SATISFIED, Sign.PROMOTER})
GOOD_OUTCOMES = frozenset({Sign.CONFIRMED, Sign.HONOURED})
Who = tuple[str, str]  # source and key of the customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A customer, and why they are listed."""

    source: str
    customer: str  # key
    account: str | None  # key
    tickets: int  # in the time that was looked at
    signs: Mapping[Sign, tuple[str, ...]]  # ids of the tickets that show each, in the order of `Sign`

    @property
    def bad(self) -> int:
        """Bad signs."""
        return sum(len(tickets) for sign, tickets in self.signs.items() if sign in BAD)

    @property
    def good(self) -> int:
        """Good signs."""
        return sum(len(tickets) for sign, tickets in self.signs.items() if sign not in BAD)


@dataclass(frozen=True, slots=True)
class Voices:
    """Those who are listed, the plainest first."""

    customers: int  # known ones who wrote in this time
    detractors: tuple[Voice, ...]
    advocates: tuple[Voice, ...]


@dataclass(slots=True)
class _Heard:
    account: str | None = None
    tickets: int = 0
    signs: dict[Sign, list[str]] = field(default_factory=lambda: defaultdict(list))


class Listening:
    """Hears tickets and outcomes in any order; a customer who is known by one ticket alone is nobody to list."""

    def __init__(self, experience: Experience, scale: Scale) -> None:
        self._angry_from = experience.never_deflect.tones.get(Tone.ANGRY, HEARD_FROM)
        self._scale = scale
        self._heard: dict[Who, _Heard] = defaultdict(_Heard)

    def ticket(self, one: Seen) -> None:
        """What a ticket says."""
        past = one.past
        if past.customer.startswith(UNKNOWN):
            return
        heard = self._heard[past.source, past.customer]
        heard.tickets += 1
        heard.account = past.account or heard.account
        for sign in (*self._tones(one), *self._ratings(past.csat, past.nps), *_wishes(one)):
            heard.signs[sign].append(past.ticket_id)

    def outcome(self, entry: Entry) -> None:
        """What became of an article."""
        sign = {State.CONTRADICTED: Sign.CONTRADICTED, State.CONFIRMED: Sign.CONFIRMED}.get(entry.state or State.OPEN)
        if sign is not None and not entry.past.customer.startswith(UNKNOWN):
            self._heard[entry.past.source, entry.past.customer].signs[sign].append(entry.past.ticket_id)

    def voices(self) -> Voices:
        """Who is to be listed."""
        every = [
            Voice(
                source=source,
                customer=customer,
                account=heard.account,
                tickets=heard.tickets,
                signs={sign: tuple(heard.signs[sign]) for sign in Sign if sign in heard.signs},
            )
            for (source, customer), heard in self._heard.items()
        ]
        detractors = [one for one in every if one.bad >= ENOUGH and one.bad > one.good]
        advocates = [one for one in every if is_advocate(one)]
        return Voices(
            len(every),
            tuple(sorted(detractors, key=lambda one: (one.good - one.bad, one.source, one.customer))),
            tuple(sorted(advocates, key=lambda one: (-one.good, one.source, one.customer))),
        )

    def _tones(self, one: Seen) -> list[Sign]:
        heard = one.case.heard
        signs = [Sign.ANGRY] if heard.get(Tone.ANGRY, 0.0) >= self._angry_from else []
        thanks = max(heard.get(Tone.GRATEFUL, 0.0), heard.get(Tone.PLEASED, 0.0))
        return signs or ([Sign.THANKFUL] if thanks >= HEARD_FROM else [])

    def _ratings(self, csat: float | None, nps: float | None) -> list[Sign]:
        least, signs = satisfied_from(self._scale), list[Sign]()
        if csat is not None and is_unsatisfied(csat, self._scale):
            signs.append(Sign.UNSATISFIED)
        elif csat is not None and least is not None and csat >= least:
            signs.append(Sign.SATISFIED)
        if nps is not None and (nps <= DETRACTOR or nps >= PROMOTER):
            signs.append(Sign.DETRACTOR if nps <= DETRACTOR else Sign.PROMOTER)
        return signs


def is_advocate(one: Voice) -> bool:
    """Thanks, a good outcome, and nothing bad."""
    thanked, came_well = one.signs.keys() & THANKS, one.signs.keys() & GOOD_OUTCOMES
    return not one.bad and bool(thanked) and bool(came_well) and one.good >= ENOUGH_GOOD


def _wishes(one: Seen) -> list[Sign]:
    if one.judgement is None:
        return []
    if one.judgement.honour is Honour.BREACHED:
        return [Sign.UNMET]
    return [Sign.HONOURED] if one.judgement.honour in (Honour.HONOURED, Honour.BY_LATER_CHOICE) else []
