"""Opening files: what is no text or no JSON is said with its place."""

import json
import re
from pathlib import Path

from index.errors import SourceError

_HTML = re.compile(r"\s*<(?:!doctype|html|head|body|p|div|h[1-6]|ul|ol|table|section|article|span|strong)\b", re.I)


def decoded(path: Path) -> str:
    """Read a file of UTF-8 text."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} must be UTF-8 text, byte {error.start + 1} is not: save it as UTF-8") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}): check the path") from error


def read_json(path: Path) -> object:
    """Read a file that is one JSON value."""
    try:
        return json.loads(decoded(path))
    except json.JSONDecodeError as error:
        place = f"{path}, line {error.lineno}, column {error.colno}"
        raise SourceError(f"{place}: must be JSON ({error.msg}): export it again") from error
    except RecursionError as error:
        raise SourceError(f"{path} must be JSON of a sensible depth: export it again") from error


def looks_like_html(content: str) -> bool:
    """Tell HTML from Markdown by how it begins."""
    return _HTML.match(content) is not None
