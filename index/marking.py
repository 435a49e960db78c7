"""Layers that mark word pieces: trained on the states of the lower layers, exported as a graph of their own."""

import copy
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from index.encoder.base import LOWER_LAYER, Vectors
from index.export import OPSET, quantise
from index.original import Original, one_thread, quiet
from index.smoothing import smooth


class MarkingLayers(torch.nn.Module):
    """Copies of the layers above the lower ones, and a score a label for each word piece."""

    def __init__(self, original: Original, labels: int) -> None:
        super().__init__()
        transformer: Any = original.pooled.transformer
        self.layers = torch.nn.ModuleList([copy.deepcopy(one) for one in transformer.encoder.layer[LOWER_LAYER:]])
        self.scores = torch.nn.Linear(original.dimension, labels)
        torch.nn.init.normal_(self.scores.weight, std=0.02)
        torch.nn.init.constant_(self.scores.bias, -6.0)  # most pieces of most texts say nothing

    def forward(self, states: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Read states (n, length, dimension), mask (n, length) of ones and zeros or none: (n, length, labels)."""
        hidden = None if mask is None else (1 - mask)[:, None, None, :] * torch.finfo(states.dtype).min
        for layer in self.layers:
            given = layer(states, attention_mask=hidden)
            states = given[0] if isinstance(given, tuple) else given
        marks: torch.Tensor = self.scores(states.float())
        return marks


def export_marking(layers: MarkingLayers, samples: Sequence[Vectors], path: Path) -> None:
    """Write the layers as an 8-bit graph; `samples` are states, (n, dimension) each, that they are smoothed by."""
    smoothed = copy.deepcopy(layers).eval()
    states = [torch.from_numpy(one)[None] for one in samples]
    with one_thread():
        smooth(SimpleNamespace(encoder=SimpleNamespace(layer=smoothed.layers)), smoothed, states)
    with tempfile.TemporaryDirectory() as scratch, quiet():
        plain = Path(scratch) / "plain.onnx"
        torch.onnx.export(
            smoothed,
            (states[0],),
            str(plain),
            input_names=["states"],
            output_names=["marks"],
            dynamic_axes={"states": {1: "n"}, "marks": {1: "n"}},
            opset_version=OPSET,
            dynamo=False,
        )
        quantise(plain, path)
