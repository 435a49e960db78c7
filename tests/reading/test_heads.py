from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from advisor.errors import ModelError
from advisor.reading.evidence import Heads
from advisor.reading.features import hashed, hashed_text, text_features
from advisor.reading.heads import MANIFEST, SHIPPED, Head, fingerprint, load_head, sigmoid, write_manifest
from index.encoder import HashEncoder

# Two labels, a vector of two numbers, four places for words; every number is exact in 16 bits.
SMALL = Head(
    name="small",
    labels=("yes", "no"),
    exclusive=False,
    dense=np.array([[1, 0], [0, 2]], np.float32),
    sparse=np.array([[0, 0.5, 0, 0], [0, 0, 0, -1]], np.float32),
    bias=np.array([0, 1], np.float32),
    slope=np.array([2, 1], np.float32),
    offset=np.array([0, -1], np.float32),
    thresholds=(0.5, 0.25),
    encoders=("encoder-1",),
    about={"made": "by hand"},
)
VECTORS = np.array([[1, 1], [0, 0]], np.float32)
WORDS = [(np.array([1, 3]), np.array([1, 1], np.float32)), (np.zeros(0, np.int64), np.zeros(0, np.float32))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    SMALL.save(tmp_path)
    write_manifest(tmp_path)
    return tmp_path


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "models"))


def test_scores_add_vector_words_and_bias() -> None:
    assert SMALL.scores(VECTORS, WORDS).tolist() == [[1.5, 2], [0, 1]]


def test_probabilities_are_calibrated_scores() -> None:
    expected = sigmoid(np.array([[3, 1], [0, 0]], np.float32))
    np.testing.assert_allclose(SMALL.probabilities(VECTORS, WORDS), expected, rtol=1e-6)
    assert expected[1].tolist() == [0.5, 0.5]


def test_probabilities_of_exclusive_labels_add_up_to_one() -> None:
    chances = replace(SMALL, exclusive=True).probabilities(VECTORS, WORDS)
    np.testing.assert_allclose(chances[0], [math.e**2 / (1 + math.e**2), 1 / (1 + math.e**2)], rtol=1e-6)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-6)


def test_a_saved_head_comes_back_as_it_was(folder: Path) -> None:
    loaded = load_head("small", folder, encoder="encoder-1")
    assert loaded.bits == 2
    for name in ("name", "labels", "exclusive", "thresholds", "encoders", "about"):
        assert getattr(loaded, name) == getattr(SMALL, name)
    for name in ("dense", "sparse", "bias", "slope", "offset"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(SMALL, name))


def test_a_head_without_encoders_serves_any(tmp_path: Path) -> None:
    replace(SMALL, encoders=()).save(tmp_path)
    write_manifest(tmp_path)
    assert load_head("small", tmp_path, encoder="whichever").encoders == ()


def test_another_encoder_is_refused_with_the_cure(folder: Path) -> None:
    with pytest.raises(
        ModelError, match=r"the head small was calibrated on other encoders .*\(encoder-2\).*train defaults"
    ):
        load_head("small", folder, encoder="encoder-2")


@pytest.mark.parametrize("name", ["small.npz", "small.json"])
def test_one_changed_byte_is_refused_by_name(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=rf"{name} was changed .*SHA-256.*install the program again"):
        load_head("small", folder, encoder="encoder-1")


@pytest.mark.parametrize("name", ["small.npz", "small.json", MANIFEST])
def test_a_missing_file_is_said_by_name(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{name} cannot be read \(No such file or directory\): install"):
        load_head("small", folder, encoder="encoder-1")


def test_another_format_is_refused_with_the_cure(folder: Path) -> None:
    path = folder / "small.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    write_manifest(folder)
    with pytest.raises(
        ModelError, match=r"small\.json has format 99, this program reads 1: run advisor train defaults"
    ):
        load_head("small", folder, encoder="encoder-1")


def test_the_fingerprint_changes_with_any_file(folder: Path) -> None:
    before = fingerprint(folder)
    assert fingerprint(folder) == before
    replace(SMALL, bias=SMALL.bias + 1).save(folder)
    write_manifest(folder)
    assert fingerprint(folder) != before


def test_the_shipped_files_are_those_of_the_manifest_and_small_enough() -> None:
    manifest = json.loads((SHIPPED / MANIFEST).read_text())
    files = [path for path in SHIPPED.iterdir() if path.suffix in {".npz", ".json", ".onnx"} and path.name != MANIFEST]
    assert {path.name for path in files} == set(manifest)
    assert sum(path.stat().st_size for path in files) < 11_000_000


def test_the_shipped_heads_refuse_the_hashing_encoder() -> None:
    with pytest.raises(ModelError, match="calibrated on other encoders than the one in use"):
        Heads.load(SHIPPED, encoder=HashEncoder().fingerprint, fingerprint="")


@pytest.mark.parametrize("name", sorted(json.loads((SHIPPED / MANIFEST).read_text())))
def test_every_shipped_file_is_checked(shipped: Path, name: str, heads: Heads) -> None:
    encoder = heads.tones.encoders[0]
    Heads.load(shipped, encoder=encoder, fingerprint="")
    path = shipped / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ModelError, match=f"{name} was changed"):
        Heads.load(shipped, encoder=encoder, fingerprint="")


@given(st.text(max_size=200))
@example("I CANNOT LOG IN AND NOBODY HELPS ME AT ALL")
@example("I can't log in, not today, don't don't!")
def test_kept_hashes_of_words_change_no_feature(text: str) -> None:
    places, weights = hashed(text_features(text), 15)
    same, alike = hashed_text(text, 15)
    assert same.tolist() == places.tolist()
    assert alike.tolist() == weights.tolist()
