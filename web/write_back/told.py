"""What agents are told of an advice where they work: one line, the articles, a link; and only where it helps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from advisor.decision.wording import WISH
from advisor.desk.show import says
from advisor.types import Action, OfferedArticle, Recommendation
from web.record_keys import encoded
from web.view import headline, web_address

MOST_ARTICLES = 3
LEAST_SCORE = 0.3  # 0 to 1; below, a further article is noise to who has one minute for a ticket
LONGEST_LINE = 400  # characters
LONGEST_TITLE = 150

ARTICLE_TAG = "advisor_article"
PERSON_TAG = "advisor_person"
UNMET_TAG = "advisor_wish_unmet"
SIGNAL_TAG = "advisor_signal"
OWN_TAGS = frozenset({ARTICLE_TAG, PERSON_TAG, UNMET_TAG, SIGNAL_TAG})
"""Tags that this program sets and, where a newer advice is another, takes away again; never any other."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a note; with an address it is a link."""

    text: str
    address: str | None = None
    is_article: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What stands in a ticket because of an advice."""

    lines: tuple[Line, ...]
    tags: tuple[str, ...]
    helps: bool  # whether it is worth a note where there is none yet
    gist: str  # by which two notes are compared: figures and quotes that changed are no news

    def text(self, marker: str) -> str:
        """The note as plain text, by the marker at its end known again."""
        return "\n".join([*map(_plain, self.lines), marker])

    def html(self, marker: str) -> str:
        """The note as HTML that every helpdesk lets through."""
        return "".join(f"<p>{_linked(line)}</p>" for line in self.lines) + f"<p>{escape(marker)}</p>"


def told_of(given: Recommendation, *, source: str, address: str) -> Told:
    """What to tell of an advice for a ticket of a source; `address`: of the pages, empty where it is not known."""
    articles = list(_article_lines(given))
    lines, tags = [_advice_line(given), *articles], tuple(_tags(given))
    gist = "\n".join([headline(given), given.reasons[0].code, *map(_plain, articles), *given.unmet, *tags])
    if address:
        receipt = f"{address.rstrip('/')}/receipts/{_piece(source)}/{_piece(given.ticket_id)}"
        lines.append(Line("Why, in full", receipt))
    return Told(tuple(lines), tags, helps(given), gist)


def helps(given: Recommendation) -> bool:
    """Whether an agent is better off with a note: an article is advised, or there is a wish or something grave."""
    return given.action is Action.SELF_SERVICE or bool(given.wishes or given.signals or given.unmet)


def _advice_line(given: Recommendation) -> Line:
    """`Ticket Advisor – A person, by phone. The customer asks for a call: “please ring me”.`"""
    unmet = f" Not met: {', '.join(WISH[one] for one in given.unmet)}." if given.unmet else ""
    said = f"Ticket Advisor – {headline(given)}. {given.reasons[0].text}{unmet}"
    return Line(says(said, most=LONGEST_LINE))


def _article_lines(given: Recommendation) -> Iterator[Line]:
    """The article that is advised, and others only where they fit."""
    for place, article in enumerate(given.articles[:MOST_ARTICLES]):
        advised = place == 0 and given.action is Action.SELF_SERVICE
        if advised or article.score >= LEAST_SCORE:
            yield _article_line(article)


def _article_line(article: OfferedArticle) -> Line:
    return Line(says(article.title, most=LONGEST_TITLE), web_address(article.url), is_article=True)


def _tags(given: Recommendation) -> Iterator[str]:
    yield ARTICLE_TAG if given.action is Action.SELF_SERVICE else PERSON_TAG
    if given.unmet:
        yield UNMET_TAG
    if given.signals:
        yield SIGNAL_TAG


def _piece(id: str) -> str:
    return quote(encoded(id), safe="@:+")


def _plain(line: Line) -> str:
    text = f"Article: {line.text}" if line.is_article else line.text
    return text if line.address is None else f"{text}: {line.address}"


def _linked(line: Line) -> str:
    text = escape(line.text)
    if line.address is not None:
        text = f'<a href="{escape(line.address)}">{text}</a>'
    return f"Article: {text}" if line.is_article else text
