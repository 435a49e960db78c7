"""From a record of an archive to the fields of the wire, by the map of its columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from advisor.archive.formats.cells import Convert, converter
from advisor.archive.formats.fields import FIELDS, TOP, WORDS_OF, Kind
from advisor.archive.formats.values import Archive, Format, Refused
from advisor.errors import ArchiveError

Fields = dict[str, object]

AS_THEY_ARE = (Kind.TEXT, Kind.NAME, Kind.EMAIL, Kind.NESTED)
"""Kinds that the wire checks itself where an object already has them under its own names."""


class CellShape:
    """Fields out of the cells of a row."""

    def __init__(self, archive: Archive) -> None:
        places = {column: place for place, column in enumerate(archive.columns)}
        self._plan = [(places[column], *_way(field), _convert(field, archive)) for field, column in _ordered(archive)]

    def fields(self, cells: list[str]) -> Fields | Refused:
        """The fields of a row that has as many cells as there are columns."""
        fields: Fields = {}
        try:
            for place, top, leaf, convert in self._plan:
                _put(fields, top, leaf, convert(cells[place]))
        except ArchiveError as error:
            return Refused(str(error))
        return fields


class ObjectShape:
    """Fields out of an object; what no column names is kept as it is."""

    def __init__(self, archive: Archive) -> None:
        same = {field for field, column in archive.mapping.items() if field == column}
        others = {column for column in archive.columns if column in TOP and column not in same}
        self._left_out = others | set(archive.mapping.values()) - same
        if archive.format is Format.PARQUET:  # of which no more is read than what is mapped
            self._left_out |= {column.partition(".")[0] for column in archive.mapping.values()} - same
        self._plan = [
            (column, *_way(field), _convert(field, archive)) for field, column in _ordered(archive) if field not in same
        ]
        self._mended = [
            (field, _convert(field, archive))
            for field in same
            if FIELDS[field].kind not in AS_THEY_ARE and field in TOP
        ]

    def fields(self, record: Fields) -> Fields | Refused:
        """The fields of a record, which is taken over."""
        try:
            for name, convert in self._mended:
                if name in record:
                    record[name] = convert(record[name])
            return self._laid_over(record) if self._plan or not self._left_out.isdisjoint(record) else record
        except ArchiveError as error:
            return Refused(str(error))

    def _laid_over(self, record: Fields) -> Fields:
        fields = {name: value for name, value in record.items() if name not in self._left_out}
        for column, top, leaf, convert in self._plan:
            _put(fields, top, leaf, convert(value_at(record, column)))
        return fields


def value_at(record: Mapping[str, object], column: str) -> object:
    """The value of a column; `user.email` is also that of `email` in the object `user`."""
    if column in record or "." not in column:
        return record.get(column)
    top, _, rest = column.partition(".")
    inner = record.get(top)
    return value_at(inner, rest) if isinstance(inner, dict) else None


def columns_of(record: Mapping[str, object]) -> list[str]:
    """The names that a record has, with those of the objects in it."""
    names: list[str] = []
    for name, value in record.items():
        names.append(name)
        names += [f"{name}.{inner}" for inner in value] if isinstance(value, dict) else []
    return names


def _ordered(archive: Archive) -> list[tuple[str, str]]:
    """The map with whole objects before their parts, which are laid over them."""
    return sorted(archive.mapping.items(), key=lambda pair: "." in pair[0])


def _way(field: str) -> tuple[str, str | None]:
    top, _, leaf = field.partition(".")
    return top, leaf or None


def _convert(field: str, archive: Archive) -> Convert:
    plain = converter(FIELDS[field].kind, archive.dates)
    return plain if field not in WORDS_OF else _kept_empty(plain)


def _kept_empty(convert: Callable[[object], object]) -> Convert:
    """An empty text stays one: a ticket without words is a ticket."""

    def kept(came: object) -> object:
        found = convert(came)
        return "" if found is None and came is not None else found

    return kept


def _put(fields: Fields, top: str, leaf: str | None, value: object) -> None:
    if value is None:
        return
    if leaf is None:
        fields[top] = value
        return
    whole = fields.get(top)
    fields[top] = {**whole, leaf: value} if isinstance(whole, dict) else {leaf: value}
