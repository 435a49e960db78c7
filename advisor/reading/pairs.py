"""What can be told of a ticket and an article together: the features that the answer head looks at.

Late interaction (ColBERT, arXiv 2004.12832) uses the encoder's own token vectors.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from advisor.reading.heads import Matrix
from advisor.reading.memory import Kind, Memory, Nothing
from advisor.reading.terms import WORD, first_sentence, stem, stems, telling, terms
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

PART = 12  # word pieces of a part of the ticket that is compared by itself
KEPT = 2048  # passages and titles whose vectors are kept in memory, some 170 MB of long ones on 96 axes


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A passage or a title as the encoder reads it."""

    sentence: Vectors  # (dimension,)
    pieces: Vectors  # (n, axes), unit rows; at least one, of zeros where there is no word


IN_ARTICLE, IN_PASSAGE, IN_HEADING = 1, 2, 4


@dataclass(frozen=True, slots=True)
class Known:
    """The stems of a passage and of its article."""

    stems: Mapping[str, tuple[int, float]]  # where it stands (IN_…), and its weight in the whole article, title twice
    title: tuple[str, ...]  # without common words


class Passages:
    """Passages and titles as they are compared with tickets, kept in memory.

    `axes`, (dimension, fewer): word pieces are compared on these main axes, which costs less; None: as they are.
    """

    def __init__(
        self,
        knowledge: KnowledgeBase,
        encoder: Encoder,
        axes: Matrix | None = None,
        memory: Memory | None = None,
    ) -> None:
        self._knowledge = knowledge
        self._encoder = encoder
        self._axes = axes
        self._memory = memory or Nothing()
        self._made_by = f"{encoder.fingerprint} {'' if axes is None else hashlib.sha256(axes.tobytes()).hexdigest()}"
        self._seen: OrderedDict[str, Seen] = OrderedDict()
        self._known: OrderedDict[tuple[int, str], Known] = OrderedDict()  # by passage and state of the knowledge base
        self._lock = Lock()

    def pieces(self, tokens: Tokens) -> Vectors:
        """The word pieces of the first window of a text on the axes: (n, axes), unit rows."""
        return pieces_on(tokens.first(), self._axes, self._encoder.dimension)

    def seen(self, texts: Sequence[str]) -> list[Seen]:
        """Passages or titles, each encoded once while it is kept."""
        with self._lock:
            there = {text: self._seen[text] for text in texts if text in self._seen}
        missing = [text for text in dict.fromkeys(texts) if text not in there]
        if missing:
            there |= self._made(missing)
        with self._lock:
            _keep(self._seen, there)
        return [there[text] for text in texts]

    def _made(self, texts: Sequence[str]) -> dict[str, Seen]:
        """From the memory, else by the encoder; rounded to 16 bits either way."""
        keys = {text: hashlib.sha256(f"{self._made_by} {text}".encode("utf-8", "replace")).digest() for text in texts}
        kept = self._memory.find(Kind.PASSAGES, list(keys.values()))
        missing = [text for text in texts if keys[text] not in kept]
        if missing:
            read = self._encoder.encode(missing, tokens=True)
            rows = zip(missing, read.sentences, read.tokens, strict=True)
            fresh = {keys[text]: _packed(sentence, self.pieces(tokens)) for text, sentence, tokens in rows}
            self._memory.keep(Kind.PASSAGES, fresh)
            kept |= fresh
        return {text: self._unpacked(kept[key]) for text, key in keys.items()}

    def _unpacked(self, content: bytes) -> Seen:
        values = np.frombuffer(content, np.float16).astype(np.float32)
        dimension = self._encoder.dimension
        axes = dimension if self._axes is None else self._axes.shape[1]
        return Seen(values[:dimension], values[dimension:].reshape(-1, axes))

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
        unique = list(dict.fromkeys(told))
        weights = terms(told, dict(zip(unique, self._knowledge.idf(unique), strict=True)))
        places = (
            (IN_ARTICLE, stems(f"{title} {match.article.body}")),
            (IN_PASSAGE, stems(passage.embedded_text)),
            (IN_HEADING, stems(f"{title} {passage.heading}")),
        )
        found = dict.fromkeys(weights, 0)
        for place, words in places:
            for word in words:
                found[word] = found.get(word, 0) | place
        return Known(
            {word: (place, weights.get(word, 0.0)) for word, place in found.items()},
            tuple(stem(word) for word in telling(title)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A ticket as the ranker sees it."""

    text: str
    vector: Vectors  # (dimension,)
    pieces: Vectors  # (n, axes), unit rows: the word pieces of the first window
    starts: NDArray[np.int32]  # (n,): where each stands in the text
    parts: Vectors  # (m, dimension), unit rows: overlapping parts of the first window


def pair_features(question: Question, matches: Sequence[Match], knowledge: KnowledgeBase, passages: Passages) -> Matrix:
    """The features of each match: (n, FEATURES)."""
    if not matches:
        return np.zeros((0, len(FEATURES)), np.float32)
    asked = Asked.of(question.text, knowledge)
    weights = piece_weights(question.starts, asked.rare, question.text)
    weights = weights / weights.sum()
    bodies = passages.seen([match.passage.embedded_text for match in matches])
    names = passages.seen([match.article.title for match in matches])
    known = passages.known(matches)
    near, back = interaction(question.pieces, [one.pieces for one in (*bodies, *names)])
    titles = np.stack([one.sentence for one in names])
    similarity = np.array([match.similarity for match in matches])
    title = titles @ question.vector
    count = len(matches)
    article, passage, heading, whole, first = words_in_common(asked, known)
    words = set(asked.stems)
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
        (question.parts @ knowledge.passage_vectors([match.passage_id for match in matches]).T).max(axis=0),
        (question.parts @ titles.T).max(axis=0),
        np.maximum(similarity, title),
        article,
        passage,
        heading,
        [sum(word in words for word in one.title) / max(1, len(one.title)) for one in known],
        whole,
        first,
    )
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The words of a ticket that say something, each once."""

    stems: tuple[str, ...]  # one a word
    rare: Mapping[str, float]  # word: how rare it is
    rarity: Matrix  # (n,), the same in their order
    whole: Matrix  # (n, 2): a stem's weight in the whole ticket and in its first sentence; 0 where it came before

    @classmethod
    def of(cls, text: str, knowledge: KnowledgeBase) -> Asked:
        """The words of a text, as rare as they are in the knowledge base."""
        every = telling(text)
        told = list(dict.fromkeys(every))
        rare = dict(zip(told, knowledge.idf(told), strict=True))
        roots = tuple(stem(word) for word in told)
        whole, first = terms(every, rare), terms(telling(first_sentence(text)), rare)
        weights = [(whole.pop(root, 0.0), first.pop(root, 0.0)) for root in roots]
        rarity = np.array(list(rare.values()), np.float32)
        return cls(roots, rare, rarity, np.array(weights, np.float32).reshape(-1, 2))


def words_in_common(asked: Asked, known: Sequence[Known]) -> tuple[Matrix, Matrix, Matrix, Matrix, Matrix]:
    """Of each match, (n,): three shares of the ticket's words, and two cosines by terms.

    The shares, rare words counting more, are of those that stand in the article, the passage and its headings; the
    cosines are of the whole ticket, and of its first sentence, with the article.
    """
    nowhere = (0, 0.0)
    found = [[one.stems.get(root, nowhere) for root in asked.stems] for one in known]
    table = np.array(found, np.float32).reshape(len(known), len(asked.stems), 2)
    places, weights = table[:, :, 0].astype(np.int8), table[:, :, 1]
    total = float(asked.rarity.sum()) or 1.0
    shares = [((places & place) > 0).astype(np.float32) @ asked.rarity / total for place in PLACES]
    cosines = weights @ asked.whole
    return shares[0], shares[1], shares[2], cosines[:, 0], cosines[:, 1]


PLACES = (IN_ARTICLE, IN_PASSAGE, IN_HEADING)


def question_of(text: str, sentence: Vectors, tokens: Tokens, passages: Passages) -> Question:
    """A text as the ranker sees it; vectors are rounded to 16 bits, as those of tickets are."""
    first = tokens.first()
    rounded = [one.astype(np.float16).astype(np.float32) for one in (sentence, passages.pieces(first))]
    parts = parts_of(first, sentence).astype(np.float16).astype(np.float32)
    return Question(text, rounded[0], rounded[1], first.spans[:, 0], parts)


def pieces_on(first: Tokens, axes: Matrix | None, dimension: int) -> Vectors:
    """The word pieces of a window on axes, (dimension, axes): unit rows, one of zeros where there is no word piece."""
    vectors = first.vectors if len(first.vectors) else np.zeros((1, dimension), np.float32)
    return vectors if axes is None else unit(vectors @ axes)


def interaction(question: Vectors, others: Sequence[Vectors]) -> tuple[Matrix, Matrix]:
    """For each piece of a question its nearest piece of each other text, (pieces, n); and back, the mean: (n,).

    All of them in one product.
    """
    lengths = np.array([len(one) for one in others])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    cosines = question @ np.concatenate(others).T
    back = np.add.reduceat(cosines.max(axis=0), starts) / lengths
    return np.maximum.reduceat(cosines, starts, axis=1), back.astype(np.float32)


def piece_weights(starts: NDArray[np.int32], rare: Mapping[str, float], text: str) -> Matrix:
    """How rare the word of each word piece is; pieces of common words weigh little: (n,), one where there is none."""
    plain = " ".join(text.split()).lower()
    words = {found.start(): found[0] for found in WORD.finditer(plain)}
    result, current = [], 0.3
    for start in starts.tolist():
        if start in words:
            current = rare.get(words[start], 0.3)
        result.append(max(0.05, current))
    return np.array(result or [1.0], np.float32)


def parts_of(first: Tokens, sentence: Vectors) -> Vectors:
    """Overlapping parts of a window, each the mean of its pieces: (n, dimension), unit rows."""
    pieces = first.vectors
    if not len(pieces):
        return sentence[np.newaxis]
    starts = range(0, max(1, len(pieces) - PART // 2), PART // 2)
    return unit(np.stack([pieces[start : start + PART].mean(axis=0) for start in starts]))


def _packed(sentence: Vectors, pieces: Vectors) -> bytes:
    """A passage as the encoder reads it, in 16 bits."""
    return np.concatenate([sentence, pieces.reshape(-1)]).astype(np.float16).tobytes()


def _keep(kept: OrderedDict[Key, Value], fresh: Mapping[Key, Value]) -> None:
    """Keep what was used last."""
    for key, value in fresh.items():
        kept[key] = value
        kept.move_to_end(key)
    while len(kept) > KEPT:
        kept.popitem(last=False)
