"""Runs tasks and writes down what they gave: a table for people, one for the README, JSON for programs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from advisor.errors import ModelError, SettingsError
from training.benchmarks import TASKS, Figure, Goal, Mark, MissingSetError, Result, Setting, Unit

SCHEMA = 1
START, END = "<!-- evaluate: start -->", "<!-- evaluate: end -->"
HEADINGS = ("figure", "value", "95 % interval", "target", "stretch", "met", "published")
WRITTEN: dict[Unit, Callable[[float], str]] = {
    Unit.PERCENT: lambda value: f"{100 * value:.1f}",
    Unit.SHARE: lambda value: f"{value:.3f}".replace("0.", ".", 1),
    Unit.TIMES: lambda value: f"{value:.2f} ×",
    Unit.MILLISECONDS: lambda value: f"{value:.2f} ms",
    Unit.NUMBER: lambda value: f"{value:.2f}",
    Unit.MEGABYTES: lambda value: f"{value:.1f} MB",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What `advisor evaluate --json` wrote."""

    schema: int
    encoder: str  # fingerprint
    quick: bool
    complete: bool
    results: tuple[Result, ...]


def evaluate(names: Sequence[str], setting: Setting) -> Iterator[Result]:
    """Run tasks one after another; one whose data is missing gives a result that says so."""
    for name in names:
        start = time.perf_counter()
        result = attempt(name, setting)
        yield replace(result, seconds=round(time.perf_counter() - start, 1), date=datetime.now(UTC).date().isoformat())


def attempt(name: str, setting: Setting) -> Result:
    """Run a task, or say what it lacks."""
    try:
        return TASKS[name](setting)
    except (SettingsError, MissingSetError, ModelError) as error:
        return Result(name=name, mark=Mark.SHIPPED, protocol="", missing=str(error))
    except FileNotFoundError as error:
        missing = f"{error.filename} is not there: the folder that ADVISOR_DATA names lacks this set"
        return Result(name=name, mark=Mark.SHIPPED, protocol="", missing=missing)


def complete(results: Iterable[Result]) -> bool:
    """Whether every task was run."""
    return not any(result.missing for result in results)


def written(figure: Figure) -> str:
    """The value as people write it."""
    return WRITTEN[figure.unit](figure.value)


def interval(figure: Figure) -> str:
    """The interval; nothing where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    low, high = (WRITTEN[figure.unit](value).split(" ")[0] for value in (figure.low, figure.high))
    return f"{low} to {high}"


def goal(wanted: Goal | None, unit: Unit) -> str:
    """What is to be reached; nothing for a figure for the record."""
    if wanted is None:
        return ""
    ends = [WRITTEN[unit](end).split(" ")[0] for end in (wanted.least, wanted.most) if end is not None]
    if len(ends) == 2:
        return f"{ends[0]} to {ends[1]}"
    if wanted.least is not None:
        return "> 0" if 0 < wanted.least < 1e-3 else f"≥ {ends[0]}"
    return f"≤ {ends[0]}"


def met(figure: Figure) -> str:
    """Whether target and stretch are reached."""
    if figure.target is None:
        return ""
    if figure.stretch is not None and figure.stretch.met(figure.value):
        return "stretch"
    return "yes" if figure.target.met(figure.value) else "no"


def cells(figure: Figure) -> tuple[str, ...]:
    """A row of the table, as HEADINGS name it."""
    target, stretch = goal(figure.target, figure.unit), goal(figure.stretch, figure.unit)
    return (figure.name, written(figure), interval(figure), target, stretch, met(figure), figure.published)


def table(result: Result) -> str:
    """A task for the terminal."""
    if result.missing:
        return f"{result.name}: not run. {result.missing}\n"
    rows = [HEADINGS, *(cells(figure) for figure in result.figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    body = "\n".join(f"  {line}" for line in lines)
    return f"{result.name} ({result.mark}, {result.seconds:.0f} s): {result.protocol}.\n{body}\n"


def markdown(results: Sequence[Result], *, quick: bool = False) -> str:
    """All tasks as one table between the README's markers, with the protocols below it."""
    lines = [START, "", f"| task | {' | '.join(HEADINGS)} | weights |", f"|{' --- |' * (len(HEADINGS) + 2)}"]
    for result in results:
        if result.missing:
            lines.append(f"| `{result.name}` | not run |{' |' * len(HEADINGS)}")
        for figure in result.figures:
            row = (f"`{result.name}`", *cells(figure), str(figure.mark or result.mark))
            lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |")
    notes = [f"* `{result.name}` ({result.date}): {result.protocol}." for result in results if result.protocol]
    if quick:
        notes.insert(0, "Made with `--quick`, on small parts of the data: not to be quoted.\n")
    return "\n".join([*lines, "", *notes, "", END])


def placed(text: str, made: str) -> str:
    """A document with the table between its markers made anew; raises SettingsError where it has no markers."""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise SettingsError(f"the document needs the lines {START!r} and {END!r}, between which the table is placed")
    return before + made + after


def as_json(results: Sequence[Result], setting: Setting) -> str:
    """All results as one JSON object; pictures are left out."""
    content = {
        "schema": SCHEMA,
        "encoder": setting.encoder.fingerprint,
        "quick": setting.quick,
        "complete": complete(results),
        "results": [_plain(result) for result in results],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=1).decode()


def read_figures(path: Path) -> Figures:
    """Read what `as_json` wrote; raises SettingsError where the file is not that."""
    cure = "make it with: advisor evaluate all --json"
    try:
        figures = msgspec.json.decode(path.read_bytes(), type=Figures)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): {cure}") from error
    except msgspec.DecodeError as error:
        raise SettingsError(f"{path} does not hold figures ({error}): {cure}") from error
    if figures.schema != SCHEMA:
        raise SettingsError(f"{path} has schema {figures.schema}, this program reads {SCHEMA}: {cure}")
    return figures


def joined(before: Figures, fresh: Sequence[Result], setting: Setting) -> list[Result]:
    """Figures of before with those of tasks that were measured anew in their place, in the order of the table.

    Raises SettingsError where the two cannot stand in one table: another encoder, or one of them quick.
    """
    if fresh and (before.encoder, before.quick) != (setting.encoder.fingerprint, setting.quick):
        raise SettingsError(
            "figures of one table must be of one encoder and all or none quick, were: "
            f"{before.encoder}{', quick' * before.quick} and {setting.encoder.fingerprint}{', quick' * setting.quick}"
        )
    found = {one.name: one for one in before.results} | {one.name: one for one in fresh}
    return [found[name] for name in TASKS if name in found]


def save_plots(result: Result, folder: Path) -> list[Path]:
    """Write a task's pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, svg in result.plots.items():
        path = folder / f"{result.name}-{name}.svg"
        path.write_text(svg, encoding="utf-8")
        paths.append(path)
    return paths


def _plain(result: Result) -> dict[str, object]:
    figures = [
        {
            **msgspec.to_builtins(figure),
            "mark": figure.mark or result.mark,
            "met": figure.target.met(figure.value) if figure.target else None,
            "stretch_met": figure.stretch.met(figure.value) if figure.stretch else None,
        }
        for figure in result.figures
    ]
    return {
        "name": result.name,
        "mark": result.mark,
        "protocol": result.protocol,
        "seconds": result.seconds,
        "date": result.date,
        "missing": result.missing,
        "figures": figures,
    }
