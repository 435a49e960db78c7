"""How many of the truly nearest passages a vector index finds."""

from collections.abc import Iterator

import numpy as np

from index.encoder.base import Vectors, unit
from index.owners import Numbers, Owners
from index.progress import Progress
from index.store import Store
from index.vectors import VectorIndex

NEAREST = 10
QUERIES = 100
MEASURED = f"{QUERIES} stored vectors with Gaussian noise of length 1 (cosine .71), against all vectors in knowledge.db"
_AT_ONCE = 10_000  # vectors read between two steps of the bar


def measured_recall(vectors: VectorIndex, store: Store, owners: Owners, progress: Progress) -> float:
    """Give the share of the 10 nearest that is found, 0 to 1; the queries are the same each time."""
    queries = _queries(store, owners)
    true = _nearest(queries, store, owners, progress)
    shares = [
        len(np.intersect1d(vectors.search(query, k=NEAREST)[0], nearest)) / len(nearest)
        for query, nearest in zip(queries, true, strict=True)
    ]
    return float(np.mean(shares))


def _queries(store: Store, owners: Owners) -> Vectors:
    random = np.random.default_rng(0)
    _, rows = store.vectors(random.choice(owners.numbers, min(QUERIES, len(owners)), replace=False))
    return unit(rows + unit(random.standard_normal(rows.shape, np.float32)))


def _nearest(queries: Vectors, store: Store, owners: Owners, progress: Progress) -> Numbers:
    """Give the numbers of the nearest passages of each query, (queries, 10 or all there are), in no order."""
    numbers, similarities = np.zeros((len(queries), 0), np.int64), np.zeros((len(queries), 0), np.float32)
    for some, rows in _every(store, owners, progress):
        numbers = np.hstack([numbers, np.broadcast_to(some, (len(queries), len(some)))])
        similarities = np.hstack([similarities, queries @ rows.T])
        best = np.argsort(-similarities, axis=1, kind="stable")[:, :NEAREST]
        numbers, similarities = np.take_along_axis(numbers, best, 1), np.take_along_axis(similarities, best, 1)
    return numbers


def _every(store: Store, owners: Owners, progress: Progress) -> Iterator[tuple[Numbers, Vectors]]:
    for start in range(0, len(owners), _AT_ONCE):
        progress("Measuring recall", start, len(owners))
        yield store.vectors(owners.numbers[start : start + _AT_ONCE])
    progress("Measuring recall", len(owners), len(owners))
