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


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """The vectors of n texts."""

    sentences: Vectors  # (n, dimension), unit rows
    inner: Vectors  # (n, 10 × dimension): mean and maximum over the tokens of layer 2, of layer 3, … of layer 6
    cut: tuple[int, ...]  # a text: word pieces left out at its end; an estimate beyond 12,000 characters


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The word pieces of one text, at most 254."""

    ids: TokenIds  # (n,)
    spans: Spans  # (n, 2): characters of the text with its white space joined to single blanks
    middle: Vectors  # (n, dimension), unit rows of the middle layer
    vectors: Vectors  # (n, dimension), unit rows of the final layer


class Encoder(Protocol):
    """Turns texts into vectors, each text by itself."""

    @property
    def fingerprint(self) -> str:
        """Names the model, the recipe and the precision: equal fingerprints, comparable vectors."""

    @property
    def dimension(self) -> int:
        """Length of a sentence vector."""

    def encode(self, texts: Sequence[str], /) -> Encoded:
        """Encode texts; an empty one gets a valid vector too."""

    def encode_tokens(self, texts: Sequence[str], /) -> list[Tokens]:
        """Encode the first 254 word pieces of each text, one vector a piece."""


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


def join_windows(sentences: Vectors, inner: Vectors) -> tuple[Vectors, Vectors]:
    """Make one text of its windows: mean of sentence vectors and inner means, maximum of inner maxima.

    `sentences` is (windows, dimension), `inner` (windows, 10 × dimension); the results are (dimension,) and
    (10 × dimension,).
    """
    if len(sentences) == 1:
        return sentences[0], inner[0]
    pools = inner.reshape(len(inner), len(INNER_LAYERS), 2, -1)
    joined = np.stack([pools[:, :, 0].mean(axis=0), pools[:, :, 1].max(axis=0)], axis=1)
    return unit(sentences.mean(axis=0)), joined.reshape(-1)


def unit(vectors: Vectors) -> Vectors:
    """Scale the last axis to length 1; zeros stay zeros."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    return scaled


def stack(texts: Sequence[tuple[Vectors, Vectors]], cut: Sequence[int], dimension: int) -> Encoded:
    """Put the vectors of single texts under one another."""
    if not texts:
        return Encoded(
            np.zeros((0, dimension), np.float32),
            np.zeros((0, 2 * len(INNER_LAYERS) * dimension), np.float32),
            (),
        )
    return Encoded(np.stack([text[0] for text in texts]), np.stack([text[1] for text in texts]), tuple(cut))
