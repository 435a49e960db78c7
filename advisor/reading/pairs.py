"""What can be told of a ticket and an article together: the features that the answer head looks at.

Late interaction (ColBERT, arXiv 2004.12832) uses the encoder's own token vectors.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np

from advisor.reading.heads import Matrix
from index.encoder import Encoder, Tokens, Vectors, unit
from index.knowledge import KnowledgeBase, Match

CANDIDATES = 12
"""Articles that are looked at closely."""

FEATURES = [
    "similarity",
    "lexical",
    "title",
    "second",
    "late",
    "late_rare",
    "title_late",
    "title_back",
    "back",
    "part",
    "part_title",
    "best",
    "cover_article",
    "cover_passage",
    "cover_heading",
    "title_cover",
]

ABBREVIATIONS = {
    "pw": "password", "pwd": "password", "pword": "password", "passwd": "password", "acct": "account", "acc": "account",
    "2fa": "two-factor authentication", "mfa": "multi-factor authentication", "otp": "one-time security code",
    "msg": "message", "num": "number", "u": "you", "ur": "your", "auth": "authentication", "addr": "address",
    "info": "information", "appt": "appointment", "dob": "date of birth", "ssn": "social security number",
    "sub": "subscription", "sms": "text message", "sso": "single sign-on", "pic": "photo", "pics": "photos",
}  # fmt: skip

COMMON = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "or",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "it",
        "its",
        "this",
        "that",
        "i",
        "we",
        "you",
        "my",
        "our",
        "your",
        "me",
        "us",
        "with",
        "as",
        "by",
        "from",
        "not",
        "no",
        "do",
        "does",
        "did",
        "can",
        "could",
        "will",
        "would",
        "have",
        "has",
        "had",
        "if",
        "but",
        "so",
        "what",
        "how",
        "when",
        "where",
        "why",
        "which",
        "there",
        "here",
        "they",
        "them",
        "he",
        "she",
        "his",
        "her",
        "hi",
        "hello",
        "dear",
        "thanks",
        "thank",
        "please",
        "regards",
        "team",
        "am",
        "im",
        "just",
        "get",
        "got",
        "any",
        "all",
    ]
)
WORD = re.compile(r"[a-z0-9][a-z0-9'-]+")
PART = 12  # word pieces of a part of the ticket that is compared by itself
KEPT_TOKENS = 1024  # passages whose token vectors are kept in memory


def expanded(text: str) -> str:
    """A text with the abbreviations of tickets written out, so that the encoder knows them."""
    return re.sub(r"\b\w{1,6}\b", lambda found: ABBREVIATIONS.get(found[0].lower(), found[0]), text)


def stem(word: str) -> str:
    """A word without its commonest endings."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """The stems of a text's words; kept, since the same passages come again and again."""
    return frozenset(stem(word) for word in WORD.findall(text.lower()))


class Passages:
    """Token vectors of passages and titles, kept in memory, and how rare a word piece is among the passages."""

    def __init__(self, knowledge: KnowledgeBase, encoder: Encoder) -> None:
        self._encoder = encoder
        self._knowledge = knowledge
        self._kept: OrderedDict[str, Tokens] = OrderedDict()
        self._titles: dict[str, Vectors] = {}
        self._lock = Lock()

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """The word pieces of texts, encoded once while they are kept."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._kept]
        fresh = dict(zip(missing, self._encoder.encode_tokens(missing), strict=True)) if missing else {}
        with self._lock:
            found = [fresh[text] if text in fresh else self._kept[text] for text in texts]
            self._kept.update(fresh)
            while len(self._kept) > KEPT_TOKENS:
                self._kept.popitem(last=False)
        return found

    def titles(self, titles: Sequence[str]) -> Vectors:
        """Sentence vectors of titles: (n, dimension)."""
        missing = [title for title in dict.fromkeys(titles) if title not in self._titles]
        if missing:
            self._titles.update(zip(missing, self._encoder.encode(missing).sentences, strict=True))
        return np.stack([self._titles[title] for title in titles])


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A ticket as the ranker sees it."""

    text: str
    vector: Vectors  # (dimension,)
    tokens: Tokens


def pair_features(question: Question, matches: Sequence[Match], knowledge: KnowledgeBase, passages: Passages) -> Matrix:
    """The features of each match: (n, FEATURES)."""
    told = [word for word in dict.fromkeys(WORD.findall(question.text.lower())) if word not in COMMON]
    rarity = np.array(knowledge.idf(told), np.float32)
    asked = [stem(word) for word in told]
    weights = piece_weights(question.tokens, told, rarity, question.text)
    bodies = passages.tokens([match.passage.embedded_text for match in matches])
    names = passages.tokens([match.article.title for match in matches])
    titles = passages.titles([match.article.title for match in matches]) @ question.vector
    parts = parts_of(question)
    near_parts = parts @ knowledge.passage_vectors([match.passage_id for match in matches]).T
    title_parts = parts @ passages.titles([match.article.title for match in matches]).T
    rows = []
    for place, match in enumerate(matches):
        late, back = interaction(question.tokens, bodies[place])
        title_late, title_back = interaction(question.tokens, names[place])
        title = [stem(word) for word in WORD.findall(match.article.title.lower()) if word not in COMMON]
        rows.append(
            (
                match.similarity,
                match.lexical,
                titles[place],
                match.others[0].similarity if match.others else match.similarity - 0.1,
                late.mean(),
                (late * weights).sum() / weights.sum(),
                (title_late * weights).sum() / weights.sum(),
                title_back.mean(),
                back.mean(),
                near_parts[:, place].max(),
                title_parts[:, place].max(),
                max(match.similarity, titles[place]),
                covered(asked, rarity, stems(f"{match.article.title} {match.article.body}")),
                covered(asked, rarity, stems(match.passage.embedded_text)),
                covered(asked, rarity, stems(f"{match.article.title} {match.passage.heading}")),
                sum(word in asked for word in title) / max(1, len(title)),
            )
        )
    return np.array(rows, np.float32).reshape(-1, len(FEATURES))


def piece_weights(tokens: Tokens, told: Sequence[str], rarity: Matrix, text: str) -> Matrix:
    """How rare the word of each word piece is; pieces of common words weigh little."""
    plain = " ".join(text.split()).lower()
    weights = dict(zip(told, rarity, strict=True))
    starts = {found.start(): found for found in WORD.finditer(plain)}
    result, current = [], 0.3
    for start, _ in tokens.spans:
        if int(start) in starts:
            current = float(weights.get(starts[int(start)][0], 0.3))
        result.append(max(0.05, current))
    return np.array(result or [1.0], np.float32)


def interaction(question: Tokens, other: Tokens) -> tuple[Matrix, Matrix]:
    """For each piece of the one its nearest piece of the other, both ways; zeros where one is empty."""
    if not len(question.ids) or not len(other.ids):
        return np.zeros(max(1, len(question.ids)), np.float32), np.zeros(max(1, len(other.ids)), np.float32)
    cosines = question.vectors @ other.vectors.T
    return cosines.max(axis=1), cosines.max(axis=0)


def parts_of(question: Question) -> Vectors:
    """Overlapping parts of the ticket, each the mean of its pieces: (n, dimension), unit rows."""
    pieces = question.tokens.vectors
    if not len(pieces):
        return question.vector[np.newaxis]
    starts = range(0, max(1, len(pieces) - PART // 2), PART // 2)
    return unit(np.stack([pieces[start : start + PART].mean(axis=0) for start in starts]))


def covered(asked: Sequence[str], rarity: Matrix, known: frozenset[str]) -> float:
    """The share of the ticket's words, rare ones counting more, that stand in the other text."""
    total = float(rarity.sum())
    return float(rarity[[word in known for word in asked]].sum()) / total if total else 0.0


def rare_words(text: str) -> int:
    """How many words of a text say something."""
    return len({word for word in WORD.findall(text.lower()) if word not in COMMON})
