"""Close reading: what the customer wishes and what is grave, marked word by word.

Four further layers, tuned on tickets written for it, read on from the encoder's lower layers and score every word piece
for every label; a ticket has a label if its pieces together say so (log Σ exp of their scores), and the piece that says
it most tells where. Every ticket is read so: a gate that lets nearly all tickets with something to say through spares
too few of the others, and a missed refusal is the worst error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from advisor.errors import ModelError
from advisor.reading.heads import Matrix, checked_bytes, sigmoid
from advisor.types import SignalKind, Span, Stance, WishChannel
from index.encoder import Tokens
from index.encoder.marker import Marker

NAME = "close"
FORMAT = 1
WISHES = tuple(f"{channel}:{stance}" for channel in WishChannel for stance in Stance)
LABELS = (*WISHES, *SignalKind)


@dataclass(frozen=True, slots=True)
class Said:
    """A label that a ticket has, and the word piece that says it most."""

    label: str
    probability: float  # 0 to 1
    place: Span  # of the word piece, in the text that was encoded


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """From scores to probabilities, one a label: sigmoid(slope × score + offset)."""

    slope: Matrix  # (labels,)
    offset: Matrix  # (labels,)
    thresholds: Matrix  # (labels,), from this probability a label is said


@dataclass(frozen=True, slots=True, eq=False)
class CloseReader:
    """Marks what a ticket says."""

    marker: Marker
    calibration: Calibration

    @classmethod
    def load(cls, folder: Path, *, encoder: str, threads: int = 0) -> CloseReader:
        """Load the shipped or trained reader; `threads` 0 = one a core.

        Raises ModelError where a file is missing, changed or does not fit.
        """
        described = json.loads(checked_bytes(folder / f"{NAME}.json"))
        if described["format"] != FORMAT or tuple(described["labels"]) != LABELS:
            raise ModelError(f"{folder / NAME}.json is of another version: run advisor train defaults")
        if encoder not in described["encoders"]:
            raise ModelError(
                f"the close reader was tuned on other encoders than the one in use ({encoder}): "
                "run advisor train defaults"
            )
        calibration = Calibration(
            *(np.array(described[name], np.float32) for name in ("slope", "offset", "thresholds"))
        )
        marker = Marker(checked_bytes(folder / f"{NAME}.onnx"), threads=threads)
        return cls(marker, calibration)

    def read(self, tickets: Sequence[tuple[Tokens, Sequence[Span]]]) -> list[tuple[Said, ...]]:
        """What each ticket says, section by section; a later message may take an earlier one back."""
        parts = [[within(tokens, one) for one in sections] for tokens, sections in tickets]
        windows = iter(self.marker.marks([window for ticket in parts for one in ticket for window in one.lower]))
        return [
            tuple(said for part in ticket for said in self._said(part, [next(windows) for _ in part.lower]))
            for ticket in parts
        ]

    def _said(self, part: Tokens, windows: Sequence[Matrix]) -> Iterator[Said]:
        scores = without_marks(windows)
        chances = sigmoid(self.calibration.slope * pooled(scores) + self.calibration.offset)
        for column in np.flatnonzero(chances >= self.calibration.thresholds).tolist():
            start, end = part.spans[int(scores[:, column].argmax())].tolist()
            yield Said(LABELS[column], round(float(chances[column]), 4), Span(start, end))


def within(tokens: Tokens, section: Span) -> Tokens:
    """The word pieces of a section, with the marks of their window around them."""
    inside = (tokens.spans[:, 1] > section.start) & (tokens.spans[:, 0] < section.end)
    if inside.all():
        return tokens
    lower, start = [], 0
    for window in tokens.lower:
        rows = np.flatnonzero(inside[start : start + len(window) - 2]) + 1
        if len(rows):
            lower.append(window[[0, *rows.tolist(), len(window) - 1]])
        start += len(window) - 2
    return Tokens(tokens.ids[inside], tokens.spans[inside], tokens.middle[inside], tokens.vectors[inside], tuple(lower))


def without_marks(windows: Sequence[Matrix]) -> Matrix:
    """Scores of all word pieces of a text, (pieces, labels); the marks around each window are left out."""
    return np.concatenate([one[1:-1] for one in windows]) if windows else np.zeros((0, len(LABELS)), np.float32)


def pooled(scores: Matrix) -> Matrix:
    """One score a label, (labels,): log Σ exp over the pieces."""
    if not len(scores):
        return np.full(len(LABELS), -20, np.float32)
    most = scores.max(axis=0)
    summed: Matrix = most + np.log(np.exp(scores - most).sum(axis=0))
    return summed.astype(np.float32)


def save_calibration(folder: Path, calibration: Calibration, *, encoders: tuple[str, ...]) -> None:
    """Write `close.json`; the graph is written by `index.marking`, the manifest by `write_manifest`."""
    described = {
        "format": FORMAT,
        "labels": LABELS,
        "encoders": encoders,
        **{name: getattr(calibration, name).round(5).tolist() for name in ("slope", "offset", "thresholds")},
    }
    (folder / f"{NAME}.json").write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
