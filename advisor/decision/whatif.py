"""What another experience file would have advised: counts over many tickets, from stored evidence alone.

Both advices, the one that was given and the new one, are valued by the new file, so that a difference in cost or hours
comes from the advices. A person costs a contact; an article costs `wrong_cost`, and later a person's minutes, where it
does not help: by how unlikely that is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import nlargest
from math import sqrt
from typing import Self

from advisor.decision.case import Case
from advisor.decision.channels import unmet_wishes
from advisor.decision.costs import wrong_cost
from advisor.decision.experience import Experience
from advisor.decision.outline import outline_of
from advisor.types import Action, Channel, Evidence, Promise, WishChannel

MOST_TELLING = 20
NORMAL = 1.959964  # of a two-sided interval of 95 %
UNKNOWN_PERSONA = "not known"


@dataclass(frozen=True, slots=True)
class Way:
    """What is answered, and how."""

    action: Action
    channel: Channel | None


@dataclass(frozen=True, slots=True)
class Told:
    """A ticket of the archive: its evidence, and what was advised."""

    evidence: Evidence
    before: Way
    queue: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A ticket whose advice changes."""

    source: str
    ticket_id: str
    subject: str
    before: Way
    after: Way
    rule: str  # that decides now
    why: str
    cost_before: float  # expected, by the new file
    cost_after: float
    met: tuple[WishChannel, ...]  # wishes that were unmet and are met now
    unmet: tuple[WishChannel, ...]  # wishes that were met and are unmet now

    @property
    def rank(self) -> tuple[bool, float, str, str]:
        """Larger tells more: a wish met or unmet, then the change of cost."""
        wish = bool(self.met or self.unmet)
        return wish, round(abs(self.cost_after - self.cost_before), 9), self.source, self.ticket_id


@dataclass(slots=True)
class Sums:
    """A figure of each ticket, before and after."""

    before: float = 0.0
    after: float = 0.0
    squares_before: float = 0.0
    squares_after: float = 0.0
    squares_change: float = 0.0

    def add(self, before: float, after: float) -> None:
        """Take in one ticket."""
        self.before += before
        self.after += after
        self.squares_before += before * before
        self.squares_after += after * after
        self.squares_change += (after - before) ** 2

    def merge(self, other: Sums) -> None:
        """Take in others."""
        self.before += other.before
        self.after += other.after
        self.squares_before += other.squares_before
        self.squares_after += other.squares_after
        self.squares_change += other.squares_change


@dataclass(slots=True)
class Group:
    """The tickets of one moment, or of one kind of customer."""

    tickets: int = 0
    changed: int = 0
    to_article: int = 0
    to_person: int = 0
    unmet_before: int = 0
    unmet_after: int = 0

    def merge(self, other: Group) -> None:
        """Take in others."""
        self.tickets += other.tickets
        self.changed += other.changed
        self.to_article += other.to_article
        self.to_person += other.to_person
        self.unmet_before += other.unmet_before
        self.unmet_after += other.unmet_after


@dataclass(slots=True)
class Tally:
    """All that is counted; several of them, of parts of an archive, become one."""

    all: Group = field(default_factory=Group)
    queue_only: int = 0  # neither action nor channel changes, but the queue does
    overridden: int = 0  # refusals in force that the new advice goes against
    moves: Counter[tuple[Way, Way]] = field(default_factory=Counter)  # of changed advices
    moments: dict[str, Group] = field(default_factory=dict)
    personas: dict[str, Group] = field(default_factory=dict)
    hours: Sums = field(default_factory=Sums)
    cost: Sums = field(default_factory=Sums)
    telling: list[Telling] = field(default_factory=list)

    def merge(self, other: Self) -> None:
        """Take in another part."""
        self.all.merge(other.all)
        self.queue_only += other.queue_only
        self.overridden += other.overridden
        self.moves += other.moves
        for mine, others in ((self.moments, other.moments), (self.personas, other.personas)):
            for name, group in others.items():
                mine.setdefault(name, Group()).merge(group)
        self.hours.merge(other.hours)
        self.cost.merge(other.cost)
        self.tell([*self.telling, *other.telling])

    def tell(self, found: Iterable[Telling]) -> None:
        """Keep those that tell most."""
        self.telling = nlargest(MOST_TELLING, found, key=lambda one: one.rank)


def try_out(told: Iterable[Told], experience: Experience, promise: Promise) -> Tally:
    """Count over a stream; no more than the tally is held."""
    tally, waiting = Tally(), list[Telling]()
    for one in told:
        telling = _count(tally, one, Case.of(one.evidence, experience, promise))
        if telling is not None:
            waiting.append(telling)
            if len(waiting) >= 50 * MOST_TELLING:
                tally.tell([*tally.telling, *waiting])
                waiting.clear()
    tally.tell([*tally.telling, *waiting])
    return tally


def _count(tally: Tally, told: Told, case: Case) -> Telling | None:
    """Count one ticket; gives it back where its advice changes."""
    outline = outline_of(case)
    before, after = told.before, Way(outline.action, outline.channel)
    changed = before != after
    unmet_before = unmet_wishes(case, before.action, before.channel) if changed else outline.unmet
    cost_after, hours_after = expected_cost(case, after), expected_hours(case, after)
    cost_before = expected_cost(case, before) if changed else cost_after
    tally.cost.add(cost_before, cost_after)
    tally.hours.add(expected_hours(case, before) if changed else hours_after, hours_after)
    tally.overridden += goes_against_refusal(case, after)
    evidence = told.evidence
    moment = tally.moments.setdefault(str(evidence.moment.label), Group())
    persona = tally.personas.setdefault(evidence.persona or UNKNOWN_PERSONA, Group())
    for group in (tally.all, moment, persona):
        _count_group(group, before, after, bool(unmet_before), bool(outline.unmet))
    if not changed:
        tally.queue_only += outline.queue != told.queue
        return None
    tally.moves[before, after] += 1
    return Telling(
        source=evidence.source,
        ticket_id=evidence.ticket_id,
        subject=told.subject,
        before=before,
        after=after,
        rule=outline.rule,
        why=outline.reason.text,
        cost_before=cost_before,
        cost_after=cost_after,
        met=tuple(wish for wish in unmet_before if wish not in outline.unmet),
        unmet=tuple(wish for wish in outline.unmet if wish not in unmet_before),
    )


def _count_group(group: Group, before: Way, after: Way, unmet_before: bool, unmet_after: bool) -> None:
    group.tickets += 1
    group.unmet_before += unmet_before
    group.unmet_after += unmet_after
    if before == after:
        return
    group.changed += 1
    if before.action is not after.action:
        group.to_article += after.action is Action.SELF_SERVICE
        group.to_person += after.action is Action.LIVE_HUMAN


def goes_against_refusal(case: Case, way: Way) -> bool:
    """Whether an answer does what a refusal in force rules out."""
    refused = case.will.refused
    if way.action is Action.SELF_SERVICE and WishChannel.SELF_SERVICE in refused:
        return True
    # a refusal of any person forbids no link in the chat that the customer has opened; a refusal of chats does
    by_article = {wish.channel for wish in case.will.refusals} if way.action is Action.SELF_SERVICE else refused
    return way.channel is not None and str(way.channel) in by_article


def expected_cost(case: Case, way: Way) -> float:
    """What an answer costs, in the currency of the file."""
    if way.action is Action.SELF_SERVICE:
        return (1.0 - case.p_resolve) * wrong_cost(case)
    offers = case.experience.offers
    offer = offers.get(way.channel) if way.channel is not None else None
    # nobody knows what it takes to reach who cannot be reached, or who was reached by a way that is gone
    return offer.cost if offer is not None else max(offer.cost for offer in offers.values())


def expected_hours(case: Case, way: Way) -> float:
    """The time of people that an answer takes; after an article, of the later contact, where it does not help."""
    offers = case.experience.offers
    offer = offers.get(way.channel) if way.channel is not None else None
    minutes = offer.minutes if offer is not None else max(offer.minutes for offer in offers.values())
    return minutes / 60.0 * (1.0 - case.p_resolve if way.action is Action.SELF_SERVICE else 1.0)


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and where it lies with 95 % confidence, were these tickets drawn from many like them."""

    value: float
    low: float
    high: float


def share(count: int, of: int) -> Interval:
    """A share with its Wilson interval (Wilson 1927); nothing of nothing is unknown: 0, from 0 to 1."""
    if of == 0:
        return Interval(0.0, 0.0, 1.0)
    found, z = count / of, NORMAL
    middle = (found + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(found * (1 - found) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return Interval(found, max(0.0, middle - half), min(1.0, middle + half))


def total(value: float, squares: float, tickets: int) -> Interval:
    """A sum over tickets with its normal interval."""
    if tickets < 2:
        return Interval(value, value, value)
    variance = max(0.0, squares - value * value / tickets) / (tickets - 1)
    half = NORMAL * sqrt(variance * tickets)
    return Interval(value, value - half, value + half)
