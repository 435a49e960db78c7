"""Which articles may answer a ticket, and how likely the first of them does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from advisor.reading.answers import AnswerHead
from advisor.reading.heads import Matrix
from advisor.reading.memory import Memory
from advisor.reading.pairs import CANDIDATES, Passages, Question, pair_features
from advisor.reading.readings import UNKNOWN_TOPIC
from advisor.reading.terms import rare_words
from advisor.types import Candidate, Evidence, Topic
from index.encoder import Encoder
from index.knowledge import KnowledgeBase, Match

KNOWN_TOPIC = 0.3  # cosine of the nearest passage, and share of the vote, from which a category is said
TOPIC_SHARPNESS = 12.0  # how much nearer passages count more in the vote on the topic


@dataclass(frozen=True, slots=True)
class Answers:
    """What was found for one text."""

    candidates: tuple[Candidate, ...] = ()  # best first
    p_resolve: float = 0.0  # 0 to 1
    voted: Topic = UNKNOWN_TOPIC  # the category that the nearest articles speak for


NO_ANSWERS = Answers()


class Sparing(Protocol):
    """Tells, before articles are searched for, that none would change what is advised."""

    def spares(self, evidence: Evidence, question: Question, knowledge: KnowledgeBase, /) -> bool:
        """Whether to search for none; the evidence is whole but for articles, topic and notices."""


class Answering:
    """Searches the knowledge base, orders what it finds and judges the first."""

    def __init__(
        self, knowledge: KnowledgeBase, encoder: Encoder, head: AnswerHead, memory: Memory | None = None
    ) -> None:
        self.knowledge = knowledge
        self._passages = Passages(knowledge, encoder, head.axes, memory)
        self._head = head

    def answer(self, question: Question, *, failed: Collection[str]) -> Answers:
        """Candidates for a ticket; `failed` are articles that did not help, and are never offered again."""
        found = self.knowledge.search(question.text, k=CANDIDATES + len(failed), vector=question.vector[np.newaxis])
        matches = [match for match in found if match.article.id not in failed][:CANDIDATES]
        if not matches:
            return NO_ANSWERS
        features = pair_features(question, matches, self.knowledge, self._passages)
        scores = self._head.rank(features)
        chance = self._head.chance(features, scores, rare_words(question.text))
        return Answers(candidates(matches, scores, chance), round(chance, 4), vote(found))


def vote(matches: Sequence[Match]) -> Topic:
    """The category of the nearest articles, nearer ones counting more."""
    powers = [float(np.exp(TOPIC_SHARPNESS * match.similarity)) for match in matches[:10]]
    totals: dict[str, float] = {}
    for match, power in zip(matches, powers, strict=False):
        if match.article.category:
            totals[match.article.category] = totals.get(match.article.category, 0.0) + power
    if not totals:
        return UNKNOWN_TOPIC
    label = max(totals, key=lambda name: totals[name])
    return Topic(
        label, round(totals[label] / sum(powers), 4), max(match.similarity for match in matches) >= KNOWN_TOPIC
    )


def candidates(matches: Sequence[Match], scores: Matrix, chance: float) -> tuple[Candidate, ...]:
    """The five best articles; a score is the chance of the first, lessened by the distance to it."""
    order = np.argsort(-scores, kind="stable")[:5]
    lead = np.exp(scores[order] - scores[order[0]])
    return tuple(
        Candidate(
            id=matches[place].article.id,
            version=matches[place].article.version,
            title=matches[place].article.title,
            url=matches[place].article.url,
            category=matches[place].article.category,
            passage_number=matches[place].passage.number,
            passage=matches[place].passage.text,
            similarity=round(matches[place].similarity, 4),
            lexical=round(matches[place].lexical, 4),
            score=round(chance * float(share), 4),
        )
        for place, share in zip(order, lead, strict=True)
    )
