"""What an encoder takes and gives, and how a long text is read through windows.

A text's vector must not depend on its neighbours. 8-bit activations take their scale over the whole batch,
so every encoder here reads one text a call, without mask and padding; then alone, among others and in any
order give equal bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # (n, dimension), unit rows where they stand for texts or tokens
TokenIds = NDArray[np.int32]  # (n,)
Spans = NDArray[np.int32]  # (n, 2): first character and the one after the last

WINDOW = 254  # word pieces of one window; the model reads 256 with its two marks
WINDOWS = 4  # a text is read through at most so many windows
MOST_CHARACTERS = 12_000  # ample for the windows; longer text is cut before it is tokenized
INNER_LAYERS = (2, 3, 4, 5, 6)
MIDDLE_LAYER = 4  # grammar lives here, meaning in the final one
LOWER_LAYER = 2  # further layers may be built on what this one gives


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The word pieces of one text, at most 4 windows of 254."""

    ids: TokenIds  # (n,)
    spans: Spans  # (n, 2): characters of the text with its white space joined to single blanks
    middle: Vectors  # (n, dimension), unit rows of the middle layer
    vectors: Vectors  # (n, dimension), unit rows of the final layer
    lower: tuple[Vectors, ...] = ()  # a window: (pieces + 2 marks, dimension), what the lower layers give

    def first(self) -> "Tokens":
        """Only the first window."""
        kept = (self.ids[:WINDOW], self.spans[:WINDOW], self.middle[:WINDOW], self.vectors[:WINDOW])
        return Tokens(*kept, self.lower[:1])


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """The vectors of n texts."""

    sentences: Vectors  # (n, dimension), unit rows
    inner: Vectors  # (n, 10 × dimension): mean and maximum over the tokens of layer 2, of layer 3, … of layer 6
    cut: tuple[int, ...]  # a text: word pieces left out at its end; an estimate beyond 12,000 characters
    tokens: tuple[Tokens, ...] = ()  # one a text where they were asked for
    tuned: Vectors | None = None  # (n, dimension), unit rows of the tuned branch, where the encoder has one


class Encoder(Protocol):
    """Turns texts into vectors, each text by itself."""

    @property
    def fingerprint(self) -> str:
        """Names the model, the recipe and the precision: equal fingerprints, comparable vectors."""

    @property
    def dimension(self) -> int:
        """Length of a sentence vector."""

    @property
    def branch(self) -> str | None:
        """Names the tuned branch beside the untouched outputs, which `fingerprint` names; None where there is none."""

    def encode(self, texts: Sequence[str], /, *, tokens: bool = False) -> Encoded:
        """Encode texts, each in one pass; an empty one gets a valid vector too. `tokens`: one a piece, too."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text ready for the tokenizer."""

    text: str
    beyond: int  # characters cut off


def prepare(text: str) -> Prepared:
    """Join white space, replace what is no valid Unicode, and cut off what no window could reach."""
    plain = text[: 4 * MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    joined = " ".join(plain.split())
    kept = joined[:MOST_CHARACTERS]
    return Prepared(kept, len(joined) - len(kept) + max(0, len(text) - 4 * MOST_CHARACTERS))


@dataclass(frozen=True, slots=True)
class Windows:
    """The word pieces of one text, window by window; an empty text has one empty window."""

    ids: tuple[tuple[int, ...], ...]  # 1 to 4 windows of at most 254 word pieces
    cut: int  # word pieces left out


def windows(ids: Sequence[int], prepared: Prepared) -> Windows:
    """Split the word pieces of a prepared text into windows and count what is left out."""
    reach = WINDOW * WINDOWS
    unread = round(prepared.beyond * len(ids) / max(1, len(prepared.text)))
    starts = range(0, min(max(1, len(ids)), reach), WINDOW)
    return Windows(tuple(tuple(ids[at : at + WINDOW]) for at in starts), max(0, len(ids) - reach) + unread)


@dataclass(frozen=True, slots=True, eq=False)
class Pools:
    """What an encoder gives for one window."""

    sentence: Vectors  # (dimension,)
    inner: Vectors  # (10 × dimension,)
    middle: Vectors | None = None  # (n, dimension)
    pieces: Vectors | None = None  # (n, dimension)
    lower: Vectors | None = None  # (n + 2, dimension)
    tuned: Vectors | None = None  # (dimension,)


def join_windows(pools: Sequence[Pools]) -> tuple[Vectors, Vectors]:
    """Make one text of its windows: mean of sentence vectors and inner means, maximum of inner maxima.

    The results are (dimension,) and (10 × dimension,).
    """
    if len(pools) == 1:
        return pools[0].sentence, pools[0].inner
    inner = np.stack([one.inner for one in pools]).reshape(len(pools), len(INNER_LAYERS), 2, -1)
    joined = np.stack([inner[:, :, 0].mean(axis=0), inner[:, :, 1].max(axis=0)], axis=1)
    return unit(np.stack([one.sentence for one in pools]).mean(axis=0)), joined.reshape(-1)


def join_tuned(pools: Sequence[Pools]) -> Vectors | None:
    """Make one text's tuned vector, (dimension,), of its windows: their mean; None where there is no branch."""
    tuned = [one.tuned for one in pools if one.tuned is not None]
    if len(tuned) < 2:
        return tuned[0] if tuned else None
    return unit(np.stack(tuned).mean(axis=0))


def join_tokens(pools: Sequence[Pools], split: Windows, spans: Spans, dimension: int) -> Tokens:
    """Put the word pieces of a text's windows behind one another."""
    ids = np.array([one for window in split.ids for one in window], np.int32)
    none = [np.zeros((0, dimension), np.float32)]
    middle = [one.middle for one in pools if one.middle is not None] if len(ids) else none
    vectors = [one.pieces for one in pools if one.pieces is not None] if len(ids) else none
    lower = tuple(one.lower for one in pools if one.lower is not None) if len(ids) else ()
    return Tokens(ids, spans[: len(ids)], np.concatenate(middle), np.concatenate(vectors), lower)


def unit(vectors: Vectors) -> Vectors:
    """Scale the last axis to length 1; zeros stay zeros."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    return scaled


def stack(
    texts: Sequence[tuple[Vectors, Vectors]],
    cut: Sequence[int],
    dimension: int,
    tokens: Sequence[Tokens] = (),
    tuned: Sequence[Vectors] | None = None,
) -> Encoded:
    """Put the vectors of single texts under one another; `tuned` is None where there is no branch."""
    if not texts:
        return Encoded(
            np.zeros((0, dimension), np.float32),
            np.zeros((0, 2 * len(INNER_LAYERS) * dimension), np.float32),
            (),
            tuned=None if tuned is None else np.zeros((0, dimension), np.float32),
        )
    return Encoded(
        np.stack([text[0] for text in texts]),
        np.stack([text[1] for text in texts]),
        tuple(cut),
        tuple(tokens),
        None if tuned is None else np.stack(tuned),
    )
