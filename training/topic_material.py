"""Labelled texts made ready to be fitted: as the reader of tickets would see them, split by their hash, encoded."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from advisor.reading.heads import Matrix
from advisor.reading.masking import mask
from advisor.reading.matter import expanded
from advisor.reading.text import REPLY_PREFIX, clean, own_words
from index.encoder import Encoded, Encoder
from index.progress import Progress
from training.labelled import Row
from training.splits import Hashes, Rows, hashes_of, held_out

IN_MEMORY = 20_000  # texts whose vectors are kept in memory; those of more lie in a file
AT_ONCE = 64  # texts between two steps of the bar


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Labelled texts ready to be fitted: those of the training side first, then those held out."""

    rows: tuple[Row, ...]
    encoded: Encoded
    hashes: Hashes
    trained: int  # how many are of the training side

    @property
    def texts(self) -> list[str]:
        """The texts."""
        return [row.text for row in self.rows]

    @property
    def topics(self) -> list[str]:
        """Their topics."""
        return [row.topic for row in self.rows]

    def part(self, start: int, end: int) -> Material:
        """Some of the rows; the vectors are not copied."""
        trained = max(0, min(self.trained, end) - start)
        return Material(self.rows[start:end], picked(self.encoded, slice(start, end)), self.hashes[start:end], trained)


def as_read(texts: Sequence[str], *, masked: bool) -> str:
    """The texts of a row as the reader of tickets sees them: the last one as a body, those before it as subjects."""
    *subjects, body = texts
    parts = [clean(REPLY_PREFIX.sub("", one)).replace("\n", " ") for one in subjects]
    parts.append(own_words(REPLY_PREFIX.sub("", body)))
    read = "\n".join(mask(part).text if masked else part for part in parts if part)
    return " ".join(expanded(read).split())


def prepared(rows: Sequence[Row], encoder: Encoder, progress: Progress) -> Material:
    """Split and encode rows."""
    hashes = hashes_of([row.text for row in rows])
    held = held_out(hashes, [row.topic for row in rows])
    order = np.argsort(held, kind="stable")
    ordered = tuple(rows[at] for at in order.tolist())
    encoded = encode_all([row.text for row in ordered], encoder, progress)
    return Material(ordered, encoded, hashes[order], int((~held).sum()))


def picked(encoded: Encoded, at: slice | Rows) -> Encoded:
    """The vectors of some texts; of a slice, without copying them."""
    tuned = None if encoded.tuned is None else encoded.tuned[at]
    return Encoded(encoded.sentences[at], encoded.inner[at], (), (), tuned)


def encode_all(texts: Sequence[str], encoder: Encoder, progress: Progress) -> Encoded:
    """Encode any number of texts, some at a time; the vectors of very many lie in a file that goes with them."""
    first = encoder.encode(texts[:1])
    sentences, inner = (room(len(texts), part.shape[1]) for part in (first.sentences, first.inner))
    tuned = None if first.tuned is None else room(len(texts), first.tuned.shape[1])
    for start in range(0, len(texts), AT_ONCE):
        progress("Encoding texts", start, len(texts))
        read, at = encoder.encode(texts[start : start + AT_ONCE]), slice(start, start + AT_ONCE)
        sentences[at], inner[at] = read.sentences, read.inner
        if tuned is not None and read.tuned is not None:
            tuned[at] = read.tuned
    progress("Encoding texts", len(texts), len(texts))
    return Encoded(sentences, inner, (), (), tuned)


def room(count: int, width: int) -> Matrix:
    """Space for vectors."""
    if count <= IN_MEMORY:
        return np.empty((count, width), np.float32)
    with tempfile.TemporaryFile() as file:  # it is gone with the last view of it
        return np.memmap(file, np.float32, "w+", shape=(count, width))
