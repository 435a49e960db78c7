"""Parts of a report that the pages show beside those of the command: more pictures, and people by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from advisor import charts
from advisor.charts import Spot
from advisor.desk import report_pictures as pictures
from advisor.desk.report_cells import Grid, ReportPart
from advisor.desk.report_words import called, reasons_words
from advisor.insight.intervals import Share
from advisor.insight.report import Report
from advisor.insight.times import Times
from advisor.insight.topics import TopicTrend
from advisor.insight.voice import Voice
from advisor.records import Records

SHOWN_TOPICS = 15
PEOPLE = {"detractors": "Detractors in the making", "advocates": "Advocates"}
"""The parts that are lists of customers."""


def with_pictures(parts: Iterable[ReportPart], found: Report) -> list[ReportPart]:
    """The parts, those of solutions and overrides with a picture."""
    draws = {"solved": _solved(found.now.times), "overrides": _overrides(found)}
    return [replace(one, draw=one.draw or draws.get(one.name)) for one in parts]


def extra_parts(found: Report) -> list[ReportPart]:
    """Parts that the command has none of."""
    return [one for one in (trend_part(found), reasons_part(found)) if one is not None]


def trend_part(found: Report) -> ReportPart | None:
    """By how much the share of each topic changed."""
    told = [one for one in found.topics.trends[:SHOWN_TOPICS] if one.change.value is not None]
    if not told:
        return None
    return ReportPart(
        name="topic-trend",
        title="How topics changed",
        lines=("Of the tickets whose topic is known, against the time before.",),
        grid=Grid(
            ("topic", "change in points", "now", "before"),
            tuple((called(one.topic), one.change, one.now, one.before) for one in told),
        ),
        draw=partial(trend_picture, told),
    )


def trend_picture(told: Sequence[TopicTrend]) -> str:
    """A spot a topic."""
    spots = [
        Spot(called(one.topic), 100 * value, 100 * one.change.low, 100 * one.change.high, f"{100 * value:+.1f}")
        for one in told
        if (value := one.change.value) is not None
    ]
    clear = sum(one.change.is_clear for one in told)
    said = f"{clear} of {len(told)} changes are clear of chance: their interval leaves 0 out"
    return charts.spots(spots, "How topics changed", axis="Points of a hundred", said=said, zero=True)


def reasons_part(found: Report) -> ReportPart | None:
    """Why agents did otherwise than advised; never who."""
    now, before = found.reviews, found.reviews_before
    if not now.overridden:
        return None
    earlier = dict(before.reasons)
    shares = [(reason.value, Share.of_counts(count, now.overridden)) for reason, count in now.reasons]
    shares_before = [Share.of_counts(earlier.get(reason, 0), before.overridden) for reason, _ in now.reasons]
    return ReportPart(
        name="reasons",
        title="Why agents overrode",
        lines=(f"Of {now.overridden:,} overrides that stand; each names one reason.",),
        grid=Grid(
            ("reason", "of all overrides", "before"),
            tuple((called(name), share, was) for (name, share), was in zip(shares, shares_before, strict=True)),
        ),
        draw=partial(pictures.shares_picture, "Why agents overrode", shares, axis="Share of all overrides"),
    )


def people_part(name: str, voices: Iterable[Voice], records: Records) -> ReportPart:
    """A list of customers for a spreadsheet, all of them; whoever was erased meanwhile is not on it."""
    rows = tuple(
        (one.customer, one.source, who, one.account or "not known", one.tickets, one.bad, one.good, reasons_words(one))
        for one in voices
        if (who := name_of(records, one)) is not None
    )
    head = ("customer", "source", "name", "account", "tickets", "bad signs", "good signs", "reasons")
    return ReportPart(name=name, title=PEOPLE[name], grid=Grid(head, rows))


def name_of(records: Records, voice: Voice) -> str | None:
    """What a customer is called, empty where that is not known; None where nobody knows them any more."""
    known = records.people.customers(voice.customer, source=voice.source)
    if not known:
        return None
    return (known[0].customer.name or "") if known[0].customer is not None else ""


def _solved(times: Times) -> Callable[[], str] | None:
    return partial(solved_picture, times) if times.all.solved.known else None


def solved_picture(times: Times) -> str:
    """The median time to a solution, by moment."""
    spots = [
        Spot(
            called(name),
            one.median.value or 0.0,
            one.median.low,
            one.median.high,
            f"{one.median.value:.2f} h of {one.known:,}",
        )
        for name, waits in times.moments
        if (one := waits.solved).known
    ]
    said = f"All: {times.all.solved.median.value:.2f} h, of {times.all.solved.known:,} tickets"
    return charts.spots(spots, "Median time until solved, by moment", axis="Hours of the clock", said=said)


def _overrides(found: Report) -> Callable[[], str] | None:
    shares = [(one.rule, Share.of_counts(one.overridden, one.overridden + one.accepted)) for one in found.reviews.rules]
    if not shares:
        return None
    title = "Advices that agents overrode, by deciding rule"
    return partial(pictures.shares_picture, title, shares, axis="Share of those reviewed")
