"""What the close reader learns from: tickets written for it, the grammar's, and mined public texts that say nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from advisor.reading.close import LABELS, WISHES
from advisor.types import SignalKind
from training import mined
from training.datasets import SENTENCES, asked, banking, clinc, rows, sentences
from training.grammar import SIGNAL_FAMILIES, WISH_FAMILIES, Composed, compose
from training.splits import hashes_of

WRITTEN_WISHES, WRITTEN_TICKETS = "abcdef", "123456789"
COMPOSED = 5000
QUIET, CALM, ASKING = 2000, 1200, 250  # mined texts: without a wish, without a signal, asking for a person
QUESTIONS = 1500  # of banking77 and CLINC150
GRAVE_CATEGORIES = ("privacy/", "renewal/")
GRAVE_WORDS = re.compile(
    r"(?i)stolen|steal|lost|fraud|compromis|scam|recogni|hack|hurt|cancel|lawyer|report|ill|dead|die|suspicious"
)
HELD = 0.12  # of the written tickets, by their hash: calibration and thresholds rest on them alone
BURIED, LOWERED = 0.35, 0.2  # of the written tickets in each round


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text with the labels it has; of what it was never asked for, nothing is learnt."""

    text: str
    labels: frozenset[str]
    wishes: bool = True  # labelled for wishes
    signals: bool = True  # labelled for signals
    weight: float = 1.0

    @property
    def truth(self) -> list[float]:
        """1 for each of LABELS that it has."""
        return [float(label in self.labels) for label in LABELS]

    @property
    def asked(self) -> list[float]:
        """1 for each of LABELS that it was labelled for."""
        return [float(self.wishes if label in WISHES else self.signals) for label in LABELS]


def wish_labels(wishes: object) -> frozenset[str]:
    """Labels of the wishes of a row."""
    assert isinstance(wishes, list)
    return frozenset(f"{wish['channel']}:{wish['stance']}" for wish in wishes)


def labelled_tickets(path: Path) -> Iterator[Lesson]:
    """Tickets labelled for wishes and signals alike."""
    for row in rows(path):
        signals = row["signals"]
        assert isinstance(signals, list)
        yield Lesson(str(row["text"]), wish_labels(row["wishes"]) | frozenset(signals), weight=2.0)


def written() -> list[Lesson]:
    """The tickets written for this project."""
    found = [one for name in WRITTEN_TICKETS for one in labelled_tickets(SENTENCES / f"tickets_{name}.jsonl")]
    for name in WRITTEN_WISHES:
        for row in rows(SENTENCES / f"wishes_{name}.jsonl"):
            found.append(Lesson(str(row["text"]), wish_labels(row["wishes"]), signals=False, weight=2.0))
    for one in sentences("signals", "signals"):
        found.append(Lesson(one.text, frozenset(one.labels), wishes=False, weight=2.0))
    return found


def of_grammar(one: Composed) -> Lesson:
    """A composed ticket."""
    wishes = frozenset(f"{channel}:{stance}" for channel, stance, _ in one.wishes)
    return Lesson(one.text, wishes | frozenset(one.signals))


def composed_and_mined(*, seed: int, without: Collection[str] = ()) -> list[Lesson]:
    """The tickets of the grammar, some families left out, and public texts."""
    families = [name for name in (*WISH_FAMILIES, *SIGNAL_FAMILIES) if name not in without]
    found = [of_grammar(one) for one in compose(COMPOSED, seed=seed, families=families)]
    found += [Lesson(text, frozenset(), signals=False, weight=0.5) for text in mined.hard_negatives(QUIET, seed)]
    found += [Lesson(text, frozenset(), wishes=False, weight=0.5) for text in mined.quiet_for_signals(CALM, seed)]
    person = frozenset({"person:wants"})
    found += [Lesson(text, person, signals=False) for text in mined.requests_for_a_person(ASKING, seed)]
    return found + ordinary(seed=seed)


def ordinary(*, seed: int) -> list[Lesson]:
    """Tickets and questions without a signal; those about an article on something grave are left out."""
    own = [
        one.text
        for name in ("answers", "answers_harrow")
        for one in asked(name)
        if one.articles and not any(article.startswith(GRAVE_CATEGORIES) for article in one.articles)
    ]
    public = [text for text in banking() + clinc() if not GRAVE_WORDS.search(text)]
    drawn = np.random.default_rng(seed).choice(len(public), QUESTIONS, replace=False).tolist()
    found = [Lesson(text, frozenset(), wishes=False) for text in own]
    return found + [Lesson(public[row], frozenset(), wishes=False, weight=0.5) for row in drawn]


def parted(lessons: Sequence[Lesson]) -> tuple[list[Lesson], list[Lesson]]:
    """Lessons to learn from, and those held out by their hash."""
    low = hashes_of([one.text for one in lessons]) < np.uint64(int(HELD * 2**64))
    kept = [one for one, held in zip(lessons, low.tolist(), strict=True) if not held]
    return kept, [one for one, held in zip(lessons, low.tolist(), strict=True) if held]


def varied(lessons: Sequence[Lesson], surroundings: Sequence[str], rng: np.random.Generator) -> Iterator[Lesson]:
    """The same lessons as others would have written them: buried in a letter, or in small letters throughout."""
    for lesson in lessons:
        text = lesson.text
        if rng.random() < BURIED:
            before, after = rng.integers(0, 3, 2)
            around = [surroundings[place] for place in rng.integers(0, len(surroundings), before + after)]
            text = " ".join([*around[:before], text, *around[before:]])
        if rng.random() < LOWERED:
            text = text.lower().replace("'", "")
        yield replace(lesson, text=text)


def surroundings() -> list[str]:
    """Sentences of ordinary tickets, without a wish and without a signal, to bury others in."""
    tickets = [one.text for one in asked("answers") if one.articles and not one.articles[0].startswith("renewal/")]
    pieces = [piece.strip() for text in tickets for piece in text.replace("\n", ". ").split(". ")]
    grave = tuple(kind.split("_")[0] for kind in SignalKind)
    channels = ("call", "phone", "ring", "chat", "mail", "article", "link", "guide", "person", "someone", "somebody",
                "agent", "human", "read", "video", "talk", "speak", "cancel", "delete", "lost", "bot", "help page",
                "stolen", "hack", "instructions", "manual", "steps", "myself", "answer", "reply",
                "contact")  # fmt: skip
    return [
        f"{piece.rstrip('.')}."
        for piece in pieces
        if 20 < len(piece) < 140 and not any(word in piece.lower() for word in (*channels, *grave))
    ]
