"""`advisor compare`: two results of an archive, or two times in the records, ticket by ticket."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import counted, settings_of
from advisor.errors import ResultError

if TYPE_CHECKING:
    from advisor.archive.compare import Beside, Comparison
    from advisor.archive.compare_records import When
    from advisor.desk.compare_sheet import Names

DATED = (
    "The records do not keep when an advice was written: it counts from its ticket's time, or from when its "
    "experience file or promise came into use."
)
MATCHED = "compare results of one archive, whose tickets kept their source and id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How the comparison is to be told."""

    examples: int
    as_json: bool
    page: Path | None


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="[NEW]", required=False)
@click.option("--records", "in_records", is_flag=True, help="OLD and NEW are times in the records, or first or now.")
@click.option("--examples", type=click.IntRange(0, 1000), default=10, show_default=True, help="How many of each kind.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page that stands alone.")
@click.option("--fail-over", type=click.FloatRange(0, 1), metavar="SHARE", help="Exit with 1 should more change.")
@click.pass_context
def compare(
    context: click.Context,
    old: str,
    new: str | None,
    in_records: bool,
    examples: int,
    as_json: bool,
    page: Path | None,
    fail_over: float | None,
) -> None:
    """Compare two results of an archive, ticket by ticket, and both with what was really done.

    OLD and NEW are files that hold a result (.jsonl, .csv, .parquet). It says how many advices change, from what to
    what, for whom and why, what differs in between, and which tickets tell most. With OLD alone, it sets the advice
    beside what was done.

    With --records, OLD and NEW are times (a day is its beginning, UTC), or the words first and now: the advice that
    was in force then, from the records of this installation.

    \b
    Example: advisor compare old.parquet new.parquet
    Example: advisor compare old.jsonl new.jsonl --html changes.html --fail-over 0.02
    Example: advisor compare new.csv
    Example: advisor compare --records 2026-03-01 now --json
    """
    wanted = Wanted(examples=examples, as_json=as_json, page=page)
    if new is None:
        if in_records or fail_over is not None:
            raise click.UsageError("--records and --fail-over need OLD and NEW: name both")
        _tell_beside(Path(old), wanted)
        return
    found, names = _in_records(context, old, new, wanted) if in_records else _in_results(Path(old), Path(new), wanted)
    _tell(found, names, wanted)
    if fail_over is not None and found.changed > fail_over:
        told = f"{found.all.changed:,} of {found.all.tickets:,} advices changed ({100 * found.changed:.1f} %)"
        click.echo(f"{told}, which is more than {100 * fail_over:g} %", err=True)
        context.exit(1)


def _in_results(old: Path, new: Path, wanted: Wanted) -> tuple[Comparison, Names]:
    from advisor.archive.compare import compare as counts
    from advisor.archive.compare_given import given_in
    from advisor.archive.compare_join import Meeting, Side
    from advisor.desk.compare_sheet import Names

    if old.exists() and new.exists() and old.samefile(new):
        raise ResultError(f"OLD and NEW must be two files, were both: {old}: name the results of two runs")
    with closing(Meeting()) as meeting:
        repeated_old = meeting.take(Side.OLD, counted(given_in(old), f"Reading {old.name}"))
        repeated_new = meeting.take(Side.NEW, counted(given_in(new), f"Reading {new.name}"))
        found = counts(counted(meeting.pairs(), "Comparing"), examples=wanted.examples)
    if not found.all.tickets:
        there = f"{old} has {found.only_old:,}, {new} has {found.only_new:,} others"
        raise ResultError(f"no ticket stands in both results: {there}: {MATCHED}")
    called = (str(old), str(new)) if old.name == new.name else (old.name, new.name)
    return found, Names(old=called[0], new=called[1], repeated_old=repeated_old, repeated_new=repeated_new)


def _in_records(context: click.Context, old: str, new: str, wanted: Wanted) -> tuple[Comparison, Names]:
    from advisor.archive.compare import compare as counts
    from advisor.archive.compare_records import in_force
    from advisor.desk.compare_sheet import Names
    from advisor.wiring import open_records

    records = open_records(settings_of(context))
    pairs = in_force(records, _when(old), _when(new))
    found = counts(counted(pairs, "Comparing"), examples=wanted.examples)
    if not found.all.tickets:
        there = f"{found.only_new:,} had one by {new} only"
        raise ResultError(f"no recorded ticket had an advice by {old}: {there}: give a later OLD, or the word first")
    return found, Names(old=old, new=new, notes=(DATED,))


def _when(text: str) -> When:
    from advisor.archive.compare_records import Ever

    if text in set(Ever):
        return Ever(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        cure = "give a day (2026-03-01), a moment (2026-03-01T10:00), first or now"
        raise ResultError(f"OLD and NEW must be times with --records, was: {text}: {cure}") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _tell(found: Comparison, names: Names, wanted: Wanted) -> None:
    from advisor.desk.compare_sheet import comparison_sheet
    from advisor.desk.compare_text import comparison_json, sheet_text
    from advisor.wire import plain_json

    title, parts = f"{names.old} → {names.new}", comparison_sheet(found, names)
    if wanted.page is not None:
        from advisor.desk.compare_page import comparison_page

        _write(wanted.page, comparison_page(title, parts, found), wanted)
    if wanted.as_json:
        click.echo(plain_json(comparison_json(found, names)))
    elif wanted.page is None:
        click.echo(sheet_text(title, parts))


def _tell_beside(result: Path, wanted: Wanted) -> None:
    from advisor.desk.compare_sheet import beside_sheet
    from advisor.desk.compare_text import beside_json, sheet_text
    from advisor.wire import plain_json

    found, names = _beside(result, wanted)
    title, parts = f"{names.new} beside what was really done", beside_sheet(found, names)
    if wanted.page is not None:
        from advisor.desk.compare_page import beside_page

        _write(wanted.page, beside_page(title, parts, found), wanted)
    if wanted.as_json:
        click.echo(plain_json({"result": names.new} | beside_json(found)))
    elif wanted.page is None:
        click.echo(sheet_text(title, parts))


def _beside(result: Path, wanted: Wanted) -> tuple[Beside, Names]:
    from advisor.archive.compare import beside
    from advisor.archive.compare_given import given_in
    from advisor.archive.compare_join import Meeting, Side
    from advisor.desk.compare_sheet import Names

    with closing(Meeting()) as meeting:
        repeated = meeting.take(Side.NEW, counted(given_in(result), f"Reading {result.name}"))
        given = (after for _, after in meeting.pairs() if after is not None)
        found = beside(counted(given, "Counting"), examples=wanted.examples)
    if not found.known:
        raise ResultError(
            f"{result}: no row of its {found.tickets:,} says what was really done (handled_action): "
            "name a second result, or score an archive that tells how its tickets were handled"
        )
    return found, Names(old="", new=result.name, repeated_new=repeated)


def _write(path: Path, page: str, wanted: Wanted) -> None:
    path.write_text(page, encoding="utf-8")
    click.echo(f"written: {path}", err=wanted.as_json)
