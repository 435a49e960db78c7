"""From the tables of the experience file to its parts; every rule that a part must keep stands here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo, available_timezones

from advisor.decision.hours import Hours, Stretch, overlap_in, stretches_of
from advisor.decision.ideals import (
    AccountRules,
    Ideal,
    Incident,
    NeverDeflect,
    Offer,
    Persona,
    Plan,
    PromiseTerms,
    Queue,
    SelfService,
    SignalRule,
    WrongCost,
)
from advisor.decision.section import Section
from advisor.types import SAFETY, Channel, Moment, SignalKind, Tone, WishChannel

AS_IT_CAME = "as_it_came"
ANSWERING = (Channel.EMAIL, Channel.PORTAL, Channel.CHAT, Channel.PHONE)
"""The ways by which a person answers; what comes by a social network is answered in private."""

Offers = Mapping[Channel, Offer]
Queues = Mapping[str, Queue]


def read_zone(root: Section) -> ZoneInfo:
    """The clock of the file."""
    name = root.words("zone")
    if name in available_timezones():
        return ZoneInfo(name)
    if name:
        root.note(("zone",), "must be a time zone", name, 'write region and city, such as "Europe/London"')
    return ZoneInfo("UTC")


def read_offers(root: Section) -> Offers:
    """The channels that are offered, at least one."""
    table = root.section("channels")
    offers = {}
    for name, section in table.tables():
        if name not in ANSWERING:
            section.note((), "must be one of email, portal, chat, phone", name, "rename it or take it out", value="")
            continue
        offers[Channel(name)] = Offer(
            channel=Channel(name),
            cost=section.number("cost", low=0.01),
            people=section.whole("people", low=1),
            hours=_read_hours(section),
        )
        section.close()
    if not offers and root.has("channels"):
        table.note((), "must offer a channel", None, "add a table such as [channels.email]")
    return offers


def _read_hours(section: Section) -> Hours:
    stretches: list[Stretch] = []
    for text in section.texts("hours", at_least=1):
        found = stretches_of(text)
        stretches.extend(found)
        if not found:
            section.note(("hours",), "must be days and times", text, 'write it as "mon-fri 08:00-18:00"')
    stretches.sort(key=lambda stretch: (stretch.opens, stretch.closes))
    overlap = overlap_in(stretches)
    if overlap is not None:
        both = f"{overlap[0].text} and {overlap[1].text}"
        section.note(("hours",), "must not overlap", both, "let one end before the next begins", value=overlap[1].text)
    return Hours(tuple(stretches))


def read_queues(root: Section) -> Queues:
    """Who answers, by name; no topic belongs to two."""
    queues: dict[str, Queue] = {}
    owner: dict[str, str] = {}
    for name, section in root.section("queues").tables():
        topics = tuple(topic.casefold() for topic in section.texts("topics"))
        for topic in topics:
            if owner.setdefault(topic, name) != name:
                section.note(("topics",), "must not share a topic", topic, f"leave it with one: {owner[topic]} has it")
        called, about = section.words("called"), section.words("about", default="")
        queues[name] = Queue(name=name, called=called, about=about, topics=topics)
        section.close()
    return queues


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
    """The promise that is aimed at."""
    section = root.section("promise")
    part = PromiseTerms(
        share=section.number("share", high=1.0),
        confidence=section.number("confidence", high=1.0),
        shipped_threshold=section.number("shipped_threshold", high=1.0),
    )
    section.close()
    return part


def read_wrong_cost(root: Section, offers: Offers) -> tuple[float, WrongCost]:
    """The figure of a moment that names none, and what is added to every moment's."""
    section = root.section("wrong_deflection")
    base = _read_wrong(section, "base", offers)
    part = WrongCost(
        per_severity=section.number("per_severity", default=0.0),
        revenue_share=section.number("revenue_share", high=1.0, default=0.0),
        tones=section.levels("tones", Tone, high=float("inf")),
    )
    section.close()
    return base, part


def dearest(offers: Offers) -> float:
    """The cost of the dearest contact."""
    return max((offer.cost for offer in offers.values()), default=0.0)


def _read_wrong(section: Section, key: str, offers: Offers, default: float | None = None) -> float:
    came = section.number(key, default=default)
    limit = dearest(offers)
    if section.has(key) and came <= limit:
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
    )
    section.close()
    return ideal


def _read_channel(section: Section, offers: Offers) -> Channel | None:
    """An offered channel; None = as it came."""
    name = section.name_of("channel", (AS_IT_CAME, *offers), of="an offered channel")
    return Channel(name) if name in offers else None


def read_signals(root: Section, queues: Queues) -> Mapping[SignalKind, SignalRule]:
    """All ten signals; about safety there is nothing to switch."""
    table = root.section("signals")
    rules = {}
    for kind in SignalKind:
        section = table.section(kind)
        queue = section.name_of("queue", queues, of="a queue")
        never = kind in SAFETY or section.flag("never_deflect", default=False)
        rules[kind] = SignalRule(kind=kind, queue=queue, never_deflect=never)
        section.close()
    table.close()
    return rules


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
    human = dearest(offers) * persona.human_cost_times
    wrong = least_wrong * persona.wrong_cost_times
    if wrong <= human and least_wrong > dearest(offers):
        rule = f"must keep a wrong article ({wrong:g}) above the dearest contact ({human:g})"
        section.note(("wrong_cost_times",), rule, persona.wrong_cost_times, "raise it, or lower human_cost_times")
    section.close(known=("channel",))
    return persona


def read_plans(root: Section, offers: Offers, queues: Queues) -> Mapping[str, Plan]:
    """What can be bought; none is needed."""
    if not root.has("plans"):
        return {}
    return {name: _read_plan(name, section, offers, queues) for name, section in root.section("plans").tables()}


def _read_plan(name: str, section: Section, offers: Offers, queues: Queues) -> Plan:
    channels = section.texts("channels", at_least=1) if section.has("channels") else None
    for channel in channels or ():
        if channel not in offers:
            section.note(("channels",), "must be offered channels", channel, f"use some of: {', '.join(offers)}")
    plan = Plan(
        name=name,
        channels=None if channels is None else frozenset(c for c in offers if c in channels),
        respond_within=section.duration("respond_within") if section.has("respond_within") else None,
        queue=section.name_of("queue", queues, of="a queue") if section.has("queue") else None,
    )
    section.close(known=("channels", "respond_within", "queue"))
    return plan


def read_incidents(root: Section, zone: tzinfo) -> tuple[Incident, ...]:
    """What is known to be broken, in the order of the file."""
    return tuple(_read_incident(section, zone) for section in root.sections("incidents"))


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
