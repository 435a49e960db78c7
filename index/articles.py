"""Articles, and the passages they are cut into.

A passage is some 160 words of one section, since the sentence model reads 256 word pieces; it carries the
article's title and the headings above it, because the text of a section alone often does not say what it
is about.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.markup import FENCE, LIST_ITEM, plain

RECIPE = 1  # raise it when articles are cut otherwise, so that they are cut and embedded anew
WORDS = 160  # of a passage
_MOST_WORDS = 240  # a single paragraph or list item may have so many before it is cut between sentences
_LEAST_WORDS = 25  # what is left of a section joins the passage before it

_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_LINK_LINE = re.compile(r"\s*(?:[-*+]|\d+[.)])?\s*!?\[[^\]]*\]\([^)]*\)[\s.,;]*$")
_RELATED = re.compile(
    r"(related|similar|see also|further|more|additional|next|recommended|useful|helpful|learn|read)\b.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Article:
    """An article as it was published."""

    id: str
    source: str  # the import it came with
    title: str
    body: str  # plain Markdown: no markup of a template or component
    url: str | None = None  # None: not known
    category: str | None = None  # None: filed under nothing
    tags: tuple[str, ...] = ()
    updated: str | None = None  # as the source writes it; None: not known

    @property
    def version(self) -> str:
        """A hash of all that a reader of the article would see change."""
        parts = (str(RECIPE), self.title, self.body, self.url or "", self.category or "")
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of one section of an article."""

    article_id: str
    version: str  # of the article
    number: int  # from 0, in reading order
    title: str  # of the article
    heading: str  # the headings above the passage, " > " between them; may be empty
    text: str

    @property
    def embedded_text(self) -> str:
        """What the encoder reads."""
        return "\n".join(part for part in (self.title, self.heading, self.text) if part)


@dataclass(frozen=True, slots=True)
class _Section:
    headings: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(line for line in self.lines if line.strip())


def cut(article: Article) -> tuple[Passage, ...]:
    """Cut an article into passages, at least one; a closing section of links is left out."""
    passages: list[Passage] = []
    for section in _without_related(_sections(article.body)):
        headings = [plain(heading) for heading in section.headings]
        heading = " > ".join(heading for heading in headings if heading and heading != article.title)
        for text in _pack(section):
            number = len(passages)
            passages.append(Passage(article.id, article.version, number, article.title, heading, text))
    return tuple(passages) or (Passage(article.id, article.version, 0, article.title, "", ""),)


def _sections(body: str) -> list[_Section]:
    """Split a body at its headings; the headings above each section go with it."""
    above: list[tuple[int, str]] = []
    sections: list[_Section] = []
    lines: list[str] = []

    def close() -> None:
        if any(line.strip() for line in lines):
            sections.append(_Section(tuple(heading for _, heading in above), tuple(lines)))
        lines.clear()

    for line, fenced in _lines(body):
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            lines.append(line)
            continue
        close()
        level = len(heading[1])
        above[:] = [(other, text) for other, text in above if other < level] + [(level, heading[2])]
    close()
    return sections


def _lines(body: str) -> Iterator[tuple[str, bool]]:
    """Go through the lines, each with whether it belongs to a fenced code block."""
    fence = ""
    for line in body.splitlines():
        mark = FENCE.match(line)
        yield line, bool(fence) or mark is not None
        if mark is not None:
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]


def _without_related(sections: list[_Section]) -> list[_Section]:
    """Drop closing sections that are headed like "Related articles" and hold mostly links."""
    kept = len(sections)
    while kept > 0 and _is_related(sections[kept - 1]):
        kept -= 1
    return sections[:kept]


def _is_related(section: _Section) -> bool:
    if not section.headings or not _RELATED.fullmatch(plain(section.headings[-1])):
        return False
    links = sum(_LINK_LINE.match(line) is not None for line in section.filled)
    return 2 * links >= len(section.filled)


def _pack(section: _Section) -> list[str]:
    """Put the blocks of a section together, as many as fit into a passage."""
    passages: list[list[str]] = []
    words = 0
    for block in _blocks(section.lines):
        count = len(block.split())
        if not passages or words + count > WORDS:
            passages.append([])
            words = 0
        passages[-1].append(block)
        words += count
    if len(passages) > 1 and words < _LEAST_WORDS:
        passages[-2].extend(passages.pop())
    return ["\n".join(passage) for passage in passages]


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    """Go through the paragraphs, list items and code blocks, as plain text; overlong ones in parts."""
    block: list[str] = []
    gap = False
    for line, fenced in _lines("\n".join(lines)):
        inside = fenced and bool(block) and FENCE.match(block[0]) is not None
        if not line.strip() and not fenced:
            gap = True
            continue
        if block and not inside and _starts_block(line, block, gap=gap, fenced=fenced):
            yield from _parts(block)
            block = []
        block.append(line)
        gap = False
    yield from _parts(block)


def _starts_block(line: str, block: Sequence[str], *, gap: bool, fenced: bool) -> bool:
    """Tell whether a line begins a block: what is indented under a list item belongs to it."""
    in_item = LIST_ITEM.match(block[0]) is not None
    if in_item and line.startswith(("  ", "\t")):
        return False
    return gap or fenced or FENCE.match(block[0]) is not None or LIST_ITEM.match(line) is not None


def _parts(block: Sequence[str]) -> Iterator[str]:
    """Give a block as plain text, cut between sentences or lines where it is far too long."""
    text = plain("\n".join(block)) if block else ""
    if not text:
        return
    if len(text.split()) <= _MOST_WORDS:
        yield text
        return
    separator = "\n" if FENCE.match(block[0]) else " "
    pieces = text.split("\n") if separator == "\n" else _SENTENCE_END.split(text)
    part: list[str] = []
    for piece in (short for sentence in pieces for short in _short(sentence)):
        if part and len(separator.join([*part, piece]).split()) > WORDS:
            yield separator.join(part)
            part = []
        part.append(piece)
    yield separator.join(part)


def _short(sentence: str) -> Iterator[str]:
    """Cut a sentence without end between words."""
    words = sentence.split(" ")
    if len(words) <= WORDS:
        yield sentence
        return
    for start in range(0, len(words), WORDS):
        yield " ".join(words[start : start + WORDS])
