"""How often what was done was what the customer wished: counted on what was done, never on our own advice.

Each ticket is judged by the wishes that were in force when it was answered (when_done.py, honour.py), by the experience
file that was in use then. A share is of the tickets with a stated wish of which it is known what was done; the unknown
stand beside it and change nothing. A wish that the reader misses flatters the share: the blind labels of an audit give
the reader's recall and a corrected figure (correction.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from advisor.decision.case import Case
from advisor.decision.experience import Experience
from advisor.insight.audit import drawn_of, hears_wish, of_one_draw
from advisor.insight.correction import Corrected, Drawn, Population, corrected
from advisor.insight.honour import Honour, Judgement, cause_of
from advisor.insight.ideal import Gap
from advisor.insight.intervals import Share
from advisor.insight.seen import Seen, seen
from advisor.records import Past, Records
from advisor.types import Cause, Handled, Wish, WishChannel

NOT_KNOWN = "not known"


class By(StrEnum):
    """What compliance may be split by."""

    MOMENT = "moment"
    PERSONA = "persona"
    CHANNEL = "channel"  # by which the ticket came
    ACCOUNT = "account"
    MONTH = "month"  # in which the ticket came, on the clock of the file


@dataclass(slots=True)
class Group:
    """Tickets with a stated wish in force."""

    honoured: int = 0  # those by a later choice included
    by_later_choice: int = 0
    breached: int = 0
    unknown: int = 0  # nothing is known of what was done, or not enough

    @property
    def tickets(self) -> int:
        """All of them."""
        return self.honoured + self.breached + self.unknown

    @property
    def share(self) -> Share:
        """Honoured, of those that are known."""
        return Share.of_counts(self.honoured, self.honoured + self.breached)

    def count(self, honour: Honour) -> None:
        """Take in one ticket."""
        self.honoured += honour in (Honour.HONOURED, Honour.BY_LATER_CHOICE)
        self.by_later_choice += honour is Honour.BY_LATER_CHOICE
        self.breached += honour is Honour.BREACHED
        self.unknown += honour is Honour.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A ticket whose wish was not honoured."""

    source: str
    ticket_id: str
    at: datetime  # when it came
    moment: str
    refused: tuple[WishChannel, ...]  # refusals that were broken
    unmet: tuple[WishChannel, ...]  # wants that were not met
    quote: str | None  # of the customer; None = on file
    done: Handled
    cause: Cause
    told: bool  # somebody said the cause; otherwise it is what the advice shows


@dataclass(slots=True)
class Compliance:
    """All that was counted."""

    by: By
    tickets: int = 0  # recorded ones, with a wish or without
    all: Group = field(default_factory=Group)
    groups: dict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    causes: Counter[Cause] = field(default_factory=Counter)
    breaches: list[Breach] = field(default_factory=list)
    gaps: dict[str, Gap] = field(default_factory=lambda: defaultdict(Gap))
    corrected: Corrected | None = None  # None = no ticket has been labelled


def compliance(
    records: Records,
    experience: Experience,
    *,
    by: By = By.MOMENT,
    since: datetime | None = None,
    until: datetime | None = None,
    seed: int = 1,
) -> Compliance:
    """Count over the archive, in one stream; `seed` is of the interval of the corrected figure."""
    found, population = Compliance(by), Population()
    labels = {(audit.source, audit.ticket_id): audit for audit in of_one_draw(records.audits.labelled())}
    drawn = list[Drawn]()
    for one in seen(records, experience, since=since, until=until):
        count(found, one, experience)
        population.count(heard=hears_wish(one.case.evidence))
        audit = labels.get((one.past.source, one.past.ticket_id))
        if audit is not None and not one.has_grown:
            drawn.append(drawn_of(audit, one.case, one.past.handled))
    found.corrected = corrected(found.all.share, population, drawn, seed=seed) if drawn else None
    return found


def count(found: Compliance, one: Seen, now: Experience) -> None:
    """Take in one ticket; `now` is the file on whose clock months are told."""
    found.tickets += 1
    found.gaps[one.case.ideal.moment].count(one.case, one.past)
    if one.judgement is None:
        return
    found.all.count(one.judgement.honour)
    found.groups[group_of(one.past, one.case, found.by, now)].count(one.judgement.honour)
    if one.judgement.honour is Honour.BREACHED:
        breach = _breach(one, one.judgement)
        found.breaches.append(breach)
        found.causes[breach.cause] += 1


def group_of(past: Past, case: Case, by: By, experience: Experience) -> str:
    """Where a ticket is counted."""
    keys: Mapping[By, str | None] = {
        By.MOMENT: case.ideal.moment,
        By.PERSONA: case.evidence.persona or past.persona,
        By.CHANNEL: past.came_by,
        By.ACCOUNT: past.account,
        By.MONTH: f"{past.created_at.astimezone(experience.zone):%Y-%m}",
    }
    return keys[by] or NOT_KNOWN


def _breach(one: Seen, judgement: Judgement) -> Breach:
    past, case = one.past, one.case
    handled = past.handled or Handled()
    return Breach(
        source=past.source,
        ticket_id=past.ticket_id,
        at=past.created_at,
        moment=case.ideal.moment,
        refused=judgement.refused,
        unmet=judgement.unmet,
        quote=_quote(case.will.in_force, (*judgement.refused, *judgement.unmet)),
        done=handled,
        cause=cause_of(case, judgement, past.handled, one.advice),
        told=handled.reason is not None,
    )


def _quote(wishes: tuple[Wish, ...], missed: tuple[WishChannel, ...]) -> str | None:
    """The words of the first wish that was missed."""
    found = (wish.quote.text for wish in wishes if wish.channel in missed and wish.quote is not None)
    return next(found, None)
