"""Topics: BANKING77 whole and with ten examples a topic, CLINC150 with questions that belong to none."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor import charts
from advisor.reading.matter import expanded
from index.encoder import Encoded
from training.benchmarks.base import SEED, Figure, Goal, Mark, Result, Setting, Unit
from training.benchmarks.features import encoded, rows_of
from training.datasets import data_folder
from training.measures import auroc, bootstrap_interval, ece, macro_f1, per_label, wilson
from training.topics import fit_topics

SEEDS = (7, 8, 9)
DRAWS = (1, 2, 3, 4, 5)
SHOTS = 10


@dataclass(frozen=True, slots=True)
class Split:
    """Labelled texts."""

    texts: tuple[str, ...]
    topics: tuple[str, ...]  # one a text

    def rows(self, places: Sequence[int]) -> Split:
        """Some of the rows."""
        return Split(tuple(self.texts[at] for at in places), tuple(self.topics[at] for at in places))


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What a head said of a test split."""

    truth: NDArray[np.str_]  # (n,)
    said: NDArray[np.str_]  # (n,)
    sure: NDArray[np.float64]  # (n,), the probability of what was said

    @property
    def right(self) -> NDArray[np.float64]:
        """1 where it was right."""
        right: NDArray[np.float64] = (self.truth == self.said).astype(np.float64)
        return right


def banking77(setting: Setting) -> Result:
    """BANKING77, the whole training split."""
    told = banking_told(setting)
    right = np.mean([one.right for one in told], axis=0)
    low, high = bootstrap_interval(np.mean, right, seed=SEED, rounds=setting.rounds)
    first = told[0]
    figures = (
        Figure(
            name="accuracy", value=float(right.mean()), low=low, high=high, unit=Unit.PERCENT,
            target=Goal(least=0.944), stretch=Goal(least=0.95), published="94.94, best listed; 94.42 re-ranking",
        ),
        macro_figure(first, setting),
    )  # fmt: skip
    protocol = (
        f"official train and test split, mean of {len(told)} seeds, nothing chosen on test; "
        "the interval draws test rows, each counted right by the share of seeds"
    )
    return Result(
        name="banking77",
        mark=Mark.COMPANY_TUNED,
        protocol=protocol,
        figures=figures,
        plots=pictures("BANKING77", first) if setting.draw else {},
    )


def banking_told(setting: Setting) -> list[Told]:
    """What heads of all seeds say of BANKING77's test split."""

    def make() -> list[Told]:
        train, test = banking("train"), banking("test")
        if setting.quick:
            train = train.rows(drawn(train, 15, SEED))
        seeds = SEEDS[:1] if setting.quick else SEEDS
        return [told(setting, train, test, seed=seed) for seed in seeds]

    return setting.once("banking", make)


def banking10(setting: Setting) -> Result:
    """BANKING77 with ten examples a topic."""
    whole, test = banking("train"), banking("test")
    read = encoded(setting.sets, whole.texts)
    draws = DRAWS[:1] if setting.quick else DRAWS
    rights = []
    for draw in draws:
        places = drawn(whole, SHOTS, draw)
        found = told(setting, whole.rows(places), test, seed=SEED, read=rows_of(read, places))
        rights.append(found.right)
    means = [float(right.mean()) for right in rights]
    low, high = bootstrap_interval(np.mean, np.mean(rights, axis=0), seed=SEED, rounds=setting.rounds)
    figures = (
        Figure(
            name="accuracy", value=float(np.mean(means)), low=low, high=high, unit=Unit.PERCENT,
            target=Goal(least=0.865), stretch=Goal(least=0.88),
            published="85.19 USE+ConveRT, 87.20 CPFT, 89.79 ICDA (with more text)",
        ),
        Figure(name="worst draw", value=min(means), unit=Unit.PERCENT),
        Figure(name="best draw", value=max(means), unit=Unit.PERCENT),
    )  # fmt: skip
    protocol = (
        f"10 examples a topic and no other text, official test split, mean of {len(draws)} draws; the data name no "
        f"published draws, so the project draws them from the training split (seeds {DRAWS[0]} to {DRAWS[-1]})"
    )
    return Result(name="banking77-10shot", mark=Mark.COMPANY_TUNED, protocol=protocol, figures=figures)


@dataclass(frozen=True, slots=True, eq=False)
class ClincTold:
    """What a head said of CLINC150's test splits."""

    inside: Told
    known: NDArray[np.bool_]  # (in scope,)
    outside_known: NDArray[np.bool_]  # (out of scope,)
    scores: NDArray[np.float64]  # (in scope,), higher: less likely one of the topics
    outside_scores: NDArray[np.float64]  # (out of scope,)


def clinc150(setting: Setting) -> Result:
    """CLINC150: topics, and questions that belong to none."""
    told = clinc_told(setting)
    right, inside, outside = told.inside.right, len(told.known), len(told.outside_known)
    kept = told.known & (right > 0)
    scores = np.concatenate([told.scores, told.outside_scores])
    truth = np.concatenate([np.zeros(inside), np.ones(outside)])
    spread = bootstrap_interval(auroc, scores, truth, seed=SEED, rounds=setting.rounds)
    plain, both, found = (
        wilson(int(hits), count)
        for hits, count in ((right.sum(), inside), (kept.sum(), inside), ((~told.outside_known).sum(), outside))
    )
    figures = (
        Figure(
            name="in-scope accuracy", value=float(right.mean()), low=plain[0], high=plain[1], unit=Unit.PERCENT,
            target=Goal(least=0.968), stretch=Goal(least=0.974), published="96.9 BERT (nothing rejected)",
        ),
        Figure(
            name="kept and right", value=float(kept.mean()), low=both[0], high=both[1], unit=Unit.PERCENT,
            target=Goal(least=0.945), stretch=Goal(least=0.955), published="96.2 BERT, at 52.3 recall",
        ),
        Figure(
            name="out-of-scope recall", value=float((~told.outside_known).mean()), low=found[0], high=found[1],
            unit=Unit.PERCENT, target=Goal(least=0.85), stretch=Goal(least=0.9),
            published="66.0, best listed (with out-of-scope examples)",
        ),
        Figure(
            name="out-of-scope AUROC", value=auroc(scores, truth), low=spread[0], high=spread[1],
            target=Goal(least=0.982), stretch=Goal(least=0.988),
        ),
        macro_figure(told.inside, setting),
    )  # fmt: skip
    protocol = (
        "fitted on train alone, without any out-of-scope example; the point at which a question is unknown comes from "
        "cross-validation on train; official test splits, in scope and out of scope"
    )
    plots = {}
    if setting.draw:
        known = {"in scope, by probability": (told.inside.sure, right), "by outlier score": (-told.scores, right)}
        plots = pictures("CLINC150", told.inside) | {
            "rejection": charts.risk_coverage(known, "CLINC150: what to reject")
        }
    return Result(name="clinc150", mark=Mark.COMPANY_TUNED, protocol=protocol, figures=figures, plots=plots)


def clinc_told(setting: Setting) -> ClincTold:
    """What a head fitted on CLINC150's training split says of its test splits."""

    def make() -> ClincTold:
        train, test, outside = clinc("train"), clinc("test"), clinc("oos_test")
        if setting.quick:
            train = train.rows(drawn(train, 15, SEED))
        head = fit_topics(
            train.texts, train.topics, encoded(setting.sets, train.texts), seed=SEED, progress=setting.progress
        )
        inside_read, outside_read = encoded(setting.sets, test.texts), encoded(setting.sets, outside.texts)
        chances = np.asarray(head.probabilities(inside_read, test.texts))
        return ClincTold(
            inside=said_of(head.labels, chances, test.topics),
            known=np.array([one.known for one in head.read(inside_read, test.texts)]),
            outside_known=np.array([one.known for one in head.read(outside_read, outside.texts)]),
            scores=np.asarray(head.outlier_scores(inside_read, test.texts), np.float64).ravel(),
            outside_scores=np.asarray(head.outlier_scores(outside_read, outside.texts), np.float64).ravel(),
        )

    return setting.once("clinc", make)


def told(setting: Setting, train: Split, test: Split, *, seed: int, read: Encoded | None = None) -> Told:
    """Fit on one split and read the other."""
    if read is None:
        read = encoded(setting.sets, train.texts)
    head = fit_topics(train.texts, train.topics, read, seed=seed, progress=setting.progress)
    chances = head.probabilities(encoded(setting.sets, test.texts), test.texts)
    return said_of(head.labels, np.asarray(chances), test.topics)


def said_of(labels: Sequence[str], chances: NDArray[np.float32], truth: Sequence[str]) -> Told:
    """The likeliest label of each row, with its probability."""
    best = chances.argmax(axis=1)
    return Told(np.array(truth), np.array(labels)[best], chances.max(axis=1).astype(np.float64))


def macro_figure(told: Told, setting: Setting) -> Figure:
    """Macro-F1, for the record."""
    low, high = bootstrap_interval(macro_f1, told.truth, told.said, seed=SEED, rounds=setting.rounds)
    value = macro_f1(told.truth, told.said)
    return Figure(name="macro-F1", value=value, low=low, high=high, unit=Unit.PERCENT)


def calibration_figure(name: str, told: Told, setting: Setting) -> Figure:
    """How far the probability of the topic that is said can be believed."""
    low, high = bootstrap_interval(ece, told.sure, told.right, seed=SEED, rounds=setting.rounds)
    return Figure(
        name=name, value=ece(told.sure, told.right), low=low, high=high, target=Goal(most=0.03),
        stretch=Goal(most=0.02), mark=Mark.COMPANY_TUNED,
    )  # fmt: skip


def pictures(title: str, told: Told) -> dict[str, str]:
    """Reliability, risk and coverage, confusions, and the F1 of each topic."""
    labels = [str(label) for label in np.unique(told.truth)]
    place = {label: at for at, label in enumerate(labels)}
    matrix = np.zeros((len(labels), len(labels)), np.int64)
    for is_so, said in zip(told.truth.tolist(), told.said.tolist(), strict=True):
        matrix[place[is_so], place[said]] += 1
    bars = [charts.Bar(one.label, one.f1) for one in per_label(told.truth, told.said, labels)]
    return {
        "reliability": charts.reliability(told.sure, told.right, f"{title}: does the probability mean what it says?"),
        "risk-coverage": charts.risk_coverage({"topics": (told.sure, told.right)}, f"{title}: wrong topics"),
        "confusion": charts.confusion(labels, matrix, f"{title}: what is taken for what"),
        "topics": charts.bars(sorted(bars, key=lambda one: one.value), f"{title}: F1 of each topic"),
    }


def drawn(split: Split, count: int, seed: int) -> list[int]:
    """So many rows a topic, drawn at random."""
    topics, rng = np.array(split.topics), np.random.default_rng(seed)
    found: list[int] = []
    for topic in np.unique(topics):
        places = np.flatnonzero(topics == topic)
        found += rng.choice(places, min(count, len(places)), replace=False).tolist()
    return sorted(found)


def banking(split: str) -> Split:
    """BANKING77's train or test split, as a ticket's matter is read."""
    with (data_folder() / "banking77" / f"{split}.csv").open(encoding="utf-8", newline="") as table:
        rows = [(row["text"], row["category"]) for row in csv.DictReader(table)]
    return Split(tuple(expanded(text) for text, _ in rows), tuple(topic for _, topic in rows))


def clinc(split: str) -> Split:
    """CLINC150's train, val, test, oos_train, oos_val or oos_test split, as a ticket's matter is read."""
    content = json.loads((data_folder() / "clinc150" / "data_full.json").read_text(encoding="utf-8"))
    return Split(tuple(expanded(text) for text, _ in content[split]), tuple(topic for _, topic in content[split]))
