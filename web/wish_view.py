"""Wishes on file, and what was changed of them, in the words that a page shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from advisor.decision.wording import WISH, instant
from advisor.records import FiledWish, SaidBy, Standing, State
from advisor.records.filed_changes import Change, FiledChange, possible
from advisor.types import Stance, Wish, WishSource
from web.view import MOMENTS

DAY = "%-d %B %Y"
MOST_SHOWN = 25  # wishes that stand alike
GROUPS = (
    (State.IN_FORCE, "In force"),
    (State.TO_COME, "From a later day on"),
    (State.EXPIRED, "Run out"),
    (State.ENDED, "Ended"),
)
FIRMLY = {Standing.ONCE: "said once", Standing.STANDING: "standing", Standing.SUGGESTED: "a suggestion"}
BUTTONS = {
    Change.END: "End",
    Change.RESTORE: "Restore",
    Change.CONFIRM: "Confirm",
    Change.DECLINE: "Decline",
}
DONE = {
    Change.ADD: "Put on file",
    Change.END: "Ended",
    Change.RESTORE: "Restored",
    Change.CONFIRM: "Confirmed",
    Change.DECLINE: "Declined",
}
CHOICE = {2: "second choice", 3: "third choice"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWish:
    """A wish on file as it is shown."""

    id: str
    refuses: bool
    says: str  # `does not want a call, about billing`
    terms: str  # `standing, since 4 March 2026, until 4 March 2027`
    origin: str  # `the customer said so`
    ticket: str | None  # in which it was said
    quote: str | None
    end: str | None  # who or what ended it, and when
    buttons: tuple[tuple[str, str], ...]  # what may be done: value and words


@dataclass(frozen=True, slots=True)
class WishGroup:
    """Wishes that stand alike."""

    title: str
    counts: bool  # whether they are in force
    wishes: tuple[ShownWish, ...]  # the newest
    number: int  # how many there are


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """A change by an agent as it is shown."""

    id: int
    words: str  # `Ended: wants a call`
    by: str  # `ada, Tuesday 3 March 2026, 10:00 (GMT)`
    undone: str | None  # by whom and when


def says_of(wish: FiledWish | Wish) -> str:
    """`does not want a call, about billing`."""
    verb = "wants" if wish.stance is Stance.WANTS else "does not want"
    parts = [MOMENTS[wish.moment].lower()] if wish.moment is not None else []
    parts += [wish.topic] if wish.topic is not None else []
    about = f", about {' and '.join(parts)}" if parts else ""
    choice = f", {CHOICE.get(wish.order, f'choice {wish.order}')}" if wish.order > 1 else ""
    return f"{verb} {WISH[wish.channel]}{about}{choice}"


def shown_wish(one: FiledWish, *, now: datetime, zone: tzinfo) -> ShownWish:
    """One wish on file."""
    return ShownWish(
        id=one.id,
        refuses=one.stance is Stance.REFUSES,
        says=says_of(one),
        terms=_terms(one, zone),
        origin=_origin(one),
        ticket=one.said_in,
        quote=one.quote,
        end=_end(one, now, zone),
        buttons=tuple((change.value, BUTTONS[change]) for change in possible(one, now)),
    )


def groups_of(filed: Sequence[FiledWish], *, now: datetime, zone: tzinfo) -> tuple[WishGroup, ...]:
    """The wishes on file by how they stand; suggestions are left out."""
    return tuple(_groups(filed, now, zone))


def suggestions_of(filed: Sequence[FiledWish], *, now: datetime, zone: tzinfo) -> tuple[ShownWish, ...]:
    """What waits for an agent to confirm or decline."""
    suggested = [one for one in filed if one.state(now) is State.SUGGESTED]
    return tuple(shown_wish(one, now=now, zone=zone) for one in suggested[:MOST_SHOWN])


def shown_change(one: FiledChange, *, zone: tzinfo) -> ShownChange:
    """One change by an agent."""
    undone = f"{one.undone_by}, {instant(one.undone_at.astimezone(zone))}" if one.undone_at is not None else None
    return ShownChange(
        id=one.id,
        words=f"{DONE[one.what]}: {says_of(one.wish)}",
        by=f"{one.by}, {instant(one.at.astimezone(zone))}",
        undone=undone,
    )


def day(at: datetime, zone: tzinfo) -> str:
    """`4 March 2026`."""
    return at.astimezone(zone).strftime(DAY)


def _groups(filed: Sequence[FiledWish], now: datetime, zone: tzinfo) -> Iterator[WishGroup]:
    for state, title in GROUPS:
        group = [one for one in filed if one.state(now) is state]
        if group:
            wishes = tuple(shown_wish(one, now=now, zone=zone) for one in group[:MOST_SHOWN])
            yield WishGroup(title, state is State.IN_FORCE, wishes, len(group))


def _terms(one: FiledWish, zone: tzinfo) -> str:
    parts = [FIRMLY[one.standing]]
    parts += [f"since {day(one.since, zone)}"] if one.since is not None else []
    ran = "until" if one.standing is not Standing.SUGGESTED else "to count until"
    parts += [f"{ran} {day(one.until, zone)}"] if one.until is not None else ["for good"] * (not _is_open(one))
    return ", ".join(parts)


def _is_open(one: FiledWish) -> bool:
    """Whether nothing can be said of how long it holds: a suggestion has no end of its own."""
    return one.standing is Standing.SUGGESTED


def _origin(one: FiledWish) -> str:
    who = "the customer" if one.kind is WishSource.CUSTOMER else "somebody of the firm"
    said = {
        SaidBy.TICKET: one.evidence or f"{who} said so",
        SaidBy.AGENT: f"put on file by {one.filed_by or 'an agent'}",
        SaidBy.IMPORT: "imported" + (f" by {one.filed_by}" if one.filed_by else ""),
        SaidBy.HELPDESK: "sent by the helpdesk",
        SaidBy.LEARNT: "learnt from what the customer did" + (f": {one.evidence}" if one.evidence else ""),
    }[one.said_by]
    changed = one.changed_by not in (None, one.filed_by) and not one.ended_by_person
    return said + (f"; changed by {one.changed_by}" if changed else "")


def _end(one: FiledWish, now: datetime, zone: tzinfo) -> str | None:
    if one.state(now) is not State.ENDED or one.ended_at is None:
        return None
    by = f" by {one.ended_by}" if one.ended_by_person else ""
    until = f", until {day(one.ended_until, zone)}" if one.ended_until is not None else ""
    return f"ended on {day(one.ended_at, zone)}{by}{until}: {one.ended_why}"
