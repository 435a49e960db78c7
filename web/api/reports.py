"""Figures of a range of days: compliance, outcomes, volumes. Every share with its count, its whole and its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from advisor.desk.compliance_text import compliance_json
from advisor.desk.outcome_text import balance_json
from advisor.insight.balance import balance
from advisor.insight.compliance import Breach, By, compliance
from advisor.insight.correction import Corrected
from advisor.insight.intervals import Share
from advisor.insight.ledger import State, ledger, window_of
from advisor.insight.ranges import Range
from advisor.insight.volumes import By as VolumeBy
from advisor.insight.volumes import volumes
from advisor.records.facts import facts
from advisor.types import Cause, OutcomeKind
from web.api.finding import range_from
from web.api.operation import Answer, Call, Method, Operation, Sent, Tag
from web.api.tokens import Scope

SEED = 1  # of the interval of the corrected figure


class Days(Sent, frozen=True):
    """From `since` on and before `until`; without either the four weeks up to the newest ticket."""

    since: date | None = None
    until: date | None = None


class ComplianceDays(Days, frozen=True):
    """The days, and what to split by."""

    by: By = By.MOMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysShown:
    """The days that were counted."""

    since: date
    until: date  # the first day that was not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class HonouredShown:
    """Tickets with a stated wish."""

    honoured: Share
    by_later_choice: int
    breached: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IdealShown:
    """How often a moment was as the experience file says."""

    ideal: str
    tickets: int
    all: Share
    channel: Share
    in_time: Share
    person: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceReport:
    """How often what was done was what the customer wished."""

    tickets: int
    stated: int
    all: HonouredShown
    by: By
    groups: Mapping[str, HonouredShown]
    causes: Mapping[Cause, int]
    breaches: tuple[Breach, ...]
    ideal: Mapping[str, IdealShown]
    audit: Corrected | None
    days: DaysShown


@dataclass(frozen=True, slots=True)
class ContactShown:
    """A later ticket that contradicts."""

    ticket_id: str
    likeness: float


@dataclass(frozen=True, slots=True)
class ContradictedShown:
    """A ticket that is contradicted by later contacts alone."""

    source: str
    ticket_id: str
    contacts: tuple[ContactShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReport:
    """What became of the tickets that self-service answered; never one number."""

    answered: int
    matters: int
    window_days: int
    states: Mapping[State, Share]
    by_wish: Mapping[State, Share]
    moments: Mapping[str, Mapping[State, Share]]
    by_contact: tuple[ContradictedShown, ...]
    verdicts: Mapping[OutcomeKind, int]
    days: DaysShown


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeShown:
    """One day, or one week."""

    since: date
    tickets: int
    split: Mapping[VolumeBy, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeReport:
    """How many tickets came."""

    tickets: int
    weekly: bool
    groups: Mapping[VolumeBy, Mapping[str, Share]]
    rows: tuple[VolumeShown, ...]
    days: DaysShown


def report_compliance(call: Call[ComplianceDays, None]) -> Answer:
    """Compliance of a range."""
    desk, days = call.api.desk, range_from(call.api, call.query.since, call.query.until)
    experience = desk.experience
    found = compliance(desk.records, experience, by=call.query.by, since=days.starts, until=days.ends, seed=SEED)
    return Answer(compliance_json(found, experience) | {"days": _days(days)})


def report_outcomes(call: Call[Days, None]) -> Answer:
    """Outcomes of a range."""
    desk, days = call.api.desk, range_from(call.api, call.query.since, call.query.until)
    experience = desk.experience
    found = balance(ledger(desk.records, experience, call.api.now(), since=days.starts, until=days.ends))
    shown = balance_json(found, days=window_of(experience).days)
    contradicted = tuple(
        ContradictedShown(
            one.past.source,
            one.past.ticket_id,
            tuple(ContactShown(contact.ticket_id, contact.likeness.figure) for contact in one.contacts),
        )
        for one in found.by_contact
    )
    return Answer(shown | {"by_contact": contradicted, "days": _days(days)})


def report_volumes(call: Call[Days, None]) -> Answer:
    """Volumes of a range."""
    desk, days = call.api.desk, range_from(call.api, call.query.since, call.query.until)
    found = volumes(facts(desk.records.file, since=days.starts, until=days.ends), days)
    return Answer(
        VolumeReport(
            tickets=found.tickets,
            weekly=found.weekly,
            groups={by: dict(found.groups[by]) for by in VolumeBy},
            rows=tuple(VolumeShown(since=one.since, tickets=one.tickets, split=one.split) for one in found.rows),
            days=_days(days),
        )
    )


def _days(days: Range) -> DaysShown:
    return DaysShown(since=days.since, until=days.until)


OPERATIONS = (
    Operation(
        name="report_compliance",
        method=Method.GET,
        path="/reports/compliance",
        scope=Scope.READ,
        tag=Tag.REPORTS,
        summary="How often what was done was what the customer wished",
        view=report_compliance,
        query=ComplianceDays,
        answer=ComplianceReport,
    ),
    Operation(
        name="report_outcomes",
        method=Method.GET,
        path="/reports/outcomes",
        scope=Scope.READ,
        tag=Tag.REPORTS,
        summary="What became of the tickets that self-service answered",
        view=report_outcomes,
        query=Days,
        answer=OutcomeReport,
    ),
    Operation(
        name="report_volumes",
        method=Method.GET,
        path="/reports/volumes",
        scope=Scope.READ,
        tag=Tag.REPORTS,
        summary="How many tickets came, by channel, moment and action",
        view=report_volumes,
        query=Days,
        answer=VolumeReport,
    ),
)
"""What stands in the description under Reports."""
