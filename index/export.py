"""Make the fast encoder's bundle from the published sentence model, and check it against that model.

The graph takes the word pieces of one text, batch 1, and gives all vectors at once. It is traced with
torch's older exporter: the newer one took three times as long here and its graph ran 15 % slower once
quantised. Embeddings and weights become 8-bit (weights per channel: per tensor the cosine fell to .962),
activations are quantised on the fly.
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from index.bundle import MANIFEST, RECIPE, Bundle, Manifest, bundle_folder, load_bundle, sha256
from index.encoder.base import WINDOW, Vectors
from index.encoder.fast import cores, session
from index.errors import EncoderError
from index.original import Original, load_original, one_thread, quiet
from index.progress import Progress, silent
from index.sentences import COMPARED, SMOOTHED
from index.settings import KnowledgeSettings, Precision
from index.smoothing import ALPHA, can_smooth, smooth

LEAST_COSINE = 0.99  # mean cosine to the published model, below which 8 bits are given up
OPSET = 17
_STEPS = 6


def make_bundle(settings: KnowledgeSettings, *, progress: Progress | None = None) -> Bundle:
    """Make the bundle and put it in place whole; of two processes making it at once, either's serves both."""
    target = bundle_folder(settings)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=".making-", dir=target.parent))
    except OSError as error:
        raise EncoderError(f"{target.parent} cannot be written ({error.strerror}): choose another home") from error
    try:
        _fill(making, settings, progress or silent)
        put_in_place(making, target)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    bundle = load_bundle(target)
    if bundle is None:
        raise EncoderError(f"{target} was removed while it was made: run advisor init again")
    return bundle


def _fill(folder: Path, settings: KnowledgeSettings, progress: Progress) -> None:
    """Export, quantise, compare and describe."""

    def step(done: int) -> None:
        progress(f"Preparing {Path(settings.model).name}", done, _STEPS)

    step(0)
    original = load_original(settings.model)
    step(1)
    published = np.stack([original.published(text) for text in COMPARED])
    step(2)
    _save_tokenizer(original, folder / "tokenizer.json")
    _export(original, folder / "fp32.onnx")
    step(3)
    trial = _try(original, folder, published, Precision.FP32)
    if settings.precision is Precision.INT8:
        _quantise(original, folder)
        step(4)
        small = _try(original, folder, published, Precision.INT8)
        trial = small if small.cosine >= LEAST_COSINE else trial
    step(5)
    for name in {"fp32.onnx", "int8.onnx"} - {trial.graph}:
        (folder / name).unlink(missing_ok=True)
    _describe(original, folder, settings, trial)
    step(_STEPS)


@dataclass(frozen=True, slots=True)
class Trial:
    """How a graph compares with the published model."""

    precision: Precision
    graph: str  # file name
    cosine: float  # mean over the compared sentences
    threads_agree: bool


def _try(original: Original, folder: Path, published: Vectors, precision: Precision) -> Trial:
    """Run a graph over the sentences to compare, with one thread a call and with several."""
    graph = f"{precision.value}.onnx"
    bundle = Bundle(folder, _manifest(original, precision, precision, Trial(precision, graph, 0.0, False), {}))
    alone, together = session(bundle, threads=1), session(bundle, threads=max(2, cores()))
    cosines = []
    agree = True
    for text, expected in zip(COMPARED, published, strict=True):
        ids = original.marked(original.pieces(text)[:WINDOW]).numpy()
        outputs = alone.run(None, {"ids": ids})
        others = together.run(None, {"ids": ids})
        agree &= all(one.tobytes() == other.tobytes() for one, other in zip(outputs, others, strict=True))
        cosines.append(float(outputs[0][0] @ expected))
    return Trial(precision, graph, float(np.mean(cosines)), agree)


def _save_tokenizer(original: Original, path: Path) -> None:
    tokenizer = getattr(original.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise EncoderError(f"the sentence model {original.name} must come with a tokenizer.json, and has none")
    tokenizer.save(str(path))


def _export(original: Original, path: Path) -> None:
    """Write the graph of the model as it is now."""
    with quiet():
        torch.onnx.export(
            original.pooled,
            (original.marked(original.pieces(COMPARED[0])),),
            str(path),
            input_names=["ids"],
            output_names=["sentence", "inner", "middle", "tokens", "lower"],
            dynamic_axes={"ids": {1: "n"}, "middle": {0: "pieces"}, "tokens": {0: "pieces"}, "lower": {0: "n"}},
            opset_version=OPSET,
            dynamo=False,
        )


def _quantise(original: Original, folder: Path) -> None:
    """Smooth the model where that is known how, export it again and quantise it."""
    smoothed = folder / "smoothed.onnx"
    if can_smooth(original.pooled.transformer):
        texts = [original.marked(original.pieces(text)[:WINDOW]) for text in SMOOTHED]
        with one_thread():
            smooth(original.pooled.transformer, original.pooled, texts)
    _export(original, smoothed)
    quantise(smoothed, folder / "int8.onnx", kinds=("MatMul", "Gemm", "Gather"))
    smoothed.unlink()


def quantise(plain: Path, small: Path, *, kinds: Sequence[str] = ("MatMul", "Gemm")) -> None:
    """Write a graph with the weights of some kinds of node in 8 bits, per channel; activations follow on the fly."""
    with quiet():
        quantize_dynamic(
            str(plain),
            str(small),
            op_types_to_quantize=list(kinds),
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )


def _describe(original: Original, folder: Path, settings: KnowledgeSettings, trial: Trial) -> None:
    hashes = {name: sha256(folder / name) for name in (trial.graph, "tokenizer.json")}
    manifest = _manifest(original, trial.precision, settings.precision, trial, hashes)
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))


def _manifest(
    original: Original, precision: Precision, asked: Precision, trial: Trial, hashes: dict[str, str]
) -> Manifest:
    smoothed = f", smoothed {ALPHA}" if can_smooth(original.pooled.transformer) else ""
    exact = precision is Precision.FP32
    return Manifest(
        model=original.name,
        model_sha256=original.model_sha256,
        recipe=f"{RECIPE}, opset {OPSET}" + ("" if exact else f", 8-bit per channel{smoothed}"),
        precision=precision.value,
        asked=asked.value,
        fingerprint=original.fingerprint(precision.value),
        dimension=original.dimension,
        cosine=round(trial.cosine, 5),
        compared=len(COMPARED),
        threads_agree=trial.threads_agree,
        first_token=original.first_token,
        last_token=original.last_token,
        graph=trial.graph,
        sha256=hashes,
    )


def put_in_place(making: Path, target: Path) -> None:
    """Rename the finished folder into place; what stood there incomplete goes, what is whole stays."""
    if load_bundle(target) is not None:
        return
    if target.exists():
        shutil.rmtree(target, ignore_errors=True)
    try:
        os.rename(making, target)
    except OSError as error:
        if load_bundle(target) is None:
            raise EncoderError(f"{target} cannot be put in place ({error.strerror}): delete it") from error
