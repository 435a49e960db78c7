"""The knowledge base: articles in, the passages nearest to a text out.

A passage is found by meaning (cosine of sentence vectors) and by words (BM25); its score is similarity +
0.25 × lexical, where lexical is its BM25 divided by the best BM25 of this search. Of the weights tried,
0.2 to 0.3 served both long tickets and short questions best. One convention everywhere: higher is nearer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.articles import Article, Passage, cut
from index.cache import CachedEncoder
from index.encoder.base import Encoder, Vectors, unit
from index.errors import KnowledgeError
from index.progress import Progress
from index.settings import KnowledgeSettings
from index.snapshot import Candidates, Read, Snapshot, Snapshots
from index.store import Store, Written
from index.upkeep import COMPRESS_ABOVE, Upkeep
from index.vectors import set_threads

_OTHERS = 3  # further passages of a matching article that are given along


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that may answer a text; higher is nearer in all three figures."""

    passage_id: int  # number of the passage; never used for another one
    passage: Passage
    article: Article
    similarity: float  # cosine, -1 to 1
    lexical: float  # BM25 over the best BM25 of this search, 0 to 1; 0: no rare word in common
    score: float  # similarity + 0.25 × lexical, -1 to 1.25
    others: tuple["Match", ...] = ()  # further passages of the same article, best first, at most 3


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import changed."""

    added: tuple[str, ...]  # article ids
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]  # were of this source, and are gone from it
    passages: int  # embedded


class KnowledgeBase:
    """Searches and changes the articles; safe to search from many threads."""

    def __init__(self, store: Store, snapshots: Snapshots, encoder: Encoder, cached: CachedEncoder) -> None:
        """Take ready parts; `open` makes them."""
        self._store = store
        self._snapshots = snapshots
        self._encoder = encoder
        self._cached = cached

    @classmethod
    def open(
        cls,
        settings: KnowledgeSettings,
        encoder: Encoder,
        *,
        progress: Progress | None = None,
        compress_above: int = COMPRESS_ABOVE,
    ) -> "KnowledgeBase":
        """Open the knowledge base in the home folder; passages of another encoder are embedded anew.

        Above so many passages the vector index is a compressed one.
        """
        set_threads(1)
        store = Store.open(settings)
        cached = CachedEncoder.open(settings, encoder)
        while not _adopt(store, encoder, cached, progress):
            continue
        upkeep = Upkeep(settings.vectors, store, encoder.fingerprint, encoder.dimension, compress_above)
        return cls(store, Snapshots(store, upkeep), encoder, cached)

    @property
    def encoder(self) -> Encoder:
        """What its passages are embedded with."""
        return self._encoder

    @property
    def generation(self) -> int:
        """A number in the database that every change raises."""
        return self._store.generation

    @property
    def fingerprint(self) -> str:
        """Names the state: article versions and encoder."""
        return self._snapshots.current().fingerprint

    def __len__(self) -> int:
        """Count the passages."""
        return len(self._snapshots.current().owners)

    def articles(self) -> list[Article]:
        """Give all articles by id."""
        return self._store.articles()

    def article(self, id: str) -> Article | None:
        """Give an article, None where there is none of this id."""
        return self._snapshots.current().article(self._store, id)

    def categories(self) -> list[str]:
        """Give the categories of the articles, by name."""
        return sorted({article.category for article in self.articles() if article.category is not None})

    def import_articles(
        self, source: str, articles: Sequence[Article], *, progress: Progress | None = None
    ) -> ImportReport:
        """Take these for all articles of the source: embed what is new or changed, remove what is gone.

        Raises KnowledgeError where an id belongs to another source.
        """
        before = self._store.versions()
        given = {article.id: article for article in articles}
        _refuse_foreign(source, given, before)
        changed = [a for a in given.values() if a.id not in before or before[a.id][1] != a.version]
        ids = {article.id for article in changed}
        removed = tuple(id for id, (owner, _) in before.items() if owner == source and id not in given)
        written = self._embed([replace(article, source=source) for article in changed], progress)
        if written or removed:
            self._store.write(written, remove=removed, encoder=self._encoder.fingerprint)
            self._snapshots.current(progress)
        return ImportReport(
            added=tuple(article.id for article in changed if article.id not in before),
            changed=tuple(article.id for article in changed if article.id in before),
            unchanged=tuple(id for id in given if id not in ids),
            removed=removed,
            passages=sum(len(one.passages) for one in written),
        )

    def remove(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Remove articles; give the ids that were there."""
        return self._store.remove(ids)

    def search(self, text: str, *, k: int, vector: Vectors | None = None) -> list[Match]:
        """Find the k articles nearest to a text, each by its best passage; `vector`: the text's, if known."""
        snapshot, candidates = self._candidates(text, k=k, vector=vector)
        groups = candidates.by_article(k=k, each=1 + _OTHERS)
        read = snapshot.read(self._store, [candidates.numbers[row] for rows in groups for row in rows])
        return [best for rows in groups if (best := _best(candidates, rows, read)) is not None]

    def search_passages(self, text: str, *, k: int, vector: Vectors | None = None) -> list[Match]:
        """Find the k passages nearest to a text; several may be of one article."""
        snapshot, candidates = self._candidates(text, k=k, vector=vector)
        numbers = candidates.numbers[:k]
        read = snapshot.read(self._store, numbers)
        return [_match(candidates, row, read) for row, number in enumerate(numbers) if number in read]

    def nearness(self, vector: Vectors, *, k: int) -> list[float]:
        """Give the similarities of the k passages nearest to a vector, nearest first; 0 where there are fewer."""
        _, near = self._snapshots.current().vectors.search(vector, k=k)
        return [*near.tolist(), *[0.0] * (k - len(near))]

    def passage_vectors(self, ids: Sequence[int]) -> Vectors:
        """Give the vectors of passages by number: (n, dimension), unit rows."""
        return self._snapshots.current().vectors.vectors(ids)

    def idf(self, words: Sequence[str]) -> list[float]:
        """Give how rare each word is among the passages; an unknown one is the rarest."""
        return self._snapshots.current().vocabulary.idf(words)

    def centroids(self) -> dict[str, Vectors]:
        """Give each category's mean passage vector, scaled to length 1: (dimension,)."""
        snapshot = self._snapshots.current()
        category = {article.id: article.category for article in self.articles()}
        owners = snapshot.owners
        members: dict[str, list[int]] = {}
        for place, number in enumerate(owners.numbers.tolist()):
            name = category.get(owners.article(place))
            if name is not None:
                members.setdefault(name, []).append(number)
        return {name: unit(snapshot.vectors.vectors(ids).mean(axis=0)) for name, ids in sorted(members.items())}

    def _candidates(self, text: str, *, k: int, vector: Vectors | None) -> tuple[Snapshot, Candidates]:
        """Find what may be among the best k, best first."""
        snapshot = self._snapshots.current()
        if not len(snapshot.owners):
            return snapshot, Candidates([], [], [], [], [])
        if vector is None:
            vector = self._encoder.encode([text]).sentences
        return snapshot, snapshot.candidates(text, vector, k=k)

    def _embed(self, articles: Sequence[Article], progress: Progress | None) -> list[Written]:
        """Cut articles and embed their passages, all of them together."""
        passages = [cut(article) for article in articles]
        texts = [passage.embedded_text for some in passages for passage in some]
        vectors = self._cached.sentences(texts, progress=progress)
        written = []
        start = 0
        for article, some in zip(articles, passages, strict=True):
            written.append(Written(article, some, vectors[start : start + len(some)]))
            start += len(some)
        return written


def _best(candidates: Candidates, rows: Sequence[int], read: Read) -> Match | None:
    """Give the first of some candidates with the others; one removed this very moment is passed over."""
    there = [row for row in rows if candidates.numbers[row] in read]
    if not there:
        return None
    return _match(candidates, there[0], read, tuple([_match(candidates, row, read) for row in there[1:]]))


def _match(candidates: Candidates, row: int, read: Read, others: tuple[Match, ...] = ()) -> Match:
    number = candidates.numbers[row]
    passage, article = read[number]
    similarity, lexical, score = candidates.similarities[row], candidates.lexical[row], candidates.scores[row]
    return Match(number, passage, article, similarity, lexical, score, others)


def _refuse_foreign(source: str, given: Mapping[str, Article], before: Mapping[str, tuple[str, str]]) -> None:
    for id in given:
        owner = before[id][0] if id in before else source
        if owner != source:
            raise KnowledgeError(
                f"article {id} already came from the source {owner}: import it as that source "
                f"(--source {owner}), or remove it first"
            )


def _adopt(store: Store, encoder: Encoder, cached: CachedEncoder, progress: Progress | None) -> bool:
    """Embed all passages anew where another encoder made them; False where a change came in between."""
    with store.reading():
        generation, made_by = store.generation, store.encoder
        if made_by in ("", encoder.fingerprint):
            return True
        passages = store.passages(store.owners().numbers.tolist())
    vectors = cached.sentences([passage.embedded_text for passage in passages.values()], progress=progress)
    fresh = dict(zip(passages, vectors, strict=True))
    return store.replace_vectors(fresh, encoder=encoder.fingerprint, generation=generation)
