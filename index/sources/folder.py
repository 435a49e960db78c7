"""Articles as files: Markdown and MDX with front matter, and HTML; a folder of them or a single one."""

import re
from collections.abc import Iterator
from pathlib import Path

import frontmatter
import yaml
from selectolax.lexbor import LexborHTMLParser

from index.articles import Article
from index.errors import RowError, SourceError
from index.markup import clean_markdown, html_to_markdown, plain
from index.sources.files import decoded
from index.sources.reading import (
    Fields,
    LeftOutError,
    Reading,
    collect,
    leave_out_unpublished,
    moment,
    require,
    text,
    texts,
    valid,
)

MARKDOWN = frozenset((".md", ".mdx", ".markdown"))
HTML = frozenset((".html", ".htm"))

_NO_ARTICLE = re.compile(r"(readme|licen[cs]e|source|changelog|contributing|code_of_conduct|security)\b.*", re.I)
_LANGUAGE_CODES = (
    "ar bg bn bs ca cs da de el en es et fa fi fr he hi hr hu hy id is it ja ka ko lt lv ms nb nl no pl pt "
    "ro ru sk sl sq sr sv sw ta th tl tr uk ur vi zh"
)
_LANGUAGES = frozenset(_LANGUAGE_CODES.split(" "))
_LOCALE = re.compile(r"[._]+([a-z]{2})(?:[-_]([A-Za-z]{2,4}))?$")
_FIRST_HEADING = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*$", re.M)


def read_folder(path: Path, source: str, suffixes: frozenset[str] = MARKDOWN | HTML) -> Reading:
    """Read all files with one of these suffixes below a folder, or one file."""
    root = path if path.is_dir() else path.parent
    files = sorted(file for file in path.rglob("*") if _is_page(file, path, suffixes)) if path.is_dir() else [path]
    return collect(_pages(files, root), lambda name, page: _article(name, page, source))


def _is_page(file: Path, root: Path, suffixes: frozenset[str]) -> bool:
    hidden = any(part.startswith((".", "_")) and part != "." for part in file.relative_to(root).parts[:-1])
    return file.suffix.lower() in suffixes and not hidden and not file.name.startswith(".") and file.is_file()


def _pages(files: list[Path], root: Path) -> Iterator[tuple[str, Fields | RowError]]:
    """Read each file into its front matter, with its text as `body`."""
    for file in files:
        name = file.relative_to(root).as_posix()
        try:
            content = decoded(file)
        except SourceError as error:
            yield name, RowError(str(error).removeprefix(f"{file} "))
            continue
        yield name, _html_page(content) if file.suffix.lower() in HTML else _markdown_page(content)


def _markdown_page(content: str) -> Fields | RowError:
    try:
        page = frontmatter.loads(content)
    except (yaml.YAMLError, ValueError) as error:
        place = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
        line = f", line {place.line + 1}" if place is not None else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        return RowError(f"front matter{line}: must be YAML ({problem})")
    fields: dict[str, object] = {str(key).lower(): value for key, value in page.metadata.items()}
    body = clean_markdown(valid(page.content), fields)
    heading = _FIRST_HEADING.match(body)
    fields["heading"] = plain(heading[1]) if heading else ""
    title = fields.get("title") or ""
    repeated = isinstance(title, str) and title.strip().casefold() in ("", str(fields["heading"]).casefold())
    return fields | {
        "body": body[heading.end() :].strip() if heading and repeated else body,
        "bare": not page.metadata,
    }


def _html_page(content: str) -> Fields:
    tree = LexborHTMLParser(content)
    title = tree.css_first("h1") or tree.css_first("title")
    root = tree.css_first("html")
    canonical = tree.css_first("link[rel=canonical]")
    body = html_to_markdown(valid(content))
    first = _FIRST_HEADING.match(body)
    named = {
        str(meta.attributes.get("name")).lower(): meta.attributes.get("content") for meta in tree.css("meta[name]")
    }
    known = {name: named.get(name) for name in ("draft", "visibility", "access", "category", "updated", "tags")}
    return known | {
        "title": title.text() if title else "",
        "lang": root.attributes.get("lang") if root else None,
        "url": canonical.attributes.get("href") if canonical else None,
        "body": body[first.end() :].strip() if first else body,
    }


def _article(name: str, page: Fields, source: str) -> Article:
    path = Path(name)
    stem = path.with_suffix("").as_posix()
    if page.get("bare") and _NO_ARTICLE.fullmatch(path.stem):
        raise LeftOutError("no article")
    locale = _LOCALE.search(stem)
    if locale is not None and locale[1] in _LANGUAGES:
        if locale[1] != "en":
            raise LeftOutError(f"not in English (locale: {locale[1]})")
        stem = stem[: locale.start()]
    leave_out_unpublished(page)
    title = text(page, "title", "heading")
    if not title:
        raise RowError("title must stand in the front matter or as first heading, and is missing")
    return Article(
        id=require(stem, "the file's name"),
        source=source,
        title=title,
        body=str(page["body"]),
        url=text(page, "url", "permalink", "canonical", "slug") or None,
        category=_category(page, path),
        tags=texts(page, "tags", "keywords", "labels"),
        updated=moment(page, "updated", "last_updated", "updated_at", "lastmod", "modified", "date"),
    )


def _category(page: Fields, path: Path) -> str | None:
    """Take the category of the front matter, else the first folder."""
    named = texts(page, "category", "categories", "section")
    return named[0] if named else path.parts[0] if len(path.parts) > 1 else None
