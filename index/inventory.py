"""What the knowledge base holds, how its vectors are searched, and in what state its files are."""

from collections.abc import Mapping
from dataclasses import dataclass

from index.owners import Owners
from index.progress import Progress
from index.recall import MEASURED, measured_recall
from index.settings import KnowledgeSettings
from index.store import Store
from index.upkeep import COMPRESS_ABOVE, Upkeep, behind
from index.vector_file import Kind, vector_file
from index.vectors import VectorIndex


@dataclass(frozen=True, slots=True)
class VectorFacts:
    """How the vectors are searched."""

    state: str  # of the file, in words
    kind: Kind | None = None  # None, here and below: there is no file that can be used
    parameters: str | None = None  # in words
    bytes_each: float | None = None  # of the file, which is what is held in memory
    recall: float | None = None  # share of the 10 truly nearest that is found, 0 to 1
    recall_measured: str | None = None  # how


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that `advisor kb info` tells."""

    articles: int
    passages: int
    sources: Mapping[str, int]  # articles of each
    categories: Mapping[str, int]  # articles of each; "" those filed under nothing
    encoder: str | None  # fingerprint; None: nothing was embedded yet
    generation: int
    file: str
    vectors: VectorFacts
    files: Mapping[str, int]  # bytes, by name in the home folder


def take_inventory(
    settings: KnowledgeSettings, store: Store, progress: Progress, *, compress_above: int = COMPRESS_ABOVE
) -> Inventory:
    """Count, load the vector file as a search would, and measure what a compressed one finds; nothing is changed."""
    with store.reading():
        owners = store.owners()
        upkeep = Upkeep(settings.vectors, store, store.encoder, store.dimension, compress_above)
        sources = store.counted("source")
        return Inventory(
            articles=sum(sources.values()),
            passages=len(owners),
            sources=sources,
            categories=store.counted("category"),
            encoder=store.encoder or None,
            generation=store.generation,
            file=str(settings.knowledge_db),
            vectors=_vector_facts(upkeep, owners, progress),
            files=_sizes(settings),
        )


def _vector_facts(upkeep: Upkeep, owners: Owners, progress: Progress) -> VectorFacts:
    if not len(owners):
        return VectorFacts("nothing to search yet")
    vectors = upkeep.saved(owners)
    if vectors is None:
        return VectorFacts("built at the next search: missing, damaged, or made for another encoder or size")
    lacking = behind(vectors, owners)
    state = f"at the next search {len(lacking.new)} are added and {len(lacking.gone)} removed" if lacking else "in step"
    recall, how = (None, None) if lacking else _recall(vectors, upkeep.store, owners, progress)
    size = vector_file(upkeep.folder).stat().st_size
    return VectorFacts(state, vectors.kind, vectors.parameters, round(size / max(1, len(vectors)), 1), recall, how)


def _recall(vectors: VectorIndex, store: Store, owners: Owners, progress: Progress) -> tuple[float, str]:
    if vectors.kind is Kind.EXACT:
        return 1.0, "not measured: all vectors are searched"
    return round(measured_recall(vectors, store, owners, progress), 4), MEASURED


def _sizes(settings: KnowledgeSettings) -> dict[str, int]:
    names = ("knowledge.db", "knowledge.db-wal", "cache.db", "cache.db-wal")
    paths = [*(settings.home / name for name in names), vector_file(settings.vectors)]
    return {path.relative_to(settings.home).as_posix(): path.stat().st_size for path in paths if path.is_file()}
