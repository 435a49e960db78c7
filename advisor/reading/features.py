"""Words and characters as features, hashed; the same for fitting and serving."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]  # (n,), where the features of one text stand
Weights = NDArray[np.float32]  # (n,), one a place; unit length together

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|[!?]+|\[[A-Z]+\]")
MOST_WORDS = 300
NEGATIONS = frozenset({
    "not", "no", "never", "don't", "doesn't", "didn't", "isn't", "can't", "cannot", "won't", "without", "nothing",
    "nobody", "wasn't", "aren't",
})  # fmt: skip


def hashed(features: Iterable[str], bits: int) -> tuple[Places, Weights]:
    """Hash features into 2^bits places; a feature that comes twice counts once."""
    mask = (1 << bits) - 1
    places = np.unique(np.fromiter((crc32(feature.encode()) & mask for feature in features), np.int64))
    return places, np.full(len(places), 1 / np.sqrt(max(1, len(places))), np.float32)


def hashed_text(text: str, bits: int) -> tuple[Places, Weights]:
    """The same as `hashed(text_features(text), bits)`, faster: the hashes of words are kept."""
    found, mask = words(text), (1 << bits) - 1
    hashes = [crc32(f"p={one}_{other}".encode()) for one, other in pairwise(found)]
    hashes += [crc32(f"n={word}".encode()) for word in negated(found)]
    for word in set(found):
        hashes += word_hashes(word)
    if shouts(text):
        hashes.append(crc32(b"shouts"))
    places = np.unique(np.array(hashes, np.int64) & mask)
    return places, np.full(len(places), 1 / np.sqrt(max(1, len(places))), np.float32)


@lru_cache(maxsize=50_000)
def word_hashes(word: str) -> tuple[int, ...]:
    """The hashes of a word and of its parts; kept, since words come again and again."""
    return (crc32(f"w={word}".encode()), *(crc32(f"c={part}".encode()) for part in parts_of(word, 3)))


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
        yield from (f"c={part}" for part in parts_of(word, 3))
    if shouts(text):
        yield "shouts"


def shouts(text: str) -> bool:
    """Whether most letters are capitals."""
    if text.islower():
        return False
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) > 10 and sum(sign.isupper() for sign in letters) > 0.6 * len(letters)


def negated(found: Sequence[str]) -> Iterator[str]:
    """The three words after each negation."""
    for place, word in enumerate(found):
        if word in NEGATIONS:
            yield from found[place + 1 : place + 4]


def parts_of(word: str, least: int) -> Iterator[str]:
    """Parts of a word, `least` to five signs long, its ends marked."""
    framed = f"<{word}>"
    return (framed[at : at + size] for size in range(least, 6) for at in range(len(framed) - size + 1))


def weighed(text: str, rarity: Weights) -> tuple[Places, Weights]:
    """Words with pairs of words, and parts of words, hashed into 2^bits places and weighed by rarity, (2^bits,).

    Either kind has unit length by itself, so that the many parts do not drown the words.
    """
    words_at, parts_at = places_of(text, len(rarity))
    counts = [np.unique(one, return_counts=True) for one in (words_at, parts_at)]
    found = [(places, (1 + np.log(times)) * rarity[places]) for places, times in counts]
    joined = np.concatenate([values / max(1e-9, float(np.linalg.norm(values))) for _, values in found])
    return np.concatenate([places for places, _ in found]), joined.astype(np.float32)


def places_of(text: str, size: int) -> tuple[Places, Places]:
    """The places of a text's words and pairs, and of the parts of its words; each as often as it comes."""
    found = words(text)
    mask = size - 1
    pairs = [crc32(f"p={one}_{other}".encode()) & mask for one, other in pairwise(found)]
    whole = [crc32(f"w={word}".encode()) & mask for word in found]
    parts = [place & mask for word in found for place in part_hashes(word)]
    return np.array(whole + pairs, np.int64), np.array(parts, np.int64)


@lru_cache(maxsize=50_000)
def part_hashes(word: str) -> tuple[int, ...]:
    """The hashes of a word's parts; kept, since words come again and again."""
    return tuple(crc32(f"c={part}".encode()) for part in parts_of(word[:40], 2))
