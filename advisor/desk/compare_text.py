"""A comparison for the terminal, and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from textwrap import wrap

from advisor.archive.compare import Beside, Change, Comparison
from advisor.archive.compare_given import Given
from advisor.decision.whatif import Group
from advisor.desk.compare_sheet import Names, by_size, moves_by_size
from advisor.desk.experience_sheet import Entry, Part, Table
from advisor.desk.show import WIDTH, named, says
from advisor.insight.intervals import Share
from advisor.types import Action, WishChannel

WIDEST = 34  # characters of a column of words
NARROWEST = 12  # of the first one, which gives way
NAMES = 27  # characters before a fact of the summary


def sheet_text(title: str, parts: Sequence[Part]) -> str:
    """All of it."""
    lines = [says(title, most=WIDTH)]
    for part in parts:
        lines += ["", says(part.title, most=WIDTH), *_part(part)]
    return "\n".join(lines)


def comparison_json(found: Comparison, names: Names) -> dict[str, object]:
    """All of it, for programs."""
    of = found.all.tickets
    return {
        "old": names.old,
        "new": names.new,
        "tickets": of,
        "only_old": found.only_old,
        "only_new": found.only_new,
        "repeated_old": names.repeated_old,
        "repeated_new": names.repeated_new,
        "changed": Share.of_counts(found.all.changed, of),
        "to_article": Share.of_counts(found.all.to_article, of),
        "to_person": Share.of_counts(found.all.to_person, of),
        "queue_only": Share.of_counts(found.queue_only, of),
        "unmet": {
            "before": Share.of_counts(found.all.unmet_before, of),
            "after": Share.of_counts(found.all.unmet_after, of),
            "wishes": {
                wish: {"before": found.unmet_before[wish], "after": found.unmet_after[wish]} for wish in WishChannel
            },
        },
        "made_by": {name: _fingerprints(counts) for name, counts in found.made_by.items()},
        "moves": [{"before": before, "after": after, "tickets": n} for before, after, n in moves_by_size(found)],
        "moments": _groups(found.moments),
        "topics": _groups(found.topics),
        "personas": _groups(found.personas),
        "reasons": [
            {"before": before, "after": after} | _group(group)
            for (before, after), group in sorted(found.reasons.items(), key=lambda one: (-one[1].changed, one[0]))
        ],
        "done": {"old": beside_json(found.done_old), "new": beside_json(found.done_new)},
        "telling": [_change(one) for one in found.telling],
    }


def beside_json(found: Beside) -> dict[str, object]:
    """One result beside what was done, for programs."""
    return {
        "tickets": found.tickets,
        "known": Share.of_counts(found.known, found.tickets),
        "agreeing": Share.of_counts(found.agreeing, found.known),
        "kinds": [
            {"advised": advised, "done": done} | asdict(Share.of_counts(found.of_kind(advised, done), found.known))
            for advised in Action
            for done in Action
        ],
        "same_channel": Share.of_counts(*found.same_channel),
        "moments": {moment: Share.of_counts(same, known) for moment, (known, same) in sorted(found.moments.items())},
        "moves": [
            {"advised": advised, "done": done, "tickets": count}
            for (advised, done), count in sorted(found.ways.items(), key=lambda one: (-one[1], str(one[0])))
        ],
        "apart": [_given(one) for one in found.apart],
    }


def _fingerprints(counts: Mapping[tuple[str, str], int]) -> list[dict[str, object]]:
    every = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [{"before": before, "after": after, "tickets": count} for (before, after), count in every]


def _groups(groups: Mapping[str, Group]) -> dict[str, object]:
    return {name: _group(group) for name, group in by_size(groups)}


def _group(one: Group) -> dict[str, object]:
    return asdict(one) | {"changed_share": Share.of_counts(one.changed, one.tickets)}


def _change(one: Change) -> dict[str, object]:
    return {"before": _given(one.before), "after": _given(one.after), "met": one.met, "unmet": one.unmet}


def _given(one: Given) -> dict[str, object]:
    return asdict(one)


def _part(part: Part) -> Iterator[str]:
    for line in part.lines:
        yield from (f"  {words}" for words in wrap(line, WIDTH - 2))
    for entry in part.entries:
        yield from _entry(entry) if entry.name else _facts(entry)
    if part.table is not None:
        yield from _table(part.table)


def _facts(entry: Entry) -> Iterator[str]:
    for name, said in entry.facts:
        yield f"  {says(name, most=NAMES - 2):<{NAMES}}{says(said, most=WIDTH - NAMES)}"


def _entry(entry: Entry) -> Iterator[str]:
    yield f"  {says(entry.name, most=WIDTH - 2)}"
    yield f"      {says(entry.about, most=WIDTH - 6)}"
    for name, said in entry.facts:
        yield from (f"    {line}" for line in named(name, said))


def _table(table: Table) -> Iterator[str]:
    every = [[says(cell, most=WIDEST) for cell in row] for row in (table.head, *table.rows)]
    widths = [max(len(row[place]) for row in every) for place in range(len(table.head))]
    others = sum(widths[1:]) + 2 * len(widths)
    widths[0] = max(NARROWEST, min(widths[0], WIDTH - others))
    for first, *rest in every:
        cells = zip([says(first, most=widths[0]), *rest], widths, strict=True)
        shown = (
            f"{cell:>{width}}" if at in table.figures else f"{cell:<{width}}" for at, (cell, width) in enumerate(cells)
        )
        yield f"  {'  '.join(shown)}".rstrip()
