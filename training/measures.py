"""How good a reader is: shares of right ones, how far its probabilities can be believed, and intervals for both.

All of them are shares between 0 and 1 unless they say otherwise; numpy alone is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 15
ROUNDS = 1000
SURE = 0.95  # of an interval
LEAST_CHANCE = 1e-7  # a probability of 0 or 1 is moved in by so much before a logarithm is taken

Numbers = NDArray[np.float64]
Labels = NDArray[np.generic]  # (n,), one label a row


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """How well one label is told."""

    label: str
    precision: float  # 0 where it was never said
    recall: float  # 0 where it never was
    f1: float
    support: int  # rows that have it


@dataclass(frozen=True, slots=True)
class Difference:
    """How much the first is above the second."""

    mean: float
    low: float
    high: float


def accuracy(truth: ArrayLike, said: ArrayLike) -> float:
    """The share of rows where the two agree."""
    return float(np.mean(np.asarray(truth) == np.asarray(said)))


def per_label(truth: ArrayLike, said: ArrayLike, labels: Sequence[object] | None = None) -> tuple[LabelFigures, ...]:
    """Precision, recall and F1 of each label: those given, else all that occur, in order."""
    is_so, was_said = np.asarray(truth), np.asarray(said)
    wanted = np.unique(np.concatenate([is_so, was_said])) if labels is None else np.asarray(labels)
    rows = np.stack([_counts(is_so == label, was_said == label) for label in wanted])
    return tuple(_figures(str(label), row) for label, row in zip(wanted.tolist(), rows, strict=True))


def macro_f1(truth: ArrayLike, said: ArrayLike, labels: Sequence[object] | None = None) -> float:
    """The mean F1 of the labels given, else of all that occur; a label that is neither true nor said counts 0."""
    is_so, was_said = np.asarray(truth), np.asarray(said)
    known, places = np.unique(np.concatenate([is_so, was_said]), return_inverse=True)
    first, second = places[: len(is_so)], places[len(is_so) :]
    hits = np.bincount(first[first == second], minlength=len(known))
    both = np.bincount(first, minlength=len(known)) + np.bincount(second, minlength=len(known))
    if labels is None:
        return float(np.mean(2 * hits / both))
    kept = np.isin(known, np.asarray(labels))
    return float(np.sum(2 * hits[kept] / both[kept]) / len(labels))


def macro_f1_many(truth: ArrayLike, said: ArrayLike) -> float:
    """The mean F1 of the columns of two (n, labels) matrices of 0 and 1; an empty column counts 0."""
    is_so, was_said = np.asarray(truth, bool), np.asarray(said, bool)
    both = is_so.sum(0) + was_said.sum(0)
    return float(np.mean(2 * (is_so & was_said).sum(0) / np.maximum(both, 1)))


def ece(probabilities: ArrayLike, right: ArrayLike, *, bins: int = BINS) -> float:
    """The expected calibration error over bins of equal mass: mean distance of what was promised and what came.

    Nixon et al. 2019; with bins of equal mass no bin rests on a handful of rows.
    """
    return float(sum(share * abs(promised - came) for promised, came, share in reliability(probabilities, right, bins)))


def reliability(probabilities: ArrayLike, right: ArrayLike, bins: int = BINS) -> tuple[tuple[float, float, float], ...]:
    """The bins of equal mass: mean probability, share that was right, share of all rows."""
    promised, came = np.asarray(probabilities, np.float64), np.asarray(right, np.float64)
    order = np.argsort(promised, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return tuple((float(promised[at].mean()), float(came[at].mean()), len(at) / len(order)) for at in parts)


def auroc(scores: ArrayLike, truth: ArrayLike) -> float:
    """The chance that a true row is scored above a false one; a tie counts half, and without both it is NaN."""
    values, is_so = np.asarray(scores, np.float64), np.asarray(truth, bool)
    trues = int(is_so.sum())
    if trues in (0, len(is_so)):
        return float("nan")
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return float((ranks[is_so].sum() - trues * (trues + 1) / 2) / (trues * (len(is_so) - trues)))


def brier_skill(probabilities: ArrayLike, truth: ArrayLike, *, base: float | None = None) -> float:
    """How much better the squared error is than that of a constant, the base rate: 1 is perfect, 0 no better."""
    is_so = np.asarray(truth, np.float64)
    constant = float(is_so.mean()) if base is None else base
    reference = float(np.mean((constant - is_so) ** 2))
    if reference == 0:
        return float("nan")
    return 1 - float(np.mean((np.asarray(probabilities, np.float64) - is_so) ** 2)) / reference


def log_loss(probabilities: ArrayLike, truth: ArrayLike) -> float:
    """The mean cross-entropy of rows that are true or false, in nats; lower is better."""
    chances = np.clip(np.asarray(probabilities, np.float64), LEAST_CHANCE, 1 - LEAST_CHANCE)
    is_so = np.asarray(truth, bool)
    return float(-np.mean(np.log(np.where(is_so, chances, 1 - chances))))


def calibration_slope(probabilities: ArrayLike, truth: ArrayLike) -> tuple[float, float]:
    """Slope and intercept of the truth's logistic regression on the log-odds that were said (Cox 1958).

    Slope 1 and intercept 0 mean that the probabilities are right as they are; a slope below 1, that they are too
    sure. Found by Newton's method; with no end in sight (the truth separates), the last step's values.
    """
    chances = np.clip(np.asarray(probabilities, np.float64), LEAST_CHANCE, 1 - LEAST_CHANCE)
    odds = np.log(chances / (1 - chances))
    rows = np.stack([odds, np.ones_like(odds)], axis=1)
    is_so, weights = np.asarray(truth, np.float64), np.array([1.0, 0.0])
    for _ in range(50):
        now = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        curve = (rows * (now * (1 - now))[:, np.newaxis]).T @ rows + 1e-9 * np.eye(2)
        step = np.linalg.solve(curve, rows.T @ (is_so - now))
        weights = weights + np.clip(step, -5, 5)
        if float(np.abs(step).max()) < 1e-8:
            break
    return float(weights[0]), float(weights[1])


def bootstrap_interval(
    statistic: Callable[..., float],
    *arrays: ArrayLike,
    seed: int,
    rounds: int = ROUNDS,
    groups: ArrayLike | None = None,
) -> tuple[float, float]:
    """The percentile bootstrap's 95 % interval of a statistic of arrays whose rows belong together (Efron 1979).

    With `groups`, one label a row, whole groups are drawn. A draw without a value (NaN) is left out.
    """
    columns = [np.asarray(array) for array in arrays]
    drawn = (statistic(*(column[at] for column in columns)) for at in draws(len(columns[0]), seed, rounds, groups))
    return _middle(np.array(list(drawn)))


def paired_bootstrap(
    first: ArrayLike,
    second: ArrayLike,
    *,
    seed: int,
    rounds: int = ROUNDS,
    groups: ArrayLike | None = None,
    statistic: Callable[..., float] = np.mean,
) -> Difference:
    """How much the first is above the second on the same rows, with its 95 % interval.

    `first` and `second` hold a value a row, such as 1 where the reader was right; `statistic` makes a figure of them.
    """
    one, other = np.asarray(first), np.asarray(second)
    if len(one) != len(other):
        raise ValueError(f"a paired bootstrap needs two columns of the same rows, were: {len(one)} and {len(other)}")
    found = [statistic(one[at]) - statistic(other[at]) for at in draws(len(one), seed, rounds, groups)]
    low, high = _middle(np.array(found))
    return Difference(float(statistic(one) - statistic(other)), low, high)


def draws(count: int, seed: int, rounds: int, groups: ArrayLike | None) -> Iterator[NDArray[np.int64]]:
    """Rows drawn with replacement, round by round; with groups, all rows of each group drawn."""
    rng = np.random.default_rng(seed)
    if groups is None:
        yield from (rng.integers(count, size=count) for _ in range(rounds))
        return
    places = np.unique(np.asarray(groups), return_inverse=True)[1]
    members = [np.flatnonzero(places == group) for group in range(int(places.max()) + 1)]
    for _ in range(rounds):
        yield np.concatenate([members[one] for one in rng.integers(len(members), size=len(members))])


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share of so many (Wilson 1927); everything is possible of none."""
    if count == 0:
        return 0.0, 1.0
    z, share = 1.959964, hits / count
    center = share + z * z / (2 * count)
    spread = z * float(np.sqrt(share * (1 - share) / count + z * z / (4 * count * count)))
    scale = 1 + z * z / count
    return max(0.0, (center - spread) / scale), min(1.0, (center + spread) / scale)


def _counts(is_so: NDArray[np.bool_], was_said: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.array([(is_so & was_said).sum(), was_said.sum(), is_so.sum()])


def _figures(label: str, counts: NDArray[np.int64]) -> LabelFigures:
    hits, said, support = (int(count) for count in counts)
    return LabelFigures(label, hits / max(1, said), hits / max(1, support), 2 * hits / max(1, said + support), support)


def _middle(values: Numbers) -> tuple[float, float]:
    kept = values[~np.isnan(values)]
    if not len(kept):
        return float("nan"), float("nan")
    low, high = np.quantile(kept, [(1 - SURE) / 2, (1 + SURE) / 2])
    return float(low), float(high)
