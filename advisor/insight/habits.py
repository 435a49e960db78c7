"""What customers do may suggest what they wish; a suggestion decides nothing until an agent has confirmed it.

Of a customer's newest tickets, at most `LOOKED_AT`, `ENOUGH` must say the same: articles did not help, articles were
confirmed and none was contradicted, or the tickets came by phone or by chat. Nothing is suggested about a way of which
the customer has something on file already, be it forgotten: what an agent has put aside is not suggested again.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from advisor.decision.experience import Experience
from advisor.insight.ledger import State, ledger
from advisor.records import FiledWish, Records, SaidBy, Standing
from advisor.types import Channel, Stance, WishChannel, WishSource

LOOKED_AT = 4
ENOUGH = 3
WAYS = {Channel.PHONE: WishChannel.PHONE, Channel.CHAT: WishChannel.CHAT}
Who = tuple[str, str]  # source, key of the customer


class Came(NamedTuple):
    """A ticket, and the way it came."""

    ticket: str
    by: Channel


class Became(NamedTuple):
    """A ticket that an article answered, and what became of it."""

    ticket: str
    state: State | None


def habits(records: Records, experience: Experience, now: datetime) -> list[FiledWish]:
    """What the customers' doings suggest and is not on file, each with its evidence; nothing is stored."""
    came: dict[Who, deque[Came]] = defaultdict(lambda: deque(maxlen=LOOKED_AT))
    for past in records.past(until=now):
        if not past.customer.startswith("ticket:"):
            came[past.source, past.customer].append(Came(past.ticket_id, past.came_by))
    answered: dict[Who, deque[Became]] = defaultdict(lambda: deque(maxlen=LOOKED_AT))
    for entry in ledger(records, experience, now):
        if entry.state not in (None, State.OPEN):
            answered[entry.past.source, entry.past.customer].append(Became(entry.past.ticket_id, entry.state))
    found = [one for who, tickets in came.items() for one in _suggested(who, tickets, answered[who], now)]
    return [one for one in found if not _is_known(records, one)]


def _suggested(who: Who, tickets: Sequence[Came], articles: Sequence[Became], now: datetime) -> Iterator[FiledWish]:
    failed = [one for one in articles if one.state is State.CONTRADICTED]
    helped = [one for one in articles if one.state is State.CONFIRMED]
    if len(failed) >= ENOUGH:
        said = f"{_of(failed, articles)} articles did not help ({_named(failed)})"
        yield _suggestion(who, WishChannel.SELF_SERVICE, Stance.REFUSES, said, now)
    if len(helped) >= ENOUGH and not failed:
        said = f"{_of(helped, articles)} articles helped ({_named(helped)})"
        yield _suggestion(who, WishChannel.SELF_SERVICE, Stance.WANTS, said, now)
    for channel, wish in WAYS.items():
        by_it = [one for one in tickets if one.by is channel]
        if len(by_it) >= ENOUGH:
            said = f"{_of(by_it, tickets)} tickets came by {channel} ({_named(by_it)})"
            yield _suggestion(who, wish, Stance.WANTS, said, now)


def _of(some: Sequence[object], all_: Sequence[object]) -> str:
    return f"{len(some)} of the last {len(all_)}"


def _named(tickets: Iterable[Came | Became]) -> str:
    return ", ".join(one.ticket for one in tickets)


def _suggestion(who: Who, channel: WishChannel, stance: Stance, evidence: str, now: datetime) -> FiledWish:
    source, owner = who
    return FiledWish(
        source=source,
        owner=owner,
        channel=channel,
        stance=stance,
        since=now,
        standing=Standing.SUGGESTED,
        said_by=SaidBy.LEARNT,
        evidence=evidence,
    )


def _is_known(records: Records, suggested: FiledWish) -> bool:
    filed = records.filing.of(suggested.source, WishSource.CUSTOMER, suggested.owner)
    return any(one.channel is suggested.channel for one in filed)
