"""`advisor experience` and `advisor incident`; what a command needs is imported when it is called."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of
from advisor.errors import ExperienceError
from advisor.who import somebody

if TYPE_CHECKING:
    from advisor.decision.experience import Experience
    from advisor.decision.ideals import Incident
    from advisor.desk.experience_changes import Difference
    from advisor.desk.experience_edit import Edited
    from advisor.records import Use
    from advisor.settings import Settings
    from advisor.types import Promise

_file = click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def experience() -> None:
    """The experience file: check, show, compare, history.

    \b
    Example: advisor experience check
    """


@experience.command()
@_file
@_json
@click.pass_context
def check(context: click.Context, file: Path | None, as_json: bool) -> None:
    """Check FILE, or the installation's own: every finding at once, each with its line and cure.

    Exits with 1 where the file breaks its rules, with 2 where it cannot be read.

    \b
    Example: advisor experience check
    Example: advisor experience check draft.toml
    """
    from advisor.decision.experience import Experience, text_of
    from advisor.desk.experience_text import shown, summary_text
    from advisor.wire import plain_json

    path = file or settings_of(context).experience
    text = text_of(path)
    try:
        found = Experience.parse(text, name=path.name)
    except ExperienceError as error:
        findings = str(error).split("\n")
        count = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
        answer = {"ok": False, "findings": findings}
        click.echo(plain_json(answer) if as_json else shown([f"{path.name}: {count}", *findings]))
        context.exit(1)
    answer = {"ok": True, "fingerprint": found.fingerprint, "findings": []}
    click.echo(plain_json(answer) if as_json else summary_text(found, name=path.name))


@experience.command()
@_file
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write one page here; print nothing.")
@click.pass_context
def show(context: click.Context, file: Path | None, html: Path | None) -> None:
    """Show what FILE, or the installation's own, says: moments, costs, rules, channels, plans, incidents.

    \b
    Example: advisor experience show
    Example: advisor experience show --html experience.html
    """
    from advisor.decision.experience import Experience
    from advisor.desk.experience_page import sheet_page
    from advisor.desk.experience_sheet import sheet
    from advisor.desk.experience_text import sheet_text

    settings = settings_of(context)
    found = Experience.load(file) if file is not None else _in_force(settings)
    path = file or settings.experience
    name = path.name if path.is_file() else "as shipped"
    parts = sheet(found, promise=_promise(settings, found), at=datetime.now(UTC))
    if html is None:
        click.echo(sheet_text(found, parts, name=name))
        return
    html.write_text(sheet_page(found, parts, name=name), encoding="utf-8")
    click.echo(f"written: {html}", err=True)


@experience.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@_json
@click.pass_context
def diff(context: click.Context, before: str, after: str, as_json: bool) -> None:
    """Say what changed from A to B, key by key. Each is a file, or the fingerprint of a version that was in use.

    \b
    Example: advisor experience diff experience.toml draft.toml
    Example: advisor experience diff 3643d785 experience.toml
    """
    from advisor.decision.experience import content_of
    from advisor.desk.experience_changes import differences
    from advisor.desk.experience_text import differences_text
    from advisor.desk.experience_versions import version
    from advisor.wire import plain_json
    from advisor.wiring import open_records

    records = open_records(settings_of(context))
    (old, old_name), (new, new_name) = version(records, before), version(records, after)
    found = differences(content_of(old, name=old_name), content_of(new, name=new_name))
    _say_if_broken(old, old_name)
    _say_if_broken(new, new_name)
    if as_json:
        rows = [{"key": one.key, "change": one.text} for one in found]
        click.echo(plain_json({"before": old_name, "after": new_name, "differences": rows}))
        return
    click.echo(differences_text(found, before=old_name, after=new_name))


@experience.command()
@_json
@click.pass_context
def history(context: click.Context, as_json: bool) -> None:
    """Show which versions were in use: since when, brought by whom, and what each changed.

    \b
    Example: advisor experience history
    """
    from advisor.desk.experience_text import history_text
    from advisor.desk.experience_versions import uses_compared, zone_of
    from advisor.wire import plain_json
    from advisor.wiring import open_records

    records = open_records(settings_of(context))
    uses = uses_compared(records)
    if as_json:
        click.echo(plain_json({"versions": [_use_row(use, found) for use, found in uses]}))
        return
    click.echo(history_text(uses, zone=zone_of(records)) if uses else "No experience file was in use yet.")


@click.group()
def incident() -> None:
    """Open and close incidents: matching tickets carry the notice.

    \b
    Example: advisor incident open "Signing in is slow since 9 o'clock. We are working on it."
    """


@incident.command("open")
@click.argument("text")
@click.option("--article", metavar="ID", help="The article whose link stands under the notice.")
@click.option("--until", metavar="TIME", help="When it ends by itself, such as 2026-03-02T18:00; open, if left out.")
@click.option("--example", "examples", multiple=True, help="A sentence by which customers tell of it; several times.")
@click.option("--id", "name", help="How it is called; made of TEXT, if left out.")
@click.pass_context
def open_(
    context: click.Context,
    text: str,
    article: str | None,
    until: str | None,
    examples: tuple[str, ...],
    name: str | None,
) -> None:
    """Write an incident into the experience file; TEXT is the notice that customers read.

    Whatever else stands in the file, comments and order included, stays as it is; where the file would break its rules
    nothing is written.

    \b
    Example: advisor incident open "Signing in is slow." --example "I cannot log in." --article status/sign-in
    Example: advisor incident open "Invoices are late." --until 2026-03-02T18:00 --id invoices
    """
    from advisor.decision.ideals import Incident
    from advisor.desk.experience_edit import id_for, opened
    from advisor.desk.experience_text import opened_text

    settings = settings_of(context)
    if not text.strip():
        raise click.BadParameter("TEXT must say what customers shall read, was empty")
    if name is not None and not re.fullmatch(r"[\w.-]+", name):
        raise click.BadParameter(f"--id must be letters, digits, - and _ without blanks, was: {name}")
    known = _unbroken(settings, "nothing was opened")
    now = datetime.now(UTC)
    same = next((other for other in known.incidents if other.text == text and other.is_open(now)), None)
    if same is not None:
        raise ExperienceError(f"this notice is open already, as {same.id}: advisor incident close {same.id} ends it")
    started = Incident(
        id=name or id_for(text, taken={other.id for other in known.incidents}),
        text=text,
        examples=examples,
        article=article,
        opened=_now(known.zone),
        until=_instant(until, known.zone) if until else None,
    )
    edited = opened(settings.experience, started)
    _put(settings, edited)
    if article is not None:
        _warn_if_unknown(settings, article)
    if until:
        _say_zone(known)
    click.echo(opened_text(started))


@incident.command("close")
@click.argument("id")
@click.pass_context
def close(context: click.Context, id: str) -> None:
    """End an incident now; it stays in the file, so that older advices can be replayed.

    \b
    Example: advisor incident close signing-in-is-slow
    """
    from advisor.decision.wording import instant
    from advisor.desk.experience_edit import closed

    settings = settings_of(context)
    now = _now(_unbroken(settings, "nothing was closed").zone)
    _put(settings, closed(settings.experience, id, at=now))
    click.echo(f"closed: {id}, over since {instant(now)}; it stays in {settings.experience}")


@incident.command("list")
@_json
@click.pass_context
def list_(context: click.Context, as_json: bool) -> None:
    """List the incidents of the experience file: open, to come, and over.

    \b
    Example: advisor incident list
    """
    from advisor.desk.experience_sheet import incident_state
    from advisor.desk.experience_text import incidents_text
    from advisor.wire import plain_json

    found, now = _in_force(settings_of(context)), datetime.now(UTC)
    if as_json:
        rows = [_incident_row(one) | {"state": incident_state(one, at=now)} for one in found.incidents]
        click.echo(plain_json({"incidents": rows}))
        return
    click.echo(incidents_text(found, at=now))


def _unbroken(settings: Settings, so: str) -> Experience:
    """The installation's own file; ExperienceError with all findings and what they keep from being done."""
    from advisor.decision.experience import Experience

    try:
        return Experience.load(settings.experience)
    except ExperienceError as error:
        last = "tickets are advised by the last good file until it is mended"
        raise ExperienceError(f"{so}, as the experience file breaks its rules ({last}):\n{error}") from error


def _in_force(settings: Settings) -> Experience:
    """The experience in force; where that is not what the file says, this is said."""
    from advisor.experience_in_force import experience_in_force
    from advisor.wiring import open_records

    found, _, warning = experience_in_force(settings, open_records(settings))
    if warning is not None:
        click.echo(warning, err=True)
    return found


def _promise(settings: Settings, experience: Experience) -> Promise:
    """The promise as it would serve under this file; what is shipped where nothing was recorded yet."""
    from advisor.decision.drift import bound
    from advisor.decision.policy import costs_of
    from advisor.types import Promise
    from advisor.wiring import open_records

    return bound(open_records(settings).promises.in_force() or Promise(), costs_of(experience))


def _say_if_broken(text: str, name: str) -> None:
    from advisor.decision.experience import Experience

    try:
        Experience.parse(text, name=name)
    except ExperienceError as error:
        count = str(error).count("\n") + 1
        click.echo(f"{name} breaks its rules ({count}): advisor experience check lists each with its cure", err=True)


def _use_row(use: Use, found: list[Difference] | None) -> dict[str, object]:
    changes = None if found is None else [{"key": one.key, "change": one.text} for one in found]
    return {"at": use.at, "fingerprint": use.fingerprint, "by": use.by, "differences": changes}


def _incident_row(one: Incident) -> dict[str, object]:
    row: dict[str, object] = {"id": one.id, "text": one.text, "examples": one.examples, "article": one.article}
    return row | {"opened": one.opened, "until": one.until}


def _now(zone: tzinfo) -> datetime:
    return datetime.now(zone).replace(microsecond=0)


def _instant(text: str, zone: tzinfo) -> datetime:
    """A time of the command line; without an offset it is on the file's clock."""
    try:
        came = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"--until must be a time such as 2026-03-02T18:00, was: {text}") from error
    return came if came.tzinfo else came.replace(tzinfo=zone)


def _put(settings: Settings, edited: Edited) -> None:
    """Write the file, and keep it as the version that this person brought into use."""
    from advisor.desk.experience_edit import write
    from advisor.wiring import open_records

    write(settings.experience, edited.text)
    open_records(settings).keep_experience(edited.experience.fingerprint, edited.text, by=somebody())


def _warn_if_unknown(settings: Settings, article: str) -> None:
    from index.store import Store

    if Store.open(settings.knowledge).article(article) is None:
        click.echo(f"no article has the id {article} yet: until one has, no link stands under the notice", err=True)


def _say_zone(known: Experience) -> None:
    click.echo(f"times without an offset are on the clock of the experience file, {known.zone.key}", err=True)
