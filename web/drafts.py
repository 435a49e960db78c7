"""An experience file as it is being typed: what is wrong with it, line by line, and what differs from another text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from functools import lru_cache

from advisor.decision.experience import Experience, content_of
from advisor.desk.experience_changes import Difference, differences
from advisor.errors import ExperienceError

LONGEST = 200_000  # characters of a file that is typed here
MOST_LINES = 200  # of a comparison of two texts
NAME = "experience.toml"
_FINDING = re.compile(rf"(.+?) \(in {re.escape(NAME)}, line (\d+)\): ([^\n]*)(?:\n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """What breaks a rule."""

    line: int  # 1 or more
    typed: str  # the line, as it was typed
    rule: str
    cure: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A text that was checked: the experience that it describes, or what is wrong with it."""

    text: str
    experience: Experience | None  # None = there are findings
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison."""

    kind: str  # "taken out", "new", "kept", or "place"
    text: str


def typed(text: str) -> str:
    """What a browser sent, with the line ends of the file."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def state_of(text: str) -> str:
    """Names a text, its comments included."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


@lru_cache(maxsize=8)
def checked(text: str) -> Checked:
    """Check a text; the same one is looked at several times on its way."""
    if len(text) > LONGEST:
        rule = f"the file must have at most {LONGEST:,} characters, has: {len(text):,}"
        return Checked(text, None, (Finding(1, "", rule, "shorten it"),))
    try:
        return Checked(text, Experience.parse(text, name=NAME), ())
    except ExperienceError as error:
        return Checked(text, None, tuple(_findings(text, str(error))))


def _findings(text: str, told: str) -> Iterator[Finding]:
    """The findings of an error, whose quotes may go over several lines."""
    lines = text.split("\n")
    for rule, number, cure in _FINDING.findall(told):
        line = max(1, min(int(number), len(lines)))
        yield Finding(line, lines[line - 1].strip(), rule, cure)


def changes(before: str, after: str) -> list[Difference] | None:
    """What differs in what two texts say; None where one of them is no TOML."""
    try:
        return differences(content_of(before, name="before"), content_of(after, name="after"))
    except ExperienceError:
        return None


def compared(before: str, after: str) -> list[Line]:
    """What differs between two texts, line by line, comments included; at most so many lines."""
    rows = list(unified_diff(before.split("\n"), after.split("\n"), n=2, lineterm=""))[2:]
    shown = [_line(row) for row in rows[:MOST_LINES]]
    return [*shown, Line("place", f"… and {len(rows) - MOST_LINES} more lines")] if len(rows) > MOST_LINES else shown


def _line(row: str) -> Line:
    if row.startswith("@@"):
        place = re.search(r"\+(\d+)", row)
        return Line("place", f"from line {place[1]}" if place else "")
    kind = {"-": "taken out", "+": "new"}.get(row[:1], "kept")
    return Line(kind, row[1:])
