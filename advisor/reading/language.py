"""Is there anything to read, and is it English? Known words decide first; the language identifier has the rest.

Identifiers err on the few words of a short ticket ("forgot pw"), so the share of known English words comes first.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from advisor.reading.heads import checked_bytes
from advisor.types import Readability

LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
PLACEHOLDER = re.compile(r"\[[A-Z]+\]")
MOST_WORDS = 400
ENGLISH_SHARE = 0.88  # of known words, from which a text counts as English
SHORT_SHARE = 0.4  # the same where there are too few words for the identifier
FOREIGN_SHARE = 0.35  # up to which it does not, whatever the identifier says
FUNCTION_SHARE = 0.2  # of English function words, from which it does, misspelt as the rest may be
FEW_WORDS = 4
FUNCTION_WORDS = frozenset(
    [
        "the",
        "my",
        "i",
        "is",
        "to",
        "a",
        "and",
        "it",
        "of",
        "you",
        "for",
        "not",
        "on",
        "in",
        "was",
        "have",
        "has",
        "with",
        "that",
        "this",
        "are",
        "be",
        "can",
        "do",
        "how",
        "what",
        "why",
        "when",
        "your",
        "please",
        "but",
        "cant",
        "can't",
        "don't",
        "dont",
        "didn't",
        "im",
        "i'm",
        "its",
        "it's",
        "from",
        "get",
        "got",
        "help",
        "need",
        "want",
        "would",
        "could",
        "will",
        "at",
        "or",
        "if",
        "so",
        "we",
        "they",
        "hi",
        "hello",
        "thanks",
        "there",
        "been",
        "does",
        "did",
        "am",
        "an",
        "which",
        "where",
        "who",
        "by",
        "up",
        "out",
        "just",
        "still",
    ]
) - frozenset(["a", "i", "in", "on", "an", "am", "so", "was", "die", "do"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a text can be read."""

    readability: Readability
    language: str  # ISO 639-1, or "und"
    probability: float  # 0 to 1, of the language


class Lexicon:
    """Common English words; made by `advisor train defaults` from public data."""

    def __init__(self, words: frozenset[str]) -> None:
        self.words = words

    @classmethod
    def load(cls, path: Path) -> Lexicon:
        """Read the word list that was shipped or trained."""
        return cls(frozenset(json.loads(checked_bytes(path))))

    def share(self, words: list[str]) -> float:
        """The share of known words, long ones counting more than short ones; 0 for no words."""
        total = sum(len(word) for word in words)
        return sum(len(word) for word in words if self.knows(word)) / total if total else 0.0

    def knows(self, word: str) -> bool:
        """Tell whether a word is a common English one, its plain endings included."""
        return word in self.words or word.split("'")[0] in self.words

    def judge(self, text: str) -> Verdict:
        """Tell whether a text can be read and in which language it is."""
        words = [found.lower().replace("’", "'") for found in LETTERS.findall(PLACEHOLDER.sub(" ", text))[:MOST_WORDS]]
        if not words:
            empty = not any(sign.isalnum() for sign in text)
            return Verdict(Readability.EMPTY if empty else Readability.UNREADABLE, "und", 0.0)
        share = self.share(words)
        if share >= ENGLISH_SHARE:
            return Verdict(Readability.READABLE, "en", share)
        language = identify(" ".join(words))
        if is_english(words, share, language):
            return Verdict(Readability.READABLE, "en", share)
        if language != "en" and (len(words) > 2 or not words[0].isascii()) and looks_written(words):
            return Verdict(Readability.UNKNOWN_LANGUAGE, language, 1 - share)
        return Verdict(Readability.UNREADABLE, "und", 1 - share)


def is_english(words: list[str], share: float, language: str) -> bool:
    """Weigh known words, function words and the identifier, where known words alone do not tell."""
    if share <= FOREIGN_SHARE:
        return False
    function_words = sum(word in FUNCTION_WORDS for word in words) / len(words)
    few = len(words) < FEW_WORDS and share >= SHORT_SHARE
    return language == "en" or few or function_words >= FUNCTION_SHARE


def looks_written(words: list[str]) -> bool:
    """Tell words of some language from struck keys: most have a vowel or another script, and a bearable length."""
    written = sum(
        bool(re.search(r"[aeiouyàâäåáæéèêëíìîïóòôöøúùûü]|[^\x00-\u024f]", word)) and len(word) < 25 for word in words
    )
    return written >= 0.75 * len(words)


def identify(text: str) -> str:
    """The likeliest language of a text, ISO 639-1."""
    import py3langid

    return str(py3langid.classify(text)[0])
