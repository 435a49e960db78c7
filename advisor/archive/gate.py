"""What a fast run spares: the search for articles, where no article would change what is advised.

Two ways to know. By the rules: advised with a perfect article and with none, the ticket comes out the same. And by a
gate, fitted on a pilot of the archive itself that was read in full: it guesses from a ticket's vector how likely the
best article answers; where that falls short of what is needed by so much that all but a few in a thousand of the pilot
would be advised the same, no article is taken to fit. Where a customer wishes for self-service it has no say.

Words, wishes, signals and heads are always read in full. A gate on the encoder's lower layers, which would spare its
upper ones too, tells half as many tickets at the same error, and without the heads every fifth queue is another one.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from advisor.decision.case import Case
from advisor.decision.costs import needed_by_cost
from advisor.decision.experience import Experience
from advisor.decision.outline import outline_of
from advisor.reading.evidence import SPARED
from advisor.reading.heads import Matrix
from advisor.reading.pairs import Question
from advisor.types import Candidate, Evidence, Promise, WishChannel, WishSource
from index.knowledge import KnowledgeBase

WRONG = 0.005  # the share of tickets advised otherwise that must not be passed
DOUBT = 0.05  # the chance that it is passed all the same
NEAREST = 20  # passages whose likeness is looked at
SPREAD = 10.0  # brings likenesses to the scale of the whole vector
FOLDS = 5
FARTHEST = 2.5  # log-odds; beyond it matters no more how likely an article answers
DIGEST = 32  # bytes in front of a kept gate, of the SHA-256 of the rest
PERFECT = Candidate(
    id="",
    version="",
    title="",
    url=None,
    category=None,
    passage_number=0,
    passage="",
    similarity=1.0,
    lexical=1.0,
    score=1.0,
)
Flags = NDArray[np.bool_]


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted gate; with no weights it lets every ticket through to the search."""

    experience: str  # fingerprints of what it was fitted for
    promise: str
    weights: bytes = b""  # float32, (features,)
    offset: float = 0.0
    below: float = -math.inf  # log-odds by which an article's chance must fall short of what is needed
    pilot: int = 0  # tickets that it was fitted on
    wrong: int = 0  # of them, in cross-validation, those that it would have had advised otherwise

    def shuts(self, features: Matrix, *, needed: float) -> bool:
        """Whether no article is taken to fit a ticket of these features; `needed` is what p_resolve must reach."""
        if not self.weights:
            return False
        guess = float(np.frombuffer(self.weights, np.float32) @ features) + self.offset
        return guess - odds(needed) < self.below

    def packed(self) -> bytes:
        """As bytes that say whether they are whole."""
        content = msgspec.msgpack.encode(self)
        return hashlib.sha256(content).digest() + content

    @classmethod
    def unpacked(cls, kept: bytes) -> Gate | None:
        """A gate of its bytes; None where they are damaged."""
        if hashlib.sha256(kept[DIGEST:]).digest() != kept[:DIGEST]:
            return None
        return msgspec.msgpack.decode(kept[DIGEST:], type=cls)


class Spared:
    """Tells which tickets need no search, by the experience file and promise in force and a gate."""

    def __init__(self, experience: Experience, promise: Promise, gate: Gate | None) -> None:
        self._experience = experience
        self._promise = promise
        self._gate = gate

    def spares(self, evidence: Evidence, question: Question, knowledge: KnowledgeBase, /) -> bool:
        """Whether no article would change the advice: for certain by the rules, else by the gate."""
        case = Case.of(evidence, self._experience, self._promise)
        if hangs_on_topic(case):
            return False
        if is_settled(case):
            return True
        if self._gate is None or wishes_for_article(case):
            return False
        return self._gate.shuts(features(question, knowledge), needed=needed_by_cost(case))


def is_spared(evidence: Evidence) -> bool:
    """Whether this evidence was made without a search."""
    return evidence.models.endswith(SPARED)


def hangs_on_topic(case: Case) -> bool:
    """Whether a topic has a say that only the search would tell: where the file names topics, and for wishes.

    A wish on file may be for one topic; one that is said here, once, is put on file for the topic of the ticket.
    """
    if case.evidence.topic.label is not None:
        return False
    file = case.experience
    if file.never_deflect.topics or any(queue.topics for queue in file.queues.values()):
        return True
    return any(
        wish.topic is not None or (wish.source is WishSource.TICKET and not wish.lasting)
        for wish in case.evidence.wishes
    )


def is_settled(case: Case) -> bool:
    """Whether a perfect article and none lead to the same advice; then so does every one between."""
    perfect = replace(case.evidence, candidates=(PERFECT,), p_resolve=1.0)
    return advised(case) == advised(Case(perfect, case.experience, case.promise, case.will))


def advised(case: Case) -> tuple[object, ...]:
    """What is advised, as far as an article could change it."""
    outline = outline_of(case)
    return outline.rule, outline.action, outline.channel, outline.queue, outline.unmet


def wishes_for_article(case: Case) -> bool:
    """Whether the customer wishes for self-service, in the ticket or on file."""
    return any(wish.channel is WishChannel.SELF_SERVICE for wish in case.will.asks)


def features(question: Question, knowledge: KnowledgeBase) -> Matrix:
    """How a ticket looks to the gate, (features,): its vector, and how near the nearest passages are."""
    near = np.array(knowledge.nearness(question.vector, k=NEAREST), np.float32)
    likeness = SPREAD * np.array([near[0], near[1], near[:5].mean(), near.mean()], np.float32)
    return np.concatenate([question.vector.reshape(-1), likeness]).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """The tickets of a pilot that the rules alone do not settle, and that wish for no article."""

    features: Matrix  # (n, features)
    fits: Matrix  # (n,), log-odds that the best article answers, -FARTHEST to FARTHEST
    bars: Matrix  # (n,), log-odds of what is needed
    changed: Flags  # (n,), whether the advice without a search would be another one
    pilot: int  # all tickets of the pilot, these among them


def fitted(examples: Examples, experience: Experience, promise: Promise) -> Gate:
    """A gate, its threshold chosen by cross-validation; one that shuts for nobody where no threshold is safe."""
    shut_for_nobody = Gate(experience=experience.fingerprint, promise=promise.fingerprint, pilot=examples.pilot)
    allowed = most_wrong(examples.pilot)
    if allowed is None or len(examples.fits) < FOLDS * 2:
        return shut_for_nobody
    below, wrong = threshold(held_out(examples) - examples.bars, examples.changed, allowed)
    weights, offset = ridge(examples.features, examples.fits)
    return msgspec.structs.replace(
        shut_for_nobody, weights=weights.astype(np.float32).tobytes(), offset=offset, below=below, wrong=wrong
    )


def most_wrong(pilot: int) -> int | None:
    """How many of a pilot may be advised otherwise; None where it is too small to tell.

    The most for which the upper end of the one-sided exact interval (Clopper, Pearson 1934) stays within WRONG.
    """
    chance, found = 0.0, None
    for wrong in range(int(WRONG * pilot) + 1):
        chance += math.comb(pilot, wrong) * WRONG**wrong * (1 - WRONG) ** (pilot - wrong)
        if chance > DOUBT:
            break
        found = wrong
    return found


def threshold(scores: Matrix, changed: Flags, allowed: int) -> tuple[float, int]:
    """The score below which no more than `allowed` are advised otherwise, and how many are.

    One is kept in reserve: the threshold is the score of the last one allowed, which itself stays out.
    """
    errors = np.sort(scores[changed])
    if not len(errors):
        return -math.inf, 0
    last = min(max(allowed - 1, 0), len(errors) - 1)
    return float(errors[last]), last


def held_out(examples: Examples) -> Matrix:
    """The log-odds guessed for each ticket, (n,), by a fit on the other folds."""
    guesses = np.zeros(len(examples.fits), np.float32)
    fold = np.arange(len(guesses)) % FOLDS
    for number in range(FOLDS):
        rest, held = fold != number, fold == number
        weights, offset = ridge(examples.features[rest], examples.fits[rest])
        guesses[held] = examples.features[held] @ weights + offset
    return guesses


def ridge(features: Matrix, fits: Matrix) -> tuple[Matrix, float]:
    """Weights, (features,), and offset of a ridge regression; the penalty is the rows' mean squared length."""
    middle, level = features.mean(axis=0), float(fits.mean())
    rows = features - middle
    penalty = float((rows * rows).sum(axis=1).mean())
    squares = (rows.T @ rows).astype(np.float64)
    squares[np.diag_indices_from(squares)] += penalty
    weights = np.linalg.solve(squares, (rows.T @ (fits - level)).astype(np.float64)).astype(np.float32)
    return weights, level - float(weights @ middle)


def odds(chance: float) -> float:
    """Log-odds of a chance, kept finite."""
    within = min(0.999, max(0.001, chance))
    return math.log(within / (1 - within))
