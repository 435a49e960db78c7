"""Tunes the close reader: the layers above the encoder's lower ones, on tickets labelled as wholes.

Which words say a wish is found while tuning: a ticket's score for a label is log Σ exp over its word pieces, so that
the gradient goes to the pieces that say it most (multiple-instance learning).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from advisor.reading.close import LABELS, WISHES, Calibration, pooled, without_marks
from advisor.reading.heads import Matrix
from advisor.reading.matter import expanded
from advisor.types import Stance
from index.encoder import Encoder
from index.encoder.base import LOWER_LAYER
from index.encoder.marker import Marker
from index.marking import MarkingLayers
from index.original import Original
from training.fit import SEED
from training.lessons import Lesson, composed_and_mined, parted, surroundings, varied, written
from training.minimise import minimise

Show = Callable[[str, int, int], None]

ROUNDS = 4
AT_ONCE = 32
RATE = 1.2e-4
LONGEST = 160  # word pieces of a text while tuning
PRESENT = 1.5  # how much more a label that is there counts than one that is not
WORSE, PLAIN = 3.0, 1.2  # what a miss weighs against a false alarm


@dataclass(frozen=True, slots=True, eq=False)
class Tuned:
    """Tuned layers and what they were tuned on."""

    layers: MarkingLayers
    held: list[Lesson]


def tune(
    original: Original, *, show: Show, rounds: int = ROUNDS, seed: int = SEED, without: Collection[str] = ()
) -> Tuned:
    """Tune on written, composed and mined lessons; deterministic but for the last bits of the machine.

    `without`: families of the grammar from which nothing is learnt.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    learnt, held = parted(written())
    others = composed_and_mined(seed=seed, without=without)
    around = surroundings()
    layers = MarkingLayers(original, len(LABELS))
    freeze_lower(original)
    batches = (len(learnt) + len(others)) // AT_ONCE + 2
    optimizer = torch.optim.AdamW(
        [{"params": layers.layers.parameters(), "lr": RATE}, {"params": layers.scores.parameters(), "lr": 10 * RATE}],
        weight_decay=0.01,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [RATE, 10 * RATE], total_steps=batches * rounds, pct_start=0.08
    )
    done = 0
    for number in range(rounds):
        lessons = [*varied(learnt, around, rng), *others]
        for batch in batched(lessons, original, rng):
            show("Tuning the close reader", done, batches * rounds)
            loss = batch_loss(original, layers, batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(layers.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            done += 1
        done = batches * (number + 1)
    show("Tuning the close reader", done, done)
    return Tuned(layers.eval(), held)


def freeze_lower(original: Original) -> None:
    """Only the copies learn; the layers below stay as they are."""
    for weight in original.pooled.transformer.parameters():
        weight.requires_grad_(False)
    original.pooled.transformer.eval()


Batch = tuple[list[Lesson], list[list[int]]]


def batched(lessons: Sequence[Lesson], original: Original, rng: np.random.Generator) -> list[Batch]:
    """Lessons with their word pieces, those of like length together."""
    marks = original.first_token, original.last_token
    pieces = [[marks[0], *original.pieces(expanded(one.text))[:LONGEST], marks[1]] for one in lessons]
    order = rng.permutation(len(lessons)).tolist()
    heap = 16 * AT_ONCE
    sorted_rows = [sorted(order[at : at + heap], key=lambda row: len(pieces[row])) for at in range(0, len(order), heap)]
    rows = list(chain.from_iterable(sorted_rows))
    batches = [rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE)]
    return [
        ([lessons[row] for row in batches[at]], [pieces[row] for row in batches[at]])
        for at in rng.permutation(len(batches)).tolist()
    ]


def batch_loss(original: Original, layers: MarkingLayers, batch: Batch) -> torch.Tensor:
    """The mean loss of a batch, of what its lessons were labelled for."""
    lessons, pieces = batch
    layers.train()
    scores = ticket_scores(original, layers, pieces)
    truth, asked = torch.tensor([one.truth for one in lessons]), torch.tensor([one.asked for one in lessons])
    weights = torch.tensor([[one.weight] for one in lessons])
    each = torch.nn.functional.binary_cross_entropy_with_logits(
        scores, truth, reduction="none", pos_weight=torch.tensor(PRESENT)
    )
    return (each * asked * weights).sum() / len(lessons)


def ticket_scores(original: Original, layers: MarkingLayers, pieces: Sequence[Sequence[int]]) -> torch.Tensor:
    """Scores of tickets, (n, labels)."""
    most = max(len(one) for one in pieces)
    ids = torch.tensor([[*one, *[0] * (most - len(one))] for one in pieces])
    mask = torch.tensor([[1.0] * len(one) + [0.0] * (most - len(one)) for one in pieces])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states = lower_states(original.pooled.transformer, ids, mask)
        scores = layers(states, mask)
    inner = mask.clone()
    inner[:, 0] = 0  # the marks around a text say nothing
    inner[torch.arange(len(pieces)), torch.tensor([len(one) - 1 for one in pieces])] = 0
    return torch.logsumexp(scores.float() + (inner[..., None] - 1) * 1e4, 1)


def lower_states(transformer: Any, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The states of the lower layers, (n, length, dimension)."""
    hidden = (1 - mask)[:, None, None, :] * -1e9
    with torch.no_grad():
        states: torch.Tensor = transformer.embeddings(ids)
        for layer in transformer.encoder.layer[:LOWER_LAYER]:
            given = layer(states, attention_mask=hidden)
            states = given[0] if isinstance(given, tuple) else given
    return states


def scores_of(marker: Marker, lessons: Sequence[Lesson], encoder: Encoder) -> Matrix:
    """Scores of lessons as the finished graph gives them on the encoder in use, (n, labels)."""
    read = encoder.encode([expanded(one.text) for one in lessons], tokens=True).tokens
    return np.stack([pooled(without_marks(marker.marks(tokens.lower))) for tokens in read])


def calibrated(scores: Matrix, lessons: Sequence[Lesson]) -> Calibration:
    """Slope, offset and threshold a label, from lessons that were not tuned on; few of them have a label.

    Slopes and offsets are drawn towards those of all labels together.
    """
    truth, asked = (np.array([getattr(one, name) for one in lessons], np.float32) for name in ("truth", "asked"))
    slope, offset = platt(scores, truth, asked)
    chances = 1 / (1 + np.exp(-(slope * scores + offset)))
    thresholds = [
        threshold(chances[asked[:, column] > 0, column], truth[asked[:, column] > 0, column] > 0, label)
        for column, label in enumerate(LABELS)
    ]
    return Calibration(slope, offset, np.array(thresholds, np.float32))


def platt(scores: Matrix, truth: Matrix, asked: Matrix) -> tuple[Matrix, Matrix]:
    """Platt scaling of all labels, each drawn towards the common slope and offset."""
    common = torch.tensor([0.0, 0.0], requires_grad=True)
    own = torch.zeros(2, scores.shape[1], requires_grad=True)
    rows, target, seen = (torch.from_numpy(np.asarray(one, np.float32)) for one in (scores, truth, asked))

    def turned() -> torch.Tensor:
        return torch.exp(common[0] + own[0]) * rows + common[1] + own[1]

    def loss() -> torch.Tensor:
        each = torch.nn.functional.binary_cross_entropy_with_logits(turned(), target, reduction="none")
        return (each * seen).sum() + 4.0 * (own**2).sum() + 0.1 * (common**2).sum()

    minimise([common, own], loss, most=200)
    slope, offset = torch.exp(common[0] + own[0]), common[1] + own[1]
    return slope.detach().numpy(), offset.detach().numpy()


def threshold(chances: Matrix, truth: NDArray[np.bool_], label: str) -> float:
    """The threshold of the least cost, a miss weighing more where a miss is worse; within 0.15 and 0.6.

    A missed safety signal is bad, too; but with the weight of a refusal "locked out" was a case of fraud.
    """
    worse = label == "person:wants" or label.endswith(Stance.REFUSES)
    weight = WORSE if worse else PLAIN
    if truth.sum() < 5:
        return 1 / (1 + weight)
    steps = np.arange(0.15, 0.61, 0.025)
    costs = [weight * (truth & (chances < step)).sum() + (~truth & (chances >= step)).sum() for step in steps]
    best = steps[np.flatnonzero(np.array(costs) == min(costs))]
    return round(float((np.median(best) + 1 / (1 + weight)) / 2), 3)  # halfway to what the probabilities themselves say


def figures(scores: Matrix, lessons: Sequence[Lesson], calibration: Calibration) -> dict[str, float]:
    """Recall and precision of wishes and of signals on lessons that were not tuned on; thresholds were set on them."""
    chances = 1 / (1 + np.exp(-(calibration.slope * scores + calibration.offset)))
    truth, asked = (np.array([getattr(one, name) for one in lessons]) > 0 for name in ("truth", "asked"))
    said = (chances >= calibration.thresholds) & asked
    found = {}
    for name, columns in (("wishes", slice(0, len(WISHES))), ("signals", slice(len(WISHES), None))):
        hits = (said & truth)[:, columns].sum()
        found[f"{name} recall"] = float(hits / max(1, truth[:, columns].sum()))
        found[f"{name} precision"] = float(hits / max(1, said[:, columns].sum()))
    return found
