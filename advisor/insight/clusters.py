"""Texts that belong together, by their vectors; the only file of this room that knows scikit-learn.

Average linkage over cosines, joined for as long as two groups are on average nearer than a threshold. Measured on 3,000
sentences of 77 and of 151 intents, and on 600 of 77, it holds what one would call one matter best at the same threshold
whatever the number of texts; HDBSCAN put 524 of the 600 into one cluster.

The table of all pairs would need gigabytes from some ten thousand texts on. So more than `WHOLE` texts are first cut
into blocks by k-means, joined within their blocks, and the groups then joined across blocks by the same measure: the
mean cosine of all pairs of two groups is the product of their mean vectors.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.exceptions import ConvergenceWarning

Vectors = NDArray[np.float32]  # (n, dimension), unit rows
Places = NDArray[np.intp]  # (n,) places in what was given
Labels = NDArray[np.intp]  # (n,) one name a group, from 0

TOGETHER = 0.6  # mean cosine from which two groups are one; see `clusters`
WHOLE = 4_000  # texts whose pairs are held at once, 128 MB
LEAST = 3  # texts that make a group

Step = Callable[[int, int], None]  # texts done, texts in all


@dataclass(frozen=True, slots=True)
class Cluster:
    """Texts that belong together."""

    members: tuple[int, ...]  # places, from the middle outwards
    similarities: tuple[float, ...]  # of each to the middle, -1 to 1
    middle: tuple[float, ...]  # unit vector


def clusters(
    vectors: Vectors, *, together: float = TOGETHER, least: int = LEAST, step: Step | None = None
) -> list[Cluster]:
    """The groups of at least so many texts, the largest first; the same whenever the vectors are the same.

    Texts that belong to none are left out.
    """
    labels = _labels(np.ascontiguousarray(vectors, np.float32), together, step or (lambda done, total: None))
    sizes = np.bincount(labels, minlength=1)
    groups = [np.flatnonzero(labels == label) for label in np.flatnonzero(sizes >= least)]
    found = [_cluster(vectors, group) for group in groups]
    return sorted(found, key=lambda one: (-len(one.members), one.members))


def _labels(vectors: Vectors, together: float, step: Step) -> Labels:
    total = len(vectors)
    if total <= WHOLE:
        labels = _joined(vectors, together)
        step(total, total)
        return labels
    labels, done, names = np.zeros(total, np.intp), 0, 0
    for block in _blocks(vectors):
        labels[block] = names + _joined(vectors[block], together)
        names, done = int(labels[block].max()) + 1, done + len(block)
        step(done, total)
    return _across(vectors, labels, together)


def _joined(vectors: Vectors, together: float) -> Labels:
    """One label a text."""
    if len(vectors) < 2:
        return np.zeros(len(vectors), np.intp)
    apart = np.clip(1.0 - vectors @ vectors.T, 0.0, 2.0)
    return _linked(apart, together)


def _linked(apart: NDArray[np.float32], together: float) -> Labels:
    joining = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1.0 - together
    )
    labels: Labels = joining.fit_predict(apart)
    return labels


def _blocks(vectors: Vectors) -> list[Places]:
    """Near texts in one block, none of more than `WHOLE` texts."""
    waiting, done = [np.arange(len(vectors))], []
    while waiting:
        block = waiting.pop()
        if len(block) <= WHOLE:
            done.append(block)
            continue
        parts = min(8, math.ceil(2 * len(block) / WHOLE))
        with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):  # fewer texts than parts differ
            labels = KMeans(parts, n_init=1, max_iter=25, random_state=0).fit_predict(vectors[block])
        cut = [block[labels == label] for label in np.unique(labels)]
        # texts that are all alike cannot be told apart
        waiting += cut if len(cut) > 1 else np.array_split(block, parts)
    return done


def _across(vectors: Vectors, labels: Labels, together: float) -> Labels:
    """Join groups that a border between blocks has cut, and give single texts to the group that they are near."""
    sizes = np.bincount(labels)
    sums = np.zeros((len(sizes), vectors.shape[1]), np.float32)
    np.add.at(sums, labels, vectors)
    groups = np.flatnonzero(sizes > 1)[np.argsort(-sizes[sizes > 1], kind="stable")][:WHOLE]
    if len(groups) < 2:
        return labels
    means = sums[groups] / sizes[groups, None]
    joined = _linked(np.clip(1.0 - means @ means.T, 0.0, 2.0), together)
    names = np.arange(len(sizes))
    names[groups] = groups[np.unique(joined, return_index=True)[1]][joined]
    return _with_single(vectors, names[labels], together)


def _with_single(vectors: Vectors, labels: Labels, together: float) -> Labels:
    sizes = np.bincount(labels)
    sums = np.zeros((len(sizes), vectors.shape[1]), np.float32)
    np.add.at(sums, labels, vectors)
    groups, single = np.flatnonzero(sizes > 1), np.flatnonzero(sizes[labels] == 1)
    if not len(groups) or not len(single):
        return labels
    near = vectors[single] @ (sums[groups] / sizes[groups, None]).T
    best = near.argmax(axis=1)
    there = near[np.arange(len(single)), best] >= together
    labels = labels.copy()
    labels[single[there]] = groups[best[there]]
    return labels


def _cluster(vectors: Vectors, group: Places) -> Cluster:
    middle = vectors[group].mean(axis=0)
    middle /= max(float(np.linalg.norm(middle)), 1e-12)
    near = vectors[group] @ middle
    order = np.lexsort((group, -near.round(6)))
    return Cluster(tuple(group[order].tolist()), tuple(near[order].round(4).tolist()), tuple(middle.tolist()))
