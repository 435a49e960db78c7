"""The rules, in their order; the first that gives a verdict decides.

Refusals have gone before: a case knows only the ways and articles that they left. Two steps stand between the numbered
rules: where the refusals leave nothing but an article (after 5), and where they leave nothing but a person (after 7).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from advisor.decision.case import Case
from advisor.decision.company import company_rule, open_incident
from advisor.decision.costs import cost_may_decide, needed_by_cost
from advisor.decision.wording import SIGNAL, figures, quoted, refusal_sentence, wish_sentence
from advisor.types import (
    SAFETY,
    Action,
    Quote,
    Readability,
    Reason,
    ReasonCode,
    Signal,
    SignalKind,
    Wish,
    WishChannel,
    WishSource,
)

_GRAVEST_FIRST = (
    SignalKind.DANGER_TO_PERSON,
    SignalKind.MINOR,
    SignalKind.FRAUD_OR_SECURITY,
    SignalKind.DATA_LOSS,
    SignalKind.LEGAL_THREAT,
    SignalKind.DATA_REQUEST,
)
_NOT_READ = {
    Readability.EMPTY: (ReasonCode.EMPTY, "There is no text in the ticket."),
    Readability.UNREADABLE: (ReasonCode.UNREADABLE, "The text of the ticket cannot be read."),
    Readability.UNKNOWN_LANGUAGE: (ReasonCode.UNKNOWN_LANGUAGE, "The ticket is in a language that is not read."),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says."""

    action: Action
    reason: Reason
    needed: float = 1.0  # what p_resolve had to reach; 1 where the rule does not look at it
    remarks: tuple[Reason, ...] = ()
    in_writing: bool = False  # the person answers in writing, though nobody said so
    signal: Signal | None = None  # the one that decided


Rule = Callable[[Case], Verdict | None]


def not_to_be_read(case: Case) -> Verdict | None:
    """Rule 1: empty, unreadable, or a language that is not read."""
    found = _NOT_READ.get(case.evidence.readability)
    return None if found is None else _person(*found)


def safety(case: Case) -> Verdict | None:
    """Rule 2: the gravest signal of safety, however sure it is."""
    grave = [signal for signal in case.evidence.signals if signal.kind in SAFETY]
    if not grave:
        return None
    signal = min(grave, key=_gravity)
    text = f"This may be {SIGNAL[signal.kind]}{_said(signal.quote)} A person answers, always."
    return Verdict(Action.LIVE_HUMAN, _reason(ReasonCode.SAFETY, text, signal.quote), signal=signal)


def _gravity(signal: Signal) -> tuple[int, float, int, str]:
    start, text = (signal.quote.start, signal.quote.text) if signal.quote is not None else (-1, "")
    return _GRAVEST_FIRST.index(signal.kind), -signal.probability, start, text


def already_failed(case: Case) -> Verdict | None:
    """Rule 3: an article, or self-service as a whole, was tried for this matter."""
    if not case.evidence.failures:
        return None
    quotes = [failure.quote for failure in case.evidence.failures if failure.quote is not None]
    quote = min(quotes, key=lambda found: (found.start, found.end), default=None)
    text = f"Self-service has been tried for this and did not help{_said(quote)}"
    return _person(ReasonCode.ALREADY_FAILED, text, quote)


def two_matters(case: Case) -> Verdict | None:
    """Rule 3, too: two matters that are wished differently."""
    second = case.evidence.two_matters
    if second is None:
        return None
    text = f"There are two matters with different wishes; the second{_said(second)}"
    return _person(ReasonCode.TWO_MATTERS, text, second)


def asks_for_person(case: Case) -> Verdict | None:
    """Rule 4: the first choice in this ticket is a person, a call or a chat."""
    return _asks(case, from_ticket=True)


def wants_self_service(case: Case) -> Verdict | None:
    """Rule 5: the first choice in this ticket is an article."""
    return _article_or_next(case, from_ticket=True)


def only_self_service_left(case: Case) -> Verdict | None:
    """Where no person may answer by any way: the article by the floor.

    Not where a person is asked for on file, and not while an incident is open: then who did not ask for an article in
    the ticket gets none.
    """
    asks = case.will.asks
    if case.person_ways or not case.article_possible or open_incident(case) is not None:
        return None
    if asks and asks[0].channel is not WishChannel.SELF_SERVICE:
        return None
    floor = case.experience.self_service.floor
    if case.p_resolve < floor:
        return _person(
            ReasonCode.NO_CHANNEL_LEFT, f"Only an article is left, and none fits. {_fit(case, floor)}", needed=floor
        )
    text = f"The customer's refusals leave an article only. {_fit(case, floor)}"
    return Verdict(Action.SELF_SERVICE, Reason(ReasonCode.ONLY_SELF_SERVICE_LEFT, text), floor)


def asks_for_person_on_file(case: Case) -> Verdict | None:
    """Rule 6: the first choice on file is a person, a call or a chat."""
    return _asks(case, from_ticket=False)


def never_deflect(case: Case) -> Verdict | None:
    """Rule 7: the company's own never-deflect rules."""
    found = company_rule(case)
    return None if found is None else _person(ReasonCode.NEVER_DEFLECT, found.text, found.quote)


def refuses_self_service(case: Case) -> Verdict | None:
    """Where articles are refused, a person is what is left, and the refusal is the reason."""
    refusal = case.will.refusal_of(WishChannel.SELF_SERVICE)
    if refusal is None:
        return None
    return _person(ReasonCode.REFUSES, refusal_sentence(refusal), refusal.quote)


def wants_self_service_on_file(case: Case) -> Verdict | None:
    """Rule 8: the first choice on file is an article."""
    return _article_or_next(case, from_ticket=False)


def persona_default(case: Case) -> Verdict | None:
    """Rule 9: what the persona prefers; an article by cost, with the persona's costs."""
    persona = case.persona
    if persona is None:
        return None
    if persona.prefers is WishChannel.PERSON:
        return _person(ReasonCode.PERSONA, f"Customers of the kind “{persona.name}” are answered by a person.")
    return _by_cost(case, ReasonCode.PERSONA, f"Customers of the kind “{persona.name}” get an article first. ")


def cost(case: Case) -> Verdict:
    """Rule 10: an article if and only if it is sure enough for what a wrong one costs."""
    return _by_cost(case, ReasonCode.COST, "")


RULES: tuple[Rule, ...] = (
    not_to_be_read,
    safety,
    already_failed,
    two_matters,
    asks_for_person,
    wants_self_service,
    only_self_service_left,
    asks_for_person_on_file,
    never_deflect,
    refuses_self_service,
    wants_self_service_on_file,
    persona_default,
    cost,
)
"""The last one always gives a verdict."""


def decided(case: Case) -> tuple[str, Verdict]:
    """The first rule that applies, by its name, and its verdict."""
    for rule in RULES[:-1]:
        verdict = rule(case)
        if verdict is not None:
            return rule.__name__, verdict
    return cost.__name__, cost(case)


def first_verdict(case: Case) -> Verdict:
    """The verdict of the first rule that applies."""
    return decided(case)[1]


def _asks(case: Case, *, from_ticket: bool) -> Verdict | None:
    first = _first(case, from_ticket=from_ticket)
    if first is None or first.channel is WishChannel.SELF_SERVICE:
        return None
    return _person(_code_of(first), wish_sentence(first), first.quote)


def _article_or_next(case: Case, *, from_ticket: bool) -> Verdict | None:
    """Rules 5 and 8: the article by the floor, else the next want of ticket or file, else a person in writing."""
    wish = _first(case, from_ticket=from_ticket)
    if wish is None or wish.channel is not WishChannel.SELF_SERVICE:
        return None
    floor = case.experience.self_service.floor
    if case.article_possible and case.p_resolve >= floor:
        text = f"{wish_sentence(wish)} {_fit(case, floor)}"
        return Verdict(Action.SELF_SERVICE, _reason(_code_of(wish), text, wish.quote), floor)
    text = f"{wish_sentence(wish)} None fits well enough. {_fit(case, floor)}"
    nothing = _reason(ReasonCode.NOTHING_ANSWERS, text, wish.quote)
    following = next((ask for ask in case.will.asks if ask is not wish), None)
    if following is None:
        return Verdict(Action.LIVE_HUMAN, nothing, floor, in_writing=True)
    reason = _reason(_code_of(following), wish_sentence(following), following.quote)
    return Verdict(Action.LIVE_HUMAN, reason, floor, remarks=(nothing,))


def _by_cost(case: Case, code: ReasonCode, kind: str) -> Verdict:
    if not case.article_possible:
        return _person(code, f"{kind}No article in the knowledge base fits.")
    if not cost_may_decide(case):
        return _person(code, f"{kind}Articles are given by cost only while the promise is kept, and it is not now.")
    needed = needed_by_cost(case)
    action = Action.SELF_SERVICE if case.p_resolve >= needed else Action.LIVE_HUMAN
    return Verdict(action, Reason(code, f"{kind}{_fit(case, needed)}"), needed)


def _first(case: Case, *, from_ticket: bool) -> Wish | None:
    """The first choice of the ticket, or the first on file."""
    return next((wish for wish in case.will.asks if (wish.source is WishSource.TICKET) is from_ticket), None)


def _code_of(wish: Wish) -> ReasonCode:
    in_ticket = wish.source is WishSource.TICKET
    if wish.channel is WishChannel.SELF_SERVICE:
        return ReasonCode.WANTS_SELF_SERVICE if in_ticket else ReasonCode.WANTS_SELF_SERVICE_ON_FILE
    return ReasonCode.ASKS_FOR_PERSON if in_ticket else ReasonCode.ASKS_FOR_PERSON_ON_FILE


def _person(code: ReasonCode, text: str, quote: Quote | None = None, *, needed: float = 1.0) -> Verdict:
    return Verdict(Action.LIVE_HUMAN, _reason(code, text, quote), needed)


def _reason(code: ReasonCode, text: str, quote: Quote | None) -> Reason:
    return Reason(code, text, quote.text if quote is not None else None)


def _said(quote: Quote | None) -> str:
    return quoted(quote.text if quote is not None else None)


def _fit(case: Case, needed: float) -> str:
    if not case.articles:
        return "No article in the knowledge base fits."
    return figures(case.evidence, p_resolve=case.p_resolve, needed=needed)
