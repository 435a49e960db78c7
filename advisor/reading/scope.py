"""How far a wish reaches: is it the writer's own, a colleague's or the whole firm's, and is it said for good?

Only the sentence of the wish tells, and the one before it where that speaks of somebody else. In it the last words
before the end of the wish's own clause count: "my colleague hates calls, but do ring me" is the writer's own wish. A
request to act now is the writer's too, whomever it names.
"""

from __future__ import annotations

import re
from itertools import chain

from advisor.reading.heard import Heard, Phrases
from advisor.types import Document, Span, Stance, Whose

BORDER = re.compile(r"[,;:()\n]|\s[-–—]\s|(?<!\w)(?:but|aber|pero|maar|sondern|sino)(?!\w)")
FEW_WORDS = 4  # up to which a clause may be an adverb cut off by commas: "from now on, e-mail me"


def lasts(heard: Heard, folded: str) -> bool:
    """Tell whether a wish is said for good, not for this time only."""
    own = clause_at(folded, heard.at, heard.sentence)
    words = folded[own.start : own.end]
    phrases = heard.phrases
    told = phrases.never if heard.stance is Stance.REFUSES else phrases.always
    if told.search(words) or phrases.forever.search(words):
        return True
    clauses = (folded[one.start : one.end] for one in clauses_of(folded, heard.sentence))
    return any(phrases.forever.search(one) for one in clauses if len(one.split()) <= FEW_WORDS)


def whose(heard: Heard, folded: str, document: Document) -> Whose:
    """Of whom a wish speaks."""
    end = clause_at(folded, heard.at, heard.sentence).end
    words = folded[heard.sentence.start : end]
    phrases = heard.phrases
    told = [(found.end(), kind) for kind, found in speakers(words, phrases)]
    if speaks_of_another(words, phrases) or speaks_of_another(sentence_before(heard, folded, document), phrases):
        told += [(found.end(), Whose.COLLEAGUE) for found in phrases.pronoun.finditer(words)]
    return max(told, default=(0, Whose.SELF), key=lambda one: one[0])[1]


def speakers(words: str, phrases: Phrases) -> chain[tuple[Whose, re.Match[str]]]:
    """Wherever words say of whom they speak."""
    kinds = ((Whose.COLLEAGUE, phrases.colleague), (Whose.FIRM, phrases.firm), (Whose.SELF, phrases.myself))
    return chain.from_iterable(((kind, found) for found in pattern.finditer(words)) for kind, pattern in kinds)


def speaks_of_another(words: str, phrases: Phrases) -> bool:
    """Tell whether somebody else has been named, so that "she" or "he" means them."""
    return phrases.colleague.search(words) is not None


def sentence_before(heard: Heard, folded: str, document: Document) -> str:
    """The words of the sentence before that of a wish; none before the first."""
    before = [span for span in document.sentences if span.end <= heard.sentence.start]
    return folded[before[-1].start : before[-1].end] if before else ""


def clause_at(folded: str, place: int, sentence: Span) -> Span:
    """The clause of a sentence in which a place lies."""
    return next((one for one in clauses_of(folded, sentence) if one.start <= place < one.end), sentence)


def clauses_of(folded: str, sentence: Span) -> list[Span]:
    """The parts of a sentence between commas and the like."""
    borders = list(BORDER.finditer(folded, sentence.start, sentence.end))
    starts = [sentence.start, *(found.start() for found in borders)]
    ends = [*(found.start() for found in borders), sentence.end]
    return [Span(start, end) for start, end in zip(starts, ends, strict=True)]
