"""Words and characters as features, hashed; the same for fitting and serving."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]  # (n,), where the features of one text stand
Weights = NDArray[np.float32]  # (n,), one a place; unit length together

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|[!?]+|\[[A-Z]+\]")
MOST_WORDS = 300
NEGATIONS = frozenset(
    [
        "not",
        "no",
        "never",
        "don't",
        "doesn't",
        "didn't",
        "isn't",
        "can't",
        "cannot",
        "won't",
        "without",
        "nothing",
        "nobody",
        "wasn't",
        "aren't",
    ]
)


def hashed(features: Iterable[str], bits: int) -> tuple[Places, Weights]:
    """Hash features into 2^bits places; a feature that comes twice counts once."""
    mask = (1 << bits) - 1
    places = np.unique(np.fromiter((zlib.crc32(feature.encode()) & mask for feature in features), np.int64))
    return places, np.full(len(places), 1 / np.sqrt(max(1, len(places))), np.float32)


def words(text: str) -> list[str]:
    """The words of a text in small letters, exclamation and question marks among them."""
    return [found.lower() for found in WORD.findall(text.replace("’", "'"))[:MOST_WORDS]]


def text_features(text: str) -> Iterator[str]:
    """Words, pairs of words, words under a negation, parts of words, and shouting."""
    found = words(text)
    yield from (f"w={word}" for word in found)
    yield from (f"p={one}_{other}" for one, other in pairwise(found))
    yield from (f"n={word}" for word in negated(found))
    for word in set(found):
        framed = f"<{word}>"
        yield from (f"c={framed[at : at + size]}" for size in (3, 4, 5) for at in range(len(framed) - size + 1))
    letters = [sign for sign in text if sign.isalpha()]
    if len(letters) > 10 and sum(sign.isupper() for sign in letters) > 0.6 * len(letters):
        yield "shouts"


def negated(found: Sequence[str]) -> Iterator[str]:
    """The three words after each negation."""
    for place, word in enumerate(found):
        if word in NEGATIONS:
            yield from found[place + 1 : place + 4]
