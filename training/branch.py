"""Tunes copies of the encoder's last layers on labelled texts, on the states of the untouched layers below.

Those states are computed once and kept in 16 bits. Two losses pull together: supervised contrast between the texts of a
batch (Khosla et al., NeurIPS 2020) and cross-entropy with smoothed labels over a classifier that is thrown away. Where
a topic has few texts, batches hold several texts of each of their topics, the topics' names count as texts, since they
mean something, and the weights go only part of the way from the published to the tuned ones (Wortsman et al., CVPR
2022). The same seed, rows and number of threads give the same layers.
"""

from __future__ import annotations

import copy
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import cross_entropy

from advisor.reading.heads import Matrix
from index.branch import Lower, TunedLayers
from index.progress import Progress

LONGEST = 126  # word pieces of a text that are tuned on; all of its windows are read later
SCALE = 16.0  # of the classifier's cosines
HEAT = 0.07  # of the contrast
SMOOTHING = 0.1
HEAD_RATE = 20.0  # how much faster the classifier learns than the layers
WARM = 0.1  # of the steps
BUCKETS = 20  # batches that are sorted by length together
MEASURED = 6  # batches that the cost in time is measured on
AT_ONCE = 128  # texts read at once, once tuned
FEW = 40  # texts of a topic, in the mean, below which it is learnt as from few
LETTERS = re.compile(r"[^\W\d_]+")

Rows = NDArray[np.int64]  # (n,), numbers of texts or topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How layers are tuned."""

    epochs: int
    seed: int
    rate: float = 1e-4
    dropout: float = 0.1
    contrast: float = 0.3  # weight of the contrast beside the cross-entropy's 1
    batch: int = 32  # texts
    each: int = 0  # texts of each topic in a batch; 0: batches are texts of like length
    names: bool = False  # the topics' names count as texts
    reach: float = 1.0  # how far the weights go from the published to the tuned ones, up to 1


def recipe_for(counts: Sequence[int], *, epochs: int | None, seed: int) -> Recipe:
    """How to tune on so many texts of each topic."""
    if np.mean(counts) < FEW:
        return Recipe(
            epochs=epochs or 20, seed=seed, contrast=1.0, batch=64, each=4, names=True, reach=0.8
        )  # fmt: skip
    return Recipe(epochs=epochs or 4, seed=seed)


class States:
    """What the layers below give for texts: kept in 16 bits, in a file that goes with the program."""

    def __init__(self, flat: NDArray[np.float16], starts: Rows) -> None:
        self._flat = flat  # (word pieces of all texts, dimension)
        self._starts = starts  # (texts + 1,)

    @classmethod
    def of(cls, lower: Lower, texts: Sequence[str], progress: Progress) -> States:
        """Compute the states of texts."""
        starts = [0]
        with tempfile.TemporaryFile() as file:  # it is gone with the last view of it
            width = 0
            for number, states in enumerate(lower.states_of(texts, most=LONGEST)):
                progress("Reading with the untouched layers", number, len(texts))
                file.write(states.astype(np.float16).tobytes())
                starts.append(starts[-1] + len(states))
                width = states.shape[1]
            file.flush()
            progress("Reading with the untouched layers", len(texts), len(texts))
            flat: NDArray[np.float16] = np.memmap(file, np.float16, "r", shape=(starts[-1], width))
        return cls(flat, np.array(starts, np.int64))

    @property
    def lengths(self) -> Rows:
        """Word pieces of each text, marks included."""
        return np.diff(self._starts)

    def batch(self, rows: Rows) -> tuple[torch.Tensor, torch.Tensor]:
        """The states of some texts, (n, longest, dimension), and what of them counts, (n, longest)."""
        lengths = self.lengths[rows]
        states = np.zeros((len(rows), int(lengths.max()), self._flat.shape[1]), np.float32)
        for at, row in enumerate(rows.tolist()):
            states[at, : lengths[at]] = self._flat[self._starts[row] : self._starts[row + 1]]
        mask = (np.arange(states.shape[1]) < lengths[:, np.newaxis]).astype(np.float32)
        return torch.from_numpy(states), torch.from_numpy(mask)


def words_of(topic: str) -> str:
    """The words of a topic's name; empty where it has none."""
    return " ".join(LETTERS.findall(topic)).lower()


def tune(
    published: TunedLayers,
    states: States,
    rows: Rows,
    truth: Rows,
    recipe: Recipe,
    *,
    chosen_by: Rows | None = None,
    stepped: Callable[[], None] | None = None,
) -> TunedLayers:
    """Tune copies of published layers on some rows of texts; `truth` is the topic of every text.

    `chosen_by`: rows by which the best epoch is chosen; without them the last is taken. `stepped` is told each batch.
    """
    work = _Work(published, int(truth.max()) + 1, recipe, steps(truth[rows], recipe))
    best, kept = -1.0, None
    for _ in range(recipe.epochs):
        for batch in batches(rows, truth, states.lengths, recipe, work.rng):
            work.step(*states.batch(batch), torch.from_numpy(truth[batch]))
            if stepped is not None:
                stepped()
        if chosen_by is not None and len(chosen_by):
            said = work.said(embedded(work.layers, states, chosen_by))
            right = float((said == truth[chosen_by]).mean())
            if right >= best:
                best, kept = right, copy.deepcopy(work.layers.state_dict())
    if kept is not None:
        work.layers.load_state_dict(kept)
    return towards(published, work.layers, recipe.reach)


def steps(truth: Rows, recipe: Recipe) -> int:
    """How many batches tuning takes."""
    return recipe.epochs * -(-len(truth) // recipe.batch)


def seconds_a_step(
    published: TunedLayers, states: States, rows: Rows, truth: Rows, recipe: Recipe
) -> tuple[float, float]:
    """Measure what a batch takes: in the mean, and at most."""
    work = _Work(published, int(truth.max()) + 1, recipe, MEASURED + 1)
    taken = []
    for batch, _ in zip(batches(rows, truth, states.lengths, recipe, work.rng), range(MEASURED + 1), strict=False):
        start = time.perf_counter()
        work.step(*states.batch(batch), torch.from_numpy(truth[batch]))
        taken.append(time.perf_counter() - start)
    counted = taken[1:] or taken  # the first one makes room
    return float(np.mean(counted)), float(np.max(counted))


class _Work:
    """Layers being tuned, with their classifier and optimiser."""

    def __init__(self, published: TunedLayers, topics: int, recipe: Recipe, count: int) -> None:
        torch.manual_seed(recipe.seed)
        self.rng = np.random.default_rng(recipe.seed)
        self.layers = copy.deepcopy(published).train()
        for module in self.layers.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = recipe.dropout
        width = int(next(self.layers.parameters()).shape[-1])
        self.head = torch.nn.Linear(width, topics)
        torch.nn.init.zeros_(self.head.weight)
        torch.nn.init.zeros_(self.head.bias)
        rates = [recipe.rate, recipe.rate * HEAD_RATE]
        parts = (self.layers.parameters(), self.head.parameters())
        self.optimizer = torch.optim.AdamW(
            [{"params": list(part), "lr": rate} for part, rate in zip(parts, rates, strict=True)], weight_decay=0.01
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, rates, total_steps=count + 2, pct_start=WARM, anneal_strategy="cos"
        )
        self.contrast = recipe.contrast

    def step(self, states: torch.Tensor, mask: torch.Tensor, truth: torch.Tensor) -> None:
        """Learn from one batch."""
        self.layers.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=halves()):
            vectors = self.layers(states, mask).float()
        loss = cross_entropy(self.head(vectors * SCALE), truth, label_smoothing=SMOOTHING)
        loss = loss + self.contrast * contrast(vectors, truth)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.layers.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()

    def said(self, vectors: Matrix) -> Rows:
        """The likeliest topic of each vector."""
        with torch.inference_mode():
            found: Rows = self.head(torch.from_numpy(vectors) * SCALE).argmax(1).numpy()
        return found


def halves() -> bool:
    """Tell whether this processor multiplies in 16 bits; then tuning takes a third of the time."""
    able: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def contrast(vectors: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Supervised contrast: how much nearer texts of one topic are than all others; 0 without two of one topic."""
    alike = (vectors @ vectors.T / HEAT).fill_diagonal_(-1e9)
    same = (truth[:, None] == truth[None]).float().fill_diagonal_(0)
    friends = same.sum(1)
    if not bool(friends.any()):
        return vectors.sum() * 0
    logs = torch.log_softmax(alike, 1)
    return -((logs * same).sum(1)[friends > 0] / friends[friends > 0]).mean()


def batches(rows: Rows, truth: Rows, lengths: Rows, recipe: Recipe, rng: np.random.Generator) -> Iterator[Rows]:
    """One epoch: each text about once."""
    if recipe.each:
        yield from _by_topic(rows, truth, recipe, rng)
        return
    order = rows[rng.permutation(len(rows))]
    size = recipe.batch
    parts = []
    for start in range(0, len(order), size * BUCKETS):
        bucket = order[start : start + size * BUCKETS]
        bucket = bucket[np.argsort(lengths[bucket], kind="stable")]
        parts += [bucket[at : at + size] for at in range(0, len(bucket), size)]
    for at in rng.permutation(len(parts)).tolist():
        yield parts[at]


def _by_topic(rows: Rows, truth: Rows, recipe: Recipe, rng: np.random.Generator) -> Iterator[Rows]:
    """Batches of several texts of some topics; a topic's texts are dealt until all were, then shuffled anew."""
    own = {topic: rows[truth[rows] == topic] for topic in np.unique(truth[rows]).tolist()}
    left: dict[int, list[int]] = {topic: [] for topic in own}
    topics = np.array(list(own), np.int64)
    for _ in range(-(-len(rows) // recipe.batch)):
        drawn: list[int] = []
        for topic in rng.choice(topics, min(len(topics), max(2, recipe.batch // recipe.each)), replace=False).tolist():
            if len(left[topic]) < min(recipe.each, len(own[topic])):
                left[topic] += own[topic][rng.permutation(len(own[topic]))].tolist()
            drawn += [left[topic].pop(0) for _ in range(min(recipe.each, len(own[topic])))]
        yield np.array(drawn, np.int64)


def embedded(layers: TunedLayers, states: States, rows: Rows) -> Matrix:
    """The tuned vectors of some texts, (n, dimension)."""
    layers.eval()
    order = rows[np.argsort(states.lengths[rows], kind="stable")]
    back = np.argsort(np.argsort(states.lengths[rows], kind="stable"))
    with torch.inference_mode():
        parts = [
            layers(*states.batch(order[start : start + AT_ONCE])).numpy() for start in range(0, len(order), AT_ONCE)
        ]
    found: Matrix = np.concatenate(parts)[back]
    return found


def towards(published: TunedLayers, tuned: TunedLayers, reach: float) -> TunedLayers:
    """Layers whose weights lie between the published and the tuned ones."""
    between = copy.deepcopy(published).eval()
    with torch.no_grad():
        for weight, end in zip(between.parameters(), tuned.parameters(), strict=True):
            weight.add_(reach * (end - weight))
    return between
