"""Finding the article that answers: WixQA and TechQA, among the articles of both help centres and other pages.

The ranker and the chance are fitted on the other folds; questions that share an article stand in one fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import StratifiedGroupKFold

from advisor import charts
from advisor.reading.answers import AnswerHead
from advisor.reading.pairs import Passages
from index.articles import Article
from index.knowledge import KnowledgeBase
from index.sources import read
from training import datasets
from training.answers import Case, case, fit_answers, main_axes
from training.benchmarks.base import SEED, Figure, Goal, Mark, Result, Setting
from training.datasets import Asked, data_folder
from training.measures import auroc, bootstrap_interval

FOLDS = 5
NAMES = ("wixqa", "techqa")


@dataclass(frozen=True, slots=True)
class Judged:
    """What a head that has not seen a question says of it."""

    source: str  # wixqa or techqa
    group: int  # questions of one group share articles
    answerable: bool
    rank: int | None  # of the first right article, 1 = first; None = not among the candidates
    searched: int | None  # the same by the search alone
    own: int | None  # the same as `rank`, among the articles of its own help centre only
    chance: float  # that the first article answers
    right: bool  # it does


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question with its candidates, in both collections."""

    source: str
    asked: Asked
    cases: Sequence[Case]  # as it is, and with its articles taken away
    own: Sequence[Case]


def wixqa(setting: Setting) -> Result:
    """WixQA."""
    rows = [one for one in judged(setting) if one.source == "wixqa"]
    figures = (
        *ranked(rows, setting, hit=(0.95, 0.97), mrr=(0.88, 0.91)),
        own_figure(rows, setting, ".904 text-embedding-3-small"),
        *for_the_record(rows, setting),
    )
    return Result(name="wixqa", mark=Mark.SHIPPED, protocol=PROTOCOL, figures=figures)


def techqa(setting: Setting) -> Result:
    """TechQA, and whether anything answers a question at all."""
    rows = [one for one in judged(setting) if one.source == "techqa"]
    asked = [one for one in rows if one.answerable]
    chances, truth = np.array([one.chance for one in rows]), np.array([one.answerable for one in rows])
    groups = np.array([one.group for one in rows])
    low, high = bootstrap_interval(auroc, chances, truth, seed=SEED, rounds=setting.rounds, groups=groups)
    figures = (
        *ranked(asked, setting, hit=(0.91, 0.94), mrr=(0.87, 0.89)),
        own_figure(asked, setting, ".848 text-embedding-3-small"),
        Figure(
            name="answerable, AUROC", value=auroc(chances, truth), low=low, high=high, target=Goal(least=0.83),
            stretch=Goal(least=0.86),
        ),
        *transfers(setting),
        *for_the_record(asked, setting),
    )  # fmt: skip
    plots = {}
    if setting.draw:
        right = np.array([one.right for one in rows], np.float64)
        plots = {
            "risk-coverage": charts.risk_coverage({"answers": (chances, right)}, "TechQA: wrong first articles"),
            "reliability": charts.reliability(chances, right, "TechQA: does p_resolve mean what it says?"),
        }
    return Result(name="techqa", mark=Mark.SHIPPED, protocol=PROTOCOL, figures=figures, plots=plots)


PROTOCOL = (
    "candidates from the articles of WixQA, TechQA and SaladCloud together; ranker, chance and calibration fitted on "
    "the other folds of both sets (5 folds, grouped by gold article; calibrated by cross-validation inside the others)"
)


def ranked(
    rows: Sequence[Judged], setting: Setting, *, hit: tuple[float, float], mrr: tuple[float, float]
) -> tuple[Figure, ...]:
    """Hit@3 and MRR@10 among all articles."""
    ranks = [one.rank for one in rows]
    return (
        rank_figure("hit@3", hits(ranks, 3), rows, setting, hit),
        rank_figure("MRR@10", gains(ranks, 10), rows, setting, mrr),
    )


def own_figure(rows: Sequence[Judged], setting: Setting, published: str) -> Figure:
    """MRR@3 among the articles of the set itself."""
    figure = rank_figure("MRR@3, own articles only", gains([one.own for one in rows], 3), rows, setting, None)
    return replace(figure, published=published)


def for_the_record(rows: Sequence[Judged], setting: Setting) -> tuple[Figure, ...]:
    """What the search alone would give."""
    ranks = [one.searched for one in rows]
    return (
        rank_figure("hit@3 of the search alone", hits(ranks, 3), rows, setting, None),
        rank_figure("MRR@10 of the search alone", gains(ranks, 10), rows, setting, None),
    )


def rank_figure(
    name: str,
    values: NDArray[np.float64],
    rows: Sequence[Judged],
    setting: Setting,
    goals: tuple[float, float] | None,
) -> Figure:
    """A mean over questions; the interval draws groups of questions that share an article."""
    groups = [one.group for one in rows]
    low, high = bootstrap_interval(np.mean, values, seed=SEED, rounds=setting.rounds, groups=groups)
    target, stretch = (Goal(least=goals[0]), Goal(least=goals[1])) if goals else (None, None)
    return Figure(name=name, value=float(values.mean()), low=low, high=high, target=target, stretch=stretch)


def hits(ranks: Sequence[int | None], most: int) -> NDArray[np.float64]:
    """1 where a right article is among the first."""
    return np.array([float(rank is not None and rank <= most) for rank in ranks])


def gains(ranks: Sequence[int | None], most: int) -> NDArray[np.float64]:
    """One over the rank of the first right article, 0 beyond the given rank."""
    return np.array([1 / rank if rank is not None and rank <= most else 0.0 for rank in ranks])


def judged(setting: Setting) -> list[Judged]:
    """What heads that have not seen the questions say of them."""

    def make() -> list[Judged]:
        asked = questions(setting)
        groups = groups_of([one.asked for one in asked])
        found: dict[int, Judged] = {}
        for number, (train, test) in enumerate(folds(asked, groups)):
            setting.progress("Fitting the answer head", number, FOLDS)
            head, _ = fit_answers([asked[at].cases for at in train])
            found |= {at: judge(head, asked[at], int(groups[at])) for at in test}
        setting.progress("Fitting the answer head", FOLDS, FOLDS)
        return [found[at] for at in sorted(found)]

    return setting.once("answers", make)


def transfers(setting: Setting) -> tuple[Figure, ...]:
    """Answerable or not, trained on one set and tested on the other; WixQA's unanswerable ones lack their articles."""
    figures = []
    for trained, tested in (("wixqa", "techqa"), ("techqa", "wixqa")):
        head, _ = fit_answers([one.cases for one in questions(setting) if one.source == trained])
        cases = [
            (one, place)
            for place, question in enumerate(questions(setting))
            if question.source == tested
            for one in (question.cases[:1] if tested == "techqa" else question.cases)
        ]
        chances = [head.chance(one.features, head.rank(one.features), one.words) for one, _ in cases]
        truth, groups = [one.answerable for one, _ in cases], [place for _, place in cases]
        low, high = bootstrap_interval(auroc, chances, truth, seed=SEED, rounds=setting.rounds, groups=groups)
        name = f"answerable, AUROC on {tested}, trained on {trained}"
        figures.append(Figure(name=name, value=auroc(chances, truth), low=low, high=high))
    return tuple(figures)


def judge(head: AnswerHead, question: Question, group: int) -> Judged:
    """Rank the candidates of a question, as it is."""
    whole = question.cases[0]
    scores = head.rank(whole.features)
    chance = head.chance(whole.features, scores, whole.words)
    rank = first_right(whole, scores)
    return Judged(
        source=question.source,
        group=group,
        answerable=bool(question.asked.articles),
        rank=rank,
        searched=first_right(whole, -np.arange(len(whole.right), dtype=np.float32)),
        own=first_right(question.own[0], head.rank(question.own[0].features)),
        chance=chance,
        right=rank == 1,
    )


def first_right(one: Case, scores: NDArray[np.float32]) -> int | None:
    """The rank of the first right candidate."""
    order = np.argsort(-scores, kind="stable").tolist()
    return next((rank for rank, at in enumerate(order, 1) if one.right[at]), None)


def folds(asked: Sequence[Question], groups: NDArray[np.int64]) -> list[tuple[list[int], list[int]]]:
    """Training and test questions of each fold, both sets and both kinds of question in each."""
    kinds = [f"{one.source} {bool(one.asked.articles)}" for one in asked]
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(np.zeros(len(asked)), kinds, groups)
    return [(train.tolist(), test.tolist()) for train, test in split]


def groups_of(asked: Sequence[Asked]) -> NDArray[np.int64]:
    """A number for each question, the same for those that share an article, directly or through others: (n,)."""
    places: dict[str, int] = {}
    links = [(at, places.setdefault(name, at)) for at, one in enumerate(asked) for name in one.articles]
    rows, columns = [one for one, _ in links], [other for _, other in links]
    table = coo_matrix((np.ones(len(links)), (rows, columns)), shape=(len(asked), len(asked)))
    groups: NDArray[np.int64] = connected_components(table, directed=False)[1].astype(np.int64)
    return groups


def questions(setting: Setting) -> list[Question]:
    """All questions of both sets with their candidates."""

    def make() -> list[Question]:
        sets = {"wixqa": datasets.wixqa(), "techqa": datasets.techqa()}
        pages = read(data_folder() / "kb_saladcloud", "saladcloud").articles
        every: dict[str, Sequence[Article]] = {name: articles for name, (articles, _) in sets.items()}
        every["saladcloud"] = pages
        together = centre(setting, "all", every)
        found = []
        for name, (articles, asked) in sets.items():
            alone = centre(setting, name, {name: articles})
            for number, one in enumerate(asked[:40] if setting.quick else asked):
                setting.progress(f"Searching for {name}", number, len(asked))
                cases, own = (case(one, *parts, setting.encoder) for parts in (together, alone))
                found.append(Question(name, one, cases, own))
            setting.progress(f"Searching for {name}", len(asked), len(asked))
        return found

    return setting.once("questions", make)


def centre(setting: Setting, name: str, sources: dict[str, Sequence[Article]]) -> tuple[KnowledgeBase, Passages]:
    """A help centre of its own in the cache; passages embedded once stay there."""
    settings = replace(setting.settings.knowledge, home=setting.cache / f"centre-{name}")
    settings.home.mkdir(parents=True, exist_ok=True)
    knowledge = KnowledgeBase.open(settings, setting.encoder, progress=setting.progress)
    for source, articles in sources.items():
        knowledge.import_articles(source, articles, progress=setting.progress)
    axes = setting.once("axes", lambda: main_axes(setting.encoder))
    return knowledge, Passages(knowledge, setting.encoder, axes)
