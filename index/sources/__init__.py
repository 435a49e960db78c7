"""Read articles from where a company keeps them; every format is read into the same `Reading`."""

import json
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path

from index.errors import SourceError
from index.sources.files import decoded, looks_like_html
from index.sources.folder import HTML, MARKDOWN, read_folder
from index.sources.intercom import read_intercom
from index.sources.reading import LeftOut, Reading, Rejected
from index.sources.rows import read_csv, read_json_lines
from index.sources.zendesk import read_zendesk

__all__ = ["Format", "LeftOut", "Reading", "Rejected", "read", "recognise"]


class Format(StrEnum):
    """How articles are written down."""

    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"
    JSONL = "jsonl"
    ZENDESK = "zendesk"
    INTERCOM = "intercom"


READERS: dict[Format, Callable[[Path, str], Reading]] = {
    Format.MARKDOWN: partial(read_folder, suffixes=MARKDOWN),
    Format.HTML: partial(read_folder, suffixes=HTML),
    Format.CSV: read_csv,
    Format.JSONL: read_json_lines,
    Format.ZENDESK: read_zendesk,
    Format.INTERCOM: read_intercom,
}


def read(path: Path, source: str, *, format: Format | None = None) -> Reading:
    """Read a folder or file; without a format, a file is known by its content.

    Raises SourceError where there is nothing to read, or nothing that could be an article.
    """
    if not path.exists():
        raise SourceError(f"{path} does not exist: check the path")
    if path.is_dir() and format not in (None, Format.MARKDOWN, Format.HTML):
        raise SourceError(f"{path} is a folder, and {format} is read from a file: name the file")
    if path.is_dir() and format is None:
        reading = read_folder(path, source)
    else:
        reading = READERS[format or recognise(path)](path, source)
    if not (reading.articles or reading.left_out or reading.rejected):
        raise SourceError(f"{path} holds no article: it must hold Markdown, HTML, CSV or JSON with articles")
    return reading


def recognise(path: Path) -> Format:
    """Tell the format of a file by its suffix where that is plain, else by its content."""
    suffix = path.suffix.lower()
    if suffix in MARKDOWN:
        return Format.MARKDOWN
    if suffix in HTML:
        return Format.HTML
    content = decoded(path)
    if content.lstrip()[:1] in ("{", "["):
        return _recognise_json(content)
    if looks_like_html(content):
        return Format.HTML
    if suffix in (".csv", ".tsv") or "title" in content.split("\n", 1)[0].lower().replace(";", ",").split(","):
        return Format.CSV
    raise SourceError(f"{path} is of no known format: name it with --format ({', '.join(Format)})")


def _recognise_json(content: str) -> Format:
    try:
        export = json.loads(content)
    except (ValueError, RecursionError):
        return Format.JSONL  # many objects, or broken JSON, which its reader reports with the line
    if isinstance(export, dict) and isinstance(export.get("articles"), list):
        return Format.ZENDESK
    if isinstance(export, dict) and isinstance(export.get("data"), list):
        return Format.INTERCOM
    return Format.JSONL
