"""What a state of the knowledge base remembers once read, and how it is left behind."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from knowledge_samples import CAMERA, INVOICE, PASSWORD, article

import index.snapshot
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase
from index.settings import KnowledgeSettings

TEXTS = ("I forgot my password", "where can I download last year's invoice", "black camera picture")


def found(settings: KnowledgeSettings, text: str) -> list[tuple[str, float]]:
    """Opens the knowledge base by itself, as another process does."""
    return [(one.article.id, one.score) for one in KnowledgeBase.open(settings, HashEncoder()).search(text, k=3)]


def test_processes_find_what_one_finds(knowledge: KnowledgeBase, settings: KnowledgeSettings) -> None:
    expected = [[(one.article.id, one.score) for one in knowledge.search(text, k=3)] for text in TEXTS]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(partial(found, settings), TEXTS)) == expected


def test_an_article_is_read_once_and_again_when_anything_changed(
    knowledge: KnowledgeBase, settings: KnowledgeSettings
) -> None:
    first = knowledge.article("camera")
    assert first == CAMERA
    assert knowledge.article("camera") is first
    assert knowledge.article("lift") is None
    other = KnowledgeBase.open(settings, HashEncoder())
    changed = replace(CAMERA, title="Camera stays black")
    other.import_articles("help", [PASSWORD, INVOICE, changed, article("lift", "The elevator", "Call.")])
    assert knowledge.article("camera") == changed
    assert knowledge.article("lift") is not None


def test_what_is_remembered_does_not_grow_for_ever(knowledge: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [knowledge.search(text, k=3) for text in TEXTS]
    monkeypatch.setattr(index.snapshot, "_MOST_READ", 1)
    knowledge.remove(["nothing"])
    for _ in range(3):
        assert [knowledge.search(text, k=3) for text in TEXTS] == expected
        assert len(knowledge._snapshots.current()._kept.articles) <= 3


def test_rarities_are_the_same_when_asked_for_again(knowledge: KnowledgeBase) -> None:
    words = ["zebra", "camera", "The", "camera"]
    first = knowledge.idf(words)
    assert knowledge.idf(words) == first
    assert first[1] == first[3]
    assert knowledge.idf(["the", "zebra"]) == [first[2], first[0]]


def test_a_change_makes_words_rarer_or_commoner(knowledge: KnowledgeBase) -> None:
    (before,) = knowledge.idf(["camera"])
    knowledge.import_articles("more", [article("lens", "Camera lens", "Clean it.")])
    (after,) = knowledge.idf(["camera"])
    assert after < before
