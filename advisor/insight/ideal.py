"""The gap to the ideal experience: was a ticket handled as the file says for its moment of truth?

Three parts, each where it applies and is known: the ideal channel, the promised time, a person at moments that are
never deflected. A customer's own wish goes before the file: the channel does not apply where a way is wished or
refused, nor the person where an article is asked for; compliance measures those. The promised time is held against the
first reply, else against when the ticket was handled, in the opening hours of the channel that answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from advisor.decision.case import Case
from advisor.insight.intervals import Share
from advisor.records import Past
from advisor.types import Action, Channel, Handled, WishChannel

_WRITTEN = frozenset({Channel.EMAIL, Channel.PORTAL})
_CHANNELS = frozenset({WishChannel.EMAIL, WishChannel.CHAT, WishChannel.PHONE})


@dataclass(slots=True)
class Part:
    """So many of so many were as the file says."""

    kept: int = 0
    known: int = 0

    def count(self, kept: bool | None) -> None:
        """Take in one ticket; None = it is not known, or does not apply."""
        self.known += kept is not None
        self.kept += bool(kept)

    @property
    def share(self) -> Share:
        """The share with its interval."""
        return Share.of_counts(self.kept, self.known)


@dataclass(slots=True)
class Gap:
    """One moment of truth: how often it was as the file says."""

    tickets: int = 0
    all: Part = field(default_factory=Part)  # every part that applies; only tickets of which each is known
    channel: Part = field(default_factory=Part)
    in_time: Part = field(default_factory=Part)
    person: Part = field(default_factory=Part)

    def count(self, case: Case, past: Past) -> None:
        """Take in one ticket."""
        handled = past.handled or Handled()
        applying = [is_in_time(case, past)]
        self.in_time.count(applying[0])
        if channel_applies(case):
            applying.append(is_channel_ideal(case, handled))
            self.channel.count(applying[-1])
        if person_applies(case):
            applying.append(None if handled.action is None else handled.action is Action.LIVE_HUMAN)
            self.person.count(applying[-1])
        self.tickets += 1
        self.all.count(None if handled.action is None or None in applying else all(applying))


def channel_applies(case: Case) -> bool:
    """Whether the customer left the channel to the company."""
    return not case.will.ways and not case.will.refused & _CHANNELS


def person_applies(case: Case) -> bool:
    """Whether the moment is never deflected, and the customer did not ask for an article."""
    asks = case.will.asks
    return case.ideal.never_deflect and not (asks and asks[0].channel is WishChannel.SELF_SERVICE)


def is_channel_ideal(case: Case, handled: Handled) -> bool | None:
    """As the file says, or as the ticket came; what came in public is answered in private, an article in writing."""
    if handled.channel is None:
        return None
    came, ideal = case.evidence.came_by, case.ideal.channel
    written_only = came is Channel.SOCIAL or (came is Channel.PHONE and handled.action is Action.SELF_SERVICE)
    if ideal is None:
        return handled.channel in _WRITTEN if written_only else handled.channel is came
    return handled.channel is ideal


def is_in_time(case: Case, past: Past) -> bool | None:
    """Whether the first answer came within the promised time, a plan's before the moment's."""
    done = past.first_reply_at or (past.handled.at if past.handled is not None else None)
    if done is None or done < past.created_at:
        return None
    offers, answered = case.experience.offers, past.handled.channel if past.handled is not None else None
    ways = [one for one in (answered, case.evidence.came_by, *offers) if one is not None and one in offers]
    channel = ways[0]  # a file offers at least one
    due = offers[channel].hours.due(past.created_at, promised(case), zone=case.experience.zone)
    return done <= due


def promised(case: Case) -> timedelta:
    """Within what time the file answers this customer at this moment."""
    plan = case.plan
    return plan.respond_within if plan is not None and plan.respond_within is not None else case.ideal.respond_within
