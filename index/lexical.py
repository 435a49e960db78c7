"""Words as the full-text tables know them: stems, how rare they are, and which of a text are worth looking up."""

import math
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import accumulate

from index.store import TOKENIZER

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 24  # of a query, the rarest
_MOST_CHARACTERS = 50_000  # of a text that is searched for
_MOST_LETTERS = 64  # of a word
_MOST_STEMS = 100_000  # remembered
_MOST_POSTINGS = 70_000  # looked at in one search


def words(text: str) -> list[str]:
    """Give the distinct words of a text in order, in lower case."""
    found = _WORD.findall(unicodedata.normalize("NFC", text[:_MOST_CHARACTERS]).lower())
    return list(dict.fromkeys(word[:_MOST_LETTERS] for word in found))


class Stemmer:
    """Stems words with SQLite's own tokenizer, so that they are what the full-text tables hold."""

    def __init__(self) -> None:
        """Open a table in memory; any thread may use it."""
        self._lock = threading.Lock()
        self._stems: dict[str, str] = {}
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.execute(f"create virtual table word using fts5(text, tokenize='{TOKENIZER}')")
        self._connection.execute("create virtual table stem using fts5vocab(word, instance)")

    def stems(self, words: Sequence[str]) -> list[str]:
        """Give the stem of each word, the first one where it is cut; of what is no word, the thing itself."""
        stems = self._stems
        try:
            return [stems[word] for word in words]
        except KeyError:
            return self._learned(words)

    def _learned(self, words: Sequence[str]) -> list[str]:
        with self._lock:
            if len(self._stems) > _MOST_STEMS:
                self._stems = {}
            self._learn([word for word in dict.fromkeys(words) if word not in self._stems])
            return [self._stems[word] for word in words]

    def _learn(self, unknown: Sequence[str]) -> None:
        if not unknown:
            return
        self._connection.execute("begin")
        self._connection.executemany("insert into word(rowid, text) values (?, ?)", enumerate(unknown))
        found = self._connection.execute("select doc, term from stem order by doc, offset desc").fetchall()
        self._connection.execute("rollback")
        self._stems |= {word: word for word in unknown} | {unknown[number]: term for number, term in found}


class Vocabulary:
    """How rare each word is among the passages."""

    def __init__(
        self,
        stemmer: Stemmer,
        frequencies: Mapping[str, int],
        passages: int,
        *,
        most_postings: int = _MOST_POSTINGS,
    ) -> None:
        """Take in how many of the passages each stem stands, and how many postings one search may look at."""
        self._stemmer = stemmer
        self._frequencies = frequencies
        self._passages = passages
        self._most_postings = most_postings
        self._rarities: dict[str, float] = {}  # of words asked for before

    def idf(self, words: Sequence[str]) -> list[float]:
        """Give ln(1 + (n - df + 0.5) / (df + 0.5)) of each word, the inverse document frequency of BM25."""
        rarities = self._rarities
        try:
            return [rarities[word] for word in words]
        except KeyError:
            return self._learned(words)

    def rarest(self, text: str) -> list[str]:
        """Give the stems of at most 24 known words, the rarest first, as long as their postings are few enough."""
        known = self._frequencies
        stems = [stem for stem in dict.fromkeys(self._stemmer.stems(words(text))) if stem in known]
        rarest = sorted(stems, key=known.__getitem__)[:_MOST_WORDS]
        sums = accumulate(known[stem] for stem in rarest)
        return [stem for stem, postings in zip(rarest, sums, strict=True) if postings <= self._most_postings]

    def _learned(self, words: Sequence[str]) -> list[float]:
        stems = self._stemmer.stems([word.lower() for word in words])
        found = [self._rarity(self._frequencies.get(stem, 0)) for stem in stems]
        if len(self._rarities) > _MOST_STEMS:
            self._rarities = {}
        self._rarities.update(zip(words, found, strict=True))
        return found

    def _rarity(self, frequency: int) -> float:
        return math.log(1 + (self._passages - frequency + 0.5) / (frequency + 0.5))
