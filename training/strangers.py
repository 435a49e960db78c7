"""What makes a ticket strange to all topics, and from where on it is: no example of a stranger is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from advisor.reading.heads import Matrix
from advisor.reading.topics import Strangeness, together, views
from index.progress import Progress
from training.topic_parts import MANY, Labels, Material, fit_parts, looks_of

FOLDS = 4
STRANGE_AXES = 256
NEIGHBOURS = 8000  # texts kept to find the nearest of
KEPT = (
    0.975  # of the tickets that are about a topic so many are told to be, where there are too few topics to leave out
)
LEAST_LEFT_OUT = 4  # topics from which some are left out in turn, to play the strangers
LOST = 10.0  # what a ticket costs whose topic is called unknown, against a stranger that is given a topic
MOST_KEPT = 0.985  # share of the tickets about a topic that are told to be, at most: the strangest few may be strangers


def measured_space(material: Material, *, seed: int) -> Strangeness:
    """What strangeness is measured against; the views' means and spreads are still missing."""
    axes = min(STRANGE_AXES, material.inner.shape[1], max(2, len(material.truth) // 4))
    rows = material.inner[:, :axes]
    present = np.unique(material.truth)
    middles = np.stack([rows[material.truth == one].mean(axis=0) for one in present])
    places = np.searchsorted(present, material.truth)
    within, overall = whitening(rows - middles[places]), whitening(rows - rows.mean(axis=0))
    turn = (material.space.turn[:, :axes] / material.space.scale[:, np.newaxis]).astype(np.float32)
    center = material.space.center @ turn + rows.mean(axis=0)
    return Strangeness(
        known=neighbours(material, seed=seed),
        turn=np.ascontiguousarray(turn.T),
        center=center.astype(np.float32),
        within=np.ascontiguousarray(within.T),
        topics=((middles - rows.mean(axis=0)) @ within).astype(np.float32),
        overall=np.ascontiguousarray(overall.T),
        means=np.zeros(4, np.float32),
        spreads=np.ones(4, np.float32),
        limit=float("inf"),
    )


def whitening(rows: Matrix) -> Matrix:
    """Turns rows so that their variation is alike in all directions; shrunk towards a ball by a tenth."""
    spread = (rows.T @ rows / len(rows)).astype(np.float64)
    spread += np.eye(len(spread)) * (0.1 * np.trace(spread) / len(spread) + 1e-9)
    return np.linalg.cholesky(np.linalg.inv(spread)).astype(np.float32)


def neighbours(material: Material, *, seed: int) -> Matrix:
    """The sentence vectors that are kept, shared out evenly over the topics."""
    order = np.random.default_rng(seed).permutation(len(material.truth))
    taken: dict[int, int] = {}
    rank = []
    for row in order.tolist():
        taken[int(material.truth[row])] = taken.get(int(material.truth[row]), 0) + 1
        rank.append(taken[int(material.truth[row])])
    chosen = order[np.argsort(rank, kind="stable")[:NEIGHBOURS]]
    kept: Matrix = material.encoded.sentences[np.sort(chosen)].astype(np.float16).astype(np.float32)
    return kept


def kept_share(
    material: Material, inside: Labels, part: Labels, shares: Mapping[str, float], *, seed: int, show: Progress
) -> float:
    """Which share of the tickets about a topic is best told to be: topics that are left out in turn play the strangers.

    Left-out topics are nearer than most strangers, so a lost ticket weighs more than one of theirs. Tickets that are
    told wrongly are left aside: where labels are noisy, many of them are strangers themselves.
    """
    count = len(material.labels)
    if not LEAST_LEFT_OUT <= count <= MANY:
        return KEPT
    group = np.random.default_rng(seed).permutation(count) % FOLDS
    known, strangers = [], []
    for number in range(FOLDS):
        show("Leaving topics out", number, FOLDS)
        out = group[material.truth[inside]] == number
        learnt = without_gaps(material.subset(inside[(part != number) & ~out]))
        if len(learnt.labels) < 2:
            return KEPT
        space, parts = measured_space(learnt, seed=seed), fit_parts(learnt)
        both = [material.subset(inside[(part == number) & rows]) for rows in (~out, out)]
        looks = [looks_of(parts, one) for one in both]
        seen = [views(space, one.encoded, look) for one, look in zip(both, looks, strict=True)]
        told = np.array(learnt.labels)[together(looks[0], shares).argmax(axis=1)]
        right = told == np.array(material.labels)[both[0].truth]
        if not right.any() or not len(both[1].truth):
            continue
        seen[0] = seen[0][right]
        means, spreads = seen[0].mean(axis=0), seen[0].std(axis=0) + 1e-6
        known.append(((seen[0] - means) / spreads).mean(axis=1))
        strangers.append(((seen[1] - means) / spreads).mean(axis=1))
    show("Leaving topics out", FOLDS, FOLDS)
    if not known:
        return KEPT
    own, other = np.concatenate(known), np.concatenate(strangers)
    limits = np.quantile(own, np.linspace(0.8, MOST_KEPT, 100))
    gains = [LOST * (own < limit).mean() + (other >= limit).mean() for limit in limits]
    return float((own < limits[int(np.argmax(gains))]).mean())


def without_gaps(material: Material) -> Material:
    """The same tickets, their topics numbered without those that have none."""
    present, truth = np.unique(material.truth, return_inverse=True)
    labels = tuple(material.labels[number] for number in present.tolist())
    return replace(material, labels=labels, truth=truth.astype(np.int64))


def with_limit(strange: Strangeness, seen: Matrix, right: NDArray[np.bool_], kept: float) -> Strangeness:
    """Standardise the views on unseen tickets; the limit leaves the share `kept` of those told rightly known."""
    sound = seen[right] if right.any() else seen
    means, spreads = sound.mean(axis=0), sound.std(axis=0) + 1e-6
    limit = float(np.quantile(((sound - means) / spreads).mean(axis=1), kept))
    return replace(strange, means=means, spreads=spreads, limit=limit)
