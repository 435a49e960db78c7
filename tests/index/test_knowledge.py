import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from knowledge_samples import CAMERA, INVOICE, PASSWORD, article

from index.encoder import Encoded, HashEncoder
from index.errors import KnowledgeError
from index.knowledge import KnowledgeBase, Match
from index.settings import KnowledgeSettings
from index.store import Store

THREE = [PASSWORD, INVOICE, CAMERA]


class CountingEncoder(HashEncoder):
    """Remembers what it was asked to encode."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str], /, *, tokens: bool = False) -> Encoded:
        self.texts += texts
        return super().encode(texts, tokens=tokens)


class OtherEncoder(HashEncoder):
    """As if another model had been chosen: all vectors are turned."""

    fingerprint = "hash-other"

    def encode(self, texts: Sequence[str], /, *, tokens: bool = False) -> Encoded:
        encoded = super().encode(texts, tokens=tokens)
        return replace(encoded, sentences=np.roll(encoded.sentences, 1, axis=1))


def figures(matches: Sequence[Match]) -> list[tuple[str, int, float, float, float]]:
    return [(m.article.id, m.passage.number, m.similarity, m.lexical, m.score) for m in matches]


def test_the_article_that_answers_comes_first(knowledge: KnowledgeBase) -> None:
    for text, expected in (
        ("I forgot my password", "password"),
        ("where can I download last year's invoice", "invoice"),
        ("black camera picture", "camera"),
    ):
        best = knowledge.search(text, k=3)[0]
        assert best.article.id == expected
        assert best.lexical == 1.0
        assert best.score == pytest.approx(best.similarity + 0.25)


def test_the_passage_that_answers_stands_for_its_article_and_the_others_follow(
    knowledge: KnowledgeBase,
) -> None:
    best = knowledge.search("change the billing address", k=1)[0]
    assert best.passage.heading == "Change the billing address"
    assert [other.passage.number for other in best.others] == [0]
    assert best.score > best.others[0].score


def test_passages_of_one_article_may_follow_one_another(knowledge: KnowledgeBase) -> None:
    found = knowledge.search_passages("invoice billing address", k=2)
    assert [match.article.id for match in found] == ["invoice", "invoice"]
    assert found[0].score >= found[1].score


def test_a_known_vector_gives_the_same_result(knowledge: KnowledgeBase) -> None:
    text = "no message after the reset"
    vector = HashEncoder().encode([text]).sentences
    expected = figures(knowledge.search(text, k=3))
    assert figures(knowledge.search(text, k=3, vector=vector)) == expected
    assert figures(knowledge.search(text, k=3, vector=vector[0])) == expected


def test_words_match_by_their_stem(knowledge: KnowledgeBase) -> None:
    matches = knowledge.search("downloading INVOICES", k=1)
    assert (matches[0].article.id, matches[0].lexical) == ("invoice", 1.0)


def test_a_text_without_a_known_word_has_no_lexical_part(knowledge: KnowledgeBase) -> None:
    assert {match.lexical for match in knowledge.search("xyzzy plugh", k=3)} == {0.0}


def test_an_empty_knowledge_base_finds_nothing(settings: KnowledgeSettings) -> None:
    empty = KnowledgeBase.open(settings, HashEncoder())
    assert (empty.search("password", k=3), empty.search_passages("x", k=3), empty.centroids()) == ([], [], {})
    assert (len(empty), empty.articles(), empty.generation) == (0, [], 0)


def test_importing_again_embeds_only_what_changed(settings: KnowledgeSettings) -> None:
    encoder = CountingEncoder()
    knowledge = KnowledgeBase.open(settings, encoder)
    assert knowledge.import_articles("help", THREE).passages == 5
    encoder.texts.clear()
    changed = replace(INVOICE, body=INVOICE.body.replace("Write the new", "Type the new"))
    report = knowledge.import_articles("help", [PASSWORD, changed, CAMERA])
    assert (report.added, report.changed, report.unchanged) == ((), ("invoice",), ("password", "camera"))
    assert encoder.texts == [
        "Download an invoice\nChange the billing address\nType the new address there."
    ]  # its first passage is as it was
    assert knowledge.import_articles("help", [PASSWORD, changed, CAMERA]).passages == 0


def test_what_is_gone_from_its_source_is_removed_and_other_sources_stay(knowledge: KnowledgeBase) -> None:
    knowledge.import_articles("blog", [article("post", "A post", "About cameras.")])
    report = knowledge.import_articles("help", [PASSWORD, INVOICE])
    assert report.removed == ("camera",)
    assert [one.id for one in knowledge.articles()] == ["invoice", "password", "post"]
    assert "camera" not in [match.article.id for match in knowledge.search("camera shows a black picture", k=9)]


def test_an_id_of_another_source_is_refused(knowledge: KnowledgeBase) -> None:
    with pytest.raises(KnowledgeError, match=r"article camera already came from the source help: .*--source help"):
        knowledge.import_articles("blog", [CAMERA])


def test_a_removed_article_vanishes(knowledge: KnowledgeBase) -> None:
    assert knowledge.remove(["camera", "unknown"]) == ("camera",)
    assert knowledge.article("camera") is None
    assert "camera" not in [match.article.id for match in knowledge.search("black camera", k=9)]
    assert knowledge.categories() == ["account", "billing"]


def test_every_change_raises_the_generation_and_changes_the_fingerprint(knowledge: KnowledgeBase) -> None:
    seen = {(knowledge.generation, knowledge.fingerprint)}
    knowledge.remove(["camera"])
    seen.add((knowledge.generation, knowledge.fingerprint))
    knowledge.import_articles("help", [PASSWORD])
    seen.add((knowledge.generation, knowledge.fingerprint))
    assert [generation for generation, _ in sorted(seen)] == [1, 2, 3]
    assert len({fingerprint for _, fingerprint in seen}) == 3
    knowledge.remove(["unknown"])
    assert knowledge.generation == 3


def test_an_open_knowledge_base_notices_a_change_by_another(
    knowledge: KnowledgeBase, settings: KnowledgeSettings
) -> None:
    knowledge.search("elevator", k=1)
    other = KnowledgeBase.open(settings, HashEncoder())
    other.import_articles("more", [article("lift", "The elevator stands still", "Call the caretaker.")])
    assert knowledge.search("elevator stands still", k=1)[0].article.id == "lift"
    other.remove(["lift"])
    assert "lift" not in [match.article.id for match in knowledge.search("elevator stands still", k=5)]


@pytest.mark.parametrize("damage", [None, b"", b"garbage", b"x" * 5000])
def test_a_vector_file_that_is_gone_or_damaged_is_built_anew_with_the_same_results(
    knowledge: KnowledgeBase, settings: KnowledgeSettings, damage: bytes | None
) -> None:
    expected = figures(knowledge.search("billing address password", k=5))
    file = settings.vectors / "passages.faiss"
    whole = file.read_bytes()
    file.unlink() if damage is None else file.write_bytes(damage)
    again = KnowledgeBase.open(settings, HashEncoder())
    assert figures(again.search("billing address password", k=5)) == expected
    assert file.read_bytes() == whole


def test_a_stale_vector_file_is_brought_up_to_date(knowledge: KnowledgeBase, settings: KnowledgeSettings) -> None:
    stale = {path.name: path.read_bytes() for path in settings.vectors.iterdir()}
    knowledge.import_articles("help", [PASSWORD, article("lift", "The elevator", "Call.")])
    expected = figures(knowledge.search("elevator password", k=5))
    for name, content in stale.items():
        (settings.vectors / name).write_bytes(content)
    assert figures(KnowledgeBase.open(settings, HashEncoder()).search("elevator password", k=5)) == expected


def test_results_are_the_same_without_the_cache(knowledge: KnowledgeBase, settings: KnowledgeSettings) -> None:
    expected = figures(knowledge.search("invoice", k=5))
    knowledge.import_articles("help", [])
    knowledge.import_articles("help", THREE)  # all from the cache
    assert figures(knowledge.search("invoice", k=5)) == expected
    for path in settings.home.glob("cache.db*"):
        path.unlink()
    again = KnowledgeBase.open(settings, HashEncoder())
    again.import_articles("help", [])
    again.import_articles("help", THREE)
    assert figures(again.search("invoice", k=5)) == expected


def test_another_encoder_embeds_all_passages_anew(knowledge: KnowledgeBase, settings: KnowledgeSettings) -> None:
    before = knowledge.search("invoice", k=1)[0]
    other = KnowledgeBase.open(settings, OtherEncoder())
    after = other.search("invoice", k=1)[0]
    assert after.article.id == "invoice"
    assert after.similarity == pytest.approx(before.similarity, abs=1e-6)
    assert other.fingerprint != knowledge_fingerprint(settings)
    with pytest.raises(KnowledgeError, match="embedded anew with another encoder: start this program again"):
        knowledge.search("invoice", k=1)


def knowledge_fingerprint(settings: KnowledgeSettings) -> str:
    elsewhere = replace(settings, home=settings.home / "elsewhere")
    fresh = KnowledgeBase.open(elsewhere, HashEncoder())
    fresh.import_articles("help", THREE)
    return fresh.fingerprint


def test_the_fingerprint_is_of_the_content_not_of_the_place(
    knowledge: KnowledgeBase, settings: KnowledgeSettings
) -> None:
    assert knowledge.fingerprint == knowledge_fingerprint(settings)


HOSTILE = [
    '"',
    '"password',
    "password AND",
    "NEAR(password invoice)",
    "title:password",
    "pass*",
    "^password",
    "-password",
    "(((",
    "'; drop table passages; --",
    "\x00password\x00",
    "{{7*7}} $(reboot) `id`",
    "\ud800",
    "🙂" * 500,
    "\u202epassword",
    "a" * 200_000,
    "password " * 20_000,
    '"' * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_only_words(knowledge: KnowledgeBase, text: str) -> None:
    matches = knowledge.search(text, k=3)
    assert len(matches) == 3
    if "password" in text:
        assert matches[0].article.id == "password"
    assert len(knowledge) == 5


@given(st.text(max_size=200))
@hypothesis_settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_searched_for(knowledge: KnowledgeBase, text: str) -> None:
    for match in knowledge.search(text, k=3):
        assert -1.001 <= match.similarity <= 1.001
        assert 0 <= match.lexical <= 1
        assert match.score == match.similarity + 0.25 * match.lexical


def test_rare_words_weigh_more(knowledge: KnowledgeBase) -> None:
    unknown, rare, common = knowledge.idf(["zebra", "camera", "the"])
    assert unknown > rare > common > 0
    assert knowledge.idf(["Invoices"]) == knowledge.idf(["invoice"])
    assert unknown == pytest.approx(np.log(1 + 5.5 / 0.5))


def test_centroids_are_the_mean_of_a_category(knowledge: KnowledgeBase) -> None:
    centroids = knowledge.centroids()
    assert list(centroids) == ["account", "billing", "video"]
    (camera,) = knowledge.search("camera", k=1)
    np.testing.assert_allclose(centroids["video"], knowledge.passage_vectors([camera.passage_id])[0], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(centroids["billing"]), 1, atol=1e-6)


def test_passage_vectors_are_those_of_the_embedded_text(knowledge: KnowledgeBase) -> None:
    match = knowledge.search("password", k=1)[0]
    expected = HashEncoder().encode([match.passage.embedded_text]).sentences
    np.testing.assert_array_equal(knowledge.passage_vectors([match.passage_id]), expected)


def test_the_nearest_similarities_come_first_and_are_filled_up_with_zeros(knowledge: KnowledgeBase) -> None:
    vector = HashEncoder().encode(["How do I reset my password?"]).sentences
    found = sorted(
        (match.similarity for match in knowledge.search_passages("password", k=9, vector=vector)), reverse=True
    )
    assert len(found) == len(knowledge)
    assert knowledge.nearness(vector, k=len(found) + 2) == pytest.approx([*found, 0.0, 0.0])
    assert knowledge.nearness(vector, k=2) == pytest.approx(found[:2])


def test_many_threads_may_search_while_one_writes(knowledge: KnowledgeBase) -> None:
    failures: list[str] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            found = knowledge.search("forgot password", k=3)
            if not found or found[0].article.id != "password":
                failures.append(str(found))

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for round in range(10):
        knowledge.import_articles("more", [article(f"lift-{round}", "The elevator", f"Call {round}.")])
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert knowledge.generation == 11


def test_two_imports_at_once_lose_nothing(settings: KnowledgeSettings) -> None:
    bases = [KnowledgeBase.open(settings, HashEncoder()) for _ in range(3)]

    def fill(number: int) -> None:
        sources = [article(f"{number}-{at}", f"Article {number} {at}", "Text.") for at in range(20)]
        bases[number].import_articles(f"source {number}", sources)

    threads = [threading.Thread(target=fill, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(base) for base in bases] == [60, 60, 60]


def test_a_failed_write_changes_nothing(knowledge: KnowledgeBase, settings: KnowledgeSettings) -> None:
    store = Store.open(settings)
    with sqlite3.connect(settings.knowledge_db) as connection:
        connection.execute(
            "create trigger refuse before insert on articles when new.id = 'bad' begin select raise(abort, 'no'); end"
        )
    connection.close()
    with pytest.raises(KnowledgeError, match=r"knowledge\.db cannot be used \(no\)"):
        knowledge.import_articles("help", [replace(CAMERA, title="New"), article("bad", "Bad", "Text.")])
    assert (store.generation, len(store.articles())) == (1, 3)
    assert knowledge.search("password", k=1)[0].article.id == "password"


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    settings = KnowledgeSettings(tmp_path)
    settings.knowledge_db.write_bytes(b"this is no database, this is text" * 100)
    with pytest.raises(KnowledgeError, match=r"knowledge\.db cannot be used .*: check that it is a database"):
        Store.open(settings)
