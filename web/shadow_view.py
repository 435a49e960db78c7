"""The shadow as the pages lay it out: what the advisor would have done against what the agents did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from advisor.desk import report_pictures as pictures
from advisor.desk.report_cells import ReportPart
from advisor.desk.report_page import Tile
from advisor.desk.report_parts import range_words
from advisor.desk.shadow_parts import ARTICLES, NOTES, shadow_parts
from advisor.insight.intervals import Share
from advisor.insight.ranges import Range
from advisor.insight.shadow import Articles, Shadow, Wishes
from web.reports_view import Kind, Sheet, sheet_of

MET_BY = {
    Wishes.BOTH: "both met it",
    Wishes.ADVICE_ALONE: "missed by agents alone",
    Wishes.AGENTS_ALONE: "missed by the advice alone",
    Wishes.NEITHER: "neither met it",
}
"""The names of bars, which must be short."""


def shadow_sheet(found: Shadow, range_: Range, *, at: datetime) -> Sheet:
    """The comparison, drawn; `at` is when it was counted."""
    return sheet_of(
        Kind.SHADOW,
        range_,
        [_with_picture(one, found) for one in shadow_parts(found, range_)],
        at=at.astimezone(range_.zone),
        title=f"What the advisor would have done: {range_words(range_)}",
        about="Nothing was changed anywhere; this is what was advised, against what the agents did.",
        tickets=found.tickets,
        tiles=list(_tiles(found)),
        notes=NOTES,
        rows={"examples": [(one.source, one.ticket_id) for one in found.examples]},
        people={},
    )


def _with_picture(part: ReportPart, found: Shadow) -> ReportPart:
    """The part, with a picture where the command has none."""
    judged, sent = sum(found.wishes.values()), sum(found.articles.values())
    if part.name == "wishes" and judged:
        shares = [(MET_BY[one], Share.of_counts(found.wishes.get(one, 0), judged)) for one in Wishes]
        return _bars(part, shares, axis="Share of known wishes")
    known = sent - found.articles.get(Articles.NOT_KNOWN, 0)
    if part.name == "articles" and known:
        which = (Articles.FIRST, Articles.OTHERS, Articles.ELSEWHERE)
        shares = [(ARTICLES[one], Share.of_counts(found.articles.get(one, 0), known)) for one in which]
        return _bars(part, shares, axis="Share of articles of which it is known which")
    return part


def _bars(part: ReportPart, shares: list[tuple[str, Share]], *, axis: str) -> ReportPart:
    return replace(part, draw=partial(pictures.shares_picture, part.title, shares, axis=axis))


def _tiles(found: Shadow) -> Iterator[Tile]:
    unknown = found.tickets - found.known.count
    said = f"of {unknown:,} it is not" if unknown else ""
    yield Tile("known what was done", f"{found.known.count:,}", f"of {found.tickets:,} tickets", said, "")
    if found.same_action.share is not None:
        yield Tile("the same action", f"{100 * found.same_action.share:.0f} %", _of(found.same_action), "", "")
    judged = sum(found.wishes.values())
    if judged:
        unclear = f"{found.unclear:,} more are unclear" if found.unclear else ""
        for one, name in (
            (Wishes.ADVICE_ALONE, "wishes that agents missed, the advice met"),
            (Wishes.AGENTS_ALONE, "wishes that agents caught, the advice missed"),
        ):
            yield Tile(name, f"{found.wishes.get(one, 0):,}", f"of {judged:,} tickets with a known wish", unclear, "")
    sent = sum(found.articles.values())
    if sent:
        known = sent - found.articles.get(Articles.NOT_KNOWN, 0)
        said = f"for {found.article_advised:,} an article was advised, too"
        yield Tile("articles that agents sent", f"{sent:,}", f"of {known:,} it is known which", said, "")


def _of(share: Share) -> str:
    return f"{100 * share.low:.0f} to {100 * share.high:.0f} %, {share.count:,} of {share.of:,}"
