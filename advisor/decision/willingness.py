"""What the customer is willing and not willing to do, of all that was ever said.

Channel by channel, of the wishes that are neither expired, nor another author's or about a colleague, nor about another
topic or moment: said in this ticket beats on file for the customer beats on file for the account; narrower beats
general; newer beats older; at equal rank a refusal wins. In a ticket the later words are the newer ones.

A refusal of any person is a refusal of calls and chats, of the same rank: a call that is asked for with a higher rank
stays possible. A written answer stays possible too, unless e-mail is refused (see case.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from advisor.types import Evidence, Stance, Whose, Wish, WishChannel, WishSource

Rank = tuple[float | str, ...]  # smaller is stronger

_SOURCES = {WishSource.TICKET: 0, WishSource.CUSTOMER: 1, WishSource.ACCOUNT: 2}
_ASKS = (WishChannel.PHONE, WishChannel.CHAT, WishChannel.PERSON, WishChannel.SELF_SERVICE)
_WAYS = (WishChannel.PHONE, WishChannel.CHAT, WishChannel.EMAIL)
_LIVE = (WishChannel.PHONE, WishChannel.CHAT)


@dataclass(frozen=True, slots=True)
class Willingness:
    """The wishes in force, at most one a channel."""

    asks: tuple[Wish, ...] = ()  # wants of an article, a person, a call or a chat; the first choice first
    ways: tuple[Wish, ...] = ()  # wants of a call, a chat or e-mail; the first choice first
    refusals: tuple[Wish, ...] = ()  # in the order of WishChannel
    refused: frozenset[WishChannel] = frozenset()  # a refusal of any person spelt out
    wanted: frozenset[WishChannel] = frozenset()

    @property
    def in_force(self) -> tuple[Wish, ...]:
        """All of them: refusals first, then wants, the first choice first."""
        emails = tuple(wish for wish in self.ways if wish.channel is WishChannel.EMAIL)
        return (*self.refusals, *self.asks, *emails)

    def refusal_of(self, channel: WishChannel) -> Wish | None:
        """The statement that refuses this channel itself."""
        return next((wish for wish in self.refusals if wish.channel is channel), None)


NOTHING_SAID = Willingness()


class Why(StrEnum):
    """Why a wish is not in force."""

    ANOTHER_AUTHOR = "another_author"
    COLLEAGUE = "colleague"  # it speaks of somebody else
    OTHER_MOMENT = "other_moment"
    OTHER_TOPIC = "other_topic"
    EXPIRED = "expired"
    SOURCE = "source"  # the ticket beats the customer's file, that the account's
    NARROWER = "narrower"
    NEWER = "newer"
    REFUSAL = "refusal"  # of equal rank
    SAID_AGAIN = "said_again"


_BEATS = (Why.SOURCE, Why.NARROWER, Why.NEWER, Why.NEWER, Why.REFUSAL)  # by the parts of the precedence


@dataclass(frozen=True, slots=True)
class Passed:
    """A wish that is not in force."""

    wish: Wish
    why: Why
    by: Wish | None = None  # the stronger one; None = it would not count alone either


def willingness_in_force(evidence: Evidence, *, zone: tzinfo) -> Willingness:
    """The wishes that count now; times without an offset are on the clock of `zone`."""
    counting = [wish for wish in evidence.wishes if _set_aside(wish, evidence, zone) is None]
    return _willingness(_settled(counting, zone), zone) if counting else NOTHING_SAID


def passed_over(evidence: Evidence, *, zone: tzinfo) -> tuple[Passed, ...]:
    """Every wish that is not in force, in the order of the evidence, and why."""
    aside = [_set_aside(wish, evidence, zone) for wish in evidence.wishes]
    settled = _settled([wish for wish, why in zip(evidence.wishes, aside, strict=True) if why is None], zone)
    return tuple(
        Passed(wish, why) if why is not None else _beaten(wish, settled[wish.channel], zone)
        for wish, why in zip(evidence.wishes, aside, strict=True)
        if why is not None or settled[wish.channel] != wish
    )


def _settled(counting: list[Wish], zone: tzinfo) -> dict[WishChannel, Wish]:
    """The strongest wish of each channel about which anything was said."""
    person = _strongest((wish for wish in counting if wish.channel is WishChannel.PERSON), zone)
    settled: dict[WishChannel, Wish] = {}
    for channel in WishChannel:
        said = [wish for wish in counting if wish.channel is channel]
        if channel in _LIVE and person is not None and person.stance is Stance.REFUSES:
            said.append(person)
        strongest = _strongest(said, zone)
        if strongest is not None:
            settled[channel] = strongest
    return settled


def _beaten(wish: Wish, stronger: Wish, zone: tzinfo) -> Passed:
    """The first part of the precedence in which the stronger one goes before."""
    parts = zip(_BEATS, _precedence(wish, zone), _precedence(stronger, zone), strict=True)
    return Passed(wish, next((why for why, weak, strong in parts if weak != strong), Why.SAID_AGAIN), stronger)


def _willingness(settled: dict[WishChannel, Wish], zone: tzinfo) -> Willingness:
    refused = {c: wish for c, wish in settled.items() if wish.stance is Stance.REFUSES}
    wanted = {c: wish for c, wish in settled.items() if wish.stance is Stance.WANTS}
    return Willingness(
        asks=_by_choice((wanted[c] for c in _ASKS if c in wanted), zone),
        ways=_by_choice((wanted[c] for c in _WAYS if c in wanted), zone),
        refusals=tuple(wish for c, wish in refused.items() if wish.channel is c),
        refused=frozenset(refused),
        wanted=frozenset(wanted),
    )


def _set_aside(wish: Wish, evidence: Evidence, zone: tzinfo) -> Why | None:
    """Why it does not count at all; None where it is the customer's own, still valid, and about this matter."""
    if wish.author is not None:
        return Why.ANOTHER_AUTHOR
    if wish.whose is Whose.COLLEAGUE:
        return Why.COLLEAGUE
    if wish.moment is not None and wish.moment != evidence.moment.label:
        return Why.OTHER_MOMENT
    if wish.expires is not None and _seconds(wish.expires, zone) <= _seconds(evidence.at, zone):
        return Why.EXPIRED
    return None if wish.topic is None or _same_topic(wish.topic, evidence) else Why.OTHER_TOPIC


def _same_topic(topic: str, evidence: Evidence) -> bool:
    label = evidence.topic.label
    return evidence.topic.known and label is not None and topic.casefold() == label.casefold()


def _strongest(wishes: Iterable[Wish], zone: tzinfo) -> Wish | None:
    return min(wishes, key=lambda wish: _rank(wish, zone), default=None)


def _by_choice(wishes: Iterable[Wish], zone: tzinfo) -> tuple[Wish, ...]:
    """The ticket's first, then the file's; in each the stated order, then the newer words."""
    return tuple(sorted(wishes, key=lambda wish: (*_standing(wish)[:2], wish.order, *_age(wish, zone))))


def _standing(wish: Wish) -> tuple[int, int]:
    return _SOURCES[wish.source], -((wish.moment is not None) + (wish.topic is not None))


def _age(wish: Wish, zone: tzinfo) -> tuple[float, float]:
    """Smaller is newer: where in the ticket, then since when; what is not known counts as oldest."""
    said = wish.quote.start if wish.quote is not None and wish.source is WishSource.TICKET else -1
    since = float("-inf") if wish.since is None else _seconds(wish.since, zone)
    return -said, -since


def _rank(wish: Wish, zone: tzinfo) -> Rank:
    """The precedence, then whatever else tells two wishes apart, so that no order of listing matters."""
    expires = float("inf") if wish.expires is None else _seconds(wish.expires, zone)
    quote = (wish.quote.start, wish.quote.end, wish.quote.text) if wish.quote is not None else (-1, -1, "")
    rest = (wish.order, -wish.probability, -expires, *quote, wish.moment or "", wish.topic or "", wish.whose)
    return (*_precedence(wish, zone), *rest, not wish.lasting)


def _precedence(wish: Wish, zone: tzinfo) -> tuple[float, float, float, float, bool]:
    """Source, narrowness, place in the ticket, age, and at equal rank the refusal; smaller goes before."""
    return (*_standing(wish), *_age(wish, zone), wish.stance is Stance.WANTS)


def _seconds(at: datetime, zone: tzinfo) -> float:
    return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
