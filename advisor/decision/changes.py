"""Single changes on the evidence, each with how small it is: what would have to be otherwise for another advice.

How small is one figure for all kinds, so that they can be compared:

* a figure (fit, tone, severity, how sure a moment is): by what share of its scale it would have to differ;
* something that was read (a wish, a signal, the topic, the moment): how sure it was, 0 to 1;
* a plain fact (on file, of the account, the way the ticket came): 1;
* words that the customer did not say: 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil, floor

from advisor.decision.case import Case
from advisor.decision.company import open_incident
from advisor.decision.wording import SIGNAL, WAY, WISH, WISHED_BY, quoted_words
from advisor.types import (
    SAFETY,
    Account,
    Channel,
    Evidence,
    Moment,
    Prediction,
    Quote,
    Readability,
    Signal,
    Stance,
    Tone,
    Wish,
    WishChannel,
    WishSource,
)

FACT = 1.0
UNSAID = 2.0
LATER = Quote(2**31, 2**31, "")  # after every word of a ticket
HIGHEST_SEVERITY = 4.0
STEPS = 100  # of the scale of a figure


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise."""

    text: str  # "without the wish “please ring me”", after "it would be otherwise"
    size: float  # as the first lines of this file say
    evidence: Evidence


def single_changes(case: Case) -> Iterator[Iterator[Change]]:
    """Kinds of changes; within a kind the smallest comes first."""
    yield from (iter((change,)) for change in _of_what_was_read(case))
    yield from (iter((change,)) for change in _of_facts(case))
    yield from _of_figures(case)
    yield from (iter((change,)) for change in _unsaid(case))


def _of_what_was_read(case: Case) -> Iterator[Change]:
    yield from _wishes_left_out(case)
    yield from _signals_left_out(case)
    evidence = case.evidence
    if evidence.failures:
        yield Change("if nothing had been tried before", FACT, replace(evidence, failures=()))
    if evidence.two_matters is not None:
        yield Change("if the ticket were about one matter", FACT, replace(evidence, two_matters=None))
    if evidence.readability is not Readability.READABLE:
        yield Change("if the ticket could be read", FACT, replace(evidence, readability=Readability.READABLE))
    yield from _other_topic(case)
    for moment in Moment:
        if moment != evidence.moment.label:
            text = f"if the moment were {_plain(moment)} instead of {_plain(evidence.moment.label)}"
            probability = evidence.moment.probability
            yield Change(text, probability, replace(evidence, moment=Prediction(moment, probability)))


def _wishes_left_out(case: Case) -> Iterator[Change]:
    """Each wish in force, all wants and all refusals; and each that has expired, had it not."""
    will, evidence = case.will, case.evidence
    for wish in will.in_force:
        yield _without(evidence, f"without {wish_words(wish)}", (wish,))
    wants = tuple(wish for wish in will.in_force if wish.stance is Stance.WANTS)
    for text, several in (("if nothing were asked for", wants), ("if nothing were refused", will.refusals)):
        if len(several) > 1:
            yield _without(evidence, text, several)
    for place, wish in enumerate(evidence.wishes):
        if wish.expires is not None and wish not in will.in_force:
            valid = (*evidence.wishes[:place], replace(wish, expires=None), *evidence.wishes[place + 1 :])
            yield Change(f"if {wish_words(wish)} had not expired", FACT, replace(evidence, wishes=valid))


def _without(evidence: Evidence, text: str, wishes: tuple[Wish, ...]) -> Change:
    left = tuple(wish for wish in evidence.wishes if wish not in wishes)
    return Change(text, sum(map(_sureness, wishes)), replace(evidence, wishes=left))


def _sureness(wish: Wish) -> float:
    return wish.probability if wish.source is WishSource.TICKET else FACT


def _signals_left_out(case: Case) -> Iterator[Change]:
    evidence = case.evidence
    for signal in evidence.signals:
        yield _without_signals(evidence, f"without the sign of {SIGNAL[signal.kind]}", (signal,))
    grave = tuple(signal for signal in evidence.signals if signal.kind in SAFETY)
    for text, several in (("without any safety signal", grave), ("without any signal", evidence.signals)):
        if len(several) > 1:
            yield _without_signals(evidence, text, several)


def _without_signals(evidence: Evidence, text: str, signals: tuple[Signal, ...]) -> Change:
    left = tuple(signal for signal in evidence.signals if signal not in signals)
    return Change(text, sum(signal.probability for signal in signals), replace(evidence, signals=left))


def _other_topic(case: Case) -> Iterator[Change]:
    evidence, topic = case.evidence, case.evidence.topic
    if topic.known:
        text = f"if the topic were not known to be {topic.label}"
        yield Change(text, topic.probability, replace(evidence, topic=replace(topic, known=False)))
    elif topic.label is not None:
        known = replace(topic, known=True)
        yield Change(f"if the topic were {topic.label}", 1.0 - topic.probability, replace(evidence, topic=known))


def _of_facts(case: Case) -> Iterator[Change]:
    """What is on file, of the account, of the day, and the way the ticket came."""
    evidence, account = case.evidence, case.evidence.account
    if account.renews_on is not None:
        yield _with_account(case, "if the account's renewal were not near", replace(account, renews_on=None))
    if account.monthly_revenue:
        yield _with_account(case, "if the account brought no revenue", replace(account, monthly_revenue=None))
    for plan in (None, *case.experience.plans):
        if plan != account.plan and (plan is not None or case.plan is not None):
            text = f"if the account had the plan “{plan}”" if plan is not None else "if the account had no plan"
            yield _with_account(case, text, replace(account, plan=plan))
    for persona in (None, *case.experience.personas):
        if persona != evidence.persona and (persona is not None or case.persona is not None):
            kind = f"of the kind “{persona}”" if persona is not None else "of no known kind"
            yield Change(f"if the customer were {kind}", FACT, replace(evidence, persona=persona))
    incident = open_incident(case)
    if incident is not None:
        left = tuple(name for name in evidence.incident_match if name != incident.id)
        yield Change(f"if the incident {incident.id} were over", FACT, replace(evidence, incident_match=left))
    for channel in Channel:
        if channel is not evidence.came_by:
            yield Change(f"if the ticket had come by {WAY[channel]}", FACT, replace(evidence, came_by=channel))


def _with_account(case: Case, text: str, account: Account) -> Change:
    return Change(text, FACT, replace(case.evidence, account=account))


def _of_figures(case: Case) -> Iterator[Iterator[Change]]:
    evidence, rules = case.evidence, case.experience
    if case.articles:
        name = "the article's fit"
        yield _moved(name, evidence.p_resolve, 1.0, lambda value: replace(evidence, p_resolve=value))
    name = "the severity"
    yield _moved(name, evidence.severity, HIGHEST_SEVERITY, lambda value: replace(evidence, severity=value))
    for tone in Tone:
        if tone in {*rules.never_deflect.tones, *case.ideal.tones, *rules.wrong_cost.tones}:
            yield _moved_tone(evidence, tone)
    label = evidence.moment.label
    name = f"the sureness of the moment ({_plain(label)})"
    yield _moved(
        name, evidence.moment.probability, 1.0, lambda value: replace(evidence, moment=Prediction(label, value))
    )


def _moved_tone(evidence: Evidence, tone: Tone) -> Iterator[Change]:
    others = tuple(heard for heard in evidence.tones if heard.label != tone)
    now = next((heard.probability for heard in evidence.tones if heard.label == tone), 0.0)
    return _moved(
        f"the tone {tone}", now, 1.0, lambda value: replace(evidence, tones=(Prediction(tone, value), *others))
    )


def _moved(name: str, now: float, highest: float, at: Callable[[float], Evidence]) -> Iterator[Change]:
    """The figure at each step of its scale, the nearest first."""
    for value in _outward(now, highest):
        digits = 2 if round(value, 2) != round(now, 2) else 4
        text = f"if {name} were {value:.{digits}f} instead of {now:.{digits}f}"
        yield Change(text, round(abs(value - now) / highest, 9), at(value))


def _outward(now: float, highest: float) -> Iterable[float]:
    steps = [highest * step / STEPS for step in range(STEPS + 1)]
    place = now / highest * STEPS
    below, above = range(ceil(place) - 1, -1, -1), range(floor(place) + 1, STEPS + 1)
    return sorted((steps[step] for step in (*below, *above)), key=lambda value: round(abs(value - now), 9))


def _unsaid(case: Case) -> Iterator[Change]:
    for stance, words in ((Stance.WANTS, "asked for"), (Stance.REFUSES, "refused")):
        for channel in WishChannel:
            wish = Wish(channel=channel, stance=stance, quote=LATER)
            told = replace(case.evidence, wishes=(*case.evidence.wishes, wish))
            yield Change(f"if the customer {words} {WISH[channel]} in this ticket", UNSAID, told)


def wish_words(wish: Wish) -> str:
    """`the words “please ring me”`, or what stands on file."""
    if wish.source is WishSource.TICKET:
        words = quoted_words(wish.quote.text if wish.quote is not None else None)
        return f"the words {words}" if words else f"the wish about {WISH[wish.channel]}"
    stance = "for" if wish.stance is Stance.WANTS else "against"
    return f"the wish {stance} {WISH[wish.channel]} {WISHED_BY[wish.source]}"


def _plain(label: str) -> str:
    return label.replace("_", " ")
