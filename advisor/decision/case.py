"""One ticket as the rules see it: the evidence, and what the refusals have left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar, overload

from advisor.decision.experience import Experience
from advisor.decision.ideals import Ideal, Persona, Plan
from advisor.decision.willingness import Willingness, willingness_in_force
from advisor.types import Candidate, Channel, Evidence, Moment, Promise, WishChannel

T = TypeVar("T")
_EVERY_WAY = frozenset({WishChannel.PHONE, WishChannel.CHAT, WishChannel.EMAIL})
_NOT_WRITTEN = frozenset({Channel.PHONE, Channel.SOCIAL})
WISHED = {Channel.EMAIL: WishChannel.EMAIL, Channel.CHAT: WishChannel.CHAT, Channel.PHONE: WishChannel.PHONE}
"""What a customer can say about a way of answering; about the portal alone nobody says anything."""


class once(Generic[T]):  # noqa: N801
    """A property that is settled once; without the lock that `cached_property` takes in Python 3.11."""

    def __init__(self, settle: Callable[[Any], T]) -> None:
        self._settle = settle
        self._name = settle.__name__
        self.__doc__ = settle.__doc__

    @overload
    def __get__(self, case: None, owner: type) -> Self: ...

    @overload
    def __get__(self, case: object, owner: type) -> T: ...

    def __get__(self, case: object | None, owner: type) -> Self | T:
        if case is None:
            return self
        settled = vars(case)[self._name] = self._settle(case)
        return settled


@dataclass(frozen=True)
class Case:
    """All that a rule may look at."""

    evidence: Evidence
    experience: Experience
    promise: Promise
    will: Willingness

    @classmethod
    def of(cls, evidence: Evidence, experience: Experience, promise: Promise) -> Self:
        """Settles the willingness in force."""
        return cls(evidence, experience, promise, willingness_in_force(evidence, zone=experience.zone))

    @once
    def ideal(self) -> Ideal:
        """What is wanted at this moment of truth; a label that is not known is technical support."""
        moments = self.experience.moments
        label = self.evidence.moment.label
        return moments[Moment(label)] if label in moments else moments[Moment.TECHNICAL_SUPPORT]

    @once
    def heard(self) -> Mapping[str, float]:
        """The probability of each tone that was listened for."""
        return {tone.label: tone.probability for tone in self.evidence.tones}

    @once
    def persona(self) -> Persona | None:
        """None = not known, or not in the file."""
        return self.experience.personas.get(self.evidence.persona or "")

    @once
    def plan(self) -> Plan | None:
        """None = not known, or not in the file."""
        return self.experience.plans.get(self.evidence.account.plan or "")

    @once
    def offered(self) -> frozenset[Channel]:
        """The channels that this customer can have at all."""
        everything = frozenset(self.experience.offers)
        return everything if self.plan is None or self.plan.channels is None else self.plan.channels & everything

    @once
    def person_ways(self) -> frozenset[Channel]:
        """The ways by which a person may answer: offered, not refused, and no call that nobody asked for.

        Whoever phones us has asked for a call, and so has who wants a person and leaves us nothing but the phone. Who
        refuses calls, chats and e-mail has refused the portal too.
        """
        ways = {way for way in self.offered if WISHED.get(way) not in self.will.refused}
        if self.will.refused >= _EVERY_WAY:
            ways.discard(Channel.PORTAL)
        asked = WishChannel.PHONE in self.will.wanted or self.evidence.came_by is Channel.PHONE
        if asked or (ways == {Channel.PHONE} and WishChannel.PERSON in self.will.wanted):
            return frozenset(ways)
        return frozenset(ways - {Channel.PHONE})

    @once
    def article_ways(self) -> tuple[Channel, ...]:
        """The ways by which an article may be sent, best first: as wished, as the ticket came, by e-mail, by portal.

        A refusal of any person forbids no link in the chat that the customer has opened; a refusal of chats does.
        """
        came = self.evidence.came_by
        order = [Channel.EMAIL] if WishChannel.EMAIL in self.will.wanted else []
        order += [Channel.EMAIL, Channel.PORTAL] if came in _NOT_WRITTEN else [came, Channel.EMAIL, Channel.PORTAL]
        refused = {wish.channel for wish in self.will.refusals}
        return tuple(way for way in order if way in self.offered and WISHED.get(way) not in refused)

    @once
    def articles(self) -> tuple[Candidate, ...]:
        """The candidates, best first, without any that has failed."""
        failed = {failure.article for failure in self.evidence.failures}
        return tuple(candidate for candidate in self.evidence.candidates if candidate.id not in failed)

    @once
    def p_resolve(self) -> float:
        """0 where there is no article to offer."""
        return self.evidence.p_resolve if self.articles else 0.0

    @once
    def article_possible(self) -> bool:
        """Whether there is an article that the customer has not refused, and a way to send it."""
        return bool(self.articles and self.article_ways) and WishChannel.SELF_SERVICE not in self.will.refused
