"""The words in a ticket's text that were read as a wish, a signal or a failure, cut out so that a page marks them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from advisor.advise import Advice
from advisor.decision.wording import SIGNAL, WISH
from advisor.types import Quote, Span, Stance


class MarkKind(StrEnum):
    """What the marked words were read as."""

    WISH = "wish"
    SIGNAL = "signal"
    FAILURE = "failed article"
    MATTER = "second matter"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A stretch of the text, and what it was read as."""

    start: int  # offset into Document.text
    end: int
    kind: MarkKind
    label: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text that is marked alike from its first to its last character."""

    text: str
    kinds: tuple[MarkKind, ...] = ()  # empty = not marked
    labels: tuple[str, ...] = ()  # of the marks that end with this piece
    deciding: bool = False  # whether the deciding reason quotes it


def marks_of(advice: Advice) -> tuple[Mark, ...]:
    """The marks of a ticket in the order of its text; a quote that does not stand in the text is left out."""
    text = advice.document.text
    found = {mark for mark in _quoted(advice) if 0 <= mark.start < mark.end <= len(text)}
    return tuple(sorted(found))


def _quoted(advice: Advice) -> Iterator[Mark]:
    evidence = advice.evidence
    for wish in evidence.wishes:
        verb = "wants" if wish.stance is Stance.WANTS else "does not want"
        yield from _mark(wish.quote, MarkKind.WISH, f"{verb} {WISH[wish.channel]}")
    for signal in evidence.signals:
        yield from _mark(signal.quote, MarkKind.SIGNAL, SIGNAL[signal.kind])
    for failure in evidence.failures:
        yield from _mark(failure.quote, MarkKind.FAILURE, "tried, did not help")
    yield from _mark(evidence.two_matters, MarkKind.MATTER, "another matter")


def _mark(quote: Quote | None, kind: MarkKind, label: str) -> Iterator[Mark]:
    if quote is not None:
        yield Mark(quote.start, quote.end, kind, label)


def segments(text: str, marks: Iterable[Mark], *, span: Span, deciding: str | None = None) -> tuple[Segment, ...]:
    """Cut a span of the text wherever a mark begins or ends; the pieces put together are the span again."""
    inside = [mark for mark in marks if mark.start < span.end and mark.end > span.start]
    borders = {span.start, span.end}
    for mark in inside:
        borders |= {max(mark.start, span.start), min(mark.end, span.end)}
    cuts = sorted(borders)
    return tuple(_segment(text, start, end, inside, deciding) for start, end in pairwise(cuts))


def _segment(text: str, start: int, end: int, marks: list[Mark], deciding: str | None) -> Segment:
    over = [mark for mark in marks if mark.start < end and mark.end > start]
    return Segment(
        text[start:end],
        tuple(dict.fromkeys(mark.kind for mark in over)),
        tuple(dict.fromkeys(mark.label for mark in over if mark.end == end)),
        deciding is not None and any(text[mark.start : mark.end] == deciding for mark in over),
    )
