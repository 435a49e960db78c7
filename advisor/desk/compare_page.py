"""A comparison as one page that needs nothing else: each picture with its table, and no script.

Every word is escaped: ids, topics and sentences come from the archive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template

from advisor.archive.compare import Beside, Comparison
from advisor.charts import Move, Portion, moves, portion_bars
from advisor.desk.compare_sheet import DONE_BY_MOMENT, DONE_MOVES, MOMENTS, MOVES, by_size, done_words, moves_by_size
from advisor.desk.experience_sheet import Entry, Part, Table
from advisor.desk.show import UNSEEN
from advisor.desk.whatif_text import way_words
from advisor.insight.intervals import Share

TEMPLATE = "compare.html"


def comparison_page(title: str, parts: Sequence[Part], found: Comparison) -> str:
    """Two results, as HTML."""
    pictures = {MOVES: _moves(found), MOMENTS: _moments(found)}
    if found.done_new.known:
        pictures[f"{DONE_MOVES}, after"] = _done(found.done_new)
    return _page(title, parts, pictures)


def beside_page(title: str, parts: Sequence[Part], found: Beside) -> str:
    """One result beside what was done, as HTML."""
    return _page(title, parts, {DONE_MOVES: _done(found), DONE_BY_MOMENT: _done_by_moment(found)})


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


def _page(title: str, parts: Sequence[Part], pictures: Mapping[str, str]) -> str:
    template = files("advisor.desk").joinpath(TEMPLATE).read_text(encoding="utf-8")
    sections = (
        line for place, part in enumerate(parts, start=1) for line in _section(place, part, pictures.get(part.title))
    )
    return Template(template).substitute(title=_safe(title), parts="\n".join(sections))


def _section(place: int, part: Part, picture: str | None) -> Iterator[str]:
    yield f'<section aria-labelledby="part-{place}">\n<h2 id="part-{place}">{_safe(part.title)}</h2>'
    yield from (f"<p>{_safe(line)}</p>" for line in part.lines)
    if picture is not None:
        yield f'<figure class="wide" tabindex="0">{picture}</figure>'
    if part.table is not None:
        yield f'<div class="wide" tabindex="0" role="region" aria-labelledby="part-{place}">'
        yield from _table(part.table)
        yield "</div>"
    if part.entries:
        yield '<div class="entries">'
        yield from (_entry(entry) for entry in part.entries)
        yield "</div>"
    yield "</section>"


def _table(table: Table) -> Iterator[str]:
    yield f"<table>\n<thead>\n{_row(table.head, table.figures, head=True)}\n</thead>\n<tbody>"
    yield from (_row(row, table.figures, head=False) for row in table.rows)
    yield "</tbody>\n</table>"


def _row(cells: Iterable[str], figures: frozenset[int], *, head: bool) -> str:
    written = []
    for place, cell in enumerate(cells):
        kind = ' class="figure"' if place in figures else ""
        if head or place == 0:
            written.append(f'<th scope="{"col" if head else "row"}"{kind}>{_safe(cell)}</th>')
        else:
            written.append(f"<td{kind}>{_safe(cell)}</td>")
    return f"<tr>{''.join(written)}</tr>"


def _entry(entry: Entry) -> str:
    name = f"<h3>{_safe(entry.name)}</h3>" if entry.name else ""
    about = f'<p class="about">{_safe(entry.about)}</p>' if entry.about else ""
    facts = "".join(f"<dt>{_safe(fact)}</dt><dd>{_safe(said)}</dd>" for fact, said in entry.facts)
    return f'<div class="entry">{name}{about}<dl>{facts}</dl></div>'


def _safe(text: str) -> str:
    return escape(UNSEEN.sub("", text))
