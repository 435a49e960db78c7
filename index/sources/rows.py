"""Articles as rows: CSV with a heading line, and JSON lines (or one JSON array of objects)."""

import csv
import json
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from index.articles import Article
from index.errors import RowError, SourceError
from index.markup import clean_markdown, html_to_markdown
from index.sources.files import decoded, looks_like_html, read_json
from index.sources.reading import (
    Fields,
    Reading,
    collect,
    leave_out_unpublished,
    long_text,
    moment,
    require,
    slug,
    text,
    texts,
)

_BODIES = ("body", "content", "text", "html")


def read_csv(path: Path, source: str) -> Reading:
    """Read a CSV file with at least the columns title and body."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    content = decoded(path)
    first = content[: content.find("\n")]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(content, newline=""), delimiter=delimiter)
    try:
        columns = [column.strip().lower() for column in next(reader, [])]
    except csv.Error as error:
        raise SourceError(f"{path}, row 1: must be a line of column names ({error})") from error
    if "title" not in columns or not any(body in columns for body in _BODIES):
        raise SourceError(f"{path}, row 1: columns must include title and body, were: {', '.join(columns) or 'none'}")
    return collect(_csv_rows(reader, columns, path.name), lambda name, row: _article(row, source))


def read_json_lines(path: Path, source: str) -> Reading:
    """Read a file of one JSON object a line, or one JSON array of objects."""
    content = decoded(path)
    rows = _array_rows(path) if content.lstrip().startswith("[") else _line_rows(content, path.name)
    return collect(rows, lambda name, row: _article(row, source))


def _csv_rows(reader: Iterator[list[str]], columns: list[str], file: str) -> Iterator[tuple[str, Fields | RowError]]:
    number = 1
    while True:
        number += 1
        name = f"{file}, row {number}"
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield name, RowError(f"must be a row of CSV ({error})")
            continue
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            yield (
                name,
                RowError(f"must have {len(columns)} cells, has {len(cells)}: quote cells that hold commas"),
            )
            continue
        yield name, dict(zip(columns, cells, strict=True))


def _line_rows(content: str, file: str) -> Iterator[tuple[str, Fields | RowError]]:
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            name = f"{file}, line {number}"
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield name, RowError(f"must be one JSON object ({error})")
                continue
            yield name, _object(row)


def _array_rows(path: Path) -> Iterator[tuple[str, Fields | RowError]]:
    rows = read_json(path)
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        yield f"{path.name}, row {number}", _object(row)


def _object(row: object) -> Fields | RowError:
    if not isinstance(row, dict):
        return RowError(f"must be one JSON object, was: {type(row).__name__}")
    return {str(name).strip().lower(): value for name, value in row.items()}


def _article(row: Fields, source: str) -> Article:
    leave_out_unpublished(row)
    title = require(text(row, "title"), "title")
    raw = require(long_text(row, *_BODIES).strip(), "body")
    return Article(
        id=require(text(row, "id", "slug") or slug(title), "id"),
        source=source,
        title=title,
        body=html_to_markdown(raw) if looks_like_html(raw) else clean_markdown(raw),
        url=text(row, "url", "html_url", "link") or None,
        category=text(row, "category", "section") or None,
        tags=texts(row, "tags", "labels"),
        updated=moment(row, "updated", "updated_at", "modified", "date"),
    )
