"""Articles that say nearly the same: passages of two articles that are nearest to each other, and near.

Two passages count where each is the nearest of the other's among all passages of other articles, and their cosine
reaches `NEAR`. Looked at on four help centres: from 0.85 on pairs share whole sentences; between 0.8 and 0.85 most are
only about one thing, as taking a photo and trouble with taking it; where there were no duplicates the nearest had 0.79.
All pairs are compared, block by block: seconds for a thousand articles, minutes for a hundred thousand passages.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.articles import Passage
from index.encoder.base import Vectors
from index.progress import Progress, silent
from index.store import Store

NEAR = 0.85
_BLOCK = 1_000  # passages compared with all others at once


@dataclass(frozen=True, slots=True)
class Alike:
    """Two passages that say nearly the same."""

    first: Passage
    second: Passage
    similarity: float  # cosine, -1 to 1


@dataclass(frozen=True, slots=True)
class Twins:
    """Two articles with such passages."""

    first: str  # article id; the smaller one
    second: str
    first_title: str
    second_title: str
    alike: tuple[Alike, ...]  # the nearest first
    share: float  # of the passages of the shorter article, 0 to 1


def twins(store: Store, *, near: float = NEAR, progress: Progress | None = None) -> list[Twins]:
    """Pairs of near-duplicate articles, those first that share most, then the nearest."""
    with store.reading():
        owners = store.owners()
        numbers, vectors = store.vectors(owners.numbers)
        pairs = _mutual(vectors, owners.owners, near, progress or silent)
        passages = store.passages(sorted({int(numbers[place]) for pair in pairs for place in pair[:2]}))
    found: dict[tuple[str, str], list[Alike]] = defaultdict(list)
    for one, other, similarity in pairs:
        first, second = sorted(
            (passages[int(numbers[one])], passages[int(numbers[other])]), key=lambda passage: passage.article_id
        )
        found[first.article_id, second.article_id].append(Alike(first, second, round(similarity, 4)))
    sizes = np.bincount(owners.owners, minlength=len(owners.articles)) if len(owners) else np.zeros(0, np.intp)
    length = {id: int(size) for id, size in zip(owners.articles, sizes, strict=True)}
    listed = [_twins(alike, length) for alike in found.values()]
    return sorted(listed, key=lambda one: (-one.share, -one.alike[0].similarity, one.first, one.second))


def _mutual(
    vectors: Vectors, owners: NDArray[np.int32], near: float, progress: Progress
) -> list[tuple[int, int, float]]:
    """Places of passages of two articles that are nearest to each other, and their cosine."""
    nearest, cosine = np.full(len(vectors), -1), np.full(len(vectors), -1.0, np.float32)
    for start in range(0, len(vectors), _BLOCK):
        progress("Comparing passages", start, len(vectors))
        block = slice(start, start + _BLOCK)
        similarities = vectors[block] @ vectors.T
        similarities[owners[block, None] == owners[None, :]] = -2.0
        nearest[block] = similarities.argmax(axis=1)
        cosine[block] = similarities.max(axis=1)
    progress("Comparing passages", len(vectors), len(vectors))
    return [
        (place, int(other), float(cosine[place]))
        for place, other in enumerate(nearest)
        if place < other and nearest[other] == place and cosine[place] >= near
    ]


def _twins(alike: Sequence[Alike], length: dict[str, int]) -> Twins:
    first, second = alike[0].first, alike[0].second
    shorter = min(length[first.article_id], length[second.article_id])
    ordered = tuple(sorted(alike, key=lambda one: (-one.similarity, one.first.number, one.second.number)))
    return Twins(first.article_id, second.article_id, first.title, second.title, ordered, len(alike) / shorter)
