"""The heads of how a ticket sounds, tones and severity, over the branch of `advisor/reading/feeling.py`.

The branch and the emotions are fitted on the training split of GoEmotions. The heads are fitted on what the branch has
not seen: the dev split, tweets to companies (X-CI), and the project's own tickets, most of them calm. Letters are put
together from those tickets, some with an upset sentence among them: without letters, a head that knows comments alone
hears anger in a long calm text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from advisor.reading.features import Places, Weights, hashed, text_features
from advisor.reading.feeling import Feeling, beside
from advisor.reading.heads import Head, Matrix, sigmoid
from advisor.reading.matter import expanded
from advisor.types import Tone
from index.encoder import Encoder
from index.progress import Progress, silent
from training.datasets import Example, asked, complaints, goemotions, sentences
from training.feeling import AT_ONCE, expected_threshold, fit_emotions, read_pieces
from training.fit import SEED, Recipe, Targets, calibrate, fit_head
from training.texts import BITS, TONES, targets_of, tweet_tones

LETTERS = 150  # calm ones, and as many with an upset sentence
CALM = 300  # single tickets
LONGEST = 6  # tickets in one letter
LEVELS = ("0", "1", "2", "3", "4")
Words = list[tuple[Places, Weights]]


def fit_feeling(encoder: Encoder, *, progress: Progress = silent) -> tuple[Feeling, Head]:
    """The branch, and the head of GoEmotions' 28 emotions and Ekman's seven; thresholds and calibration from dev."""
    train, dev = goemotions("train"), goemotions("dev")
    emotions = emotion_names(train)
    pieces = [read_pieces(encoder, [one.text for one in part], progress=progress) for part in (train, dev)]
    wanted = [targets_of(emotions, [one.labels for one in part]) for part in (train, dev)]
    return fit_emotions(pieces[0], wanted[0], pieces[1], wanted[1], emotions, progress=progress)


def emotion_names(comments: Sequence[Example]) -> tuple[str, ...]:
    """The emotions of comments by name, neutral last."""
    names = {label for one in comments for label in one.labels}
    return (*sorted(names - {"neutral"}), "neutral")


def features(encoder: Encoder, feeling: Feeling, texts: Sequence[str]) -> tuple[Matrix, Matrix, Words]:
    """What the heads look at: the branch's vectors (n, size), the inner layers, and hashed words."""
    felt, inner, words = [], [], []
    for start in range(0, len(texts), AT_ONCE):
        some = [expanded(text) for text in texts[start : start + AT_ONCE]]
        read = encoder.encode(some, tokens=True)
        felt.append(feeling.vectors(read.tokens))
        inner.append(read.inner)
        words += [hashed(text_features(text), BITS) for text in some]
    return np.concatenate(felt), np.concatenate(inner), words


def fit_tones(encoder: Encoder, feeling: Feeling) -> Head:
    """Tones, from comments, tweets and tickets that the branch was not fitted on.

    Every second tweet counts as frustrated, by a wider word than that of the comments; so tweets help to tell tones
    apart, but how likely a tone is rests on comments, tickets and letters alone. With the tweets counted in, frustrated
    had a Brier skill of -.13 on other comments.
    """
    comments, tickets, tweets = goemotions("dev"), calm_tickets(), complaints()
    rows = [Example(one.text, mapped(one)) for one in comments]
    upset = [one for one in rows if one.labels and Tone.NEUTRAL not in one.labels]
    rows += [Example(text, (Tone.NEUTRAL,)) for text in tickets[:CALM]]
    rows += letters(tickets[CALM:], upset)
    counted = len(rows)
    rows += [Example(row["tweet"], tuple(tweet_tones(row))) for row in tweets]
    felt, _, words = features(encoder, feeling, [one.text for one in rows])
    wanted = targets_of(tuple(Tone), [one.labels for one in rows])
    head, held = fit_head("tones", tuple(Tone), felt, words, wanted, Recipe(exclusive=False, strength=1.0))
    return recalibrated(head, held[:counted], wanted[:counted])


def recalibrated(head: Head, chances: Matrix, targets: Targets) -> Head:
    """The head, made to mean what it says on rows of which it gave these chances without having seen them."""
    held = np.clip(chances, 1e-6, 1 - 1e-6)
    scores = np.log(held / (1 - held)).astype(np.float32)
    slope, offset = calibrate(scores, targets, exclusive=False)
    thresholds = tuple(expected_threshold(column) for column in sigmoid(scores * slope + offset).T)
    return replace(head, slope=head.slope * slope, offset=head.offset * slope + offset, thresholds=thresholds)


def fit_severity(encoder: Encoder, feeling: Feeling) -> Head:
    """Severity 0 to 4, from tweets to companies (X-CI), calm tickets and letters."""
    tickets = calm_tickets()
    rows = [Example(row["tweet"], (row["Severity"],)) for row in complaints()]
    rows += [Example(text, ("0",)) for text in tickets[:CALM]]
    rows += [Example(one.text, ("0",)) for one in letters(tickets[CALM:], [])]
    felt, inner, words = features(encoder, feeling, [one.text for one in rows])
    wanted = targets_of(LEVELS, [one.labels for one in rows])
    return fit_head("severity", LEVELS, beside(felt, inner), words, wanted, SEVERITY)[0]


SEVERITY = Recipe(exclusive=True, strength=2.0)


def mapped(comment: Example) -> tuple[str, ...]:
    """The tones of a comment's emotions."""
    return tuple(dict.fromkeys(tone for label in comment.labels for tone in TONES.get(label, ())))


def calm_tickets() -> list[str]:
    """The project's own tickets in random order, the same each time."""
    found = [one.text for name in ("answers", "answers_harrow") for one in asked(name)]
    found += [one.text for one in sentences("moments", "moment")]
    return [found[at] for at in np.random.default_rng(SEED).permutation(len(found)).tolist()]


def letters(tickets: Sequence[str], upset: Sequence[Example]) -> list[Example]:
    """Letters of two to six tickets, no ticket twice: calm ones in turns with ones that hold an upset sentence."""
    rng = np.random.default_rng(SEED)
    chosen = [upset[at] for at in rng.permutation(len(upset))[:LETTERS].tolist()]
    sizes = rng.integers(2, LONGEST + 1, LETTERS + len(chosen))
    made, start = [], 0
    for number, size in enumerate(sizes[np.cumsum(sizes) <= len(tickets)].tolist()):
        parts = list(tickets[start : start + size])
        start += size
        labels: tuple[str, ...] = (Tone.NEUTRAL,)
        if number % 2 and number // 2 < len(chosen):
            sentence = chosen[number // 2]
            parts.insert(int(rng.integers(0, size + 1)), sentence.text)
            labels = sentence.labels
        made.append(Example("\n".join(parts), labels))
    return made
