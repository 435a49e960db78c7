"""The chance that an article answers, brought to what an installation's own labels say, in steps.

Below 200 labels the shipped calibration stays: it is estimated on other companies' data. From 200 labels it is moved as
a whole (intercept), from 500 also made more or less sure (slope), from 2,000 bent (shape: straight between quantiles
of the scores, always rising). Each step is the penalised maximum likelihood whose prior is the step before it and,
first of all, the shipped calibration; the order of chances never changes.

The highest step that the number of labels allows is taken, unless a lower one has the lower log-loss in
cross-validation, where copies of a ticket never fall on both sides. It goes live only if it is not worse than what is
in use: its out-of-fold log-loss is at most 0.005 above that of the one in use, and the 95 % interval of the paired
difference reaches 0. The one in use may have seen these labels, which favours it; the rule errs on its side.

A label speaks of the article that would be offered first today. One of another article says nothing of that one, and
is left out; how many were is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from advisor.reading.answers import AnswerHead, Recalibration, State, stretches
from advisor.registry import About, Kind, Registry, Version
from index.progress import Progress, silent
from training.answer_labels import AnswerLabel, AnswerLabels, read_answer_labels
from training.measures import Difference, bootstrap_interval, calibration_slope, ece, paired_bootstrap
from training.splits import folds, groups_of, hashes_of

SEED = 7
FEWEST = {State.INTERCEPT: 200, State.SLOPE: 500, State.SHAPE: 2000}  # labels, a weighted one by its weight
PARTS = 10  # of the cross-validation
SEGMENTS = 6  # of the shape
MARGIN = 0.005  # of log-loss, in nats
OFFSET_SPREAD = 2.0  # prior standard deviation of the offset, in log-odds
SLOPE_SPREAD = 0.5  # of the logarithm of the slope
BEND_SPREAD = 0.35  # of the logarithm of the ratio of neighbouring slopes
STEEPEST = 3.0  # the logarithm of a slope stays within ± this
FLAT = 1e-6  # least chance that a loss is taken of

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Labels with what the shipped calibration says of them."""

    odds: Numbers  # (n,), log-odds as shipped
    answered: Numbers  # (n,), 0 or 1
    weights: Numbers  # (n,), above 0, at most 1
    groups: NDArray[np.int64]  # (n,), the same for copies of a ticket

    @property
    def count(self) -> float:
        """How many labels these are worth."""
        return float(self.weights.sum())

    def rows(self, chosen: NDArray[np.bool_]) -> Scored:
        """Some of the rows."""
        return Scored(self.odds[chosen], self.answered[chosen], self.weights[chosen], self.groups[chosen])


@dataclass(frozen=True, slots=True)
class CalibrationFigures:
    """How far a calibration's chances can be believed."""

    log_loss: float  # in nats
    ece: float
    slope: float  # of the truth on the log-odds; 1 is right, below 1 too sure
    low: float  # of the 95 % interval of the slope, by bootstrap of groups
    high: float


@dataclass(frozen=True, slots=True)
class RecalibrationReport:
    """What a recalibration came to."""

    source: str
    read: int  # rows of the file
    used: int
    refused: int
    problems: tuple[str, ...]
    state: State
    labels: float  # that were used, by weight
    wanted: int  # labels of the next state; 0 = there is none
    constant: float  # log-loss of the mean alone
    before: CalibrationFigures | None  # of the calibration in use; None = too few labels
    after: CalibrationFigures | None  # of the new one, out of fold
    difference: Difference | None  # log-loss of the new one minus that of the one in use
    version: str = ""  # empty = nothing was made
    in_use: bool = False


class Scorer(Protocol):
    """Says what would be offered for a label's ticket."""

    def __call__(self, label: AnswerLabel, /) -> tuple[str, str, float] | str:
        """The ticket's text, the first article's id and its shipped log-odds; else why there is none."""


def allowed(count: float) -> tuple[State, ...]:
    """The states that so many labels allow, lowest first."""
    return tuple(state for state, fewest in FEWEST.items() if count >= fewest)


def recalibrate(
    path: Path,
    columns: Mapping[str, str],
    scorer: Scorer,
    head: AnswerHead,
    registry: Registry,
    *,
    encoder: str,
    force: bool = False,
    seed: int = SEED,
    progress: Progress | None = None,
) -> RecalibrationReport:
    """Read labels, fit, measure, compare and keep a recalibration, and take it into use unless it is worse.

    `head` is the one in use, with its recalibration. With too few labels nothing is made and what is in use stays.
    Raises LabelledError for a file that cannot be used, ModelError where the version cannot be kept.
    """
    read = read_answer_labels(path, columns)
    scored, problems = score(read, scorer, progress or silent)
    refused = read.read - len(scored.odds)
    states = allowed(scored.count)
    base = RecalibrationReport(
        source=path.name, read=read.read, used=len(scored.odds), refused=refused, problems=problems,
        state=State.SHIPPED, labels=scored.count, wanted=next_state(scored.count), constant=constant_loss(scored),
        before=None, after=None, difference=None,
    )  # fmt: skip
    if not states or len(np.unique(scored.answered)) < 2 or len(np.unique(scored.groups)) < PARTS:
        return base
    state, turned = chosen(scored, states, seed)
    made = replace(fit_state(scored, state), labels=scored.count, head=head.fingerprint)
    now = head.recalibration.turn(scored.odds)
    difference = compared(turned, now, scored, seed)
    report = replace(
        base, state=state, before=figures(now, scored, seed), after=figures(turned, scored, seed), difference=difference
    )
    version = keep(registry, made, report, encoder)
    live = force or not_worse(difference)
    if live:
        registry.use(Kind.ANSWERS, version.name)
    return replace(report, version=version.name, in_use=live)


def score(read: AnswerLabels, scorer: Scorer, progress: Progress) -> tuple[Scored, tuple[str, ...]]:
    """Score each label's ticket; those of which nothing can be learnt become problems."""
    odds, answered, weights, texts = [], [], [], []
    problems = list(read.problems)
    for number, label in enumerate(read.labels):
        progress("Reading tickets", number, len(read.labels))
        found = scorer(label)
        if isinstance(found, str):
            problems.append(f"row {label.number} {found}")
            continue
        text, article, value = found
        if article != label.article:
            problems.append(f"row {label.number} is about {label.article}, but {article} would be offered first now")
            continue
        texts.append(text)
        odds.append(value)
        answered.append(float(label.answered))
        weights.append(label.weight)
    progress("Reading tickets", len(read.labels), len(read.labels))
    groups = groups_of(hashes_of(texts)) if texts else np.zeros(0, np.int64)
    return Scored(np.array(odds), np.array(answered), np.array(weights), groups), tuple(problems)


def chosen(scored: Scored, states: Sequence[State], seed: int) -> tuple[State, Numbers]:
    """The highest state that no lower one beats in cross-validation, with its out-of-fold log-odds."""
    held = {state: out_of_fold(scored, state, seed) for state in states}
    best = states[0]
    for state in states[1:]:
        if mean_loss(held[state], scored) <= mean_loss(held[best], scored):
            best = state
    return best, held[best]


def out_of_fold(scored: Scored, state: State, seed: int) -> Numbers:
    """Log-odds of each row by a fit that saw neither it nor its copies: (n,)."""
    part = folds(scored.groups, [str(one) for one in scored.answered], parts=PARTS, seed=seed)
    turned = np.zeros(len(scored.odds))
    for number in range(PARTS):
        turned[part == number] = fit_state(scored.rows(part != number), state).turn(scored.odds[part == number])
    return turned


def fit_state(scored: Scored, state: State) -> Recalibration:
    """Penalised maximum likelihood of one state, the shipped calibration (offset 0, slope 1) being the prior."""
    knots = knots_of(scored.odds) if state is State.SHAPE else ()
    basis = stretches(scored.odds, knots)
    free = 0 if state is State.INTERCEPT else len(knots) + 1
    limits = [(-20.0, 20.0), *[(-STEEPEST, STEEPEST)] * free]
    found = minimize(penalised, np.zeros(1 + free), args=(basis, scored), jac=True, method="L-BFGS-B", bounds=limits).x
    slopes = tuple(float(one) for one in np.exp(found[1:])) if free else (1.0,)
    return Recalibration(state=state, labels=scored.count, offset=float(found[0]), knots=knots, slopes=slopes)


def penalised(parameters: Numbers, basis: Numbers, scored: Scored) -> tuple[float, Numbers]:
    """The negative log-likelihood with its penalty, and the gradient; parameters: offset, logarithms of slopes."""
    offset, logs = parameters[0], parameters[1:]
    slopes = np.exp(logs) if len(logs) else np.ones(1)
    turned = offset + basis @ slopes
    loss = float((scored.weights * (np.logaddexp(0, turned) - scored.answered * turned)).sum())
    pull = scored.weights * (1 / (1 + np.exp(-np.clip(turned, -30, 30))) - scored.answered)
    gradient = np.zeros_like(parameters)
    gradient[0] = pull.sum() + offset / OFFSET_SPREAD**2
    loss += 0.5 * (offset / OFFSET_SPREAD) ** 2
    if len(logs):
        bends = np.diff(logs) / BEND_SPREAD**2
        loss += 0.5 * float((logs.mean() / SLOPE_SPREAD) ** 2)
        loss += 0.5 * float((np.diff(logs) * bends).sum())
        gradient[1:] = (pull @ basis) * slopes + logs.mean() / SLOPE_SPREAD**2 / len(logs)
        gradient[1:-1] -= bends
        gradient[2:] += bends
    return loss, gradient


def knots_of(odds: Numbers) -> tuple[float, ...]:
    """Quantiles of the scores, each once."""
    found = np.unique(np.round(np.quantile(odds, np.arange(1, SEGMENTS) / SEGMENTS), 4))
    return tuple(found.tolist())


def losses(turned: Numbers, scored: Scored) -> Numbers:
    """Weighted loss and weight of each row: (n, 2)."""
    turned = np.clip(turned, np.log(FLAT), -np.log(FLAT))
    each = np.logaddexp(0, turned) - scored.answered * turned
    return np.stack([each * scored.weights, scored.weights], axis=1)


def share(rows: Numbers) -> float:
    """The mean of weighted losses."""
    return float(rows[:, 0].sum() / rows[:, 1].sum())


def mean_loss(turned: Numbers, scored: Scored) -> float:
    """The mean log-loss."""
    return share(losses(turned, scored))


def constant_loss(scored: Scored) -> float:
    """The log-loss of the mean alone; NaN without labels."""
    if not len(scored.odds):
        return float("nan")
    mean = float(np.clip((scored.answered * scored.weights).sum() / scored.count, FLAT, 1 - FLAT))
    return mean_loss(np.full(len(scored.odds), np.log(mean / (1 - mean))), scored)


def figures(turned: Numbers, scored: Scored, seed: int) -> CalibrationFigures:
    """Log-loss, ECE and slope; the last two count each label once."""
    chances = 1 / (1 + np.exp(-turned))
    slope: Callable[[Numbers, Numbers], float] = lambda said, truth: calibration_slope(said, truth)[0]  # noqa: E731
    low, high = bootstrap_interval(slope, chances, scored.answered, seed=seed, rounds=500, groups=scored.groups)
    return CalibrationFigures(
        mean_loss(turned, scored), ece(chances, scored.answered), slope(chances, scored.answered), low, high
    )


def compared(turned: Numbers, now: Numbers, scored: Scored, seed: int) -> Difference:
    """Log-loss of new log-odds minus that of those in use, groups of copies drawn together."""
    first, second = losses(turned, scored), losses(now, scored)
    return paired_bootstrap(first, second, seed=seed, groups=scored.groups, statistic=share)


def not_worse(difference: Difference) -> bool:
    """The rule of this module's first lines."""
    return difference.mean <= MARGIN and difference.low <= 0


def next_state(count: float) -> int:
    """From how many labels on the next state is possible; 0 where there is none."""
    return next((fewest for fewest in FEWEST.values() if count < fewest), 0)


def keep(registry: Registry, made: Recalibration, report: RecalibrationReport, encoder: str) -> Version:
    """Keep a version; its figures are shown by `advisor train list`."""
    assert report.after is not None
    after = report.after
    shown = {"labels": report.labels, "log_loss": after.log_loss, "ece": after.ece, "slope": after.slope}
    about = About(
        source=f"{report.source} ({made.state})", rows=report.used, encoder=encoder,
        figures={name: round(value, 4) for name, value in shown.items()},
    )  # fmt: skip
    return registry.add(Kind.ANSWERS, made.save, about)
