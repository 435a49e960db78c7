"""An experience file, its incidents, its versions and what differs between two, set out for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from textwrap import wrap

from advisor.decision.experience import Experience
from advisor.decision.ideals import Incident
from advisor.decision.wording import instant
from advisor.desk.experience_changes import Difference, summary
from advisor.desk.experience_sheet import Entry, Part, Table, incident_entry, matched_by
from advisor.desk.show import UNSEEN, WIDTH
from advisor.records import Use

MARGIN = 16  # characters before a fact
GAP = "  "  # between two columns
NARROWEST = 8  # characters of a column that gives way


def sheet_text(experience: Experience, parts: Sequence[Part], *, name: str) -> str:
    """The whole file in lines of at most 100 characters."""
    lines = [f"The experience that we want to give: {name} ({experience.fingerprint})"]
    for part in parts:
        lines += ["", part.title, *_part(part)]
    return shown(lines)


def incidents_text(experience: Experience, *, at: datetime) -> str:
    """Every incident of the file, the newest last."""
    if not experience.incidents:
        return "No incident is in the file."
    return shown(line for one in experience.incidents for line in _entry(incident_entry(one, experience, at=at)))


def opened_text(started: Incident) -> str:
    """How an incident that was just opened works, and how it ends."""
    since = instant(started.opened) if started.opened is not None else "now"
    until = f", until {instant(started.until)}" if started.until is not None else ""
    lines = [
        f"open: {started.id}, since {since}{until}",
        f"  Tickets that come near in meaning to {matched_by(started)} carry the notice.",
        "  They go to a person, unless the customer asks for an article in that ticket.",
        "  A program that is already running takes it over when it is started again.",
        f"  To close it: advisor incident close {started.id}",
    ]
    return shown(lines)


def summary_text(experience: Experience, *, name: str) -> str:
    """That the file is good, and what is in it."""
    counts = (
        ("moments", len(experience.moments)),
        ("channels", len(experience.offers)),
        ("queues", len(experience.queues)),
        ("kinds of customers", len(experience.personas)),
        ("plans", len(experience.plans)),
        ("incidents", len(experience.incidents)),
    )
    terms = experience.promise
    lines = [
        f"{name}: ok ({experience.fingerprint})",
        *_wrapped(", ".join(f"{count} {what}" for what, count in counts), indent=2),
        *_wrapped(
            f"promised: at most {100 * terms.share:g} % of the articles given by cost are wrong, "
            f"with {100 * terms.confidence:g} % confidence",
            indent=2,
        ),
        *_wrapped(f"times without an offset are on the clock of {experience.zone.key}", indent=2),
    ]
    return shown(lines)


def differences_text(found: Sequence[Difference], *, before: str, after: str) -> str:
    """What was changed from one file to the other, a key a line."""
    if not found:
        return f"{before} and {after} say the same: comments, spaces and order do not count"
    changes = "1 key differs" if len(found) == 1 else f"{len(found)} keys differ"
    return shown([f"From {before} to {after}: {changes}", *(line for one in found for line in _wrapped(str(one), 2))])


def history_text(uses: Sequence[tuple[Use, list[Difference] | None]], *, zone: tzinfo) -> str:
    """The versions that were in use, the newest first; None = there is nothing to compare a version with."""
    lines: list[str] = []
    for use, found in uses:
        lines.append(f"{use.fingerprint}  {instant(use.at.astimezone(zone))}, by {use.by or 'nobody known'}")
        change = "the first that is known" if found is None else summary(found)
        lines += _wrapped(change, indent=18)
    return shown(lines)


def shown(lines: Iterable[str]) -> str:
    """Lines without what a terminal would obey."""
    return "\n".join(UNSEEN.sub("", line).rstrip() for line in lines)


def _part(part: Part) -> Iterator[str]:
    for line in part.lines:
        yield from _wrapped(line, indent=2)
    if part.table is not None:
        yield from _table(part.table)
    for entry in part.entries:
        yield from _entry(entry)


def _entry(entry: Entry) -> Iterator[str]:
    yield from _wrapped(f"{entry.name}: {entry.about}" if entry.about else entry.name, indent=2)
    for name, text in entry.facts:
        rows = wrap(" ".join(text.split()), WIDTH - MARGIN) or [""]
        for place, row in enumerate(rows):
            yield f"    {name if place == 0 else '':<{MARGIN - 4}}{row}"


def _table(table: Table) -> Iterator[str]:
    widths = _widths(table)
    for row in (table.head, *table.rows):
        cells = [wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for line in range(max(map(len, cells))):
            parts = (cell[line] if line < len(cell) else "" for cell in cells)
            yield "  " + GAP.join(
                f"{part:>{width}}" if place in table.figures else f"{part:<{width}}"
                for place, (part, width) in enumerate(zip(parts, widths, strict=True))
            )


def _widths(table: Table) -> list[int]:
    """As wide as the widest cell; where that is too much, the widest columns give way."""
    columns = zip(table.head, *table.rows, strict=True)
    widths = [max(map(len, column)) for column in columns]
    while sum(widths) + len(GAP) * len(widths) > WIDTH and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _wrapped(text: str, indent: int) -> list[str]:
    flat = " ".join(text.split())
    return wrap(flat, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2))
