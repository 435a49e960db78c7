"""`advisor train topics`, `list`, `use` and `undo`; what they need is imported when they are called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.errors import AdvisorError
from training.options import as_json, forced, mapped, say_problems, seeded, settings_of

if TYPE_CHECKING:
    from advisor.registry import Kind, Registry, Version
    from training.report import Report

KINDS = ("defaults", "topics", "answers", "encoder")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@mapped("Which column holds the text or the topic.")
@forced("Take the new head into use even if it is worse than the one in use.")
@seeded("Of folds and fits.")
@click.option(
    "--picture", type=click.Path(path_type=Path, dir_okay=False), help="Write the confusions as SVG here, too."
)
@as_json
@click.pass_context
def topics(
    context: click.Context,
    file: Path,
    mapping: tuple[str, ...],
    force: bool,
    seed: int,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Train the company's own topics from FILE: labelled tickets as CSV, JSON lines or Parquet (also .gz).

    FILE has a column text and a column topic; --map names others, several texts joined by +. Eight texts a topic are
    enough to begin with. Texts are held out by their hash, the same in each training; the new head is measured on
    them, compared with the head in use, and taken into use unless it is worse. Exits with 1 where it was kept but not
    taken into use, with 2 where nothing could be trained; the head in use stays then.

    \b
    Example: advisor train topics labelled.csv
    Example: advisor train topics export.csv --map text=Subject+Body --map topic=Group
    Example: advisor train topics tickets.parquet --picture confusions.svg
    Example: advisor train topics labelled.jsonl.gz --json > report.json
    """
    from advisor.registry import trained_models
    from advisor.wiring import encoder_in_use
    from index.progress import ProgressBar
    from training.labelled_fields import parse_map
    from training.report import shown
    from training.topic_training import train_topics

    columns = parse_map(mapping)
    check_picture(picture)
    settings = settings_of(context)
    bar = ProgressBar()
    encoder = encoder_in_use(settings, progress=bar)
    report, images = train_topics(
        file,
        columns,
        encoder,
        trained_models(settings),
        masked=settings.mask,
        force=force,
        seed=seed,
        progress=bar,
        heard=lambda sentence: click.echo(sentence, err=True),
    )
    if picture is not None and "report.svg" in images:
        picture.write_text(images["report.svg"], encoding="utf-8")
    if as_json:
        click.echo(json.dumps(shown(report)))
    else:
        say(report)
    if not report.in_use:
        context.exit(1)


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List the trained models: kind, version, texts, figures; * marks what is in use.

    \b
    Example: advisor train list
    """
    registry = registry_of(context)
    found = registry.versions()
    for version in found:
        click.echo(json_line(registry, version) if as_json else line(registry, version))
    if not found and not as_json:
        click.echo("No model was trained here; the shipped ones serve. Train topics with advisor train topics FILE.")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("version")
@click.pass_context
def use(context: click.Context, kind: str, version: str) -> None:
    """Take a trained VERSION into use: its name, or its number alone.

    \b
    Example: advisor train use topics 3
    Example: advisor train use topics 0003-2026-11-23
    """
    found = registry_of(context).use(kind_of(kind), version)
    click.echo(f"in use: {found.kind} {found.name}")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.pass_context
def undo(context: click.Context, kind: str) -> None:
    """Go back to what was in use before; several times, several steps. The version itself stays.

    \b
    Example: advisor train undo topics
    """
    found = registry_of(context).undo(kind_of(kind))
    click.echo(f"in use: {kind} {found.name}" if found else f"in use: no trained {kind}, but what is shipped")


COMMANDS = (topics, list_, use, undo)


def say(report: Report) -> None:
    """The report on the terminal, what to do next at its end."""
    from training.report import text_of

    say_problems(report.problems, called="not used", count=report.refused)
    for sentence in text_of(report):
        click.echo(sentence)
    click.echo(f"Trained topics {report.version} on {report.fitted_on:,} texts in {report.seconds:.0f} s.")
    if report.in_use:
        click.echo("It is in use now; back with: advisor train undo topics")
        return
    click.echo(
        f"It is kept, but not in use: {why_not(report)}. Take it all the same with: "
        f"advisor train use topics {report.version} (or train with --force)"
    )


def why_not(report: Report) -> str:
    """Why a head was not taken into use."""
    from training.report import Verdict

    if report.comparison.verdict is Verdict.NOT_COMPARABLE:
        return "it cannot be compared with the one in use"
    return "it is worse than the one in use on held-out texts"


def line(registry: Registry, version: Version) -> str:
    """A version on one line; one that was damaged says so."""
    mark = "*" if in_use(registry, version) else " "
    try:
        about = version.about()
    except AdvisorError as error:
        return f"{mark} {version.kind:<9}{version.name:<17} cannot be used: {error}"
    figures = ", ".join(f"{name} {value:g}" for name, value in about.figures.items())
    rows = f"{about.rows:,} texts of " if about.rows else ""
    return f"{mark} {version.kind:<9}{version.name:<17} {rows}{about.source}  {figures}".rstrip()


def json_line(registry: Registry, version: Version) -> str:
    """A version as JSON."""
    from dataclasses import asdict

    return json.dumps({"in_use": in_use(registry, version), **asdict(version.about())})


def in_use(registry: Registry, version: Version) -> bool:
    """Tell whether a version serves."""
    try:
        now = registry.in_use(version.kind)
    except AdvisorError:
        return False
    return now is not None and now.name == version.name


def check_picture(picture: Path | None) -> None:
    """See that a picture can be written, before a training is made for it."""
    if picture is not None and not picture.absolute().parent.is_dir():
        raise AdvisorError(f"--picture {picture} cannot be written: {picture.absolute().parent} is no folder")


def kind_of(name: str) -> Kind:
    """A kind by its name."""
    from advisor.registry import Kind

    return Kind(name)


def registry_of(context: click.Context) -> Registry:
    """The trained models of the home folder."""
    from advisor.registry import Registry

    return Registry(settings_of(context).knowledge.models)
