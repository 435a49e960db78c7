"""What the heads make of looks: topic, moment, tones, severity, and whether self-service was tried in vain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from advisor.reading.features import Places, Weights, hashed_text
from advisor.reading.feeling import beside
from advisor.reading.heads import Head, Matrix, by_row
from advisor.reading.look import Look, encoded_of
from advisor.reading.topics import TopicHead
from advisor.types import Moment, Prediction, Topic
from index.encoder import Encoder

EXAMPLE_WEIGHT = 8.0  # how much likeness to a company's own example moves a moment's score
INCIDENT_NEAR = 0.55  # cosine to an incident's text or example from which a ticket is about it
UNKNOWN_TOPIC = Topic(None, 0.0, False)


class Ideals(Protocol):
    """What reading needs of the experience file."""

    @property
    def examples(self) -> Sequence[tuple[Moment, str]]:
        """Customers' sentences by moment."""

    @property
    def incidents(self) -> Sequence[tuple[str, str]]:
        """Ids of incidents with their texts and examples."""

    @property
    def incident_articles(self) -> Sequence[tuple[str, str]]:
        """Ids of incidents with the id of the article that each names."""


@dataclass(frozen=True, slots=True)
class Linear:
    """The linear heads."""

    tones: Head
    severity: Head
    moments: Head
    failures: Head
    topics: TopicHead | None  # None: the categories of articles vote


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Of one text, rounded as evidence holds them."""

    topic: Topic
    moment: Prediction
    tones: tuple[Prediction, ...]  # the likeliest first
    severity: float  # 0 to 4
    failed: float  # 0 to 1, that self-service was tried in vain
    incidents: tuple[str, ...]  # ids of those it is about


NO_READINGS = Readings(
    topic=UNKNOWN_TOPIC,
    moment=Prediction(Moment.TECHNICAL_SUPPORT, 0.0),
    tones=(),
    severity=0.0,
    failed=0.0,
    incidents=(),
)


class HeadReader:
    """Reads looks with the heads and with what the experience file gives as examples."""

    def __init__(self, heads: Linear, encoder: Encoder, ideals: Ideals) -> None:
        self._heads = heads
        self._example_moments = [moment for moment, _ in ideals.examples]
        self._examples = encoder.encode([text for _, text in ideals.examples]).sentences
        self._incident_ids = [name for name, _ in ideals.incidents]
        self._incidents = encoder.encode([text for _, text in ideals.incidents]).sentences

    def read(self, looks: Sequence[Look], texts: Sequence[str]) -> list[Readings]:
        """Readings of texts, each by itself, in their order."""
        if not looks:
            return []
        heads, encoded = self._heads, encoded_of(looks)
        words = [hashed_text(text, heads.tones.bits) for text in texts]
        felt = np.stack([look.felt for look in looks]).astype(np.float32)
        tones = heads.tones.probabilities(felt, words)
        levels = heads.severity.probabilities(beside(felt, encoded.inner), words)
        moments = self._moments(encoded.sentences, words)
        failed = heads.failures.probabilities(beside(encoded.sentences, encoded.inner), words)[:, 0]
        topics = [UNKNOWN_TOPIC] * len(looks) if heads.topics is None else heads.topics.read(encoded, texts)
        return [
            Readings(
                topic=topics[row],
                moment=likeliest(heads.moments.labels, moments[row])[0],
                tones=likeliest(heads.tones.labels, tones[row]),
                severity=round(float(np.dot(levels[row], LEVELS)), 3),
                failed=float(failed[row]),
                incidents=self._about(encoded.sentences[row]),
            )
            for row in range(len(looks))
        ]

    def _moments(self, sentences: Matrix, words: list[tuple[Places, Weights]]) -> Matrix:
        head = self._heads.moments
        scores = np.log(head.probabilities(sentences, words) + 1e-9)
        if self._example_moments:
            near = by_row(sentences, self._examples)
            for column, label in enumerate(head.labels):
                own = [place for place, moment in enumerate(self._example_moments) if moment == label]
                if own:
                    scores[:, column] += EXAMPLE_WEIGHT * near[:, own].max(axis=1)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances: Matrix = powers / powers.sum(axis=1, keepdims=True)
        return chances

    def _about(self, sentence: Matrix) -> tuple[str, ...]:
        if not self._incident_ids:
            return ()
        near = self._incidents @ sentence
        found = [name for name, cosine in zip(self._incident_ids, near, strict=True) if cosine >= INCIDENT_NEAR]
        return tuple(dict.fromkeys(found))


LEVELS = np.arange(5, dtype=np.float32)


def likeliest(labels: Sequence[str], chances: Matrix) -> tuple[Prediction, ...]:
    """All labels, the likeliest first."""
    order = np.argsort(-chances, kind="stable")
    return tuple(Prediction(labels[place], round(float(chances[place]), 4)) for place in order)
