"""Runs all readers over a batch of tickets and makes Evidence of what they found; the only file that knows them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from advisor.reading.answers import AnswerHead
from advisor.reading.close import CloseReader
from advisor.reading.failures import read_failures
from advisor.reading.features import Places, Weights, hashed, text_features
from advisor.reading.feeling import Feeling, beside
from advisor.reading.heads import Head, Matrix, by_row, load_head
from advisor.reading.language import Lexicon
from advisor.reading.matter import matter_of
from advisor.reading.pairs import CANDIDATES, Passages, Question, pair_features, rare_words
from advisor.reading.signals import read_signals
from advisor.reading.text import read_document
from advisor.reading.topics import TopicHead
from advisor.reading.wishes import read_wishes, second_matter
from advisor.types import (
    Account,
    Candidate,
    Customer,
    Document,
    Evidence,
    History,
    Moment,
    Notice,
    Prediction,
    Read,
    Readability,
    Ticket,
    Topic,
    Wish,
)
from index.encoder import Encoded, Encoder, Vectors
from index.knowledge import KnowledgeBase, Match

KNOWN_TOPIC = 0.3  # cosine of the nearest passage, and share of the vote, from which a category is said
TOPIC_SHARPNESS = 12.0  # how much nearer passages count more in the vote on the topic
EXAMPLE_WEIGHT = 8.0  # how much likeness to a company's own example moves a moment's score
INCIDENT_NEAR = 0.55  # cosine to an incident's text or example from which a ticket is about it
NOTHING_KNOWN = History()
Known = TypeVar("Known", Customer, Account)


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
class Heads:
    """All model files, loaded."""

    lexicon: Lexicon
    feeling: Feeling
    tones: Head
    severity: Head
    moments: Head
    failures: Head
    close: CloseReader
    answers: AnswerHead
    fingerprint: str
    topics: TopicHead | None = None  # of the company's own topics; without it the categories of articles vote

    @classmethod
    def load(
        cls, folder: Path, *, encoder: str, fingerprint: str, recalibration: Path | None = None, threads: int = 0
    ) -> Heads:
        """Load the heads of a folder for an encoder, and an installation's recalibration of the answer head."""
        tones, severity, moments, failures = (
            load_head(name, folder, encoder=encoder) for name in ("tones", "severity", "moments", "failures")
        )
        return cls(
            Lexicon.load(folder / "lexicon.json"),
            Feeling.load(folder),
            tones,
            severity,
            moments,
            failures,
            CloseReader.load(folder, encoder=encoder, threads=threads),
            AnswerHead.load(folder, encoder=encoder, recalibration=recalibration),
            fingerprint,
        )


class Reader:
    """Reads tickets: one encoder pass each, then heads, search and grammar."""

    def __init__(
        self, encoder: Encoder, knowledge: KnowledgeBase, heads: Heads, ideals: Ideals, *, masked: bool = True
    ) -> None:
        self._encoder = encoder
        self._knowledge = knowledge
        self._passages = Passages(knowledge, encoder, heads.answers.axes)
        self._heads = heads
        self._masked = masked
        self._clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._example_moments = [moment for moment, _ in ideals.examples]
        self._examples = encoder.encode([text for _, text in ideals.examples]).sentences
        self._incident_ids = [name for name, _ in ideals.incidents]
        self._incidents = encoder.encode([text for _, text in ideals.incidents]).sentences
        self._incident_articles = ideals.incident_articles

    def read(self, tickets: list[tuple[Ticket, History]], /) -> list[Read]:
        """Read tickets; the results stand in their order."""
        documents = [read_document(ticket, self._heads.lexicon, masked=self._masked) for ticket, _ in tickets]
        matters = [matter_of(document) for document in documents]
        encoded = self._encoder.encode([matter.text for matter in matters], tokens=True)
        words = [hashed(text_features(matter.text), self._heads.tones.bits) for matter in matters]
        felt = self._heads.feeling.vectors(encoded.tokens)
        tones = self._heads.tones.probabilities(felt, words)
        levels = self._heads.severity.probabilities(beside(felt, encoded.inner), words)
        severity = [float(np.dot(row, np.arange(5, dtype=np.float32))) for row in levels]
        moments = self._moments(encoded, words)
        failed = self._heads.failures.probabilities(beside(encoded.sentences, encoded.inner), words)[:, 0]
        said = self._heads.close.read(
            [(tokens, matter.sections) for tokens, matter in zip(encoded.tokens, matters, strict=True)]
        )
        topics = self._topics(encoded, [matter.text for matter in matters])
        reads = []
        for row, ((ticket, history), document) in enumerate(zip(tickets, documents, strict=True)):
            matter, readable = matters[row], document.readability is Readability.READABLE
            base = base_evidence(ticket, document, self._clock(), history=history)
            wishes = read_wishes(document, matter, said[row] if readable else ())
            base = replace(base, wishes=(*wishes, *base.wishes))
            if readable:
                matching = self._incident_match(encoded.sentences[row])
                base = replace(
                    base,
                    topic=topics[row],
                    two_matters=second_matter(document, wishes),
                    signals=read_signals(document, matter, said[row]),
                    failures=read_failures(document, history, ticket.messages, heard=float(failed[row])),
                    tones=likeliest(self._heads.tones.labels, tones[row]),
                    severity=round(float(severity[row]), 3),
                    moment=likeliest(self._heads.moments.labels, moments[row])[0],
                    incident_match=matching,
                    notices=notices(matching, self._incident_articles, self._knowledge),
                    tokens_cut=encoded.cut[row],
                )
                question = Question(matter.text, encoded.sentences[row], encoded.tokens[row].first())
                base = self._with_answers(base, question)
            reads.append(Read(document, replace(base, models=self.fingerprint, knowledge=self._knowledge.fingerprint)))
        return reads

    @property
    def fingerprint(self) -> str:
        """Names the heads and the encoder."""
        return f"{self._heads.fingerprint}-{self._encoder.fingerprint[:12]}"

    def _topics(self, encoded: Encoded, texts: Sequence[str]) -> list[Topic]:
        if self._heads.topics is None:
            return [Topic(None, 0.0, False)] * len(texts)
        return self._heads.topics.read(encoded, texts)

    def _moments(self, encoded: Encoded, words: list[tuple[Places, Weights]]) -> Matrix:
        head = self._heads.moments
        scores = np.log(head.probabilities(encoded.sentences, words) + 1e-9)
        if self._example_moments:
            near = by_row(encoded.sentences, self._examples)
            for column, label in enumerate(head.labels):
                own = [place for place, moment in enumerate(self._example_moments) if moment == label]
                if own:
                    scores[:, column] += EXAMPLE_WEIGHT * near[:, own].max(axis=1)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances: Matrix = powers / powers.sum(axis=1, keepdims=True)
        return chances

    def _incident_match(self, vector: Vectors) -> tuple[str, ...]:
        if not self._incident_ids:
            return ()
        near = self._incidents @ vector
        found = [name for name, cosine in zip(self._incident_ids, near, strict=True) if cosine >= INCIDENT_NEAR]
        return tuple(dict.fromkeys(found))

    def _with_answers(self, evidence: Evidence, question: Question) -> Evidence:
        failed = {failure.article for failure in evidence.failures}
        found = self._knowledge.search(question.text, k=CANDIDATES + len(failed), vector=question.vector[np.newaxis])
        matches = [match for match in found if match.article.id not in failed][:CANDIDATES]
        if not matches:
            return evidence
        features = pair_features(question, matches, self._knowledge, self._passages)
        scores = self._heads.answers.rank(features)
        chance = self._heads.answers.chance(features, scores, rare_words(question.text))
        return replace(
            evidence,
            topic=evidence.topic if self._heads.topics else vote(found),
            candidates=candidates(matches, scores, chance),
            p_resolve=round(chance, 4),
        )


def base_evidence(ticket: Ticket, document: Document, now: datetime, *, history: History = NOTHING_KNOWN) -> Evidence:
    """What is known before anything was read: the ticket's own facts first, what it lacks from the history."""
    account = filled(replace(ticket.account, wishes=()), history.account)
    customer = filled(ticket.customer, history.customer)
    return Evidence(
        ticket_id=ticket.id,
        source=ticket.source,
        at=ticket.created_at or now,
        came_by=ticket.channel,
        readability=document.readability,
        language=document.language,
        wishes=on_file(ticket, history),
        has_phone=bool(customer.phone or document.phone),
        persona=customer.persona,
        account=account,
    )


def notices(
    matching: Sequence[str], articles: Sequence[tuple[str, str]], knowledge: KnowledgeBase
) -> tuple[Notice, ...]:
    """The articles of matching incidents; one that the knowledge base does not have is left out."""
    found = ((incident, knowledge.article(id)) for incident, id in articles if incident in matching)
    return tuple(
        Notice(incident=incident, article=article.id, title=article.title, url=article.url)
        for incident, article in found
        if article is not None
    )


def on_file(ticket: Ticket, history: History) -> tuple[Wish, ...]:
    """The wishes that came with the ticket, of the customer and of the account, then those that were on file."""
    return (*ticket.customer.wishes, *ticket.account.wishes, *history.wishes)


def filled(own: Known, known: Known) -> Known:
    """The ticket's own facts; each that it lacks as it is known otherwise."""
    lacking = {field.name: getattr(known, field.name) for field in fields(own) if getattr(own, field.name) is None}
    return replace(own, **lacking)


def likeliest(labels: Sequence[str], chances: Matrix) -> tuple[Prediction, ...]:
    """All labels, the likeliest first."""
    order = np.argsort(-chances, kind="stable")
    return tuple(Prediction(labels[place], round(float(chances[place]), 4)) for place in order)


def vote(matches: Sequence[Match]) -> Topic:
    """The category of the nearest articles, nearer ones counting more."""
    powers = [float(np.exp(TOPIC_SHARPNESS * match.similarity)) for match in matches[:10]]
    totals: dict[str, float] = {}
    for match, power in zip(matches, powers, strict=False):
        if match.article.category:
            totals[match.article.category] = totals.get(match.article.category, 0.0) + power
    if not totals:
        return Topic(None, 0.0, False)
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
