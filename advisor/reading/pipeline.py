"""The only file that loads spaCy: its English tokenizer, and sentences by rule.

spaCy imports torch wherever it is installed, which takes seconds; nothing here needs it, so it is hidden meanwhile.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from advisor.types import Span

if TYPE_CHECKING:
    from spacy.language import Language

UNBROKEN = re.compile(r"\S{300}")
"""The tokenizer takes time in the square of a word's length; a line with such a word is one sentence."""


@contextmanager
def without_torch() -> Iterator[None]:
    """Hide torch from what is imported inside, unless it is loaded already."""
    hidden = "torch" not in sys.modules
    if hidden:
        sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hidden:
            del sys.modules["torch"]


@cache
def sentencizer() -> Language:
    """Sentence ends by punctuation, on the same tokenizer."""
    with without_torch():
        import spacy

        language = spacy.blank("en")
    language.max_length = 10_000_000
    language.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", "…", "。", "！", "？"]})
    return language


def sentence_spans(text: str) -> tuple[Span, ...]:
    """Where each sentence stands; a line break ends one, too."""
    spans = []
    for line in lines(text):
        if UNBROKEN.search(text, line.start, line.end):
            spans.append(line)
            continue
        doc = sentencizer()(text[line.start : line.end])
        spans += whole(text, [Span(line.start + part.start_char, line.start + part.end_char) for part in doc.sents])
    return tuple(spans)


def whole(text: str, sentences: Sequence[Span]) -> Iterator[Span]:
    """The sentences of a line; a bracket that opens at the end of one, as of `[PHONE]`, begins the next."""
    opened = 0
    for number, span in enumerate(sentences):
        start, end = span.start - opened, span.end
        kept = text[start:end].rstrip()
        opened = 0
        if number + 1 < len(sentences) and kept.endswith("["):
            opened = sentences[number + 1].start - (start + len(kept) - 1)
            end = start + len(kept[:-1].rstrip())
        if end > start:
            yield Span(start, end)


def lines(text: str) -> Iterator[Span]:
    """The paragraphs of a text: lines that end a sentence or stand alone; wrapped lines stay together."""
    start = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        if line.strip():
            yield Span(start, start + len(line.rstrip()))
        start = end
