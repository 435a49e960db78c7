"""Compliance as a page that stands alone, and as CSV for a spreadsheet; whatever came from outside is made harmless."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from advisor.charts import Bar, bars
from advisor.decision.experience import Experience
from advisor.desk.compliance_text import (
    CALLED,
    NOTES,
    PARTS,
    cause_words,
    correction_lines,
    gaps,
    ideal_words,
    missed_words,
    newest_first,
    ordered,
    part_of,
    said_words,
    share_words,
)
from advisor.desk.outcome_text import done_words
from advisor.desk.show import UNSEEN
from advisor.insight.compliance import Breach, Compliance
from advisor.insight.intervals import Share
from advisor.types import Moment

LISTED_BREACHES = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet takes for a formula."""

HEADINGS = ("figure", "by", "group", "count", "of", "share", "low", "high", "by_later_choice", "breached", "unknown")
STYLE = """\
body { font: 16px/1.5 Helvetica, Arial, sans-serif; color: #1f1f1f; max-width: 60rem; margin: 2rem auto }
table { border-collapse: collapse; margin: 1rem 0; width: 100% }
caption { text-align: left; font-weight: bold; font-size: 1.15rem; padding: .5rem 0 }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top }
svg { max-width: 100%; height: auto }
.big { font-size: 1.4rem }
"""


def compliance_csv(found: Compliance) -> str:
    """One row a figure: all, each group, and each part of the ideal experience by moment."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(HEADINGS)
    for name, group in (("all", found.all), *ordered(found)):
        rest = (group.by_later_choice, group.breached, group.unknown)
        by = "all" if group is found.all else found.by.value
        table.writerow(["honoured", by, harmless(name), *_cells(group.share), *rest])
    for moment, gap in gaps(found):
        for part in PARTS:
            table.writerow([f"ideal_{part}", "moment", harmless(moment), *_cells(part_of(gap, part).share), "", "", ""])
    return written.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, nor for two rows: a lone carriage return is written unquoted."""
    return (f"'{cell}" if cell.startswith(FORMULA) else cell).replace("\r", " ")


def compliance_page(found: Compliance, experience: Experience) -> str:
    """The whole of it as HTML with its picture inside: no script, no address that is fetched."""
    shown = [(name, group.share) for name, group in ordered(found) if group.share.share is not None]
    figures = [Bar(name.replace("_", " "), share.share or 0.0, share.low, share.high) for name, share in shown]
    picture = bars(figures, f"Wishes honoured. {CALLED[found.by]}", axis="Share of known tickets") if figures else ""
    body = "\n".join((_summary(found), picture, _groups(found), _gaps(found, experience), _breaches(found, experience)))
    notes = "".join(f"<p>{escape(line)}</p>" for line in (*correction_lines(found.corrected), *NOTES))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Compliance</title>\n'
        f"<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>What was done against what customers wished</h1>\n"
        f"{body}\n<h2>How to read this</h2>\n{notes}\n</body>\n</html>\n"
    )


def _cells(share: Share) -> tuple[object, ...]:
    value = "" if share.share is None else f"{share.share:.4f}"
    return share.count, share.of, value, f"{share.low:.4f}", f"{share.high:.4f}"


def _summary(found: Compliance) -> str:
    group = found.all
    later = f"{group.by_later_choice:,} of them by a later choice of the customer's own"
    return (
        f'<p class="big">Honoured: {escape(share_words(group.share))}</p>\n'
        f"<p>{escape(later)}. Breached: {group.breached:,}. Unknown: {group.unknown:,}. "
        f"{group.tickets:,} of {found.tickets:,} recorded tickets have a stated wish.</p>"
    )


def _groups(found: Compliance) -> str:
    rows = [
        (name.replace("_", " "), share_words(group.share), group.by_later_choice, group.breached, group.unknown)
        for name, group in ordered(found)
    ]
    return _table(CALLED[found.by], ("", "honoured", "by a later choice", "breached", "unknown"), rows)


def _gaps(found: Compliance, experience: Experience) -> str:
    rows = [
        (
            moment.replace("_", " "),
            ideal_words(experience.moments[Moment(moment)]),
            *(share_words(part_of(gap, part).share) for part in PARTS),
        )
        for moment, gap in gaps(found)
    ]
    return _table("The gap to the ideal experience", ("moment", "ideal", *PARTS.values()), rows)


def _breaches(found: Compliance, experience: Experience) -> str:
    breaches = newest_first(found)
    rows = [_breach(one, experience) for one in breaches[:LISTED_BREACHES]]
    more = len(breaches) - len(rows)
    caption = "Breaches, the newest first" + (f" ({more:,} older ones are not listed)" if more else "")
    return _table(caption, ("ticket", "came", "missed", "cause", "done", "words"), rows)


def _breach(one: Breach, experience: Experience) -> tuple[object, ...]:
    day = f"{one.at.astimezone(experience.zone):%Y-%m-%d}"
    done = done_words(one.done, experience.zone)
    return one.ticket_id, day, missed_words(one), cause_words(one), done, said_words(one)


def _table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    return "\n".join(_lines(caption, headings, rows))


def _lines(caption: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"<table>\n<caption>{escape(caption)}</caption>"
    yield _row("th", headings)
    for row in rows:
        yield _row("td", row)
    yield "</table>"


def _row(tag: str, cells: Iterable[object]) -> str:
    written = (f"<{tag}>{escape(UNSEEN.sub('', str(cell)))}</{tag}>" for cell in cells)
    return f"<tr>{''.join(written)}</tr>"
