from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.reading.heads import write_manifest
from advisor.reading.topics import TopicHead
from advisor.registry import About, Kind, trained_models
from advisor.settings import Settings
from advisor.wiring import topics_in_use
from index.encoder import HashEncoder
from training.topics import fit_topics

TEXTS = [f"{word} {letter}" for word in ("paper invoice", "paper printer") for letter in "bcdefghjklmn"]
TOPICS = ["billing"] * 12 + ["hardware"] * 12


@pytest.fixture(scope="module")
def head() -> TopicHead:
    return fit_topics(TEXTS, TOPICS, HashEncoder().encode(TEXTS))


def taken(settings: Settings, head: TopicHead) -> Path:
    """Keep a head and take it into use."""
    models = trained_models(settings)
    version = models.add(
        Kind.TOPICS, lambda folder: written(head, folder), About(source="x", rows=24, encoder="hash-1")
    )
    models.use(Kind.TOPICS, version.name)
    return version.folder


def served(settings: Settings, branch: str | None) -> Path | None:
    version = topics_in_use(settings, branch)
    return version.folder if version else None


def written(head: TopicHead, folder: Path) -> None:
    head.save(folder)
    write_manifest(folder)


def test_a_head_goes_out_of_use_with_the_branch_it_needs_and_comes_back_with_it(
    head: TopicHead, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    plain = taken(settings, head)
    tuned = taken(settings, replace(head, branch="one"))
    assert served(settings, None) == plain
    assert served(settings, "other") == plain
    assert served(settings, "one") == tuned


def test_without_a_head_that_fits_there_is_none(head: TopicHead, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert served(settings, None) is None
    taken(settings, replace(head, branch="one"))
    assert served(settings, None) is None


def test_a_head_without_a_need_serves_beside_any_branch(head: TopicHead, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    plain = taken(settings, head)
    assert served(settings, "one") == plain
