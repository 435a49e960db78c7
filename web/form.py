"""What is typed into the form, how it is checked, and the ticket that it makes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, tzinfo
from typing import Self

from advisor.types import Account, Channel, Customer, Stance, Ticket, Wish, WishChannel, WishSource

NOT_KNOWN = ""
LONGEST_LINE = 300  # characters of a field of one line
MOST_LICENCES = 10_000_000
YEARS = range(2000, 2101)
LOCAL_TIME = "%Y-%m-%dT%H:%M"  # as browsers write it into a field for date and time


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForm:
    """The form, as it was typed: nothing is checked yet, so that it can be shown again."""

    subject: str = ""
    message: str = ""
    channel: str = Channel.EMAIL.value
    phone: str = ""
    self_service: str = NOT_KNOWN  # this and the next four: a Stance or NOT_KNOWN
    email: str = NOT_KNOWN
    chat: str = NOT_KNOWN
    call: str = NOT_KNOWN
    person: str = NOT_KNOWN
    persona: str = ""
    plan: str = ""
    licences: str = ""
    monthly_revenue: str = ""
    renews_on: str = ""
    received: str = ""  # LOCAL_TIME on the clock of the experience file; empty = now

    @classmethod
    def posted(cls, values: Mapping[str, str]) -> Self:
        """The form as a browser sent it; a field that is missing is as in an empty form."""
        return cls(**{name: values[name] for name in asdict(cls()) if name in values})

    @classmethod
    def of_ticket(cls, ticket: Ticket, zone: tzinfo) -> Self:
        """The form filled with a ticket."""
        stances = {FIELDS[wish.channel]: wish.stance.value for wish in ticket.customer.wishes}
        return cls(
            subject=ticket.subject,
            message=ticket.body,
            channel=ticket.channel.value,
            phone=ticket.customer.phone or "",
            persona=ticket.customer.persona or "",
            plan=ticket.account.plan or "",
            licences=_typed(ticket.account.licences),
            monthly_revenue=_typed(ticket.account.monthly_revenue),
            renews_on=ticket.account.renews_on.isoformat() if ticket.account.renews_on else "",
            received=ticket.created_at.astimezone(zone).strftime(LOCAL_TIME) if ticket.created_at else "",
            **stances,
        )

    @property
    def about_customer(self) -> bool:
        """Whether anything stands in the part of the form that is folded away at first."""
        fields = (self.persona, self.plan, self.licences, self.monthly_revenue, self.renews_on, self.received)
        return any(fields)

    def errors(self) -> dict[str, str]:
        """What is wrong, by field, each a sentence with the cure."""
        typed = asdict(self)
        found = {name: error for name, check in CHECKS.items() if (error := check(typed[name]))}
        for name in SHORT:
            if len(typed[name]) > LONGEST_LINE:
                found.setdefault(name, f"At most {LONGEST_LINE} characters, please; these are {len(typed[name])}.")
        return found

    def ticket(self, zone: tzinfo) -> Ticket:
        """The ticket that this form makes; only for a form without errors."""
        return Ticket(
            id="typed",
            source="page",
            subject=self.subject,
            body=self.message,
            channel=Channel(self.channel),
            created_at=datetime.fromisoformat(self.received).replace(tzinfo=zone) if self.received else None,
            customer=Customer(phone=self.phone.strip() or None, persona=self.persona or None, wishes=self._wishes()),
            account=Account(
                licences=int(self.licences) if self.licences.strip() else None,
                monthly_revenue=float(self.monthly_revenue) if self.monthly_revenue.strip() else None,
                renews_on=date.fromisoformat(self.renews_on) if self.renews_on else None,
                plan=self.plan.strip() or None,
            ),
        )

    def _wishes(self) -> tuple[Wish, ...]:
        """What is on file for the customer."""
        stances = {channel: getattr(self, field) for channel, field in FIELDS.items()}
        return tuple(
            Wish(channel=channel, stance=Stance(stance), source=WishSource.CUSTOMER)
            for channel, stance in stances.items()
            if stance != NOT_KNOWN
        )


FIELDS = {
    WishChannel.SELF_SERVICE: "self_service",
    WishChannel.EMAIL: "email",
    WishChannel.CHAT: "chat",
    WishChannel.PHONE: "call",
    WishChannel.PERSON: "person",
}
"""The field for each wish; the one for calls is not called like the phone number's."""

SHORT = ("subject", "phone", "persona", "plan", "licences", "monthly_revenue")


def _typed(number: float | None) -> str:
    return "" if number is None else f"{number:g}" if number == int(number) else str(number)


def _message(typed: str) -> str | None:
    return None if typed.strip() else "Type what the customer wrote: there is nothing to advise on yet."


def _channel(typed: str) -> str | None:
    return None if typed in set(Channel) else f"Choose one of: {', '.join(Channel)}."


def _stance(typed: str) -> str | None:
    return None if typed == NOT_KNOWN or typed in set(Stance) else "Choose not known, wants or refuses."


def _phone(typed: str) -> str | None:
    short = typed.strip() and sum(sign.isdigit() for sign in typed) < 5
    return "A phone number has at least five digits; leave it empty if none is known." if short else None


def _licences(typed: str) -> str | None:
    plain = typed.strip()
    fits = not plain or (plain.isascii() and plain.isdigit() and len(plain) <= 8 and int(plain) <= MOST_LICENCES)
    return None if fits else f"Licences are a whole number from 0 to {MOST_LICENCES:,}, such as 120."


def _monthly_revenue(typed: str) -> str | None:
    try:
        revenue = float(typed) if typed.strip() else 0.0
    except ValueError:
        revenue = -1.0
    fits = math.isfinite(revenue) and revenue >= 0
    return None if fits else "Revenue is a number from 0 up, without a sign of currency, such as 4080."


def _renews_on(typed: str) -> str | None:
    return _dated(typed, date.fromisoformat, "Write the day as 2026-06-25.")


def _received(typed: str) -> str | None:
    return _dated(typed, lambda text: datetime.strptime(text, LOCAL_TIME), "Write day and time as 2026-06-09T10:30.")


def _dated(typed: str, read: Callable[[str], date], cure: str) -> str | None:
    try:
        fits = not typed or read(typed).year in YEARS
    except ValueError:
        fits = False
    return None if fits else cure


CHECKS: Mapping[str, Callable[[str], str | None]] = {
    "message": _message,
    "channel": _channel,
    "phone": _phone,
    **dict.fromkeys(FIELDS.values(), _stance),
    "licences": _licences,
    "monthly_revenue": _monthly_revenue,
    "renews_on": _renews_on,
    "received": _received,
}
