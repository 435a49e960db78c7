"""The experience that the company wants to give, as one value; the file itself is read in experience_file.py."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import msgspec

from advisor.decision import desk_file, experience_file
from advisor.decision.ideals import (
    AccountRules,
    Ideal,
    Incident,
    NeverDeflect,
    Offer,
    OutcomeRules,
    Persona,
    Plan,
    PromiseTerms,
    Queue,
    SelfService,
    SignalRule,
    WrongCost,
)
from advisor.decision.section import Findings, Section
from advisor.errors import ExperienceError
from advisor.types import Channel, Moment, SignalKind

OPTIONAL = ("outcomes", "personas", "plans")
"""Tables that a file may leave out."""
DEEPEST = 20  # tables and lists in each other
_LINE = re.compile(r" \(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """What the company wrote down; checked, so that every name in it is defined in it."""

    fingerprint: str  # of the content; comments, spaces and order do not count
    zone: ZoneInfo
    currency: str
    desk: str  # the queue of whatever cannot be read
    lead: str  # the queue of whom we cannot reach
    offers: Mapping[Channel, Offer]  # at least one
    queues: Mapping[str, Queue]
    self_service: SelfService
    promise: PromiseTerms
    wrong_cost: WrongCost
    never_deflect: NeverDeflect
    moments: Mapping[Moment, Ideal]  # all seven
    signals: Mapping[SignalKind, SignalRule]  # all ten
    accounts: AccountRules
    outcomes: OutcomeRules
    personas: Mapping[str, Persona]
    plans: Mapping[str, Plan]
    incidents: tuple[Incident, ...]

    @classmethod
    def parse(cls, text: str, *, name: str) -> Self:
        """Reads the text of an experience file; ExperienceError with every finding, each with line and cure."""
        content = content_of(text, name=name)
        findings = Findings(text, name=name)
        root = Section(content, (), findings)
        experience = cls._read(root, fingerprint=fingerprint_of(content))
        root.close(known=OPTIONAL)
        findings.raise_if_any()
        return experience

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads an experience file; ExperienceError where it cannot be read or breaks its rules."""
        return cls.parse(text_of(path), name=path.name)

    @classmethod
    def default(cls) -> Self:
        """The shipped experience."""
        return cls.parse(default_text(), name="default.toml")

    @classmethod
    def _read(cls, root: Section, *, fingerprint: str) -> Self:
        zone = experience_file.read_zone(root)
        offers = desk_file.read_offers(root)
        queues = desk_file.read_queues(root)
        wrong_cost = experience_file.read_wrong_cost(root, offers)
        moments = experience_file.read_moments(root, offers=offers, queues=queues, base=wrong_cost.base)
        human = desk_file.dearest(offers)  # a moment below it was noted already
        wrong = (wrong_cost.base, *(one.wrong_cost for one in moments.values()))
        least_wrong = min((one for one in wrong if one > human), default=0.0)
        return cls(
            fingerprint=fingerprint,
            zone=zone,
            currency=root.words("currency"),
            desk=root.name_of("desk", queues, of="a queue"),
            lead=root.name_of("lead", queues, of="a queue"),
            offers=offers,
            queues=queues,
            self_service=experience_file.read_self_service(root),
            promise=experience_file.read_promise(root),
            wrong_cost=wrong_cost,
            never_deflect=experience_file.read_never_deflect(root),
            moments=moments,
            signals=desk_file.read_signals(root, queues),
            accounts=experience_file.read_accounts(root, queues),
            outcomes=experience_file.read_outcomes(root),
            personas=experience_file.read_personas(root, offers, least_wrong),
            plans=desk_file.read_plans(root, offers, queues),
            incidents=experience_file.read_incidents(root, zone),
        )


def default_text() -> str:
    """The shipped experience file with its comments, for `advisor init` to write."""
    return files("advisor.decision").joinpath("default.toml").read_text(encoding="utf-8")


def fingerprint_of(content: Mapping[str, object]) -> str:
    """SHA-256 over the content with its keys sorted, the first 16 digits."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:16]


def text_of(path: Path) -> str:
    """The text of an experience file; ExperienceError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        cure = "write a fresh one with `advisor init`, or correct the path"
        came = f"the experience file must be readable text, was: {error} ({path})"
        raise ExperienceError(f"{came}: {cure}") from error


def content_of(text: str, *, name: str) -> dict[str, object]:
    """The tables and keys of a TOML text, no rule of ours checked; ExperienceError where it is none."""
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a plain ValueError
        found = _LINE.search(str(error))
        line = int(found[1]) if found else len(text.splitlines())
        what = _LINE.sub("", str(error))
        came = f"the experience file must be valid TOML, was: {what} (in {name}, line {line})"
        raise ExperienceError(f"{came}: mend this line") from error
    if _depth(content) > DEEPEST:
        came = f"the experience file must have tables in tables at most {DEEPEST} deep, was: deeper (in {name}, line 1)"
        raise ExperienceError(f"{came}: take out what lies deeper")
    return content


def _depth(content: object) -> int:
    """How deep tables and lists lie in each other; no further than is allowed is looked."""
    layer, depth = [content], 0
    while layer and depth <= DEEPEST:
        inner = (one.values() if isinstance(one, dict) else one for one in layer if isinstance(one, dict | list))
        layer, depth = [value for values in inner for value in values], depth + 1
    return depth
