"""`advisor kb …`: bring articles in, look at them, search them.

What takes long to import (vectors, the encoder) is imported by the command that needs it, so that help is
shown at once.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import click

from index.errors import KnowledgeError, SourceError
from index.settings import KnowledgeSettings

if TYPE_CHECKING:
    from index.articles import Article
    from index.inventory import Inventory
    from index.knowledge import ImportReport, KnowledgeBase, Match
    from index.sources import Reading
    from index.store import Store

_FORMATS = ("markdown", "html", "csv", "jsonl", "zendesk", "intercom")
_EXCERPT = 240  # characters of a passage shown


class _Commands(click.Group):
    """This room's commands, and those that other rooms bring through the entry point group `advisor.kb`."""

    @cached_property
    def brought(self) -> dict[str, EntryPoint]:
        """Commands of other rooms by name, not yet imported."""
        return {entry.name: entry for entry in entry_points(group="advisor.kb")}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return sorted({*super().list_commands(ctx), *self.brought})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a command, imported where another room brings it; None where there is none of this name."""
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in self.brought:
            return own
        command: click.Command = self.brought[cmd_name].load()
        return command


@click.group(cls=_Commands)
def kb() -> None:
    """The knowledge base: import, search, list, show and remove articles; what they do, and what they lack.

    \b
    Example: advisor kb import help-center/
    """


@kb.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "format_name", type=click.Choice(_FORMATS), help="What PATH holds; known by its content.")
@click.option("--source", help="Name of this source; the name of PATH unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def import_(context: click.Context, path: Path, format_name: str | None, source: str | None, as_json: bool) -> None:
    """Import a folder of Markdown or HTML, a CSV or JSON lines file, a Zendesk or Intercom export.

    Importing again embeds what changed and removes what is gone from that source. Drafts and restricted
    articles stay out. Exits with 1 where a file or row could not be read.

    \b
    Example: advisor kb import help-center/
    Example: advisor kb import articles.json --format zendesk --source help
    """
    from index.progress import ProgressBar
    from index.sources import Format, read

    name = source or path.resolve().name
    reading = read(path, name, format=Format(format_name) if format_name else None)
    if not reading.articles:
        _say_what_stayed_out(reading)
        raise SourceError(f"{path} holds no article that can be imported: nothing was changed")
    report = _open(context).import_articles(name, reading.articles, progress=ProgressBar())
    click.echo(_import_json(name, reading, report) if as_json else _import_text(name, report))
    _say_what_stayed_out(reading)
    if reading.rejected:
        context.exit(1)


@kb.command()
@click.argument("words", nargs=-1, required=True)
@click.option("-k", "count", type=click.IntRange(1, 100), default=5, show_default=True, help="Articles to show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.pass_context
def search(context: click.Context, words: tuple[str, ...], count: int, as_json: bool) -> None:
    """Search the articles, best first.

    \b
    Example: advisor kb search I lost my phone
    """
    matches = _open(context).search(" ".join(words), k=count)
    if not matches and not as_json:
        click.echo("No article: the knowledge base is empty. Fill it with: advisor kb import PATH")
    for match in matches:
        click.echo(json.dumps(_match_values(match), ensure_ascii=False) if as_json else _match_text(match))


@kb.command("list")
@click.option("--source", help="Only the articles of this source.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.pass_context
def list_(context: click.Context, source: str | None, as_json: bool) -> None:
    """List the articles.

    \b
    Example: advisor kb list --source help-center
    """
    articles = _store(context).articles(source)
    if not articles and not as_json:
        click.echo("No article. Fill the knowledge base with: advisor kb import PATH")
    for article in articles:
        click.echo(_article_json(article) if as_json else f"{article.id}  {article.title}")


@kb.command()
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def show(context: click.Context, id: str, as_json: bool) -> None:
    """Show an article.

    \b
    Example: advisor kb show billing/refunds
    """
    article = _store(context).article(id)
    if article is None:
        raise KnowledgeError(f"no article has the id {id}: advisor kb list shows all ids")
    click.echo(_article_json(article) if as_json else _article_text(article))


@kb.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def remove(context: click.Context, ids: tuple[str, ...], yes: bool) -> None:
    """Remove articles; importing their source again brings them back.

    \b
    Example: advisor kb remove billing/refunds --yes
    """
    store = _store(context)
    known = {id: article for id in ids if (article := store.article(id)) is not None}
    if unknown := [id for id in ids if id not in known]:
        raise KnowledgeError(f"no article has the id {', '.join(unknown)}: advisor kb list shows all ids")
    if not yes:
        click.confirm("\n".join(f"{id}  {a.title}" for id, a in known.items()) + "\nRemove?", abort=True)
    removed = store.remove(list(known))
    sources = ", ".join(sorted({known[id].source for id in removed}))
    click.echo(f"Removed: {', '.join(removed)}. To undo, import again: advisor kb import PATH --source {sources}")


@kb.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def info(context: click.Context, as_json: bool) -> None:
    """Count what the knowledge base holds, and show how its vectors are searched.

    Of a compressed vector index the recall is measured, which takes some seconds for a million passages.

    \b
    Example: advisor kb info
    Example: advisor kb info --json
    """
    from index.inventory import take_inventory
    from index.progress import ProgressBar

    inventory = take_inventory(_settings(context), _store(context), ProgressBar())
    click.echo(json.dumps(asdict(inventory), ensure_ascii=False) if as_json else _inventory_text(inventory))


def _settings(context: click.Context) -> KnowledgeSettings:
    settings = context.find_object(KnowledgeSettings)
    if settings is None:
        raise KnowledgeError("the home folder is not known: call this command through advisor")
    return settings


def _store(context: click.Context) -> "Store":
    from index.store import Store

    return Store.open(_settings(context))


def _open(context: click.Context) -> "KnowledgeBase":
    """Open the knowledge base with its encoder, which is made where it is missing."""
    from index.encoder import load_encoder
    from index.knowledge import KnowledgeBase
    from index.progress import ProgressBar

    settings = _settings(context)
    bar = ProgressBar()
    return KnowledgeBase.open(settings, load_encoder(settings, progress=bar), progress=bar)


def _say_what_stayed_out(reading: "Reading") -> None:
    for left_out in reading.left_out:
        click.echo(f"left out: {left_out.name}: {left_out.reason}", err=True)
    for rejected in reading.rejected:
        click.echo(f"rejected: {rejected.name}: {rejected.reason}", err=True)
    if reading.left_out or reading.rejected:
        click.echo(f"{len(reading.left_out)} left out, {len(reading.rejected)} rejected", err=True)


def _import_text(source: str, report: "ImportReport") -> str:
    counts = (("added", report.added), ("changed", report.changed), ("unchanged", report.unchanged))
    shown = ", ".join(f"{len(ids)} {name}" for name, ids in (*counts, ("removed", report.removed)))
    return f"{source}: {shown}; {report.passages} passages embedded"


def _import_json(source: str, reading: "Reading", report: "ImportReport") -> str:
    stayed_out = {
        "left_out": [asdict(one) for one in reading.left_out],
        "rejected": [asdict(one) for one in reading.rejected],
    }
    return json.dumps({"source": source} | asdict(report) | stayed_out, ensure_ascii=False)


def _match_values(match: "Match") -> dict[str, object]:
    return {
        "id": match.article.id,
        "title": match.article.title,
        "url": match.article.url,
        "score": round(match.score, 4),
        "similarity": round(match.similarity, 4),
        "lexical": round(match.lexical, 4),
        "heading": match.passage.heading,
        "passage": match.passage.text,
    }


def _match_text(match: "Match") -> str:
    flat = " ".join(match.passage.text.split())
    excerpt = flat if len(flat) <= _EXCERPT else flat[: _EXCERPT - 1] + "…"
    heading = f" > {match.passage.heading}" if match.passage.heading else ""
    return f"{match.score:.2f}  {match.article.title}{heading}\n      {match.article.id}\n      {excerpt}"


def _inventory_text(inventory: "Inventory") -> str:
    vectors = inventory.vectors
    named: Iterable[tuple[str, object]] = (
        ("articles", inventory.articles),
        ("passages", inventory.passages),
        ("sources", _counts(inventory.sources)),
        ("categories", _counts(inventory.categories)),
        ("encoder", inventory.encoder),
        ("generation", inventory.generation),
        ("vectors", f"{vectors.kind}: {vectors.parameters}" if vectors.kind else None),
        ("state", vectors.state),
        ("recall@10", f"{vectors.recall} ({vectors.recall_measured})" if vectors.recall is not None else None),
        ("bytes each", vectors.bytes_each),
        ("file", inventory.file),
        ("files", ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in inventory.files.items())),
    )
    return "\n".join(f"{name:<12}{'none' if value in (None, '') else value}" for name, value in named)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name or 'none'} {count}" for name, count in counts.items())


def _article_json(article: "Article") -> str:
    return json.dumps(asdict(article) | {"version": article.version}, ensure_ascii=False)


def _article_text(article: "Article") -> str:
    named: Iterable[tuple[str, str | None]] = (
        ("id", article.id),
        ("source", article.source),
        ("url", article.url),
        ("category", article.category),
        ("tags", ", ".join(article.tags)),
        ("updated", article.updated),
        ("version", article.version),
    )
    facts = "\n".join(f"{name:<10}{value}" for name, value in named if value)
    return f"{article.title}\n{facts}\n\n{article.body}"
