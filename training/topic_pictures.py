"""The pictures of a training: the confusions, and how much of each topic is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from training.labelled import Row
from training.measures import wilson
from training.report import CONFUSIONS, Chances, Codes, Figures, codes_of

MOST_IN_A_PICTURE = 1000  # topics of a whole matrix


def pictures(rows: Sequence[Row], labels: Sequence[str], chances: Chances, figures: Figures) -> Mapping[str, str]:
    """SVG texts by file name: the confusions, and the topics by their F1."""
    from advisor import charts

    names, matrix = matrix_of(labels, codes_of(rows, labels), chances.argmax(axis=1))
    worst = sorted(figures.topics, key=lambda one: one.f1)
    recalls = [
        charts.Bar(one.label, one.recall, *wilson(round(one.recall * one.support), one.support)) for one in worst
    ]
    return {
        "report.svg": charts.confusion(names, matrix, f"Topics: what was read, {figures.basis}"),
        "topics.svg": charts.bars(recalls, f"Topics: share that is found, {figures.basis}", axis="Recall"),
    }


def matrix_of(labels: Sequence[str], truth: Codes, said: Codes) -> tuple[list[str], NDArray[np.int64]]:
    """Counts of what is so by what was said; of very many topics the most confused, the others as one."""
    if len(labels) <= MOST_IN_A_PICTURE:
        matrix = np.zeros((len(labels), len(labels)), np.int64)
        np.add.at(matrix, (truth, said), 1)
        return list(labels), matrix
    pairs = Counter(zip(truth[truth != said].tolist(), said[truth != said].tolist(), strict=True))
    kept: list[int] = []
    for pair, _ in pairs.most_common():
        kept += [place for place in pair if place not in kept]
        if len(kept) >= CONFUSIONS:
            break
    other = len(kept)
    code = {place: number for number, place in enumerate(kept)}
    matrix = np.zeros((other + 1, other + 1), np.int64)
    for one, two in zip(truth.tolist(), said.tolist(), strict=True):
        matrix[code.get(one, other), code.get(two, other)] += 1
    return [*(labels[place] for place in kept), "(all others)"], matrix
