from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from index.branch import TunedLayers
from index.encoder import HashEncoder
from index.encoder.base import Vectors
from training.branch import Recipe, States, batches, contrast, embedded, recipe_for, steps, towards, tune, words_of

PLAIN = Recipe(epochs=3, seed=1, batch=8, rate=1e-3)
TEXTS = [f"{word} {number}" for word in ("paper invoice", "paper printer") for number in range(20)]
TRUTH = np.repeat(np.arange(2), 20)
EVERYTHING = np.arange(40)


class Layer(torch.nn.Module):
    """A layer that only turns each state."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = torch.nn.Linear(384, 384)
        torch.nn.init.eye_(self.turn.weight)
        torch.nn.init.zeros_(self.turn.bias)

    def forward(self, states: torch.Tensor, attention_mask: Any) -> torch.Tensor:
        turned: torch.Tensor = self.turn(states)
        return turned


class HashedLower:
    """States without a model: the vectors of a text's words."""

    def states_of(self, texts: Sequence[str], *, most: int) -> Iterator[Vectors]:
        for text in texts:
            yield HashEncoder().encode([text], tokens=True).tokens[0].vectors[:most]


@pytest.fixture
def states() -> States:
    return States.of(HashedLower(), TEXTS, lambda what, done, total: None)  # type: ignore[arg-type]


@pytest.fixture
def layers() -> TunedLayers:
    return TunedLayers([Layer()], pooling="mean")


def spread(vectors: Vectors) -> float:
    """How much nearer texts of one topic are than texts of two."""
    alike, same = vectors @ vectors.T, TRUTH[:, np.newaxis] == TRUTH
    return float(alike[same].mean() - alike[~same].mean())


def test_states_come_back_padded_with_a_mask(states: States) -> None:
    assert states.lengths.tolist() == [3] * 40
    batch, mask = States.of(HashedLower(), ["one two", "one"], lambda what, done, total: None).batch(np.array([1, 0]))  # type: ignore[arg-type]
    assert batch.shape == (2, 2, 384)
    assert mask.tolist() == [[1, 0], [1, 1]]
    assert float(batch[0, 1].abs().sum()) == 0
    expected = HashEncoder().encode(["one"], tokens=True).tokens[0].vectors[0]
    np.testing.assert_allclose(batch[0, 0].numpy(), expected, atol=1e-3)


def test_tuning_brings_texts_of_one_topic_together(states: States, layers: TunedLayers) -> None:
    before = spread(embedded(layers, states, EVERYTHING))
    after = spread(embedded(tune(layers, states, EVERYTHING, TRUTH, PLAIN), states, EVERYTHING))
    assert after > before + 0.05


def test_tuning_leaves_the_published_layers_as_they_are(states: States, layers: TunedLayers) -> None:
    tune(layers, states, EVERYTHING, TRUTH, PLAIN)
    assert torch.equal(layers.layers[0].turn.weight, torch.eye(384))  # type: ignore[union-attr, arg-type]


def test_the_same_seed_gives_the_same_layers_and_another_does_not(states: States, layers: TunedLayers) -> None:
    first, second = (tune(layers, states, EVERYTHING, TRUTH, PLAIN).state_dict() for _ in range(2))
    other = tune(layers, states, EVERYTHING, TRUTH, Recipe(epochs=3, seed=2, batch=8, rate=1e-3)).state_dict()
    name = "layers.0.turn.weight"
    assert torch.equal(first[name], second[name])
    assert not torch.equal(first[name], other[name])


def test_each_batch_is_told_as_often_as_was_counted(states: States, layers: TunedLayers) -> None:
    told: list[int] = []
    tune(layers, states, EVERYTHING, TRUTH, PLAIN, chosen_by=np.arange(3), stepped=lambda: told.append(1))
    assert len(told) == steps(TRUTH, PLAIN) == 15


def test_half_the_reach_is_half_the_way(layers: TunedLayers) -> None:
    far = TunedLayers([Layer()], pooling="mean")
    with torch.no_grad():
        far.layers[0].turn.bias.fill_(1.0)  # type: ignore[union-attr, operator]
    between = towards(layers, far, 0.5)
    assert set(between.layers[0].turn.bias.tolist()) == {0.5}  # type: ignore[union-attr, operator]


def test_plain_batches_hold_each_text_once() -> None:
    lengths = np.arange(40) % 7
    drawn = list(batches(EVERYTHING, TRUTH, lengths, PLAIN, np.random.default_rng(0)))
    assert sorted(np.concatenate(drawn).tolist()) == EVERYTHING.tolist()
    assert all(len(batch) <= 8 for batch in drawn)


def test_batches_by_topic_hold_several_texts_of_each() -> None:
    recipe = Recipe(epochs=1, seed=1, batch=8, each=4)
    for batch in batches(EVERYTHING, TRUTH, np.ones(40), recipe, np.random.default_rng(0)):  # type: ignore[arg-type]
        assert np.bincount(TRUTH[batch]).tolist() == [4, 4]
        assert len(set(batch.tolist())) == 8


def test_a_topic_with_fewer_texts_than_a_batch_wants_gives_all_it_has() -> None:
    truth = np.array([0, 0, 0, 0, 1])
    recipe = Recipe(epochs=1, seed=1, batch=8, each=4)
    (batch,) = batches(np.arange(5), truth, np.ones(5), recipe, np.random.default_rng(0))  # type: ignore[arg-type]
    assert sorted(batch.tolist()) == [0, 1, 2, 3, 4]


def test_the_contrast_is_that_of_the_paper() -> None:
    vectors = torch.eye(3)[[0, 0, 1]]
    truth = torch.tensor([0, 0, 1])
    # the first two see each other at 1 and the third at 0, over a heat of 0.07; the third has no friend
    expected = -np.log(np.exp(1 / 0.07) / (np.exp(1 / 0.07) + 1))
    assert float(contrast(vectors, truth)) == pytest.approx(expected, abs=1e-6)
    assert float(contrast(vectors, torch.tensor([0, 1, 2]))) == 0


def test_few_texts_a_topic_are_tuned_on_otherwise_than_many() -> None:
    few, many = recipe_for([10, 8], epochs=None, seed=7), recipe_for([200, 90], epochs=None, seed=7)
    assert (few.names, few.each > 1, few.reach < 1) == (True, True, True)
    assert (many.names, many.each, many.reach) == (False, 0, 1.0)
    assert recipe_for([10], epochs=2, seed=7).epochs == 2


@pytest.mark.parametrize(
    ("topic", "words"),
    [("card_arrival", "card arrival"), ("Refund-not_showing up?", "refund not showing up"), ("17", "")],
)
def test_a_topics_name_is_read_as_words(topic: str, words: str) -> None:
    assert words_of(topic) == words
