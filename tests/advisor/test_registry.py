from __future__ import annotations

import errno
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from advisor.errors import ModelError
from advisor.reading.heads import MANIFEST, SHIPPED, checked_bytes, write_manifest
from advisor.registry import ABOUT, IN_USE, About, Kind, Registry, Version, heads_folder
from advisor.settings import Settings

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TICKETS = About(source="tickets.csv", rows=120, encoder="encoder-1", figures={"accuracy": 0.9})


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models")


def added(registry: Registry, content: str = "{}", kind: Kind = Kind.TOPICS) -> Version:
    def fill(folder: Path) -> None:
        (folder / "head.json").write_text(content)

    return registry.add(kind, fill, TICKETS, now=AT)


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_version_is_numbered_and_dated_and_says_how_it_came_to_be(registry: Registry) -> None:
    first, second = added(registry), added(registry)
    assert (first.name, second.name, second.number) == ("0001-2026-11-23", "0002-2026-11-23", 2)
    assert entries(first.folder) == [ABOUT, "head.json", MANIFEST]
    about = first.about()
    assert (about.kind, about.version, about.made) == ("topics", first.name, "2026-11-23T09:00:00+00:00")
    assert (about.source, about.rows, about.encoder, about.figures) == (
        "tickets.csv",
        120,
        "encoder-1",
        {"accuracy": 0.9},
    )
    assert registry.versions() == registry.versions(Kind.TOPICS) == [first, second]
    assert registry.versions(Kind.ANSWERS) == []


def test_its_files_are_those_of_the_manifest_also_in_folders_below(registry: Registry) -> None:
    def fill(folder: Path) -> None:
        (folder / "twin").mkdir()
        (folder / "twin" / "head.json").write_text("1")

    version = registry.add(Kind.ENCODER, fill, TICKETS, now=AT)
    assert set(json.loads((version.folder / MANIFEST).read_text())) == {ABOUT, "twin/head.json"}
    version.check()
    (version.folder / "twin" / "head.json").write_text("2")
    with pytest.raises(ModelError, match=r"twin/head\.json was changed .*SHA-256.*advisor train undo encoder"):
        version.check()


def test_its_files_are_read_as_model_files_are(registry: Registry) -> None:
    assert checked_bytes(added(registry, "[1]").folder / "head.json") == b"[1]"


def test_nothing_is_in_use_until_it_is_taken(registry: Registry) -> None:
    assert registry.in_use(Kind.TOPICS) is None
    version = added(registry)
    assert registry.in_use(Kind.TOPICS) is None
    assert registry.use(Kind.TOPICS, version.name) == registry.in_use(Kind.TOPICS) == version
    assert registry.in_use(Kind.DEFAULTS) is None


def test_undo_goes_back_several_steps_and_then_to_what_is_shipped(registry: Registry) -> None:
    first, second = added(registry), added(registry)
    for number in ("1", "2", "0001-2026-11-23"):
        registry.use(Kind.TOPICS, number)
    assert registry.undo(Kind.TOPICS) == second
    assert registry.undo(Kind.TOPICS) == first
    assert registry.undo(Kind.TOPICS) is None
    assert registry.in_use(Kind.TOPICS) is None
    with pytest.raises(ModelError, match="nothing to undo: no trained model of the kind topics is in use"):
        registry.undo(Kind.TOPICS)


def test_taking_the_same_version_twice_is_one_step(registry: Registry) -> None:
    added(registry)
    registry.use(Kind.TOPICS, "1")
    registry.use(Kind.TOPICS, "1")
    assert registry.undo(Kind.TOPICS) is None


def test_kinds_do_not_touch_each_other(registry: Registry) -> None:
    topics, answers = added(registry), added(registry, kind=Kind.ANSWERS)
    registry.use(Kind.TOPICS, "1")
    registry.use(Kind.ANSWERS, "1")
    registry.undo(Kind.TOPICS)
    assert (registry.in_use(Kind.TOPICS), registry.in_use(Kind.ANSWERS)) == (None, answers)
    assert topics in registry.versions()


def test_a_version_that_is_not_there_is_said_with_those_that_are(registry: Registry) -> None:
    added(registry)
    with pytest.raises(ModelError, match=r"no version 7 of topics; there are: 0001-2026-11-23 \(advisor train list\)"):
        registry.use(Kind.TOPICS, "7")
    with pytest.raises(ModelError, match="no version 1 of answers; there are: none"):
        registry.use(Kind.ANSWERS, "1")


@pytest.mark.parametrize("failure", [ValueError("the fit failed"), KeyboardInterrupt()])
def test_a_failed_training_leaves_nothing_and_the_model_in_use_stays(
    registry: Registry, failure: BaseException
) -> None:
    used = added(registry)
    registry.use(Kind.TOPICS, "1")

    def fill(folder: Path) -> None:
        (folder / "half.npz").write_bytes(b"half")
        raise failure

    with pytest.raises(type(failure)):
        registry.add(Kind.TOPICS, fill, TICKETS, now=AT)
    assert entries(registry.folder / "topics") == [used.name]
    assert registry.in_use(Kind.TOPICS) == used


def test_a_full_disk_is_one_sentence_and_the_model_in_use_stays(registry: Registry) -> None:
    used = added(registry)
    registry.use(Kind.TOPICS, "1")

    def fill(folder: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder / "head.npz"))

    with pytest.raises(
        ModelError, match=r"head\.npz cannot be written \(No space left on device\).*in use is as it was"
    ):
        registry.add(Kind.TOPICS, fill, TICKETS, now=AT)
    assert registry.in_use(Kind.TOPICS) == used


def test_a_disk_that_fails_while_switching_leaves_the_old_model_in_use(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = added(registry)
    added(registry)
    registry.use(Kind.TOPICS, "1")

    def full(source: str, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(ModelError, match="No space left"):
            registry.use(Kind.TOPICS, "2")
    assert registry.in_use(Kind.TOPICS) == used
    assert entries(registry.folder) == [".lock", IN_USE, "topics"]


def test_what_a_killed_training_left_is_no_version_and_is_cleared_away(registry: Registry) -> None:
    added(registry)
    left = registry.folder / "topics" / ".new-killed"
    left.mkdir()
    (left / "head.json").write_text("{")
    unfinished = registry.folder / "topics" / "0002-2026-11-23"
    unfinished.mkdir()
    assert [version.name for version in registry.versions()] == ["0001-2026-11-23"]
    unfinished.rmdir()
    assert added(registry).name == "0002-2026-11-23"
    assert not left.exists()


def test_a_damaged_version_is_not_taken_into_use(registry: Registry) -> None:
    used, damaged = added(registry), added(registry)
    registry.use(Kind.TOPICS, "1")
    (damaged.folder / "head.json").write_text("changed")
    with pytest.raises(ModelError, match=r"0002-2026-11-23/head\.json was changed"):
        registry.use(Kind.TOPICS, "2")
    (damaged.folder / "head.json").unlink()
    with pytest.raises(ModelError, match=r"head\.json is missing"):
        registry.use(Kind.TOPICS, "2")
    assert registry.in_use(Kind.TOPICS) == used


def test_a_version_in_use_that_was_removed_is_said_and_undo_goes_to_the_last_that_is_there(registry: Registry) -> None:
    first, second, third = added(registry), added(registry), added(registry)
    for version in (first, second, third):
        registry.use(Kind.TOPICS, version.name)
    for version in (second, third):
        for path in version.folder.iterdir():
            path.unlink()
        version.folder.rmdir()
    with pytest.raises(
        ModelError, match=r"in_use\.json names topics 0003-2026-11-23, which is not there: say advisor train"
    ):
        registry.in_use(Kind.TOPICS)
    assert added(registry).name == "0004-2026-11-23"  # a number is never given twice
    assert registry.undo(Kind.TOPICS) == first


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", r"in_use\.json cannot be read .*delete it"),
        ('{"format": 9, "kinds": {}}', r"in_use\.json has format 9, this program reads 1"),
        (
            '{"format": 1, "kinds": {"topics": ["../../etc"]}}',
            r"in_use\.json names '\.\./\.\./etc', which is no version",
        ),
    ],
)
def test_a_file_of_versions_in_use_that_is_not_ours_is_refused_by_name(
    registry: Registry, content: str, said: str
) -> None:
    added(registry)
    (registry.folder / IN_USE).write_text(content)
    with pytest.raises(ModelError, match=said):
        registry.in_use(Kind.TOPICS)


def test_a_description_of_another_version_of_the_program_is_refused_by_name(registry: Registry) -> None:
    version = added(registry)
    path = version.folder / ABOUT
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 9}))
    with pytest.raises(ModelError, match=r"about\.json was changed"):
        version.about()
    write_manifest(version.folder)
    with pytest.raises(ModelError, match=r"about\.json has format 9, this program reads 1: train this model again"):
        version.about()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=r"file.* cannot be written \(Not a directory\)"):
        added(Registry(tmp_path / "file" / "models"))


def test_the_heads_in_use_are_the_trained_ones_then_those_of_before_versions_then_the_shipped(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert heads_folder(settings) == SHIPPED
    settings.models.mkdir(parents=True)
    write_manifest(settings.models)
    assert heads_folder(settings) == tmp_path / "models" / "heads"
    registry = Registry(tmp_path / "models")
    version = added(registry, kind=Kind.DEFAULTS)
    registry.use(Kind.DEFAULTS, "1")
    assert heads_folder(settings) == version.folder
    registry.undo(Kind.DEFAULTS)
    assert heads_folder(settings) == tmp_path / "models" / "heads"
