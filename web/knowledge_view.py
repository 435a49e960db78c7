"""Articles, gaps and look-alikes in the words and figures that the pages show; the templates only lay them out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from advisor.desk.compliance_page import harmless
from advisor.desk.outcome_text import percent
from advisor.insight.articles import ArticleFigures
from advisor.insight.gaps import Gap, GapReport, Trend
from advisor.insight.ledger import State
from advisor.insight.stale import changed_at
from index.articles import Article, cut
from index.knowledge import Match
from index.twins import Twins
from web.knowledge_form import KnowledgeForm
from web.shared import Piece, shared_words
from web.view import web_address

EXCERPT = 240  # characters of a passage in the list
HIGH, STEP, WIDE = 26, 10, 8  # of a picture of weeks: its height, from bar to bar, and the width of one
STATES = {
    State.CONFIRMED: "confirmed: somebody said that it helped",
    State.ASSUMED: "assumed: nothing was heard until the window had closed",
    State.OPEN: "open: nothing was heard, and the window is open",
    State.CONTRADICTED: "contradicted: it did not help, or the customer came back",
    State.ABANDONED: "abandoned",
    State.HANDED_ON: "handed on to a person",
}
TRENDS = {
    Trend.RISING: "rising",
    Trend.FALLING: "falling",
    Trend.STEADY: "no clear trend",
    Trend.NOT_KNOWN: "no trend known yet",
}
MEASURED = ("failed_of", "failed_share", "failed_low", "failed_high")
HEADINGS = (
    "id", "title", "address", "category", "updated", "in_knowledge_base",
    "advised", "given", *[state.value for state in State], "overridden", "failed", *MEASURED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article in the list."""

    figures: ArticleFigures
    failed: str
    excerpt: str  # the passage that was found; empty = nothing was searched for


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar."""

    state: State
    words: str
    count: int
    start: float  # percent of the bar
    width: float
    share: str  # of the settled, in words; empty for the open ones


@dataclass(frozen=True, slots=True)
class Section:
    """Passages of an article under one heading."""

    heading: str
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeekBar:
    """A week of a picture."""

    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class GapView:
    """A gap with its picture."""

    gap: Gap
    bars: tuple[WeekBar, ...]
    weeks: str  # the figures of the picture in words
    trend: str
    span: str
    who: str
    url: str | None  # of the nearest article, where it may be linked


@dataclass(frozen=True, slots=True)
class AlikeView:
    """Two passages side by side, each with the words that the other has, too."""

    similarity: float
    first: tuple[Piece, ...]
    second: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class TwinsView:
    """Two articles that say nearly the same."""

    twins: Twins
    alike: tuple[AlikeView, ...]


def rows_of(found: Sequence[ArticleFigures], form: KnowledgeForm, matches: Sequence[Match] | None) -> list[ArticleRow]:
    """The articles in the order asked for; with `matches`, those that were found alone, each with its passage."""
    there = {one.id: one for one in found}
    excerpts: Mapping[str, str] = {}
    if matches is not None:
        excerpts = {match.article.id: shortened(match.passage.text) for match in matches}
        found = [there.get(match.article.id) or no_figures(match.article) for match in matches]
    if form.sorted_by is not None:
        found = _sorted(found, form.sorted_by, up=bool(form.up))
    return [ArticleRow(one, percent(one.failed), excerpts.get(one.id, "")) for one in found]


def no_figures(article: Article) -> ArticleFigures:
    """The figures of an article that came after the count."""
    return ArticleFigures(
        id=article.id,
        title=article.title,
        url=article.url,
        category=article.category,
        updated=article.updated,
        is_there=True,
        advised=0,
        given=0,
        overridden=0,
        **dict.fromkeys([state.value for state in State], 0),
    )


def shortened(text: str) -> str:
    """The beginning of a passage, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= EXCERPT else f"{flat[: EXCERPT - 1]}…"


def parts_of(one: ArticleFigures) -> tuple[Part, ...]:
    """What became of the tickets that it answered, as parts of one bar."""
    parts: list[Part] = []
    start = 0.0
    for state, words in STATES.items():
        count = getattr(one, state.value)
        width = 100 * count / one.given if one.given else 0.0
        share = f"{100 * count / one.settled:.0f} %" if one.settled and state is not State.OPEN else ""
        parts.append(Part(state, words, count, round(start, 2), round(width, 2), share))
        start += width
    return tuple(parts)


def sections_of(article: Article) -> tuple[Section, ...]:
    """The text in the passages by which it is found, marks of Markdown taken out."""
    found: list[Section] = []
    for passage in cut(article):
        if not passage.text:
            continue
        if found and found[-1].heading == passage.heading:
            found[-1] = Section(passage.heading, (*found[-1].passages, passage.text))
        else:
            found.append(Section(passage.heading, (passage.text,)))
    return tuple(found)


def age_words(updated: str | None, now: datetime) -> str:
    """`changed 2026-03-04, 97 days ago`, or that this is not known."""
    changed = changed_at(updated)
    if changed is None:
        return "not known" if not updated else f"“{updated}”, which is no date"
    days = (now - changed).days
    ago = "today" if days == 0 else "yesterday" if days == 1 else f"{days:,} days ago" if days > 1 else "in the future"
    return f"{changed:%-d %B %Y}, {ago}"


def gap_view(gap: Gap, zone: tzinfo) -> GapView:
    """A gap as it is shown."""
    most = max((*gap.weeks, 1))
    heights = [round(HIGH * count / most, 1) for count in gap.weeks]
    bars = [WeekBar(STEP * place, round(HIGH - height, 1), height) for place, height in enumerate(heights) if height]
    first, last = gap.first.astimezone(zone), gap.last.astimezone(zone)
    return GapView(
        gap=gap,
        bars=tuple(bars),
        weeks=", ".join(map(str, gap.weeks)),
        trend=TRENDS[gap.trend],
        span=f"{first:%-d %b %Y} to {last:%-d %b %Y}",
        who=who_words(gap),
        url=web_address(gap.article.url) if gap.article is not None else None,
    )


def who_words(gap: Gap) -> str:
    """`4 customers of 2 accounts, 1,240 a month (of 1 account not known)`."""
    customers = counted(gap.customers, "customer")
    accounts = f" of {counted(gap.accounts, 'account')}" if gap.accounts else ""
    nameless = f", {counted(gap.nameless, 'ticket')} of unknown customers" if gap.nameless else ""
    return f"{customers}{accounts}{nameless}"


def counted(number: int, name: str) -> str:
    """`1 ticket`, `1,204 tickets`."""
    return f"1 {name}" if number == 1 else f"{number:,} {name}s"


def twins_view(found: Twins) -> TwinsView:
    """A pair as it is shown."""
    alike = [
        AlikeView(
            one.similarity,
            shared_words(one.first.text, one.second.text),
            shared_words(one.second.text, one.first.text),
        )
        for one in found.alike
    ]
    return TwinsView(found, tuple(alike))


def figures_csv(found: Iterable[ArticleFigures]) -> str:
    """The table for a spreadsheet; whatever came from outside is made harmless."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(HEADINGS)
    for one in found:
        texts = [harmless(text or "") for text in (one.id, one.title, one.url, one.category, one.updated)]
        states = [getattr(one, state.value) for state in State]
        failed = one.failed
        share = ["", "", ""] if failed.share is None else [round(x, 4) for x in (failed.share, failed.low, failed.high)]
        counts = [one.advised, one.given, *states, one.overridden, failed.count, failed.of, *share]
        table.writerow([*texts, "yes" if one.is_there else "no", *counts])
    return written.getvalue()


def gaps_csv(found: GapReport) -> str:
    """The gaps for a spreadsheet."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(
        ["title", "tickets", "first", "last", "last_four_weeks", "four_weeks_before", "trend", "customers", "accounts",
         "monthly_revenue", "words", "nearest_article", "similarity"]
    )  # fmt: skip
    for gap in found.gaps:
        near, similarity = (gap.article.id, gap.article.similarity) if gap.article is not None else ("", "")
        revenue = "" if gap.monthly_revenue is None else gap.monthly_revenue
        counts = [gap.size, gap.first.date(), gap.last.date(), gap.recent, gap.before, gap.trend.value, gap.customers]
        words = harmless(", ".join(gap.words))
        table.writerow([harmless(gap.title), *counts, gap.accounts, revenue, words, harmless(near), similarity])
    return written.getvalue()


def _sorted(found: Sequence[ArticleFigures], column: str, *, up: bool) -> list[ArticleFigures]:
    if column == "title":
        return sorted(found, key=lambda one: (one.title.casefold(), one.id), reverse=not up)
    ordered = sorted(found, key=lambda one: (one.title.casefold(), one.id))
    if column == "failed":  # articles of which nothing is settled have no share, and stand at the end
        known = [one for one in ordered if one.settled]
        by_share = sorted(known, key=lambda one: one.failed.share or 0.0, reverse=not up)
        return [*by_share, *(one for one in ordered if not one.settled)]
    return sorted(ordered, key=lambda one: int(getattr(one, column)), reverse=not up)
