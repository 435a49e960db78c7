"""A large knowledge base: how fast, how complete and how big its search is, beside an exact search of all vectors.

python tests/benchmarks/large_knowledge.py [PASSAGES] [--sigma 0.03] [--home FOLDER] [--unbounded]

Needs ADVISOR_DATA. The passages are those of Login.gov, SaladCloud, WixQA and TechQA, and neighbours of them, a
million in all unless told otherwise: a neighbour's vector is the real one plus Gaussian noise of the stated sigma in
each number, scaled to length 1; its text is the real one with three words in ten drawn from all words of the real
passages. The questions are those of WixQA and TechQA, none of which is a passage. FOLDER keeps what was made.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from advisor.settings import Settings
from index.articles import Article, cut
from index.cache import CachedEncoder
from index.encoder import Encoder, Vectors, load_encoder, unit
from index.inventory import take_inventory
from index.knowledge import KnowledgeBase
from index.lexical import Stemmer, Vocabulary
from index.owners import Numbers
from index.progress import ProgressBar, silent
from index.settings import KnowledgeSettings
from index.snapshot import Snapshot, Snapshots
from index.sources import read
from index.store import Store, Written
from index.upkeep import Upkeep
from index.vectors import VectorIndex, load, set_threads
from training import datasets
from training.datasets import Asked

CHANGED = 0.3  # of the words of a neighbour
AT_ONCE = 20_000  # passages written in one transaction, or read at once
NEAREST = 10
SAMPLE = 100  # questions searched for without a bound
PAGE = os.sysconf("SC_PAGE_SIZE")
Words = NDArray[np.object_]
Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of many searches."""

    median: float
    slow: float  # 95 % are within

    def __str__(self) -> str:
        return f"median {self.median:.2f} ms, 95 % within {self.slow:.2f} ms"


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """What real people asked."""

    asked: Sequence[Asked]
    vectors: Vectors


def main(arguments: list[str]) -> int:
    """Make the knowledge base, measure, print."""
    if "ADVISOR_DATA" not in os.environ:
        print("ADVISOR_DATA must name the folder of public data", file=sys.stderr)
        return 2
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("passages", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--sigma", type=float, default=0.03)
    parser.add_argument("--home", type=Path, help="a folder of its own, kept")
    parser.add_argument("--unbounded", action="store_true", help="also search by all words, whatever it takes")
    options = parser.parse_args(arguments)
    threadpool_limits(1)
    set_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        measure(home, options.passages, options.sigma, unbounded=options.unbounded)
    return 0


def measure(home: Path, passages: int, sigma: float, *, unbounded: bool) -> None:
    """Print everything."""
    settings = prepared(home)
    encoder = load_encoder(settings, progress=ProgressBar())
    cached, (articles, asked) = CachedEncoder.open(settings, encoder), real()
    questions = Questions(asked, cached.sentences([one.text for one in asked], progress=ProgressBar()))
    print(f"{passages:,} passages, neighbours with sigma {sigma}; {len(asked)} questions; one core")
    packages = ", ".join(f"{name} {version(name)}" for name in ("faiss-cpu", "numpy", "onnxruntime"))
    print(f"{platform.machine()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}")
    if Store.open(settings).counted("source") == {}:
        fill(Store.open(settings), articles, cached, encoder, passages=passages, sigma=sigma)
    building(settings, encoder)
    dense(settings, encoder, questions)
    lexical(settings, encoder, questions, unbounded=unbounded)
    whole(settings, encoder, questions)


def prepared(home: Path) -> KnowledgeSettings:
    """A home folder that shares the fast encoder of ADVISOR_HOME."""
    home.mkdir(parents=True, exist_ok=True)
    models, own = Settings.load().home / "models", home / "models"
    if models.is_dir() and not own.exists():
        own.symlink_to(models)
    return KnowledgeSettings(home, threads=1)


def real() -> tuple[list[Article], list[Asked]]:
    """The articles, and the questions to some of them."""
    folder = Path(os.environ["ADVISOR_DATA"])
    pages = [one for name in ("kb_logingov", "kb_saladcloud") for one in read(folder / name, name).articles]
    sets = datasets.wixqa(), datasets.techqa()
    return pages + [one for articles, _ in sets for one in articles], [one for _, asked in sets for one in asked]


def fill(
    store: Store, articles: Sequence[Article], cached: CachedEncoder, encoder: Encoder, *, passages: int, sigma: float
) -> None:
    """Write the real articles, then neighbours of all of them, over and over."""
    cuts = [cut(article) for article in articles]
    texts = [passage.embedded_text for some in cuts for passage in some]
    rows = np.split(cached.sentences(texts, progress=ProgressBar()), np.cumsum([len(some) for some in cuts])[:-1])
    originals = [Written(*three) for three in zip(articles, cuts, rows, strict=True)]
    bar, waiting, done = ProgressBar(), list[Written](), 0
    for one in neighbours(originals, passages, sigma):
        waiting.append(one)
        if sum(len(some.passages) for some in waiting) >= AT_ONCE:
            done += flush(store, waiting, encoder)
            bar("Writing passages", done, passages)
    flush(store, waiting, encoder)
    bar.close()


def flush(store: Store, waiting: list[Written], encoder: Encoder) -> int:
    """Write what waits; gives how many passages it was."""
    store.write(waiting, remove=(), encoder=encoder.fingerprint)
    count = sum(len(one.passages) for one in waiting)
    waiting.clear()
    return count


def neighbours(originals: Sequence[Written], passages: int, sigma: float) -> Iterator[Written]:
    """The originals and their neighbours, so many passages in all."""
    random = np.random.default_rng(0)
    words = np.array([word for one in originals for passage in one.passages for word in passage.text.split()], object)
    left, copy = passages, 0
    while left > 0:
        for one in originals:
            some = one if copy == 0 else neighbour(one, copy, words, sigma, random)
            yield Written(some.article, some.passages[:left], some.vectors[:left])
            left -= len(some.passages)
            if left <= 0:
                return
        copy += 1


def neighbour(one: Written, copy: int, words: Words, sigma: float, random: np.random.Generator) -> Written:
    """An article like another one."""
    article = replace(one.article, id=f"{one.article.id}~{copy}")
    passages = tuple(
        replace(passage, article_id=article.id, text=varied(passage.text, words, random)) for passage in one.passages
    )
    noise = sigma * random.standard_normal(one.vectors.shape, np.float32)
    return Written(article, passages, unit(one.vectors + noise))


def varied(text: str, words: Words, random: np.random.Generator) -> str:
    """A text with some of its words drawn from all words."""
    own = np.array(text.split(), object)
    changed = random.random(len(own)) < CHANGED
    own[changed] = words[random.integers(0, len(words), int(changed.sum()))]
    return " ".join(own)


def building(settings: KnowledgeSettings, encoder: Encoder) -> None:
    """Print how long it takes to build, to open and to change, and what it takes in memory."""
    built = not (settings.vectors / "passages.faiss").exists()
    took, _ = timed(lambda: len(opened(settings, encoder)))
    if built:
        print(f"built in {took / 1000:.0f} s")
    for what in (vectors_alone, whole_state):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            print(pool.submit(what, settings, encoder.fingerprint, encoder.dimension).result())
    inventory = take_inventory(settings, Store.open(settings), ProgressBar())
    print(f"{inventory.vectors.kind}: {inventory.vectors.parameters}")
    print(f"recall@{NEAREST} {inventory.vectors.recall} ({inventory.vectors.recall_measured})")
    print(", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in inventory.files.items()))


def vectors_alone(settings: KnowledgeSettings, fingerprint: str, dimension: int) -> str:
    """Load the vectors in a process of their own and search them; tells what they take in memory."""
    store, before = Store.open(settings), resident()
    vectors = load(settings.vectors, store.vectors, dimension=dimension, fingerprint=fingerprint)
    assert vectors is not None
    for query in store.vectors(range(1, 201))[1]:
        vectors.search(query, k=NEAREST)
    return f"in memory, a passage: {(resident() - before) / len(vectors):.0f} bytes for the vector index"


def whole_state(settings: KnowledgeSettings, fingerprint: str, dimension: int) -> str:
    """Open a state in a process of its own; tells how long it takes, and what it takes in memory."""
    store, before = Store.open(settings), resident()
    snapshots = Snapshots(store, Upkeep(settings.vectors, store, fingerprint, dimension))
    took, snapshot = timed(snapshots.current)
    each, most = (resident() - before) / len(snapshot.owners), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{each:.0f} bytes for a whole state, opened in {took / 1000:.1f} s with at most {most:,.0f} MiB in memory"


def dense(settings: KnowledgeSettings, encoder: Encoder, questions: Questions) -> None:
    """Print time and recall beside an exact search of all vectors."""
    snapshot, store = state(settings, encoder), Store.open(settings)
    exact = VectorIndex(encoder.dimension)
    for start in range(0, len(snapshot.owners), AT_ONCE):
        exact.add(*store.vectors(snapshot.owners.numbers[start : start + AT_ONCE]))
    slow, true = searched(exact, questions)
    fast, found = searched(snapshot.vectors, questions)
    shares = [len(np.intersect1d(one, other)) / NEAREST for one, other in zip(found, true, strict=True)]
    print(f"exact search, k = {NEAREST}: {slow}")
    print(f"this search, k = {NEAREST}: {fast}: {slow.median / fast.median:.0f} times as fast")
    print(f"recall@{NEAREST} on the questions: {np.mean(shares):.4f}, worst {min(shares):.1f}")


def searched(vectors: VectorIndex, questions: Questions) -> tuple[Times, list[Numbers]]:
    """Search for every question; some are searched for before that, to warm up."""
    queries = list(questions.vectors)
    for query in queries[::20]:
        vectors.search(query, k=NEAREST)
    return taken(lambda query: vectors.search(query, k=NEAREST)[0], queries)


def lexical(settings: KnowledgeSettings, encoder: Encoder, questions: Questions, *, unbounded: bool) -> None:
    """Print how long the search by words takes, and what its bound costs."""
    snapshot = state(settings, encoder)
    order = np.random.default_rng(0).permutation(len(questions.asked))
    texts = [questions.asked[number].text for number in order]
    for name in ("first time, nothing in memory", "again"):
        took, _ = taken(lambda text: snapshot.postings.best(snapshot.vocabulary.rarest(text), limit=100), texts)
        print(f"by words, {name}: {took}")
    words = np.mean([len(snapshot.vocabulary.rarest(text)) for text in texts])
    print(f"{words:.1f} words of a question are looked up; right article among the first three:")
    print(f"  {hits(snapshot, questions):.3f} as it is")
    if unbounded:
        frequencies = Store.open(settings).frequencies()
        vocabulary = Vocabulary(Stemmer(), frequencies, len(snapshot.owners), most_postings=10**12)
        print(f"  {hits(replace(snapshot, vocabulary=vocabulary), questions):.3f} by all words")


def hits(snapshot: Snapshot, questions: Questions) -> float:
    """How often a right article, or a neighbour of it, is among the first three, meaning and words together."""
    right = []
    answerable = [row for row, one in enumerate(questions.asked) if one.articles]
    for row in answerable[:: max(1, len(answerable) // SAMPLE)]:
        asked = questions.asked[row]
        found = snapshot.candidates(asked.text, questions.vectors[row], k=NEAREST)
        first = [snapshot.owners.articles[article].partition("~")[0] for article in found.articles[:3]]
        right.append(any(id in asked.articles for id in first))
    return float(np.mean(right))


def whole(settings: KnowledgeSettings, encoder: Encoder, questions: Questions) -> None:
    """Print how long a whole search takes, and how long a change takes to be seen."""
    knowledge = opened(settings, encoder)
    pairs = list(zip(questions.asked, questions.vectors, strict=True))
    for name in ("first time", "again"):
        took, _ = taken(lambda pair: knowledge.search(pair[0].text, k=16, vector=pair[1]), pairs)
        print(f"a whole search, k = 16, {name}: {took}")
    article = Article("lift", "benchmark", "The elevator stands still", "Call the caretaker.")
    added, _ = timed(lambda: knowledge.import_articles("benchmark", [article]))
    removed, _ = timed(lambda: (knowledge.remove(["lift"]), len(knowledge)))
    print(f"one article added and searchable: {added / 1000:.1f} s; removed: {removed / 1000:.1f} s")


def opened(settings: KnowledgeSettings, encoder: Encoder) -> KnowledgeBase:
    """The knowledge base as it is used."""
    return KnowledgeBase.open(settings, encoder, progress=ProgressBar())


def state(settings: KnowledgeSettings, encoder: Encoder) -> Snapshot:
    """A fresh state, of which nothing was asked yet."""
    store = Store.open(settings)
    return Snapshots(store, Upkeep(settings.vectors, store, encoder.fingerprint, encoder.dimension)).current(silent)


def timed(work: Callable[[], Made]) -> tuple[float, Made]:
    """Milliseconds that some work took, and what it gave."""
    start = time.perf_counter()
    made = work()
    return 1000 * (time.perf_counter() - start), made


def taken(work: Callable[[Given], Made], every: Sequence[Given]) -> tuple[Times, list[Made]]:
    """How long some work takes with each, and what it gave."""
    both = [timed(partial(work, one)) for one in every]
    milliseconds = [took for took, _ in both]
    return Times(float(np.median(milliseconds)), float(np.quantile(milliseconds, 0.95))), [made for _, made in both]


def resident() -> int:
    """Bytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
