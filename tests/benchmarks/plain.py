"""What an experienced user would write: sentence-transformers, spaCy, FAISS and scikit-learn, and nothing else.

The measure for `advisor rescore`: the same tickets, the same articles, the same sentence model. It finds the nearest
articles and gives two labels; it reads no wish, no signal and no language, and asks nobody what the customer wants.

python tests/benchmarks/plain.py TICKETS [OUT]    needs ADVISOR_DATA; prints tickets a second, start-up apart
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import faiss
import numpy as np
import spacy
from sentence_transformers import SentenceTransformer
from sklearn.linear_model import LogisticRegression
from tickets import ALONE, help_centre, it_tickets, learnt_from

from index.encoder import Vectors
from index.original import packaged_folder

BATCH = 32
NEAREST = 5

Found = Sequence[tuple[int, float]]  # places of passages, with their cosines


class Way(Protocol):
    """A way to advise tickets."""

    def advise(self, texts: Sequence[str]) -> list[str]:
        """One JSON line a ticket."""


class Labels:
    """Counts words and gives two labels by vectors, then writes what was found: what every way does alike."""

    def __init__(self, titles: Sequence[str], learnt: Vectors, topics: Sequence[str]) -> None:
        self.titles = titles
        self.tokenizer = spacy.blank("en")
        self.topic = LogisticRegression(max_iter=1000).fit(learnt, topics)
        self.hardware = LogisticRegression(max_iter=1000).fit(learnt, [topic == "Hardware" for topic in topics])

    def lines(self, texts: Sequence[str], vectors: Vectors, found: Sequence[Found]) -> Iterator[str]:
        """One JSON line a ticket."""
        words = [sum(not token.is_punct for token in doc) for doc in self.tokenizer.pipe(texts)]
        topics, hardware = self.topic.predict_proba(vectors), self.hardware.predict_proba(vectors)
        for row, nearest in enumerate(found):
            yield json.dumps(
                {
                    "words": words[row],
                    "topic": str(self.topic.classes_[topics[row].argmax()]),
                    "topic_probability": float(topics[row].max()),
                    "hardware": float(hardware[row, 1]),
                    "articles": [{"title": self.titles[place], "score": float(score)} for place, score in nearest],
                    "self_service": bool(nearest and nearest[0][1] > 0.5),
                }
            )


class Plain:
    """Everything that is loaded before the first ticket."""

    def __init__(self) -> None:
        self.model = SentenceTransformer(str(packaged_folder()), device="cpu")
        titles, passages = help_centre()
        vectors = self.encode(passages)
        self.nearest = faiss.IndexFlatIP(vectors.shape[1])
        self.nearest.add(vectors)
        texts, topics = learnt_from()
        self.labels = Labels(titles, self.encode(texts), topics)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Sentence vectors, (n, 384)."""
        return np.asarray(self.model.encode(list(texts), batch_size=BATCH, normalize_embeddings=True), np.float32)

    def advise(self, texts: Sequence[str]) -> list[str]:
        """One JSON line a ticket."""
        vectors = self.encode(texts)
        scores, found = self.nearest.search(vectors, NEAREST)
        nearest = [list(zip(*row, strict=True)) for row in zip(found, scores, strict=True)]
        return list(self.labels.lines(texts, vectors, nearest))


def measure(way: Way) -> None:
    """Advise an archive, then single tickets, and print how fast."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    texts = it_tickets(many)
    way.advise(texts[:64])
    start = time.perf_counter()
    lines = way.advise(texts)
    took = time.perf_counter() - start
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(json.dumps({"tickets": many, "a_second": many / took, "one_ms": 1000 * one(way, texts[:ALONE])}))


def one(way: Way, texts: Sequence[str]) -> float:
    """The median time of one ticket alone, in seconds."""
    took = []
    for text in texts:
        start = time.perf_counter()
        way.advise([text])
        took.append(time.perf_counter() - start)
    return statistics.median(took)


if __name__ == "__main__":
    measure(Plain())
