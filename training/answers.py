"""The answer head: a ranker of candidates, and the calibrated chance that the first one answers the ticket.

Each answered question is used twice: with its article, and with its article taken away, when nothing answers it.

How it is measured. What ships is fitted on the demo, on Harrow and on WixQA, and not on TechQA (see `all_cases`). So
there are two honest figures for a help centre, and they must not be mixed. The recipe: ranker, chance and
calibration fitted on the other folds of WixQA and TechQA, folds grouped by gold article (a question whose article was
seen in fitting says little), calibrated by cross-validation inside those folds; no weight rests on the fold that is
measured. And the transfer: fitted on one help centre, measured on another that nothing was learnt of, which is what a
new installation has. Features, the number of candidates and the penalty were chosen among some 75 variants by the
recipe's figures on these same questions, on differences of a point, smaller than the intervals: so the recipe's figures
flatter a little, and those features' part in them is not proven. Nothing was chosen by the second Login.gov tickets.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from advisor.reading.answers import AnswerHead, beside, verdict_features
from advisor.reading.heads import Head, Matrix
from advisor.reading.matter import expanded
from advisor.reading.pairs import CANDIDATES, FEATURES, Passages, pair_features, question_of
from advisor.reading.terms import rare_words
from index.articles import Article, cut
from index.encoder import Encoder
from index.knowledge import KnowledgeBase
from index.settings import KnowledgeSettings
from index.sources import read
from training.datasets import HELP_CENTRE, Asked, asked, wixqa
from training.fit import SEED, Recipe, calibrate, folds, regress
from training.measures import auroc
from training.minimise import minimise

RANKER_PENALTY = 1e-2  # of the mean log-loss of a question; with 1e-3 WixQA's MRR was a little lower
AXES = 96  # of 384; on 64 to 192 the cross-validated ranking was the same within a point
DEMO = Path(__file__).parent.parent / "advisor" / "demo" / "help_centre"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One question with its candidates."""

    features: Matrix  # (n, FEATURES)
    right: tuple[bool, ...]  # one a candidate
    words: int
    answerable: bool


def fit_shipped(encoder: Encoder) -> tuple[AnswerHead, dict[str, float]]:
    """Fit what ships, with the axes on which it compares word pieces."""
    axes = main_axes(encoder)
    head, figures = fit_answers(all_cases(encoder, axes))
    return replace(head, axes=axes), figures


def main_axes(encoder: Encoder, count: int = AXES) -> Matrix:
    """The main axes of the word pieces of the project's own help centres: (dimension, count).

    Not centred, since cosines are compared, not distances.
    """
    together = np.zeros((encoder.dimension, encoder.dimension))
    for folder, source in ((DEMO, "demo"), (HELP_CENTRE, "harrow")):
        texts = [passage.embedded_text for article in read(folder, source).articles for passage in cut(article)]
        for text in texts:
            pieces = encoder.encode([text], tokens=True).tokens[0].first().vectors
            together += pieces.T @ pieces
    axes: Matrix = np.linalg.eigh(together)[1][:, ::-1][:, :count].astype(np.float16).astype(np.float32)
    return np.ascontiguousarray(axes)


def all_cases(encoder: Encoder, axes: Matrix | None = None) -> list[list[Case]]:
    """The cases of three help centres; those of one question stand together.

    TechQA is left out: its long documents with bare titles taught the ranker to distrust titles (Login.gov's first
    articles fell from 24 to 22 of 28 with it), and nothing else gained.
    """
    groups: list[list[Case]] = []
    sets: list[tuple[Sequence[Article], list[Asked]]] = [
        (read(DEMO, "demo").articles, asked("answers")),
        (read(HELP_CENTRE, "harrow").articles, asked("answers_harrow")),
        wixqa(),
    ]
    for articles, questions in sets:
        groups += cases(articles, questions, encoder, axes)
    return groups


def cases(
    articles: Sequence[Article], questions: Sequence[Asked], encoder: Encoder, axes: Matrix | None = None
) -> list[list[Case]]:
    """Search a help centre for each question, as a ticket would be."""
    groups = []
    with tempfile.TemporaryDirectory() as home:
        knowledge = KnowledgeBase.open(KnowledgeSettings(Path(home)), encoder)
        knowledge.import_articles("training", articles)
        passages = Passages(knowledge, encoder, axes)
        for question in questions:
            group = case(question, knowledge, passages, encoder)
            if group:
                groups.append(group)
    return groups


def case(question: Asked, knowledge: KnowledgeBase, passages: Passages, encoder: Encoder) -> list[Case]:
    """The case of a question, and the same with its articles taken away."""
    text = expanded(question.text)
    read = encoder.encode([text], tokens=True)
    matches = knowledge.search(text, k=CANDIDATES, vector=read.sentences)
    if not matches:
        return []
    features = pair_features(
        question_of(text, read.sentences[0], read.tokens[0], passages), matches, knowledge, passages
    )
    right = tuple(match.article.id in question.articles for match in matches)
    whole = Case(features, right, rare_words(text), bool(question.articles))
    wrong = [place for place, one in enumerate(right) if not one]
    if not question.articles or not wrong:
        return [whole]
    return [whole, Case(features[wrong], tuple(False for _ in wrong), whole.words, False)]


def fit_answers(groups: Sequence[Sequence[Case]]) -> tuple[AnswerHead, dict[str, float]]:
    """Fit on all questions; the calibration and the figures come from cross-validation by question."""
    part = folds(len(groups))
    rows, truth, first = [], [], []
    for number in range(int(part.max()) + 1):
        trained = fit_once([one for place, group in enumerate(groups) if part[place] != number for one in group])
        for place in np.flatnonzero(part == number).tolist():
            for one in groups[place]:
                ranked = trained.rank(one.features)
                rows.append(raw_score(trained, one, ranked))
                truth.append(one.right[int(np.argmax(ranked))])
                if one.answerable:
                    first.append(truth[-1])
    scores, targets = np.array(rows, np.float32)[:, np.newaxis], np.array(truth, np.float32)[:, np.newaxis]
    slope, offset = calibrate(scores, targets, exclusive=False)
    final = fit_once([one for group in groups for one in group])
    figures = {"first": float(np.mean(first)), "auroc": auroc(scores[:, 0], np.array(truth))}
    return replace(final, verdict=replace(final.verdict, slope=slope, offset=offset)), figures


def fit_once(trained: Sequence[Case]) -> AnswerHead:
    """Fit ranker and verdict."""
    together = np.concatenate([beside(one.features) for one in trained])
    center, scale = together.mean(axis=0), together.std(axis=0) + 1e-6
    weights = fit_ranker([one for one in trained if any(one.right)], center, scale)
    head = AnswerHead(weights, center, scale, empty_verdict())
    ranked = [head.rank(one.features) for one in trained]
    rows = np.stack(
        [verdict_features(one.features, each, one.words) for one, each in zip(trained, ranked, strict=True)]
    )
    right = np.array([one.right[int(np.argmax(each))] for one, each in zip(trained, ranked, strict=True)])
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    model = regress((rows - middle) / spread, right.astype(np.int64), Recipe(exclusive=False, strength=0.05))
    dense = (model.coef_ / spread).astype(np.float32)
    bias = (model.intercept_ - dense @ middle).astype(np.float32)
    return replace(head, verdict=replace(head.verdict, dense=dense, bias=bias))


def empty_verdict() -> Head:
    """The verdict head before it is fitted."""
    one, zero = np.ones(1, np.float32), np.zeros(1, np.float32)
    return Head(
        name="answers", labels=("answers",), exclusive=False, dense=np.zeros((1, 2 * len(FEATURES) + 5), np.float32),
        sparse=np.zeros((1, 1), np.float32), bias=zero, slope=one, offset=zero, thresholds=(0.5,),
    )  # fmt: skip


def fit_ranker(trained: Sequence[Case], center: Matrix, scale: Matrix) -> Matrix:
    """Conditional logit: the right articles of a question against its other candidates."""
    torch.manual_seed(SEED)
    most, size = max(len(one.right) for one in trained), len(center)
    features, mask = torch.zeros(len(trained), most, size), torch.full((len(trained), most), -1e9)
    goal = torch.zeros(len(trained), most)
    for row, one in enumerate(trained):
        count = len(one.right)
        features[row, :count] = torch.from_numpy(((beside(one.features) - center) / scale).astype(np.float32))
        mask[row, :count] = 0
        right = torch.tensor(one.right, dtype=torch.float32)
        goal[row, :count] = right / right.sum()
    weights = torch.zeros(size, requires_grad=True)

    def loss() -> torch.Tensor:
        return (
            -(goal * torch.log_softmax(features @ weights + mask, 1)).sum(1).mean()
            + RANKER_PENALTY * (weights**2).sum()
        )

    minimise([weights], loss, most=300)
    return weights.detach().numpy().astype(np.float32)


def raw_score(head: AnswerHead, one: Case, ranked: Matrix) -> float:
    """The verdict's score before calibration."""
    row = verdict_features(one.features, ranked, one.words)[np.newaxis]
    return float((row @ head.verdict.dense.T + head.verdict.bias)[0, 0])
