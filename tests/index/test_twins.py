"""Articles that say nearly the same."""

from __future__ import annotations

import pytest

from index.articles import Article
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase
from index.settings import KnowledgeSettings
from index.store import Store
from index.twins import twins

MOVE = "Open Settings, choose Licences, press Move and name the colleague who takes the licence over."


def article(id: str, title: str, body: str) -> Article:
    return Article(id=id, source="help", title=title, body=body)


@pytest.fixture
def store(settings: KnowledgeSettings) -> Store:
    """Two articles of which one passage is the same, a third about something else that repeats itself."""
    twice = "# Camera\n\nLet the browser use the camera.\n\n# Picture\n\nLet the browser use the camera."
    KnowledgeBase.open(settings, HashEncoder()).import_articles(
        "help",
        [
            article("move", "Move a licence", f"{MOVE}\n\n## Costs\n\nNothing is charged before the next invoice."),
            article("hand-over", "Move a licence", MOVE),
            article("camera", "The camera is black", twice),
        ],
    )
    return Store.open(settings)


def test_articles_with_the_same_passage_are_named_with_it(store: Store) -> None:
    (pair,) = twins(store)
    assert (pair.first, pair.second, pair.share) == ("hand-over", "move", 1.0)
    (alike,) = pair.alike
    assert (alike.first.text, alike.second.text) == (MOVE, MOVE)
    assert alike.similarity == pytest.approx(1.0)


def test_passages_of_one_article_are_no_duplicates_of_each_other(store: Store) -> None:
    assert {id for pair in twins(store, near=0.5) for id in (pair.first, pair.second)} == {"hand-over", "move"}


def test_an_empty_knowledge_base_has_none(settings: KnowledgeSettings) -> None:
    assert twins(Store.open(settings)) == []
