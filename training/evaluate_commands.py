"""`advisor evaluate …`: one command measures all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.settings import Settings
from index.settings import KnowledgeSettings

if TYPE_CHECKING:
    from index.progress import Progress
    from training.benchmarks import Setting

ALL = "all"
NAMES = (
    "banking77", "banking77-10shot", "clinc150", "goemotions", "xci", "wixqa", "techqa", "wishes", "signals",
    "families", "calibration", "cost",
)  # fmt: skip
"""The tasks, so that help is shown without loading what fits models."""

HANDS = Path(__file__).parent.parent / "tests" / "benchmarks"
INCOMPLETE = 3
"""The exit status where a task could not be run."""


@click.command()
@click.argument("tasks", metavar="[TASK]...", type=click.Choice((*NAMES, ALL)), nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object.")
@click.option("--markdown", is_flag=True, help="Write the README's table, between its markers.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Write that table into this document, between its markers.",
)
@click.option(
    "--from",
    "before",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What --json wrote before; it stands for the tasks that are not measured now.",
)
@click.option("--plots", type=click.Path(path_type=Path, file_okay=False), help="Draw pictures into this folder (SVG).")
@click.option("--quick", is_flag=True, help="Small parts of the data, to see that all runs; not to be quoted.")
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where encoded data sets are kept (some 2 GB for all); may be deleted. Default: evaluate in the home folder.",
)
@click.option(
    "--hands",
    type=click.Path(path_type=Path, file_okay=False),
    default=HANDS,
    show_default="tests/benchmarks",
    help="Folder with the tickets written by other hands.",
)
@click.pass_context
def evaluate(
    context: click.Context,
    tasks: tuple[str, ...],
    *,
    as_json: bool,
    markdown: bool,
    into: Path | None,
    before: Path | None,
    plots: Path | None,
    quick: bool,
    cache: Path | None,
    hands: Path,
) -> None:
    """Measure TASK, or all: official splits, thresholds never chosen on test, 95 % intervals beside every figure.

    The public data is found through ADVISOR_DATA; a task whose data is missing is left out, and the exit status is 3.

    The tasks wishes and signals open the tickets that other hands wrote, which are kept apart: do so once a release,
    and note it in docs/models/openings.json.

    \b
    Example: ADVISOR_DATA=data advisor evaluate clinc150 --plots pictures
    Example: ADVISOR_DATA=data advisor evaluate all --json > figures.json
    Example: advisor evaluate --from figures.json --into README.md
    """
    # everything that fits models takes seconds to import
    from index.progress import ProgressBar
    from training import evaluate as run
    from training.benchmarks import Result

    if as_json and markdown:
        raise click.UsageError("choose one of --json and --markdown")
    if not tasks and (before is None or as_json):
        raise click.UsageError(f"name a task: {', '.join((*NAMES, ALL))}")
    document = into.read_text(encoding="utf-8") if into else None
    if document is not None:
        run.placed(document, "")  # what cannot be written is better known before hours of measuring
    old = run.read_figures(before) if before else None
    results: list[Result] = []
    if tasks:
        bar = ProgressBar()
        setting = setting_of(context, bar, cache=cache, hands=hands, quick=quick, draw=plots is not None)
        for result in run.evaluate(NAMES if ALL in tasks else tuple(dict.fromkeys(tasks)), setting):
            bar.close()
            results.append(result)
            if plots is not None:
                run.save_plots(result, plots)
            click.echo(run.table(result), err=as_json or markdown)
        if old is not None:
            results = run.joined(old, results, setting)
        if as_json:
            click.echo(run.as_json(results, setting))
    elif old is not None:
        results, quick = list(old.results), old.quick
    made = run.markdown(results, quick=quick)
    if markdown:
        click.echo(made)
    if into is not None and document is not None:
        into.write_text(run.placed(document, made), encoding="utf-8")
    if not run.complete(results):
        context.exit(INCOMPLETE)


def setting_of(
    context: click.Context, bar: Progress, *, cache: Path | None, hands: Path, quick: bool, draw: bool
) -> Setting:
    """What the tasks are given."""
    from index.encoder import load_encoder
    from training.benchmarks import Setting
    from training.benchmarks.features import KeptSets

    knowledge = context.find_object(KnowledgeSettings)
    settings = Settings.load(knowledge.home if knowledge else None)
    encoder = load_encoder(settings.knowledge, progress=bar)
    kept = cache or settings.home / "evaluate"
    return Setting(
        settings=settings,
        encoder=encoder,
        sets=KeptSets(encoder, kept, bar),
        cache=kept,
        hands=hands,
        progress=bar,
        quick=quick,
        draw=draw,
    )
