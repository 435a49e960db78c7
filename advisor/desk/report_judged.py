"""The parts of a report that rest on what was done: wishes, outcomes, the ideal experience, the promise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from advisor.decision.experience import Experience
from advisor.desk import report_pictures as pictures
from advisor.desk.compliance_text import (
    PARTS,
    cause_words,
    gaps,
    ideal_words,
    missed_words,
    newest_first,
    ordered,
    said_words,
)
from advisor.desk.compliance_text import part_of as gap_part
from advisor.desk.outcome_text import MEANING
from advisor.desk.promise_text import FIGURE, SET_ASIDE, STATE
from advisor.desk.report_cells import Cell, Grid, ReportPart
from advisor.desk.report_words import called, tickets_words, wished_words
from advisor.desk.show import says
from advisor.insight.changes import became
from advisor.insight.compliance import Group
from advisor.insight.ideal import Gap
from advisor.insight.intervals import Share
from advisor.insight.ledger import State
from advisor.insight.report import Report
from advisor.types import Moment

LISTED_BREACHES = 10
LONGEST_QUOTE = 90  # characters
COUNTED = "By threshold, counted and not tested; advisor promise says what is certified."


def unmet_part(found: Report) -> ReportPart:
    """Wishes that were not honoured: which, why, and the newest of them."""
    compliance = found.now.compliance
    group = compliance.all
    lines = [
        f"{group.breached:,} of {group.honoured + group.breached:,} tickets with a stated wish, of which it is known "
        f"what was done; of {group.unknown:,} it is not."
    ]
    if found.unmet:
        lines.append("Missed: " + ", ".join(f"{wished_words(one)} {count:,}" for one, count in found.unmet) + ".")
        causes = compliance.causes.most_common()
        lines.append("Why: " + ", ".join(f"{called(cause)} {count:,}" for cause, count in causes) + ".")
    breaches = newest_first(compliance)
    more = len(breaches) - LISTED_BREACHES
    lines += [f"The newest {LISTED_BREACHES}; advisor compliance lists all."] if more > 0 else []
    rows = tuple(
        (
            one.ticket_id,
            f"{one.at.astimezone(found.range.zone):%a %d %b}",
            missed_words(one),
            cause_words(one),
            says(said_words(one), most=LONGEST_QUOTE),
        )
        for one in breaches[:LISTED_BREACHES]
    )
    return ReportPart(
        name="unmet",
        title="Unmet wishes",
        lines=tuple(lines),
        grid=Grid(("ticket", "came", "missed", "why", "words"), rows) if rows else None,
    )


def wishes_part(found: Report) -> ReportPart | None:
    """Wishes honoured, by moment of truth."""
    compliance, earlier = found.now.compliance, found.before.compliance
    if not compliance.all.tickets:
        return None
    rows = [("all", compliance.all), *ordered(compliance)]
    before = {"all": earlier.all} | dict(earlier.groups)
    return ReportPart(
        name="wishes",
        title="Wishes honoured, by moment of truth",
        lines=(
            f"{found.now.compliance.all.tickets:,} of {found.now.compliance.tickets:,} tickets have a stated wish.",
        ),
        grid=Grid(
            ("moment", "honoured", "by a later choice", "breached", "unknown", "honoured before"),
            tuple((*_group(name, group), _before(before, name)) for name, group in rows),
        ),
        draw=partial(pictures.groups_picture, "Wishes honoured, by moment of truth", rows),
    )


def personas_part(found: Report) -> ReportPart | None:
    """Wishes honoured, by persona."""
    rows = sorted(found.personas.items(), key=lambda one: (-one[1].tickets, one[0]))
    if not rows:
        return None
    return ReportPart(
        name="personas",
        title="Wishes honoured, by persona",
        lines=("A persona states no wish itself.",),
        grid=Grid(
            ("persona", "honoured", "by a later choice", "breached", "unknown"), tuple(_group(*row) for row in rows)
        ),
        draw=partial(pictures.groups_picture, "Wishes honoured, by persona", rows),
    )


def _group(name: str, group: Group) -> tuple[Cell, ...]:
    return called(name), group.share, group.by_later_choice, group.breached, group.unknown


def _before(groups: Mapping[str, Group], name: str) -> Share:
    return groups[name].share if name in groups else Share.of_counts(0, 0)


def outcomes_part(found: Report) -> ReportPart | None:
    """What became of the tickets that self-service answered: every state, and never one number."""
    now, before = found.now.outcomes, found.before.outcomes
    if not now.answered and not before.answered:
        return None
    return ReportPart(
        name="outcomes",
        title="What became of articles",
        lines=(f"Self-service answered {tickets_words(now.answered)}. Silence is not success.",),
        grid=Grid(
            ("state", "now", "before", "what it means"),
            tuple((called(state), became(now, state), became(before, state), MEANING[state]) for state in State),
        ),
        draw=partial(pictures.outcomes_picture, now) if now.answered else None,
    )


def ideal_part(found: Report, experience: Experience) -> ReportPart | None:
    """The gap to the ideal experience, the worst moment first."""
    every = [(name, gap) for name, gap in gaps(found.now.compliance) if gap.all.known]
    if not every:
        return None
    every.sort(key=lambda one: (one[1].all.share.share or 0.0, -one[1].tickets))
    name, worst = every[0]
    lines = [f"The worst gap: {called(name)}, {worst.all.kept:,} of {worst.all.known:,} as the experience file says."]
    before = found.before.compliance.gaps.get(name)
    if before is not None and before.all.known:
        lines.append(f"Before it was {before.all.kept:,} of {before.all.known:,}.")
    rows = tuple(_ideal_row(moment, gap, experience) for moment, gap in every)
    return ReportPart(
        name="ideal",
        title="The gap to the ideal experience",
        lines=tuple(lines),
        grid=Grid(("moment", "ideal", *PARTS.values()), rows),
        draw=partial(
            pictures.shares_picture,
            "Tickets handled as the experience file says",
            [(moment, gap.all.share) for moment, gap in every],
            axis="Share of known tickets",
        ),
    )


def _ideal_row(moment: str, gap: Gap, experience: Experience) -> tuple[Cell, ...]:
    kept: list[Cell] = [gap_part(gap, part).share for part in PARTS]
    return called(moment), ideal_words(experience.moments[Moment(moment)]), *kept


def promise_part(found: Report) -> ReportPart:
    """Where the promise stands, and how the articles of the range stand to it."""
    one = found.promise
    lines = [
        f"At most {one.share:.1%} of the articles given by cost are to be wrong, with {one.confidence:.0%} confidence.",
        f"State: {SET_ASIDE if one.set_aside else STATE[one.state]}. Threshold {one.threshold:.3f}. "
        f"The figure is: {FIGURE[one.state]}.",
    ]
    if one.sent.n:
        lines.append(
            f"Of this time, one a customer and matter, window closed: {one.sent.wrong:,} wrong of {one.sent.n:,} "
            f"({one.sent.share:.1%}); the true share lies below {one.upper:.1%}. Abandoned beside: {one.abandoned:,}. "
            f"Still open: {one.open:,}."
        )
    else:
        lines.append(f"Of this time no article by cost has a closed window; still open: {one.open:,}.")
    rows = tuple(
        (f"{row.threshold:.3f}", f"{row.coverage:.0%}", Share.of_counts(row.wrong, row.n), f"{row.upper:.1%}")
        for row in one.curve
    )
    return ReportPart(
        name="promise",
        title="The promise",
        lines=(*lines, COUNTED) if rows else tuple(lines),
        grid=Grid(("threshold", "coverage", "wrong", "true share below"), rows) if rows else None,
        draw=partial(pictures.promise_picture, one) if len(one.curve) > 1 else None,
    )
