"""The speed of a ticket as one page that needs nothing else: the picture with its table, and no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files
from string import Template

from advisor.charts import Slice, stacked_bar
from advisor.desk.bench_measure import Speed
from advisor.desk.bench_text import STEPS, TITLE
from advisor.desk.experience_sheet import Entry, Part, Table

TEMPLATE = "compare.html"


def speed_page(parts: Sequence[Part], found: Speed) -> str:
    """All of it, as HTML."""
    template = files("advisor.desk").joinpath(TEMPLATE).read_text(encoding="utf-8")
    sections = (line for part in parts for line in _section(part, _picture(found) if part.title == STEPS else ""))
    return Template(template).substitute(title=TITLE, parts="\n".join(sections))


def _picture(found: Speed) -> str:
    longest = max(found.steps, key=lambda one: one.share)
    said = f"Longest: {longest.step}, {1000 * longest.mean:.2f} of {1000 * found.sum:.2f} ms"
    slices = [Slice(str(one.step), one.share) for one in found.steps]
    return stacked_bar(slices, "Where the time of a ticket goes", axis="Share of all steps", said=said)


def _section(part: Part, picture: str) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(part.title)}</h2>"
    yield from (f"<p>{escape(line)}</p>" for line in part.lines)
    if picture:
        yield f'<figure class="wide" tabindex="0">{picture}</figure>'
    if part.table is not None:
        yield from _table(part.table)
    yield from (_facts(entry) for entry in part.entries)
    yield "</section>"


def _table(table: Table) -> Iterator[str]:
    yield '<div class="wide" tabindex="0">\n<table>\n<thead>'
    yield _row("col", table.head)
    yield "</thead>\n<tbody>"
    yield from (_row("row", row) for row in table.rows)
    yield "</tbody>\n</table>\n</div>"


def _row(scope: str, cells: Iterable[str]) -> str:
    """The first cell names the row; all others are figures, or the names of figures."""
    first, *figures = cells
    tag = 'th scope="col"' if scope == "col" else "td"
    rest = (f'<{tag} class="figure">{escape(cell)}</{tag[:2]}>' for cell in figures)
    return f'<tr><th scope="{scope}">{escape(first)}</th>{"".join(rest)}</tr>'


def _facts(entry: Entry) -> str:
    return "".join(
        ("<dl>", *(f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in entry.facts), "</dl>")
    )
