"""The parts of a report about customers, gaps, incidents and what agents said of advices."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.desk.report_cells import Grid, ReportPart
from advisor.desk.report_words import called, reasons_words
from advisor.desk.show import says
from advisor.insight.gaps import Trend
from advisor.insight.intervals import Share
from advisor.insight.report import Opened, Report
from advisor.insight.voice import Voice
from advisor.records.reviews import ReviewCounts

LISTED = 15
LISTED_GAPS = 8
LONGEST = 100  # characters of a notice
TREND = {
    Trend.RISING: "rising",
    Trend.FALLING: "falling",
    Trend.STEADY: "no clear trend",
    Trend.NOT_KNOWN: "not known yet",
}


def detractors_part(found: Report) -> ReportPart:
    """Customers whose experience is turning bad."""
    voices = found.voices
    lines = [
        f"{len(voices.detractors):,} of {voices.customers:,} known customers who wrote since "
        f"{found.heard_since.astimezone(found.range.zone):%d %B %Y} have shown two bad signs or more, and more bad "
        "ones than good."
    ]
    return _voices("detractors", "Detractors in the making", lines, voices.detractors)


def advocates_part(found: Report) -> ReportPart:
    """Customers who would speak for the company."""
    voices = found.voices
    lines = [
        f"{len(voices.advocates):,} of {voices.customers:,} have thanked us or rated us well, with a good outcome: "
        "three good signs or more, and no bad one."
    ]
    return _voices("advocates", "Advocates", lines, voices.advocates)


def _voices(name: str, title: str, lines: list[str], voices: Sequence[Voice]) -> ReportPart:
    rows = tuple((one.customer, one.account or "not known", one.tickets, reasons_words(one)) for one in voices[:LISTED])
    more = len(voices) - len(rows)
    return ReportPart(
        name=name,
        title=title,
        lines=(*lines, f"The plainest {LISTED}; {more:,} more are not listed.") if more else tuple(lines),
        grid=Grid(("customer", "account", "tickets", "reasons"), rows) if rows else None,
    )


def gaps_part(found: Report) -> ReportPart:
    """What no article answers, by the newest look."""
    if found.gaps is None:
        return ReportPart(
            name="gaps",
            title="Gaps in the knowledge base",
            lines=("Nobody has looked for gaps yet: advisor kb gaps does.",),
        )
    look, gaps = found.gaps.look, found.gaps.gaps
    shown = gaps[:LISTED_GAPS]
    lines = [
        f"By the look of {look.at.astimezone(found.range.zone):%d %B %Y}: {look.unanswered:,} of {look.tickets:,} "
        f"tickets found no article, {found.gaps.in_gaps:,} of them in {len(gaps):,} gaps."
    ]
    rows = tuple(
        (gap.title, gap.size, gap.recent, gap.before, TREND[gap.trend], says(gap.examples[0].subject, most=60))
        for gap in shown
    )
    return ReportPart(
        name="gaps",
        title="Gaps in the knowledge base",
        lines=tuple(lines),
        grid=Grid(("proposed title", "tickets", "last 4 weeks", "4 before", "trend", "example"), rows)
        if rows
        else None,
    )


def incidents_part(found: Report) -> ReportPart:
    """Incidents that were open in the range."""
    rows = tuple(
        (one.incident.id, says(one.incident.text, most=LONGEST), *_open(one, found), one.tickets)
        for one in found.incidents
    )
    return ReportPart(
        name="incidents",
        title="Incidents",
        lines=() if rows else ("None was open in this time.",),
        grid=Grid(("incident", "notice", "from", "until", "tickets that match"), rows) if rows else None,
    )


def _open(one: Opened, found: Report) -> tuple[str, str]:
    ends = (one.incident.opened, one.incident.until)
    begun, over = (f"{at.astimezone(found.range.zone):%d %b %H:%M}" if at is not None else None for at in ends)
    return begun or "before", over or "still open"


def reviews_part(found: Report) -> ReportPart | None:
    """What agents said of advices; by rule and reason, never by agent."""
    now, before = found.reviews, found.reviews_before
    if not _total(now) and not _total(before):
        return None
    reasons = ", ".join(f"{called(reason)} {count:,}" for reason, count in now.reasons)
    rules = {one.rule: one for one in before.rules}
    rows = [("all", _overridden(now.overridden, now.accepted), _overridden(before.overridden, before.accepted))]
    rows += [
        (
            called(one.rule),
            _overridden(one.overridden, one.accepted),
            _overridden(rules[one.rule].overridden, rules[one.rule].accepted)
            if one.rule in rules
            else Share.of_counts(0, 0),
        )
        for one in now.rules
    ]
    return ReportPart(
        name="overrides",
        title="Advices that agents overrode",
        lines=(f"Why: {reasons}.",) if reasons else (),
        grid=Grid(("deciding rule", "overridden, of those reviewed", "before"), tuple(rows)),
    )


def _total(found: ReviewCounts) -> int:
    return found.accepted + found.overridden


def _overridden(overridden: int, accepted: int) -> Share:
    return Share.of_counts(overridden, overridden + accepted)
