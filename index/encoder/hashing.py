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
    Tokens,
    Vectors,
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


def _words(text: str) -> list[str]:
    return [word[:100] for word in _WORD.findall(text.lower())]


class HashEncoder:
    """Signed bag-of-words hashing; the same shapes and promises as the model's encoders."""

    fingerprint = "hash-1"
    dimension = _DIMENSION

    def encode(self, texts: Sequence[str], /) -> Encoded:
        """Encode texts by their words and character trigrams."""
        read = [self._read(text) for text in texts]
        return stack([vectors for vectors, _ in read], [cut for _, cut in read], self.dimension)

    def encode_tokens(self, texts: Sequence[str], /) -> list[Tokens]:
        """Encode each of the first 254 words of each text."""
        return [self._tokens(prepare(text).text) for text in texts]

    def _read(self, text: str) -> tuple[tuple[Vectors, Vectors], int]:
        prepared = prepare(text)
        words = _words(prepared.text)
        split = windows(range(len(words)), prepared)
        pools = [self._pool([words[at] for at in window]) for window in split.ids]
        sentences = np.stack([sentence for sentence, _ in pools])
        return join_windows(sentences, np.stack([inner for _, inner in pools])), split.cut

    def _pool(self, words: list[str]) -> tuple[Vectors, Vectors]:
        """Pool one window: (dimension,) and (10 × dimension,), layers told apart by a shift."""
        vectors = np.stack([_word_vector(word)[1] for word in words or [""]])
        pools = (vectors.mean(axis=0), vectors.max(axis=0))
        inner = np.concatenate([np.roll(pool, layer) for layer in INNER_LAYERS for pool in pools])
        return unit(vectors.sum(axis=0)), inner.astype(np.float32)

    def _tokens(self, text: str) -> Tokens:
        found = list(_WORD.finditer(text.lower()))[:WINDOW]
        pairs = [_word_vector(word[0][:100]) for word in found]
        ids = np.array([number for number, _ in pairs], np.int32)
        spans = np.array([word.span() for word in found], np.int32).reshape(-1, 2)
        vectors = unit(np.array([vector for _, vector in pairs], np.float32).reshape(-1, self.dimension))
        return Tokens(ids, spans, np.roll(vectors, MIDDLE_LAYER, axis=1), vectors)
