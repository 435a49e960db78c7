"""One look of the encoder at a text: all that heads, search and ranking need of it later, small enough to be kept.

Vectors are rounded to 16 bits at once, kept or not, so that an advice does not depend on whether a look was found in
the cache. Whatever reads word pieces stands here: who changes it must have every text encoded again, and
`Looker.fingerprint` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from advisor.reading.close import CloseReader, Said
from advisor.reading.feeling import Feeling
from advisor.reading.heads import Matrix
from advisor.reading.matter import Matter
from advisor.reading.pairs import Question, parts_of, pieces_on
from index.encoder import Encoded, Encoder

Half = NDArray[np.float16]
AT_ONCE = 8  # texts whose word pieces are held together
VERSION = 1  # raise it when what a look holds, or how it is made, changes


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What the encoder and the readers of word pieces give for one text."""

    sentence: Half  # (dimension,), unit length but for rounding
    inner: Half  # (10 × dimension,): mean and maximum of layers 2 to 6
    tuned: Half  # (dimension,) where the encoder has a tuned branch, else (0,)
    felt: Half  # (size of the branch,): how it sounds
    pieces: Half  # (n, axes): the word pieces of the first window, at least one
    starts: NDArray[np.int32]  # (n,): where each stands; one fewer than `pieces` where there is no word piece
    parts: Half  # (m, dimension): overlapping parts of the first window
    said: tuple[Said, ...]  # by the close reader, section by section
    cut: int  # word pieces left out at the end

    def question(self, text: str) -> Question:
        """The text as the ranker of articles sees it."""
        whole = np.float32
        return Question(
            text, self.sentence.astype(whole), self.pieces.astype(whole), self.starts, self.parts.astype(whole)
        )


class Looker:
    """Looks at texts."""

    def __init__(self, encoder: Encoder, feeling: Feeling, close: CloseReader, axes: Matrix | None) -> None:
        self._encoder = encoder
        self._feeling = feeling
        self._close = close
        self._axes = axes

    def look(self, matters: Sequence[Matter]) -> list[Look]:
        """One look a text, in their order; each by itself, and few at a time, while their vectors are at hand."""
        return [
            look for start in range(0, len(matters), AT_ONCE) for look in self._look(matters[start : start + AT_ONCE])
        ]

    def _look(self, matters: Sequence[Matter]) -> list[Look]:
        encoded = self._encoder.encode([matter.text for matter in matters], tokens=True)
        felt = self._feeling.vectors(encoded.tokens)
        said = self._close.read(
            [(tokens, matter.sections) for tokens, matter in zip(encoded.tokens, matters, strict=True)]
        )
        return [self._one(encoded, row, felt[row], said[row]) for row in range(len(matters))]

    def _one(self, encoded: Encoded, row: int, felt: Matrix, said: tuple[Said, ...]) -> Look:
        first, sentence = encoded.tokens[row].first(), encoded.sentences[row]
        return Look(
            sentence=half(sentence),
            inner=half(encoded.inner[row]),
            tuned=half(np.zeros(0, np.float32) if encoded.tuned is None else encoded.tuned[row]),
            felt=half(felt),
            pieces=half(pieces_on(first, self._axes, len(sentence))),
            starts=np.ascontiguousarray(first.spans[:, 0], np.int32),
            parts=half(parts_of(first, sentence)),
            said=said,
            cut=encoded.cut[row],
        )


def half(values: Matrix) -> Half:
    """Rounded to 16 bits."""
    return np.ascontiguousarray(values, np.float16)


def encoded_of(looks: Sequence[Look]) -> Encoded:
    """The sentence vectors, inner layers and tuned vectors of several looks, without word pieces."""
    rows = [
        np.stack([getattr(look, name) for look in looks]).astype(np.float32) for name in ("sentence", "inner", "tuned")
    ]
    return Encoded(rows[0], rows[1], tuple(look.cut for look in looks), tuned=rows[2] if rows[2].shape[1] else None)


def packed(look: Look) -> bytes:
    """A look as bytes."""
    arrays = {one.name: getattr(look, one.name) for one in fields(look) if one.name not in ("said", "cut")}
    kept = {name: (array.dtype.char, array.shape, array.tobytes()) for name, array in arrays.items()}
    return msgspec.msgpack.encode((kept, look.said, look.cut))


def unpacked(content: bytes) -> Look:
    """A look of its bytes; the arrays are not to be written to."""
    kept, said, cut = _LOOK.decode(content)
    arrays: dict[str, Any] = {
        name: np.frombuffer(written, kind).reshape(shape) for name, (kind, shape, written) in kept.items()
    }
    return Look(said=said, cut=cut, **arrays)


_LOOK = msgspec.msgpack.Decoder(tuple[dict[str, tuple[str, tuple[int, ...], bytes]], tuple[Said, ...], int])
