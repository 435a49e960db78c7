"""How the answer reaches the customer, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from advisor.decision.case import Case
from advisor.decision.rules import Verdict
from advisor.types import Action, Channel, WishChannel

_WRITTEN = (Channel.EMAIL, Channel.PORTAL)


def answer_channel(case: Case, verdict: Verdict) -> Channel | None:
    """The first preferred way that the refusals have left; None = there is none."""
    if verdict.action is Action.SELF_SERVICE:
        return case.article_ways[0]
    preferred = _in_writing(case) if verdict.in_writing else _preferred(case)
    return next((way for way in preferred if way in case.person_ways), None)


def respond_by(case: Case, verdict: Verdict, channel: Channel | None) -> datetime | None:
    """The end of the promised time, which runs in opening hours; None for an article, which is there at once.

    A plan's promised time goes before the moment's.
    """
    if channel is None or verdict.action is Action.SELF_SERVICE:
        return None
    promised = case.ideal.respond_within
    if case.plan is not None and case.plan.respond_within is not None:
        promised = case.plan.respond_within
    experience = case.experience
    return experience.offers[channel].hours.due(case.evidence.at, promised, zone=experience.zone)


def is_closed(case: Case, channel: Channel) -> bool:
    """Whether nobody answers by this channel now."""
    return not case.experience.offers[channel].hours.is_open(case.evidence.at, zone=case.experience.zone)


def unmet_wishes(case: Case, action: Action, channel: Channel | None) -> tuple[WishChannel, ...]:
    """The wishes in force that an answer of this kind, by this channel, does not meet.

    Where no channel is left, everything that was said; else the article that was the first choice, and each way
    that was preferred to the one that is taken.
    """
    if channel is None:
        return tuple(dict.fromkeys(wish.channel for wish in case.will.in_force))
    return (*_article_unmet(case, action), *_ways_unmet(case, action, channel))


def _article_unmet(case: Case, action: Action) -> tuple[WishChannel, ...]:
    first = case.will.asks[0].channel if case.will.asks else None
    unmet = first is WishChannel.SELF_SERVICE and action is Action.LIVE_HUMAN
    return (WishChannel.SELF_SERVICE,) if unmet else ()


def _ways_unmet(case: Case, action: Action, channel: Channel) -> Iterator[WishChannel]:
    for wish in case.will.ways:
        if Channel(wish.channel) is channel:
            return
        if action is Action.LIVE_HUMAN or wish.channel is WishChannel.EMAIL:
            yield wish.channel


def _preferred(case: Case) -> Iterator[Channel]:
    """What is wanted; `person` without a way, as the ticket came; else the persona's, the moment's ideal, any left."""
    yield from (Channel(wish.channel) for wish in case.will.ways)
    if WishChannel.PERSON in case.will.wanted:
        yield from _as_it_came(case)
    if case.persona is not None and case.persona.channel is not None:
        yield case.persona.channel
    if case.ideal.channel is not None:
        yield case.ideal.channel
    yield from _as_it_came(case)
    yield from (*_WRITTEN, Channel.CHAT, Channel.PHONE)


def _in_writing(case: Case) -> Iterator[Channel]:
    """E-mail where it is wanted; the way the ticket came, where that was typed, a chat included; else any typed one."""
    if WishChannel.EMAIL in case.will.wanted:
        yield Channel.EMAIL
    if case.evidence.came_by is not Channel.PHONE:
        yield from _as_it_came(case)
    yield from (*_WRITTEN, Channel.CHAT)


def _as_it_came(case: Case) -> tuple[Channel, ...]:
    """The way the ticket came; what came in public is answered in private."""
    came = case.evidence.came_by
    return _WRITTEN if came is Channel.SOCIAL else (came,)
