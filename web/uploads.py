"""Files of articles that somebody sends: read from a folder that goes at once, under names that are made here.

What a file is called says nothing that is believed: of the name stays what may be part of an article's id.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path, PurePosixPath

from flask import Flask, request
from werkzeug.datastructures import FileStorage

from index.errors import SourceError
from index.sources import Format, Reading, read
from index.sources.folder import HTML, MARKDOWN

MOST_BYTES = 10 * 1024 * 1024
"""Of all files that are sent at once, and the form around them."""

TAKEN = ("knowledge.check_import",)
"""Endpoints that take files."""

PAGES = MARKDOWN | HTML
KNOWN = PAGES | {".csv", ".tsv", ".json", ".jsonl", ".ndjson"}
BY_NAME = {".csv": Format.CSV, ".tsv": Format.CSV, ".jsonl": Format.JSONL, ".ndjson": Format.JSONL}
LONGEST = 100  # characters of a name
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def take_files(app: Flask) -> None:
    """Let the endpoints that take files take more than others do; call it before anything reads a form."""

    @app.before_request
    def allow() -> None:
        if request.endpoint in TAKEN:
            request.max_content_length = MOST_BYTES


def takes_files() -> bool:
    """Whether this request was one with files."""
    return request.endpoint in TAKEN


def read_files(files: Sequence[FileStorage], source: str, *, format: Format | None) -> Reading:
    """What the files hold, together one source; SourceError, with the name of the file, where that cannot be told."""
    if not files:
        raise SourceError("choose a file: Markdown, HTML, CSV, JSON lines, or an export of Zendesk or Intercom")
    names = [safe_name(one.filename or "") for one in files]
    for name, one in zip(names, files, strict=True):
        if PurePosixPath(name).suffix.lower() not in KNOWN:
            shown = shown_name(one.filename or "")
            raise SourceError(f"a file must end in {', '.join(sorted(KNOWN))}, was: {shown}")
    if len(names) > 1 and not all(PurePosixPath(name).suffix.lower() in PAGES for name in names):
        raise SourceError("several files together must all be Markdown or HTML: send others one by one")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(f"every file must have a name of its own, was there twice: {', '.join(twice[:3])}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, one in zip(names, files, strict=True):
            with closing(one):
                one.save(folder / name)
        path = folder if len(names) > 1 else folder / names[0]
        named = format or BY_NAME.get(path.suffix.lower())
        try:
            return read(path, source, format=None if path == folder else named)
        except SourceError as error:
            raise SourceError(_without(str(error), folder)) from error


def safe_name(name: str) -> str:
    """What of a name may be one here: no folder, no hidden file, plain letters; empty where nothing is left."""
    last = re.split(r"[/\\]", name)[-1]
    plain = PurePosixPath(_UNSAFE.sub("-", last).strip("-._ ") or "x")
    return f"{plain.stem[:LONGEST].strip('-._') or 'file'}{plain.suffix}"


def shown_name(name: str) -> str:
    """A name as a page may show it: printable, and short."""
    plain = "".join(sign if sign.isprintable() else "�" for sign in name)
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"


def _without(text: str, folder: Path) -> str:
    """An error without the folder, which nobody knows."""
    return (
        text.replace(f"{folder}/", "the file ").replace(str(folder), "what was sent").replace("with --format", "below")
    )
