"""Does this article answer this ticket? A ranker over (ticket, article) pairs, and a calibrated chance.

The ranker orders the candidates (conditional logit over one ticket's candidates, McFadden 1974); a second, logistic
head looks at the winner, its lead and the best of each feature, and says how likely it answers: so it can say
"nothing here answers this". An installation's own labels may turn that chance (`Recalibration`), never reorder it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from advisor.errors import ModelError
from advisor.reading.heads import Head, Matrix, checked, checked_bytes, load_head, sigmoid

Odds = NDArray[np.float64]

CALIBRATION = "calibration.json"
FORMAT = 1
FILES = ("answers.npz", "answers.json", "answers_ranker.npz")
NO_WORDS = [(np.zeros(0, np.int64), np.zeros(0, np.float32))]


class State(StrEnum):
    """What the calibrated chance rests on."""

    SHIPPED = "shipped"  # estimated on other companies' data
    INTERCEPT = "intercept"  # moved as a whole by the installation's labels
    SLOPE = "slope"  # moved, and made more or less sure
    SHAPE = "shape"  # a curve of its own, never falling


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """Turns log-odds by an installation's own labels: straight between knots, and always rising."""

    state: State = State.SHIPPED
    labels: float = 0.0  # that it rests on; a label with a weight counts as much as its weight
    offset: float = 0.0  # what log-odds of 0 become
    knots: tuple[float, ...] = ()  # log-odds, rising
    slopes: tuple[float, ...] = (1.0,)  # one more than knots, each above 0; left of the first knot, between them, …
    head: str = ""  # fingerprint of the head that it was made for
    format: int = FORMAT

    def __post_init__(self) -> None:
        """Refuse what would reorder chances."""
        rising = all(one < other for one, other in zip(self.knots, self.knots[1:], strict=False))
        if not rising or len(self.slopes) != len(self.knots) + 1 or not all(one > 0 for one in self.slopes):
            raise ValueError(
                f"a recalibration must have rising knots and one slope above 0 more, was: {self.knots}, {self.slopes}"
            )

    @property
    def said(self) -> str:
        """In words, for a person."""
        if self.state is State.SHIPPED:
            return "shipped: estimated on other companies' data"
        return f"{self.state}, from {self.labels:g} labels of this installation"

    def turn(self, odds: Odds) -> Odds:
        """Log-odds, (n,), as this installation's labels say."""
        turned: Odds = self.offset + stretches(odds, self.knots) @ np.array(self.slopes)
        return turned

    def save(self, folder: Path) -> None:
        """Write it as a file of a trained version."""
        (folder / CALIBRATION).write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")

    @classmethod
    def load(cls, folder: Path) -> Recalibration:
        """Read it from a trained version; raises ModelError where it was changed or is of another version."""
        path = folder / CALIBRATION
        try:
            found = msgspec.json.decode(checked_bytes(path), type=cls)
        except (msgspec.MsgspecError, ValueError) as error:
            raise ModelError(f"{path} cannot be read ({error}): advisor train undo answers") from error
        if found.format != FORMAT:
            raise ModelError(
                f"{path} has format {found.format}, this program reads {FORMAT}: run advisor train answers"
            )
        return found


SHIPPED_CALIBRATION = Recalibration()


def stretches(odds: Odds, knots: tuple[float, ...]) -> Odds:
    """How far each lies from 0 within each stretch between knots: (n, knots + 1); the sum of a row is the value."""
    edges = np.array([-np.inf, *knots, np.inf])
    reached = np.clip(odds[:, np.newaxis], edges[:-1], edges[1:])
    far: Odds = reached - np.clip(0.0, edges[:-1], edges[1:])
    return far


def beside(features: Matrix) -> Matrix:
    """Each feature, and its distance from the best candidate's: (n, 2 × FEATURES)."""
    return np.hstack([features, features - features.max(axis=0, keepdims=True)])


def verdict_features(features: Matrix, scores: Matrix, words: int) -> Matrix:
    """What the second head looks at, for the winner of one ticket."""
    order = np.argsort(-scores)
    best = int(order[0])
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    lead = scores[best] - scores[order[1]] if len(scores) > 1 else 3.0
    entropy = -(shares * np.log(shares + 1e-9)).sum()
    own = [scores[best], lead, shares[best], entropy, np.log1p(words) / 4]
    return np.concatenate([features[best], features.max(axis=0), own]).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class AnswerHead:
    """Orders candidates and tells how likely the first one answers.

    A head that was fitted before a feature was added knows the first features only, and looks at no others.
    """

    weights: Matrix  # (2 × features,), of the ranker, for features brought to one scale
    center: Matrix  # (2 × features,)
    scale: Matrix  # (2 × features,)
    verdict: Head
    axes: Matrix | None = None  # (dimension, fewer), on which word pieces were compared; None = as they are
    recalibration: Recalibration = SHIPPED_CALIBRATION
    fingerprint: str = ""  # of its files; empty = it was not loaded from any

    @classmethod
    def load(cls, folder: Path, *, encoder: str, recalibration: Path | None = None) -> AnswerHead:
        """Load the shipped or trained head, and an installation's recalibration of it.

        A recalibration that was made for another head says nothing of this one: its state is `shipped` then.
        """
        arrays = checked(folder / "answers_ranker.npz")
        weights, center, scale = (arrays[name].astype(np.float32) for name in ("weights", "center", "scale"))
        verdict = load_head("answers", folder, encoder=encoder)
        axes = arrays["axes"].astype(np.float32) if "axes" in arrays and arrays["axes"].size else None
        head = cls(weights, center, scale, verdict, axes, fingerprint=fingerprint(folder))
        return replace(head, recalibration=in_force(head.fingerprint, recalibration))

    def save(self, folder: Path) -> None:
        """Write the shipped part of the head; the manifest is written once for all heads, by `write_manifest`."""
        self.verdict.save(folder)
        axes = np.zeros((0, 0), np.float16) if self.axes is None else self.axes.astype(np.float16)
        np.savez_compressed(
            folder / "answers_ranker.npz", weights=self.weights, center=self.center, scale=self.scale, axes=axes
        )

    @property
    def state(self) -> State:
        """What the chance rests on."""
        return self.recalibration.state

    def rank(self, features: Matrix) -> Matrix:
        """Scores of one ticket's candidates: (n,); higher is better."""
        scores = ((beside(self._known(features)) - self.center) / self.scale) @ self.weights
        return scores.astype(np.float32)

    def log_odds(self, features: Matrix, scores: Matrix, words: int) -> float:
        """The log-odds that the best candidate answers, as shipped."""
        row = verdict_features(self._known(features), scores, words)[np.newaxis]
        raw = self.verdict.scores(row, NO_WORDS) * self.verdict.slope + self.verdict.offset
        return float(raw[0, 0])

    def chance(self, features: Matrix, scores: Matrix, words: int) -> float:
        """The calibrated probability that the best candidate answers."""
        odds = np.array([self.log_odds(features, scores, words)])
        return float(sigmoid(self.recalibration.turn(odds).astype(np.float32))[0])

    def _known(self, features: Matrix) -> Matrix:
        return features[:, : len(self.weights) // 2]


def in_force(head: str, recalibration: Path | None) -> Recalibration:
    """The recalibration of a version's folder; the shipped one where there is none, or it is of another head."""
    if recalibration is None:
        return Recalibration()
    own = Recalibration.load(recalibration)
    return own if own.head == head else Recalibration()


def fingerprint(folder: Path) -> str:
    """Names the head of a folder by its files."""
    return hashlib.sha256(b"".join(checked_bytes(folder / name) for name in FILES)).hexdigest()[:16]
