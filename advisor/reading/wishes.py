"""What the customer wishes, from what the close reader marked: of contradicting words the later, choices in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from advisor.reading.close import WISHES, Said
from advisor.reading.matter import Matter
from advisor.types import Document, Quote, Span, Stance, Wish, WishChannel

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


@dataclass(frozen=True, slots=True)
class Heard:
    """A wish and the word that says it most."""

    channel: WishChannel
    stance: Stance
    probability: float
    at: int  # first character of the word, in Document.text
    sentence: Span


def read_wishes(document: Document, matter: Matter, said: Sequence[Said]) -> tuple[Wish, ...]:
    """The wishes of a ticket in the order of its words."""
    final = last_word([heard(document, matter, one) for one in said if one.label in WISHES])
    return tuple(
        Wish(
            channel=one.channel,
            stance=one.stance,
            order=1 if one.stance is Stance.REFUSES else order_of(one, final, document),
            probability=one.probability,
            quote=document.quote(one.sentence),
            author=author_at(document, one.at),
        )
        for one in final
    )


def heard(document: Document, matter: Matter, said: Said) -> Heard:
    """A wish in the document's own words."""
    channel, stance = said.label.split(":")
    at = matter.origin(said.place.start)
    return Heard(WishChannel(channel), Stance(stance), said.probability, at, document.sentence_at(at))


def last_word(all_heard: Sequence[Heard]) -> list[Heard]:
    """One wish a channel: within a sentence the surest, across sentences the latest."""
    latest: dict[WishChannel, Heard] = {}
    for one in sorted(all_heard, key=lambda one: (one.sentence.start, one.probability)):
        before = latest.get(one.channel)
        if before is None or one.stance is not before.stance or one.probability > before.probability:
            latest[one.channel] = one
    return sorted(latest.values(), key=lambda one: one.at)


def order_of(one: Heard, final: Sequence[Heard], document: Document) -> int:
    """Which choice a want is: one more for each want before it that leads to it by "otherwise" or the like."""
    wants = [other for other in final if other.stance is Stance.WANTS]
    order = 1
    for before, after in pairwise(wants):
        between = document.text[before.at : after.at]
        tail = document.text[after.at : after.sentence.end]
        ahead = document.text[before.at : before.sentence.end]
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
