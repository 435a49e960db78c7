"""A tuned branch: copies of the last layers beside the untouched ones, on the same lower layers.

The graph that serves is the bundle's own with the branch grafted on, so what it gave before it gives to the byte; one
more output, `tuned`, is the branch's sentence vector. The branch is trained on the states of the very graph it will
stand on, 8-bit errors and all. It is smoothed, quantised and compared like the bundle itself (see `smoothing.py`).
"""

import copy
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import onnx
import torch

from index.bundle import BRANCH, BRANCH_FORMAT, Branch, BranchManifest, Bundle, sha256
from index.encoder.base import WINDOW, Vectors, prepare
from index.encoder.fast import OUTPUTS, TUNED, cores, opened, session
from index.errors import EncoderError
from index.export import LEAST_COSINE, OPSET, quantise
from index.original import Original, one_thread, quiet
from index.sentences import COMPARED, SMOOTHED
from index.settings import Precision
from index.smoothing import can_smooth, smooth

MOST_LAYERS = 3
_STATES = "states"
_PREFIX = "/tuned"


class TunedLayers(torch.nn.Module):
    """The last layers, apart from the model: states of the layer below in, unit sentence vectors out."""

    def __init__(self, layers: Sequence[torch.nn.Module], *, pooling: str) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList(layers)
        self.pooling = pooling  # mean or cls

    def forward(self, states: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Read states (n, length, dimension), mask (n, length) of ones and zeros or none: (n, dimension)."""
        hidden = None if mask is None else (1 - mask)[:, None, None, :] * torch.finfo(states.dtype).min
        for layer in self.layers:
            given = layer(states, attention_mask=hidden)
            states = given[0] if isinstance(given, tuple) else given
        if self.pooling == "cls":
            pooled = states[:, 0]
        elif mask is None:
            pooled = states.mean(1)
        else:
            pooled = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(pooled, dim=-1)


def last_layers(original: Original, count: int) -> TunedLayers:
    """Copies of the last layers of a model; raises EncoderError where the model is not built like BERT."""
    transformer: Any = original.pooled.transformer
    if not can_smooth(transformer):
        raise EncoderError(
            f"the sentence model {original.name} cannot be tuned: it must be built like BERT, "
            f"was: {type(transformer).__name__}"
        )
    layers = transformer.encoder.layer
    if not 1 <= count <= min(MOST_LAYERS, len(layers) - 1):
        raise EncoderError(f"between 1 and {min(MOST_LAYERS, len(layers) - 1)} layers can be tuned, were: {count}")
    return TunedLayers([copy.deepcopy(layer) for layer in layers[-count:]], pooling=original.pooled.pooling)


class Lower:
    """The untouched layers below a branch, as the bundle's graph computes them."""

    def __init__(self, bundle: Bundle, original: Original, layers: int) -> None:
        self._original = original
        model = onnx.load(str(bundle.folder / bundle.graph))
        self.output = _below(model, original, layers)
        del model.graph.output[:]
        model.graph.output.append(onnx.helper.make_tensor_value_info(self.output, onnx.TensorProto.FLOAT, None))
        self._session = opened(model.SerializeToString(), threads=1)

    def ids(self, text: str, *, most: int = WINDOW) -> torch.Tensor:
        """The word pieces of a text's first window with their marks, (1, n)."""
        return self._original.marked(self._original.pieces(prepare(text).text)[:most])

    def states(self, text: str, *, most: int = WINDOW) -> Vectors:
        """The states of at most so many word pieces and the two marks, (n, dimension)."""
        found: Vectors = self._session.run([self.output], {"ids": self.ids(text, most=most).numpy()})[0][0]
        return found

    def states_of(self, texts: Sequence[str], *, most: int = WINDOW) -> Iterator[Vectors]:
        """The same of many texts, shared out over the cores."""
        with ThreadPoolExecutor(cores(), thread_name_prefix="lower") as pool:
            yield from pool.map(lambda text: self.states(text, most=most), texts)


def _below(model: Any, original: Original, layers: int) -> str:
    """The name of the tensor that the tuned layers stand on."""
    transformer: Any = original.pooled.transformer
    number = len(transformer.encoder.layer) - layers - 1
    name = f"/transformer/encoder/layer.{number}/output/LayerNorm/LayerNormalization_output_0"
    if not any(name in node.output for node in model.graph.node):
        raise EncoderError(f"the graph of {original.name} has no layer {number} that a branch could stand on")
    return name


@dataclass(frozen=True, slots=True)
class _Trial:
    """How a grafted graph compares."""

    precision: Precision
    cosine: float
    threads_agree: bool


def export_branch(
    folder: Path, bundle: Bundle, original: Original, tuned: TunedLayers, texts: Sequence[str] = ()
) -> Branch:
    """Write the graph with the branch and its `branch.json` into a folder.

    `texts`, some of those it was tuned on, are smoothed and compared by, beside the project's own sentences. Raises
    EncoderError where an output that was there before is not the same to the byte.
    """
    tuned = copy.deepcopy(tuned).eval()
    count = len(tuned.layers)
    lower = Lower(bundle, original, count)
    compared = (*COMPARED, *texts)
    with tempfile.TemporaryDirectory() as scratch:
        plain, small = Path(scratch) / "fp32.onnx", Path(scratch) / "int8.onnx"
        _export(tuned, lower, plain)
        trial = None
        if bundle.manifest.precision == Precision.INT8:
            _quantise(tuned, lower, (*SMOOTHED, *texts), small)
            trial = _graft(folder, small, bundle, lower, tuned, compared, Precision.INT8)
        if trial is None or trial.cosine < LEAST_COSINE:
            trial = _graft(folder, plain, bundle, lower, tuned, compared, Precision.FP32)
    if trial.cosine < LEAST_COSINE:
        raise EncoderError(
            f"the tuned layers do not run as they were trained (cosine {trial.cosine:.3f}, must be {LEAST_COSINE}): "
            "train with fewer --layers"
        )
    manifest = BranchManifest(
        format=BRANCH_FORMAT,
        base=bundle.fingerprint,
        layers=count,
        precision=trial.precision.value,
        cosine=round(trial.cosine, 5),
        compared=len(compared),
        threads_agree=trial.threads_agree,
        graph=_graph(trial.precision),
        graph_sha256=sha256(folder / _graph(trial.precision)),
    )
    for precision in (Precision.INT8, Precision.FP32):
        if precision is not trial.precision:
            (folder / _graph(precision)).unlink(missing_ok=True)
    (folder / BRANCH).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    return Branch(folder, manifest)


def _graph(precision: Precision) -> str:
    return f"tuned-{precision.value}.onnx"


def _export(tuned: TunedLayers, lower: Lower, path: Path) -> None:
    """Write the graph of the branch alone."""
    with quiet():
        torch.onnx.export(
            tuned,
            (torch.from_numpy(lower.states(COMPARED[0]))[None],),
            str(path),
            input_names=[_STATES],
            output_names=[TUNED],
            dynamic_axes={_STATES: {1: "n"}},
            opset_version=OPSET,
            dynamo=False,
        )


def _quantise(tuned: TunedLayers, lower: Lower, texts: Sequence[str], path: Path) -> None:
    """Smooth a copy of the branch, export and quantise it."""
    smoothed = copy.deepcopy(tuned)
    states = (torch.from_numpy(one)[None] for one in lower.states_of(texts))
    with one_thread():
        smooth(SimpleNamespace(encoder=SimpleNamespace(layer=smoothed.layers)), smoothed, states)
    between = path.with_name("smoothed.onnx")
    _export(smoothed, lower, between)
    quantise(between, path)


def _graft(
    folder: Path,
    branch: Path,
    bundle: Bundle,
    lower: Lower,
    tuned: TunedLayers,
    texts: Sequence[str],
    precision: Precision,
) -> _Trial:
    """Put the branch onto the bundle's graph, and compare what that gives."""
    path = folder / _graph(precision)
    onnx.save(grafted(onnx.load(str(bundle.folder / bundle.graph)), onnx.load(str(branch)), lower.output), str(path))
    alone, together = opened(path, threads=1), opened(path, threads=max(2, cores()))
    before = session(Bundle(bundle.folder, bundle.manifest), threads=1)
    agree, cosines = True, []
    for text in texts:
        ids = {"ids": lower.ids(text).numpy()}
        *outputs, vector = alone.run([*OUTPUTS, TUNED], ids)
        expected = before.run(list(OUTPUTS), ids)
        for name, one, other in zip(OUTPUTS, outputs, expected, strict=True):
            if one.tobytes() != other.tobytes():
                raise EncoderError(
                    f"the tuned layers would change the output {name}: they cannot be used on this machine"
                )
        others = together.run([*OUTPUTS, TUNED], ids)
        agree &= all(one.tobytes() == other.tobytes() for one, other in zip((*outputs, vector), others, strict=True))
        with one_thread(), torch.inference_mode():
            wanted = tuned(torch.from_numpy(lower.states(text))[None])[0].numpy()
        cosines.append(float(vector[0] @ wanted))
    return _Trial(precision, float(np.mean(cosines)), agree)


def grafted(base: Any, branch: Any, below: str) -> Any:
    """The base graph with the branch's nodes behind it, reading the tensor `below`."""
    if base.opset_import[0].version < branch.opset_import[0].version:
        raise EncoderError(
            f"the bundle has opset {base.opset_import[0].version}, the branch needs {OPSET}: make it anew"
        )

    def named(name: str) -> str:
        return {"": "", _STATES: below, TUNED: TUNED}.get(name, f"{_PREFIX}{name}")

    for node in branch.graph.node:
        added = base.graph.node.add()
        added.CopyFrom(node)
        added.name = f"{_PREFIX}{node.name}"
        added.input[:] = [named(name) for name in node.input]
        added.output[:] = [named(name) for name in node.output]
    for weight in branch.graph.initializer:
        added = base.graph.initializer.add()
        added.CopyFrom(weight)
        added.name = named(weight.name)
    base.graph.output.add().CopyFrom(branch.graph.output[0])
    return base
