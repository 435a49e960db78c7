"""Do probabilities mean what they say: topics, tones, and the chance that an article answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from advisor import charts
from advisor.reading.feeling import Feeling
from advisor.reading.heads import load_head
from advisor.registry import heads_folder
from advisor.types import Tone
from training.benchmarks.base import SEED, Figure, Goal, Mark, Result, Setting, Unit
from training.benchmarks.retrieval import Judged, judged
from training.benchmarks.topics import banking_told, calibration_figure, clinc_told
from training.datasets import goemotions
from training.measures import bootstrap_interval, brier_skill, calibration_slope, ece, log_loss
from training.texts import TONES, targets_of
from training.tones import features

PROTOCOL = (
    "ECE in 15 bins of equal mass: topics as banking77 (first seed) and clinc150 fit them, on the official test "
    "splits; the tones in use on GoEmotions' test split, its labels mapped to tones; p_resolve held "
    "out as in wixqa and techqa"
)


def calibration(setting: Setting) -> Result:
    """All probabilities."""
    topics = {"banking77": banking_told(setting)[0], "clinc150": clinc_told(setting).inside}
    answers = judged(setting)
    figures = [calibration_figure(f"topics, ECE on {name}", told, setting) for name, told in topics.items()]
    figures += tone_figures(setting)
    figures += answer_figures(answers, setting)
    plots = {}
    if setting.draw:
        chances, right = columns(answers)
        plots = {
            name: charts.reliability(told.sure, told.right, f"Topics on {name}: do they mean what they say?")
            for name, told in topics.items()
        }
        plots["p_resolve"] = charts.reliability(chances, right, "p_resolve: does it mean what it says?")
    return Result(name="calibration", mark=Mark.SHIPPED, protocol=PROTOCOL, figures=tuple(figures), plots=plots)


def tone_figures(setting: Setting) -> list[Figure]:
    """Brier skill and ECE of each tone in use."""
    comments = goemotions("test")
    texts = [one.text for one in comments]
    folder = heads_folder(setting.settings)
    head, feeling = load_head("tones", folder, encoder=setting.encoder.fingerprint), Feeling.load(folder)
    vectors, _, words = features(setting.encoder, feeling, texts)
    chances = head.probabilities(vectors, words)
    mapped = [[tone for label in one.labels for tone in TONES.get(label, ())] for one in comments]
    truth = targets_of(head.labels, mapped)
    figures = []
    for at, label in enumerate(head.labels):
        said, is_so = chances[:, at], truth[:, at]
        if is_so.any():
            figures += [tone_figure(Tone(label), said, is_so, setting), tone_error(Tone(label), said, is_so, setting)]
    return figures


def tone_figure(tone: Tone, said: NDArray[np.float32], is_so: NDArray[np.float32], setting: Setting) -> Figure:
    """How much better than the base rate."""
    low, high = bootstrap_interval(brier_skill, said, is_so, seed=SEED, rounds=setting.rounds)
    value, above = brier_skill(said, is_so), Goal(least=1e-6)
    return Figure(name=f"{tone}, Brier skill", value=value, low=low, high=high, target=above, unit=Unit.NUMBER)


def tone_error(tone: Tone, said: NDArray[np.float32], is_so: NDArray[np.float32], setting: Setting) -> Figure:
    """How far off the probabilities are."""
    low, high = bootstrap_interval(ece, said, is_so, seed=SEED, rounds=setting.rounds)
    return Figure(name=f"{tone}, ECE", value=ece(said, is_so), low=low, high=high, target=Goal(most=0.05))


def answer_figures(rows: Sequence[Judged], setting: Setting) -> list[Figure]:
    """Slope of p_resolve, and its log-loss against that of the constant."""
    chances, right = columns(rows)
    groups = [one.group for one in rows]

    def slope(said: NDArray[np.float64], is_so: NDArray[np.float64]) -> float:
        return calibration_slope(said, is_so)[0]

    def gain(said: NDArray[np.float64], is_so: NDArray[np.float64]) -> float:
        constant = np.full(len(is_so), is_so.mean())
        return log_loss(constant, is_so) - log_loss(said, is_so)

    def spread(statistic: object) -> tuple[float, float]:
        assert callable(statistic)
        return bootstrap_interval(statistic, chances, right, seed=SEED, rounds=setting.rounds, groups=groups)

    ends, gains, errors = spread(slope), spread(gain), spread(ece)
    loss = log_loss(chances, right)
    return [
        Figure(
            name="p_resolve, slope", value=slope(chances, right), low=ends[0], high=ends[1],
            target=Goal(least=0.8, most=1.2), unit=Unit.NUMBER,
        ),
        Figure(
            name=f"p_resolve, log-loss below the constant's (its own is {loss:.3f})", value=gain(chances, right),
            low=gains[0], high=gains[1], target=Goal(least=1e-6), unit=Unit.NUMBER,
        ),
        Figure(name="p_resolve, ECE", value=ece(chances, right), low=errors[0], high=errors[1]),
    ]  # fmt: skip


def columns(rows: Sequence[Judged]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The chances said, and whether the first article answered."""
    return np.array([one.chance for one in rows]), np.array([float(one.right) for one in rows])
