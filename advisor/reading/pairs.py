"""What can be told of a ticket and an article together: the features that the answer head looks at.

Late interaction (ColBERT, arXiv 2004.12832) uses the encoder's own token vectors.
"""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

import numpy as np

from advisor.reading.heads import Matrix
from index.encoder import Encoder, Tokens, Vectors, unit
from index.knowledge import KnowledgeBase, Match

Key = TypeVar("Key")
Value = TypeVar("Value")
CANDIDATES = 16
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
    "terms_article",
    "terms_first",
]
"""In this order; a new one goes to the end, since a head that was fitted before it looks at the first ones only."""

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
PART = 12  # word pieces of a part of the ticket that is compared by itself
KEPT = 2048  # passages and titles whose vectors are kept in memory, some 170 MB of long ones on 96 axes


def stem(word: str) -> str:
    """A word without its commonest endings."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A passage or a title as the encoder reads it."""

    sentence: Vectors  # (dimension,)
    pieces: Vectors  # (n, axes), unit rows; at least one, of zeros where there is no word


@dataclass(frozen=True, slots=True)
class Known:
    """The stems of a passage and of its article."""

    article: frozenset[str]
    passage: frozenset[str]
    heading: frozenset[str]  # title and headings
    title: tuple[str, ...]  # without common words
    terms: Mapping[str, float]  # of the whole article, its title twice


class Passages:
    """Passages and titles as they are compared with tickets, kept in memory.

    `axes`, (dimension, fewer): word pieces are compared on these main axes, which costs less; None: as they are.
    """

    def __init__(self, knowledge: KnowledgeBase, encoder: Encoder, axes: Matrix | None = None) -> None:
        self._knowledge = knowledge
        self._encoder = encoder
        self._axes = axes
        self._seen: OrderedDict[str, Seen] = OrderedDict()
        self._known: OrderedDict[tuple[int, str], Known] = OrderedDict()  # by passage and state of the knowledge base
        self._lock = Lock()

    def pieces(self, tokens: Tokens) -> Vectors:
        """The word pieces of the first window of a text on the axes: (n, axes), unit rows."""
        vectors = tokens.first().vectors
        if not len(vectors):
            vectors = np.zeros((1, self._encoder.dimension), np.float32)
        return vectors if self._axes is None else unit(vectors @ self._axes)

    def seen(self, texts: Sequence[str]) -> list[Seen]:
        """Passages or titles, each encoded once while it is kept."""
        with self._lock:
            there = {text: self._seen[text] for text in texts if text in self._seen}
        missing = [text for text in dict.fromkeys(texts) if text not in there]
        if missing:
            read = self._encoder.encode(missing, tokens=True)
            rows = zip(missing, read.sentences, read.tokens, strict=True)
            there |= {text: Seen(sentence, self.pieces(tokens)) for text, sentence, tokens in rows}
        with self._lock:
            _keep(self._seen, there)
        return [there[text] for text in texts]

    def known(self, matches: Sequence[Match]) -> list[Known]:
        """The stems of matches, found once while they are kept and the knowledge base stays as it is."""
        state = self._knowledge.fingerprint
        keys = [(match.passage_id, state) for match in matches]
        with self._lock:
            there = {key: self._known[key] for key in keys if key in self._known}
        for key, match in zip(keys, matches, strict=True):
            there[key] = there.get(key) or self._words(match)
        with self._lock:
            _keep(self._known, there)
        return [there[key] for key in keys]

    def _words(self, match: Match) -> Known:
        title, passage = match.article.title, match.passage
        told = telling(f"{title} {title} {match.article.body}")
        return Known(
            stems(f"{title} {match.article.body}"),
            stems(passage.embedded_text),
            stems(f"{title} {passage.heading}"),
            tuple(stem(word) for word in telling(title)),
            terms(told, dict(zip(unique := list(dict.fromkeys(told)), self._knowledge.idf(unique), strict=True))),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A ticket as the ranker sees it."""

    text: str
    vector: Vectors  # (dimension,)
    tokens: Tokens


def pair_features(question: Question, matches: Sequence[Match], knowledge: KnowledgeBase, passages: Passages) -> Matrix:
    """The features of each match: (n, FEATURES)."""
    if not matches:
        return np.zeros((0, len(FEATURES)), np.float32)
    told = list(dict.fromkeys(telling(question.text)))
    rarity = np.array(knowledge.idf(told), np.float32)
    asked = [stem(word) for word in told]
    words = frozenset(asked)
    weights = piece_weights(question.tokens, told, rarity, question.text)
    weights = weights / weights.sum()
    bodies = passages.seen([match.passage.embedded_text for match in matches])
    names = passages.seen([match.article.title for match in matches])
    known = passages.known(matches)
    rare = dict(zip(told, rarity.tolist(), strict=True))
    whole, first = terms(telling(question.text), rare), terms(telling(first_sentence(question.text)), rare)
    near, back = interaction(passages.pieces(question.tokens), [one.pieces for one in (*bodies, *names)])
    parts = parts_of(question)
    titles = np.stack([one.sentence for one in names])
    similarity = np.array([match.similarity for match in matches])
    title = titles @ question.vector
    count = len(matches)
    columns = (
        similarity,
        [match.lexical for match in matches],
        title,
        [match.others[0].similarity if match.others else match.similarity - 0.1 for match in matches],
        near[:, :count].mean(axis=0),
        weights @ near[:, :count],
        weights @ near[:, count:],
        back[count:],
        back[:count],
        (parts @ knowledge.passage_vectors([match.passage_id for match in matches]).T).max(axis=0),
        (parts @ titles.T).max(axis=0),
        np.maximum(similarity, title),
        [covered(asked, rarity, one.article) for one in known],
        [covered(asked, rarity, one.passage) for one in known],
        [covered(asked, rarity, one.heading) for one in known],
        [sum(word in words for word in one.title) / max(1, len(one.title)) for one in known],
        [product(whole, one.terms) for one in known],
        [product(first, one.terms) for one in known],
    )
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)


def interaction(question: Vectors, others: Sequence[Vectors]) -> tuple[Matrix, Matrix]:
    """For each piece of a question its nearest piece of each other text, (pieces, n); and back, the mean: (n,).

    All of them in one product.
    """
    lengths = np.array([len(one) for one in others])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    cosines = question @ np.concatenate(others).T
    back = np.add.reduceat(cosines.max(axis=0), starts) / lengths
    return np.maximum.reduceat(cosines, starts, axis=1), back.astype(np.float32)


def piece_weights(tokens: Tokens, told: Sequence[str], rarity: Matrix, text: str) -> Matrix:
    """How rare the word of each word piece is; pieces of common words weigh little: (n,), one where there is none."""
    plain = " ".join(text.split()).lower()
    weights = dict(zip(told, rarity.tolist(), strict=True))
    starts = {found.start(): found[0] for found in WORD.finditer(plain)}
    result, current = [], 0.3
    for start in tokens.first().spans[:, 0].tolist():
        if start in starts:
            current = weights.get(starts[start], 0.3)
        result.append(max(0.05, current))
    return np.array(result or [1.0], np.float32)


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


def product(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The cosine of two texts by their terms."""
    return sum(weight * other.get(root, 0.0) for root, weight in one.items())


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


def _keep(kept: OrderedDict[Key, Value], fresh: Mapping[Key, Value]) -> None:
    """Keep what was used last."""
    for key, value in fresh.items():
        kept[key] = value
        kept.move_to_end(key)
    while len(kept) > KEPT:
        kept.popitem(last=False)
