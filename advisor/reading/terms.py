"""The words of a text that say something, and how much each says."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

COMMON = frozenset((
    "the", "a", "an", "and", "or", "of", "to", "in", "on", "at", "for", "is", "are", "was", "were", "be", "been",
    "it", "its", "this", "that", "i", "we", "you", "my", "our", "your", "me", "us", "with", "as", "by", "from",
    "not", "no", "do", "does", "did", "can", "could", "will", "would", "have", "has", "had", "if", "but", "so",
    "what", "how", "when", "where", "why", "which", "there", "here", "they", "them", "he", "she", "his", "her",
    "hi", "hello", "dear", "thanks", "thank", "please", "regards", "team", "am", "im", "just", "get", "got", "any",
    "all",
))  # fmt: skip
WORD = re.compile(r"[a-z0-9][a-z0-9'-]+")
SENTENCE_END = re.compile(r"\n+|(?<=[.!?])\s+")


def stem(word: str) -> str:
    """A word without its commonest endings."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word


def terms(told: Sequence[str], rarity: Mapping[str, float]) -> dict[str, float]:
    """Stems weighed by how often they are told and how rare they are, of length 1 together (Salton, Buckley 1988)."""
    counts: dict[str, int] = {}
    rare: dict[str, float] = {}
    for word in told:
        root = stem(word)
        counts[root] = counts.get(root, 0) + 1
        rare.setdefault(root, rarity[word])
    weights = {root: (1 + math.log(count)) * rare[root] for root, count in counts.items()}
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {root: weight / length for root, weight in weights.items()}


def first_sentence(text: str) -> str:
    """The first line or sentence that says something, often the subject; the whole text where there is none."""
    return next((part for part in SENTENCE_END.split(text.strip()) if len(telling(part)) >= 2), text)


def telling(text: str) -> list[str]:
    """The words of a text that say something, in order."""
    return [word for word in WORD.findall(text.lower()) if word not in COMMON]


def rare_words(text: str) -> int:
    """How many words of a text say something."""
    return len(set(telling(text)))


def stems(text: str) -> frozenset[str]:
    """The stems of all words of a text."""
    return frozenset(stem(word) for word in WORD.findall(text.lower()))
