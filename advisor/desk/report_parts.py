"""A report, arranged for who reads it on Monday: what changed and what hurts first, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from advisor.decision.experience import Experience
from advisor.desk import report_pictures as pictures
from advisor.desk.compliance_text import UNLABELLED
from advisor.desk.report_cells import Cell, Grid, ReportPart
from advisor.desk.report_judged import (
    ideal_part,
    outcomes_part,
    personas_part,
    promise_part,
    unmet_part,
    wishes_part,
)
from advisor.desk.report_people import advocates_part, detractors_part, gaps_part, incidents_part, reviews_part
from advisor.desk.report_words import FIGURES, called, change_words, hours_words, tickets_words
from advisor.insight.changes import changes, whole
from advisor.insight.ideal import Gap
from advisor.insight.ranges import Range
from advisor.insight.ratings import Csat
from advisor.insight.report import Report
from advisor.insight.times import Wait
from advisor.insight.volumes import By, Volume, Volumes
from advisor.types import Moment

NOTES = (
    "Shares: in brackets Wilson's interval of 95 %. Changes: in points of a hundred, with Newcombe's interval; one "
    "that has 0 in it may be chance. Medians: the interval of order statistics. Means: the normal one. NPS: Rocks's.",
    "What is not known changes no share: the denominator is what is known, and the unknown stand beside it.",
    "Volumes are all tickets that were recorded, not a sample, and have no interval.",
    UNLABELLED,
)
SHOWN_TOPICS = 15


def report_parts(found: Report, experience: Experience) -> tuple[ReportPart, ...]:
    """All parts of which there is something to tell, in their order."""
    every = (
        changes_part(found),
        unmet_part(found),
        wishes_part(found),
        outcomes_part(found),
        ideal_part(found, experience),
        topics_part(found),
        gaps_part(found),
        incidents_part(found),
        detractors_part(found),
        advocates_part(found),
        times_part(found, experience),
        solved_part(found),
        csat_part(found),
        nps_part(found),
        volume_part(found.now.volumes),
        *(split_part(found.now.volumes, by) for by in By),
        personas_part(found),
        promise_part(found),
        reviews_part(found),
    )
    return tuple(part for part in every if part is not None)


def range_words(range_: Range) -> str:
    """`Week 24 of 2026, 8 to 14 June`; the year where it is no week."""
    first, last = range_.since, range_.last
    begins = f"{first.day} {first:%B}" if first.month != last.month or first.year != last.year else f"{first.day}"
    if first.year != last.year:
        begins += f" {first.year}"
    days = f"{begins} to {last.day} {last:%B} {last.year}" if first != last else f"{last.day} {last:%B} {last.year}"
    year, week, _ = first.isocalendar()
    return f"Week {week} of {year}, {days}" if range_.is_week else days


def changes_part(found: Report) -> ReportPart:
    """What changed against the time before."""
    every, before = changes(found), found.before.volumes.tickets
    clear = [change_words(one) for one in every if one.difference.is_clear]
    days = f"{found.range.days:,} days" if found.range.days > 1 else "day"
    lines = [f"{tickets_words(found.now.volumes.tickets)} came, in the {days} before {before:,}."]
    if not before:
        lines.append("Nothing was recorded in the time before, so that no change can be told.")
    else:
        lines.append("Clear of chance: " + ("; ".join(clear) if clear else "nothing") + ".")
    rows = tuple((FIGURES[one.figure], one.now, one.before, one.difference) for one in every)
    draw = partial(pictures.changes_picture, every) if any(one.difference.value is not None for one in every) else None
    return ReportPart(
        name="changes",
        title="What changed",
        lines=tuple(lines),
        grid=Grid(("", "now", f"{days} before", "change in points"), rows),
        draw=draw,
    )


def volume_part(found: Volumes) -> ReportPart:
    """Tickets by day or week, and what was advised."""
    actions = [name for name, _ in found.groups[By.ACTION]]
    rows = tuple(_volume_row(row, actions) for row in found.rows)
    step = "week" if found.weekly else "day"
    return ReportPart(
        name="volumes",
        title=f"Tickets by {step}",
        lines=(f"{tickets_words(found.tickets)}, by the {'first day of each week' if found.weekly else 'day'}.",),
        grid=Grid((f"{step} from" if found.weekly else step, "tickets", *(called(name) for name in actions)), rows),
        draw=partial(pictures.volume_picture, found) if found.tickets else None,
    )


def _volume_row(row: Volume, actions: list[str]) -> tuple[Cell, ...]:
    counts: list[Cell] = [row.split[By.ACTION].get(name, 0) for name in actions]
    return f"{row.since:%Y-%m-%d}", row.tickets, *counts


def split_part(found: Volumes, by: By) -> ReportPart | None:
    """All tickets by one of their marks."""
    groups = found.groups[by]
    if not groups:
        return None
    titles = {
        By.CHANNEL: "By the channel by which tickets came",
        By.MOMENT: "By moment of truth",
        By.ACTION: "By what was advised",
    }
    return ReportPart(
        name=f"by-{by.value}",
        title=titles[by],
        grid=Grid((by.value, "of all tickets"), tuple((called(name), share) for name, share in groups)),
        draw=partial(pictures.shares_picture, titles[by], groups, axis="Share of all tickets"),
    )


def times_part(found: Report, experience: Experience) -> ReportPart:
    """How long customers waited for the first answer, against what the experience file promises."""
    times, before = found.now.times, found.before.times.all.first
    first = times.all.first
    lines = [
        f"Known of {first.known:,} of {times.all.tickets:,} tickets. Hours are of the clock; whether the promised time "
        "was kept is counted in opening hours."
    ]
    if before.known:
        lines.append(f"The median before: {hours_words(before.median)}.")
    rows = [("all", first, None, whole(found.now.compliance)), *_moment_times(found, experience)]
    return ReportPart(
        name="times",
        title="How long customers waited for the first answer",
        lines=tuple(lines),
        grid=Grid(
            ("moment", "median hours", "9 of 10 within hours", "unknown", "promised", "in the promised time"),
            tuple(
                (called(name), one.median, one.p90, one.unknown, promised, gap.in_time.share if gap else None)
                for name, one, promised, gap in rows
            ),
        ),
        draw=partial(pictures.times_picture, times) if first.known else None,
    )


def _moment_times(found: Report, experience: Experience) -> Iterator[tuple[str, Wait, str | None, Gap | None]]:
    for name, one in found.now.times.moments:
        ideal = experience.moments.get(Moment(name)) if name in set(Moment) else None
        promised = f"{ideal.respond_within.total_seconds() / 3600:g} h" if ideal is not None else None
        yield name, one.first, promised, found.now.compliance.gaps.get(name)


def solved_part(found: Report) -> ReportPart:
    """How long until tickets were solved."""
    times, before = found.now.times, found.before.times.all.solved
    solved = times.all.solved
    lines = [f"Known of {solved.known:,} of {times.all.tickets:,} tickets; an answer alone is no solution."]
    if before.known:
        lines.append(f"The median before: {hours_words(before.median)}.")
    rows = [("all", solved), *((name, one.solved) for name, one in times.moments)]
    return ReportPart(
        name="solved",
        title="How long until tickets were solved",
        lines=tuple(lines),
        grid=Grid(
            ("moment", "median hours", "9 of 10 within hours", "unknown"),
            tuple((called(name), one.median, one.p90, one.unknown) for name, one in rows),
        )
        if solved.known
        else None,
    )


def csat_part(found: Report) -> ReportPart:
    """How satisfied those are who answered."""
    csat, before = found.now.ratings.csat, found.before.ratings.csat
    rows: list[tuple[Cell, ...]] = [
        ("answered, of all tickets", csat.answered, before.answered),
        ("mean", csat.mean, before.mean),
    ]
    if csat.satisfied is not None:
        rows.insert(1, (f"satisfied ({csat.satisfied_from:g} or more)", csat.satisfied, before.satisfied))
    rows += [(f"gave {value:g}", share, _given(before, value)) for value, share in csat.values]
    return ReportPart(
        name="csat",
        title="Satisfaction (CSAT)",
        lines=(
            "Of those who answered, and who answers is no chance sample."
            if csat.answered.count
            else "Nobody was asked, or nobody answered.",
        ),
        grid=Grid(("", "now", "before"), tuple(rows)) if csat.answered.count or before.answered.count else None,
        draw=partial(pictures.csat_picture, csat) if csat.answered.count else None,
    )


def _given(found: Csat, value: float) -> Cell:
    return dict(found.values).get(value)


def nps_part(found: Report) -> ReportPart:
    """How likely customers are to recommend the company."""
    nps, before = found.now.ratings.nps, found.before.ratings.nps
    if not nps.answered.count and not before.answered.count:
        return ReportPart(
            name="nps",
            title="Net promoter score (NPS)",
            lines=("No ticket carries one: the field nps, 0 to 10, with a ticket or in an archive.",),
        )
    rows: tuple[tuple[Cell, ...], ...] = (
        ("score, points", nps.score, before.score),
        ("answered, of all tickets", nps.answered, before.answered),
        ("promoters (9, 10)", nps.promoters, before.promoters),
        ("passives (7, 8)", nps.passives, before.passives),
        ("detractors (0 to 6)", nps.detractors, before.detractors),
    )
    return ReportPart(
        name="nps",
        title="Net promoter score (NPS)",
        lines=("Of those who answered, and who answers is no chance sample.",),
        grid=Grid(("", "now", "before"), rows),
        draw=partial(pictures.nps_picture, nps) if nps.answered.count else None,
    )


def topics_part(found: Report) -> ReportPart:
    """What tickets were about, and how that changed."""
    topics = found.topics
    named = topics.trends[:SHOWN_TOPICS]
    more = len(topics.trends) - len(named)
    lines = [
        f"Shares are of the {topics.tickets - topics.unknown.count:,} tickets whose topic is known; "
        f"of {topics.unknown.count:,} it is not. An article fits where it reaches the floor of the experience file."
    ]
    lines += list(_rising(found)) + ([f"{more:,} rarer topics are not listed."] if more else [])
    return ReportPart(
        name="topics",
        title="Top topics",
        lines=tuple(lines),
        grid=Grid(
            ("topic", "now", "before", "change in points", "an article fits"),
            tuple((called(one.topic), one.now, one.before, one.change, one.answerable) for one in named),
        )
        if named
        else None,
        draw=partial(pictures.topics_picture, named) if any(one.now.count for one in named) else None,
    )


def _rising(found: Report) -> Iterator[str]:
    clear = [one for one in found.topics.trends if one.change.is_clear]
    for words, some in (
        ("More than before", [called(one.topic) for one in clear if (one.change.value or 0.0) > 0]),
        ("Less than before", [called(one.topic) for one in clear if (one.change.value or 0.0) < 0]),
    ):
        if some:
            yield f"{words}, clear of chance: {', '.join(some)}."
