"""`advisor rescore`: what would be advised today for all tickets of an archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import say_problems, settings_of
from advisor.errors import ArchiveError

if TYPE_CHECKING:
    from tqdm import tqdm

    from advisor.archive.formats import Archive
    from advisor.archive.rescore import Report, Request
    from advisor.archive.team import Team
    from advisor.archive.worker import Past
    from index.progress import Progress

FORMATS = ("csv", "jsonl", "json", "parquet", "mbox", "eml", "zendesk", "freshdesk")


@click.command()
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The result: .jsonl, .csv or .parquet.")
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column holds what; goes before what is guessed.",
)
@click.option("--format", "format_name", type=click.Choice(FORMATS), help="What ARCHIVE is; recognised by its content.")
@click.option("--since", help="Only tickets from this day or moment on; older ones are history.")
@click.option(
    "--sample", type=click.IntRange(1), metavar="N", help="Only N tickets, spread over months and channels as all are."
)
@click.option(
    "--history",
    type=click.Choice(["archive", "records", "none"]),
    default="archive",
    show_default=True,
    help="Where earlier tickets and wishes on file come from.",
)
@click.option("--processes", type=click.IntRange(1), help="Processes that work; one a core unless given.")
@click.option("--dask", metavar="ADDRESS", help="A Dask scheduler (tcp://…), or local:N for N workers on this machine.")
@click.option("--work", metavar="FOLDER", help="With --dask: a folder that all workers reach, a path or an address.")
@click.option("--fast", is_flag=True, help="Search for no article where none is likely to change the advice.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done, and how long it would take.")
@click.pass_context
def rescore(
    context: click.Context,
    archive: Path,
    out: Path | None,
    pairs: tuple[str, ...],
    format_name: str | None,
    since: str | None,
    sample: int | None,
    history: str,
    processes: int | None,
    dask: str | None,
    work: str | None,
    fast: bool,
    dry_run: bool,
) -> None:
    """Say what would be advised today for every ticket of ARCHIVE.

    ARCHIVE is CSV, JSON lines, Parquet, a mailbox, a folder of .eml, or an export of Zendesk or Freshdesk, packed or
    not. Nothing is recorded, sent or changed. Stopped at any moment, the same command goes on. Rows that cannot be read
    are listed in OUT.rejects.csv; the exit status is then 1.

    \b
    Example: advisor rescore tickets.csv --out result.csv
    Example: advisor rescore all.csv.gz --map body=Document --sample 1000 --out result.jsonl
    Example: advisor rescore tickets.csv --fast --out result.csv
    Example: advisor rescore mail.mbox --since 2026-01-01 --out result.parquet --dry-run
    """
    from advisor.archive import rescore as archives
    from advisor.archive.forecast import forecast
    from advisor.archive.rescore import Request
    from advisor.archive.selection import Selection
    from advisor.archive.worker import Past
    from advisor.wiring import archive_basis, tidy_archives

    settings = settings_of(context)
    if processes is not None:
        settings = replace(settings, threads=processes)
    found = recognised(archive, pairs, format_name)
    bar = Bar()
    work = work_of(dask, work, processes)
    team = team_of(dask, work, Past(history), bar)
    basis = archive_basis(settings, Past(history), progress=bar)
    request = Request(
        archive=found,
        out=out or Path("result.jsonl"),
        selection=Selection(moment(since, basis.experience.zone), sample),
        past=Past(history),
        work=work,
        fast=fast,
    )
    if dry_run and fast:
        raise click.UsageError("--dry-run tells how long the full way takes, and nothing of --fast: leave one out")
    if dry_run:
        for line in forecast(request, basis, progress=bar):
            click.echo(line)
        return
    if out is None:
        raise click.UsageError("--out must name the result, such as --out result.jsonl; or use --dry-run")
    report = archives.rescore(request, basis, team=team, progress=bar)
    for line in report_text(request, report):
        click.echo(line)
    say_problems([f"{one.where}: {one.reason}" for one in report.refused], called="not scored")
    tidy_archives(settings)
    if report.refused:
        context.exit(1 if report.rows else 2)


def recognised(archive: Path, pairs: tuple[str, ...], format_name: str | None) -> Archive:
    """The archive, and on standard error how it is read."""
    from advisor.archive.columns import asked, explain
    from advisor.archive.formats import Format, recognise

    found = recognise(archive, format=Format(format_name) if format_name else None, mapping=asked(pairs))
    for line in explain(found):
        click.echo(line, err=True)
    return found


def moment(text: str | None, zone: tzinfo) -> datetime | None:
    """A day or a moment; the usage error says what is one."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise click.UsageError(f"--since must be a day or moment such as 2026-01-31, was: {text}") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def work_of(dask: str | None, work: str | None, processes: int | None) -> str | None:
    """The work folder as every worker may call it; the usage error says which options belong together."""
    from advisor.archive.folder import placed

    if dask is None and work is not None:
        raise click.UsageError(
            "--work is where the workers of a cluster read and keep: give --dask, too, or leave it out"
        )
    if dask is not None and processes is not None:
        raise click.UsageError("--processes works without a cluster: leave it out, or use --dask local:N alone")
    return None if work is None else placed(work)


def team_of(dask: str | None, work: str | None, past: Past, progress: Progress) -> Team:
    """Who works: the processes of this machine, or those of a Dask cluster."""
    from advisor.archive.team import local_team

    if dask is None:
        return local_team
    try:
        from advisor.archive import cluster
    except ModuleNotFoundError as error:
        raise ArchiveError(f"--dask needs {error.name}, which is missing: install ticket-advisor[scale]") from error
    cluster.check_past(dask, work, past)
    return cluster.cluster_team(dask, work, progress=progress)


def report_text(request: Request, report: Report) -> Iterator[str]:
    """What a run did, line by line."""
    from advisor.archive.fingerprint import said
    from advisor.archive.output import rejects_of

    if report.changed:
        yield f"Since the last run to {request.out.name}, this has changed: {said(report.changed)}."
    if report.resumed:
        yield f"{report.resumed:,} of {report.parts:,} parts were already read."
    persons, articles = report.actions["live_human"], report.actions["self_service"]
    shares = f": {articles:,} an article ({articles / report.rows:.1%}), {persons:,} a person" if report.rows else ""
    yield f"{number_of(report.rows, 'ticket')}{shares}"
    rate = report.rows / report.seconds if report.seconds else 0.0
    yield f"{report.read:,} read, {report.rows - report.read:,} only decided again; {rate:,.0f} tickets a second"
    if request.fast and report.rows:
        yield f"{report.spared:,} of them ({report.spared / report.rows:.1%}) without a search for articles"
    yield f"written: {request.out}"
    if report.refused:
        yield f"{number_of(len(report.refused), 'row')} could not be read: {rejects_of(request.out)}"


def number_of(count: int, what: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


class Bar:
    """A `Progress` on standard error with rate and time left; it appears only where the work takes a while."""

    def __init__(self, *, delay: float = 1.0) -> None:
        self._delay = delay
        self._bar: tqdm[int] | None = None
        self._what = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Move the bar; other work than before starts a new one, the last step closes it."""
        if what != self._what:
            self._close()
            self._what, self._bar = what, self._opened(what, total)
        if self._bar is not None:
            self._bar.update(done - self._bar.n)
        if done >= total:
            self._close()

    def _opened(self, what: str, total: int) -> tqdm[int]:
        from tqdm import tqdm

        unit = {"Scoring": " tickets", "Surveying": "B", "Sending": "B"}.get(what, " steps")
        return tqdm(total=total, desc=what, unit=unit, unit_scale=unit == "B", delay=self._delay, leave=False)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar, self._what = None, ""
