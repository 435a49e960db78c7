"""Emotions of GoEmotions: 28 labels, and the seven of Ekman, by the branch that hears how a text sounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor import charts
from advisor.reading.feeling import Feeling, wordless
from advisor.reading.heads import Head
from training.benchmarks.base import SEED, Figure, Goal, Mark, Result, Setting, Unit
from training.datasets import Example, data_folder
from training.datasets import goemotions as comments_of
from training.feeling import BASIC, fit_emotions, gathered, read_pieces
from training.measures import bootstrap_interval, macro_f1_many
from training.texts import targets_of
from training.tones import emotion_names

QUICK_COMMENTS = 1500
WHOLE = 1 << 20  # word pieces of a comment: all of them
GOALS = {
    "original": ("28 labels", Goal(least=0.47), Goal(least=0.51), "50.30 fine-tuned BERT-base"),
    "ekman": ("Ekman", Goal(least=0.62), Goal(least=0.635), "62.38 fine-tuned BERT-base"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What the head says of the test split, before anything is compared."""

    labels: tuple[str, ...]
    said: NDArray[np.bool_]  # (n, labels)


def goemotions(setting: Setting) -> Result:
    """Both label sets of GoEmotions, from one encoder pass a comment."""
    heard = heard_of_test(setting)
    figures, plots = [], {}
    for folder, (name, target, stretch, published) in GOALS.items():
        labels, said, truth = told(heard, folder)
        low, high = bootstrap_interval(macro_f1_many, truth, said, seed=SEED, rounds=setting.rounds)
        figures.append(
            Figure(
                name=f"macro-F1, {name}", value=macro_f1_many(truth, said), low=low, high=high, target=target,
                stretch=stretch, published=published, unit=Unit.PERCENT,
            )
        )  # fmt: skip
        if setting.draw:
            columns = range(len(labels))
            each = [macro_f1_many(truth[:, [at]], said[:, [at]]) for at in columns]
            bars = [charts.Bar(label, value) for label, value in zip(labels, each, strict=True)]
            plots[folder] = charts.bars(bars, f"GoEmotions, {name}: F1 of each emotion")
    protocol = (
        "official splits: the branch and its head fitted on train as `advisor train defaults` does, calibration and "
        "each label's threshold from dev, measured once on test; one encoder pass a comment serves both label sets"
    )
    return Result(name="goemotions", mark=Mark.SHIPPED, protocol=protocol, figures=tuple(figures), plots=plots)


def felt(setting: Setting) -> tuple[Feeling, Head]:
    """The branch and the emotions as the product trains them; neither has seen the test split."""

    def make() -> tuple[Feeling, Head]:
        train, dev = comments_of("train"), comments_of("dev")
        if setting.quick:
            chosen = np.random.default_rng(SEED).permutation(len(train))[:QUICK_COMMENTS].tolist()
            train = [train[at] for at in chosen]
        names = emotion_names([*train, *dev])
        pieces = [read_pieces(setting.encoder, texts_of(part), progress=setting.progress) for part in (train, dev)]
        wanted = [targets_of(names, [one.labels for one in part]) for part in (train, dev)]
        return fit_emotions(pieces[0], wanted[0], pieces[1], wanted[1], names, progress=setting.progress)

    return setting.once("feeling", make)


def heard_of_test(setting: Setting) -> Heard:
    """What is said of the test split, at thresholds from dev."""
    feeling, head = felt(setting)
    texts = texts_of(comments_of("test"))
    pieces = read_pieces(setting.encoder, texts, most=WHOLE, progress=setting.progress)
    chances = head.probabilities(gathered(feeling, pieces), wordless(len(texts)))
    return Heard(head.labels, chances >= np.array(head.thresholds, np.float32))


def told(heard: Heard, folder: str) -> tuple[Sequence[str], NDArray[np.bool_], NDArray[np.bool_]]:
    """Labels of a set, what is said of the test split and what is so: (n, labels)."""
    labels = label_names(folder)
    places = [heard.labels.index(name if folder == "original" else BASIC + name) for name in labels]
    truth = targets_of(labels, [one.labels for one in comments(folder, "test")]) > 0.5
    return labels, heard.said[:, places], truth


def texts_of(examples: Sequence[Example]) -> list[str]:
    """The texts alone."""
    return [one.text for one in examples]


def comments(folder: str, split: str) -> list[Example]:
    """A split of GoEmotions with the label set `original` or `ekman`."""
    names = label_names(folder)
    with (data_folder() / "goemotions" / folder / f"{split}.tsv").open(encoding="utf-8") as lines:
        table = [line.rstrip("\n").split("\t") for line in lines]
    return [Example(text, tuple(names[int(number)] for number in ids.split(","))) for text, ids, _ in table]


def label_names(folder: str) -> tuple[str, ...]:
    """The labels in the order of their numbers."""
    return tuple((data_folder() / "goemotions" / folder / "labels.txt").read_text(encoding="utf-8").split())
