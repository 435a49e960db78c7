"""Which of very many labelled rows are kept: of each topic the texts with the lowest hashes, at most so many.

So the draw does not depend on the order of the rows, is the same each time, needs little memory however long the file
is, and copies of a text are found as they come.
"""

from __future__ import annotations

import hashlib
import heapq
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from training.labelled_fields import BadRow, LabelledError, RawRow, Rows

LONGEST = 30_000  # characters; the reader of tickets reads no more of a message either
LISTED = 20  # names or rows in one note
MOST_PROBLEMS = 1000  # kept word for word; the others are counted
MOST_SPELLINGS = 50  # remembered of one topic
SLACK = 1.25  # how far memory may go over the limit before the draw is made smaller


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is kept of a file of any size."""

    topic: int = 2_000  # texts of one topic
    rows: int = 200_000  # texts in all
    characters: int = 400_000_000  # in all
    topics: int = 20_000


@dataclass(slots=True)
class Kept:
    """A text that is kept for now."""

    number: int
    texts: tuple[str, ...]
    copies: int = 1

    @property
    def size(self) -> int:
        """Its characters."""
        return sum(map(len, self.texts))


@dataclass(slots=True)
class Pile:
    """The texts of one topic with the lowest hashes."""

    spellings: Counter[str] = field(default_factory=Counter)
    texts: dict[int, Kept] = field(default_factory=dict)  # by hash
    highest: list[int] = field(default_factory=list)  # heap of negative hashes
    seen: int = 0  # rows

    def add(self, key: int, number: int, texts: tuple[str, ...], most: int) -> int:
        """Keep a text or not; gives how many characters more are kept."""
        self.seen += 1
        if key in self.texts:
            self.texts[key].copies += 1
            return 0
        if len(self.texts) >= most and key > -self.highest[0]:
            return 0
        kept = self.texts[key] = Kept(number, texts)
        heapq.heappush(self.highest, -key)
        return kept.size + self.trim(most)

    def trim(self, most: int) -> int:
        """Keep at most so many; gives how many characters more are kept, a negative number."""
        gone = 0
        while len(self.texts) > most:
            gone -= self.texts.pop(-heapq.heappop(self.highest)).size
        return gone

    @property
    def name(self) -> str:
        """The commonest spelling."""
        return min(self.spellings, key=lambda one: (-self.spellings[one], one))


class Draw:
    """Takes rows as they come and keeps a bounded number of them."""

    def __init__(self, limits: Limits, path: Path) -> None:
        self.read = self.refused = self.foreign = self.characters = 0
        self.problems: list[str] = []
        self.piles: dict[str, Pile] = {}
        self._limits, self._path = limits, path
        self._rows, self._most = limits.rows, limits.topic
        self._first_foreign = 0
        self.kept = 0

    def take(self, rows: Rows) -> None:
        """Take all rows."""
        for row in rows:
            self.read += 1
            reason = row.reason if isinstance(row, BadRow) else fault(row)
            if reason:
                self.refuse(row.number, reason)
            elif isinstance(row, RawRow):
                self.add(row)
        self.shrink(self._rows)

    def refuse(self, number: int, reason: str) -> None:
        """Put a row aside."""
        self.refused += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(f"row {number}: {reason}")

    def add(self, row: RawRow) -> None:
        """Take a good row."""
        if row.foreign:
            self.foreign += 1
            self._first_foreign = self._first_foreign or row.number
        name = unicodedata.normalize("NFKC", row.topic).strip()
        pile = self.piles.setdefault(folded(name), Pile())
        if len(self.piles) > self._limits.topics:
            raise LabelledError(
                f"{self._path}, row {row.number}: that is the topic number {len(self.piles):,}, "
                f"at most {self._limits.topics:,} can be told apart: is this column really the topic?"
            )
        if name in pile.spellings or len(pile.spellings) < MOST_SPELLINGS:
            pile.spellings[name] += 1
        before = len(pile.texts)
        texts = tuple(text[:LONGEST] for text in row.texts)
        self.characters += pile.add(text_key(row.texts), row.number, texts, self._most)
        self.kept += len(pile.texts) - before
        if self.kept > SLACK * self._rows or self.characters > SLACK * self._limits.characters:
            self.shrink(self._rows)

    def shrink(self, most: int) -> None:
        """Draw anew, so that the limits hold again: the largest topics give up most."""
        if self.characters > self._limits.characters:
            most = self._rows = min(most, int(self.kept * self._limits.characters / self.characters))
        if self.kept <= most:
            return
        self._most = min(self._most, share_of_each([len(pile.texts) for pile in self.piles.values()], most))
        for pile in self.piles.values():
            self.characters += pile.trim(self._most)
        self.kept = sum(len(pile.texts) for pile in self.piles.values())

    def notes(self) -> Iterator[str]:
        """What was joined, collapsed and drawn."""
        if self.foreign:
            yield (
                f"{counted(self.foreign, 'row')} (the first: row {self._first_foreign}) were no UTF-8 and were read as "
                "Windows-1252"
            )
        joined = [pile for pile in self.piles.values() if len(pile.spellings) > 1]
        if joined:
            yield f"topics that differ only in case or blanks are one: {listed(map(spelled, joined))}"
        copies = sum(kept.copies - 1 for pile in self.piles.values() for kept in pile.texts.values())
        if copies:
            yield f"{counted(copies, 'row')} repeat the text of another row of the same topic: each text counts once"
        drawn = [pile for pile in self.piles.values() if sum(kept.copies for kept in pile.texts.values()) < pile.seen]
        if drawn:
            largest = sorted(drawn, key=lambda pile: -pile.seen)
            names = (f"{pile.name} ({len(pile.texts):,} of {pile.seen:,} rows)" for pile in largest)
            yield f"of {counted(len(drawn), 'topic')} some texts were drawn, the same each time: {listed(names)}"


def fault(row: RawRow) -> str:
    """Why a row cannot be used; empty where it can."""
    if not any(sign.isalnum() for text in row.texts for sign in text):
        return "the text has no word" if row.texts else "the text is empty"
    return "" if row.topic.strip() else "the topic is empty"


def folded(topic: str) -> str:
    """A topic without case and blanks."""
    return " ".join(topic.casefold().split())


def text_key(texts: Sequence[str]) -> int:
    """A hash of the texts of a row, their case and blanks aside."""
    same = " ".join("\n".join(texts).casefold().split())
    digest = hashlib.blake2b(same.encode("utf-8", "replace"), digest_size=8, person=b"draw").digest()
    return int.from_bytes(digest, "big")


def share_of_each(sizes: Sequence[int], most: int) -> int:
    """The largest number so that as many of each at most make no more than `most`; at least 1."""
    low, high = 1, max(sizes, default=1)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(size, middle) for size in sizes) <= most:
            low = middle
        else:
            high = middle - 1
    return low


def spelled(pile: Pile) -> str:
    """A topic and its other spellings."""
    others = ", ".join(f"“{one}”" for one in sorted(pile.spellings) if one != pile.name)
    return f"{pile.name} (also {others})"


def listed(names: Iterable[str], *, between: str = ", ") -> str:
    """The first 20, and how many more there are."""
    found = list(names)
    more = f"{between}and {len(found) - LISTED:,} more" if len(found) > LISTED else ""
    return between.join(found[:LISTED]) + more


def counted(count: int, what: str) -> str:
    """A number and its noun."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
