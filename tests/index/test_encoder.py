import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.bundle import bundle_folder, load_bundle
from index.encoder import Encoder, HashEncoder, OnnxEncoder, load_encoder
from index.encoder.base import MOST_CHARACTERS, Pools, join_windows, prepare, unit, windows
from index.errors import EncoderError
from index.export import make_bundle, put_in_place
from index.original import load_original
from index.sentences import COMPARED
from index.settings import KnowledgeSettings, Precision

TEXTS = st.lists(st.text(max_size=400), min_size=1, max_size=5)


def same_bytes_whatever_stands_around(encoder: Encoder, texts: list[str]) -> None:
    together = encoder.encode(texts)
    backwards = encoder.encode(texts[::-1])
    for at, text in enumerate(texts):
        alone = encoder.encode([text])
        for vectors in ("sentences", "inner"):
            expected = getattr(alone, vectors)[0].tobytes()
            assert getattr(together, vectors)[at].tobytes() == expected
            assert getattr(backwards, vectors)[len(texts) - 1 - at].tobytes() == expected


@given(TEXTS)
@settings(max_examples=50, deadline=None)
def test_a_hashed_text_has_equal_bytes_alone_among_others_and_in_any_order(texts: list[str]) -> None:
    same_bytes_whatever_stands_around(HashEncoder(), texts)


@given(texts=TEXTS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_encoded_text_has_equal_bytes_alone_among_others_and_in_any_order(fast: Encoder, texts: list[str]) -> None:
    same_bytes_whatever_stands_around(fast, texts)


@pytest.mark.parametrize("words", [1, 7, 60, 253, 254, 255, 600])
def test_equal_bytes_hold_at_every_length(fast: Encoder, words: int) -> None:
    same_bytes_whatever_stands_around(fast, ["printer " * words, "short", "my invoice is wrong " * 30])


def test_one_thread_gives_the_same_bytes_as_many(fast: Encoder, model_settings: KnowledgeSettings) -> None:
    single = load_encoder(replace(model_settings, threads=1))
    for text in COMPARED[:12]:
        assert single.encode([text]).sentences.tobytes() == fast.encode([text]).sentences.tobytes()


def test_related_sentences_are_nearer_than_unrelated_ones(fast: Encoder) -> None:
    for encoder in (fast, HashEncoder()):
        question, answer, other = encoder.encode(
            ["I forgot my password", "Reset a forgotten password", "The parcel arrived broken"]
        ).sentences
        assert question @ answer > question @ other + 0.2


def test_shapes_and_lengths_are_as_promised(fast: Encoder) -> None:
    for encoder in (fast, HashEncoder()):
        encoded = encoder.encode(["hello", "", "one two three"])
        assert encoded.sentences.shape == (3, 384)
        assert encoded.inner.shape == (3, 3840)
        assert encoded.sentences.dtype == encoded.inner.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(encoded.sentences, axis=1), 1, atol=1e-5)
        assert encoded.cut == (0, 0, 0)
        assert encoder.encode([]).sentences.shape == (0, 384)
        assert encoder.encode([]).inner.shape == (0, 3840)


def test_a_maximum_is_never_below_its_mean(fast: Encoder) -> None:
    pools = fast.encode(["The import failed in row 17"]).inner.reshape(5, 2, 384)
    assert (pools[:, 1] >= pools[:, 0] - 1e-5).all()


def test_tokens_have_an_id_and_a_unit_vector_each(fast: Encoder) -> None:
    hello, nothing, long = fast.encode(["hello there friend", "", "word " * 300], tokens=True).tokens
    assert hello.ids.tolist() == [7592, 2045, 2767]
    assert hello.vectors.shape == (3, 384)
    np.testing.assert_allclose(np.linalg.norm(hello.vectors, axis=1), 1, atol=1e-5)
    assert nothing.vectors.shape == (0, 384)
    assert len(long.ids) == len(long.vectors) == len(long.middle) == len(long.spans) == 300
    assert len(long.first().ids) == 254
    hashed = HashEncoder().encode(["hello there hello"], tokens=True).tokens[0]
    assert hashed.ids[0] == hashed.ids[2] != hashed.ids[1]


def test_windows_cover_the_text_and_count_what_is_left_out() -> None:
    split = windows(range(1100), prepare("x"))
    assert [len(window) for window in split.ids] == [254, 254, 254, 254]
    assert split.ids[1][0] == 254
    assert split.cut == 1100 - 4 * 254
    assert windows((), prepare("")).ids == ((),)
    assert [len(window) for window in windows(range(255), prepare("x")).ids] == [254, 1]


def test_windows_are_joined_by_mean_and_maximum() -> None:
    sentences = np.array([[1, 0], [0, 1]], np.float32)
    inner = np.arange(40, dtype=np.float32).reshape(2, 20)
    sentence, pools = join_windows([Pools(sentences[0], inner[0]), Pools(sentences[1], inner[1])])
    np.testing.assert_allclose(sentence, [0.5**0.5, 0.5**0.5], rtol=1e-6)
    np.testing.assert_allclose(pools[:4], [10, 11, 22, 23])  # means of layer 2, then its maxima


def test_characters_beyond_the_cut_are_counted_in_word_pieces() -> None:
    prepared = prepare("ab " * MOST_CHARACTERS)
    assert len(prepared.text) == MOST_CHARACTERS
    assert prepared.beyond > MOST_CHARACTERS
    assert HashEncoder().encode(["ab " * MOST_CHARACTERS]).cut[0] > 10_000


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "line\n" * 20_000,
        '"' * 100_000,
        "<b>" * 20_000,
        "\ud800 \x00\x07",
        "🙂" * 500,
        "\u202eabc",
        " " * 9,
    ],
)
def test_hostile_text_is_encoded_quickly(fast: Encoder, text: str) -> None:
    fast.encode([text])
    started = time.perf_counter()
    encoded = fast.encode([text])
    assert time.perf_counter() - started < 2  # some 0.1 s; generous for a busy machine
    assert np.isfinite(encoded.inner).all()
    np.testing.assert_allclose(np.linalg.norm(encoded.sentences[0]), 1, atol=1e-5)


def test_the_fast_encoder_stays_close_to_the_published_model(fast: Encoder, model_settings: KnowledgeSettings) -> None:
    bundle = load_bundle(bundle_folder(model_settings))
    assert bundle is not None
    assert bundle.manifest.precision == "int8"
    assert bundle.manifest.compared >= 64
    assert bundle.manifest.cosine >= 0.99
    original = load_original(model_settings.model)
    texts = ["Where is my refund?", "The app closes whenever I open the calendar on my tablet."]
    for text, vector in zip(texts, fast.encode(texts).sentences, strict=True):
        assert original.published(text) @ vector > 0.98


def test_the_reference_encoder_is_the_published_model(model_settings: KnowledgeSettings) -> None:
    reference = load_encoder(replace(model_settings, precision=Precision.REFERENCE))
    original = load_original(model_settings.model)
    for text in ("Where is my refund?", ""):
        np.testing.assert_allclose(reference.encode([text]).sentences[0], original.published(text), atol=1e-5)
    assert reference.encode(["hello there", ""], tokens=True).tokens[0].vectors.shape == (2, 384)
    assert reference.encode(["word " * 1100]).cut == (1100 - 4 * 254,)


def test_fp32_is_made_on_request_and_is_nearly_exact(model_settings: KnowledgeSettings) -> None:
    settings = replace(model_settings, precision=Precision.FP32)
    exact = load_encoder(settings)
    bundle = load_bundle(bundle_folder(settings))
    assert bundle is not None
    assert (bundle.manifest.graph, bundle.manifest.precision) == ("fp32.onnx", "fp32")
    assert bundle.manifest.cosine > 0.999
    assert exact.fingerprint != load_encoder(model_settings).fingerprint


def test_eight_bits_that_stray_too_far_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.export.LEAST_COSINE", 0.99999)
    bundle = make_bundle(KnowledgeSettings(tmp_path))
    assert (bundle.manifest.asked, bundle.manifest.precision, bundle.graph) == ("int8", "fp32", "fp32.onnx")
    assert sorted(path.name for path in bundle.folder.iterdir()) == [
        "bundle.json",
        "fp32.onnx",
        "tokenizer.json",
    ]
    assert [path.name for path in bundle.folder.parent.iterdir()] == ["int8"]


def test_of_two_bundles_made_at_once_one_serves_and_what_was_incomplete_goes(
    model_settings: KnowledgeSettings, tmp_path: Path
) -> None:
    target = tmp_path / "int8"
    target.mkdir()
    (target / "int8.onnx").write_bytes(b"left by a power cut")
    for name in ("first", "second"):
        shutil.copytree(bundle_folder(model_settings), tmp_path / name)
    put_in_place(tmp_path / "first", target)
    put_in_place(tmp_path / "second", target)
    assert load_bundle(target) is not None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["int8", "second"]


def copied(model_settings: KnowledgeSettings, home: Path) -> KnowledgeSettings:
    shutil.copytree(bundle_folder(model_settings), bundle_folder(KnowledgeSettings(home)))
    return KnowledgeSettings(home)


@pytest.mark.parametrize("name", ["int8.onnx", "tokenizer.json"])
def test_a_changed_model_file_is_refused(model_settings: KnowledgeSettings, tmp_path: Path, name: str) -> None:
    settings = copied(model_settings, tmp_path)
    with (bundle_folder(settings) / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(EncoderError, match=rf"{name} is not the file that was made .*: delete it and run advisor init"):
        load_encoder(settings)


def test_a_broken_manifest_is_refused(model_settings: KnowledgeSettings, tmp_path: Path) -> None:
    settings = copied(model_settings, tmp_path)
    (bundle_folder(settings) / "bundle.json").write_text("{")
    with pytest.raises(EncoderError, match=r"bundle\.json cannot be read .*: delete it and run advisor init"):
        load_encoder(settings)


def test_a_bundle_with_a_file_missing_or_of_an_older_recipe_is_made_anew(
    model_settings: KnowledgeSettings, tmp_path: Path
) -> None:
    folder = bundle_folder(copied(model_settings, tmp_path))
    manifest = json.loads((folder / "bundle.json").read_bytes())
    (folder / "bundle.json").write_bytes(msgspec.json.encode(manifest | {"recipe": "older-1, opset 9"}))
    assert load_bundle(folder) is None
    (folder / "bundle.json").write_bytes(msgspec.json.encode(manifest))
    assert load_bundle(folder) is not None
    (folder / "int8.onnx").unlink()
    assert load_bundle(folder) is None


def test_another_sentence_model_that_is_not_there_is_named_with_its_cure(tmp_path: Path) -> None:
    settings = KnowledgeSettings(tmp_path, model=str(tmp_path / "no-model"), precision=Precision.REFERENCE)
    with pytest.raises(EncoderError, match="no-model cannot be loaded"):
        load_encoder(settings)


def test_a_sentence_model_that_was_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the model")
    monkeypatch.setattr("index.original.packaged_folder", lambda: tmp_path)
    with pytest.raises(EncoderError, match=r"model\.safetensors is not the published model .*: reinstall the package"):
        load_original("all-MiniLM-L6-v2")


def test_encoding_imports_neither_torch_nor_sentence_transformers(model_settings: KnowledgeSettings) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from index.encoder import load_encoder; from index.knowledge import KnowledgeBase\n"
        "from index.settings import KnowledgeSettings\n"
        f"settings = KnowledgeSettings(Path({str(model_settings.home)!r}))\n"
        "KnowledgeBase.open(settings, load_encoder(settings)).search('hello', k=1)\n"
        "print([name for name in ('torch', 'sentence_transformers', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_unit_keeps_zeros() -> None:
    np.testing.assert_array_equal(
        unit(np.array([[3, 4], [0, 0]], np.float32)), np.array([[0.6, 0.8], [0, 0]], np.float32)
    )


def test_the_fast_encoder_is_what_the_settings_name_by_default(
    fast: Encoder, model_settings: KnowledgeSettings
) -> None:
    assert isinstance(fast, OnnxEncoder)
    assert isinstance(load_encoder(replace(model_settings, precision=Precision.HASH)), HashEncoder)
    assert fast.fingerprint == load_encoder(model_settings).fingerprint
