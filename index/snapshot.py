"""One state of the knowledge base, ready for searching, and its replacement by a newer one."""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from index.articles import Article, Passage
from index.encoder.base import Vectors
from index.errors import KnowledgeError
from index.lexical import Stemmer, Vocabulary
from index.owners import Numbers, Owners, Places
from index.postings import Postings, Scores
from index.progress import Progress, silent
from index.store import Store
from index.upkeep import Upkeep
from index.vectors import VectorIndex

LEXICAL_WEIGHT = 0.25
_LEXICAL_CANDIDATES = 100
_DENSE_CANDIDATES = 50
Read = dict[int, tuple[Passage, Article]]  # by the number of the passage
_MOST_READ = 20_000  # passages, and articles, kept in memory once read


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Passages that may be meant, best first: each list has one entry a passage."""

    numbers: list[int]  # of the passages
    articles: list[int]  # the same number, the same article
    similarities: list[float]  # cosine, -1 to 1
    lexical: list[float]  # BM25 over the best BM25 of this search, 0 to 1; 0 beyond the 100 best
    scores: list[float]  # similarity + 0.25 × lexical

    def by_article(self, *, k: int, each: int) -> list[list[int]]:
        """Give the rows of the k best articles, at most so many of each."""
        groups: dict[int, list[int]] = {}
        for row, article in enumerate(self.articles):
            groups.setdefault(article, []).append(row)
        return [group[:each] for group in list(groups.values())[:k]]


@dataclass(slots=True, eq=False)
class Kept:
    """What was read of a state, so that it is read once."""

    passages: Read = field(default_factory=dict)
    articles: dict[str, Article | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A reader keeps it whole while a newer one is made."""

    generation: int
    fingerprint: str
    vectors: VectorIndex
    owners: Owners
    vocabulary: Vocabulary
    postings: Postings
    _kept: Kept = field(default_factory=Kept)

    def candidates(self, text: str, vector: Vectors, *, k: int) -> Candidates:
        """Find passages near by meaning or by words."""
        owners = self.owners
        numbers, near = self.vectors.search(vector, k=max(_DENSE_CANDIDATES, 4 * k))
        told, bm25 = self.postings.best(self.vocabulary.rarest(text), limit=_LEXICAL_CANDIDATES)
        lexical, found = np.zeros(len(owners)), np.zeros(len(owners), bool)
        lexical[told] = bm25 / bm25[:1]
        found[owners.places(numbers)] = True
        others, rows = self.vectors.known(owners.numbers[told[~found[told]]])
        similarities = np.concatenate([near, rows @ vector.reshape(-1)]).astype(np.float64)
        return self._ordered(owners.places(np.concatenate([numbers, others])), similarities, lexical)

    def read(self, store: Store, ids: Sequence[int]) -> Read:
        """Give passages with their articles by number; each is read from disk once."""
        kept = self._kept.passages
        found = {number: there for number in ids if (there := kept.get(number)) is not None}
        if len(found) < len(ids):
            found |= self._read(store, [number for number in ids if number not in found])
        return found

    def article(self, store: Store, id: str) -> Article | None:
        """Give an article, None where there is none of this id; each is read from disk once."""
        kept = self._kept.articles
        if id in kept:
            return kept[id]
        if len(kept) > _MOST_READ:
            self._kept.articles = kept = {}
        return kept.setdefault(id, store.article(id))

    def _read(self, store: Store, ids: Sequence[int]) -> Read:
        found: Read = {}
        for number, passage in store.passages(ids).items():
            article = self.article(store, passage.article_id)
            if article is not None:
                found[number] = (passage, article)
        if len(self._kept.passages) > _MOST_READ:
            self._kept.passages = {}
        self._kept.passages.update(found)
        return found

    def _ordered(self, places: Places, similarities: Scores, every: Scores) -> Candidates:
        lexical = every[places]
        scores = similarities + LEXICAL_WEIGHT * lexical
        order = np.lexsort((places, -scores))
        places = places[order]
        return Candidates(
            numbers=self.owners.numbers[places].tolist(),
            articles=self.owners.owners[places].tolist(),
            similarities=similarities[order].tolist(),
            lexical=lexical[order].tolist(),
            scores=scores[order].tolist(),
        )


class Snapshots:
    """Holds the current state; a change by any process is noticed at the next search."""

    def __init__(self, store: Store, upkeep: Upkeep) -> None:
        """Take the database, and what keeps the vectors in step with it."""
        self._store = store
        self._upkeep = upkeep
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
        encoder = self._upkeep.fingerprint
        with self._store.reading():
            if self._store.encoder not in ("", encoder):
                raise KnowledgeError("the passages were embedded anew with another encoder: start this program again")
            owners, frequencies = self._store.owners(), self._store.frequencies()
            generation, lengths = self._store.generation, self._store.lengths()
            vectors = self._upkeep.in_step(owners, old.vectors if old is not None else None, progress)
            versions = sorted((id, version) for id, (_, version) in self._store.versions().items())
            return Snapshot(
                generation=generation,
                fingerprint=hashlib.sha256(f"{encoder} {versions}".encode()).hexdigest()[:16],
                vectors=vectors,
                owners=owners,
                vocabulary=Vocabulary(self._stemmer, frequencies, len(owners)),
                postings=Postings(owners, lengths, frequencies, lambda stem: self._occurrences(stem, generation)),
            )

    def _occurrences(self, stem: str, generation: int) -> tuple[Numbers, bool]:
        with self._store.reading():
            return self._store.occurrences(stem), self._store.generation == generation
