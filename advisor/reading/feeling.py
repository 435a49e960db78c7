"""How a text sounds: a narrow branch over the encoder's word pieces, fitted on comments with emotions.

Tone lives in words and in the middle of the encoder. The branch looks at each word piece there and at the end, at its
two neighbours, and gathers what it finds over the text: on average, at its strongest, and by learned attention. It
costs some 2 % of the encoder's multiplications, knows numpy alone, and the encoder stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from advisor.reading.features import Places, Weights
from advisor.reading.heads import Matrix, checked
from index.encoder import TokenIds, Tokens

STEADY = 1e-5  # beside a variance


@dataclass(frozen=True, slots=True, eq=False)
class Feeling:
    """The branch's weights; `vectors` runs it."""

    project: Matrix  # (2 × dimension, width): of the middle and final vector of a word piece
    project_bias: Matrix  # (width,)
    table: Matrix  # (2^15, width of a word): what each word piece adds by itself
    spread: Matrix  # (width of a word, width)
    before: Matrix  # (2, width): scale and offset of the normalisation before looking at the neighbours
    near: Matrix  # (3 × width, width): of the piece before, the piece and the piece after
    near_bias: Matrix  # (width,)
    after: Matrix  # (2, width): scale and offset of the last normalisation
    attention: Matrix  # (width, ways): how much a piece counts in each way of gathering

    @property
    def size(self) -> int:
        """Length of a text's vector: the mean, the maximum, and each way of gathering."""
        return int(self.attention.shape[0] * (2 + self.attention.shape[1]))

    def vectors(self, texts: Sequence[Tokens]) -> Matrix:
        """The vector of each text, (n, size), each by itself; zeros where a text has no word piece."""
        gathered = np.zeros((len(texts), self.size), np.float32)
        for row, tokens in enumerate(texts):
            if len(tokens.ids):
                gathered[row] = self.gather(np.hstack([tokens.middle, tokens.vectors]), tokens.ids)
        return gathered

    def gather(self, pieces: Matrix, ids: TokenIds) -> Matrix:
        """The vector of a text's word pieces, (pieces, 2 × dimension), and of what pieces they are: (size,)."""
        words = self.table[ids % len(self.table)] @ self.spread
        seen = gelu(pieces @ self.project + words + self.project_bias)
        level = normal(seen, self.before)
        framed = np.pad(level, ((1, 1), (0, 0)))
        seen = normal(seen + gelu(np.hstack([framed[:-2], level, framed[2:]]) @ self.near + self.near_bias), self.after)
        scores = seen @ self.attention
        powers = np.exp(scores - scores.max(axis=0))
        ways = (powers / powers.sum(axis=0)).T @ seen
        return np.concatenate([seen.mean(axis=0), seen.max(axis=0), ways.reshape(-1)])

    def save(self, folder: Path) -> None:
        """Write the weights; the manifest is written once for all model files."""
        weights = {one.name: getattr(self, one.name).astype(np.float16) for one in fields(self)}
        np.savez_compressed(folder / "feeling.npz", **weights)

    @classmethod
    def load(cls, folder: Path) -> Feeling:
        """Load the weights; the heads over them say which encoders they serve."""
        arrays = checked(folder / "feeling.npz")
        return cls(**{one.name: arrays[one.name].astype(np.float32) for one in fields(cls)})


def wordless(count: int) -> list[tuple[Places, Weights]]:
    """What a head that looks at no words is given for so many texts."""
    return [(np.zeros(0, np.int64), np.zeros(0, np.float32))] * count


def gelu(values: Matrix) -> Matrix:
    """Gaussian error linear unit, by tanh (Hendrycks and Gimpel 2016)."""
    bent: Matrix = 0.5 * values * (1 + np.tanh(0.7978845608 * (values + 0.044715 * values * values * values)))
    return bent


def normal(values: Matrix, scale: Matrix) -> Matrix:
    """Each row with mean 0 and variance 1, then scaled and moved (Ba et al. 2016)."""
    centred = values - values.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + STEADY)
    level: Matrix = centred / spread * scale[0] + scale[1]
    return level


def beside(felt: Matrix, inner: Matrix) -> Matrix:
    """The branch's vectors beside the inner layers: (n, size + 10 × dimension)."""
    return np.hstack([felt, inner])
