"""An encoder without a model, for tests: texts that share words or parts of words are near each other."""

import hashlib
import re
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from index.encoder.base import (
    INNER_LAYERS,
    MIDDLE_LAYER,
    WINDOW,
    Encoded,
    Pools,
    Vectors,
    join_tokens,
    join_windows,
    prepare,
    stack,
    unit,
    windows,
)

_WORD = re.compile(r"[^\W_]+|[^\w\s]")
_COMMON_WORDS = (
    "a an and are as at be but by can do for from have how i if in is it me my not of on or so that the "
    "this to was we what when with you your"
)
_COMMON = frozenset(_COMMON_WORDS.split(" "))
_DIMENSION = 384


@lru_cache(maxsize=50_000)
def _word_vector(word: str) -> tuple[int, Vectors]:
    """Hash a word and its character trigrams, signed, into one vector; common words weigh little."""
    parts = [(word, 1.0)] + [(f"#{word}#"[at : at + 3], 0.35) for at in range(len(word))]
    vector = np.zeros(_DIMENSION, np.float32)
    for part, weight in parts:
        digest = hashlib.blake2b(part.encode(), digest_size=4).digest()
        vector[int.from_bytes(digest[:2], "big") % _DIMENSION] += weight if digest[2] & 1 else -weight
    weight = 0.1 if word in _COMMON or not word.isalnum() else 1.0
    return zlib.crc32(word.encode()) & 0x7FFFFFFF, weight * vector


class HashEncoder:
    """Signed bag-of-words hashing; the same shapes and promises as the model's encoders."""

    fingerprint = "hash-1"
    dimension = _DIMENSION
    branch = None

    def encode(self, texts: Sequence[str], /, *, tokens: bool = False) -> Encoded:
        """Encode texts by their words and character trigrams."""
        read, cut, found = [], [], []
        for text in texts:
            prepared = prepare(text)
            words = list(_WORD.finditer(prepared.text.lower()))
            split = windows([_word_vector(word[0][:100])[0] for word in words], prepared)
            starts = range(0, WINDOW * len(split.ids), WINDOW)
            pools = [_pools([word[0][:100] for word in words[at : at + WINDOW]]) for at in starts]
            read.append(join_windows(pools))
            cut.append(split.cut)
            if tokens:
                spans = np.array([word.span() for word in words], np.int32).reshape(-1, 2)
                found.append(join_tokens(pools, split, spans, self.dimension))
        return stack(read, cut, self.dimension, found)


def _pools(words: list[str]) -> Pools:
    """Pool one window, layers told apart by a shift; a window without words has the vectors of an empty word."""
    vectors = np.stack([_word_vector(word)[1] for word in words or [""]])
    pools = (vectors.mean(axis=0), vectors.max(axis=0))
    inner = np.concatenate([np.roll(pool, layer) for layer in INNER_LAYERS for pool in pools])
    pieces = unit(vectors[: len(words)])
    return Pools(unit(vectors.sum(axis=0)), inner.astype(np.float32), np.roll(pieces, MIDDLE_LAYER, axis=1), pieces)
