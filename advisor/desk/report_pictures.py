"""The pictures of a report, each of the same figures as the table beside it."""

from __future__ import annotations

from collections.abc import Sequence

from advisor import charts
from advisor.charts import Move, Portion, Risk, Slice, Spot, Stack
from advisor.desk.report_words import FIGURES, called
from advisor.insight.balance import Balance
from advisor.insight.changes import Change
from advisor.insight.compliance import Group
from advisor.insight.intervals import Quantile, Share
from advisor.insight.ledger import State
from advisor.insight.ratings import Csat, Nps
from advisor.insight.report import Promised
from advisor.insight.shadow import Shadow
from advisor.insight.times import Times
from advisor.insight.topics import TopicTrend
from advisor.insight.volumes import By, Volumes


def changes_picture(every: Sequence[Change]) -> str:
    """By how many points each figure changed."""
    figures = [
        Spot(
            FIGURES[one.figure],
            100 * one.difference.value,
            100 * one.difference.low,
            100 * one.difference.high,
            f"{100 * one.difference.value:+.1f}",
        )
        for one in every
        if one.difference.value is not None
    ]
    clear = sum(one.difference.is_clear for one in every)
    said = f"{clear} of {len(figures)} changes are clear of chance: their interval leaves 0 out"
    return charts.spots(figures, "Change against the time before", axis="Points of a hundred", said=said, zero=True)


def volume_picture(found: Volumes) -> str:
    """Tickets by day or week and action."""
    kinds = [name for name, _ in found.groups[By.ACTION]]
    columns = [
        Stack(
            f"{row.since:%d %b}" if found.weekly else f"{row.since:%a} {row.since.day} {row.since:%b}",
            tuple((f"{called(kind)} advised", row.split[By.ACTION].get(kind, 0)) for kind in kinds),
        )
        for row in found.rows
    ]
    most = max(found.rows, key=lambda row: row.tickets)
    step = "week" if found.weekly else "day"
    said = f"{found.tickets:,} tickets; most in the {step} from {most.since}: {most.tickets:,}"
    if not found.weekly:
        said = f"{found.tickets:,} tickets; most on {most.since}: {most.tickets:,}"
    return charts.stacks(columns, f"Tickets by {step}", axis="Tickets", said=said)


def shares_picture(title: str, shares: Sequence[tuple[str, Share]], *, axis: str) -> str:
    """A bar a share."""
    return charts.portion_bars([_portion(called(name), share) for name, share in shares if share.of], title, axis=axis)


def groups_picture(title: str, groups: Sequence[tuple[str, Group]]) -> str:
    """A bar a group: its wishes honoured."""
    shares = [(name, group.share) for name, group in groups if group.share.of]
    return shares_picture(title, shares, axis="Share of known tickets")


def topics_picture(trends: Sequence[TopicTrend]) -> str:
    """A bar a topic."""
    shares = [(one.topic, one.now) for one in trends if one.now.of]
    return shares_picture("Top topics", shares, axis="Share of tickets whose topic is known")


def outcomes_picture(found: Balance) -> str:
    """A slice a state."""
    slices = [Slice(called(state), found.states[state] / found.answered) for state in State if found.states[state]]
    known = found.states[State.CONFIRMED] + found.states[State.CONTRADICTED]
    said = f"Of {found.answered:,} tickets {known:,} are known to have been helped or not, by somebody's word or return"
    return charts.stacked_bar(slices, "What became of articles", axis="Share of tickets", said=said)


def csat_picture(found: Csat) -> str:
    """A bar a value."""
    shares = [(f"gave {value:g}", share) for value, share in found.values]
    return shares_picture("Satisfaction", shares, axis="Share of those who answered")


def nps_picture(found: Nps) -> str:
    """Promoters, passives, detractors."""
    parts = (("promoters", found.promoters), ("passives", found.passives), ("detractors", found.detractors))
    slices = [Slice(name, share.share or 0.0) for name, share in parts if share.count]
    score = found.score
    said = f"Score {score.value:+.0f} ({score.low:+.0f} to {score.high:+.0f}), {score.of:,} answers"
    return charts.stacked_bar(slices, "Net promoter score", axis="Share of those who answered", said=said)


def times_picture(found: Times) -> str:
    """The median first answer of each moment."""
    figures = [_spot(name, one.first.median) for name, one in found.moments if one.first.known]
    median = found.all.first.median
    said = f"All: {median.value:.2f} h, of {median.of:,} tickets" if median.value is not None else "Not known"
    return charts.spots(figures, "Median first answer, by moment", axis="Hours of the clock", said=said)


def promise_picture(found: Promised) -> str:
    """The share of wrong articles by how many tickets get one."""
    points = [Risk(row.threshold, row.coverage, row.share, row.upper) for row in found.curve]
    said = f"{found.sent.wrong:,} wrong of {found.sent.n:,} at the threshold in force; the line is what is promised"
    picture = charts.promise_curve(
        points, "Wrong articles by threshold", promised=found.share, in_force=found.threshold, said=said
    )
    return charts.on_page(picture)


def agreement_picture(found: Shadow) -> str:
    """What was advised, and what was done."""
    drawn = [
        Move(called(advised), called(done), count, advised is done) for (advised, done), count in found.actions.items()
    ]
    said = f"Grey: the same, {found.same_action.count:,} of {found.same_action.of:,}"
    return charts.moves(drawn, "Advised and done", before="Advised", after="Done", said=said)


def _portion(name: str, share: Share) -> Portion:
    return Portion(name, share.count, share.of, share.low, share.high)


def _spot(name: str, one: Quantile) -> Spot:
    value = one.value or 0.0
    return Spot(called(name), value, one.low, one.high, f"{value:.2f} h of {one.of:,}")
