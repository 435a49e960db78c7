"""Keeps the vectors that are searched in step with the database: chosen by size, trained, brought up to date, saved."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.owners import Numbers, Owners
from index.progress import Progress
from index.store import Store
from index.vector_file import Kind
from index.vectors import SAMPLE, CompressedIndex, VectorIndex, lists_for, load

COMPRESS_ABOVE = 30_000  # passages; an exact search of so many takes some 4 ms
TRAIN_AGAIN = 4  # when there are more than so many times the passages it was trained on
_AT_ONCE = 2_000  # vectors read between two steps of the bar


@dataclass(frozen=True, slots=True, eq=False)
class Behind:
    """What vectors lack to be in step with the database."""

    new: Numbers  # to be added
    gone: Numbers  # to be removed

    def __bool__(self) -> bool:
        """Tell whether there is anything to be done."""
        return bool(len(self.new) or len(self.gone))


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Takes the folder of the vector file, which is a cache: without it vectors come from the database."""

    folder: Path
    store: Store
    fingerprint: str  # of the encoder
    dimension: int
    compress_above: int = COMPRESS_ABOVE  # passages

    def in_step(self, owners: Owners, old: VectorIndex | None, progress: Progress) -> VectorIndex:
        """Bring the vectors of the file, or the last ones, up to date with the database, and save them."""
        saved = self.saved(owners)
        vectors = saved if saved is not None else self._begun(owners, old, progress)
        lacking = behind(vectors, owners)
        if vectors is saved and not lacking:
            return vectors
        vectors.remove(lacking.gone)
        self._add(vectors, lacking.new, progress)
        vectors.save(self.folder, fingerprint=self.fingerprint)
        return vectors

    def saved(self, owners: Owners) -> VectorIndex | None:
        """Load the file; None where it is missing, damaged, or not what so many passages need."""
        found = load(self.folder, self.store.vectors, dimension=self.dimension, fingerprint=self.fingerprint)
        return found if found is not None and self._serves(found, owners) else None

    def _begun(self, owners: Owners, old: VectorIndex | None, progress: Progress) -> VectorIndex:
        if old is not None and self._serves(old, owners):
            return old.copy()
        if len(owners) <= self.compress_above:
            return VectorIndex(self.dimension)
        return self._trained(owners, progress)

    def _serves(self, vectors: VectorIndex, owners: Owners) -> bool:
        """Tell whether vectors are of the kind that so many passages need, trained on enough of them."""
        if len(owners) <= self.compress_above:
            return vectors.kind is Kind.EXACT
        return vectors.kind is Kind.COMPRESSED and len(owners) <= TRAIN_AGAIN * vectors.trained

    def _trained(self, owners: Owners, progress: Progress) -> VectorIndex:
        progress("Training the vector index", 0, 1)
        size = min(len(owners), SAMPLE * lists_for(len(owners)))
        sample = np.random.default_rng(0).choice(owners.numbers, size, replace=False)
        _, rows = self.store.vectors(sample)
        trained = CompressedIndex.train(rows, self.store.vectors, passages=len(owners))
        progress("Training the vector index", 1, 1)
        return trained

    def _add(self, vectors: VectorIndex, new: Numbers, progress: Progress) -> None:
        for start in range(0, len(new), _AT_ONCE):
            progress("Building the vector index", start, len(new))
            vectors.add(*self.store.vectors(new[start : start + _AT_ONCE]))
        if len(new):
            progress("Building the vector index", len(new), len(new))


def behind(vectors: VectorIndex, owners: Owners) -> Behind:
    """Compare the numbers of vectors with those of the passages."""
    known = vectors.ids
    new = np.setdiff1d(owners.numbers, known, assume_unique=True)
    return Behind(new, np.setdiff1d(known, owners.numbers, assume_unique=True))
