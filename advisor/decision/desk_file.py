"""From the experience file to who answers: channels with their hours, queues, grave signals, plans."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.decision.hours import Hours, Stretch, overlap_in, stretches_of
from advisor.decision.ideals import Offer, Plan, Queue, SignalRule
from advisor.decision.section import Section
from advisor.types import SAFETY, Channel, SignalKind

ANSWERING = (Channel.EMAIL, Channel.PORTAL, Channel.CHAT, Channel.PHONE)
"""The ways by which a person answers; what comes by a social network is answered in private."""
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja "
    "jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb "
    "nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq "
    "sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
LANGUAGES = frozenset(_CODES.split())
"""ISO 639-1."""

Offers = Mapping[Channel, Offer]
Queues = Mapping[str, Queue]


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
            minutes=section.number("minutes", low=0.1, default=10.0),
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
    """Who answers, by name; no topic and no language belongs to two."""
    queues: dict[str, Queue] = {}
    of_topic: dict[str, str] = {}
    of_language: dict[str, str] = {}
    for name, section in root.section("queues").tables():
        queue = Queue(
            name=name,
            called=section.words("called"),
            about=section.words("about", default=""),
            topics=tuple(topic.casefold() for topic in section.texts("topics")),
            languages=_read_languages(section),
        )
        _note_shared(section, "topics", queue.topics, of_topic)
        _note_shared(section, "languages", queue.languages, of_language)
        queues[name] = queue
        section.close()
    return queues


def _read_languages(section: Section) -> tuple[str, ...]:
    codes = section.texts("languages")
    for code in codes:
        if code not in LANGUAGES:
            section.note(("languages",), "must be codes of ISO 639-1", code, 'write two small letters, such as "de"')
    return codes


def _note_shared(section: Section, key: str, values: tuple[str, ...], owners: dict[str, str]) -> None:
    name = section.path[-1]
    for value in values:
        if owners.setdefault(value, name) != name:
            cure = f"leave it with one: {owners[value]} has it"
            section.note((key,), f"must not share a {key.removesuffix('s')}", value, cure)


def dearest(offers: Offers) -> float:
    """The cost of the dearest contact."""
    return max((offer.cost for offer in offers.values()), default=0.0)


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
