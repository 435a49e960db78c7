"""Was what was done what the customer wished? One ticket, by the wishes in force that somebody stated.

Wishes are those in the ticket and those on file; a persona states nothing, and a suggestion is no wish. Honoured means:
no refusal in force is broken, and the first want is met; or a later want of the customer's own, where every want before
it was not to be had: no article reached the floor, or the channel is not offered to this customer. An article that was
wanted and not given for another reason is a breach, and so is any way that was preferred to the one that was taken.

Wants of one rank, "call me or let us chat", are all as good; an article and a person are not, there the newer words go
first, as in the decision. `email` alone restricts the way and asks for nobody.

What was done may be known in part only ("a person", but not by which way). Then every way in which it may have been
done is judged: where they agree, that is the judgement; where they do not, it is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from advisor.decision.case import Case
from advisor.decision.whatif import Way
from advisor.types import (
    Action,
    Cause,
    Channel,
    Handled,
    ReasonCode,
    Recommendation,
    Stance,
    Wish,
    WishChannel,
    WishSource,
)

ARTICLE_WAYS = (Channel.EMAIL, Channel.CHAT, Channel.PORTAL)
PERSON_WAYS = (*ARTICLE_WAYS, Channel.PHONE)
_LIVE = (Channel.PHONE, Channel.CHAT)
_SOURCES = list(WishSource)


class Honour(StrEnum):
    """How what was done stands to what was wished."""

    HONOURED = "honoured"
    BY_LATER_CHOICE = "by_later_choice"  # honoured: the first want was not to be had
    BREACHED = "breached"
    UNKNOWN = "unknown"  # nothing is known of what was done, or not enough


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of one ticket with a stated wish in force."""

    honour: Honour
    refused: tuple[WishChannel, ...] = ()  # refusals that were broken
    unmet: tuple[WishChannel, ...] = ()  # wants that were not met, the first choice first


Wished = tuple[Stance, WishChannel]


def missed_by(judgement: Judgement) -> tuple[Wished, ...]:
    """The refusals that were broken and the wants that were not met."""
    return (
        *((Stance.REFUSES, wish) for wish in judgement.refused),
        *((Stance.WANTS, wish) for wish in judgement.unmet),
    )


def is_stated(case: Case) -> bool:
    """Whether a wish is in force that the customer stated; a persona never makes one."""
    return bool(case.will.in_force)


def judged(case: Case, handled: Handled | None) -> Judgement:
    """What was done against what was wished."""
    if handled is None or (handled.action is None and handled.channel is None):
        return Judgement(Honour.UNKNOWN)
    found = [judged_way(case, way) for way in _ways(handled)]
    refused, unmet = _common(one.refused for one in found), _common(one.unmet for one in found)
    if all(one.honour is found[0].honour for one in found):
        return Judgement(found[0].honour, refused, unmet)
    if any(one.honour is Honour.BREACHED for one in found):
        return Judgement(Honour.UNKNOWN)
    return Judgement(Honour.BY_LATER_CHOICE, (), unmet)


def judged_way(case: Case, way: Way) -> Judgement:
    """A way that is known in full, done or advised; no channel = nobody can be reached, which meets nothing."""
    if way.channel is None:
        return Judgement(Honour.BREACHED, (), tuple(wish.channel for wish in _wants(case)))
    refused, unmet = tuple(_broken(case, way)), tuple(dict.fromkeys(_unmet(case, way)))
    if refused:
        return Judgement(Honour.BREACHED, refused, unmet)
    if not unmet:
        return Judgement(Honour.HONOURED)
    honour = Honour.BREACHED
    if not any(is_to_be_had(case, wish) for wish in unmet) and _meets_later(case, way, unmet):
        honour = Honour.BY_LATER_CHOICE
    return Judgement(honour, (), unmet)


def is_to_be_had(case: Case, wish: WishChannel) -> bool:
    """Whether the company could have met a want."""
    if wish is WishChannel.PERSON:
        return True
    if wish is WishChannel.SELF_SERVICE:
        return case.article_possible and case.p_resolve >= case.experience.self_service.floor
    return Channel(wish) in case.offered


def cause_of(case: Case, judgement: Judgement, handled: Handled | None, advice: Recommendation) -> Cause:
    """Why a wish was breached: as it was told, else as the advice shows.

    Not offered: of what was missed this customer can have nothing. Policy: the advice itself did not meet the wish. Out
    of hours: the advice met it, and said that nobody answers at that hour. Overridden: all the rest.
    """
    if handled is not None and handled.reason is not None:
        return handled.reason
    ways = [wish for wish in judgement.unmet if wish is not WishChannel.SELF_SERVICE]
    if ways and not judgement.refused and not any(is_to_be_had(case, wish) for wish in judgement.unmet):
        return Cause.NOT_OFFERED
    if judged_way(case, Way(advice.action, advice.channel)).honour is Honour.BREACHED:
        return Cause.POLICY
    closed = any(reason.code is ReasonCode.OUT_OF_HOURS for reason in advice.reasons)
    return Cause.OUT_OF_HOURS if closed and not judgement.refused else Cause.OVERRIDDEN


def _ways(handled: Handled) -> list[Way]:
    """Every way in which it may have been done."""
    actions = [handled.action] if handled.action is not None else list(Action)
    return [
        Way(action, channel)
        for action in actions
        for channel in ([handled.channel] if handled.channel is not None else _possible(action))
    ]


def _possible(action: Action) -> tuple[Channel, ...]:
    return ARTICLE_WAYS if action is Action.SELF_SERVICE else PERSON_WAYS


def _common(found: Iterable[tuple[WishChannel, ...]]) -> tuple[WishChannel, ...]:
    """What is in all of them, in the order of the first."""
    first, *others = found
    return tuple(one for one in first if all(one in other for other in others))


def _broken(case: Case, way: Way) -> Iterator[WishChannel]:
    """The refusals that a way goes against; a refusal of any person where it brought a call or a chat."""
    by_person = way.action is Action.LIVE_HUMAN
    for wish in case.will.refusals:
        if wish.channel is WishChannel.SELF_SERVICE:
            broken = not by_person
        elif wish.channel is WishChannel.PERSON:
            broken = by_person and way.channel in _LIVE and WishChannel(str(way.channel)) in case.will.refused
        else:
            broken = str(way.channel) == wish.channel
        if broken:
            yield wish.channel


def _unmet(case: Case, way: Way) -> Iterator[WishChannel]:
    """The wants that the customer put before what was done: who answers, then by which way."""
    asks, email = case.will.asks, _email(case)
    by_mail = email is not None and way.channel is Channel.EMAIL
    if asks and not (by_mail and email is not None and _rank(email) < _rank(asks[0])):
        yield from _who_unmet(asks, way)
    if way.action is Action.LIVE_HUMAN:
        yield from _ways_unmet(case.will.ways, way)
    elif email is not None and not by_mail and (not asks or _rank(email) <= _rank(asks[0])):
        yield email.channel


def _who_unmet(asks: tuple[Wish, ...], way: Way) -> Iterator[WishChannel]:
    """Asks for the other kind, article or person, up to the first one for the kind that answered."""
    for ask in asks:
        if (ask.channel is WishChannel.SELF_SERVICE) is (way.action is Action.SELF_SERVICE):
            return
        yield ask.channel


def _ways_unmet(ways: tuple[Wish, ...], way: Way) -> Iterator[WishChannel]:
    """Ways that were wanted rather than the one that was taken."""
    taken = next((wish for wish in ways if wish.channel == str(way.channel)), None)
    for wish in ways:
        if taken is None or _rank(wish) < _rank(taken):
            yield wish.channel


def _meets_later(case: Case, way: Way, unmet: tuple[WishChannel, ...]) -> bool:
    """Whether another want of the customer's own is met."""
    return any(_meets(wish.channel, way) for wish in _wants(case) if wish.channel not in unmet)


def _meets(wish: WishChannel, way: Way) -> bool:
    if wish is WishChannel.SELF_SERVICE:
        return way.action is Action.SELF_SERVICE
    if wish is WishChannel.EMAIL:
        return way.channel is Channel.EMAIL
    return way.action is Action.LIVE_HUMAN and (wish is WishChannel.PERSON or wish == str(way.channel))


def _wants(case: Case) -> tuple[Wish, ...]:
    email = _email(case)
    return case.will.asks if email is None else (*case.will.asks, email)


def _email(case: Case) -> Wish | None:
    return next((wish for wish in case.will.ways if wish.channel is WishChannel.EMAIL), None)


def _rank(wish: Wish) -> tuple[int, int]:
    """Smaller was wanted rather: the ticket's wants before those on file, then the stated order."""
    return _SOURCES.index(wish.source), wish.order
