"""Sentence vectors of tickets, each text encoded once; kept with all that was read, and forgotten with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from advisor.reading.memory import Kind, Memory
from index.encoder import Encoder
from index.encoder.base import Vectors, unit
from index.progress import Progress

AT_ONCE = 256  # texts between two steps of the bar


class TicketVectors:
    """Encodes texts through a memory; rounded to 16 bits, found there or not."""

    def __init__(self, encoder: Encoder, memory: Memory) -> None:
        self._encoder = encoder
        self._memory = memory

    def of(self, texts: Sequence[str], progress: Progress, /) -> Vectors:
        """The vectors of masked texts: (n, dimension), unit rows."""
        rows = np.zeros((len(texts), self._encoder.dimension), np.float32)
        for start in range(0, len(texts), AT_ONCE):
            progress("Reading what they are about", start, len(texts))
            some = texts[start : start + AT_ONCE]
            rows[start : start + len(some)] = self._some(some)
        progress("Reading what they are about", len(texts), len(texts))
        return unit(rows)

    def _some(self, texts: Sequence[str]) -> Vectors:
        keys = [self._key(text) for text in texts]
        known = self._memory.find(Kind.VECTORS, keys)
        unknown = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if unknown:
            vectors = self._encoder.encode(list(unknown.values())).sentences.astype(np.float16)
            fresh = {key: vector.tobytes() for key, vector in zip(unknown, vectors, strict=True)}
            self._memory.keep(Kind.VECTORS, fresh)
            known = known | fresh
        return np.stack([np.frombuffer(known[key], np.float16) for key in keys]).astype(np.float32)

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self._encoder.fingerprint}\0{text}".encode("utf-8", "replace")).digest()
