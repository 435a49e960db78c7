"""`advisor backup` and `advisor restore`: an installation as one checked file, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of

if TYPE_CHECKING:
    from advisor.backup import Manifest, Restored


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@click.pass_context
def backup(context: click.Context, file: Path, force: bool) -> None:
    """Write everything that cannot be made again into FILE (.tar.gz), while the server runs, and check it.

    That is databases, settings, experience file, trained models and the key of the web pages; not caches, search files,
    results of archives and the sentence model. FILE holds personal data and that key, and only you may read it.

    \b
    Example: advisor backup monday.tar.gz
    """
    from advisor.backup import back_up
    from index.progress import ProgressBar

    manifest = back_up(settings_of(context).home, file, replace=force, progress=ProgressBar())
    size = _megabytes(file.stat().st_size)
    click.echo(f"written: {file} ({size}; {_counted(manifest)}; read back and checked)")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check FILE and show what is in it; change nothing.")
@click.pass_context
def restore(context: click.Context, file: Path, dry_run: bool) -> None:
    """Put the backup FILE in the place of the home folder, and keep that beside it.

    FILE is checked first. No server and no other command may use the home folder meanwhile.

    \b
    Example: advisor restore --dry-run monday.tar.gz
    Example: advisor restore monday.tar.gz
    """
    from advisor.backup import look_into
    from advisor.backup import restore as put_back
    from index.progress import ProgressBar

    home = settings_of(context).home
    if dry_run:
        for line in contents(look_into(file, progress=ProgressBar())):
            click.echo(line)
        click.echo(f"would take the place of {home}; nothing was changed")
        return
    for line in done(put_back(home, file, progress=ProgressBar())):
        click.echo(line)


def contents(manifest: Manifest) -> Iterator[str]:
    """What a backup holds, a file a line."""
    yield f"made {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC by version {manifest.version}: {_counted(manifest)}"
    for member in manifest.members:
        groups = manifest.migrations.get(member.name, {})
        steps = ", ".join(f"{group}: {len(names)} migrations" for group, names in groups.items())
        yield f"  {member.size:>14,}  {member.name}{f'  ({steps})' if steps else ''}"


def done(restored: Restored) -> Iterator[str]:
    """What was restored, and how to undo it."""
    home = quote(str(restored.home))
    yield f"restored: {home} ({_counted(restored.manifest)}, as of {restored.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC)"
    if restored.before is not None:
        before = quote(str(restored.before))
        yield f"kept: {before}, which is what was there before; delete it once you are sure, it holds personal data"
        yield f"to undo: stop the server, then mv {home} {home}.undone && mv {before} {home}"
    yield "erase again, with advisor forget, whoever was erased since this backup was made"


def _counted(manifest: Manifest) -> str:
    databases = len(manifest.migrations)
    files = len(manifest.members) - databases
    return f"{_number(databases, 'database')} and {_number(files, 'file')}, {_megabytes(manifest.size)}"


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _megabytes(size: int) -> str:
    return f"{size / 10**6:.1f} MB"
