"""What the company wrote down, part by part; costs and revenues are in the currency of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from advisor.decision.hours import Hours
from advisor.types import Channel, Moment, SignalKind, Tone, WishChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A channel by which a person answers."""

    channel: Channel
    cost: float  # of one contact, above 0
    minutes: float  # somebody's time for one contact, above 0
    people: int  # 1 or more
    hours: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Who answers."""

    name: str
    called: str  # what the customer reads, in the middle of a sentence: "our billing team"
    about: str
    topics: tuple[str, ...]  # in small letters; these go here whatever their moment
    languages: tuple[str, ...]  # ISO 639-1; tickets in them that the program does not read go here


@dataclass(frozen=True, slots=True, kw_only=True)
class Ideal:
    """The experience that is wanted at one moment of truth."""

    moment: Moment
    about: str
    examples: tuple[str, ...]  # customers' sentences, by which the moment is recognised
    channel: Channel | None  # None = the way the ticket came
    queue: str
    respond_within: timedelta  # runs in the opening hours of the channel
    never_deflect: bool
    wrong_cost: float  # of an article that did not help, the later contact included; above the dearest contact
    tones: Mapping[Tone, float]  # from these levels a person is called for; beside the general ones
    promised: str | None  # a sentence that the draft of a person's answer says; None = nothing beyond the time


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRule:
    """What a grave signal leads to."""

    kind: SignalKind
    queue: str
    never_deflect: bool  # true of every safety signal


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfService:
    """When an article is good enough."""

    floor: float  # 0 to 1; the least p_resolve at which an article is worth giving to one who wants it
    only_when_promised: bool  # true = none by cost while the promise is not kept
    help_from: float  # 0 to 1; the least score at which an article is shown to the agent


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseTerms:
    """The promise that is aimed at, and the threshold until it can be certified."""

    share: float  # 0 to 1; of wrong deflections by cost
    confidence: float  # 0 to 1
    shipped_threshold: float  # 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCost:
    """What a wrong deflection costs beyond its moment's own figure."""

    base: float  # of a moment that names none, and as far as a moment is not sure; above the dearest contact
    per_severity: float  # added for each of the four steps
    revenue_share: float  # 0 to 1; of the account's monthly revenue
    tones: Mapping[Tone, float]  # added, times the probability of the tone


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverDeflect:
    """When nobody gets an article unasked."""

    topics: tuple[str, ...]  # in small letters
    tones: Mapping[Tone, float]  # tone -> least probability, 0 to 1
    severity_from: float  # 0 to 4
    moment_from: float  # 0 to 1; how sure a moment must be before its flag counts
    renewal_within_days: int | None  # None = no such rule
    monthly_revenue_above: float | None  # None = no such rule


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRules:
    """When the customer success manager is told, and when their queue answers."""

    licences_over: int  # the manager is told above, not at, this number
    renewal_within_days: int
    contradictions: int  # so many failed articles on one matter
    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A kind of customer; gives defaults and states nothing."""

    name: str
    about: str
    prefers: WishChannel  # SELF_SERVICE or PERSON
    channel: Channel | None  # None = the moment's ideal; never PHONE
    wrong_cost_times: float
    human_cost_times: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a customer has bought."""

    name: str
    channels: frozenset[Channel] | None  # None = all that are offered
    respond_within: timedelta | None  # None = the moment's
    queue: str | None  # None = the matter's


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRules:
    """How it is judged what became of a ticket."""

    came_back_within_days: int  # 1 or more; who writes again so soon contradicts the article


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that is known to be broken."""

    id: str
    text: str  # the notice, as customers read it
    examples: tuple[str, ...]
    article: str | None  # id
    opened: datetime | None  # aware; None = open already
    until: datetime | None  # aware; None = still open

    def is_open(self, at: datetime) -> bool:
        """Whether the notice holds at this instant."""
        return (self.opened is None or self.opened <= at) and (self.until is None or at < self.until)
