"""Does this article answer this ticket? A ranker over (ticket, article) pairs, and a calibrated chance.

The ranker orders the candidates (conditional logit over one ticket's candidates, McFadden 1974); a second, logistic
head looks at the winner, its lead and the best of each feature, and says how likely it answers: so it can say
"nothing here answers this".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from advisor.reading.heads import Head, Matrix, checked, load_head


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
    """Orders candidates and tells how likely the first one answers."""

    weights: Matrix  # (2 × FEATURES,), of the ranker, for features brought to one scale
    center: Matrix  # (2 × FEATURES,)
    scale: Matrix  # (2 × FEATURES,)
    verdict: Head

    @classmethod
    def load(cls, folder: Path, *, encoder: str) -> AnswerHead:
        """Load the shipped or trained head."""
        arrays = checked(folder / "answers_ranker.npz")
        ranker = {name: arrays[name].astype(np.float32) for name in ("weights", "center", "scale")}
        return cls(**ranker, verdict=load_head("answers", folder, encoder=encoder))

    def rank(self, features: Matrix) -> Matrix:
        """Scores of one ticket's candidates: (n,); higher is better."""
        scores = ((beside(features) - self.center) / self.scale) @ self.weights
        return scores.astype(np.float32)

    def chance(self, features: Matrix, scores: Matrix, words: int) -> float:
        """The calibrated probability that the best candidate answers."""
        row = verdict_features(features, scores, words)[np.newaxis]
        return float(self.verdict.probabilities(row, [(np.zeros(0, np.int64), np.zeros(0, np.float32))])[0, 0])
