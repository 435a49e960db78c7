"""What the customer wishes: grammar marks and describes the words, a learned head tells wants from refusals from talk.

Beside the features of `mentions.py` the head sees the word in its context, as the sentence encoder's middle and final
layers hold it: "not", "rather than" and "if you must" have left their mark on the word by then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from advisor.reading.features import Places, Weights, hashed
from advisor.reading.heads import Head, Matrix, checked, load_head
from advisor.reading.mentions import ABOUT, Mention, MentionKind
from advisor.types import Document, Quote, Span, Stance, Wish, WishChannel
from index.encoder import Encoder, Tokens

NONE = "none"
LABELS = (NONE, *(f"{channel}:{stance}" for channel in WishChannel for stance in Stance))
KINDS = tuple(MentionKind)
LIVE = frozenset({WishChannel.PHONE, WishChannel.CHAT})

NEXT_CHOICE = re.compile(
    r"(?i)(?<!\w)(?:otherwise|else|failing that|if (?:not|that|it|there|this|no|nobody|you|i|we|none)\b.*|"
    r"then|second(?:ly)?|2nd|"
    r"at a pinch|last resort|if you must|fall-?back|back-?up|after that|third|3rd|in case|should (?:that|it|this)\b.*|"
    r"or (?:perhaps|maybe|at least)|but (?:i )?can (?:also )?do|next best|plan b)(?!\w)"
)
FIRST_CHOICE = re.compile(
    r"(?i)(?<!\w)(?:first|1st|to start with|to begin with|start with|preferably|ideally|initially|best)(?!\w)"
)
MATTER = re.compile(
    r"(?i)\b(?:for|about|on|regarding|concerning|with) (?:the|my|our|a|an) ([a-z][\w-]*(?: (?!and\b|but\b|"
    r"please\b|or\b)[a-z][\w-]*)?)"
)


@dataclass(frozen=True, slots=True, eq=False)
class WishHead:
    """A head over mentions, and the projection of a word's vectors that it looks at."""

    head: Head
    center: Matrix  # (3 × dimension,)
    axes: Matrix  # (components, 3 × dimension)

    @classmethod
    def load(cls, folder: Path, *, encoder: str) -> WishHead:
        """Load the shipped or trained head."""
        arrays = checked(folder / "wishes_axes.npz")
        return cls(
            load_head("wishes", folder, encoder=encoder),
            arrays["center"].astype(np.float32),
            arrays["axes"].astype(np.float32),
        )

    def chances(self, mentions: Sequence[Mention], vectors: Matrix) -> Matrix:
        """Probabilities of LABELS, (n, labels); what a word cannot be about has none."""
        projected = (unit(vectors) - self.center) @ self.axes.T
        dense = conjoined(mentions, projected.astype(np.float32))
        chances = self.head.probabilities(dense, sparse(mentions, self.head.bits)) * allowed(mentions)
        shares: Matrix = chances / chances.sum(axis=1, keepdims=True)
        return shares


def sparse(mentions: Sequence[Mention], bits: int) -> list[tuple[Places, Weights]]:
    """The hashed features of mentions."""
    return [hashed(mention.features, bits) for mention in mentions]


def conjoined(mentions: Sequence[Mention], projected: Matrix) -> Matrix:
    """A projected vector once for all kinds of mention and once for its own: (n, (1 + kinds) × components + kinds)."""
    projected = unit(projected) * 2
    count, components = projected.shape
    own = np.zeros((count, len(KINDS), components), np.float32)
    kinds = np.zeros((count, len(KINDS)), np.float32)
    for row, mention in enumerate(mentions):
        own[row, KINDS.index(mention.kind)] = 0.7 * projected[row]
        kinds[row, KINDS.index(mention.kind)] = 1
    return np.hstack([projected, kinds, own.reshape(count, -1)])


def allowed(mentions: Sequence[Mention]) -> Matrix:
    """Which of LABELS each mention may have: (n, labels), 0 or 1."""
    rows = [[label == NONE or label.split(":")[0] in ABOUT[mention.kind] for label in LABELS] for mention in mentions]
    return np.array(rows, np.float32)


def unit(vectors: Matrix) -> Matrix:
    """Rows of length 1."""
    scaled: Matrix = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return scaled


def mention_vectors(document: Document, mentions: Sequence[Mention], encoder: Encoder) -> Matrix:
    """The vectors of each mention's word in its sentence: middle and final layer, and the sentence's mean."""
    sentences = list(dict.fromkeys(mention.sentence for mention in mentions))
    plain = {span: " ".join(document.text[span.start : span.end].split()) for span in sentences}
    tokens = dict(zip(sentences, encoder.encode_tokens([plain[span] for span in sentences]), strict=True))
    rows = [word_vector(document, mention, tokens[mention.sentence]) for mention in mentions]
    return np.stack(rows) if rows else np.zeros((0, 3 * encoder.dimension), np.float32)


def word_vector(document: Document, mention: Mention, tokens: Tokens) -> Matrix:
    """The mean over a word's pieces; a word beyond the encoder's window has zeros."""
    before = document.text[mention.sentence.start : mention.span.start]
    start = len(" ".join(f"{before}x".split())) - 1
    end = start + mention.span.end - mention.span.start
    pieces = (tokens.spans[:, 1] > start) & (tokens.spans[:, 0] < end)
    if not pieces.any():
        return np.zeros(3 * tokens.vectors.shape[1], np.float32)
    parts = (tokens.middle[pieces].mean(axis=0), tokens.vectors[pieces].mean(axis=0), tokens.vectors.mean(axis=0))
    joined: Matrix = np.concatenate(parts)
    return joined


@dataclass(frozen=True, slots=True)
class Heard:
    """A mention that is a wish."""

    mention: Mention
    channel: WishChannel
    stance: Stance
    probability: float


def read_wishes(document: Document, mentions: Sequence[Mention], vectors: Matrix, head: WishHead) -> tuple[Wish, ...]:
    """The wishes of a ticket: of two contradicting ones the later words rule; choices in their order."""
    heard = list(said(mentions, head.chances(mentions, vectors), head.head.thresholds)) if mentions else []
    final = without_shadows(last_word(heard))
    return tuple(
        Wish(
            channel=one.channel,
            stance=one.stance,
            order=1 if one.stance is Stance.REFUSES else order_of(one, final, document),
            probability=round(one.probability, 4),
            quote=document.quote(one.mention.sentence),
            author=author_at(document, one.mention.span.start),
        )
        for one in final
    )


def said(mentions: Sequence[Mention], chances: Matrix, thresholds: Sequence[float]) -> Iterator[Heard]:
    """The mentions whose likeliest wish reaches its threshold."""
    for mention, row in zip(mentions, chances, strict=True):
        best = 1 + int(np.argmax(row[1:]))
        if row[best] >= thresholds[best]:
            channel, stance = LABELS[best].split(":")
            yield Heard(mention, WishChannel(channel), Stance(stance), float(row[best]))


def last_word(heard: Sequence[Heard]) -> list[Heard]:
    """One wish a channel: within a sentence the surest, across sentences the latest."""
    by_sentence: dict[tuple[WishChannel, Span], Heard] = {}
    for one in heard:
        key = (one.channel, one.mention.sentence)
        if key not in by_sentence or one.probability > by_sentence[key].probability:
            by_sentence[key] = one
    latest: dict[WishChannel, Heard] = {}
    for one in by_sentence.values():
        before = latest.get(one.channel)
        if before is None or one.stance is not before.stance or one.probability > before.probability:
            latest[one.channel] = one
    return sorted(latest.values(), key=lambda one: one.mention.span.start)


def without_shadows(heard: Sequence[Heard]) -> list[Heard]:
    """Drop "a person" where the same sentence names the way to that person: someone who calls is a call."""
    ways = {(one.mention.sentence, one.stance) for one in heard if one.channel in LIVE}
    return [
        one for one in heard if one.channel is not WishChannel.PERSON or (one.mention.sentence, one.stance) not in ways
    ]


def order_of(one: Heard, heard: Sequence[Heard], document: Document) -> int:
    """Which choice a want is: one more for each want before it that leads to it by "otherwise" or the like."""
    wants = [other for other in heard if other.stance is Stance.WANTS]
    order = 1
    for before, after in pairwise(wants):
        between = document.text[before.mention.span.end : after.mention.span.start]
        tail = document.text[after.mention.span.end : after.mention.sentence.end]
        ahead = document.text[before.mention.span.end : before.mention.sentence.end]
        next_choice = NEXT_CHOICE.search(between) or NEXT_CHOICE.search(tail.split(",")[0].split(".")[0])
        order += bool(next_choice or (FIRST_CHOICE.search(ahead[: len(between)]) and len(between) < 60))
        if after is one:
            return order
    return 1


def second_matter(document: Document, wishes: Sequence[Wish]) -> Quote | None:
    """The words on the second of two matters that are wished differently: "a link for X, and call me about Y"."""
    wants = [wish for wish in wishes if wish.stance is Stance.WANTS and wish.order == 1 and wish.quote is not None]
    alone = [wish for wish in wants if wish.channel is WishChannel.SELF_SERVICE]
    helped = [wish for wish in wants if wish.channel is not WishChannel.SELF_SERVICE]
    for one in alone:
        for other in helped:
            first, second = sorted((one, other), key=lambda wish: wish.quote.start if wish.quote else 0)
            if first.quote is None or second.quote is None:
                continue
            same = first.quote == second.quote
            matters = [MATTER.findall(wish.quote.text) for wish in (first, second) if wish.quote]
            named = matters[0][:2] if same else [part[0] for part in matters if part]
            if len(named) == 2 and not set(named[0].lower().split()) & set(named[1].lower().split()):
                return second.quote
    return None


def author_at(document: Document, place: int) -> str | None:
    """Who wrote the words at a place, where that is not the ticket's customer."""
    for span, author in zip(document.messages, document.authors, strict=True):
        if span.start <= place < span.end:
            return author
    return None
