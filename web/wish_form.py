"""What is typed to put a wish on file, how it is checked, and the wish that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, tzinfo
from typing import Self

from advisor.records import FiledWish
from advisor.records.filing import Owner
from advisor.types import Moment, Stance, WishChannel
from web.view import MOMENTS

LONGEST_TOPIC = 120  # characters
CHOICES = (("1", "first choice"), ("2", "second choice"), ("3", "third choice"))
STANCES = ((Stance.WANTS.value, "wants"), (Stance.REFUSES.value, "does not want"))
CHANNELS = (
    (WishChannel.SELF_SERVICE.value, "an article"),
    (WishChannel.EMAIL.value, "an e-mail"),
    (WishChannel.CHAT.value, "a chat"),
    (WishChannel.PHONE.value, "a call"),
    (WishChannel.PERSON.value, "a person, whichever way"),
)
ANY_MOMENT = ("", "at any moment")
LAST_YEAR = 2199


@dataclass(frozen=True, slots=True, kw_only=True)
class WishForm:
    """The form, as it was typed."""

    stance: str = ""
    channel: str = ""
    order: str = "1"
    moment: str = ""  # empty = at any moment
    topic: str = ""  # empty = on any topic
    until: str = ""  # a day; empty = for good

    @classmethod
    def posted(cls, values: Mapping[str, str]) -> Self:
        """The form as a browser sent it."""
        return cls(**{name: values[name] for name in asdict(cls()) if name in values})

    @property
    def narrowed(self) -> bool:
        """Whether anything stands in the part of the form that is folded away at first."""
        return bool(self.moment or self.topic or self.until or self.order != "1")

    def errors(self, zone: tzinfo, *, at: datetime) -> dict[str, str]:
        """What is wrong, by field, each a sentence with the cure."""
        found = {
            "stance": None if self.stance in set(Stance) else "Choose: wants, or does not want.",
            "channel": None if self.channel in set(WishChannel) else "Choose what the wish is about.",
            "order": None if self.order in dict(CHOICES) else "Choose first, second or third choice.",
            "moment": None if self.moment in {"", *Moment} else "Choose one of the moments of truth, or any.",
            "topic": _wrong_topic(self.topic),
            "until": _wrong_day(self.until, zone, at),
        }
        return {field: error for field, error in found.items() if error is not None}

    def wish(self, owner: Owner, zone: tzinfo, *, at: datetime) -> FiledWish:
        """The wish, once there are no errors; a refusal has no order."""
        source, kind, key = owner
        stance = Stance(self.stance)
        until = _day(self.until)
        return FiledWish(
            source=source,
            kind=kind,
            owner=key,
            channel=WishChannel(self.channel),
            stance=stance,
            order=int(self.order) if stance is Stance.WANTS else 1,
            moment=Moment(self.moment) if self.moment else None,
            topic=" ".join(self.topic.split()) or None,
            since=at,
            until=datetime.combine(until, time(), zone) if until is not None else None,
        )


def moment_choices() -> list[tuple[str, str]]:
    """The moments to choose from."""
    return [ANY_MOMENT, *((moment.value, called) for moment, called in MOMENTS.items())]


def says_the_same(one: FiledWish, other: FiledWish) -> bool:
    """Whether two wishes on file ask for the same, as long."""
    parts = ("channel", "stance", "order", "moment", "topic", "until")
    return all(getattr(one, part) == getattr(other, part) for part in parts)


def _wrong_topic(typed: str) -> str | None:
    if not all(sign.isprintable() for sign in typed):
        return "Write the topic on one line."
    return f"Write at most {LONGEST_TOPIC} characters." if len(typed) > LONGEST_TOPIC else None


def _wrong_day(typed: str, zone: tzinfo, at: datetime) -> str | None:
    if not typed.strip():
        return None
    day = _day(typed)
    if day is None or day.year > LAST_YEAR:
        return "Write the day as 2027-01-31, or leave it empty."
    return None if day > at.astimezone(zone).date() else "Choose a day to come, or leave it empty."


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None
