"""What an experience file says, arranged for a reader; experience_text.py and experience_page.py only set it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from advisor.decision.case import Case
from advisor.decision.costs import CostBar, cost_bar
from advisor.decision.experience import Experience
from advisor.decision.ideals import Ideal, Incident, Persona, Plan
from advisor.decision.wording import SIGNAL, WAY, WISH, instant
from advisor.types import (
    SAFETY,
    Channel,
    Evidence,
    Moment,
    Prediction,
    Promise,
    PromiseState,
    Readability,
    Tone,
    WishChannel,
)

AS_IT_CAME = "the way the ticket came"
STATES = {
    PromiseState.NOT_YET: "not certified yet",
    PromiseState.KEPT: "certified",
    PromiseState.WITHDRAWN: "withdrawn",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing with its facts."""

    name: str
    about: str  # may be empty
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # as long as the heading
    figures: frozenset[int] = frozenset()  # columns of numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One subject: what is to be said first, then its entries or its table."""

    title: str
    lines: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    table: Table | None = None


def sheet(experience: Experience, *, promise: Promise, at: datetime) -> tuple[Part, ...]:
    """All of a file, the moments of truth first; `at` tells which incidents are open."""
    return (
        _moments(experience),
        _fit(experience, promise),
        _self_service(experience, promise),
        _never(experience),
        _signals(experience),
        _channels(experience),
        _queues(experience),
        _accounts(experience),
        _personas(experience),
        _plans(experience),
        _incidents(experience, at),
    )


def duration(length: timedelta) -> str:
    """`1h 30m`, as the file writes it."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return " ".join([*([f"{hours}h"] if hours else []), *([f"{minutes}m"] if minutes else [])])


def plain(name: str) -> str:
    """`sign_up` as `sign up`."""
    return name.replace("_", " ")


def _moments(experience: Experience) -> Part:
    entries = (_moment(experience, ideal) for ideal in experience.moments.values())
    line = "What a customer wants goes first; this is what they get where they have said nothing."
    return Part(title="Moments of truth", lines=(line,), entries=tuple(entries))


def _moment(experience: Experience, ideal: Ideal) -> Entry:
    way = AS_IT_CAME if ideal.channel is None else WAY[ideal.channel]
    if ideal.channel is Channel.PHONE:
        way = f"phone, where the customer asks for a call; else {AS_IT_CAME}"
    facts = (
        ("Way", way),
        ("Answered by", f"{experience.queues[ideal.queue].called} ({ideal.queue})"),
        ("Within", f"{duration(ideal.respond_within)} of opening hours"),
        ("Promised", ideal.promised or "nothing beyond the time"),
        ("A person", _calls_for_a_person(experience, ideal)),
    )
    return Entry(plain(ideal.moment).capitalize(), ideal.about, facts)


def _calls_for_a_person(experience: Experience, ideal: Ideal) -> str:
    """When nobody gets an article unasked at this moment."""
    rules = experience.never_deflect
    if ideal.never_deflect:
        return f"always, unless an article is asked for (where the moment is sure from {rules.moment_from:.2f})"
    tones: Mapping[Tone, float] = {**rules.tones, **ideal.tones}
    heard = [f"{tone} from {level:.2f}" for tone, level in tones.items()]
    return f"where the customer sounds {', '.join(heard)}" if heard else "no tone calls for one"


def _fit(experience: Experience, promise: Promise) -> Part:
    currency, wrong = experience.currency, experience.wrong_cost
    added = [f"{amount:g} for {tone}" for tone, amount in wrong.tones.items()]
    lines = [
        "Where nobody wished anything, an article is given from this fit on: the less a wrong article costs beside a "
        "person, the sooner. The figures are for a calm customer without a known account who writes an e-mail.",
        f"Added to the cost: {wrong.per_severity:g} {currency} for each of four steps of severity; "
        f"{100 * wrong.revenue_share:g} % of the account's monthly revenue"
        + (f"; times how sure the tone is, {', '.join(added)}." if added else "."),
    ]
    rows = []
    for moment, ideal in experience.moments.items():
        bar = calm_bar(experience, promise, moment)
        last = "a person" if ideal.never_deflect else f"{bar.needed:.2f}"
        figures = (f"{bar.human:.2f}", f"{bar.wrong:.2f}", f"{bar.by_cost:.2f}", f"{bar.promised:.2f}")
        rows.append((plain(moment).capitalize(), *figures, last))
    head = ("Moment", f"A person, {currency}", f"Wrong article, {currency}", "Fit by cost", "Fit by promise", "Needed")
    table = Table(head, tuple(rows), frozenset(range(1, 6)))
    return Part(title="What an article must reach", lines=tuple(lines), table=table)


def calm_bar(experience: Experience, promise: Promise, moment: Moment) -> CostBar:
    """The threshold of rule 10 for a calm ticket at this moment, by e-mail, of nobody in particular."""
    calm = Evidence(
        ticket_id="calm",
        at=datetime(2026, 1, 1, tzinfo=experience.zone),
        came_by=Channel.EMAIL,
        readability=Readability.READABLE,
        language="en",
        moment=Prediction(moment, 1.0),
    )
    return cost_bar(Case.of(calm, experience, promise))


def _self_service(experience: Experience, promise: Promise) -> Part:
    rules, terms = experience.self_service, experience.promise
    none = "; until then nobody gets one by cost" if rules.only_when_promised else ""
    threshold = f"{terms.shipped_threshold:.2f} as shipped"
    if promise.state is not PromiseState.NOT_YET:
        threshold = f"{promise.threshold:.2f} (shipped {terms.shipped_threshold:.2f})"
    lines = (
        f"Who wants an article gets one from a fit of {rules.floor:.2f}; an agent sees articles from "
        f"{rules.help_from:.2f}.",
        f"Promised: at most {100 * terms.share:g} % of the articles given by cost turn out wrong, certified with "
        f"{100 * terms.confidence:g} % confidence. This is {STATES[promise.state]}{none}; "
        f"fit needed by it: {threshold}.",
        f"Who writes again on the same matter within {experience.outcomes.came_back_within_days} days contradicts "
        "the article.",
    )
    return Part(title="Articles, and the promise", lines=lines)


def _never(experience: Experience) -> Part:
    return Part(title="When nobody gets an article unless they ask for one", lines=tuple(_never_lines(experience)))


def _never_lines(experience: Experience) -> Iterator[str]:
    rules = experience.never_deflect
    moments = [plain(moment) for moment, ideal in experience.moments.items() if ideal.never_deflect]
    if moments:
        yield f"At these moments: {', '.join(moments)}."
    if rules.topics:
        yield f"On these topics: {', '.join(rules.topics)}."
    if rules.tones:
        yield f"In these tones: {', '.join(f'{tone} from {level:.2f}' for tone, level in rules.tones.items())}."
    yield f"In matters of a severity from {rules.severity_from:g} of 4."
    if rules.renewal_within_days is not None:
        yield f"Where the account renews within {rules.renewal_within_days} days."
    if rules.monthly_revenue_above is not None:
        yield f"Where the account brings more than {rules.monthly_revenue_above:,.0f} {experience.currency} a month."
    yield "While an incident is open that the ticket matches."


def _signals(experience: Experience) -> Part:
    rows = []
    for kind, rule in experience.signals.items():
        when = "unless an article is asked for" if rule.never_deflect else "no rule of its own"
        rows.append((SIGNAL[kind], _called(experience, rule.queue), "always" if kind in SAFETY else when))
    return Part(title="Grave signals", table=Table(("Signal", "Who answers", "A person"), tuple(rows)))


def _channels(experience: Experience) -> Part:
    rows = tuple(
        (
            WAY[offer.channel].removeprefix("the "),
            ", ".join(dict.fromkeys(stretch.text for stretch in offer.hours.stretches)),
            str(offer.people),
            f"{offer.cost:.2f}",
            f"{offer.minutes:g}",
        )
        for offer in experience.offers.values()
    )
    head = ("Way", "Hours", "People", f"A contact, {experience.currency}", "Minutes")
    line = f"Hours, and times that are written without an offset, are on the clock of {experience.zone.key}."
    return Part(title="Channels", lines=(line,), table=Table(head, rows, frozenset({2, 3, 4})))


def _queues(experience: Experience) -> Part:
    rows = tuple(
        (queue.name, queue.called, queue.about, ", ".join(queue.topics), ", ".join(queue.languages))
        for queue in experience.queues.values()
    )
    line = (
        f"What cannot be read goes to {_called(experience, experience.desk)}; "
        f"whom no way reaches, to {_called(experience, experience.lead)}."
    )
    return Part(title="Queues", lines=(line,), table=Table(("Queue", "Called", "About", "Topics", "Languages"), rows))


def _accounts(experience: Experience) -> Part:
    rules = experience.accounts
    lines = (
        f"Above {rules.licences_over} licences the customer success manager is told of every ticket.",
        f"A renewal within {rules.renewal_within_days} days, a cancellation, or {rules.contradictions} articles that "
        f"did not help: {_called(experience, rules.queue)} answers.",
    )
    return Part(title="Accounts", lines=lines)


def _personas(experience: Experience) -> Part:
    line = "They give defaults to those who have said nothing; a kind of customer states no wish."
    entries = tuple(map(_persona, experience.personas.values()))
    return Part(title="Kinds of customers", lines=(line,) if entries else ("None.",), entries=entries)


def _persona(persona: Persona) -> Entry:
    prefers = {WishChannel.SELF_SERVICE: "an article first, where it fits"}.get(persona.prefers, WISH[persona.prefers])
    facts = [("Prefers", prefers), ("Way", WAY[persona.channel] if persona.channel else "that of the moment")]
    if persona.wrong_cost_times != 1.0:
        facts.append(("Costs", f"a wrong article costs {persona.wrong_cost_times:g} times as much"))
    if persona.human_cost_times != 1.0:
        facts.append(("Costs", f"a person costs {persona.human_cost_times:g} times as much"))
    return Entry(persona.name, persona.about, tuple(facts))


def _plans(experience: Experience) -> Part:
    entries = tuple(_plan(experience, plan) for plan in experience.plans.values())
    return Part(title="Plans", lines=() if entries else ("None.",), entries=entries)


def _plan(experience: Experience, plan: Plan) -> Entry:
    ways = [WAY[way] for way in experience.offers if plan.channels is None or way in plan.channels]
    within = f"{duration(plan.respond_within)} of opening hours" if plan.respond_within else "that of the moment"
    queue = "that of the matter" if plan.queue is None else _called(experience, plan.queue)
    return Entry(plan.name, "", (("Ways", ", ".join(ways)), ("Within", within), ("Queue", queue)))


def _incidents(experience: Experience, at: datetime) -> Part:
    entries = tuple(incident_entry(incident, experience, at=at) for incident in experience.incidents)
    return Part(title="Incidents", lines=() if entries else ("None.",), entries=entries)


def incident_entry(incident: Incident, experience: Experience, *, at: datetime) -> Entry:
    """What is broken, since when, until when, and how tickets are matched with it."""
    zone = experience.zone
    facts = [("State", incident_state(incident, at=at))]
    if incident.opened is not None:
        facts.append(("Since", instant(incident.opened.astimezone(zone))))
    if incident.until is not None:
        facts.append(("Until", instant(incident.until.astimezone(zone))))
    facts.append(("Article", incident.article or "none"))
    facts.append(("Carried by", f"tickets that come near in meaning to {matched_by(incident)}"))
    return Entry(incident.id, incident.text, tuple(facts))


def matched_by(incident: Incident) -> str:
    """What a ticket is compared with."""
    count = len(incident.examples)
    return {0: "its text", 1: "its text or its example"}.get(count, f"its text or one of its {count} examples")


def incident_state(incident: Incident, *, at: datetime) -> str:
    """`open`, `over`, or `to come`."""
    if incident.is_open(at):
        return "open"
    return "over" if incident.until is not None and incident.until <= at else "to come"


def _called(experience: Experience, queue: str) -> str:
    return f"{experience.queues[queue].called} ({queue})"
