"""Whole families of the grammar, held out: the close reader is tuned without them, and reads what they compose."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from advisor.reading.close import LABELS, NAME, WISHES, Calibration
from advisor.reading.heads import Matrix
from index.encoder.marker import Marker
from index.marking import export_marking
from index.original import load_original
from index.sentences import SMOOTHED
from training import close
from training.benchmarks.base import SEED, Figure, Mark, Result, Setting
from training.grammar import SIGNAL_FAMILIES, WISH_FAMILIES, compose
from training.lessons import Lesson, of_grammar
from training.measures import wilson

SHARE = 5  # every so many-th family is held out, in random order
TICKETS = 1200


def families(setting: Setting) -> Result:
    """Recall and precision on families that nothing was learnt from."""
    held = held_families()
    rounds = 1 if setting.quick else close.ROUNDS
    tuned = close.tune(load_original(setting.settings.model), show=setting.progress, rounds=rounds, without=held)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{NAME}.onnx"
        samples = [one.lower[0] for one in setting.encoder.encode(list(SMOOTHED), tokens=True).tokens]
        export_marking(tuned.layers, samples, path)
        marker = Marker(path)
        calibration = close.calibrated(close.scores_of(marker, tuned.held, setting.encoder), tuned.held)
        lessons = [of_grammar(one) for one in compose(TICKETS, seed=SEED + 1, families=held)]
        scores = close.scores_of(marker, lessons, setting.encoder)
    figures = [
        *shares("wishes", scores, lessons, calibration, slice(0, len(WISHES))),
        *shares("signals", scores, lessons, calibration, slice(len(WISHES), len(LABELS))),
    ]
    protocol = (
        f"{len(held)} of {len(WISH_FAMILIES) + len(SIGNAL_FAMILIES)} families of the grammar left out of the tuning, "
        f"{len(lessons):,} tickets composed by them alone; thresholds from written tickets that were not tuned on"
    )
    return Result(name="families", mark=Mark.SHIPPED, protocol=protocol, figures=tuple(figures))


def held_families() -> list[str]:
    """The families that are held out, of wishes and of signals."""
    rng = np.random.default_rng(SEED)
    return [
        names[place]
        for names in (sorted(WISH_FAMILIES), sorted(SIGNAL_FAMILIES))
        for place in rng.permutation(len(names))[::SHARE].tolist()
    ]


def shares(name: str, scores: Matrix, lessons: list[Lesson], calibration: Calibration, columns: slice) -> list[Figure]:
    """Recall and precision over some labels."""
    chances = 1 / (1 + np.exp(-(calibration.slope * scores + calibration.offset)))
    said = (chances >= calibration.thresholds)[:, columns]
    truth = np.array([one.truth for one in lessons])[:, columns] > 0
    hits = int((said & truth).sum())
    figures = []
    for measure, total in (("recall", int(truth.sum())), ("precision", int(said.sum()))):
        low, high = wilson(hits, total)
        figures.append(Figure(name=f"{name}: {measure}", value=hits / max(1, total), low=low, high=high))
    return figures
