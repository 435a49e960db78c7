"""Splits in which copies of a text never fall on both sides, and which are the same from one training to the next.

Which side a text is on depends on its hash alone. So a text that was held out once is held out ever after, and two
heads trained at different times can be compared on rows that neither has seen.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHARE = 0.2  # of the texts, held out
MOST_OF_A_TOPIC = 1 / 3  # held out of one topic, rounded down: small topics keep what they learn from
NOISE = re.compile(r"[\W\d_]+")

Hashes = NDArray[np.uint64]  # (n,), one a text
Rows = NDArray[np.int64]  # (n,), numbers of rows, groups or parts
Chosen = NDArray[np.bool_]  # (n,)


def normalised(text: str) -> str:
    """A text without case, blanks, digits and punctuation; as it is where nothing else would be left."""
    return " ".join(NOISE.split(text.casefold())).strip() or " ".join(text.split())


def hashes_of(texts: Sequence[str]) -> Hashes:
    """A hash a text; texts that are the same but for case, blanks, digits and punctuation share it."""
    found = (
        hashlib.blake2b(normalised(text).encode("utf-8", "replace"), digest_size=8, person=b"side").digest()
        for text in texts
    )
    return np.fromiter((int.from_bytes(one, "big") for one in found), np.uint64, len(texts))


def groups_of(hashes: Hashes) -> Rows:
    """A number for each group of copies, from 0 on."""
    return np.unique(hashes, return_inverse=True)[1].astype(np.int64)


def held_out(hashes: Hashes, topics: Sequence[str], *, share: float = SHARE) -> Chosen:
    """Which texts are held out: those with a low hash, but never more than a third of the groups of a topic.

    A group that one of its topics needs for training is trained on in all of them.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be between 0 and 1, was: {share}")
    low = np.array(hashes < np.uint64(int(share * 2**64)))
    needed: set[int] = set()
    for rows in rows_by(topics).values():
        own = np.unique(hashes[rows])
        candidates = own[own < np.uint64(int(share * 2**64))]
        needed.update(candidates[int(len(own) * MOST_OF_A_TOPIC) :].tolist())
    if needed:
        low &= ~np.isin(hashes, np.array(sorted(needed), np.uint64))
    return low


def folds(groups: Rows, topics: Sequence[str], *, parts: int, seed: int) -> Rows:
    """A part from 0 to `parts` - 1 for each row: groups stay whole, topics are spread evenly.

    The groups of each topic are dealt in turn, the largest first and otherwise shuffled, always to the part that has
    least of the topic, then least of all.
    """
    if parts < 2:
        raise ValueError(f"parts must be at least 2, was: {parts}")
    names, codes = np.unique(np.asarray(topics, object).astype(str), return_inverse=True)
    first, sizes = np.unique(groups, return_index=True, return_counts=True)[1:]
    topic_of = codes[first]  # of a group's first row
    order = np.random.default_rng(seed).permutation(len(first))
    order = order[np.argsort(-sizes[order], kind="stable")]
    of_topic, of_all = np.zeros((len(names), parts), np.int64), np.zeros(parts, np.int64)
    dealt = np.zeros(len(first), np.int64)
    for group in order.tolist():
        own = of_topic[topic_of[group]]
        part = min(range(parts), key=lambda one: (own[one], of_all[one]))
        dealt[group] = part
        own[part] += sizes[group]
        of_all[part] += sizes[group]
    return dealt[np.unique(groups, return_inverse=True)[1]]


def rows_by(topics: Sequence[str]) -> dict[str, Rows]:
    """The rows of each topic."""
    codes: dict[str, list[int]] = {}
    for row, topic in enumerate(topics):
        codes.setdefault(topic, []).append(row)
    return {topic: np.array(rows, np.int64) for topic, rows in codes.items()}
