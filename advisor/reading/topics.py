"""What a ticket is about, by a head trained on the company's own labelled tickets; and whether it is about none of it.

Several linear parts look at the ticket: the sentence vector, the inner layers, words and characters, and the tuned
vector where the encoder has one. Their weighted sum gives the probabilities.

Whether a ticket belongs to none of the topics is told by four views of it, each standardised on tickets that the head
had not seen, and averaged: the largest word score, the likeness to the nearest known ticket (Sun et al., ICML 2022),
the energy of the sentence part (Liu et al., NeurIPS 2020) and the relative Mahalanobis distance in the inner layers
(Ren et al., arXiv 2106.09022). The plain mean told strangers better than weights fitted on left-out topics did.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from advisor.errors import ModelError
from advisor.reading.features import Places, Weights, weighed
from advisor.reading.heads import Matrix, by_row, checked, checked_bytes
from advisor.types import Topic
from index.encoder import Encoded

FORMAT = 2
NAME = "topics"


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One linear look at a ticket."""

    weights: Matrix  # (labels, dimension); of words: (labels, 2^bits)
    bias: Matrix  # (labels,)
    share: float  # how much its log-probabilities, or margins, count in the sum


@dataclass(frozen=True, slots=True, eq=False)
class Strangeness:
    """How unlike all known tickets a ticket is."""

    known: Matrix  # (m, dimension), unit rows: sentence vectors of tickets that were learnt
    turn: Matrix  # (axes, inner dimension): inner layers to their main axes
    center: Matrix  # (axes,)
    within: Matrix  # (axes, axes), rows: whitens what varies within topics
    topics: Matrix  # (labels, axes): middles of the topics, whitened
    overall: Matrix  # (axes, axes), rows: whitens what varies over all
    means: Matrix  # (4,), of the views over tickets that the head had not seen
    spreads: Matrix  # (4,)
    limit: float  # from this mean of the standardised views on, a ticket belongs to no topic


@dataclass(frozen=True, slots=True, eq=False)
class TopicHead:
    """A company's topics."""

    labels: tuple[str, ...]
    parts: Mapping[str, Part]  # "sentence", "inner", "words", "tuned"; the last two only where they helped
    rarity: Matrix  # (2^bits,), how rare each hashed word or part of a word is
    strangeness: Strangeness
    encoder: str = ""  # fingerprint of the encoder it was fitted on
    branch: str | None = None  # fingerprint of the tuned branch that it needs
    about: Mapping[str, object] = field(default_factory=dict)

    def read(self, encoded: Encoded, texts: Sequence[str]) -> list[Topic]:
        """The likeliest topic of each text, and whether the text belongs to any."""
        looks = self.looks(encoded, texts)
        chances = self._chances(looks)
        strange = self._strange(encoded, looks)
        best = chances.argmax(axis=1)
        return [
            Topic(self.labels[label], round(float(row[label]), 4), bool(value < self.strangeness.limit))
            for label, row, value in zip(best.tolist(), chances, strange, strict=True)
        ]

    def probabilities(self, encoded: Encoded, texts: Sequence[str]) -> Matrix:
        """Calibrated probabilities, (n, labels), given that the ticket is about one of the topics."""
        return self._chances(self.looks(encoded, texts))

    def outlier_scores(self, encoded: Encoded, texts: Sequence[str]) -> Matrix:
        """How strange each text is, (n,); `strangeness.limit` parts the known from the unknown."""
        return self._strange(encoded, self.looks(encoded, texts))

    def looks(self, encoded: Encoded, texts: Sequence[str]) -> dict[str, Matrix]:
        """The scores of each part, (n, labels)."""
        return {name: self._look(name, part, encoded, texts) for name, part in self.parts.items()}

    def _look(self, name: str, part: Part, encoded: Encoded, texts: Sequence[str]) -> Matrix:
        if name == "words":
            rows = [weighed(text, self.rarity) for text in texts]
            scores: Matrix = sparse_product(rows, part.weights) + part.bias
            return scores
        return by_row(vectors_of(name, encoded), part.weights) + part.bias

    def _chances(self, looks: Mapping[str, Matrix]) -> Matrix:
        summed = together(looks, {name: part.share for name, part in self.parts.items()})
        return np.exp(log_softmax(summed)).astype(np.float32)

    def _strange(self, encoded: Encoded, looks: Mapping[str, Matrix]) -> Matrix:
        seen = views(self.strangeness, encoded, looks)
        strange: Matrix = ((seen - self.strangeness.means) / self.strangeness.spreads).mean(axis=1)
        return strange

    def save(self, folder: Path) -> None:
        """Write `topics.npz` and `topics.json`; the manifest is written by `write_manifest`."""
        folder.mkdir(parents=True, exist_ok=True)
        one = self.strangeness
        arrays = {f"{name}_weights": part.weights.astype(np.float16) for name, part in self.parts.items()}
        arrays |= {f"{name}_bias": part.bias.astype(np.float32) for name, part in self.parts.items()}
        arrays |= {name: getattr(one, name).astype(np.float16) for name in ("known", "turn")}
        arrays |= {name: getattr(one, name).astype(np.float32) for name in FULL}
        np.savez_compressed(folder / f"{NAME}.npz", allow_pickle=False, rarity=self.rarity.astype(np.float16), **arrays)
        described = {
            "format": FORMAT,
            "labels": self.labels,
            "shares": {name: part.share for name, part in self.parts.items()},
            "limit": one.limit,
            "encoder": self.encoder,
            "branch": self.branch,
            "about": dict(self.about),
        }
        text = json.dumps(described, indent=1, ensure_ascii=False)
        (folder / f"{NAME}.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, *, encoder: str, branch: str | None = None) -> TopicHead:
        """Load a head; raises ModelError where a file is missing, changed or made for another encoder or branch."""
        described = json.loads(checked_bytes(folder / f"{NAME}.json"))
        if described["format"] != FORMAT:
            raise ModelError(
                f"{folder / NAME}.json has format {described['format']}, this program reads {FORMAT}: "
                "run advisor train topics"
            )
        if described["encoder"] and described["encoder"] != encoder:
            raise ModelError(
                f"the topics in {folder} were learnt with another encoder than the one in use ({encoder}): "
                "run advisor train topics"
            )
        if described["branch"] and described["branch"] != branch:
            raise ModelError(
                f"the topics in {folder} need the tuned encoder {described['branch']}, in use is {branch or 'none'}: "
                "run advisor train use encoder, or advisor train topics"
            )
        arrays = {name: array.astype(np.float32) for name, array in checked(folder / f"{NAME}.npz").items()}
        parts = {
            name: Part(arrays[f"{name}_weights"], arrays[f"{name}_bias"], share)
            for name, share in described["shares"].items()
        }
        return cls(
            tuple(described["labels"]),
            parts,
            arrays["rarity"],
            Strangeness(limit=described["limit"], **{name: arrays[name] for name in ("known", "turn", *FULL)}),
            described["encoder"],
            described["branch"],
            described["about"],
        )


def branch_needed(folder: Path) -> str | None:
    """Fingerprint of the tuned branch that the head in a folder needs; None where it needs none."""
    found: str | None = json.loads(checked_bytes(folder / f"{NAME}.json"))["branch"]
    return found


FULL = ("center", "within", "topics", "overall", "means", "spreads")


def vectors_of(name: str, encoded: Encoded) -> Matrix:
    """What a part looks at."""
    if name == "tuned":
        if encoded.tuned is None:
            raise ModelError("these topics need a tuned encoder: run advisor train use encoder")
        return encoded.tuned
    return encoded.sentences if name == "sentence" else encoded.inner


def together(looks: Mapping[str, Matrix], shares: Mapping[str, float]) -> Matrix:
    """The weighted sum of the parts: log-probabilities, and of the words their margins."""
    rows = [shares[name] * (look if name == "words" else log_softmax(look)) for name, look in looks.items()]
    summed: Matrix = np.sum(rows, axis=0, dtype=np.float32)
    return summed


def views(strangeness: Strangeness, encoded: Encoded, looks: Mapping[str, Matrix]) -> Matrix:
    """The four views of how strange a ticket is, (n, 4); higher is stranger."""
    words = looks.get("words", looks["sentence"])
    nearest = [(strangeness.known @ row).max() for row in encoded.sentences]
    return np.stack(
        [
            -words.max(axis=1),
            -np.array(nearest, np.float32),
            -log_sum(looks["sentence"]),
            mahalanobis(strangeness, encoded.inner),
        ],
        axis=1,
    ).astype(np.float32)


def mahalanobis(strangeness: Strangeness, inner: Matrix) -> Matrix:
    """The distance to the nearest topic, less that to the middle of all, (n,)."""
    turned = by_row(inner, strangeness.turn) - strangeness.center
    own, overall = by_row(turned, strangeness.within), by_row(turned, strangeness.overall)
    to_topics = np.stack([((strangeness.topics - row) ** 2).sum(axis=1).min() for row in own])
    distance: Matrix = to_topics - (overall**2).sum(axis=1)
    return distance


def sparse_product(rows: Sequence[tuple[Places, Weights]], weights: Matrix) -> Matrix:
    """Products of sparse rows with (labels, 2^bits), (n, labels)."""
    products = [weights[:, places] @ values for places, values in rows]
    return np.stack(products) if products else np.zeros((0, len(weights)), np.float32)


def log_softmax(scores: Matrix) -> Matrix:
    """Logarithms of each row's shares."""
    shares: Matrix = scores - log_sum(scores)[:, np.newaxis]
    return shares


def log_sum(scores: Matrix) -> Matrix:
    """log Σ exp of each row, (n,)."""
    most = scores.max(axis=1)
    summed: NDArray[np.float32] = most + np.log(np.exp(scores - most[:, np.newaxis]).sum(axis=1))
    return summed
