"""A report as one page that stands alone: no script, nothing fetched, each picture with its table; it prints well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from advisor.desk.parts_page import sections
from advisor.desk.report_cells import ReportPart, part_of, shown
from advisor.desk.report_words import FIGURES, hours_words
from advisor.desk.show import UNSEEN
from advisor.insight.changes import Change, changes
from advisor.insight.intervals import Share
from advisor.insight.report import Report

TEMPLATE = "report.html"


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure that is seen first."""

    name: str
    value: str
    of: str  # what it is of, with the interval
    change: str  # against the time before; empty = none can be told
    kind: str  # "better", "worse" or ""


def report_page(
    title: str, about: str, parts: Sequence[ReportPart], notes: Iterable[str], *, tiles: Sequence[Tile] = ()
) -> str:
    """HTML with its style and pictures inside; every word is escaped."""
    pictures = {part.title: part.draw() for part in parts if part.draw is not None}
    template = files("advisor.desk").joinpath(TEMPLATE).read_text(encoding="utf-8")
    return Template(template).substitute(
        title=_safe(title),
        about=_safe(about),
        contents="\n".join(_contents(parts)),
        tiles="\n".join(map(_tile, tiles)),
        parts="\n".join(sections([part_of(part) for part in parts], pictures)),
        notes="\n".join(f"<p>{_safe(note)}</p>" for note in notes),
    )


def tiles_of(found: Report) -> list[Tile]:
    """The figures that are seen first."""
    tickets, before = found.now.volumes.tickets, found.before.volumes.tickets
    first, earlier = found.now.times.all.first, found.before.times.all.first
    tiles = [Tile("tickets", f"{tickets:,}", "all that were recorded", f"before {before:,}" if before else "", "")]
    tiles += [_share_tile(one) for one in changes(found) if one.now.of]
    if first.known:
        said = f"before {hours_words(earlier.median)}" if earlier.known else ""
        low, high = (f"{end:.2f}" if end is not None else "—" for end in (first.median.low, first.median.high))
        of = f"{low} to {high}, of {first.known:,}; {first.unknown:,} not known"
        tiles.append(Tile("median first answer", f"{first.median.value or 0:.2f} h", of, said, ""))
    if found.now.ratings.nps.answered.count:
        score, was = found.now.ratings.nps.score, found.before.ratings.nps.score
        of = f"{score.low:+.0f} to {score.high:+.0f}, of {score.of:,}"
        tiles.append(Tile("NPS", f"{score.value or 0:+.0f}", of, f"before {shown(was)}" if was.of else "", ""))
    return tiles


def _share_tile(one: Change) -> Tile:
    change = ""
    if one.difference.value is not None:
        clear = "" if one.difference.is_clear else ", unclear"
        change = f"{100 * one.difference.value:+.1f} points{clear}"
    kind = {True: "better", False: "worse", None: ""}[one.is_better]
    return Tile(FIGURES[one.figure], f"{100 * (one.now.share or 0.0):.0f} %", _of(one.now), change, kind)


def _of(share: Share) -> str:
    return f"{100 * share.low:.0f} to {100 * share.high:.0f} %, {share.count:,} of {share.of:,}"


def _contents(parts: Sequence[ReportPart]) -> Iterator[str]:
    for place, part in enumerate(parts, start=1):
        yield f'<a href="#part-{place}">{_safe(part.title)}</a>'


def _tile(one: Tile) -> str:
    change = f'<p class="change {one.kind}">{_safe(one.change)}</p>' if one.change else ""
    return (
        f'<div class="tile"><p class="name">{_safe(one.name)}</p><p class="value">{_safe(one.value)}</p>'
        f'<p class="of">{_safe(one.of)}</p>{change}</div>'
    )


def _safe(text: str) -> str:
    return escape(UNSEEN.sub("", text))
