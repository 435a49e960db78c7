"""The heads that read whole texts: tones, severity, moments, signals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from advisor.reading.evidence import sides
from advisor.reading.features import Places, Weights, hashed, text_features
from advisor.reading.heads import Head
from advisor.reading.pairs import expanded
from advisor.types import Moment, SignalKind, Tone
from index.encoder import Encoded, Encoder
from training.datasets import Example, asked, banking, clinc, complaints, goemotions, sentences
from training.fit import Recipe, Targets, fit_head

BITS = 15
SUREST: dict[str, float] = {SignalKind.LEGAL_THREAT: 0.4, SignalKind.DATA_LOSS: 0.4}
MOST_QUESTIONS = 1500  # of banking77 and CLINC150, as tickets without a signal
GRAVE_CATEGORIES = ("privacy/", "renewal/")
GRAVE_WORDS = re.compile(
    r"(?i)stolen|steal|lost|fraud|compromis|scam|recogni|hack|hurt|cancel|lawyer|report|ill|dead|die|suspicious"
)
MOST_COMMENTS = 16_000  # of GoEmotions, drawn at random, so that fitting stays within minutes
TONES = {
    "anger": (Tone.ANGRY,), "annoyance": (Tone.FRUSTRATED,), "disgust": (Tone.ANGRY,), "confusion": (Tone.CONFUSED,),
    "curiosity": (Tone.NEUTRAL,), "fear": (Tone.WORRIED,), "nervousness": (Tone.WORRIED,),
    "disappointment": (Tone.DISAPPOINTED,), "sadness": (Tone.DISAPPOINTED,), "disapproval": (Tone.DISAPPOINTED,),
    "grief": (Tone.DISAPPOINTED,), "gratitude": (Tone.GRATEFUL,), "joy": (Tone.PLEASED,), "admiration": (Tone.PLEASED,),
    "excitement": (Tone.PLEASED,), "relief": (Tone.PLEASED,), "approval": (Tone.PLEASED,), "love": (Tone.PLEASED,),
    "neutral": (Tone.NEUTRAL,),
}  # fmt: skip
TWEETS = {
    "anger": (Tone.ANGRY, Tone.FRUSTRATED),
    "sadness": (Tone.FRUSTRATED,),
    "joy": (Tone.PLEASED,),
    "fear": (Tone.WORRIED,),
}


def encoded(encoder: Encoder, texts: Sequence[str]) -> tuple[Encoded, list[tuple[Places, Weights]]]:
    """Texts as the heads see them."""
    return encoder.encode([expanded(text) for text in texts]), [hashed(text_features(text), BITS) for text in texts]


def targets_of(labels: Sequence[str], wanted: Sequence[Sequence[str]]) -> Targets:
    """1 where a row has a label, else 0."""
    return np.array([[float(label in row) for label in labels] for row in wanted], np.float32)


def fit_tones(encoder: Encoder) -> Head:
    """Tones, from Reddit comments (GoEmotions) and tweets to companies (X-CI)."""
    comments = goemotions("train")
    rng = np.random.default_rng(7)
    comments = [comments[row] for row in rng.choice(len(comments), MOST_COMMENTS, replace=False)]
    tweets = complaints()
    texts = [one.text for one in comments] + [row["tweet"] for row in tweets]
    wanted: list[list[str]] = [[tone for label in one.labels for tone in TONES.get(label, ())] for one in comments]
    wanted += [tweet_tones(row) for row in tweets]
    read, words = encoded(encoder, texts)
    recipe = Recipe(exclusive=False, strength=3.0, parts=2)
    return fit_head("tones", tuple(Tone), read.inner, words, targets_of(tuple(Tone), wanted), recipe)[0]


def tweet_tones(row: dict[str, str]) -> list[str]:
    """The tones of a tweet by its emotion; thanks are read from the words."""
    tones: list[str] = list(TWEETS.get(row["emotion"], ()))
    if "thank" in row["tweet"].lower() and row["label"] == "0":
        tones.append(Tone.GRATEFUL)
    return tones or [Tone.NEUTRAL]


def fit_severity(encoder: Encoder) -> Head:
    """Severity 0 to 4, from tweets to companies (X-CI)."""
    rows = complaints()
    read, words = encoded(encoder, [row["tweet"] for row in rows])
    levels = ("0", "1", "2", "3", "4")
    targets = targets_of(levels, [[row["Severity"]] for row in rows])
    return fit_head("severity", levels, read.inner, words, targets, Recipe(exclusive=True, strength=2.0, parts=2))[0]


def fit_moments(encoder: Encoder) -> Head:
    """Moments of truth, from the project's own sentences.

    Held out, the sentence vector alone, with the experience file's examples, was right in .87 of 126; with the inner
    layers beside it in .82.
    """
    rows = sentences("moments", "moment")
    read, words = encoded(encoder, [one.text for one in rows])
    targets = targets_of(tuple(Moment), [one.labels for one in rows])
    return fit_head("moments", tuple(Moment), read.sentences, words, targets, Recipe(exclusive=True, strength=3.0))[0]


def ordinary_tickets() -> list[str]:
    """Tickets and questions without a signal; those about an article on something grave are left out."""
    own = [
        one.text
        for name in ("answers", "answers_harrow")
        for one in asked(name)
        if one.articles and not any(article.startswith(GRAVE_CATEGORIES) for article in one.articles)
    ]
    rng = np.random.default_rng(7)
    public = [text for text in banking() + clinc() if not GRAVE_WORDS.search(text)]
    return own + [public[row] for row in rng.choice(len(public), MOST_QUESTIONS, replace=False)]


def fit_signals(encoder: Encoder) -> Head:
    """Signals, from the project's own sentences; most tickets have none, so ordinary tickets are further negatives."""
    rows = sentences("signals", "signals") + [Example(text, ()) for text in ordinary_tickets()]
    read, words = encoded(encoder, [one.text for one in rows])
    targets = targets_of(tuple(SignalKind), [one.labels for one in rows])
    recipe = Recipe(exclusive=False)
    head = fit_head("signals", tuple(SignalKind), sides(read), words, targets, recipe, thresholds="f2")[0]
    return replace(head, thresholds=surer(head.labels, head.thresholds))


def surer(labels: Sequence[str], thresholds: Sequence[float]) -> tuple[float, ...]:
    """Ask more certainty where anger about money or a fault alone comes near; the plain phrases need none."""
    return tuple(max(SUREST.get(label, 0.0), one) for label, one in zip(labels, thresholds, strict=True))
