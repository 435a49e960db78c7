"""What a training found, as figures, as text for the terminal, and as JSON.

What is stored beside a model names rows by their number and holds no word of a customer; the terminal shows words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from advisor.types import Topic
from training.labelled import Row
from training.measures import Difference, LabelFigures, accuracy, bootstrap_interval, ece, macro_f1, per_label

Codes = NDArray[np.int64]  # (n,), places of labels
Chances = NDArray[np.float32]  # (n, labels), calibrated

CONFUSIONS, SUSPECTS, SHOWN_TOPICS, EXCERPT = 15, 100, 60, 80
SURE, DOUBTED = 0.8, 0.1  # probability of another topic and of the given one from which a label looks wrong
ROUNDS = 1000
EXACT_ROUNDS = 20_000  # rows; of more, fewer rounds give the same interval


@dataclass(frozen=True, slots=True)
class Figure:
    """A share and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """Texts of one topic that are read as another."""

    topic: str
    said: str
    count: int
    row: int  # number of one of them
    example: str  # its words; empty where it is stored


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that looks wrong to heads that were not fitted on it."""

    row: int
    topic: str
    rather: str
    probability: float  # of `rather`
    example: str  # its words; empty where it is stored


@dataclass(frozen=True, slots=True)
class Operating:
    """How the line between known and unknown works on held-out texts, all of which have one of the topics."""

    rows: int
    known: float  # share that is told as known
    right_known: float  # share of those that are read right
    right_unknown: float  # share of the others whose likeliest topic is right


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How good a head is on texts that it was not fitted on."""

    basis: str  # which texts these are
    rows: int
    accuracy: Figure
    macro_f1: Figure
    ece: float
    topics: tuple[LabelFigures, ...]
    confusions: tuple[Confusion, ...]
    suspects: tuple[Suspect, ...] = ()
    operating: Operating | None = None  # None = no text was held out


class Verdict(StrEnum):
    """How a new head stands to the one in use."""

    FIRST = "first"  # there is none in use
    NOT_WORSE = "not_worse"
    WORSE = "worse"
    NOT_COMPARABLE = "not_comparable"  # no text or topic in common
    UNUSABLE = "unusable"  # the one in use cannot be loaded: it serves nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The new head against the one in use, on the same texts."""

    verdict: Verdict
    against: str = ""  # version in use
    rows: int = 0  # that were compared
    topics: int = 0  # that both know
    old: float = 0.0  # accuracy
    new: float = 0.0
    change: Difference | None = None  # new less old
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a training found."""

    source: str
    read: int
    used: int
    refused: int
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    figures: Figures
    comparison: Comparison
    fitted_on: int  # texts of the head that serves
    seconds: float
    version: str = ""
    in_use: bool = False


def measure(
    rows: Sequence[Row],
    labels: Sequence[str],
    chances: Chances,
    *,
    groups: Codes,
    basis: str,
    seed: int,
) -> Figures:
    """Figures of probabilities against the topics of their rows; copies of a text are drawn together."""
    truth, said = codes_of(rows, labels), chances.argmax(axis=1)
    right = truth == said
    rounds = ROUNDS if len(rows) <= EXACT_ROUNDS else ROUNDS // 5

    def interval(statistic: object, *arrays: object) -> tuple[float, float]:
        return bootstrap_interval(statistic, *arrays, seed=seed, rounds=rounds, groups=groups)  # type: ignore[arg-type]

    return Figures(
        basis=basis,
        rows=len(rows),
        accuracy=Figure(accuracy(truth, said), *interval(np.mean, right)),
        macro_f1=Figure(macro_f1(truth, said), *interval(macro_f1, truth, said)),
        ece=ece(chances.max(axis=1), right),
        topics=named(per_label(truth, said, sorted(set(truth.tolist()))), labels),
        confusions=confusions(rows, labels, truth, said),
    )


def codes_of(rows: Sequence[Row], labels: Sequence[str]) -> Codes:
    """The places of the rows' topics among the labels."""
    places = {label: place for place, label in enumerate(labels)}
    return np.array([places[row.topic] for row in rows], np.int64)


def operating(rows: Sequence[Row], labels: Sequence[str], chances: Chances, read: Sequence[Topic]) -> Operating | None:
    """How many held-out texts are told as known, and how right both sides are."""
    if not rows:
        return None
    right, known = chances.argmax(axis=1) == codes_of(rows, labels), np.array([one.known for one in read], bool)
    return Operating(len(rows), float(known.mean()), share(right[known]), share(right[~known]))


def share(right: NDArray[np.bool_]) -> float:
    """The share of those that are right; 0 of none."""
    return float(right.mean()) if len(right) else 0.0


def named(figures: Sequence[LabelFigures], labels: Sequence[str]) -> tuple[LabelFigures, ...]:
    """Figures by place as figures by name."""
    return tuple(
        LabelFigures(labels[int(one.label)], one.precision, one.recall, one.f1, one.support) for one in figures
    )


def confusions(rows: Sequence[Row], labels: Sequence[str], truth: Codes, said: Codes) -> tuple[Confusion, ...]:
    """The commonest pairs of topics that are taken for each other, with a row of each."""
    found: Counter[tuple[int, int]] = Counter()
    first: dict[tuple[int, int], Row] = {}
    for place in np.flatnonzero(truth != said).tolist():
        pair = (int(truth[place]), int(said[place]))
        found[pair] += 1
        first.setdefault(pair, rows[place])
    return tuple(
        Confusion(labels[pair[0]], labels[pair[1]], count, first[pair].number, excerpt(first[pair].text))
        for pair, count in sorted(found.items(), key=lambda one: (-one[1], one[0]))[:CONFUSIONS]
    )


def suspects(rows: Sequence[Row], labels: Sequence[str], chances: Chances) -> tuple[Suspect, ...]:
    """Rows whose topic is very unlikely while another is very likely, the surest first."""
    truth = codes_of(rows, labels)
    best, given = chances.argmax(axis=1), chances[np.arange(len(truth)), truth]
    top = chances.max(axis=1)
    doubted = np.flatnonzero((best != truth) & (top >= SURE) & (given <= DOUBTED))
    order = doubted[np.argsort(given[doubted] - top[doubted], kind="stable")][:SUSPECTS]
    return tuple(
        Suspect(rows[at].number, rows[at].topic, labels[best[at]], round(float(top[at]), 4), excerpt(rows[at].text))
        for at in order.tolist()
    )


def excerpt(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"


def stored(report: Report) -> dict[str, object]:
    """The report as it is kept: rows by their number, without their words."""
    found = shown(report)
    figures = found["figures"]
    assert isinstance(figures, dict)
    for name in ("confusions", "suspects"):
        figures[name] = [{key: value for key, value in one.items() if key != "example"} for one in figures[name]]
    del found["problems"]
    del found["notes"]
    return found


def shown(report: Report) -> dict[str, object]:
    """The report for programs that read the output."""
    return asdict(report)


def text_of(report: Report) -> Iterator[str]:
    """The report for the terminal."""
    figures = report.figures
    yield f"Read {report.source}: {report.read:,} rows, {report.used:,} texts used, {report.refused:,} rows not usable"
    yield from (f"  Note: {note}" for note in report.notes)
    yield ""
    yield f"Measured on {figures.rows:,} texts: {figures.basis}"
    yield f"  accuracy   {line_of(figures.accuracy)}"
    yield f"  macro-F1   {line_of(figures.macro_f1)}"
    yield f"  ECE        {figures.ece:6.1%}   (mean gap between what is promised and what comes)"
    if (told := figures.operating) is not None:
        yield (
            f"  known      {told.known:6.1%}   of {told.rows:,} held-out texts are told as known, "
            f"{told.right_known:.1%} of these are right; {told.right_unknown:.1%} of the others would be"
        )
    yield ""
    yield from topic_table(figures.topics)
    if figures.confusions:
        yield ""
        yield "Commonest confusions"
    for one in figures.confusions:
        yield f"  {one.count:>4} × {one.topic}, read as {one.said}: row {one.row} “{one.example}”"
    if figures.suspects:
        yield ""
        yield "Look mislabelled to heads that were not fitted on them"
    for suspect in figures.suspects[: CONFUSIONS + 5]:
        rather = f"rather {suspect.rather} ({suspect.probability:.2f})"
        yield f"  row {suspect.row}: {suspect.topic}, {rather} “{suspect.example}”"
    if len(figures.suspects) > CONFUSIONS + 5:
        yield f"  and {len(figures.suspects) - CONFUSIONS - 5} more, in report.json beside the model"
    yield ""
    yield from change_of(report.comparison)


def line_of(figure: Figure) -> str:
    """A figure with its interval."""
    return f"{figure.value:6.1%}   (95 % interval {figure.low:.1%} to {figure.high:.1%})"


def topic_table(topics: Sequence[LabelFigures]) -> Iterator[str]:
    """A line a topic; of very many, those that are told worst."""
    listed = sorted(topics, key=lambda one: (one.f1, one.label)) if len(topics) > SHOWN_TOPICS else list(topics)
    listed = listed[:SHOWN_TOPICS]
    width = min(48, max([5, *(len(one.label) for one in listed)]))
    yield f"{'Topic':<{width}}  {'texts':>6}  {'precision':>9}  {'recall':>7}  {'F1':>6}"
    for one in listed:
        name = one.label if len(one.label) <= width else one.label[: width - 1] + "…"
        yield f"{name:<{width}}  {one.support:>6,}  {one.precision:>9.1%}  {one.recall:>7.1%}  {one.f1:>6.1%}"
    if len(listed) < len(topics):
        yield f"These are the {len(listed)} of {len(topics):,} topics that are told worst; all are in report.json."


def change_of(comparison: Comparison) -> Iterator[str]:
    """How the new head stands to the one in use."""
    if comparison.change is not None:
        change = comparison.change
        yield (
            f"Against topics {comparison.against}, in use, on {comparison.rows:,} texts of {comparison.topics:,} "
            "topics that both know and neither was fitted on:"
        )
        yield (
            f"  accuracy {comparison.old:.1%} before, {comparison.new:.1%} now: {100 * change.mean:+.1f} points "
            f"(95 % interval {100 * change.low:+.1f} to {100 * change.high:+.1f})"
        )
    yield from (f"  Note: {remark}" for remark in comparison.remarks)
