"""`advisor report`: the figures of a range of days, the weekly digest, and what would have been done in shadow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import opened

if TYPE_CHECKING:
    from advisor.decision.experience import Experience
    from advisor.desk.report_cells import ReportPart
    from advisor.desk.report_page import Tile
    from advisor.insight.ranges import Range
    from advisor.records import Records

LAST = "last"  # what --week stands for alone
WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")


@dataclass(frozen=True, slots=True)
class Made:
    """A report, ready to be set out."""

    title: str
    about: str
    range: Range
    parts: tuple[ReportPart, ...]
    notes: Sequence[str]
    tiles: Sequence[Tile]


@click.command()
@click.option("--since", type=click.DateTime(), help="Only tickets from this day on, on the clock of the file.")
@click.option("--until", type=click.DateTime(), help="Only tickets before this day.")
@click.option("--week", is_flag=False, flag_value=LAST, help="A week, such as 2026-W23; alone, the last one.")
@click.option("--shadow", is_flag=True, help="What the advisor would have done against what agents did.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--csv", "sheet", type=click.Path(path_type=Path, dir_okay=False), help="Write every table as CSV.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page that stands alone.")
@click.option("--svg", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write each picture here.")
@click.pass_context
def report(
    context: click.Context,
    since: datetime | None,
    until: datetime | None,
    week: str | None,
    shadow: bool,
    as_json: bool,
    sheet: Path | None,
    page: Path | None,
    folder: Path | None,
) -> None:
    """Figures of a range of days, each with what it is of, its interval, and the time before.

    What changed, unmet wishes, what became of articles, the worst gap to the ideal experience, topics, gaps, incidents,
    customers who are turning away, times, ratings and volumes; nothing is told by agent. Without a range: the four
    weeks up to the newest ticket. `--week` alone is the last whole week in which tickets came, and `--html` makes it a
    digest to print or to send. `--shadow` is to be read before the setting `mode` is changed to advise.

    \b
    Example: advisor report --week --html monday.html
    Example: advisor report --since 2026-05-01 --until 2026-06-01 --csv may.csv --svg pictures
    Example: advisor report --shadow --week 2026-W24
    """
    records, experience = opened(context)
    range_ = _range(records, experience, since=since, until=until, week=week)
    if range_ is None:
        click.echo("nothing recorded yet: advisor advise records tickets")
        return
    made = _shadowed(records, experience, range_) if shadow else _reported(records, experience, range_)
    written = _written(made, sheet=sheet, page=page, folder=folder)
    for path in written:
        click.echo(f"written: {path}", err=as_json)
    if as_json:
        click.echo(_json(made))
    elif not written:
        from advisor.desk.report_text import report_text

        click.echo(report_text(made.title, made.about, made.parts, made.notes))


def _range(
    records: Records, experience: Experience, *, since: datetime | None, until: datetime | None, week: str | None
) -> Range | None:
    """The days that are asked for; None where nothing is recorded."""
    from advisor.insight.ranges import MONTH, Range
    from advisor.insight.report import range_of, week_of

    if week is not None and (since or until):
        raise click.UsageError("give one of --week and --since or --until")
    usual = week_of(records, experience, datetime.now(UTC)) if week == LAST else range_of(records, experience)
    if usual is None or week == LAST:
        return usual
    if week is not None:
        return _week(week, experience)
    end = until.date() if until else usual.until
    first = since.date() if since else end - timedelta(days=MONTH)
    if end <= first:
        raise click.UsageError(f"--until must be later than --since ({first}), was: {end}")
    return Range(first, end, experience.zone)


def _week(week: str, experience: Experience) -> Range:
    from advisor.insight.ranges import Range

    found = WEEK.fullmatch(week.strip())
    try:
        return Range.week(int(found[1]), int(found[2]), experience.zone) if found else _no_week(week)
    except ValueError:
        return _no_week(week)


def _no_week(week: str) -> Range:
    raise click.UsageError(f"--week must be a week of a year, such as 2026-W23, was: {week!r}")


def _reported(records: Records, experience: Experience, range_: Range) -> Made:
    from advisor.decision.wording import instant
    from advisor.desk.report_page import tiles_of
    from advisor.desk.report_parts import NOTES, range_words, report_parts
    from advisor.insight.report import report as counted

    found = counted(records, experience, range_, now=datetime.now(UTC))
    name = "Support" if not range_.is_week else "The week in support"
    before = "the day before" if range_.days == 1 else f"the {range_.days:,} days before"
    about = f"Counted {instant(found.at.astimezone(experience.zone))}, against {before}."
    parts = report_parts(found, experience)
    return Made(f"{name}: {range_words(range_)}", about, range_, parts, NOTES, tiles_of(found))


def _shadowed(records: Records, experience: Experience, range_: Range) -> Made:
    from advisor.desk.report_parts import range_words
    from advisor.desk.shadow_parts import NOTES, shadow_parts
    from advisor.insight.seen import seen
    from advisor.insight.shadow import shadow as counted

    found = counted(seen(records, experience, since=range_.starts, until=range_.ends))
    title = f"What the advisor would have done: {range_words(range_)}"
    about = "Nothing was changed anywhere; this is what was advised, against what the agents did."
    return Made(title, about, range_, shadow_parts(found, range_), NOTES, ())


def _written(made: Made, *, sheet: Path | None, page: Path | None, folder: Path | None) -> list[Path]:
    """Write what was asked for; gives the paths."""
    from advisor.desk.report_cells import csv_of

    written = list[Path]()
    if sheet is not None:
        sheet.write_text(csv_of(made.parts), encoding="utf-8")
        written.append(sheet)
    if page is not None:
        from advisor.desk.report_page import report_page

        html = report_page(made.title, made.about, made.parts, made.notes, tiles=made.tiles)
        page.write_text(html, encoding="utf-8")
        written.append(page)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for part in made.parts:
            if part.draw is not None:
                (folder / f"{part.name}.svg").write_text(part.draw(), encoding="utf-8")
                written.append(folder / f"{part.name}.svg")
    return written


def _json(made: Made) -> str:
    from advisor.desk.report_cells import json_of
    from advisor.wire import plain_json

    head = {"title": made.title, "since": made.range.since, "until": made.range.until}
    return plain_json(head | {"parts": json_of(made.parts), "notes": made.notes})
