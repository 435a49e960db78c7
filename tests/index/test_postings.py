"""The BM25 in memory against that of SQLite's full-text search, which is what it stands for."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import as_file, files

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from knowledge_samples import article

import index.postings
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase
from index.lexical import Stemmer, Vocabulary
from index.owners import Owners
from index.settings import KnowledgeSettings
from index.snapshot import Snapshot, Snapshots
from index.sources import read
from index.store import Store
from index.upkeep import Upkeep

DEMO = files("advisor") / "demo"


def snapshots(settings: KnowledgeSettings) -> Snapshots:
    store, encoder = Store.open(settings), HashEncoder()
    return Snapshots(store, Upkeep(settings.vectors, store, encoder.fingerprint, encoder.dimension))


def best(snapshot: Snapshot, text: str, *, limit: int = 100) -> list[tuple[int, float]]:
    places, scores = snapshot.postings.best(snapshot.vocabulary.rarest(text), limit=limit)
    return list(zip(snapshot.owners.numbers[places].tolist(), scores.tolist(), strict=True))


def of_sqlite(connection: sqlite3.Connection, stems: Sequence[str], *, limit: int = 100) -> list[tuple[int, float]]:
    """What full-text search says of words that are their own stem."""
    sql = (
        "select rowid, -bm25(passages_fts) as score from passages_fts "
        "where passages_fts match ? order by score desc, rowid limit ?"
    )
    query = " OR ".join(f'"{stem}"' for stem in stems)
    return connection.execute(sql, [query, limit]).fetchall() if stems else []


def assert_same(found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> None:
    """The same passages in the same order, with the same scores."""
    assert [number for number, _ in found] == [number for number, _ in expected]
    np.testing.assert_allclose([one for _, one in found], [one for _, one in expected], rtol=0, atol=1e-9)


@pytest.fixture
def demo(settings: KnowledgeSettings) -> KnowledgeSettings:
    """The demo's help centre."""
    with as_file(DEMO / "help_centre") as folder:
        KnowledgeBase.open(settings, HashEncoder()).import_articles("demo", read(folder, "demo").articles)
    return settings


@pytest.fixture
def connection(settings: KnowledgeSettings) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(settings.knowledge_db)
    yield opened
    opened.close()


def words_of(stems: Sequence[str], text: str, stemmer: Stemmer) -> list[str]:
    """The words of a text that have these stems, since a stem is not always its own."""
    told = {stemmer.stems([word])[0]: word for word in index.lexical.words(text)}
    return [told[stem] for stem in stems]


def test_scores_and_order_are_those_of_sqlite_on_the_demo(
    demo: KnowledgeSettings, connection: sqlite3.Connection
) -> None:
    snapshot, stemmer = snapshots(demo).current(), Stemmer()
    tickets = [json.loads(line) for line in (DEMO / "tickets.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = [f"{ticket.get('subject', '')}\n{ticket.get('body', '')}" for ticket in tickets]
    texts += [article.title for article in Store.open(demo).articles()]
    assert len(texts) == 60
    for text in texts:
        expected = of_sqlite(connection, words_of(snapshot.vocabulary.rarest(text), text, stemmer))
        for _ in ("read", "kept"):
            assert_same(best(snapshot, text), expected)
    assert sum(len(best(snapshot, text)) for text in texts) > 4000


WORDS = st.lists(st.sampled_from(["cat", "dog", "fish", "bird", "3", "ß", "straße", "café", "the"]), max_size=9)


@given(st.lists(WORDS, min_size=1, max_size=8), WORDS, st.integers(1, 6))
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_scores_are_those_of_sqlite_whatever_was_added_and_removed(
    knowledge: KnowledgeBase, settings: KnowledgeSettings, bodies: list[list[str]], asked: list[str], limit: int
) -> None:
    knowledge.import_articles("help", [article(f"a{n}", "Cat", " ".join(body)) for n, body in enumerate(bodies)])
    knowledge.remove(["a0"])
    snapshot = snapshots(settings).current()
    if not len(snapshot.owners):
        return
    text = " ".join(asked)
    connection = sqlite3.connect(settings.knowledge_db)
    expected = of_sqlite(connection, words_of(snapshot.vocabulary.rarest(text), text, Stemmer()), limit=limit)
    connection.close()
    assert_same(best(snapshot, text, limit=limit), expected)


def test_postings_of_a_newer_state_are_not_kept(knowledge: KnowledgeBase, settings: KnowledgeSettings) -> None:
    old = snapshots(settings).current()
    before = best(old, "camera")
    fresh = snapshots(settings)
    held = fresh.current()
    knowledge.import_articles("more", [article("lens", "The camera lens", "Clean the camera.")])
    assert [number for number, _ in best(held, "camera")] == [number for number, _ in before]
    assert held.postings._kept == {}
    assert len(best(fresh.current(), "camera")) == len(before) + 1


def test_no_more_postings_are_kept_than_memory_is_meant_for(
    knowledge: KnowledgeBase, settings: KnowledgeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.postings, "_MOST_KEPT", 3)
    snapshot = snapshots(settings).current()
    expected = best(snapshots(settings).current(), "password invoice camera")
    for _ in range(3):
        assert best(snapshot, "password invoice camera") == expected
        assert sum(len(places) for places, _ in snapshot.postings._kept.values()) <= 3


def test_the_words_of_a_search_end_where_their_postings_are_too_many() -> None:
    frequencies = {"the": 90, "password": 10, "reset": 7, "spam": 3}
    text = "The password reset is in the spam"
    for most, expected in (
        (110, ["spam", "reset", "password", "the"]),
        (109, ["spam", "reset", "password"]),
        (20, ["spam", "reset", "password"]),
        (19, ["spam", "reset"]),
        (3, ["spam"]),
        (2, []),
    ):
        assert Vocabulary(Stemmer(), frequencies, 100, most_postings=most).rarest(text) == expected


def test_a_search_without_words_is_by_meaning_alone(knowledge: KnowledgeBase, settings: KnowledgeSettings) -> None:
    snapshot = snapshots(settings).current()
    none = Vocabulary(Stemmer(), {"password": 2}, 5, most_postings=1)
    vector = HashEncoder().encode(["password"]).sentences
    found = replace(snapshot, vocabulary=none).candidates("password", vector, k=3)
    assert found.lexical == [0.0] * 5
    assert found.scores == found.similarities


NUMBERS = st.lists(st.integers(1, 400), min_size=1, max_size=30, unique=True)


@given(NUMBERS, st.lists(st.integers(-5, 500), max_size=30))
def test_places_are_found_among_many_and_few_numbers(numbers: list[int], asked: list[int]) -> None:
    half = len(numbers) // 2
    passages = [("a", np.array(numbers[:half], np.int64)), ("b", np.array(numbers[half:], np.int64))]
    owners = Owners.of(passages)
    places, there = owners.places_there(np.array(asked, np.int64))
    assert there.tolist() == [number in numbers for number in asked]
    assert owners.numbers[places].tolist() == [number for number in asked if number in numbers]
    assert [owners.article(place) for place in owners.places(np.array(sorted(numbers)))] == [
        "a" if number in numbers[:half] else "b" for number in sorted(numbers)
    ]
