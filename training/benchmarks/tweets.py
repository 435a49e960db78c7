"""Complaints and their severity in tweets to companies (X-CI), by cross-validation with near-duplicates together.

The heads see what the product's severity head sees: the branch that hears how a text sounds, which was fitted on other
texts (GoEmotions), the encoder's inner layers, and words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import StratifiedGroupKFold

from advisor import charts
from advisor.reading.features import words as words_of
from advisor.reading.feeling import beside
from advisor.reading.heads import Matrix
from training.benchmarks.base import SEED, Figure, Goal, Mark, Result, Setting, Unit
from training.benchmarks.emotions import felt
from training.datasets import complaints
from training.fit import bare, fit
from training.measures import bootstrap_interval, macro_f1
from training.texts import targets_of
from training.tones import SEVERITY, Words, features

FOLDS = 10
ALIKE = 0.6  # share of the words of two tweets that both have, from which they are near-duplicates
LEVELS = ("0", "1", "2", "3", "4")

Rows = NDArray[np.int64]  # (n,), numbers of rows
Read = tuple[Matrix, Words]  # what the heads look at: (n, …) and hashed words


def xci(setting: Setting) -> Result:
    """Complaint or not, severity of complaints, and severity of all tweets for the record."""
    tweets = complaints()
    texts = [row["tweet"] for row in tweets]
    groups, read = near_duplicates(texts), as_the_product(setting, texts)
    complaint, severity = np.array([row["label"] for row in tweets]), np.array([row["Severity"] for row in tweets])
    inside = np.flatnonzero(complaint == "1")
    everything = np.arange(len(tweets))
    is_complaint = held_out(setting, read, complaint, groups, ("0", "1"), everything)
    graded = held_out(setting, read, severity, groups, LEVELS[1:], inside)
    levels = held_out(setting, read, severity, groups, LEVELS, everything)
    figures = (
        figure("complaint macro-F1", complaint, is_complaint, ("0", "1"), groups, setting, (0.87, 0.885), "88.2"),
        figure(
            "severity macro-F1, four levels of complaints", severity[inside], graded, LEVELS[1:], groups[inside],
            setting, (0.52, 0.56), "55.7",
        ),
        figure("severity macro-F1, all five levels", severity, levels, LEVELS, groups, setting, None, ""),
    )  # fmt: skip
    plots = {}
    if setting.draw:
        matrix = np.array([[((severity == one) & (levels == other)).sum() for other in LEVELS] for one in LEVELS])
        plots = {"severity": charts.confusion(LEVELS, matrix, "X-CI: severity, out of fold")}
    number = int((np.bincount(groups)[groups] > 1).sum())
    protocol = (
        f"10-fold cross-validation, stratified, near-duplicates ({number} tweets have one) always in one fold; the "
        "product's recipe for severity, its branch fitted on GoEmotions alone; "
        "macro-F1 over all out-of-fold rows, the likeliest label said; intervals draw groups of duplicates"
    )
    return Result(name="xci", mark=Mark.SHIPPED, protocol=protocol, figures=figures, plots=plots)


def figure(
    name: str,
    truth: NDArray[np.str_],
    said: NDArray[np.str_],
    labels: Sequence[str],
    groups: Rows,
    setting: Setting,
    goals: tuple[float, float] | None,
    published: str,
) -> Figure:
    """Macro-F1 over given labels with its interval."""

    def statistic(is_so: NDArray[np.str_], was_said: NDArray[np.str_]) -> float:
        return macro_f1(is_so, was_said, labels)

    low, high = bootstrap_interval(statistic, truth, said, seed=SEED, rounds=setting.rounds, groups=groups)
    target, stretch = (Goal(least=goals[0]), Goal(least=goals[1])) if goals else (None, None)
    return Figure(
        name=name, value=statistic(truth, said), low=low, high=high, target=target, stretch=stretch,
        published=published, unit=Unit.PERCENT,
    )  # fmt: skip


def held_out(
    setting: Setting,
    read: Read,
    truth: NDArray[np.str_],
    groups: Rows,
    labels: Sequence[str],
    rows: Rows,
) -> NDArray[np.str_]:
    """The likeliest label of each of the rows, from a head fitted on the other folds."""
    said = np.empty(len(rows), dtype=truth.dtype)
    vectors, words = read
    for number, (train, test) in enumerate(folds(truth[rows], groups[rows], quick=setting.quick)):
        setting.progress(f"X-CI, {len(labels)} labels", number, FOLDS)
        trained, asked = rows[train].tolist(), rows[test].tolist()
        targets = targets_of(labels, [[str(one)] for one in truth[trained]])
        weights = fit(vectors[trained], [words[at] for at in trained], targets, SEVERITY)
        scores = bare("tweets", labels, *weights, exclusive=True).scores(vectors[asked], [words[at] for at in asked])
        said[test] = np.array(labels)[scores.argmax(axis=1)]
    setting.progress(f"X-CI, {len(labels)} labels", FOLDS, FOLDS)
    return said


def as_the_product(setting: Setting, texts: Sequence[str]) -> Read:
    """What the product's severity head looks at."""
    vectors, inner, words = features(setting.encoder, felt(setting)[0], texts)
    return beside(vectors, inner), words


def folds(truth: NDArray[np.str_], groups: Rows, *, quick: bool) -> Iterator[tuple[Rows, Rows]]:
    """Training and test rows of each fold; a group is never on both sides."""
    parts = 2 if quick else FOLDS
    split = StratifiedGroupKFold(parts, shuffle=True, random_state=SEED)
    yield from split.split(np.zeros(len(truth)), truth, groups)


def near_duplicates(texts: Sequence[str]) -> Rows:
    """A number for each text, the same for texts that share most of their words, directly or through others: (n,)."""
    found = [sorted(set(words_of(text))) or [""] for text in texts]
    places = {word: at for at, word in enumerate(sorted({word for row in found for word in row}))}
    columns = [places[word] for row in found for word in row]
    lengths = np.array([len(row) for row in found])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    table = scipy.sparse.csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(texts), len(places)))
    both = (table @ table.T).tocoo()
    union = lengths[both.row] + lengths[both.col] - both.data
    near = both.data >= ALIKE * union
    links = scipy.sparse.coo_matrix((both.data[near], (both.row[near], both.col[near])), shape=both.shape)
    groups: Rows = connected_components(links, directed=False)[1].astype(np.int64)
    return groups
