"""The queue's filters as they stand in its address: read, checked, and written back into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from advisor.records.queue_filter import Filter, Order, Waits
from advisor.types import Action, Channel, Moment, SignalKind, Tone

NONE = "-"
"""Asks for tickets that have no topic, persona or assignee; nothing typed asks for any."""

LONGEST = 300  # characters of a field
_TICKED = "1"

Member = TypeVar("Member", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueForm:
    """What is asked for, as it was typed."""

    q: str = ""
    action: str = ""
    channel: str = ""
    topic: str = ""
    moment: str = ""
    tone: str = ""
    persona: str = ""
    signal: str = ""
    queue: str = ""
    assignee: str = ""
    unmet: str = ""  # 1 = only those with an unmet wish
    unsure: str = ""
    waits: str = Waits.WAITING.value
    since: str = ""  # a day
    until: str = ""  # a day, itself included
    order: str = Order.RESPOND_BY.value

    @classmethod
    def asked(cls, values: Mapping[str, str]) -> Self:
        """The form as it stands in an address; a field that is missing is as in an empty form."""
        return cls(**{name: values[name][:LONGEST] for name in asdict(cls()) if name in values})

    @property
    def narrowed(self) -> dict[str, str]:
        """The fields that are not as in an empty form."""
        empty = asdict(type(self)())
        return {name: value for name, value in asdict(self).items() if value != empty[name]}

    @property
    def query(self) -> str:
        """The form as the query of an address; empty for an empty form."""
        return urlencode(self.narrowed)

    @property
    def filtered(self) -> int:
        """How many filters are set, the words searched for and the order apart."""
        return len(self.narrowed.keys() - {"q", "order"})

    def without(self, name: str) -> Self:
        """The form with one field as in an empty one."""
        return replace(self, **{name: getattr(type(self)(), name)})

    def errors(self) -> dict[str, str]:
        """What is wrong, by field, each a sentence with the cure."""
        found = {
            name: f"Choose one of: {', '.join(kinds)}."
            for name, kinds in _KINDS.items()
            if getattr(self, name) and getattr(self, name) not in set(kinds)
        }
        for name in ("since", "until"):
            if getattr(self, name) and _day(getattr(self, name)) is None:
                found[name] = "Write the day as 2026-06-25."
        since, until = _day(self.since), _day(self.until)
        if since and until and since > until:
            found["until"] = "The last day must not be before the first."
        return found

    def filter(self, zone: tzinfo) -> Filter:
        """What the records are asked; a field with an error asks for nothing."""
        until = _day(self.until)
        return Filter(
            action=_member(Action, self.action),
            came_by=_member(Channel, self.channel),
            topic=_plain(self.topic),
            moment=_member(Moment, self.moment),
            tone=_member(Tone, self.tone),
            persona=_plain(self.persona),
            signal=_member(SignalKind, self.signal),
            unmet=True if self.unmet == _TICKED else None,
            unsure=True if self.unsure == _TICKED else None,
            queue=self.queue or None,
            assignee=_plain(self.assignee),
            waits=_member(Waits, self.waits) or Waits.WAITING,
            text=self.q,
            since=_midnight(_day(self.since), zone),
            until=_midnight(until + timedelta(days=1) if until else None, zone),
        )

    @property
    def ordered(self) -> Order:
        """What comes first."""
        return _member(Order, self.order) or Order.RESPOND_BY


_KINDS: dict[str, type[StrEnum]] = {
    "action": Action,
    "channel": Channel,
    "moment": Moment,
    "tone": Tone,
    "signal": SignalKind,
    "waits": Waits,
    "order": Order,
}


def _member(kind: type[Member], typed: str) -> Member | None:
    return kind(typed) if typed in set(kind) else None


def _plain(typed: str) -> str | None:
    return {"": None, NONE: ""}.get(typed, typed)


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _midnight(day: date | None, zone: tzinfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day is not None else None


def choices_of(kind: type[StrEnum], names: Mapping[Any, str] | None = None) -> list[tuple[str, str]]:
    """The options of a list for a closed set: any, then each."""
    called = names or {}
    return [("", "any"), *((one.value, called.get(one, one.value.replace("_", " "))) for one in kind)]
