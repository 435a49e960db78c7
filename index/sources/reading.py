"""What reading a source gives, and the rules that hold for every format.

An article that is not plainly public stays out and is listed: showing one draft to a customer costs more
than missing an article that a person can publish.
"""

import re
import reprlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from index.articles import Article
from index.errors import RowError

Fields = Mapping[str, object]  # one row or front matter, keys in lower case


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was read and is not for customers, or is no article."""

    name: str  # file or row
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that could not be read."""

    name: str  # file or row
    reason: str  # the rule, what came, the cure


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a source."""

    articles: tuple[Article, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    rejected: tuple[Rejected, ...] = ()


class LeftOutError(Exception):
    """This row is not for customers; the message is the reason."""


_YES = frozenset(("true", "yes", "1", "y"))
_NO = frozenset(("false", "no", "0", "n", ""))
_PUBLIC = frozenset(
    (
        "public",
        "published",
        "everyone",
        "everybody",
        "all",
        "anyone",
        "anybody",
        "visible",
        "open",
        "live",
        "",
    )
)
_ENGLISH = re.compile(r"en(?:[-_][a-z0-9]+)*", re.IGNORECASE)


def collect(rows: Iterable[tuple[str, Fields | RowError]], make: Callable[[str, Fields], Article]) -> Reading:
    """Make articles of rows, each by itself: what fails is listed, the others go on."""
    articles: dict[str, Article] = {}
    left_out: list[LeftOut] = []
    rejected: list[Rejected] = []
    for name, row in rows:
        if isinstance(row, RowError):
            rejected.append(Rejected(name, str(row)))
            continue
        try:
            article = make(name, row)
        except LeftOutError as reason:
            left_out.append(LeftOut(name, str(reason)))
            continue
        except RowError as error:
            rejected.append(Rejected(name, str(error)))
            continue
        if article.id in articles:
            rejected.append(Rejected(name, f"id must be unique, was: {article.id} for the second time"))
            continue
        articles[article.id] = article
    return Reading(tuple(articles.values()), tuple(left_out), tuple(rejected))


def leave_out_unpublished(fields: Fields) -> None:
    """Raise LeftOutError for drafts, restricted articles and languages other than English."""
    if flag(fields, "draft") or flag(fields, "archived"):
        raise LeftOutError("draft" if flag(fields, "draft") else "archived")
    if flag(fields, "published", unset=True) is False:
        raise LeftOutError("not published")
    for name in ("internal", "private", "restricted", "hidden"):
        if flag(fields, name):
            raise LeftOutError(f"restricted ({name})")
    for name in ("status", "state"):
        if (value := text(fields, name).lower()) not in _PUBLIC:
            raise LeftOutError(f"not published ({name}: {value})")
    for name in ("visibility", "access", "audience"):
        if (value := ", ".join(texts(fields, name)).lower()) not in _PUBLIC:
            raise LeftOutError(f"restricted ({name}: {value})")
    for name in ("locale", "lang", "language"):
        if (value := text(fields, name)) and not _ENGLISH.fullmatch(value):
            raise LeftOutError(f"not in English ({name}: {value})")


def text(fields: Fields, *names: str) -> str:
    """Give the first of these fields that is filled, as one line of text; empty where none is."""
    for name in names:
        value = fields.get(name)
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, str | int | float | date):
            raise RowError(f"{name} must be text, was: {_shown(value)}")
        if plain := " ".join(valid(str(value)).split()):
            return plain
    return ""


def long_text(fields: Fields, *names: str) -> str:
    """Give the first of these fields that is filled, line ends kept; empty where none is."""
    for name in names:
        value = fields.get(name)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            raise RowError(f"{name} must be text, was: {_shown(value)}")
        return valid(value)
    return ""


def texts(fields: Fields, *names: str) -> tuple[str, ...]:
    """Give a field that holds a list, or text separated by commas or semicolons."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, list | tuple):
            return tuple(text({name: item}, name) for item in value if item not in (None, ""))
        if plain := text(fields, name):
            return tuple(part.strip() for part in re.split(r"[,;|]", plain) if part.strip())
    return ()


def flag(fields: Fields, name: str, *, unset: bool = False) -> bool:
    """Give a field that holds yes or no."""
    value = fields.get(name)
    if value is None or value == "":
        return unset
    word = str(value).strip().lower()
    if isinstance(value, date) or word in _YES:  # a date of publication means yes
        return True
    if word in _NO:
        return False
    raise RowError(f"{name} must be true or false, was: {_shown(value)}")


def moment(fields: Fields, *names: str) -> str | None:
    """Give a date as text, seconds since 1970 as ISO 8601; None where there is none."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e11:
            return datetime.fromtimestamp(value, UTC).isoformat()
    return text(fields, *names) or None


def require(value: str, name: str) -> str:
    """Refuse an empty field."""
    if not value:
        raise RowError(f"{name} must be filled, and is empty or missing")
    return value


def slug(title: str) -> str:
    """Make an id of a title."""
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_title).strip("-")


def valid(value: str) -> str:
    """Replace what is no valid Unicode, as half a character of two."""
    return value.encode("utf-8", "replace").decode("utf-8")


def _shown(value: object) -> str:
    return reprlib.repr(value)  # short however long or nested the value is
