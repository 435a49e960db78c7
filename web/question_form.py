"""What a customer types before the ticket: how it is checked, and what they may be willing to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from werkzeug.datastructures import MultiDict

from advisor.decision.experience import Experience
from advisor.types import Channel

MOST_MATTER = 5000  # characters
MOST_MORE = 2000
MOST_LINE = 200
MAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
LEAST_DIGITS = 5  # of a telephone number
TRAP = "website"
"""A field that people do not see and leave empty."""


class Way(StrEnum):
    """What a customer may be willing to do."""

    READ = "read"
    EMAIL = "email"
    CHAT = "chat"
    CALL = "call"


CHANNELS: Mapping[Way, Channel] = {Way.EMAIL: Channel.EMAIL, Way.CHAT: Channel.CHAT, Way.CALL: Channel.PHONE}
"""The channel by which a person answers; an article needs none."""


class Do(StrEnum):
    """The buttons."""

    ASK = "ask"
    PERSON = "person"
    HELPED = "helped"
    SEND = "send"
    AGAIN = "again"


def offered(experience: Experience) -> tuple[Way, ...]:
    """The ways that the company offers; to read is always one."""
    return (Way.READ, *(way for way, channel in CHANNELS.items() if channel in experience.offers))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionForm:
    """The form as it was typed: nothing is checked yet, so that it can be shown again."""

    matter: str = ""
    ways: tuple[Way, ...] = ()  # the first choice first
    orders: Mapping[Way, str] | None = None  # what was chosen as the place of each
    name: str = ""
    email: str = ""
    phone: str = ""
    more: str = ""

    @classmethod
    def posted(cls, values: MultiDict[str, str], ways: tuple[Way, ...]) -> Self:
        """The form as a browser sent it; of the ways those that are offered."""
        orders = {way: values.get(f"order_{way}", "") for way in ways}
        ticked = [way for way in ways if way in values.getlist("way")]
        lines = {name: " ".join(values.get(name, "").split()) for name in ("name", "email", "phone")}
        texts = {name: values.get(name, "").replace("\r\n", "\n").strip() for name in ("matter", "more")}
        chosen = tuple(sorted(ticked, key=lambda way: _place(orders[way], ways)))
        return cls(ways=chosen, orders=orders, **lines, **texts)

    def errors_to_ask(self) -> dict[str, str]:
        """What is wrong with the question itself, by field, each a sentence with the cure."""
        found = self.too_long()
        if not self.matter:
            found["matter"] = "Please tell us in a few words what it is about."
        if not self.ways:
            found["way"] = "Please tick at least one. If none of them suits you, choose “I want a person”."
        return found | self._unfit()

    def errors_to_send(self) -> dict[str, str]:
        """What is wrong with the way to reach the customer."""
        found = self.too_long() | self._unfit()
        if not self.email and not self.phone:
            found.setdefault("email", "Please leave an e-mail address or a phone number, or we cannot answer you.")
        return found

    def too_long(self) -> dict[str, str]:
        """The fields that hold more than is taken."""
        limits = {"matter": MOST_MATTER, "more": MOST_MORE, "name": MOST_LINE, "email": MOST_LINE, "phone": MOST_LINE}
        return {
            name: f"At most {most:,} characters, please; these are {len(getattr(self, name)):,}."
            for name, most in limits.items()
            if len(getattr(self, name)) > most
        }

    def _unfit(self) -> dict[str, str]:
        found = {}
        if self.email and MAIL.fullmatch(self.email) is None:
            found["email"] = "This is no e-mail address. One looks like name@example.com."
        if self.phone and sum(sign.isdigit() for sign in self.phone) < LEAST_DIGITS:
            found["phone"] = f"A phone number has at least {LEAST_DIGITS} digits."
        return found


def _place(order: str, ways: tuple[Way, ...]) -> int:
    """Where a way stands among those that were numbered; those that were not keep their order behind them."""
    return int(order) if order in {str(place) for place in range(1, len(ways) + 1)} else len(ways) + 1
