"""Customers and accounts by what somebody remembers of them: part of an id, name, address or number.

SQLite compares plain letters, quick at hundreds of thousands of rows; rows that hold any other letter are few in most
installations, and are compared here, without accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

import sqlite_utils

from advisor.records.rows import digits
from advisor.types import WishSource

MOST_FOUND = 500
LONGEST = 200  # characters of a search
LEAST_DIGITS = 5  # of a number that is searched for
_ACCENTS = re.compile("[\u0300-\u036f]")
_SIGNS = " -()+./"  # that a written number may hold

Who = tuple[str, str]  # source, key
_Row = tuple[str, str, str | None, str | None]  # source, id, name, address
_Ranked = tuple[int, str, Who]  # rank, folded name


def search(tables: sqlite_utils.Database, typed: str, kind: WishSource) -> tuple[list[Who], bool]:
    """Those that hold every word, the nearest first; and whether there are more than 500."""
    typed = typed[:LONGEST]
    words, number = folded(typed).split(), _number(typed)
    found: dict[Who, _Ranked] = {}
    if words:
        whole = " ".join(words)
        for row in (*_plain(tables, kind, words, whole), *_with_accents(tables, kind)):
            rank = _rank([folded(part) for part in row[1:] if part], words, whole)
            if rank is not None:
                found[row[0], row[1]] = (rank, folded(row[2] or row[3] or row[1]), (row[0], row[1]))
    if number is not None and kind is WishSource.CUSTOMER:
        for row in _by_number(tables, number):
            found.setdefault((row[0], row[1]), (1, folded(row[2] or row[3] or row[1]), (row[0], row[1])))
    order = [who for _, _, who in sorted(found.values())]
    return order[:MOST_FOUND], len(order) > MOST_FOUND


def folded(text: str) -> str:
    """Text without capitals and accents, by which names are compared."""
    plain = text.casefold()
    return plain if plain.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))


def _columns(kind: WishSource) -> str:
    return "source, id, name, email" if kind is WishSource.CUSTOMER else "source, id, name, null"


def _joined(kind: WishSource, between: str) -> str:
    """Id, name and address of a row in one text."""
    parts = ["id", "coalesce(name, '')"] + ["coalesce(email, '')"] * (kind is WishSource.CUSTOMER)
    return f" || {between} || ".join(parts)


def _plain(tables: sqlite_utils.Database, kind: WishSource, words: Sequence[str], whole: str) -> list[_Row]:
    """Rows that hold all words as they are; of too many the nearest."""
    if not all(word.isascii() for word in words):
        return []
    text = f"char(10) || lower({_joined(kind, 'char(10)')}) || char(10)"
    held = " and ".join(["instr(text, ?) > 0"] * len(words))
    near = "case when instr(text, char(10) || ? || char(10)) then 0 when instr(text, char(10) || ?) then 1 else 2 end"
    sql = (
        f"select {_columns(kind)} from (select *, {text} as text from {kind.value}s) where {held} "
        f"order by {near}, name, id limit ?"
    )
    return list(tables.execute(sql, [*words, whole, whole, MOST_FOUND + 1]))


def _with_accents(tables: sqlite_utils.Database, kind: WishSource) -> Iterator[_Row]:
    """Rows that hold any letter beyond the plain ones."""
    text = _joined(kind, "' '")
    yield from tables.execute(f"select {_columns(kind)} from {kind.value}s where {text} glob '*[^ -~]*'")


def _by_number(tables: sqlite_utils.Database, number: str) -> list[_Row]:
    """Customers whose phone number holds these digits."""
    bare = "phone"
    for sign in _SIGNS:
        bare = f"replace({bare}, '{sign}', '')"
    sql = f"select source, id, name, email from customers where phone is not null and instr({bare}, ?) > 0 limit ?"
    return list(tables.execute(sql, [number, MOST_FOUND + 1]))


def _number(typed: str) -> str | None:
    """The digits of what is typed, where it is a phone number; national ones without their zero."""
    number = digits(typed).lstrip("0")
    is_number = len(number) >= LEAST_DIGITS and not any(sign.isalpha() for sign in typed)
    return number if is_number else None


def _rank(fields: Sequence[str], words: Sequence[str], whole: str) -> int | None:
    """0 for the very thing, 1 for its beginning, 2 for anything that holds all words; None for no match."""
    if not all(any(word in field for field in fields) for word in words):
        return None
    if whole in fields:
        return 0
    return 1 if any(field.startswith(whole) for field in fields) else 2
