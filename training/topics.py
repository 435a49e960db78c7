"""Fits a topic head: its parts, how much each counts, and what is strange.

Shares and the views of strangeness rest on tickets that the parts were not fitted on; copies of a text
stand in one fold. No example of a ticket outside the topics is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from advisor.errors import ModelError
from advisor.reading.heads import Matrix
from advisor.reading.topics import Part, TopicHead, log_softmax, together, views
from index.encoder import Encoded
from index.progress import Progress, silent
from training.minimise import minimise
from training.splits import folds, groups_of, hashes_of
from training.strangers import FOLDS, kept_share, measured_space, with_limit
from training.topic_parts import SEED, Labels, Looks, Material, fit_parts, for_serving, looks_of, prepared

FOLDED = 20_000  # texts that the folds are made of, at most


def fit_topics(
    texts: Sequence[str],
    topics: Sequence[str],
    encoded: Encoded,
    *,
    seed: int = SEED,
    progress: Progress | None = None,
) -> TopicHead:
    """Fit and calibrate a head for at least two topics."""
    show = progress or silent
    material = prepared(texts, topics, encoded, seed=seed)
    inside, part = folded(material, hashes_of(texts), seed=seed)
    held: list[Looks] = []
    seen: list[Matrix] = []
    for number in range(FOLDS):
        show("Fitting", number, FOLDS + 1)
        train, test = inside[part != number], material.subset(inside[part == number])
        parts = fit_parts(material.subset(train))
        held.append(looks_of(parts, test))
        strange = measured_space(material.subset(train), seed=seed)
        seen.append(views(strange, test.encoded, held[-1]))
    show("Fitting", FOLDS, FOLDS + 1)
    order = np.concatenate([inside[part == number] for number in range(FOLDS)])
    looks = {name: np.concatenate([one[name] for one in held]) for name in held[0]}
    shares = stacked(looks, material.truth[order])
    right = together(looks, shares).argmax(axis=1) == material.truth[order]
    parts = fit_parts(material)
    kept = kept_share(material, inside, part, shares, seed=seed, show=show)
    strange = with_limit(measured_space(material, seed=seed), np.concatenate(seen), right, kept)
    show("Fitting", FOLDS + 1, FOLDS + 1)
    return TopicHead(
        labels=material.labels,
        parts={name: Part(*for_serving(name, parts[name], material.space), shares[name]) for name in parts},
        rarity=material.rarity,
        strangeness=strange,
    )


def out_of_fold(
    texts: Sequence[str],
    topics: Sequence[str],
    encoded: Encoded,
    *,
    groups: Labels | None = None,
    seed: int = SEED,
    progress: Progress | None = None,
) -> Matrix:
    """Calibrated probabilities by heads that were not fitted on the ticket, (n, labels), labels sorted by name."""
    show = progress or silent
    material = prepared(texts, topics, encoded, seed=seed)
    own = groups_of(hashes_of(texts)) if groups is None else groups
    part = folds(own, topics, parts=FOLDS, seed=seed + 1)
    held: list[Looks] = []
    for number in range(FOLDS):
        show("Reading each text with a head that has not seen it", number, FOLDS)
        parts = fit_parts(material.subset(np.flatnonzero(part != number)))
        held.append(looks_of(parts, material.subset(np.flatnonzero(part == number))))
    show("Reading each text with a head that has not seen it", FOLDS, FOLDS)
    order = np.concatenate([np.flatnonzero(part == number) for number in range(FOLDS)])
    looks = {name: np.concatenate([one[name] for one in held]) for name in held[0]}
    shares = stacked(looks, material.truth[order])
    summed = together(looks, shares)
    found = np.zeros_like(summed)
    found[order] = np.exp(log_softmax(summed))
    return found


def folded(material: Material, hashes: NDArray[np.uint64], *, seed: int) -> tuple[Labels, Labels]:
    """The rows that folds are made of, and the fold of each."""
    rows = np.sort(np.random.default_rng(seed).permutation(len(hashes))[:FOLDED])
    names = [material.labels[number] for number in material.truth[rows].tolist()]
    groups = groups_of(hashes[rows])
    if groups.max() + 1 < FOLDS:
        raise ModelError(
            f"the texts must be at least {FOLDS} different ones, were: {groups.max() + 1} "
            "(case, digits and punctuation do not count): label more texts"
        )
    return rows, folds(groups, names, parts=FOLDS, seed=seed)


def stacked(looks: Looks, truth: Labels) -> dict[str, float]:
    """How much each part counts: the shares with the highest likelihood on tickets that the parts had not seen.

    So their sum is calibrated, too: a temperature (Guo et al., ICML 2017) is in them. They are drawn towards equal
    shares where there are few tickets.
    """
    names = list(looks)
    start = {"words": 4.0}
    rows = torch.stack([torch.from_numpy(prepared_look(name, looks[name])) for name in names])
    logs = torch.tensor([np.log(start.get(name, 1.0)) for name in names], dtype=torch.float32)
    moved = torch.zeros(len(names), requires_grad=True)
    target = torch.from_numpy(truth)

    def loss() -> torch.Tensor:
        summed = (torch.exp(logs + moved)[:, None, None] * rows).sum(0)
        return (
            torch.nn.functional.cross_entropy(summed, target) + 20.0 / len(truth) * ((moved - moved.mean()) ** 2).sum()
        )

    minimise([moved], loss, most=100)
    return dict(zip(names, torch.exp(logs + moved).detach().tolist(), strict=True))


def prepared_look(name: str, look: Matrix) -> Matrix:
    """A part's scores as they are summed."""
    return look if name == "words" else log_softmax(look)
