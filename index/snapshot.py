"""One state of the knowledge base, ready for searching, and its replacement by a newer one."""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from index.articles import Article, Passage
from index.encoder.base import Encoder, Vectors
from index.errors import KnowledgeError
from index.lexical import Stemmer, Vocabulary
from index.progress import Progress, silent
from index.store import Store
from index.vectors import VectorIndex

_LEXICAL_CANDIDATES = 100
_DENSE_CANDIDATES = 50
_AT_ONCE = 2_000  # vectors read between two steps of the bar


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage by number, with its two figures."""

    passage_id: int
    article_id: str
    similarity: float  # cosine, -1 to 1
    lexical: float  # BM25 over the best BM25 of this search, 0 to 1; 0 beyond the 100 best


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A reader keeps it whole while a newer one is made."""

    generation: int
    fingerprint: str
    vectors: VectorIndex
    owners: dict[int, str]  # passage number: article id
    vocabulary: Vocabulary
    _read: dict[int, tuple[Passage, Article]] = field(default_factory=dict)

    def candidates(self, store: Store, vector: Vectors, query: str | None, *, k: int) -> list[Candidate]:
        """Find passages near by meaning or by words, in no order."""
        near = self.vectors.search(vector, k=max(_DENSE_CANDIDATES, 4 * k))
        similarities = {one.id: one.similarity for one in near}
        scores = dict(store.lexical(query, limit=_LEXICAL_CANDIDATES)) if query else {}
        others = [number for number in scores if number in self.owners and number not in similarities]
        products = self.vectors.vectors(others) @ vector.reshape(-1)
        similarities |= dict(zip(others, products.tolist(), strict=True))
        best = max(scores.values(), default=0.0) or 1.0
        return [
            Candidate(number, self.owners[number], similarity, max(0.0, scores.get(number, 0.0) / best))
            for number, similarity in similarities.items()
        ]

    def read(self, store: Store, ids: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """Give passages with their articles by number; each is read from disk once."""
        unread = [number for number in ids if number not in self._read]
        for number, passage in store.passages(unread).items():
            article = store.article(passage.article_id)
            if article is not None:
                self._read[number] = (passage, article)
        return {number: self._read[number] for number in ids if number in self._read}


class Snapshots:
    """Holds the current state; a change by any process is noticed at the next search."""

    def __init__(self, folder: Path, store: Store, encoder: Encoder) -> None:
        """Take the folder of the vector file, which is a cache: without it vectors come from the database."""
        self._folder = folder
        self._store = store
        self._encoder = encoder
        self._stemmer = Stemmer()
        self._lock = threading.Lock()
        self._current: Snapshot | None = None

    def current(self, progress: Progress | None = None) -> Snapshot:
        """Give the state of the database as it is now."""
        current = self._current
        if current is not None and current.generation == self._store.generation:
            return current
        with self._lock:
            current = self._current
            if current is None or current.generation != self._store.generation:
                self._current = current = self._make(current, progress or silent)
        return current

    def _make(self, old: Snapshot | None, progress: Progress) -> Snapshot:
        with self._store.reading():
            if self._store.encoder not in ("", self._encoder.fingerprint):
                raise KnowledgeError("the passages were embedded anew with another encoder: start this program again")
            owners = self._store.owners()
            vectors = self._vectors(old, owners, progress)
            versions = sorted((id, version) for id, (_, version) in self._store.versions().items())
            text = f"{self._encoder.fingerprint} {versions}"
            return Snapshot(
                generation=self._store.generation,
                fingerprint=hashlib.sha256(text.encode()).hexdigest()[:16],
                vectors=vectors,
                owners=owners,
                vocabulary=Vocabulary(self._stemmer, self._store.frequencies(), len(owners)),
            )

    def _vectors(self, old: Snapshot | None, owners: dict[int, str], progress: Progress) -> VectorIndex:
        """Bring the last vectors, or those of the file, up to date with the database."""
        encoder = self._encoder
        loaded = VectorIndex.load(self._folder, dimension=encoder.dimension, fingerprint=encoder.fingerprint)
        vectors = loaded or (old.vectors.copy() if old is not None else VectorIndex(encoder.dimension))
        known = vectors.ids
        new = [number for number in owners if number not in known]
        gone = [number for number in known if number not in owners]
        if loaded is not None and not new and not gone:
            return vectors
        vectors.remove(gone)
        for start in range(0, len(new), _AT_ONCE):
            progress("Building the vector index", start, len(new))
            rows = self._store.vectors(new[start : start + _AT_ONCE])
            vectors.add(list(rows), np.stack(list(rows.values())))
        if new:
            progress("Building the vector index", len(new), len(new))
        vectors.save(self._folder, fingerprint=encoder.fingerprint)
        return vectors
