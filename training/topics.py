"""Fits a topic head: its parts, how much each counts, their temperature, and what is strange.

Shares, temperature and the views of strangeness rest on tickets that the parts were not fitted on; copies of a text
stand in one fold. No example of a ticket outside the topics is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse
import torch
from numpy.typing import NDArray
from sklearn.svm import LinearSVC

from advisor.reading.features import places_of, weighed
from advisor.reading.heads import Matrix
from advisor.reading.topics import Part, Strangeness, TopicHead, log_softmax, together, views
from index.encoder import Encoded
from training.splits import folds, groups_of, hashes_of

Show = Callable[[str, int, int], None]
Labels = NDArray[np.int64]  # (n,), numbers of topics
Looks = dict[str, Matrix]

SEED = 7
FOLDS = 4
FOLDED = 20_000  # texts that the folds are made of, at most
BITS = 16
MANY = 500  # topics, beyond which the sentence vector alone is looked at: the rest would take hours and gigabytes
SENTENCE_SCALE, INNER_SCALE = 8.0, 3.0
PENALTY = {"sentence": 2.0, "inner": 0.3, "tuned": 2.0}
AXES, STRANGE_AXES = 1024, 256
SAMPLE = 3000  # texts that main axes are found on
NEIGHBOURS = 8000  # texts kept to find the nearest of
KEPT = (
    0.975  # of the tickets that are about a topic so many are told to be, where there are too few topics to leave out
)
LEAST_LEFT_OUT = 4  # topics from which some are left out in turn, to play the strangers
LOST = 10.0  # what a ticket costs whose topic is called unknown, against a stranger that is given a topic
MOST_KEPT = 0.985  # share of the tickets about a topic that are told to be, at most: the strangest few may be strangers
WORK = 2e12  # products that one fit may take: the iterations are cut accordingly


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Where vectors are fitted: standardised, and turned to their main axes."""

    center: Matrix
    scale: Matrix
    turn: Matrix  # (dimension, axes)

    @classmethod
    def of(cls, vectors: Matrix, rng: np.random.Generator) -> Space:
        """The main axes of a sample of vectors."""
        sample = vectors[rng.permutation(len(vectors))[:SAMPLE]].astype(np.float32)
        center, scale = sample.mean(axis=0), sample.std(axis=0) + 1e-6
        turn = np.linalg.svd((sample - center) / scale, full_matrices=False)[2][:AXES].T
        return cls(center, scale, (turn * INNER_SCALE / np.sqrt(vectors.shape[1])).astype(np.float32))

    def turned(self, vectors: Matrix) -> Matrix:
        """Vectors in this space, (n, axes)."""
        found: Matrix = (((vectors - self.center) / self.scale) @ self.turn).astype(np.float32)
        return found

    def back(self, weights: Matrix, bias: Matrix) -> tuple[Matrix, Matrix]:
        """Weights and bias for vectors as they come."""
        own = (weights @ self.turn.T / self.scale).astype(np.float32)
        return own, (bias - own @ self.center).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Tickets in the shape in which the parts are fitted."""

    labels: tuple[str, ...]
    truth: Labels
    encoded: Encoded
    inner: Matrix  # (n, axes), in their space
    space: Space
    words: scipy.sparse.csr_matrix  # (n, 2^bits)
    rarity: Matrix

    def subset(self, rows: Labels) -> Material:
        """Some of the tickets."""
        return Material(
            self.labels, self.truth[rows], picked(self.encoded, rows), self.inner[rows], self.space, self.words[rows],
            self.rarity,
        )  # fmt: skip


def fit_topics(
    texts: Sequence[str],
    topics: Sequence[str],
    encoded: Encoded,
    *,
    seed: int = SEED,
    progress: Show | None = None,
) -> TopicHead:
    """Fit and calibrate a head for at least two topics."""
    show = progress or quiet
    material = prepared(texts, topics, encoded, seed=seed)
    inside, part = folded(material, hashes_of(texts), seed=seed)
    held: list[Looks] = []
    seen: list[Matrix] = []
    for number in range(FOLDS):
        show("Fitting", number, FOLDS + 1)
        train, test = inside[part != number], material.subset(inside[part == number])
        parts = fit_parts(material.subset(train))
        held.append(looks_of(parts, test))
        strange = measured_space(material.subset(train), seed=seed)
        seen.append(views(strange, test.encoded, held[-1]))
    show("Fitting", FOLDS, FOLDS + 1)
    order = np.concatenate([inside[part == number] for number in range(FOLDS)])
    looks = {name: np.concatenate([one[name] for one in held]) for name in held[0]}
    shares = stacked(looks, material.truth[order])
    temperature = tempered(together(looks, shares), material.truth[order])
    right = together(looks, shares).argmax(axis=1) == material.truth[order]
    parts = fit_parts(material)
    kept = kept_share(material, inside, part, shares, seed=seed, show=show)
    strange = with_limit(measured_space(material, seed=seed), np.concatenate(seen), right, kept)
    show("Fitting", FOLDS + 1, FOLDS + 1)
    return TopicHead(
        labels=material.labels,
        parts={name: Part(*for_serving(name, parts[name], material.space), shares[name]) for name in parts},
        rarity=material.rarity,
        temperature=temperature,
        strangeness=strange,
    )


def out_of_fold(
    texts: Sequence[str],
    topics: Sequence[str],
    encoded: Encoded,
    *,
    groups: Labels | None = None,
    seed: int = SEED,
    progress: Show | None = None,
) -> Matrix:
    """Calibrated probabilities by heads that were not fitted on the ticket, (n, labels), labels sorted by name."""
    show = progress or quiet
    material = prepared(texts, topics, encoded, seed=seed)
    own = groups_of(hashes_of(texts)) if groups is None else groups
    part = folds(own, topics, parts=FOLDS, seed=seed + 1)
    held: list[Looks] = []
    for number in range(FOLDS):
        show("Reading each text with a head that has not seen it", number, FOLDS)
        parts = fit_parts(material.subset(np.flatnonzero(part != number)))
        held.append(looks_of(parts, material.subset(np.flatnonzero(part == number))))
    show("Reading each text with a head that has not seen it", FOLDS, FOLDS)
    order = np.concatenate([np.flatnonzero(part == number) for number in range(FOLDS)])
    looks = {name: np.concatenate([one[name] for one in held]) for name in held[0]}
    shares = stacked(looks, material.truth[order])
    summed = together(looks, shares)
    found = np.zeros_like(summed)
    found[order] = np.exp(log_softmax(summed / tempered(summed, material.truth[order])))
    return found


def prepared(texts: Sequence[str], topics: Sequence[str], encoded: Encoded, *, seed: int) -> Material:
    """Bring tickets into the shape in which the parts are fitted."""
    labels = tuple(sorted(set(topics)))
    if len(labels) < 2:
        raise ValueError(f"topics must be at least 2, were: {', '.join(labels) or 'none'}")
    numbers = {label: number for number, label in enumerate(labels)}
    rng = np.random.default_rng(seed)
    space = Space.of(encoded.inner, rng)
    rarity = rarities(texts)
    use_words = len(labels) <= MANY
    words = [weighed(text, rarity) for text in texts] if use_words else []
    lengths = np.cumsum([0] + [len(places) for places, _ in words])
    rows = scipy.sparse.csr_matrix(
        (np.concatenate([values for _, values in words]), np.concatenate([places for places, _ in words]), lengths),
        shape=(len(texts), len(rarity)),
    ) if use_words else scipy.sparse.csr_matrix((len(texts), len(rarity)))  # fmt: skip
    truth = np.array([numbers[topic] for topic in topics], np.int64)
    return Material(labels, truth, encoded, space.turned(encoded.inner), space, rows, rarity)


def rarities(texts: Sequence[str]) -> Matrix:
    """How rare each hashed word and part of a word is: log((1 + n) / (1 + n with it)) + 1, (2^bits,)."""
    counts = np.zeros(1 << BITS, np.int64)
    for text in texts:
        for places in places_of(text, 1 << BITS):
            counts[np.unique(places)] += 1
    found: Matrix = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float16).astype(np.float32)
    return found


def folded(material: Material, hashes: NDArray[np.uint64], *, seed: int) -> tuple[Labels, Labels]:
    """The rows that folds are made of, and the fold of each."""
    rows = np.sort(np.random.default_rng(seed).permutation(len(hashes))[:FOLDED])
    names = [material.labels[number] for number in material.truth[rows].tolist()]
    return rows, folds(groups_of(hashes[rows]), names, parts=FOLDS, seed=seed)


def fit_parts(material: Material) -> dict[str, tuple[Matrix, Matrix]]:
    """Weights (labels, features) and bias (labels,) of each part."""
    count = len(material.labels)
    dense = {"sentence": material.encoded.sentences * SENTENCE_SCALE}
    if count <= MANY:
        dense["inner"] = material.inner
    if material.encoded.tuned is not None:
        dense["tuned"] = material.encoded.tuned * SENTENCE_SCALE
    parts = {name: multinomial(rows, material.truth, count, PENALTY[name]) for name, rows in dense.items()}
    if count <= MANY:
        parts["words"] = margins(material.words, material.truth, count)
    return parts


def looks_of(parts: Mapping[str, tuple[Matrix, Matrix]], material: Material) -> Looks:
    """The scores of each part, (n, labels)."""
    rows: dict[str, Matrix] = {
        "sentence": material.encoded.sentences * SENTENCE_SCALE,
        "inner": material.inner,
        "words": material.words,
    }
    if material.encoded.tuned is not None:
        rows["tuned"] = material.encoded.tuned * SENTENCE_SCALE
    return {name: np.asarray(rows[name] @ weights.T + bias, np.float32) for name, (weights, bias) in parts.items()}


def for_serving(name: str, part: tuple[Matrix, Matrix], space: Space) -> tuple[Matrix, Matrix]:
    """Weights and bias for vectors as the encoder gives them."""
    weights, bias = part
    if name == "inner":
        return space.back(weights, bias)
    return (weights if name == "words" else weights * SENTENCE_SCALE), bias


def multinomial(rows: Matrix, truth: Labels, count: int, penalty: float) -> tuple[Matrix, Matrix]:
    """Multinomial logistic regression; the penalty is shared out over the rows."""
    features, target = torch.from_numpy(np.ascontiguousarray(rows, np.float32)), torch.from_numpy(truth)
    weights = torch.zeros(count, rows.shape[1], requires_grad=True)
    bias = torch.zeros(count, requires_grad=True)
    iterations = int(np.clip(WORK / (6 * len(rows) * rows.shape[1] * count), 10, 120))
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=iterations, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = torch.nn.functional.cross_entropy(features @ weights.T + bias, target)
        value = value + penalty * (weights**2).sum() / len(rows) + 1e-4 * (bias**2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach().numpy(), bias.detach().numpy()


def margins(rows: scipy.sparse.csr_matrix, truth: Labels, count: int) -> tuple[Matrix, Matrix]:
    """One linear support vector machine a topic against the others; a topic without rows is never near."""
    weights, bias = np.zeros((count, rows.shape[1]), np.float32), np.full(count, -1.0, np.float32)
    present = np.unique(truth)
    if len(present) < 2:
        return weights, bias
    model = LinearSVC(C=0.5, random_state=SEED).fit(rows, truth)
    found, offsets = model.coef_, model.intercept_
    if len(present) == 2:
        found, offsets = np.concatenate([-found, found]), np.concatenate([-offsets, offsets])
    weights[present], bias[present] = found, offsets
    return weights, bias


def stacked(looks: Looks, truth: Labels) -> dict[str, float]:
    """How much each part counts: the shares with the highest likelihood on tickets that the parts had not seen.

    They are drawn towards equal shares where there are few tickets.
    """
    names = list(looks)
    start = {"words": 4.0}
    rows = torch.stack([torch.from_numpy(prepared_look(name, looks[name])) for name in names])
    logs = torch.tensor([np.log(start.get(name, 1.0)) for name in names], dtype=torch.float32)
    moved = torch.zeros(len(names), requires_grad=True)
    target = torch.from_numpy(truth)
    optimizer = torch.optim.LBFGS([moved], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        summed = (torch.exp(logs + moved)[:, None, None] * rows).sum(0)
        value = (
            torch.nn.functional.cross_entropy(summed, target) + 20.0 / len(truth) * ((moved - moved.mean()) ** 2).sum()
        )
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return dict(zip(names, torch.exp(logs + moved).detach().tolist(), strict=True))


def prepared_look(name: str, look: Matrix) -> Matrix:
    """A part's scores as they are summed."""
    return look if name == "words" else log_softmax(look)


def tempered(summed: Matrix, truth: Labels) -> float:
    """The temperature that makes the probabilities likeliest (Guo et al., ICML 2017)."""
    scores, target = torch.from_numpy(summed), torch.from_numpy(truth)
    log_temperature = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = torch.nn.functional.cross_entropy(scores / torch.exp(log_temperature), target)
        value = value + log_temperature.pow(2).sum() / len(target)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return float(torch.exp(log_temperature.detach())[0])


def measured_space(material: Material, *, seed: int) -> Strangeness:
    """What strangeness is measured against; the views' means and spreads are still missing."""
    axes = min(STRANGE_AXES, material.inner.shape[1], max(2, len(material.truth) // 4))
    rows = material.inner[:, :axes]
    present = np.unique(material.truth)
    middles = np.stack([rows[material.truth == one].mean(axis=0) for one in present])
    places = np.searchsorted(present, material.truth)
    within, overall = whitening(rows - middles[places]), whitening(rows - rows.mean(axis=0))
    turn = (material.space.turn[:, :axes] / material.space.scale[:, np.newaxis]).astype(np.float32)
    center = material.space.center @ turn + rows.mean(axis=0)
    return Strangeness(
        known=neighbours(material, seed=seed),
        turn=turn,
        center=center.astype(np.float32),
        within=within,
        topics=((middles - rows.mean(axis=0)) @ within).astype(np.float32),
        overall=overall,
        means=np.zeros(4, np.float32),
        spreads=np.ones(4, np.float32),
        limit=float("inf"),
    )


def whitening(rows: Matrix) -> Matrix:
    """Turns rows so that their variation is alike in all directions; shrunk towards a ball by a tenth."""
    spread = (rows.T @ rows / len(rows)).astype(np.float64)
    spread += np.eye(len(spread)) * (0.1 * np.trace(spread) / len(spread) + 1e-9)
    return np.linalg.cholesky(np.linalg.inv(spread)).astype(np.float32)


def neighbours(material: Material, *, seed: int) -> Matrix:
    """The sentence vectors that are kept, shared out evenly over the topics."""
    order = np.random.default_rng(seed).permutation(len(material.truth))
    taken: dict[int, int] = {}
    rank = []
    for row in order.tolist():
        taken[int(material.truth[row])] = taken.get(int(material.truth[row]), 0) + 1
        rank.append(taken[int(material.truth[row])])
    chosen = order[np.argsort(rank, kind="stable")[:NEIGHBOURS]]
    kept: Matrix = material.encoded.sentences[np.sort(chosen)].astype(np.float16).astype(np.float32)
    return kept


def kept_share(
    material: Material, inside: Labels, part: Labels, shares: Mapping[str, float], *, seed: int, show: Show
) -> float:
    """Which share of the tickets about a topic is best told to be: topics that are left out in turn play the strangers.

    Left-out topics are nearer than most strangers, so a lost ticket weighs more than one of theirs. Tickets that are
    told wrongly are left aside: where labels are noisy, many of them are strangers themselves.
    """
    count = len(material.labels)
    if not LEAST_LEFT_OUT <= count <= MANY:
        return KEPT
    group = np.random.default_rng(seed).permutation(count) % FOLDS
    known, strangers = [], []
    for number in range(FOLDS):
        show("Leaving topics out", number, FOLDS)
        out = group[material.truth[inside]] == number
        learnt = without_gaps(material.subset(inside[(part != number) & ~out]))
        if len(learnt.labels) < 2:
            return KEPT
        space, parts = measured_space(learnt, seed=seed), fit_parts(learnt)
        both = [material.subset(inside[(part == number) & rows]) for rows in (~out, out)]
        looks = [looks_of(parts, one) for one in both]
        seen = [views(space, one.encoded, look) for one, look in zip(both, looks, strict=True)]
        told = np.array(learnt.labels)[together(looks[0], shares).argmax(axis=1)]
        right = told == np.array(material.labels)[both[0].truth]
        if not right.any() or not len(both[1].truth):
            continue
        seen[0] = seen[0][right]
        means, spreads = seen[0].mean(axis=0), seen[0].std(axis=0) + 1e-6
        known.append(((seen[0] - means) / spreads).mean(axis=1))
        strangers.append(((seen[1] - means) / spreads).mean(axis=1))
    show("Leaving topics out", FOLDS, FOLDS)
    if not known:
        return KEPT
    own, other = np.concatenate(known), np.concatenate(strangers)
    limits = np.quantile(own, np.linspace(0.8, MOST_KEPT, 100))
    gains = [LOST * (own < limit).mean() + (other >= limit).mean() for limit in limits]
    return float((own < limits[int(np.argmax(gains))]).mean())


def without_gaps(material: Material) -> Material:
    """The same tickets, their topics numbered without those that have none."""
    present, truth = np.unique(material.truth, return_inverse=True)
    labels = tuple(material.labels[number] for number in present.tolist())
    return replace(material, labels=labels, truth=truth.astype(np.int64))


def with_limit(strange: Strangeness, seen: Matrix, right: NDArray[np.bool_], kept: float) -> Strangeness:
    """Standardise the views on unseen tickets; the limit leaves the share `kept` of those told rightly known."""
    sound = seen[right] if right.any() else seen
    means, spreads = sound.mean(axis=0), sound.std(axis=0) + 1e-6
    limit = float(np.quantile(((sound - means) / spreads).mean(axis=1), kept))
    return Strangeness(
        strange.known, strange.turn, strange.center, strange.within, strange.topics, strange.overall, means, spreads,
        limit,
    )  # fmt: skip


def picked(encoded: Encoded, rows: Labels) -> Encoded:
    """Some of the texts."""
    tuned = None if encoded.tuned is None else encoded.tuned[rows]
    return Encoded(encoded.sentences[rows], encoded.inner[rows], (), (), tuned)


def quiet(step: str, done: int, total: int, /) -> None:
    """Show no progress."""
