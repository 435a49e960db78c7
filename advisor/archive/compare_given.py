"""An advice as far as comparing needs it, out of a row of a result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from advisor.archive.result import Row
from advisor.archive.result_file import CURE, read_result
from advisor.decision.whatif import Way
from advisor.errors import ResultError
from advisor.types import Action, Channel, Stance, WishChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was advised for a ticket, and what was really done."""

    source: str
    ticket_id: str
    moment: str
    topic: str | None  # None = not known
    persona: str | None
    way: Way
    queue: str
    reason: str  # the code of the deciding one
    why: str  # a sentence
    p_resolve: float  # 0 to 1
    needed: float  # 0 to 1; 1 where the rule does not look at p_resolve
    wishes: tuple[str, ...]  # in force, such as "phone:refuses"
    unmet: tuple[WishChannel, ...]
    done: Way | None  # None = not known; in it, channel None = not known by which
    experience: str  # fingerprints
    promise_id: str
    models: str
    knowledge: str

    @property
    def margin(self) -> float:
        """How far the figure was from changing the advice; 0 where the rule did not look at it."""
        return round(abs(self.p_resolve - self.needed), 9) if self.needed < 1.0 else 0.0


Pair = tuple[Given | None, Given | None]
"""A ticket of the old result and of the new one; None = it is not in there."""


def given_in(path: Path) -> Iterator[Given]:
    """The advices of a result; ResultError for a row that names an action, a channel or a wish that there is not."""
    for number, row in enumerate(read_result(path), start=1):
        try:
            given = given_of(row)
        except ValueError as error:
            raise ResultError(f"{path}, row {number:,}: {error}: {CURE}") from error
        yield given


def given_of(row: Row) -> Given:
    """The advice of a row; ValueError for a word that is not of the vocabulary."""
    return Given(
        source=row.source,
        ticket_id=row.ticket_id,
        moment=row.moment,
        topic=row.topic if row.topic_known else None,
        persona=row.persona,
        way=way_of(row.action, row.channel),
        queue=row.queue,
        reason=row.reason,
        why=row.why,
        p_resolve=row.p_resolve,
        needed=row.needed,
        wishes=stated(row.wishes),
        unmet=wishes_of(row.unmet),
        done=way_of(row.handled_action, row.handled_channel) if row.handled_action is not None else None,
        experience=row.experience,
        promise_id=row.promise_id,
        models=row.models,
        knowledge=row.knowledge,
    )


@cache
def way_of(action: str, channel: str | None) -> Way:
    """Action and channel by their names; ValueError for others."""
    return Way(Action(action), Channel(channel) if channel is not None else None)


@cache
def wishes_of(channels: tuple[str, ...]) -> tuple[WishChannel, ...]:
    """Channels of wishes by their names; ValueError for others."""
    return tuple(WishChannel(channel) for channel in channels)


@cache
def stated(wishes: tuple[str, ...]) -> tuple[str, ...]:
    """Wishes such as "phone:refuses" as they are; ValueError for words that are not of the vocabulary."""
    for wish in wishes:
        channel, _, stance = wish.partition(":")
        WishChannel(channel), Stance(stance)
    return wishes
