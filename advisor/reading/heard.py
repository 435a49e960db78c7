"""Wishes as they are heard, before they are weighed against each other: the last word counts, choices have an order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from advisor.types import Document, Span, Stance, WishChannel


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of a language that order wishes, make them last, or tell whose they are; for folded text."""

    next: re.Pattern[str]  # lead to the next choice
    first: re.Pattern[str]  # mark the first choice
    never: re.Pattern[str]  # in the clause of a refusal: it is for good
    always: re.Pattern[str]  # in the clause of a want: it is for good
    forever: re.Pattern[str]  # either is for good
    colleague: re.Pattern[str]  # somebody else wishes
    pronoun: re.Pattern[str]  # the same person goes on wishing
    firm: re.Pattern[str]  # the whole company wishes
    myself: re.Pattern[str]  # the writer speaks of themselves again


@dataclass(frozen=True, slots=True)
class Heard:
    """A wish and the word that says it most."""

    channel: WishChannel
    stance: Stance
    probability: float
    at: int  # first character of the word, in Document.text
    sentence: Span
    phrases: Phrases  # of the language that it was said in


def last_word(all_heard: Sequence[Heard]) -> list[Heard]:
    """One wish a channel: within a sentence the surest, across sentences the latest."""
    latest: dict[WishChannel, Heard] = {}
    for one in sorted(all_heard, key=lambda one: (one.sentence.start, one.probability)):
        before = latest.get(one.channel)
        if before is None or one.stance is not before.stance or one.probability > before.probability:
            latest[one.channel] = one
    return sorted(latest.values(), key=lambda one: one.at)


def order_of(one: Heard, final: Sequence[Heard], folded: str) -> int:
    """Which choice a want is: one more for each want before it that leads to it by "otherwise" or the like."""
    if one.stance is Stance.REFUSES:
        return 1
    wants = [other for other in final if other.stance is Stance.WANTS]
    order = 1
    for before, after in pairwise(wants):
        between = folded[before.at : after.at]
        tail = folded[after.at : after.sentence.end]
        ahead = folded[before.at : before.sentence.end]
        phrases = after.phrases
        next_choice = phrases.next.search(between) or phrases.next.search(tail.split(",")[0].split(".")[0])
        order += bool(next_choice or (phrases.first.search(ahead[: len(between)]) and len(between) < 60))
        if after is one:
            return order
    return 1


def author_at(document: Document, place: int) -> str | None:
    """Who wrote the words at a place, where that is not the ticket's customer."""
    for span, author in zip(document.messages, document.authors, strict=True):
        if span.start <= place < span.end:
            return author
    return None
