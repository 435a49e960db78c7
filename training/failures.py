"""Fits the head that hears that self-service was tried and did not help, from the project's own tickets.

It looks at the whole ticket: the sentence vector, the inner layers, words and parts of words. Tickets that were written
for other readers serve as ordinary ones, but for those in which the plain words of a failure stand.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from advisor.reading.failures import NAME, SURE, read_failures
from advisor.reading.feeling import beside
from advisor.reading.heads import Head
from advisor.reading.language import Lexicon
from advisor.reading.text import read_document
from advisor.types import History, Ticket
from index.encoder import Encoder
from training.datasets import SENTENCES, Example, rows
from training.fit import SEED, Recipe, fit_head
from training.lessons import written
from training.texts import encoded

FAILED = "failed"
ORDINARY = 2500  # tickets written for other readers; more of them change little and take long


def examples(lexicon: Lexicon) -> list[Example]:
    """Tickets that say it and such that only sound like it, then ordinary ones."""
    own = [
        Example(str(row["text"]), (FAILED,) if row["failed"] else ())
        for path in sorted(Path(SENTENCES).glob("failures_*.jsonl"))
        for row in rows(path)
    ]
    others = [one.text for one in written()]
    drawn = np.random.default_rng(SEED).permutation(len(others))[:ORDINARY].tolist()
    return own + [Example(others[place], ()) for place in drawn if not _says_so(others[place], lexicon)]


def _says_so(text: str, lexicon: Lexicon) -> bool:
    return bool(read_failures(read_document(Ticket(id="", body=text), lexicon), History()))


def fit_failures(encoder: Encoder, lexicon: Lexicon) -> tuple[Head, dict[str, float]]:
    """The head, and its recall and precision at the point at which it is sure, on tickets that it had not seen."""
    found = examples(lexicon)
    read, words = encoded(encoder, [one.text for one in found])
    targets = np.array([[float(FAILED in one.labels)] for one in found], np.float32)
    recipe = Recipe(exclusive=False, strength=3.0)
    head, held = fit_head(NAME, (FAILED,), beside(read.sentences, read.inner), words, targets, recipe)
    said, true = held[:, 0] >= SURE, targets[:, 0] > 0.5
    both = float((said & true).sum())
    return head, {"recall": both / float(true.sum()), "precision": both / max(1.0, float(said.sum()))}
