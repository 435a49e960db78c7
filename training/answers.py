"""The answer head: a ranker of candidates, and the calibrated chance that the first one answers the ticket.

Each answered question is used twice: with its article, and with its article taken away, when nothing answers it.
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
from advisor.reading.pairs import CANDIDATES, FEATURES, Passages, Question, expanded, pair_features, rare_words
from index.articles import Article
from index.encoder import Encoder
from index.knowledge import KnowledgeBase
from index.settings import KnowledgeSettings
from index.sources import read
from training.datasets import HELP_CENTRE, Asked, asked, wixqa
from training.fit import SEED, Recipe, calibrate, folds, regress

DEMO = Path(__file__).parent.parent / "advisor" / "demo" / "help_centre"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One question with its candidates."""

    features: Matrix  # (n, FEATURES)
    right: tuple[bool, ...]  # one a candidate
    words: int
    answerable: bool


def all_cases(encoder: Encoder) -> list[list[Case]]:
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
        groups += cases(articles, questions, encoder)
    return groups


def cases(articles: Sequence[Article], questions: Sequence[Asked], encoder: Encoder) -> list[list[Case]]:
    """Search a help centre for each question, as a ticket would be."""
    groups = []
    with tempfile.TemporaryDirectory() as home:
        knowledge = KnowledgeBase.open(KnowledgeSettings(Path(home)), encoder)
        knowledge.import_articles("training", articles)
        passages = Passages(knowledge, encoder)
        for question in questions:
            group = case(question, knowledge, passages, encoder)
            if group:
                groups.append(group)
    return groups


def case(question: Asked, knowledge: KnowledgeBase, passages: Passages, encoder: Encoder) -> list[Case]:
    """The case of a question, and the same with its articles taken away."""
    text = expanded(question.text)
    vector = encoder.encode([text]).sentences
    matches = knowledge.search(text, k=CANDIDATES, vector=vector)
    if not matches:
        return []
    features = pair_features(Question(text, vector[0], passages.tokens([text])[0]), matches, knowledge, passages)
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
    optimizer = torch.optim.LBFGS([weights], max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = -(goal * torch.log_softmax(features @ weights + mask, 1)).sum(1).mean() + 1e-3 * (weights**2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach().numpy().astype(np.float32)


def raw_score(head: AnswerHead, one: Case, ranked: Matrix) -> float:
    """The verdict's score before calibration."""
    row = verdict_features(one.features, ranked, one.words)[np.newaxis]
    return float((row @ head.verdict.dense.T + head.verdict.bias)[0, 0])


def auroc(scores: Matrix, truth: np.ndarray) -> float:
    """The chance that a right one is scored above a wrong one."""
    order = np.argsort(np.argsort(scores))
    right = truth.astype(bool)
    count = int(right.sum())
    return float((order[right].sum() - count * (count - 1) / 2) / (count * (len(truth) - count)))
