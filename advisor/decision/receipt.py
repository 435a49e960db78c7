"""The receipt of an advice: what decided it, what every other rule says, and how little would have to be otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from advisor.decision.case import WISHED, Case
from advisor.decision.changes import Change, single_changes
from advisor.decision.company import open_incident
from advisor.decision.costs import CostBar, cost_bar
from advisor.decision.experience import Experience
from advisor.decision.outline import Outline, outline, outline_of
from advisor.decision.rules import RULES, Rule
from advisor.decision.willingness import Passed, passed_over
from advisor.decision.wording import WAY
from advisor.types import (
    Action,
    Channel,
    Evidence,
    OfferedArticle,
    Promise,
    PromiseState,
    Reason,
    Recommendation,
    Wish,
    WishChannel,
)

NUMBER = {
    "not_to_be_read": "1",
    "safety": "2",
    "already_failed": "3",
    "two_matters": "3",
    "asks_for_person": "4",
    "wants_self_service": "5",
    "only_self_service_left": "–",
    "asks_for_person_on_file": "6",
    "never_deflect": "7",
    "refuses_self_service": "–",
    "wants_self_service_on_file": "8",
    "persona_default": "9",
    "cost": "10",
}
"""The rules as they are numbered; a dash stands between the numbered ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one rule says of this ticket, were it alone."""

    rule: str
    number: str
    decided: bool
    action: Action | None  # None = it does not apply
    text: str  # its sentence, or why it does not apply


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """A single change, and what would then be advised."""

    text: str
    size: float  # see changes.py
    rule: str
    action: Action
    channel: Channel | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Why an advice was given, whole."""

    ticket_id: str
    source: str
    at: datetime
    action: Action
    channel: Channel | None
    queue: str
    rule: str
    reason: Reason
    said: tuple[Said, ...]  # by every rule, in their order
    other_action: Otherwise | None  # the smallest; None = no single change does
    other_channel: Otherwise | None
    p_resolve: float
    needed: float
    estimated: bool  # p_resolve rests on other companies' data
    floor: float  # the least p_resolve for who wants an article
    bar: CostBar
    promise: PromiseState
    in_force: tuple[Wish, ...]  # refusals first, then wants, the first choice first
    passed: tuple[Passed, ...]
    articles: tuple[OfferedArticle, ...]
    experience: str  # fingerprint
    promise_id: str
    models: str
    knowledge: str


def receipt(evidence: Evidence, experience: Experience, promise: Promise, recommendation: Recommendation) -> Receipt:
    """The receipt of `recommendation`; experience and promise are those by which it was decided."""
    case = Case.of(evidence, experience, promise)
    found = outline_of(case)
    other_action, other_channel = smallest_changes(case, found)
    return Receipt(
        ticket_id=recommendation.ticket_id,
        source=recommendation.source,
        at=recommendation.at,
        action=recommendation.action,
        channel=recommendation.channel,
        queue=recommendation.queue,
        rule=found.rule,
        reason=recommendation.reasons[0],
        said=tuple(_said(case, rule, decided=rule.__name__ == found.rule) for rule in RULES),
        other_action=other_action,
        other_channel=other_channel,
        p_resolve=recommendation.p_resolve,
        needed=recommendation.needed,
        estimated=evidence.estimated,
        floor=experience.self_service.floor,
        bar=cost_bar(case),
        promise=recommendation.promise,
        in_force=case.will.in_force,
        passed=passed_over(evidence, zone=experience.zone),
        articles=recommendation.articles,
        experience=recommendation.experience,
        promise_id=recommendation.promise_id,
        models=recommendation.models,
        knowledge=recommendation.knowledge,
    )


def smallest_changes(case: Case, now: Outline) -> tuple[Otherwise | None, Otherwise | None]:
    """The smallest single change that gives another action, and the one that gives another channel."""
    action: Otherwise | None = None
    channel: Otherwise | None = None
    for kind in single_changes(case):
        for change in kind:
            if _is_no_smaller(change, action) and _is_no_smaller(change, channel):
                break
            then = outline(change.evidence, case.experience, case.promise)
            if then.action is not now.action and not _is_no_smaller(change, action):
                action = _otherwise(change, then)
            if then.channel is not now.channel and not _is_no_smaller(change, channel):
                channel = _otherwise(change, then)
    return action, channel


def _is_no_smaller(change: Change, than: Otherwise | None) -> bool:
    return than is not None and change.size >= than.size


def _otherwise(change: Change, then: Outline) -> Otherwise:
    return Otherwise(text=change.text, size=change.size, rule=then.rule, action=then.action, channel=then.channel)


def _said(case: Case, rule: Rule, *, decided: bool) -> Said:
    name = rule.__name__
    verdict = rule(case)
    return Said(
        rule=name,
        number=NUMBER[name],
        decided=decided,
        action=verdict.action if verdict is not None else None,
        text=verdict.reason.text if verdict is not None else _SILENT[name](case),
    )


def _why_not_only_self_service(case: Case) -> str:
    if case.person_ways:
        ways = ", ".join(WAY[way] for way in Channel if way in case.person_ways)
        return f"A person may still answer: by {ways}."
    if open_incident(case) is not None:
        return "While an incident is open, only who asks for an article gets one."
    if not case.article_possible:
        return "No article may be given either."
    return "A person is asked for."


def _why_no_persona(case: Case) -> str:
    persona = case.evidence.persona
    return "No kind of customer is known." if persona is None else f"The file does not know the kind “{persona}”."


def _first_choice(case: Case) -> str:
    """What is asked for first, in words."""
    if not case.will.asks:
        ways = [wish for wish in case.will.ways if wish.channel is WISHED[Channel.EMAIL]]
        return "An e-mail alone asks for nobody." if ways else "Nothing is asked for."
    first = case.will.asks[0]
    return "An article comes first." if first.channel is WishChannel.SELF_SERVICE else "A person comes first."


_SILENT: dict[str, Callable[[Case], str]] = {
    "not_to_be_read": lambda case: "The ticket can be read.",
    "safety": lambda case: "No safety signal was found.",
    "already_failed": lambda case: "Nothing is known to have been tried before.",
    "two_matters": lambda case: "There are no two matters with different wishes.",
    "asks_for_person": lambda case: f"Not in this ticket. {_first_choice(case)}",
    "wants_self_service": lambda case: f"Not in this ticket. {_first_choice(case)}",
    "only_self_service_left": _why_not_only_self_service,
    "asks_for_person_on_file": lambda case: f"Not on file. {_first_choice(case)}",
    "never_deflect": lambda case: "None of the company's own rules holds.",
    "refuses_self_service": lambda case: "Articles are not refused.",
    "wants_self_service_on_file": lambda case: f"Not on file. {_first_choice(case)}",
    "persona_default": _why_no_persona,
}
"""Why a rule does not apply; the last one, cost, always does."""
