"""In which line of a TOML text a key stands; the standard reader does not tell."""

from __future__ import annotations

import re

Path = tuple[str, ...]  # ("moments", "billing", "queue"); a table in a list by its number: ("incidents", "0", "id")

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_STRING = re.compile(r""""(?:\\.|[^"\\])*"|'[^']*'""")
_LONG = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'', re.DOTALL)
"""A string over several lines, whose words may look like keys."""


class TomlLines:
    """The lines of one text, found by the path of a key."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._number_of: dict[Path, int] = {}
        self._read(_LONG.sub(lambda long: '""' + "\n" * long[0].count("\n"), text).split("\n"))

    def find(self, path: Path, *, value: object = None) -> int:
        """The line of the key, or of the nearest table around it; where a string is given, the line that holds it."""
        known = path
        while known and known not in self._number_of:
            known = known[:-1]
        start = self._number_of.get(known, 1)
        if not isinstance(value, str):
            return start
        end = min((n for n in self._number_of.values() if n > start), default=len(self._lines) + 1)
        return next((n for n in range(start, end) if value in self._lines[n - 1]), start)

    def _read(self, lines: list[str]) -> None:
        table: Path = ()
        depth = 0
        for number, line in enumerate(lines, start=1):
            bare = _STRING.sub('""', line).split("#", 1)[0]
            header = _HEADER.fullmatch(bare) if depth == 0 else None
            key = _KEY.match(line) if depth == 0 and header is None else None
            if header is not None:
                table = self._table(line, is_list=header[1] == "[[")
                self._number(table, number)
            elif key is not None:
                self._number(table + _parts(key[1]), number)
            if header is None:
                depth += sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))

    def _number(self, path: Path, number: int) -> None:
        """The path stands here, and so do the tables around it where none of them was seen before."""
        for length in range(1, len(path) + 1):
            self._number_of.setdefault(path[:length], number)

    def _table(self, line: str, *, is_list: bool) -> Path:
        """The path that a header opens; each table of a list gets the next number."""
        path = _parts(line.split("#", 1)[0])
        if not is_list:
            return path
        number = 0
        while (*path, str(number)) in self._number_of:
            number += 1
        return (*path, str(number))


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
