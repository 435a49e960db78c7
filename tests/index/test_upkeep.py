"""A vector index chosen by size, brought up to date without being built anew, and what `kb info` says of it."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from knowledge_samples import article

from index.articles import Article
from index.encoder import HashEncoder
from index.inventory import Inventory, take_inventory
from index.knowledge import KnowledgeBase, Match
from index.progress import silent
from index.settings import KnowledgeSettings
from index.store import Store
from index.upkeep import Upkeep, behind
from index.vector_file import Kind
from index.vectors import VectorIndex

ABOVE = 50  # passages
THINGS = ("printer", "router", "invoice", "password", "camera", "licence", "backup", "calendar")
TROUBLES = (
    "is broken",
    "was lost",
    "costs too much",
    "cannot be found",
    "needs an update",
    "shows an error",
    "is slow",
)


def articles(count: int) -> list[Article]:
    """Articles of one passage each, all different."""
    told = [
        article(f"a{number}", f"The {THINGS[number % 8]} {TROUBLES[number % 7]}", f"Case {number}: see page {number}.")
        for number in range(count)
    ]
    assert len({(one.title, one.body) for one in told}) == count
    return told


def opened(settings: KnowledgeSettings) -> KnowledgeBase:
    return KnowledgeBase.open(settings, HashEncoder(), compress_above=ABOVE)


def upkeep(settings: KnowledgeSettings) -> Upkeep:
    encoder = HashEncoder()
    return Upkeep(settings.vectors, Store.open(settings), encoder.fingerprint, encoder.dimension, ABOVE)


def saved(settings: KnowledgeSettings) -> VectorIndex:
    """The vectors of the file, which must be there, and in step."""
    kept = upkeep(settings)
    vectors = kept.saved(kept.store.owners())
    assert vectors is not None
    assert not behind(vectors, kept.store.owners())
    return vectors


def inventory(settings: KnowledgeSettings) -> Inventory:
    return take_inventory(settings, Store.open(settings), silent, compress_above=ABOVE)


def ids(matches: Sequence[Match]) -> list[str]:
    return [match.article.id for match in matches]


@pytest.fixture
def large(settings: KnowledgeSettings) -> KnowledgeBase:
    """A hundred passages, which is above the fifty from which the index is compressed here."""
    knowledge = opened(settings)
    knowledge.import_articles("help", articles(100))
    return knowledge


def test_the_kind_is_chosen_by_the_number_of_passages(settings: KnowledgeSettings) -> None:
    knowledge = opened(settings)
    for count, kind in ((50, Kind.EXACT), (51, Kind.COMPRESSED), (50, Kind.EXACT)):
        knowledge.import_articles("help", articles(count))
        assert (saved(settings).kind, len(saved(settings))) == (kind, count)


def test_a_compressed_index_gives_the_figures_of_an_exact_one(
    large: KnowledgeBase, settings: KnowledgeSettings, tmp_path: Path
) -> None:
    elsewhere = KnowledgeSettings(tmp_path / "exact", precision=settings.precision)
    exact = KnowledgeBase.open(elsewhere, HashEncoder())
    exact.import_articles("help", articles(100))
    for text in ("my router is slow", "a password was lost, case 3", "page 77"):
        found, expected = large.search(text, k=5), exact.search(text, k=5)
        assert ids(found) == ids(expected)
        assert [match.lexical for match in found] == [match.lexical for match in expected]
        assert [match.similarity for match in found] == pytest.approx([match.similarity for match in expected])


def test_what_changed_is_added_and_removed_without_training_again(
    large: KnowledgeBase, settings: KnowledgeSettings
) -> None:
    texts = articles(102)
    changed = article("a1", "The elevator stands still", "Call the caretaker.")
    large.import_articles("help", [texts[0], changed, *texts[3:]])
    vectors = saved(settings)
    assert (vectors.kind, vectors.trained, len(vectors)) == (Kind.COMPRESSED, 100, 101)
    assert large.search("elevator stands still", k=1)[0].article.id == "a1"
    assert "a2" not in ids(large.search("The invoice costs too much. Case 2: see page 2.", k=100))
    assert large.search("Case 101: see page 101.", k=1)[0].article.id == "a101"


def test_it_is_trained_again_when_it_has_grown_several_times(large: KnowledgeBase, settings: KnowledgeSettings) -> None:
    large.import_articles("help", articles(400))
    assert saved(settings).trained == 100
    large.import_articles("help", articles(401))
    assert saved(settings).trained == 401


def test_another_process_s_change_is_noticed(large: KnowledgeBase, settings: KnowledgeSettings) -> None:
    large.search("printer", k=1)
    other = opened(settings)
    other.import_articles("more", [article("lift", "The elevator stands still", "Call the caretaker.")])
    assert large.search("elevator stands still", k=1)[0].article.id == "lift"
    other.remove(["lift"])
    assert "lift" not in ids(large.search("elevator stands still", k=101))


@pytest.mark.parametrize("damage", [None, b"", b"garbage", b"x" * 5000])
def test_a_compressed_file_that_is_gone_or_damaged_is_built_anew(
    large: KnowledgeBase, settings: KnowledgeSettings, damage: bytes | None
) -> None:
    expected = large.search("my router is slow", k=5)
    file = settings.vectors / "passages.faiss"
    whole = file.read_bytes()
    file.unlink() if damage is None else file.write_bytes(damage)
    assert opened(settings).search("my router is slow", k=5) == expected
    assert file.read_bytes() == whole


CHANGES = st.lists(st.tuples(st.sampled_from(["import", "remove"]), st.integers(0, 59), st.integers(1, 15)), max_size=4)


@given(CHANGES)
@hypothesis_settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_exactly_the_living_are_found_after_any_changes(
    settings: KnowledgeSettings, changes: list[tuple[str, int, int]]
) -> None:
    knowledge, every = opened(settings), articles(60)
    knowledge.import_articles("help", every)
    living = {one.id for one in every}
    for change, first, many in changes:
        some = {one.id for one in every[first : first + many]}
        if change == "import":
            knowledge.import_articles("help", [one for one in every if one.id in living | some])
            living |= some
        else:
            knowledge.remove(sorted(some))
            living -= some
    assert set(ids(knowledge.search("The printer is broken", k=60))) == living
    assert len(knowledge) == len(living)
    assert len(saved(settings)) == len(living)


def test_threads_find_what_one_finds(large: KnowledgeBase) -> None:
    texts = [f"{one.title} {one.body}" for one in articles(100)]
    expected = [large.search(text, k=4) for text in texts]
    barrier = threading.Barrier(4)

    def search(_: int) -> list[list[Match]]:
        barrier.wait()
        return [large.search(text, k=4) for text in texts]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(search, range(4))) == [expected] * 4


def test_passage_vectors_are_exact_whatever_the_kind(large: KnowledgeBase) -> None:
    matches = large.search("my router is slow", k=3)
    expected = HashEncoder().encode([match.passage.embedded_text for match in matches]).sentences
    np.testing.assert_array_equal(large.passage_vectors([match.passage_id for match in matches]), expected)


def test_the_inventory_of_a_compressed_index_has_its_recall(large: KnowledgeBase, settings: KnowledgeSettings) -> None:
    told = inventory(settings)
    assert (told.articles, told.passages, told.sources, told.categories) == (100, 100, {"help": 100}, {"": 100})
    assert (told.vectors.kind, told.vectors.state) == (Kind.COMPRESSED, "in step")
    assert told.vectors.parameters == (
        "384 numbers of 4 bits in 2 lists, 2 of them searched, the best 50 or more ranked again by 32 bits, "
        "trained on 100 passages"
    )
    assert told.vectors.recall is not None
    assert told.vectors.recall >= 0.99
    assert told.vectors.recall_measured is not None
    assert "100 stored vectors with Gaussian noise of length 1" in told.vectors.recall_measured
    assert told.vectors.bytes_each is not None
    assert 200 < told.vectors.bytes_each < 384
    assert told.files["index/passages.faiss"] == (settings.vectors / "passages.faiss").stat().st_size


def test_the_inventory_says_what_the_next_search_will_do(large: KnowledgeBase, settings: KnowledgeSettings) -> None:
    large.remove(["a1", "a2"])
    told = inventory(settings).vectors
    assert (told.state, told.recall) == ("at the next search 0 are added and 2 removed", None)
    (settings.vectors / "passages.faiss").unlink()
    told = inventory(settings).vectors
    assert (told.kind, told.recall, told.bytes_each) == (None, None, None)
    assert told.state == "built at the next search: missing, damaged, or made for another encoder or size"
    assert not (settings.vectors / "passages.faiss").exists()


def test_the_inventory_of_nothing(settings: KnowledgeSettings) -> None:
    told = inventory(settings)
    assert (told.articles, told.passages, told.encoder, told.vectors.state) == (0, 0, None, "nothing to search yet")
