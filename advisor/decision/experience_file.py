"""From the experience file to what is wanted and what it costs; who answers is read in desk_file.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo, available_timezones

from advisor.decision.desk_file import Offers, Queues, dearest
from advisor.decision.ideals import (
    AccountRules,
    Ideal,
    Incident,
    NeverDeflect,
    OutcomeRules,
    Persona,
    PromiseTerms,
    SelfService,
    WrongCost,
)
from advisor.decision.section import Section
from advisor.types import Channel, Moment, Tone, WishChannel

AS_IT_CAME = "as_it_came"


def read_zone(root: Section) -> ZoneInfo:
    """The clock of the file."""
    name = root.words("zone")
    if name in available_timezones():
        return ZoneInfo(name)
    if name:
        root.note(("zone",), "must be a time zone", name, 'write region and city, such as "Europe/London"')
    return ZoneInfo("UTC")


def read_self_service(root: Section) -> SelfService:
    """When an article is good enough."""
    section = root.section("self_service")
    part = SelfService(
        floor=section.number("floor", high=1.0),
        only_when_promised=section.flag("only_when_promised", default=False),
        help_from=section.number("help_from", high=1.0, default=0.2),
    )
    section.close()
    return part


def read_promise(root: Section) -> PromiseTerms:
    """The promise that is aimed at; the bounds are what can be certified in a lifetime."""
    section = root.section("promise")
    part = PromiseTerms(
        share=section.number("share", low=0.001, high=0.5, usual=0.05),
        confidence=section.number("confidence", low=0.5, high=0.999, usual=0.95),
        shipped_threshold=section.number("shipped_threshold", high=1.0),
    )
    section.close()
    return part


def read_wrong_cost(root: Section, offers: Offers) -> WrongCost:
    """The figure of a moment that names none, and what is added to every moment's."""
    section = root.section("wrong_deflection")
    part = WrongCost(
        base=_read_wrong(section, "base", offers),
        per_severity=section.number("per_severity", default=0.0),
        revenue_share=section.number("revenue_share", high=1.0, default=0.0),
        tones=section.levels("tones", Tone, high=float("inf")),
    )
    section.close()
    return part


def _read_wrong(section: Section, key: str, offers: Offers, default: float | None = None) -> float:
    came = section.number(key, default=default)
    limit = dearest(offers)
    if section.fits(key) and came <= limit:
        rule = f"must be above the cost of the dearest contact ({limit:g})"
        section.note((key,), rule, came, f"write more than {limit:g}: a wrong article costs the later contact too")
    return came


def read_moments(root: Section, *, offers: Offers, queues: Queues, base: float) -> Mapping[Moment, Ideal]:
    """All seven moments of truth."""
    table = root.section("moments")
    ideals = {moment: _read_ideal(table.section(moment), moment, offers, queues, base) for moment in Moment}
    table.close()
    return ideals


def _read_ideal(section: Section, moment: Moment, offers: Offers, queues: Queues, base: float) -> Ideal:
    ideal = Ideal(
        moment=moment,
        about=section.words("about"),
        examples=section.texts("examples", at_least=3),
        channel=_read_channel(section, offers),
        queue=section.name_of("queue", queues, of="a queue"),
        respond_within=section.duration("respond_within"),
        never_deflect=section.flag("never_deflect", default=False),
        wrong_cost=_read_wrong(section, "wrong_cost", offers, base),
        tones=section.levels("tones", Tone),
        promised=section.words("promised") if section.has("promised") else None,
    )
    section.close(known=("promised",))
    return ideal


def _read_channel(section: Section, offers: Offers) -> Channel | None:
    """An offered channel; None = as it came."""
    name = section.name_of("channel", (AS_IT_CAME, *offers), of="an offered channel")
    return Channel(name) if name in offers else None


def read_never_deflect(root: Section) -> NeverDeflect:
    """When nobody gets an article unasked."""
    section = root.section("never_deflect")
    days, revenue = "renewal_within_days", "monthly_revenue_above"
    part = NeverDeflect(
        topics=tuple(topic.casefold() for topic in section.texts("topics")),
        tones=section.levels("tones", Tone),
        severity_from=section.number("severity_from", high=4.0),
        moment_from=section.number("moment_from", high=1.0, default=0.5),
        renewal_within_days=section.whole(days) if section.has(days) else None,
        monthly_revenue_above=section.number(revenue) if section.has(revenue) else None,
    )
    section.close(known=(days, revenue))
    return part


def read_accounts(root: Section, queues: Queues) -> AccountRules:
    """When the customer success manager is told."""
    section = root.section("accounts")
    part = AccountRules(
        licences_over=section.whole("licences_over"),
        renewal_within_days=section.whole("renewal_within_days"),
        contradictions=section.whole("contradictions", low=1),
        queue=section.name_of("queue", queues, of="a queue"),
    )
    section.close()
    return part


def read_outcomes(root: Section) -> OutcomeRules:
    """How it is judged what became of a ticket; two weeks where the file does not say."""
    days, fortnight = "came_back_within_days", 14
    if not root.has("outcomes"):
        return OutcomeRules(came_back_within_days=fortnight)
    section = root.section("outcomes")
    part = OutcomeRules(came_back_within_days=section.whole(days, low=1, default=fortnight))
    section.close()
    return part


def read_personas(root: Section, offers: Offers, least_wrong: float) -> Mapping[str, Persona]:
    """Kinds of customers; none is needed."""
    if not root.has("personas"):
        return {}
    tables = root.section("personas").tables()
    return {name: _read_persona(name, section, offers, least_wrong) for name, section in tables}


def _read_persona(name: str, section: Section, offers: Offers, least_wrong: float) -> Persona:
    unasked = [channel for channel in offers if channel is not Channel.PHONE]
    of = "an offered channel, never an unasked call"
    channel = section.name_of("channel", unasked, of=of) if section.has("channel") else ""
    persona = Persona(
        name=name,
        about=section.words("about", default=""),
        prefers=section.one_of("prefers", (WishChannel.SELF_SERVICE, WishChannel.PERSON)),
        channel=Channel(channel) if channel else None,
        wrong_cost_times=section.number("wrong_cost_times", low=0.01, default=1.0),
        human_cost_times=section.number("human_cost_times", low=0.01, default=1.0),
    )
    _note_too_cheap(section, persona, dearest(offers), least_wrong)
    section.close(known=("channel",))
    return persona


def _note_too_cheap(section: Section, persona: Persona, human: float, wrong: float) -> None:
    """The rule of `_read_wrong` must hold for this kind of customer too."""
    factors = {"wrong_cost_times": persona.wrong_cost_times, "human_cost_times": persona.human_cost_times}
    written = [key for key in factors if section.has(key)]
    if wrong <= human or not all(map(section.fits, written)):
        return
    wrong, human = wrong * persona.wrong_cost_times, human * persona.human_cost_times
    if wrong <= human:
        rule = f"must keep a wrong article ({wrong:g}) above the dearest contact ({human:g})"
        cure = "raise wrong_cost_times, or lower human_cost_times"
        section.note((written[0],), rule, factors[written[0]], cure)


def read_incidents(root: Section, zone: tzinfo) -> tuple[Incident, ...]:
    """What is known to be broken, in the order of the file; no two have the same id."""
    incidents: list[Incident] = []
    for section in root.sections("incidents"):
        incident = _read_incident(section, zone)
        if incident.id and incident.id in {other.id for other in incidents}:
            section.note(("id",), "must be of one incident only", incident.id, "give the later one another id")
        incidents.append(incident)
    return tuple(incidents)


def _read_incident(section: Section, zone: tzinfo) -> Incident:
    incident = Incident(
        id=section.words("id"),
        text=section.words("text"),
        examples=section.texts("examples"),
        article=section.words("article") if section.has("article") else None,
        opened=section.instant("opened", zone),
        until=section.instant("until", zone),
    )
    if incident.opened and incident.until and incident.until <= incident.opened:
        section.note(("until",), "must be after opened", str(incident.until), "correct one of the two")
    section.close(known=("article",))
    return incident
