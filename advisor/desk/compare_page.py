"""A comparison as one page."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.archive.compare import Beside, Comparison
from advisor.charts import Move, Portion, moves, portion_bars
from advisor.desk.compare_sheet import DONE_BY_MOMENT, DONE_MOVES, MOMENTS, MOVES, by_size, done_words, moves_by_size
from advisor.desk.experience_sheet import Part
from advisor.desk.parts_page import parts_page
from advisor.desk.whatif_text import way_words
from advisor.insight.intervals import Share


def comparison_page(title: str, parts: Sequence[Part], found: Comparison) -> str:
    """Two results, as HTML."""
    pictures = {MOVES: _moves(found), MOMENTS: _moments(found)}
    if found.done_new.known:
        pictures[f"{DONE_MOVES}, after"] = _done(found.done_new)
    return parts_page(title, parts, pictures)


def beside_page(title: str, parts: Sequence[Part], found: Beside) -> str:
    """One result beside what was done, as HTML."""
    return parts_page(title, parts, {DONE_MOVES: _done(found), DONE_BY_MOMENT: _done_by_moment(found)})


def _moves(found: Comparison) -> str:
    drawn = [
        Move(way_words(before), way_words(after), count, before == after)
        for before, after, count in moves_by_size(found)
    ]
    said = f"{found.all.changed:,} of {found.all.tickets:,} advices changed; grey: the same before and after"
    return moves(drawn, "Advices before and after", before="Before", after="After", said=said)


def _moments(found: Comparison) -> str:
    bars = [_bar(moment, group.changed, group.tickets) for moment, group in by_size(found.moments)]
    return portion_bars(bars, "Advices that change, by moment", axis="Share of the moment's tickets")


def _done(found: Beside) -> str:
    drawn = [
        Move(way_words(advised), done_words(done), count, advised.action is done.action)
        for (advised, done), count in found.ways.items()
    ]
    said = f"Grey: an article in both, or a person in both, {found.agreeing:,} of {found.known:,}"
    return moves(drawn, "What was advised, and what was done", before="Advised", after="Done", said=said)


def _done_by_moment(found: Beside) -> str:
    every = sorted(found.moments.items(), key=lambda one: (-one[1][0], one[0]))
    bars = [_bar(moment, agreeing, known) for moment, (known, agreeing) in every]
    return portion_bars(bars, "Advice and what was done agree, by moment", axis="Share of known tickets")


def _bar(label: str, count: int, of: int) -> Portion:
    share = Share.of_counts(count, of)
    return Portion(label.replace("_", " "), count, of, share.low, share.high)
