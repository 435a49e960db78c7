"""Who a customer or an account is, and what of the account's revenue is at risk, as readable reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from advisor.decision.experience import Experience
from advisor.insight.ledger import State
from advisor.records.people import Known
from advisor.records.rows import MADE_UP, account_key
from advisor.types import Account
from web.journey import Journey

LOOKED_BACK = timedelta(days=180)
MOST_SIGNS = 8  # of one kind

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason for which revenue may be at risk."""

    words: str
    ticket: str | None = None  # id


@dataclass(frozen=True, slots=True)
class Risk:
    """What speaks for leaving, and what of it is near."""

    headline: str
    is_near: bool  # the renewal is near, and something speaks against it
    signs: tuple[Sign, ...]


def name_of(known: Known) -> str:
    """The name that is shown: the given one, else address or number, else the id."""
    if known.customer is None:
        account = known.account
        return (account.name if account is not None else None) or known.key
    customer = known.customer
    return customer.name or customer.email or customer.phone or _unnamed(known.key)


def customer_facts(known: Known) -> Facts:
    """What is known of a customer, by name."""
    customer = known.customer
    if customer is None:
        return ()
    own = None if known.key.startswith(MADE_UP) else known.key
    found = (
        ("Id", own),
        ("From", known.source),
        ("E-mail", customer.email),
        ("Phone", customer.phone),
        ("Persona", customer.persona.replace("_", " ") if customer.persona else None),
    )
    return tuple((name, fact) for name, fact in found if fact)


def account_facts(account: Account, experience: Experience, *, now: datetime) -> Facts:
    """Every fact that an account may have; what is not known says so."""
    return tuple(_account_facts(account, experience, now))


def is_known(account: Account | None) -> bool:
    """Whether anything is known of who pays."""
    return account is not None and account_key(account) is not None


def days_left(account: Account, experience: Experience, *, now: datetime) -> int | None:
    """Days until the renewal, less than 0 once it is over; None = not known when it is."""
    if account.renews_on is None:
        return None
    return (account.renews_on - now.astimezone(experience.zone).date()) // timedelta(days=1)


def risk_of(account: Account, journey: Journey, experience: Experience, *, now: datetime) -> Risk:
    """What of the last half year speaks for leaving; it is near where the renewal is."""
    signs = tuple(_signs(journey, experience, now))
    left, within = days_left(account, experience, now=now), experience.accounts.renewal_within_days
    near = left is not None and 0 <= left <= within
    if not signs:
        soon = f" It renews {_in_days(left)}." if near and left is not None else ""
        return Risk(f"Nothing in the last {LOOKED_BACK.days} days speaks for leaving.{soon}", False, ())
    if not near or left is None:
        return Risk(f"In the last {LOOKED_BACK.days} days:", False, signs)
    revenue = account.monthly_revenue
    what = f"{revenue:,.0f} {experience.currency} a month" if revenue is not None else "The account"
    return Risk(f"{what} renews {_in_days(left)}, and in the last {LOOKED_BACK.days} days:", True, signs)


def _signs(journey: Journey, experience: Experience, now: datetime) -> Iterator[Sign]:
    since = now - LOOKED_BACK
    unmet = [one for one in journey.breaches if one[0].at >= since]
    for breach, missed, cause in unmet[:MOST_SIGNS]:
        yield Sign(f"{_day(breach.at, experience)}: {missed} ({cause})", breach.ticket_id)
    if len(unmet) > MOST_SIGNS:
        yield Sign(f"and {len(unmet) - MOST_SIGNS} more wishes that were not met")
    back = [one for one in journey.stops if one.outcome is State.CONTRADICTED and one.at >= since]
    for stop in back[:MOST_SIGNS]:
        yield Sign(f"{stop.day}: an article did not help", stop.ticket_id)
    for ticket, at, words in journey.cancellations[:MOST_SIGNS]:
        if at >= since:
            said = f": “{words}”" if words else ""
            yield Sign(f"{_day(at, experience)}: spoke of leaving{said}", ticket)


def _account_facts(account: Account, experience: Experience, now: datetime) -> Iterator[tuple[str, str]]:
    used = f", {account.usage:.0%} in use" if account.usage is not None else ", use not known"
    yield "Licences", f"{account.licences:,}{used}" if account.licences is not None else "not known"
    yield "Plan", account.plan or "not known"
    left = days_left(account, experience, now=now)
    renewal = f"{account.renews_on:%-d %B %Y}, {_in_days(left)}" if left is not None else "not known"
    yield "Renewal", renewal
    revenue = account.monthly_revenue
    yield "Revenue", f"{revenue:,.0f} {experience.currency} a month" if revenue is not None else "not known"
    over = experience.accounts.licences_over
    few = account.licences is not None and account.licences <= over
    yield "Success manager", account.manager or (f"none: {over} licences or fewer" if few else "not known")


def _in_days(days: int | None) -> str:
    if days is None:
        return ""
    if days < 0:
        return f"{-days} {'day' if days == -1 else 'days'} ago"
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def _day(at: datetime, experience: Experience) -> str:
    return f"{at.astimezone(experience.zone):%-d %b %Y}"


def _unnamed(key: str) -> str:
    """`Not known (ticket t-1)` for one who is known by a ticket alone, else the id, address or number."""
    kind, _, rest = key.partition(":")
    if f"{kind}:" not in MADE_UP:
        return key
    return f"Not known (ticket {rest})" if kind == "ticket" else rest
