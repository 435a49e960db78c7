"""Fits a linear head over vectors and hashed words, and calibrates it on rows that it was not fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from advisor.reading.features import Places, Weights
from advisor.reading.heads import Head, Matrix
from training.minimise import minimise

Targets = NDArray[np.float32]  # (n, labels), 0 or 1
SEED = 7
MOST_AXES = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a head is fitted."""

    exclusive: bool
    bits: int = 15  # of the hashed features
    strength: float = 10.0  # C: the inverse of the penalty on the weights
    parts: int = 5  # of the cross-validation that the calibration rests on


def fit(
    vectors: Matrix, words: Sequence[tuple[Places, Weights]], targets: Targets, recipe: Recipe
) -> tuple[Matrix, Matrix, Matrix]:
    """Fit dense weights, sparse weights and bias by logistic regression.

    Vectors are brought to one scale and to their main axes for fitting; the weights are turned back afterwards.
    """
    center, turn = axes(vectors)
    rows = sparse_rows(words, recipe.bits)
    features = scipy.sparse.hstack([scipy.sparse.csr_matrix((vectors - center) @ turn), rows]).tocsr()
    weights, bias = regressions(features, targets, recipe)
    size = turn.shape[1]
    dense = weights[:, :size] @ turn.T
    return dense.astype(np.float32), weights[:, size:].astype(np.float32), (bias - dense @ center).astype(np.float32)


def axes(vectors: Matrix) -> tuple[Matrix, Matrix]:
    """Center, and the turn to at most 512 main axes of the standardised vectors, so that rows have about length 1."""
    center = vectors.mean(axis=0)
    scale = vectors.std(axis=0) + 1e-6
    sample = (vectors[: 4 * MOST_AXES] - center) / scale
    turn = np.linalg.svd(sample, full_matrices=False)[2][:MOST_AXES].T
    turned: Matrix = (turn / scale[:, np.newaxis] / np.sqrt(vectors.shape[1])).astype(np.float32)
    return center, turned


def sparse_rows(words: Sequence[tuple[Places, Weights]], bits: int) -> scipy.sparse.csr_matrix:
    """Hashed features as a sparse matrix: (n, 2^bits)."""
    lengths = np.cumsum([0] + [len(places) for places, _ in words])
    places, weights = np.concatenate([one for one, _ in words]), np.concatenate([one for _, one in words])
    return scipy.sparse.csr_matrix((weights, places, lengths), shape=(len(words), 1 << bits))


def regressions(features: scipy.sparse.csr_matrix, targets: Targets, recipe: Recipe) -> tuple[Matrix, Matrix]:
    """One multinomial regression, or one regression a label: weights (labels, features) and bias (labels,)."""
    if not recipe.exclusive:
        each = [regress(features, column.astype(np.int64), recipe) for column in targets.T]
        return np.stack([model.coef_[0] for model in each]), np.array([model.intercept_[0] for model in each])
    model = regress(features, targets.argmax(axis=1), recipe)
    weights, bias = np.zeros((targets.shape[1], features.shape[1])), np.full(targets.shape[1], -30.0)
    found, offsets = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # one row stands for both
        found, offsets = np.concatenate([-found / 2, found / 2]), np.concatenate([-offsets / 2, offsets / 2])
    weights[model.classes_], bias[model.classes_] = found, offsets
    return weights, bias


def regress(features: scipy.sparse.csr_matrix, target: NDArray[np.int64], recipe: Recipe) -> LogisticRegression:
    """Fit one regression."""
    return LogisticRegression(C=recipe.strength, max_iter=300, tol=1e-3).fit(features, target)


def log_loss(scores: torch.Tensor, targets: torch.Tensor, *, exclusive: bool) -> torch.Tensor:
    """Mean cross-entropy, over labels or of each label."""
    if exclusive:
        return -(torch.log_softmax(scores, 1) * targets).sum(1).mean()
    return torch.nn.functional.binary_cross_entropy_with_logits(scores, targets)


def calibrate(scores: Matrix, targets: Targets, *, exclusive: bool) -> tuple[Matrix, Matrix]:
    """Slope and offset a label: temperature for a softmax (Guo et al. 2017), else Platt scaling."""
    labels = scores.shape[1]
    shared = torch.zeros(1, requires_grad=True)
    slopes, offsets = torch.zeros(labels, requires_grad=True), torch.zeros(labels, requires_grad=True)
    moving = [shared] if exclusive else [slopes, offsets]

    def loss() -> torch.Tensor:
        turned = torch.from_numpy(scores) * torch.exp(shared if exclusive else slopes) + offsets
        return log_loss(turned, torch.from_numpy(targets), exclusive=exclusive) + 1e-3 * sum(
            (part**2).sum() for part in moving
        )

    minimise(moving, loss, most=200)
    slope = torch.exp(shared).expand(labels) if exclusive else torch.exp(slopes)
    return slope.detach().numpy().astype(np.float32).copy(), offsets.detach().numpy().astype(np.float32)


def folds(count: int, *, parts: int = 5) -> NDArray[np.int64]:
    """A part for each row, shuffled, the same each time."""
    return np.random.default_rng(SEED).permutation(count) % parts


def fit_head(
    name: str,
    labels: Sequence[str],
    vectors: Matrix,
    words: Sequence[tuple[Places, Weights]],
    targets: Targets,
    recipe: Recipe,
    *,
    thresholds: str = "f1",
) -> tuple[Head, Matrix]:
    """Fit on all rows, calibrate on cross-validated scores; gives the head and those out-of-fold probabilities."""
    held = np.zeros_like(targets)
    part = folds(len(targets), parts=recipe.parts)
    for number in range(int(part.max()) + 1):
        train, test = np.flatnonzero(part != number), np.flatnonzero(part == number)
        dense, sparse, bias = fit(vectors[train], [words[row] for row in train.tolist()], targets[train], recipe)
        trial = bare(name, labels, dense, sparse, bias, exclusive=recipe.exclusive)
        held[test] = trial.scores(vectors[test], [words[row] for row in test.tolist()])
    slope, offset = calibrate(held, targets, exclusive=recipe.exclusive)
    dense, sparse, bias = fit(vectors, words, targets, recipe)
    turned = held * slope + offset
    chances = softmax(turned) if recipe.exclusive else 1 / (1 + np.exp(-turned))
    best = tuple(best_threshold(chances[:, column], targets[:, column], thresholds) for column in range(len(labels)))
    final = Head(
        name=name, labels=tuple(labels), exclusive=recipe.exclusive, dense=dense, sparse=sparse, bias=bias,
        slope=slope, offset=offset, thresholds=best,
    )  # fmt: skip
    return final, chances.astype(np.float32)


def bare(name: str, labels: Sequence[str], dense: Matrix, sparse: Matrix, bias: Matrix, *, exclusive: bool) -> Head:
    """A head that is not calibrated."""
    one, zero = np.ones(len(labels), np.float32), np.zeros(len(labels), np.float32)
    return Head(
        name=name, labels=tuple(labels), exclusive=exclusive, dense=dense, sparse=sparse, bias=bias, slope=one,
        offset=zero, thresholds=tuple(0.5 for _ in labels),
    )  # fmt: skip


def softmax(scores: Matrix) -> Matrix:
    """Shares of each row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return shares


def best_threshold(chances: Matrix, targets: Targets, measure: str) -> float:
    """The threshold of the best F1, or of the best F2 where a miss is worse than a false alarm; never below 0.2."""
    weight = {"f1": 1.0, "f2": 4.0}[measure]
    truth = targets > 0.5
    best = (0.0, 0.5)
    for threshold in np.arange(0.2, 0.96, 0.025):
        said = chances >= threshold
        hits, false, missed = (said & truth).sum(), (said & ~truth).sum(), (~said & truth).sum()
        score = (1 + weight) * hits / max(1, (1 + weight) * hits + weight * missed + false)
        best = max(best, (float(score), float(round(threshold, 3))), key=lambda one: one[0])
    return best[1]
