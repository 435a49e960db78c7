from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from index.branch import Lower, TunedLayers, export_branch, last_layers
from index.bundle import BRANCH, Bundle, bundle_folder, load_bundle, with_branch
from index.encoder import Encoder, HashEncoder, OnnxEncoder, load_encoder
from index.encoder.base import Pools, join_tuned
from index.errors import EncoderError
from index.original import Original, load_original
from index.sentences import COMPARED
from index.settings import KnowledgeSettings, Precision

TEXTS = ("Where is my refund?", "", "printer " * 300)


@pytest.fixture(scope="module")
def original(model_settings: KnowledgeSettings) -> Original:
    return load_original(model_settings.model)


@pytest.fixture(scope="module")
def bundle(fast: Encoder, model_settings: KnowledgeSettings) -> Bundle:
    found = load_bundle(bundle_folder(model_settings))
    assert found is not None
    return found


def moved(original: Original, count: int) -> TunedLayers:
    """Layers that are a little different from the published ones, the same each time."""
    layers = last_layers(original, count)
    chance = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weight in layers.parameters():
            weight.add_(0.1 * weight.abs().mean() * torch.randn(weight.shape, generator=chance))
    return layers


@pytest.fixture(scope="module")
def folder(bundle: Bundle, original: Original, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A branch of two layers."""
    made = tmp_path_factory.mktemp("branch")
    export_branch(made, bundle, original, moved(original, 2), ("My card was swallowed.",))
    return made


@pytest.fixture(scope="module")
def tuned(folder: Path, model_settings: KnowledgeSettings) -> Encoder:
    return load_encoder(model_settings, branch=folder)


def test_everything_but_the_tuned_vector_is_the_same_to_the_byte(tuned: Encoder, fast: Encoder) -> None:
    for text in (*COMPARED[:20], *TEXTS):
        (one, other) = (encoder.encode([text], tokens=True) for encoder in (tuned, fast))
        assert one.sentences.tobytes() == other.sentences.tobytes()
        assert one.inner.tobytes() == other.inner.tobytes()
        assert one.tokens[0].middle.tobytes() == other.tokens[0].middle.tobytes()
        assert one.tokens[0].vectors.tobytes() == other.tokens[0].vectors.tobytes()


def test_the_fingerprint_stays_and_the_branch_has_its_own(tuned: Encoder, fast: Encoder, bundle: Bundle) -> None:
    assert tuned.fingerprint == fast.fingerprint == bundle.fingerprint
    assert fast.branch is None
    assert tuned.branch is not None
    assert len(tuned.branch) == 16
    assert tuned.branch != tuned.fingerprint


def test_tuned_vectors_have_length_one_and_the_same_bytes_alone_and_among_others(tuned: Encoder) -> None:
    together = tuned.encode(TEXTS).tuned
    assert together is not None
    assert together.shape == (3, 384)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for at, text in enumerate(TEXTS):
        alone = tuned.encode([text]).tuned
        assert alone is not None
        assert alone[0].tobytes() == together[at].tobytes()


def test_no_text_gives_no_tuned_vector(tuned: Encoder, fast: Encoder) -> None:
    none = tuned.encode([]).tuned
    assert none is not None
    assert none.shape == (0, 384)
    assert fast.encode([]).tuned is None
    assert HashEncoder().encode(["hello"]).tuned is None


def test_the_exported_branch_computes_what_torch_does(bundle: Bundle, original: Original, tuned: Encoder) -> None:
    layers, lower = moved(original, 2).eval(), Lower(bundle, original, 2)
    for text in ("Where is my refund?", "The app closes whenever I open the calendar."):
        with torch.inference_mode():
            wanted = layers(torch.from_numpy(lower.states(text))[None])[0].numpy()
        found = tuned.encode([text]).tuned
        assert found is not None
        assert wanted @ found[0] > 0.99


@pytest.mark.parametrize("count", [1, 3])
def test_untouched_copies_give_the_sentence_vector_again(
    bundle: Bundle, original: Original, model_settings: KnowledgeSettings, tmp_path: Path, count: int
) -> None:
    export_branch(tmp_path, bundle, original, last_layers(original, count))
    encoded = load_encoder(model_settings, branch=tmp_path).encode(["Where is my refund?"])
    assert encoded.tuned is not None
    assert encoded.tuned[0] @ encoded.sentences[0] > 0.99


def test_a_mask_leaves_padding_out(original: Original) -> None:
    layers = last_layers(original, 2).eval()
    states = torch.randn(1, 7, 384, generator=torch.Generator().manual_seed(1))
    padded = torch.cat([states, torch.full((1, 4, 384), 9.0)], 1)
    mask = torch.tensor([[1.0] * 7 + [0.0] * 4])
    with torch.inference_mode():
        torch.testing.assert_close(layers(padded, mask), layers(states), atol=1e-5, rtol=1e-4)


def test_windows_are_joined_by_their_mean() -> None:
    plain = np.zeros(2, np.float32)
    ends = [Pools(plain, plain, tuned=np.array(one, np.float32)) for one in ([1, 0], [0, 1])]
    joined = join_tuned(ends)
    assert joined is not None
    np.testing.assert_allclose(joined, [0.5**0.5, 0.5**0.5], rtol=1e-6)
    assert join_tuned([Pools(plain, plain)]) is None


def test_only_what_belongs_to_the_branch_is_kept(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["branch.json", "tuned-int8.onnx"]


def copied(folder: Path, target: Path) -> Path:
    shutil.copytree(folder, target)
    return target


def test_a_changed_graph_is_refused(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    changed = copied(folder, tmp_path / "changed")
    with (changed / "tuned-int8.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(EncoderError, match=r"tuned-int8\.onnx is not the file that was made .*train undo encoder"):
        with_branch(bundle, changed)


def test_a_missing_or_broken_description_is_refused(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    broken = copied(folder, tmp_path / "broken")
    (broken / BRANCH).write_text("{")
    for path in (broken, tmp_path):
        with pytest.raises(EncoderError, match=r"branch\.json cannot be read"):
            with_branch(bundle, path)


def test_a_branch_of_another_version_of_the_program_is_refused(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    other = copied(folder, tmp_path / "other")
    described = msgspec.json.decode((other / BRANCH).read_bytes())
    (other / BRANCH).write_bytes(msgspec.json.encode(described | {"format": 9}))
    with pytest.raises(EncoderError, match=r"branch\.json has format 9, this program reads 1"):
        with_branch(bundle, other)


def test_a_branch_made_beside_another_encoder_is_refused(bundle: Bundle, folder: Path) -> None:
    stranger = Bundle(bundle.folder, replace(bundle.manifest, fingerprint="0" * 16, precision="fp32"))
    with pytest.raises(EncoderError, match=rf"was made beside {bundle.fingerprint}, in use is 0{{16}} .*fp32"):
        with_branch(stranger, folder)


@pytest.mark.parametrize("precision", [Precision.HASH, Precision.REFERENCE])
def test_an_encoder_that_can_have_no_branch_refuses_one(
    model_settings: KnowledgeSettings, folder: Path, precision: Precision
) -> None:
    with pytest.raises(EncoderError, match=f"needs precision int8 or fp32, was: {precision}"):
        load_encoder(replace(model_settings, precision=precision), branch=folder)


def test_as_many_layers_as_there_are_cannot_be_tuned(original: Original) -> None:
    with pytest.raises(EncoderError, match="between 1 and 3 layers can be tuned, were: 4"):
        last_layers(original, 4)


def test_the_fast_encoder_takes_a_branch(tuned: Encoder) -> None:
    assert isinstance(tuned, OnnxEncoder)
