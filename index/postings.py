"""In which passages a stem stands and how much it tells there: the BM25 of SQLite's full-text search, kept in memory.

The postings of a stem are read when it is first asked for. Asked for again it costs microseconds, where
`bm25()` counts the passages of every word anew. The figures are those of `bm25()` to the last bit: the same
formula (Robertson, Zaragoza 2009, k1 = 1.2, b = 0.75), summed up in the same order.
"""

import math
import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.owners import Numbers, Owners, Places

K1 = 1.2  # how soon more of the same word tells nothing new
B = 0.75  # how much a long passage is held against it
LEAST_RARITY = 1e-6  # of a stem that stands in more than half of the passages
_MOST_KEPT = 3_000_000  # postings in memory, 16 bytes each

Scores = NDArray[np.float64]  # (n,) BM25, higher is better
Occurrences = Callable[[str], tuple[Numbers, bool]]
"""Gives the passage of each time a stem is told, ascending, and whether it may be kept: false of another state."""


class Postings:
    """Finds the passages that tell most of some stems; any thread may ask."""

    def __init__(
        self, owners: Owners, lengths: NDArray[np.int32], frequencies: Mapping[str, int], occurrences: Occurrences
    ) -> None:
        """Take passages with their lengths in words, (n,), in how many of them each stem stands, and the reader."""
        self._owners = owners
        self._lengths = lengths
        self._mean = int(lengths.sum(dtype=np.int64)) / max(1, len(lengths))
        self._frequencies = frequencies
        self._occurrences = occurrences
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Places, Scores]] = {}
        self._many = 0

    def best(self, stems: Sequence[str], *, limit: int) -> tuple[Places, Scores]:
        """Give places of passages that hold any of the stems, with their scores, best first."""
        told = [self._kept.get(stem) or self._read(stem) for stem in stems]
        if not told:
            return np.zeros(0, np.int64), np.zeros(0)
        scores = _sums(np.concatenate([places for places, _ in told]), np.concatenate([parts for _, parts in told]))
        found = np.flatnonzero(scores > 0)
        if len(found) > limit:
            found = found[scores[found] >= np.partition(scores[found], -limit)[-limit]]
        order = np.argsort(-scores[found], kind="stable")[:limit]
        return found[order], scores[found[order]]

    def _read(self, stem: str) -> tuple[Places, Scores]:
        numbers, lasting = self._occurrences(stem)
        numbers, counts = np.unique(numbers, return_counts=True)
        places, there = self._owners.places_there(numbers)
        told = places, self._scores(stem, places, counts[there])
        if lasting:
            self._keep(stem, told)
        return told

    def _scores(self, stem: str, places: Places, counts: NDArray[np.int64]) -> Scores:
        frequency, passages = self._frequencies[stem], len(self._lengths)
        rarity = math.log((passages - frequency + 0.5) / (frequency + 0.5))
        rarity = rarity if rarity > 0 else LEAST_RARITY
        length = K1 * (1 - B + B * self._lengths[places].astype(np.float64) / self._mean)
        return rarity * ((counts * (K1 + 1.0)) / (counts + length))

    def _keep(self, stem: str, told: tuple[Places, Scores]) -> None:
        with self._lock:
            if self._many + len(told[0]) > _MOST_KEPT:
                self._kept, self._many = {}, 0
            if stem not in self._kept:
                self._kept[stem] = told
                self._many += len(told[0])


def _sums(places: Places, parts: Scores) -> Scores:
    """Add up the parts of each place, in the order in which they are given."""
    return np.bincount(places, parts).astype(np.float64, copy=False)
