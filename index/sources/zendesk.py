"""Articles as Zendesk's Help Center exports them (`/api/v2/help_center/articles`, and sections).

An article with a user segment is shown to that segment only, so it is restricted: null alone means
everybody.
"""

from collections.abc import Iterator
from pathlib import Path

from index.articles import Article
from index.errors import RowError, SourceError
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


def read_zendesk(path: Path, source: str) -> Reading:
    """Read an export: an object with `articles`, and `sections` if they are to be named."""
    export = read_json(path)
    articles = export.get("articles") if isinstance(export, dict) else None
    if not isinstance(export, dict) or not isinstance(articles, list):
        raise SourceError(f"{path} must be a Zendesk export: an object with a list of articles")
    sections = names(export, "sections", "name")
    return collect(rows(articles), lambda name, row: _article(row, source, sections))


def rows(articles: list[object]) -> Iterator[tuple[str, Fields | RowError]]:
    """Name each article by its place and id."""
    for number, row in enumerate(articles, 1):
        if not isinstance(row, dict):
            yield f"article {number}", RowError(f"must be an object, was: {type(row).__name__}")
            continue
        yield f"article {number} (id {row.get('id', 'missing')})", row


def names(export: Fields, collection: str, name: str) -> dict[str, str]:
    """Give the name of each section or collection by its id."""
    listed = export.get(collection)
    known = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return {str(one.get("id")): str(one[name]) for one in known if one.get(name)}


def _article(row: Fields, source: str, sections: dict[str, str]) -> Article:
    if row.get("user_segment_id") is not None or row.get("user_segment_ids"):
        raise LeftOutError("restricted (user segment)")
    leave_out_unpublished(row)
    return Article(
        id=require(text(row, "id"), "id"),
        source=source,
        title=require(text(row, "title", "name"), "title"),
        body=html_to_markdown(long_text(row, "body")),
        url=text(row, "html_url", "url") or None,
        category=sections.get(text(row, "section_id")),
        tags=texts(row, "label_names"),
        updated=moment(row, "edited_at", "updated_at"),
    )
