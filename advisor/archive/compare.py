"""Two sets of advices for the same tickets, counted: what has changed, from what to what, for whom and why.

Whatever is counted before and after is counted on tickets that stand in both, so that the two can be compared. Beside
each advice stands what was really done, where that is known; that the two agree does not say that either was right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from heapq import nlargest
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

from advisor.archive.compare_given import Given, Pair
from advisor.decision.whatif import UNKNOWN_PERSONA, Group, Way
from advisor.types import Action, WishChannel

UNKNOWN_TOPIC = "not known"
MADE_BY = ("experience", "promise_id", "models", "knowledge")
"""What an advice comes of, by fingerprint; fields of `Given`."""

One = TypeVar("One")
Groups = defaultdict[One, Group]
"""Tickets by what they have in common."""


def groups() -> Groups[Any]:
    """None yet."""
    return defaultdict(Group)


class Foremost(Generic[One]):
    """The few of many that rank highest; kinds take turns, so that the commonest does not crowd out the rest."""

    def __init__(self, most: int, *, rank: Callable[[One], Any], kind: Callable[[One], Hashable]) -> None:
        self._most = most
        self._rank = rank
        self._kind = kind
        self._kept: dict[Hashable, list[One]] = defaultdict(list)

    def add(self, one: One) -> None:
        """Keep one, should it rank among them."""
        kept = self._kept[self._kind(one)]
        kept.append(one)
        if len(kept) > 50 * (self._most + 1):
            kept[:] = self._highest(kept)

    def found(self) -> list[One]:
        """The highest first."""
        turns = [turn for kept in self._kept.values() for turn in enumerate(self._highest(kept))]
        turns.sort(key=lambda turn: self._rank(turn[1]), reverse=True)
        turns.sort(key=itemgetter(0))
        return self._highest([one for _, one in turns[: self._most]])

    def _highest(self, kept: list[One]) -> list[One]:
        return nlargest(self._most, kept, key=self._rank)


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket whose advice has changed."""

    before: Given
    after: Given

    @property
    def move(self) -> tuple[Way, Way]:
        """From what to what."""
        return self.before.way, self.after.way

    @property
    def met(self) -> tuple[WishChannel, ...]:
        """Wishes that were unmet and are met now."""
        return tuple(wish for wish in self.before.unmet if wish not in self.after.unmet)

    @property
    def unmet(self) -> tuple[WishChannel, ...]:
        """Wishes that were met and are unmet now."""
        return tuple(wish for wish in self.after.unmet if wish not in self.before.unmet)

    @property
    def rank(self) -> tuple[bool, bool, float, str, str]:
        """Larger tells more: a wish met or unmet, then an article for a person, then how far the figures were apart."""
        before, after = self.before, self.after
        acts = before.way.action is not after.way.action
        wish = bool(self.met or self.unmet)
        return wish, acts, max(before.margin, after.margin), before.source, before.ticket_id


@dataclass(slots=True)
class Beside:
    """Advices beside what was really done."""

    tickets: int = 0  # with an advice
    ways: Counter[tuple[Way, Way]] = field(default_factory=Counter)  # advised, done; where it is known what was done
    moments: dict[str, list[int]] = field(default_factory=dict)  # known, agreeing
    apart: list[Given] = field(default_factory=list)  # where they differ in article or person; the most telling first

    @property
    def known(self) -> int:
        """Tickets of which it is known what was done."""
        return self.ways.total()

    @property
    def agreeing(self) -> int:
        """Tickets with an article, or a person, in both."""
        return sum(self.of_kind(action, action) for action in Action)

    def of_kind(self, advised: Action, done: Action) -> int:
        """Tickets for which the one was advised and the other done."""
        return sum(count for (way, did), count in self.ways.items() if (way.action, did.action) == (advised, done))

    @property
    def same_channel(self) -> tuple[int, int]:
        """Of tickets with a person in both and a known channel: those with the same one, and all."""
        persons = [
            (way.channel is did.channel, count)
            for (way, did), count in self.ways.items()
            if way.action is did.action is Action.LIVE_HUMAN and did.channel is not None
        ]
        return sum(count for same, count in persons if same), sum(count for _, count in persons)


@dataclass(slots=True, kw_only=True)
class Comparison:
    """All that is counted."""

    all: Group = field(default_factory=Group)  # tickets in both
    only_old: int = 0
    only_new: int = 0
    queue_only: int = 0  # neither action nor channel has changed, but the queue has
    ways: Counter[tuple[Way, Way]] = field(default_factory=Counter)  # of all tickets in both
    moments: Groups[str] = field(default_factory=groups)  # as read for the new advice
    topics: Groups[str] = field(default_factory=groups)  # the same
    personas: Groups[str] = field(default_factory=groups)  # the same
    reasons: Groups[tuple[str, str]] = field(default_factory=groups)  # codes before and after
    unmet_before: Counter[WishChannel] = field(default_factory=Counter)
    unmet_after: Counter[WishChannel] = field(default_factory=Counter)
    made_by: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)  # of MADE_BY: before and after
    done_old: Beside = field(default_factory=Beside)  # the old advices, of tickets in both
    done_new: Beside = field(default_factory=Beside)
    telling: list[Change] = field(default_factory=list)  # the most telling first

    @property
    def changed(self) -> float:
        """The share of advices that changed, 0 to 1; 0 of nothing."""
        return self.all.changed / self.all.tickets if self.all.tickets else 0.0


def compare(pairs: Iterable[Pair], *, examples: int) -> Comparison:
    """Count over a stream; no more than the counts and some examples is held."""
    found = Comparison(made_by={name: Counter() for name in MADE_BY})
    telling: Foremost[Change] = Foremost(examples, rank=attrgetter("rank"), kind=attrgetter("move"))
    old, new = _Beside(examples), _Beside(examples)
    for before, after in pairs:
        found.only_old += after is None
        found.only_new += before is None
        if before is None or after is None:
            continue
        _count(found, before, after)
        old.add(before)
        new.add(after)
        if before.way != after.way:
            telling.add(Change(before, after))
    found.done_old, found.done_new, found.telling = old.found(), new.found(), telling.found()
    return found


def beside(given: Iterable[Given], *, examples: int) -> Beside:
    """Advices of one result beside what was done."""
    found = _Beside(examples)
    for one in given:
        found.add(one)
    return found.found()


def _count(found: Comparison, before: Given, after: Given) -> None:
    found.ways[before.way, after.way] += 1
    found.queue_only += before.way == after.way and before.queue != after.queue
    for name in MADE_BY:
        found.made_by[name][getattr(before, name), getattr(after, name)] += 1
    for unmet, one in ((found.unmet_before, before), (found.unmet_after, after)):
        for wish in one.unmet:
            unmet[wish] += 1
    for group in (
        found.all,
        found.moments[after.moment],
        found.topics[after.topic or UNKNOWN_TOPIC],
        found.personas[after.persona or UNKNOWN_PERSONA],
        found.reasons[before.reason, after.reason],
    ):
        _count_in(group, before, after)


def _count_in(group: Group, before: Given, after: Given) -> None:
    group.tickets += 1
    group.unmet_before += bool(before.unmet)
    group.unmet_after += bool(after.unmet)
    if before.way == after.way:
        return
    group.changed += 1
    if before.way.action is not after.way.action:
        group.to_article += after.way.action is Action.SELF_SERVICE
        group.to_person += after.way.action is Action.LIVE_HUMAN


class _Beside:
    """Counts advices beside what was done."""

    def __init__(self, examples: int) -> None:
        self._counts = Beside()
        self._apart: Foremost[Given] = Foremost(examples, rank=_told_apart, kind=attrgetter("way", "reason"))

    def add(self, one: Given) -> None:
        """Count one."""
        self._counts.tickets += 1
        if one.done is None:
            return
        agrees = one.way.action is one.done.action
        self._counts.ways[one.way, one.done] += 1
        moment = self._counts.moments.setdefault(one.moment, [0, 0])
        moment[0] += 1
        moment[1] += agrees
        if not agrees:
            self._apart.add(one)

    def found(self) -> Beside:
        """The counts with their examples."""
        self._counts.apart = self._apart.found()
        return self._counts


def _told_apart(one: Given) -> tuple[bool, float, str, str]:
    """Larger tells more: a customer who wishes something, then how far the figure was from deciding otherwise."""
    return bool(one.wishes), one.margin, one.source, one.ticket_id
