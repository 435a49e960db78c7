"""Rule 7: the company's own never-deflect rules, one small function each; the first that holds gives the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from advisor.decision.case import Case
from advisor.decision.ideals import Incident
from advisor.decision.wording import SIGNAL, quoted
from advisor.types import Moment, Quote, SignalKind, Tone


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that holds, in words, with the customer's words where there are any."""

    text: str
    quote: Quote | None = None


def company_rule(case: Case) -> Held | None:
    """The first never-deflect rule that holds."""
    for rule in _RULES:
        held = rule(case)
        if held is not None:
            return held
    return None


def open_incident(case: Case) -> Incident | None:
    """The first incident of the file that this ticket matches and that is open now."""
    matching = case.evidence.incident_match
    return next((i for i in case.experience.incidents if i.id in matching and i.is_open(case.evidence.at)), None)


def has_signal(case: Case, kind: SignalKind) -> bool:
    """Whether the ticket carries this signal."""
    return any(signal.kind is kind for signal in case.evidence.signals)


def is_about_renewal(case: Case) -> bool:
    """Whether the moment is renewal, read surely enough."""
    moment = case.evidence.moment
    return moment.label == Moment.RENEWAL and moment.probability >= case.experience.never_deflect.moment_from


def renews_within(case: Case, days: int | None) -> bool:
    """Whether the account's renewal is today or at most so many days ahead, by the file's calendar."""
    renews_on = case.evidence.account.renews_on
    if renews_on is None or days is None:
        return False
    return 0 <= (renews_on - case.evidence.at.astimezone(case.experience.zone).date()).days <= days


def _incident(case: Case) -> Held | None:
    incident = open_incident(case)
    return None if incident is None else Held(f"An open incident matches: {incident.text}")


def _signal(case: Case) -> Held | None:
    """In the order of SignalKind, the surest first."""
    rules = case.experience.signals
    for kind in SignalKind if case.evidence.signals else ():
        found = [signal for signal in case.evidence.signals if signal.kind is kind and rules[kind].never_deflect]
        if found:
            surest = min(found, key=lambda s: (-s.probability, s.quote.start if s.quote else -1))
            quote = surest.quote
            text = (
                f"This may be {SIGNAL[kind]}{quoted(quote.text if quote else None)} A person answers by our own rule."
            )
            return Held(text, quote)
    return None


def _moment(case: Case) -> Held | None:
    moment = case.evidence.moment
    if not case.ideal.never_deflect or moment.probability < case.experience.never_deflect.moment_from:
        return None
    return Held(f"At this moment ({moment.label.replace('_', ' ')}) a person answers by our own rule.")


def _topic(case: Case) -> Held | None:
    topic = case.evidence.topic
    if not topic.known or topic.label is None or topic.label.casefold() not in case.experience.never_deflect.topics:
        return None
    return Held(f"On this topic ({topic.label}) a person answers by our own rule.")


def _tone(case: Case) -> Held | None:
    levels: Mapping[Tone, float] = {**case.experience.never_deflect.tones, **case.ideal.tones}
    for tone, level in levels.items():
        heard = case.heard.get(tone)
        if heard is not None and heard >= level:
            return Held(f"The customer sounds {tone} ({heard:.2f}, our rule calls for a person from {level:.2f}).")
    return None


def _severity(case: Case) -> Held | None:
    severity, level = case.evidence.severity, case.experience.never_deflect.severity_from
    if severity < level:
        return None
    return Held(f"The matter is severe ({severity:.1f} of 4, our rule calls for a person from {level:.1f}).")


def _renewal_soon(case: Case) -> Held | None:
    days = case.experience.never_deflect.renewal_within_days
    if not renews_within(case, days):
        return None
    return Held(f"The account renews on {case.evidence.account.renews_on}, within {days} days.")


def _revenue(case: Case) -> Held | None:
    limit, revenue = case.experience.never_deflect.monthly_revenue_above, case.evidence.account.monthly_revenue
    if limit is None or revenue is None or revenue <= limit:
        return None
    currency = case.experience.currency
    return Held(f"The account brings {revenue:,.0f} {currency} a month, more than {limit:,.0f}.")


_RULES: tuple[Callable[[Case], Held | None], ...] = (
    _incident,
    _signal,
    _moment,
    _topic,
    _tone,
    _severity,
    _renewal_soon,
    _revenue,
)
