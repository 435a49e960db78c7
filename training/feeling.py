"""Fits the branch that hears how a text sounds, and the emotions named from it, on Reddit comments (GoEmotions).

The encoder stands still: its word pieces are read once, then the branch is trained over them, some 25 seconds a round
on one core. Now and then two to six comments are read as one, so that a long text sounds like its parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from advisor.reading.feeling import Feeling, wordless
from advisor.reading.heads import Head, Matrix, sigmoid
from advisor.reading.matter import expanded
from index.encoder import Encoder, TokenIds
from index.progress import Progress, silent
from training.fit import SEED, Targets, bare, calibrate

EKMAN = {
    "anger": ("anger", "annoyance", "disapproval"),
    "disgust": ("disgust",),
    "fear": ("fear", "nervousness"),
    "joy": (
        "admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude", "joy", "love", "optimism",
        "pride", "relief",
    ),
    "neutral": ("neutral",),
    "sadness": ("sadness", "disappointment", "embarrassment", "grief", "remorse"),
    "surprise": ("confusion", "curiosity", "realization", "surprise"),
}  # fmt: skip
BASIC = "basic "  # before the name of one of Ekman's, among the labels of the head
MOST_PIECES = 48  # of a comment, for training
WORDS = 1 << 15  # word pieces that have a place of their own; more share one
WORD_SCALE = 16.0  # a piece is learnt at so many times the pace
AT_ONCE = 128  # texts between two steps of the bar
JOINED = 0.1  # share of the comments that are read as one with others
MOST_JOINED = 6


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The word pieces of n texts behind one another, as the branch sees them."""

    states: NDArray[np.float16]  # (pieces, 2 × dimension): middle and final vectors
    ids: TokenIds  # (pieces,)
    lengths: NDArray[np.int64]  # (n,), at least 1

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each text begins: (n,)."""
        return np.cumsum(self.lengths) - self.lengths

    def each(self) -> Iterator[tuple[Matrix, TokenIds]]:
        """The pieces of one text after the other."""
        for start, length in zip(self.starts.tolist(), self.lengths.tolist(), strict=True):
            yield self.states[start : start + length].astype(np.float32), self.ids[start : start + length]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How the branch is trained."""

    width: int = 128
    word: int = 32  # width of what a word piece adds by itself
    ways: int = 8  # of gathering by attention
    rounds: int = 3
    batch: int = 128
    rate: float = 1e-3
    decay: float = 0.01
    blanked: float = 0.35  # share of the values left out while training
    joined: float = JOINED


def read_pieces(
    encoder: Encoder, texts: Sequence[str], *, most: int = MOST_PIECES, progress: Progress = silent
) -> Pieces:
    """Read texts, at most so many word pieces each; a text without any has one of zeros."""
    states, ids, lengths = [], [], []
    for start in range(0, len(texts), AT_ONCE):
        progress("Reading how texts sound", start, len(texts))
        some = [expanded(text) for text in texts[start : start + AT_ONCE]]
        for tokens in encoder.encode(some, tokens=True).tokens:
            found = np.hstack([tokens.middle, tokens.vectors])[:most].astype(np.float16)
            states.append(found if len(found) else np.zeros((1, 2 * encoder.dimension), np.float16))
            ids.append(tokens.ids[:most] if len(found) else np.zeros(1, np.int32))
            lengths.append(len(states[-1]))
    progress("Reading how texts sound", len(texts), len(texts))
    return Pieces(np.concatenate(states), np.concatenate(ids), np.array(lengths, np.int64))


def basic(targets: Targets, emotions: Sequence[str]) -> Targets:
    """Targets of Ekman's seven, in the order of EKMAN, from those of the 28."""
    columns = [targets[:, [emotions.index(name) for name in names]].max(axis=1) for names in EKMAN.values()]
    return np.stack(columns, axis=1)


class Branch(torch.nn.Module):
    """What `Feeling` computes, while it learns; then labels from the gathered vector."""

    def __init__(self, pieces: Pieces, labels: int, course: Course) -> None:
        super().__init__()
        sample = pieces.states[:: max(1, len(pieces.states) // 25_000)].astype(np.float32)
        self.center, self.scale = torch.from_numpy(sample.mean(axis=0)), torch.from_numpy(sample.std(axis=0) + 1e-5)
        width, linear = course.width, torch.nn.Linear
        self.blanked = course.blanked
        self.table, self.spread = torch.nn.Embedding(WORDS, course.word), linear(course.word, width, bias=False)
        torch.nn.init.zeros_(self.table.weight)
        self.project, self.near = linear(len(self.center), width), linear(3 * width, width)
        self.before, self.after = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
        self.attention = linear(width, course.ways, bias=False)
        self.labels = linear(width * (2 + course.ways), labels)
        torch.nn.init.constant_(self.labels.bias, -3.0)

    def forward(self, states: torch.Tensor, ids: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """Scores (n, labels) of padded pieces (n, longest, 2 × dimension); `real` (n, longest) marks no padding."""
        return torch.as_tensor(self.labels(self.left(self.gather(states, ids, real), 1.5)))

    def gather(self, states: torch.Tensor, ids: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """The gathered vectors, (n, width × (2 + ways))."""
        shown, gone = real.unsqueeze(-1), ~real.unsqueeze(-1)
        words = self.spread(self.left(self.table(ids % WORDS), 0.5)) * WORD_SCALE
        seen = self.gelu(self.project(self.left((states - self.center) / self.scale, 0.5)) + words)
        level = self.before(seen) * shown
        framed = functional.pad(level, (0, 0, 1, 1))
        around = self.near(torch.cat([framed[:, :-2], level, framed[:, 2:]], -1))
        seen = self.after(seen + self.left(self.gelu(around), 1.0))
        mean = (seen * shown).sum(1) / shown.sum(1)
        shares = self.attention(seen).masked_fill(gone, -1e4).softmax(1)
        ways = (shares.transpose(1, 2) @ seen).flatten(1)
        return torch.cat([mean, seen.masked_fill(gone, -1e4).amax(1), ways], 1)

    def left(self, values: torch.Tensor, part: float) -> torch.Tensor:
        """Values of which some are left out while training."""
        return functional.dropout(values, self.blanked * part, self.training)

    @staticmethod
    def gelu(values: torch.Tensor) -> torch.Tensor:
        """As `Feeling` computes it."""
        return functional.gelu(values, approximate="tanh")

    def feeling(self) -> Feeling:
        """The weights, with the scale of the pieces worked into the first of them."""
        project = self.project.weight.T / self.scale.unsqueeze(1)
        parts = {
            "project": project,
            "project_bias": self.project.bias - self.center @ project,
            "table": self.table.weight,
            "spread": self.spread.weight.T * WORD_SCALE,
            "before": torch.stack([self.before.weight, self.before.bias]),
            "near": self.near.weight.T,
            "near_bias": self.near.bias,
            "after": torch.stack([self.after.weight, self.after.bias]),
            "attention": self.attention.weight.T,
        }
        return Feeling(**{name: part.detach().numpy().copy() for name, part in parts.items()})


def fit_branch(
    pieces: Pieces, targets: Targets, course: Course, *, progress: Progress = silent
) -> tuple[Feeling, Matrix, Matrix]:
    """Train the branch; gives it with the weights (labels, size) and bias (labels,) of the labels over its vector."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    branch = Branch(pieces, targets.shape[1], course)
    steps = course.rounds * -(-len(pieces) // course.batch)
    optimizer = torch.optim.AdamW(branch.parameters(), lr=course.rate, weight_decay=course.decay)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimizer, course.rate, total_steps=steps + 1, pct_start=0.1)
    done = 0
    for _ in range(course.rounds):
        for rows in batches(pieces, course, rng):
            *seen, wanted = drawn(pieces, targets, rows, course, rng)
            loss = functional.binary_cross_entropy_with_logits(branch(*seen), wanted)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(branch.parameters(), 1.0)
            optimizer.step()
            pace.step()
            done += 1
            progress("Learning how texts sound", done, steps)
    weights, bias = (part.detach().numpy().copy() for part in (branch.labels.weight, branch.labels.bias))
    return branch.feeling(), weights, bias


def batches(pieces: Pieces, course: Course, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Every row once, rows of about the same length together, in random order."""
    order = np.argsort(pieces.lengths + 4 * rng.random(len(pieces)), kind="stable")
    parts = [order[at : at + course.batch] for at in range(0, len(order), course.batch)]
    return [parts[at] for at in rng.permutation(len(parts)).tolist()]


def drawn(
    pieces: Pieces, targets: Targets, rows: NDArray[np.int64], course: Course, rng: np.random.Generator
) -> tuple[torch.Tensor, ...]:
    """Pieces, their numbers, mask and targets of rows; in some batches each is read as one with the rows after it."""
    count = 1
    if rng.random() < course.joined:
        count = int(rng.integers(2, MOST_JOINED + 1))
    groups = [np.roll(rows, -turn) for turn in range(count)]
    lengths = np.stack([pieces.lengths[group] for group in groups])
    total = lengths.sum(axis=0)
    places = np.zeros((len(rows), int(total.max())), np.int64)
    real = np.arange(places.shape[1]) < total[:, np.newaxis]
    starts = pieces.starts
    for row in range(len(rows)):
        parts = [np.arange(starts[group[row]], starts[group[row]] + pieces.lengths[group[row]]) for group in groups]
        places[row, : total[row]] = np.concatenate(parts)
    wanted = np.max([targets[group] for group in groups], axis=0)
    states = torch.from_numpy(pieces.states[places]).float()
    ids = torch.from_numpy(pieces.ids[places].astype(np.int64))
    return (
        states,
        ids,
        torch.from_numpy(real),
        torch.from_numpy(joined_targets(wanted, [targets[one] for one in groups])),
    )


def joined_targets(wanted: Targets, parts: Sequence[Targets]) -> Targets:
    """Targets of texts read as one: neutral, in either list of labels, only where every part is."""
    if len(parts) == 1:
        return wanted
    result = wanted.copy()
    for column in neutral_columns(wanted.shape[1]):
        result[:, column] = np.min([part[:, column] for part in parts], axis=0)
    return result


def neutral_columns(labels: int) -> tuple[int, ...]:
    """Where neutral stands among the emotions of GoEmotions and, behind them, Ekman's."""
    own = labels - len(EKMAN)
    return own - 1, own + list(EKMAN).index("neutral")


def fit_emotions(
    train: Pieces,
    wanted: Targets,
    dev: Pieces,
    truth: Targets,
    emotions: Sequence[str],
    course: Course | None = None,
    *,
    progress: Progress = silent,
) -> tuple[Feeling, Head]:
    """The branch, and the head that names emotions (neutral last) and Ekman's seven; calibrated on `dev`."""
    both, told = (np.hstack([one, basic(one, emotions)]) for one in (wanted, truth))
    feeling, weights, bias = fit_branch(train, both, course or Course(), progress=progress)
    labels = (*emotions, *(BASIC + name for name in EKMAN))
    head = bare("emotions", labels, weights, np.zeros((len(labels), 1), np.float32), bias, exclusive=False)
    scores = head.scores(gathered(feeling, dev), wordless(len(dev)))
    slope, offset = calibrate(scores, told, exclusive=False)
    calibrated = replace(head, slope=slope, offset=offset)
    chances = sigmoid(scores * slope + offset)
    return feeling, replace(calibrated, thresholds=tuple(expected_threshold(column) for column in chances.T))


def gathered(feeling: Feeling, pieces: Pieces) -> Matrix:
    """The branch's vector of each text: (n, size)."""
    return np.stack([feeling.gather(*one) for one in pieces.each()])


def expected_threshold(chances: Matrix) -> float:
    """The threshold of the best F1 that calibrated chances let expect (Lipton et al. 2014).

    On a rare label the F1 counted on dev jumps about: halves of dev, one for choosing and one for measuring, gave
    macro-F1 52.3 with the counted best and 52.8 with the expected one.
    """
    falling = np.sort(chances.astype(np.float64))[::-1]
    f1 = 2 * np.cumsum(falling) / (np.arange(1, len(falling) + 1) + falling.sum())
    return float(falling[int(np.argmax(f1))])
