"""Parts of a report as one page that needs nothing else: each picture with its table, and no script.

Every word is escaped: ids, topics and sentences come from archives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from string import Template

from advisor.desk.experience_sheet import Entry, Part, Table
from advisor.desk.show import UNSEEN

TEMPLATE = "parts.html"


def parts_page(title: str, parts: Sequence[Part], pictures: Mapping[str, str]) -> str:
    """HTML of parts; `pictures`: SVG by the title of the part it belongs to."""
    template = files("advisor.desk").joinpath(TEMPLATE).read_text(encoding="utf-8")
    return Template(template).substitute(title=_safe(title), parts="\n".join(sections(parts, pictures)))


def sections(parts: Sequence[Part], pictures: Mapping[str, str]) -> Iterator[str]:
    """The parts as sections of a page, numbered from `part-1` on."""
    for place, part in enumerate(parts, start=1):
        yield from _section(place, part, pictures.get(part.title))


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
