from __future__ import annotations

import numpy as np
import pytest
import torch

from advisor.reading.close import LABELS, pooled
from index.encoder.base import LOWER_LAYER
from index.encoder.marker import Marker
from index.marking import MarkingLayers, export_marking
from index.original import Original, load_original
from training.close import calibrated, figures, lower_states, ticket_scores
from training.lessons import Lesson


@pytest.fixture(scope="module")
def original() -> Original:
    return load_original("all-MiniLM-L6-v2")


@pytest.mark.slow
def test_the_exported_graph_scores_as_the_layers_do(
    original: Original, tmp_path_factory: pytest.TempPathFactory
) -> None:
    torch.manual_seed(1)
    layers = MarkingLayers(original, len(LABELS)).eval()
    torch.nn.init.normal_(layers.scores.weight, std=0.2)
    pieces = [original.first_token, *original.pieces("Please call me back about the invoice."), original.last_token]
    ids, mask = torch.tensor([pieces]), torch.ones(1, len(pieces))
    states = lower_states(original.pooled.transformer, ids, mask)
    path = tmp_path_factory.mktemp("graph") / "close.onnx"
    export_marking(layers, [states[0].numpy()], path)
    with torch.inference_mode():
        wanted = layers(states)[0].numpy()
    found = Marker(path).marks([states[0].numpy()])[0]
    assert np.corrcoef(wanted.ravel(), found.ravel())[0, 1] > 0.99
    with torch.inference_mode():
        together = ticket_scores(original, layers, [pieces, pieces[:5]])
        alone = ticket_scores(original, layers, [pieces])
    np.testing.assert_allclose(together[0].numpy(), alone[0].numpy(), atol=0.05)  # bfloat16
    np.testing.assert_allclose(alone[0].numpy(), pooled(wanted[1:-1]), atol=0.2)


def test_the_copies_stand_above_the_lower_layers(original: Original) -> None:
    assert len(MarkingLayers(original, 3).layers) == 6 - LOWER_LAYER


def test_probabilities_follow_the_shares_and_a_worse_miss_lowers_the_threshold() -> None:
    rng = np.random.default_rng(3)
    lessons, scores = [], []
    for _ in range(4000):
        raw = rng.normal(-2, 2, len(LABELS))
        said = rng.random(len(LABELS)) < 1 / (1 + np.exp(-(2 * raw + 1)))
        lessons.append(Lesson("x", frozenset(label for label, one in zip(LABELS, said, strict=True) if one)))
        scores.append(raw)
    found = calibrated(np.array(scores, np.float32), lessons)
    np.testing.assert_allclose(found.slope, 2, atol=0.35)
    np.testing.assert_allclose(found.offset, 1, atol=0.35)
    thresholds = dict(zip(LABELS, found.thresholds.tolist(), strict=True))
    assert thresholds["phone:refuses"] < thresholds["phone:wants"]
    assert thresholds["person:wants"] < thresholds["chat:wants"]
    measured = figures(np.array(scores, np.float32), lessons, found)
    assert 0.5 < measured["wishes precision"] <= 1
    assert 0.5 < measured["wishes recall"] <= 1
