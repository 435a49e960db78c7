"""Articles as Intercom lists them (`GET /articles`: `{"type": "list", "data": [...]}`)."""

from pathlib import Path

from index.articles import Article
from index.errors import SourceError
from index.markup import html_to_markdown
from index.sources.files import read_json
from index.sources.reading import (
    Fields,
    LeftOutError,
    Reading,
    collect,
    leave_out_unpublished,
    long_text,
    moment,
    require,
    text,
    texts,
)
from index.sources.zendesk import names, rows


def read_intercom(path: Path, source: str) -> Reading:
    """Read an export: an object with a list `data`, and `collections` if they are to be named."""
    export = read_json(path)
    articles = export.get("data") if isinstance(export, dict) else None
    if not isinstance(export, dict) or not isinstance(articles, list):
        raise SourceError(f"{path} must be an Intercom export: an object with a list data")
    collections = names(export, "collections", "name")
    return collect(rows(articles), lambda name, row: _article(row, source, collections))


def _article(row: Fields, source: str, collections: dict[str, str]) -> Article:
    if text(row, "type") not in ("", "article", "internal_article"):
        raise LeftOutError(f"no article (type: {text(row, 'type')})")
    if text(row, "type") == "internal_article":
        raise LeftOutError("restricted (internal article)")
    leave_out_unpublished({"state": "draft", "locale": row.get("default_locale"), **row})
    return Article(
        id=require(text(row, "id"), "id"),
        source=source,
        title=require(text(row, "title"), "title"),
        body=html_to_markdown(long_text(row, "body")),
        url=text(row, "url") or None,
        category=collections.get(text(row, "parent_id")),
        tags=texts(row, "tags") if not isinstance(row.get("tags"), dict) else (),
        updated=moment(row, "updated_at"),
    )
