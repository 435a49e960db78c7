"""A customer or an account as an agent reads it: who it is, what they are willing to do, and what happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo

from advisor.decision.wording import WISH
from advisor.desk.show import ADVICE, says
from advisor.records import FiledWish, Past, SaidBy, Standing, State
from advisor.records.people import Known
from advisor.types import Stance, WishSource

DAY = "%-d %B %Y"
LONGEST_QUOTE = 160  # characters
SHOWN_TICKETS = 10
GROUPS = (
    (State.IN_FORCE, "In force"),
    (State.TO_COME, "From a later day on"),
    (State.SUGGESTED, "Suggested; counts for nothing until an agent confirms it"),
    (State.EXPIRED, "Run out"),
    (State.ENDED, "Ended"),
)


def people_text(known: Known, filed: Sequence[FiledWish], past: Sequence[Past], *, now: datetime, zone: tzinfo) -> str:
    """All of it, for the terminal."""
    lines = [*_who(known), "", *_wishes(filed, now, zone)]
    if past:
        lines += ["", "Tickets, the newest first", *_tickets(past, zone)]
    return "\n".join(lines)


def people_json(known: Known, filed: Sequence[FiledWish], past: Sequence[Past], *, now: datetime) -> dict[str, object]:
    """All of it, for programs."""
    return {
        "source": known.source,
        "id": known.key,
        "customer": known.customer and {k: v for k, v in asdict(known.customer).items() if k != "wishes"},
        "account": known.account and {k: v for k, v in asdict(known.account).items() if k != "wishes"},
        "wishes": [asdict(one) | {"state": one.state(now)} for one in filed],
        "tickets": [
            {"id": one.ticket_id, "at": one.created_at, "moment": one.moment, "action": one.action}
            | {"channel": one.channel, "reason": one.reason, "handled": one.handled}
            for one in past
        ],
    }


def _who(known: Known) -> Iterator[str]:
    if known.customer is not None:
        one = known.customer
        yield f"{one.name or 'Customer'} ({known.key}, from {known.source})"
        facts = (("E-mail", one.email), ("Phone", one.phone), ("Persona", one.persona))
        yield from (f"  {name:<12}{value}" for name, value in facts if value)
    account = known.account
    if account is None or (known.customer is not None and account.id is None and account.name is None):
        yield "  Account     unknown"
        return
    yield f"{'  Account     ' if known.customer else ''}{account.name or account.id} ({account.id or 'no id'})"
    figures = (
        ("Licences", account.licences),
        ("Plan", account.plan),
        ("Renews on", account.renews_on),
        ("Revenue", f"{account.monthly_revenue:,.0f} a month" if account.monthly_revenue is not None else None),
        ("Manager", account.manager),
    )
    yield from (f"  {name:<12}{value}" for name, value in figures if value is not None)


def _wishes(filed: Sequence[FiledWish], now: datetime, zone: tzinfo) -> Iterator[str]:
    if not filed:
        yield "No wish is on file."
        return
    for state, title in GROUPS:
        group = [one for one in filed if one.state(now) is state]
        if group:
            yield title
        for one in group:
            yield from (f"  {line}" for line in wish_lines(one, now=now, zone=zone))


def wish_lines(one: FiledWish, *, now: datetime, zone: tzinfo) -> list[str]:
    """`3fa1c09b  wants a call, about billing, until 4 March 2027`, and where it comes from."""
    stance = "wants" if one.stance is Stance.WANTS else "does not want"
    choice = f", choice {one.order}" if one.order > 1 else ""
    until = f", until {_day(one.until, zone)}" if one.until is not None else ""
    said = f"{one.id[:8]}  {stance} {WISH[one.channel]}{choice}{_about(one)}{until}"
    lines = [said, f"          {_origin(one, zone)}"]
    if one.quote:
        lines.append(f"          “{says(one.quote, most=LONGEST_QUOTE)}”")
    if one.state(now) is State.ENDED and one.ended_at is not None:
        by = f" by {one.ended_by}" if one.ended_by_person else ""
        lines.append(f"          ended on {_day(one.ended_at, zone)}{by}: {one.ended_why}")
    if one.state(now) is State.SUGGESTED and one.standing is Standing.STANDING:
        lines.append(f"          was in force until {_day(one.until, zone)}: ask again")
    return lines


def _about(one: FiledWish) -> str:
    parts = [one.moment.replace("_", " ")] if one.moment is not None else []
    parts += [one.topic] if one.topic is not None else []
    return f", about {' and '.join(parts)}" if parts else ""


def _origin(one: FiledWish, zone: tzinfo) -> str:
    on = f" on {_day(one.since, zone)}" if one.since is not None else ""
    since = f", since {_day(one.since, zone)}" if one.since is not None else ""
    who = "the customer" if one.kind is WishSource.CUSTOMER else "somebody of the account"
    said = {
        SaidBy.TICKET: f"{who} said so in ticket {one.said_in}{on}",
        SaidBy.AGENT: f"put on file by {one.filed_by or 'an agent'}{on}",
        SaidBy.IMPORT: "imported" + (f" by {one.filed_by}" if one.filed_by else "") + since,
        SaidBy.HELPDESK: f"sent by the helpdesk{since}",
        SaidBy.LEARNT: f"learnt{on}",
    }[one.said_by]
    firmly = {Standing.ONCE: "said once, ", Standing.STANDING: "standing, ", Standing.SUGGESTED: ""}[one.standing]
    rests = f": {one.evidence}" if one.evidence and one.said_by is not SaidBy.TICKET else ""
    changed = one.changed_by not in (None, one.filed_by) and not one.ended_by_person
    return (
        firmly
        + (one.evidence if one.said_by is SaidBy.TICKET and one.evidence else said)
        + rests
        + (f"; changed by {one.changed_by}" if changed else "")
    )


def _tickets(past: Sequence[Past], zone: tzinfo) -> Iterator[str]:
    for one in past[:SHOWN_TICKETS]:
        done = "nothing known of what was done"
        if one.handled is not None and one.handled.action is not None:
            done = f"done: {ADVICE[one.handled.action]}" + (f" by {one.handled.channel}" if one.handled.channel else "")
        advice = f"advised {ADVICE[one.action]} ({one.reason})"
        yield f"  {_day(one.created_at, zone)}  {one.ticket_id}  {one.moment.replace('_', ' ')}: {advice}; {done}"
    if len(past) > SHOWN_TICKETS:
        yield f"  and {len(past) - SHOWN_TICKETS} older ones"


def _day(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime(DAY) if at is not None else "no known day"
