"""The linear parts of a topic head, and tickets in the shape in which they are fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
import torch
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

from advisor.reading.features import places_of, weighed
from advisor.reading.heads import Matrix
from index.encoder import Encoded
from training.minimise import minimise

Labels = NDArray[np.int64]  # (n,), numbers of topics
Looks = dict[str, Matrix]

SEED = 7
BITS = 16
MANY = 500  # topics, beyond which the sentence vector alone is looked at: the rest would take hours and gigabytes
SENTENCE_SCALE, INNER_SCALE = 8.0, 3.0
PENALTY = {"sentence": 2.0, "inner": 0.3, "tuned": 2.0}
AXES = 1024
SAMPLE = 3000  # texts that main axes are found on
WORK = 2e12  # products that one fit may take: the iterations are cut accordingly


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Where vectors are fitted: standardised, and turned to their main axes."""

    center: Matrix
    scale: Matrix
    turn: Matrix  # (dimension, axes)

    @classmethod
    def of(cls, vectors: Matrix, rng: np.random.Generator) -> Space:
        """The main axes of a sample of vectors."""
        sample = vectors[rng.permutation(len(vectors))[:SAMPLE]].astype(np.float32)
        center, scale = sample.mean(axis=0), sample.std(axis=0) + 1e-6
        turn = np.linalg.svd((sample - center) / scale, full_matrices=False)[2][:AXES].T
        return cls(center, scale, (turn * INNER_SCALE / np.sqrt(vectors.shape[1])).astype(np.float32))

    def turned(self, vectors: Matrix) -> Matrix:
        """Vectors in this space, (n, axes)."""
        found: Matrix = (((vectors - self.center) / self.scale) @ self.turn).astype(np.float32)
        return found

    def back(self, weights: Matrix, bias: Matrix) -> tuple[Matrix, Matrix]:
        """Weights and bias for vectors as they come."""
        own = (weights @ self.turn.T / self.scale).astype(np.float32)
        return own, (bias - own @ self.center).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Tickets in the shape in which the parts are fitted."""

    labels: tuple[str, ...]
    truth: Labels
    encoded: Encoded
    inner: Matrix  # (n, axes), in their space
    space: Space
    words: scipy.sparse.csr_matrix  # (n, 2^bits)
    rarity: Matrix

    def subset(self, rows: Labels) -> Material:
        """Some of the tickets."""
        return Material(
            self.labels, self.truth[rows], picked(self.encoded, rows), self.inner[rows], self.space, self.words[rows],
            self.rarity,
        )  # fmt: skip


def prepared(texts: Sequence[str], topics: Sequence[str], encoded: Encoded, *, seed: int) -> Material:
    """Bring tickets into the shape in which the parts are fitted."""
    labels = tuple(sorted(set(topics)))
    if len(labels) < 2:
        raise ValueError(f"topics must be at least 2, were: {', '.join(labels) or 'none'}")
    numbers = {label: number for number, label in enumerate(labels)}
    rng = np.random.default_rng(seed)
    space = Space.of(encoded.inner, rng)
    rarity = rarities(texts)
    use_words = len(labels) <= MANY
    words = [weighed(text, rarity) for text in texts] if use_words else []
    lengths = np.cumsum([0] + [len(places) for places, _ in words])
    rows = scipy.sparse.csr_matrix(
        (np.concatenate([values for _, values in words]), np.concatenate([places for places, _ in words]), lengths),
        shape=(len(texts), len(rarity)),
    ) if use_words else scipy.sparse.csr_matrix((len(texts), len(rarity)))  # fmt: skip
    truth = np.array([numbers[topic] for topic in topics], np.int64)
    return Material(labels, truth, encoded, space.turned(encoded.inner), space, rows, rarity)


def rarities(texts: Sequence[str]) -> Matrix:
    """How rare each hashed word and part of a word is: log((1 + n) / (1 + n with it)) + 1, (2^bits,)."""
    counts = np.zeros(1 << BITS, np.int64)
    for text in texts:
        for places in places_of(text, 1 << BITS):
            counts[np.unique(places)] += 1
    found: Matrix = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float16).astype(np.float32)
    return found


def fit_parts(material: Material) -> dict[str, tuple[Matrix, Matrix]]:
    """Weights (labels, features) and bias (labels,) of each part."""
    count = len(material.labels)
    dense = {"sentence": material.encoded.sentences * SENTENCE_SCALE}
    if count <= MANY:
        dense["inner"] = material.inner
    if material.encoded.tuned is not None:
        dense["tuned"] = material.encoded.tuned * SENTENCE_SCALE
    parts = {name: multinomial(rows, material.truth, count, PENALTY[name]) for name, rows in dense.items()}
    if count <= MANY:
        parts["words"] = margins(material.words, material.truth, count)
    return parts


def looks_of(parts: Mapping[str, tuple[Matrix, Matrix]], material: Material) -> Looks:
    """The scores of each part, (n, labels)."""
    rows: dict[str, Matrix] = {
        "sentence": material.encoded.sentences * SENTENCE_SCALE,
        "inner": material.inner,
        "words": material.words,
    }
    if material.encoded.tuned is not None:
        rows["tuned"] = material.encoded.tuned * SENTENCE_SCALE
    return {name: np.asarray(rows[name] @ weights.T + bias, np.float32) for name, (weights, bias) in parts.items()}


def for_serving(name: str, part: tuple[Matrix, Matrix], space: Space) -> tuple[Matrix, Matrix]:
    """Weights and bias for vectors as the encoder gives them."""
    weights, bias = part
    if name == "inner":
        return space.back(weights, bias)
    return (weights if name == "words" else weights * SENTENCE_SCALE), bias


def multinomial(rows: Matrix, truth: Labels, count: int, penalty: float) -> tuple[Matrix, Matrix]:
    """Multinomial logistic regression; the penalty is shared out over the rows."""
    features, target = torch.from_numpy(np.ascontiguousarray(rows, np.float32)), torch.from_numpy(truth)
    weights = torch.zeros(count, rows.shape[1], requires_grad=True)
    bias = torch.zeros(count, requires_grad=True)
    iterations = int(np.clip(WORK / (6 * len(rows) * rows.shape[1] * count), 10, 120))

    def loss() -> torch.Tensor:
        value = torch.nn.functional.cross_entropy(features @ weights.T + bias, target)
        return value + penalty * (weights**2).sum() / len(rows) + 1e-4 * (bias**2).sum()

    minimise([weights, bias], loss, most=iterations)
    return weights.detach().numpy(), bias.detach().numpy()


def margins(rows: scipy.sparse.csr_matrix, truth: Labels, count: int) -> tuple[Matrix, Matrix]:
    """One linear support vector machine a topic against the others; a topic without rows is never near."""
    weights, bias = np.zeros((count, rows.shape[1]), np.float32), np.full(count, -1.0, np.float32)
    present = np.unique(truth)
    if len(present) < 2:
        return weights, bias
    model = LinearSVC(C=0.5, random_state=SEED).fit(rows, truth)
    found, offsets = model.coef_, model.intercept_
    if len(present) == 2:
        found, offsets = np.concatenate([-found, found]), np.concatenate([-offsets, offsets])
    weights[present], bias[present] = found, offsets
    return weights, bias


def picked(encoded: Encoded, rows: Labels) -> Encoded:
    """Some of the texts."""
    tuned = None if encoded.tuned is None else encoded.tuned[rows]
    return Encoded(encoded.sentences[rows], encoded.inner[rows], (), (), tuned)
