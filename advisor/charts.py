"""The only file that knows Vega-Altair and vl-convert: figures become SVG text, with no browser and no network.

The libraries are imported when a picture is drawn. Colours are those of Okabe and Ito (2008), which colour-blind people
tell apart; every picture carries its title and a sentence on what it shows for those who do not see it.
"""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import altair

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
GREY, INK = "#8a8a8a", "#1f1f1f"
FONT = "Helvetica, Arial, Liberation Sans, sans-serif"
BINS = 15
MOST_POINTS = 200  # of one curve
MOST_LABELS = 30  # of a confusion matrix; of more, only the most confused are shown
SHOWN_LABELS = 24  # then
MOST_BARS = 60
WIDE = 460  # of a picture of bars, in pixels
SLICES = (*PALETTE[:6], "#F0E442", GREY, "#882255", "#44AA99")  # of one bar; the last two of Tol (2021)
NAMED_SLICE = 0.04  # of the whole, from which a slice carries its share
MOST_TICKS = 10  # named columns of one picture
CELL = 92  # width of a cell of a picture of moves, in pixels
ON_PAGE = {
    'fill="white"': 'fill="none"',
    'fill="#000"': 'fill="currentColor"',
    'fill="#444"': 'fill="currentColor"',
    f'fill="{INK}"': 'fill="currentColor"',
    f'stroke="{INK}"': 'stroke="currentColor"',
    'stroke="#e6e6e6"': 'stroke="currentColor" stroke-opacity="0.15"',
}
"""Ground, ink and grid of a picture, and what they are where it takes them from the page around it."""

UNDRAWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML may hold; over one of them the library would end the whole program."""

Curve = tuple[ArrayLike, ArrayLike]  # how sure a reader was, and whether it was right; (n,) both
Chart = Any  # of Altair's kinds of chart


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a picture, with its interval where it has one."""

    label: str
    value: float  # 0 to 1
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """So many of so many, with the interval of the share."""

    label: str
    count: int
    of: int
    low: float  # 0 to 1
    high: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Move:
    """How many went from one state to another."""

    before: str
    after: str
    count: int
    stays: bool  # they count as one


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a whole."""

    label: str
    share: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Stack:
    """One column of a picture: how many of each kind."""

    label: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A figure with its interval, on an axis of its own unit."""

    label: str
    value: float
    low: float | None  # None = open to this side
    high: float | None
    text: str  # written beside it


@dataclass(frozen=True, slots=True)
class Risk:
    """One threshold: how much it answers, and how much of that is wrong; all 0 to 1."""

    threshold: float
    coverage: float
    share: float
    upper: float  # below which the true share lies


def promise_curve(points: Sequence[Risk], title: str, *, promised: float, in_force: float, said: str) -> str:
    """The share of wrong articles, with its upper bound, as more tickets get one; the line is what is promised."""
    import altair as alt

    rows = [
        {
            "coverage": one.coverage,
            "share": one.share,
            "upper": one.upper,
            "promised": promised,
            "text": f"{one.threshold:.2f}",
        }
        for one in points
    ]
    top = min(
        1.0, 1.15 * max([promised, *(one.share for one in points), *(min(one.upper, 4 * promised) for one in points)])
    )
    x = alt.X("coverage:Q", title="Share of tickets that get an article by cost").axis(format="%", tickCount=6)
    y = alt.Y("share:Q", title="Share of these that is wrong").axis(format=".1%", tickCount=6)
    x, y = x.scale(domain=[0, 1]), y.scale(domain=[0, top], clamp=True)
    base = alt.Chart(_table(rows))
    line = base.mark_rule(color=PALETTE[1], strokeDash=[6, 4], strokeWidth=2).encode(y="promised:Q")
    spread = base.mark_area(color=PALETTE[5], opacity=0.3).encode(x=x, y=y, y2="upper:Q")
    drawn = base.mark_line(color=PALETTE[0], strokeWidth=2.5).encode(x=x, y=y)
    dots = base.mark_circle(color=PALETTE[0], size=55, opacity=1).encode(x=x, y=y)
    names = base.mark_text(dy=14, fontSize=11, color=INK).encode(x=x, y=y, text="text:N")
    now = min(points, key=lambda one: abs(one.threshold - in_force), default=None)
    mark = alt.Chart(_table([{"coverage": now.coverage}] if now else [])).mark_rule(color=GREY).encode(x=x)
    return _svg((spread + line + mark + drawn + dots + names).properties(width=560, height=340), title, said)


def reliability(probabilities: ArrayLike, right: ArrayLike, title: str, *, bins: int = BINS) -> str:
    """What was promised against what came, in bins of equal mass, with 95 % intervals; on the line is honest."""
    import altair as alt

    rows = _bins(np.asarray(probabilities, np.float64), np.asarray(right, np.float64), bins)
    gap = sum(row["share"] * abs(row["promised"] - row["came"]) for row in rows)
    x = alt.X("promised:Q", title="Probability said").scale(domain=[0, 1]).axis(format=".0%", tickCount=6)
    y = alt.Y("came:Q", title="Share that was right").scale(domain=[0, 1]).axis(format=".0%", tickCount=6)
    line = alt.Chart(_table([{"promised": 0, "came": 0}, {"promised": 1, "came": 1}])).mark_line(
        strokeDash=[5, 4], color=GREY
    )
    base = alt.Chart(_table(rows))
    spread = base.mark_rule(color=PALETTE[0], strokeWidth=1.5, opacity=0.6).encode(x=x, y="low:Q", y2="high:Q")
    points = base.mark_circle(color=PALETTE[0], size=70, opacity=1).encode(x=x, y=y)
    said = f"Expected calibration error {gap:.3f} in {len(rows)} bins of equal mass, {np.size(right):,} rows"
    return _svg((line.encode(x=x, y=y) + spread + points).properties(width=420, height=420), title, said)


def risk_coverage(curves: Mapping[str, Curve], title: str) -> str:
    """For each reader, the share of wrong answers among the surest, as more and more rows are answered."""
    import altair as alt

    rows = [row for name, curve in curves.items() for row in _risk(name, *curve)]
    names = list(curves)
    top = max([row["wrong"] for row in rows], default=0) or 0.01
    chart = (
        alt.Chart(_table(rows))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("answered:Q", title="Share of rows answered, surest first").axis(format="%", tickCount=6),
            y=alt.Y("wrong:Q", title="Share of answers that are wrong")
            .axis(format=".1%", tickCount=6)
            .scale(domain=[0, 1.05 * top]),
            color=_colours(names),
            strokeDash=alt.StrokeDash("name:N", sort=names, legend=None),
        )
    )
    ends = ", ".join(f"{name}: {last['wrong']:.1%}" for name, last in {row["name"]: row for row in rows}.items())
    return _svg(chart.properties(width=560, height=340), title, f"Wrong with every row answered: {ends}")


def confusion(labels: Sequence[str], matrix: ArrayLike, title: str) -> str:
    """What was said (columns) for what is so (rows); of more than 30 labels, the most confused ones."""
    import altair as alt

    counts = np.asarray(matrix, np.int64)
    if counts.shape != (len(labels), len(labels)):
        raise ValueError(f"a confusion matrix must have a row and a column a label ({len(labels)}): {counts.shape}")
    shown = most_confused(counts)
    names = [_short(labels[at]) for at in shown]
    share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    rows = [
        {"truth": one, "said": other, "count": int(counts[at, to]), "share": float(share[at, to])}
        for at, one in zip(shown, names, strict=True)
        for to, other in zip(shown, names, strict=True)
        if counts[at, to]
    ]
    axis: Any = {"labelLimit": 240, "labelFontSize": 12, "titlePadding": 10}
    base = alt.Chart(_table(rows)).encode(
        x=alt.X("said:N", title="What was said", sort=names).axis(labelAngle=-50, **axis).scale(domain=names),
        y=alt.Y("truth:N", title="What is so", sort=names).axis(**axis).scale(domain=names),
    )
    ramp = alt.Color("share:Q", title="Share of row").scale(range=["#eaf2f9", "#0b4a8f"], domain=[0, 1])
    cells = base.mark_rect().encode(color=ramp.legend(format="%"))
    dark = alt.condition("datum.share > 0.5", alt.value("white"), alt.value(INK))
    numbers = base.mark_text(fontSize=11).encode(text="count:Q", color=dark)
    size = max(160, 30 * len(names))
    few = "" if len(shown) == len(labels) else f"; the {len(shown)} most confused of {len(labels)} labels"
    said = f"{int(counts.trace()):,} of {int(counts.sum()):,} rows are right{few}"
    return _svg((cells + numbers).properties(width=size, height=size), title, said)


def bars(figures: Sequence[Bar], title: str, *, axis: str = "F1") -> str:
    """A bar a figure, in the order given, with their intervals; of more than 60, the lowest."""
    import altair as alt

    shown = list(figures)
    if len(shown) > MOST_BARS:
        lowest = {id(one) for one in sorted(shown, key=lambda one: one.value)[:MOST_BARS]}
        shown = [one for one in shown if id(one) in lowest]
    names = [_short(one.label) for one in shown]
    rows = [
        {"label": name, "value": one.value, "low": one.low, "high": one.high, "text": f"{one.value:.2f}"}
        for name, one in zip(names, shown, strict=True)
    ]
    high = max([1.0, *(one.high or one.value for one in shown)])
    base = alt.Chart(_table(rows)).encode(
        y=alt.Y("label:N", title=None, sort=names).axis(labelLimit=260, labelFontSize=12, ticks=False)
    )
    x = alt.X("value:Q", title=axis).scale(domain=[0, high]).axis(tickCount=6)
    drawn = base.mark_bar(color=PALETTE[5], height=13).encode(x=x)
    spread = base.transform_filter("isValid(datum.low)").mark_rule(color=INK).encode(x=alt.X("low:Q"), x2="high:Q")
    at = alt.value(WIDE + 8)  # beside the plot, where no interval crosses them
    numbers = base.mark_text(align="left", fontSize=12, color=INK).encode(x=at, text="text:N")
    few = "" if len(shown) == len(figures) else f"The {len(shown)} lowest of {len(figures)}; "
    least = min(figures, key=lambda one: one.value, default=Bar("none", 0))
    said = f"{few}lowest: {least.label}, {least.value:.2f}"
    chart = (drawn + spread + numbers).properties(width=WIDE, height=max(60, 19 * len(shown)))
    return _svg(chart, title, said[0].upper() + said[1:])


def portion_bars(parts: Sequence[Portion], title: str, *, axis: str) -> str:
    """A bar a share, in the order given, with its interval and its counts; the axis ends where the longest one does."""
    import altair as alt

    names = [_short(one.label) for one in parts]
    rows = [
        {
            "label": name,
            "share": one.count / one.of if one.of else 0.0,
            "low": one.low,
            "high": one.high,
            "text": f"{one.count:,} of {one.of:,}",
        }
        for name, one in zip(names, parts, strict=True)
    ]
    y = alt.Y("label:N", title=None, sort=names).axis(labelLimit=260, labelFontSize=12, ticks=False)
    high = max((one.high for one in parts), default=1.0)
    x = alt.X("share:Q", title=axis).scale(domain=[0, min(1.0, 1.05 * high)]).axis(tickCount=6, format=".0~%")
    base = alt.Chart(_table(rows)).encode(y=y)
    drawn = base.mark_bar(color=PALETTE[5], height=13).encode(x=x)
    spread = base.mark_rule(color=INK).encode(x=alt.X("low:Q"), x2="high:Q")
    numbers = base.mark_text(align="left", fontSize=12, color=INK).encode(x=alt.value(WIDE + 8), text="text:N")
    most = max(parts, key=lambda one: one.count / one.of if one.of else 0.0, default=Portion("none", 0, 0, 0.0, 1.0))
    said = f"Largest share: {most.label}, {most.count:,} of {most.of:,}"
    chart = (drawn + spread + numbers).properties(width=WIDE, height=max(60, 22 * len(parts)))
    return on_page(_svg(chart, title, said))


def moves(found: Sequence[Move], title: str, *, before: str, after: str, said: str) -> str:
    """From what (rows) to what (columns): how many, the darker the larger their share of the row; grey is no move."""
    import altair as alt

    whole = Counter[str]()
    for one in found:
        whole[one.before] += one.count
    rows = [
        {"before": one.before, "after": one.after, "stays": one.stays}
        | {"text": f"{one.count:,}", "share": one.count / whole[one.before]}
        for one in found
        if one.count
    ]
    down, across = (sorted({str(row[side]) for row in rows}) for side in ("before", "after"))
    axis: Any = {"labelLimit": 200, "labelFontSize": 12, "titlePadding": 10, "ticks": False, "domain": False}
    base = alt.Chart(_table(rows)).encode(
        x=alt.X("after:N", title=after, sort=across).axis(labelAngle=-25, orient="top", **axis).scale(domain=across),
        y=alt.Y("before:N", title=before, sort=down).axis(**axis).scale(domain=down),
    )
    cells = base.mark_rect(stroke=GREY, strokeOpacity=0.4).encode(
        color=alt.condition("datum.stays", alt.value(GREY), alt.value(PALETTE[0])),
        opacity=alt.Opacity("share:Q", legend=None).scale(domain=[0, 1], range=[0.25, 0.65]),
    )
    numbers = base.mark_text(fontSize=12, color=INK).encode(text="text:N")
    chart = (cells + numbers).properties(width=CELL * max(1, len(across)), height=36 * max(1, len(down)))
    return on_page(_svg(chart, title, said))


def stacked_bar(slices: Sequence[Slice], title: str, *, axis: str, said: str) -> str:
    """One bar of at most 10 slices, in the order given; the legend names each with its share."""
    import altair as alt

    if len(slices) > len(SLICES):
        raise ValueError(f"a stacked bar must have at most {len(SLICES)} slices, was given {len(slices)}")
    ends = np.cumsum([0.0, *(one.share for one in slices)]).tolist()
    names = [f"{_short(one.label)}, {one.share:.1%}" for one in slices]
    rows = [
        {"name": name, "start": start, "end": end, "middle": (start + end) / 2, "text": f"{one.share:.0%}"}
        for name, (start, end), one in zip(names, pairwise(ends), slices, strict=True)
    ]
    legend = alt.Legend(title=None, orient="bottom", columns=2, labelLimit=300, symbolType="square")
    colours = alt.Scale(domain=names, range=list(SLICES[: len(names)]))
    x = alt.X("start:Q", title=axis).scale(domain=[0, 1], nice=False).axis(format=".0%", tickCount=5)
    base = alt.Chart(_table(rows))
    drawn = base.mark_bar(height=56, stroke="#ffffff", strokeWidth=1).encode(
        x=x, x2="end:Q", color=alt.Color("name:N", sort=names, legend=legend, scale=colours)
    )
    wide = base.transform_filter(f"datum.end - datum.start >= {NAMED_SLICE}")
    numbers = wide.mark_text(dy=-40, fontSize=13, color=INK).encode(x="middle:Q", text="text:N")
    return on_page(_svg((drawn + numbers).properties(width=WIDE + 160, height=110), title, said))


def stacks(columns: Sequence[Stack], title: str, *, axis: str, said: str) -> str:
    """A column a day or week, in the order given, of at most 10 kinds; a kind keeps its colour in all of them."""
    import altair as alt

    kinds = list(dict.fromkeys(kind for column in columns for kind, _ in column.counts))
    if len(kinds) > len(SLICES):
        raise ValueError(f"a picture of columns must have at most {len(SLICES)} kinds, was given {len(kinds)}")
    rows = [
        {"label": column.label, "kind": kind, "count": count, "place": kinds.index(kind)}
        for column in columns
        for kind, count in column.counts
    ]
    labels = [column.label for column in columns]
    shown = labels[:: max(1, -(-len(labels) // MOST_TICKS))]
    x = alt.X("label:N", title=None, sort=labels).scale(domain=labels, paddingInner=0.15)
    x = x.axis(labelAngle=0, values=shown, ticks=False, labelOverlap=True)
    legend = alt.Legend(title=None, orient="top", labelLimit=300, symbolType="square")
    colours = alt.Scale(domain=kinds, range=list(SLICES[: len(kinds)]))
    drawn = alt.Chart(_table(rows)).mark_bar(stroke="#ffffff", strokeWidth=0.5)
    drawn = drawn.encode(
        x=x,
        y=alt.Y("count:Q", title=axis, stack="zero").axis(tickCount=5, format=",d", tickMinStep=1),
        order="place:Q",
        color=alt.Color("kind:N", sort=kinds, legend=legend if len(kinds) > 1 else None, scale=colours),
    )
    return on_page(_svg(drawn.properties(width=WIDE + 120, height=200), title, said))


def spots(figures: Sequence[Spot], title: str, *, axis: str, said: str, zero: bool = False) -> str:
    """A dot a figure with its interval, in the order given; `zero` draws the line of no change."""
    import altair as alt

    names = [_short(one.label) for one in figures]
    ends = [end for one in figures for end in (one.low, one.value, one.high) if end is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends]) or 1.0
    rows = [
        {"label": name, "value": one.value, "text": one.text, "low": start, "high": end}
        for name, one in zip(names, figures, strict=True)
        for start, end in [_reach(one, low, high)]
    ]
    base = alt.Chart(_table(rows)).encode(
        y=alt.Y("label:N", title=None, sort=names).axis(labelLimit=260, labelFontSize=12, ticks=False)
    )
    x = alt.X("value:Q", title=axis).scale(domain=[low, high], nice=True).axis(tickCount=6, format=",.2~f")
    spread = base.mark_rule(color=PALETTE[5], strokeWidth=5, opacity=0.6).encode(x=alt.X("low:Q"), x2="high:Q")
    dots = base.mark_circle(color=PALETTE[0], size=80, opacity=1).encode(x=x)
    numbers = base.mark_text(align="left", fontSize=12, color=INK).encode(x=alt.value(WIDE + 8), text="text:N")
    chart = spread + dots + numbers
    if zero:
        chart = alt.Chart(_table([{"zero": 0.0}])).mark_rule(color=GREY, strokeWidth=1.5).encode(x="zero:Q") + chart
    return on_page(_svg(chart.properties(width=WIDE, height=max(60, 24 * len(figures))), title, said))


def _reach(spot: Spot, low: float, high: float) -> tuple[float, float]:
    """The ends of an interval as drawn: to the end of the axis where one is open, none where both are."""
    if spot.low is None and spot.high is None:
        return spot.value, spot.value
    return low if spot.low is None else spot.low, high if spot.high is None else spot.high


def on_page(svg: str) -> str:
    """A picture in the ink of the page that it stands in, light or dark."""
    for own, pages in ON_PAGE.items():
        svg = svg.replace(own, pages)
    return svg


def most_confused(counts: NDArray[np.int64]) -> list[int]:
    """All labels of a small matrix; of a large one those of the commonest confusions, in their order."""
    if len(counts) <= MOST_LABELS:
        return list(range(len(counts)))
    wrong = counts - np.diag(np.diag(counts))
    found: set[int] = set()
    for place in np.argsort(-wrong, axis=None, kind="stable").tolist():
        pair = set(divmod(place, len(counts)))
        if len(found | pair) > SHOWN_LABELS or not wrong.flat[place]:
            break
        found |= pair
    return sorted(found) or list(range(SHOWN_LABELS))


def _bins(promised: NDArray[np.float64], came: NDArray[np.float64], bins: int) -> list[dict[str, float]]:
    parts = [part for part in np.array_split(np.argsort(promised, kind="stable"), bins) if len(part)]
    return [_bin(promised[at], came[at], len(at) / len(promised)) for at in parts]


def _bin(promised: NDArray[np.float64], came: NDArray[np.float64], share: float) -> dict[str, float]:
    """One bin with Wilson's interval."""
    count, mean, square = len(came), float(came.mean()), 1.959964**2
    middle, scale = mean + square / (2 * count), 1 + square / count
    spread = float(np.sqrt(square * mean * (1 - mean) / count + square * square / (4 * count * count)))
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return {"promised": float(promised.mean()), "came": mean, "low": low, "high": high, "share": share}


def _risk(name: str, sure: ArrayLike, right: ArrayLike) -> list[dict[str, Any]]:
    order = np.argsort(-np.asarray(sure, np.float64), kind="stable")
    wrong = 1 - np.asarray(right, np.float64)[order]
    risk = np.cumsum(wrong) / np.arange(1, len(wrong) + 1)
    first = max(0, len(wrong) // 50 - 1)  # a rate of a handful of rows says nothing
    places = np.unique(np.linspace(first, len(wrong) - 1, MOST_POINTS).astype(int)) if len(wrong) else wrong[:0]
    return [{"name": name, "answered": (at + 1) / len(wrong), "wrong": float(risk[at])} for at in places.tolist()]


def _colours(names: Sequence[str]) -> altair.Color:
    import altair as alt

    legend = alt.Legend(title=None, orient="top", labelLimit=320) if len(names) > 1 else None
    return alt.Color("name:N", sort=list(names), legend=legend).scale(domain=list(names), range=list(PALETTE))


def _short(label: str) -> str:
    drawn = UNDRAWN.sub("", label)
    return drawn if len(drawn) <= 40 else f"{drawn[:39]}…"


def _table(rows: Sequence[Mapping[str, Any]]) -> altair.InlineData:
    import altair as alt

    return alt.InlineData(values=[dict(row) for row in rows])


def _svg(chart: Chart, title: str, said: str) -> str:
    """Draw, and put title and description where a reader of the page's text finds them."""
    import altair as alt

    title, said = UNDRAWN.sub("", title), UNDRAWN.sub("", said)
    drawn = chart.properties(
        title=alt.TitleParams(title, subtitle=said, anchor="start", offset=14), background="white"
    ).configure(aria=False, font=FONT, padding=16)
    drawn = drawn.configure_title(fontSize=17, color=INK, subtitleFontSize=13, subtitleColor="#444", subtitlePadding=5)
    drawn = drawn.configure_axis(labelFontSize=13, titleFontSize=14, titleFontWeight="normal", gridColor="#e6e6e6")
    drawn = drawn.configure_legend(labelFontSize=13, titleFontSize=13, titleFontWeight="normal")
    written = io.StringIO()
    drawn.configure_view(stroke=None).save(written, format="svg")
    head, _, rest = written.getvalue().partition(">")
    name = f"chart-{zlib.crc32((title + said).encode()):08x}"  # several pictures may stand in one page
    described = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(said)}</desc>'
    return f'{head} role="img" aria-labelledby="{name}-title {name}-desc">{described}{rest}'
