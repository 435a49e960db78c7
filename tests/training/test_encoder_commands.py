from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from advisor.errors import ModelError
from advisor.reading.topics import TopicHead
from advisor.registry import Kind, Registry
from index.encoder import Encoder, load_encoder
from index.settings import KnowledgeSettings, Precision
from training.encoder_commands import encoder
from training.encoder_training import minutes, train_encoder

OPENINGS = ("Hello,", "Since Monday", "I think that", "Again", "For our team", "Please see why", "Today")
MATTERS = {
    "billing": ("the invoice is wrong", "I was charged twice", "my refund is missing"),
    "sign_in": ("the password is refused", "I cannot log in", "the code never arrives"),
    "parcels": ("the parcel is late", "the box came broken", "the courier never rang"),
}


@pytest.fixture(scope="module")
def own_settings(model_settings: KnowledgeSettings, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeSettings:
    """A home folder with a copy of the encoder: what is trained in it serves no other test."""
    home = tmp_path_factory.mktemp("tuned") / "home"
    shutil.copytree(model_settings.models, home / "models")
    return replace(model_settings, home=home)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """21 texts of each of three topics."""
    path = tmp_path_factory.mktemp("labelled") / "labelled.csv"
    rows = [
        f'"{opening} {matter}",{topic}'
        for topic, matters in MATTERS.items()
        for opening, matter in product(OPENINGS, matters)
    ]
    path.write_text("text,topic\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def run(settings: KnowledgeSettings, *arguments: str) -> Result:
    return CliRunner().invoke(encoder, [*arguments], obj=settings)


@pytest.fixture(scope="module")
def trained(own_settings: KnowledgeSettings, labelled: Path, fast: Encoder) -> Result:
    """One training, taken into use by force."""
    return run(own_settings, str(labelled), "--epochs", "2", "--force", "--json")


def test_a_training_says_its_cost_first_and_its_figures_last(trained: Result) -> None:
    assert trained.exit_code == 0, trained.output
    said = trained.stderr.splitlines()
    assert "63 rows, 63 different texts of 3 topics" in said[0]
    assert any(line.startswith("This takes about ") and "at most" in line for line in said)
    outcome = json.loads(trained.stdout)
    assert outcome["in_use"] is True
    assert outcome["cosine"] >= 0.99
    assert outcome["precision"] == "int8"
    assert 0.5 < outcome["with_it"] <= 1
    assert outcome["change"]["low"] <= outcome["with_it"] - outcome["without"] <= outcome["change"]["high"]


def test_the_branch_in_use_leaves_all_other_outputs_alone_and_its_head_reads(
    trained: Result, own_settings: KnowledgeSettings, fast: Encoder
) -> None:
    registry = Registry(own_settings.models)
    version, head = registry.in_use(Kind.ENCODER), registry.in_use(Kind.TOPICS)
    assert version is not None
    assert head is not None
    version.check()
    head.check()
    tuned = load_encoder(own_settings, branch=version.folder)
    text = "my invoice is wrong again"
    one, other = tuned.encode([text]), fast.encode([text])
    assert one.sentences.tobytes() == other.sentences.tobytes()
    assert one.inner.tobytes() == other.inner.tobytes()
    topics = TopicHead.load(head.folder, encoder=tuned.fingerprint, branch=tuned.branch)
    assert "tuned" in topics.parts
    assert topics.read(one, [text])[0].label == "billing"


def test_a_head_made_for_a_branch_is_refused_without_it(trained: Result, own_settings: KnowledgeSettings) -> None:
    head = Registry(own_settings.models).in_use(Kind.TOPICS)
    assert head is not None
    fingerprint = load_encoder(own_settings).fingerprint
    with pytest.raises(ModelError, match="need the tuned encoder"):
        TopicHead.load(head.folder, encoder=fingerprint)


def test_what_was_tuned_on_is_remembered_by_its_hash(trained: Result, own_settings: KnowledgeSettings) -> None:
    version = Registry(own_settings.models).in_use(Kind.ENCODER)
    assert version is not None
    with np.load(version.folder / "seen.npz", allow_pickle=False) as arrays:
        seen = arrays["hashes"]
    assert version.about().rows == json.loads(trained.stdout)["rows"] == len(seen)


def test_undo_leaves_the_untouched_encoder(trained: Result, own_settings: KnowledgeSettings) -> None:
    registry = Registry(own_settings.models)
    version = registry.in_use(Kind.ENCODER)
    assert version is not None
    assert registry.undo(Kind.ENCODER) is None
    assert load_encoder(own_settings).branch is None
    registry.use(Kind.ENCODER, version.name)


def test_a_stopped_training_leaves_nothing(
    own_settings: KnowledgeSettings, labelled: Path, tmp_path: Path, fast: Encoder
) -> None:
    registry = Registry(tmp_path / "models")

    def stop(what: str, done: int, total: int) -> None:
        if what == "Tuning" and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_encoder(
            labelled, {"text": "text", "topic": "topic"}, own_settings, registry, masked=True, layers=1, epochs=1,
            force=True, progress=stop,
        )  # fmt: skip
    assert registry.versions() == []
    assert not (tmp_path / "models").exists()


def test_an_encoder_without_layers_cannot_be_tuned(tmp_path: Path, labelled: Path) -> None:
    settings = KnowledgeSettings(tmp_path, precision=Precision.HASH)
    with pytest.raises(ModelError, match="needs precision int8 or fp32, was: hash"):
        train_encoder(
            labelled, {}, settings, Registry(tmp_path), masked=True, layers=2, epochs=1, force=False
        )  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3, "about 10 seconds"), (62, "about 60 seconds"), (100, "about 2 minutes"), (610, "about 10 minutes")],
)
def test_times_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert minutes(seconds) == said
