"""Reads one table of the experience file and notes every finding, so that all of them can be mended at once.

Each asking method notes what breaks the rule and returns a stand-in; a file with findings is never used, so no stand-in
gets further than the end of the reading.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta, tzinfo
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from advisor.decision.toml_lines import Path, TomlLines
from advisor.errors import ExperienceError

_Member = TypeVar("_Member", bound=StrEnum)
_DURATION = re.compile(r"(?:(\d{1,4})h)? ?(?:(\d{1,5})m)?")


class Findings:
    """Everything that is wrong with one file."""

    def __init__(self, text: str, *, name: str) -> None:
        self._name = name
        self._lines = TomlLines(text)
        self._found: list[tuple[int, str]] = []

    def note(self, path: Path, rule: str, came: object, cure: str, *, value: object = None) -> None:
        """One more finding: what the rule is, what came, where, and what to do."""
        line = self._lines.find(path, value=came if value is None else value)
        text = f"{'.'.join(path)} {rule}, was: {_shown(came)} (in {self._name}, line {line}): {cure}"
        self._found.append((line, text))

    def raise_if_any(self) -> None:
        """Raises ExperienceError with all findings, a line each, in the order of the file."""
        if self._found:
            raise ExperienceError("\n".join(text for _, text in sorted(self._found)))


class Section:
    """One table; knows which keys were asked for, so that `close` can name the rest."""

    def __init__(self, content: object, path: Path, findings: Findings) -> None:
        self.path = path
        self.findings = findings
        self._asked: set[str] = set()
        self._noted: set[str] = set()
        if not isinstance(content, dict):
            self.note((), "must be a table", content, f"write it as [{'.'.join(path)}] with its keys below")
            content = {}
        self._content: dict[str, object] = content

    def note(self, below: Path, rule: str, came: object, cure: str, *, value: object = None) -> None:
        """A finding at a key of this table; `()` = at the table itself."""
        self._noted.update(below[:1])
        self.findings.note(self.path + below, rule, came, cure, value=value)

    def number(
        self,
        key: str,
        *,
        low: float = 0.0,
        high: float = math.inf,
        default: float | None = None,
        usual: float | None = None,
    ) -> float:
        """A finite number from low to high, both included; the cure for another names the usual one."""
        came = self._value(key, default)
        if isinstance(came, int | float) and not isinstance(came, bool) and math.isfinite(came) and low <= came <= high:
            return float(came)
        rule = (
            f"must be between {low:g} and {high:g}" if math.isfinite(high) else f"must be a number of {low:g} or more"
        )
        return self._refuse(key, rule, came, _right_number(came, low, high, usual), max(low, 0.0))

    def whole(self, key: str, *, low: int = 0, default: int | None = None) -> int:
        """A whole number, low or more."""
        came = self._value(key, default)
        if isinstance(came, int) and not isinstance(came, bool) and came >= low:
            return came
        return self._refuse(key, f"must be a whole number of {low} or more", came, f"write one, such as {low + 1}", low)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """True or false."""
        came = self._value(key, default)
        if isinstance(came, bool):
            return came
        return self._refuse(key, "must be true or false", came, "write true or false, without quotes", False)

    def words(self, key: str, *, default: str | None = None) -> str:
        """A text that is not empty."""
        came = self._value(key, default)
        if isinstance(came, str) and (came.strip() or came == default):
            return came
        return self._refuse(key, "must be a text", came, 'write it in quotes: "…"', "")

    def texts(self, key: str, *, at_least: int = 0) -> tuple[str, ...]:
        """A list of texts; without the key an empty one, where that is enough."""
        came = self._value(key, [] if at_least == 0 else None)
        if isinstance(came, list) and len(came) >= at_least and all(isinstance(text, str) for text in came):
            return tuple(came)
        rule = f"must be a list of at least {at_least} texts" if at_least else "must be a list of texts"
        return self._refuse(key, rule, came, 'write them in brackets: ["…", "…"]', ())

    def duration(self, key: str) -> timedelta:
        """A time above nothing: `30m`, `4h`, `1h 30m`."""
        came = self._value(key, None)
        match = _DURATION.fullmatch(came.strip()) if isinstance(came, str) else None
        length = timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0)) if match else timedelta()
        if length:
            return length
        return self._refuse(key, "must be a time above nothing", came, 'write it as "30m", "4h" or "1h 30m"', length)

    def instant(self, key: str, zone: tzinfo) -> datetime | None:
        """A date and time; without an offset it is on the file's clock; None = not given."""
        came = self._value(key, "")
        if isinstance(came, datetime):
            return came if came.tzinfo else came.replace(tzinfo=zone)
        if came == "":
            return None
        return self._refuse(key, "must be a date and time", came, "write it as 2026-03-02T18:00:00, no quotes", None)

    def one_of(self, key: str, allowed: Collection[_Member], *, default: _Member | None = None) -> _Member:
        """One member of a closed set."""
        came = self._value(key, default)
        for member in allowed:
            if came == member:
                return member
        return self._refuse(
            key, f"must be one of {_listed(allowed)}", came, _nearest(came, allowed), next(iter(allowed))
        )

    def name_of(self, key: str, known: Collection[str], *, of: str, default: str | None = None) -> str:
        """A name that is defined elsewhere in the file."""
        came = self._value(key, default)
        if isinstance(came, str) and came in known:
            return came
        rule = f"must be the name of {of} ({_listed(known)})"
        return self._refuse(key, rule, came, _nearest(came, known), "")

    def levels(self, key: str, members: type[_Member], *, high: float = 1.0) -> Mapping[_Member, float]:
        """Numbers by the members of a closed set: `{ angry = 0.6 }`; without the key an empty one."""
        if not self.has(key):
            return {}
        section = self.section(key)
        levels = {m: section.number(m, high=high) for m in members if section.has(m)}
        section.close(known=list(members))
        return levels

    def section(self, key: str) -> Section:
        """The table at this key, which must be there."""
        self._asked.add(key)
        if key not in self._content:
            header = ".".join((*self.path, key))
            self.note((key,), "must be there", None, f"add the table [{header}]")
            return Section({}, (*self.path, key), Findings("", name=""))
        return Section(self._content[key], (*self.path, key), self.findings)

    def sections(self, key: str) -> Iterator[Section]:
        """The tables of a list, `[[key]]`; none where the key is missing."""
        came = self._value(key, [])
        if not isinstance(came, list):
            self.note((key,), "must be a list of tables", came, f"write [[{key}]] above each")
            return
        for number, content in enumerate(came):
            yield Section(content, (*self.path, key, str(number)), self.findings)

    def tables(self) -> Iterator[tuple[str, Section]]:
        """Every table in this one, by its name."""
        for key in self._content:
            yield key, self.section(key)

    def has(self, key: str) -> bool:
        """Whether the key is written."""
        return key in self._content

    def fits(self, key: str) -> bool:
        """Whether the key is written, and nothing was said against it so far."""
        return self.has(key) and key not in self._noted

    def close(self, *, known: Collection[str] = ()) -> None:
        """Notes every key that nobody asked for."""
        names = sorted(self._asked | set(known))
        for key in self._content:
            if key not in names:
                self.note((key,), "is not a key of this file", self._content[key], _nearest(key, names), value="")

    def _value(self, key: str, default: object) -> object:
        self._asked.add(key)
        return self._content.get(key, default)

    def _refuse(self, key: str, rule: str, came: object, cure: str, stand_in: _Any) -> _Any:
        self.note((key,), rule, came, cure)
        return stand_in


_Any = TypeVar("_Any")


def _shown(came: object) -> str:
    if came is None:
        return "missing"
    if isinstance(came, dict):
        return "a table"
    shown = f'"{came}"' if isinstance(came, str) else str(came).lower() if isinstance(came, bool) else str(came)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"


def _listed(names: Collection[str]) -> str:
    return ", ".join(names) or "none"


def _nearest(came: object, names: Collection[str]) -> str:
    if came is None:
        return "add it"
    near = get_close_matches(str(came), names, n=1)
    return f"did you mean {near[0]}?" if near else f"take it out, or use one of: {_listed(names)}"


def _right_number(came: object, low: float, high: float, usual: float | None) -> str:
    """The cure for a number; 15 where a share is asked for was most likely meant as a percentage."""
    if high <= 1.0 and isinstance(came, int | float) and 1.0 < came <= 100.0 and low <= came / 100 <= high:
        return f"write {came / 100:g} for {came:g} %"
    middle = low + 10 if math.isinf(high) else (low + high) / 2
    return f"write a number such as {middle if usual is None else usual:g}"
