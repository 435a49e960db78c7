"""`advisor audit`: draw tickets, label them blind, and see what the labels say of the reader."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of
from advisor.errors import AdvisorError
from advisor.who import somebody

if TYPE_CHECKING:
    from advisor.records import Audit, Records

ASKED = """\
What does the customer say about how they want to be helped? One letter each, wants in the order of the choice:
  a article   e e-mail   c chat   t telephone call   p a person, whichever way
  small = wants it, capital = refuses it: "tA" wants a call and refuses articles; n = says nothing of the kind
  u = undo the last label, s = leave this one for later, q = stop; what is labelled stays"""


@click.group()
def audit() -> None:
    """Label drawn tickets blind, so that compliance can be corrected for the wishes that the reader misses.

    \b
    Example: advisor audit sample 100
    Example: advisor audit label --by Cy
    Example: advisor audit show
    """


@audit.command()
@click.argument("size", type=click.IntRange(min=1))
@click.option("--seed", type=int, help="Draws the same tickets again from the same records; by chance, if left out.")
@click.pass_context
def sample(context: click.Context, size: int, seed: int | None) -> None:
    """Draw SIZE tickets to be labelled: half of those in which a wish was heard, half of the others.

    \b
    Example: advisor audit sample 100
    """
    from advisor.insight.audit import draw
    from advisor.insight.correction import HEARD

    chosen = secrets.randbelow(2**31) if seed is None else seed
    rows = draw(_records(context), size, seed=chosen, now=datetime.now(UTC))
    heard = sum(stratum == HEARD for _, _, stratum, _ in rows)
    click.echo(
        f"{len(rows)} tickets drawn (seed {chosen}): {heard} of those in which a wish was heard, "
        f"{len(rows) - heard} of the others. Label them with: advisor audit label"
    )


@audit.command()
@click.option("--by", help="Who labels; your name on this machine, if left out.")
@click.pass_context
def label(context: click.Context, by: str | None) -> None:
    """Label drawn tickets one after the other; the text is shown without any advice.

    You may stop at any time, and go on later; the last label can be undone.

    \b
    Example: advisor audit label --by Cy
    """
    records, name = _records(context), by or somebody()
    waiting = records.audits.open()
    if not waiting:
        raise AdvisorError("no drawn ticket waits for a label: advisor audit sample 100 draws some")
    click.echo(ASKED)
    done = _labelled(records, waiting, name)
    left = len(records.audits.open())
    click.echo(f"{done} labelled, {left} left" + (": advisor audit label goes on" if left else ""))


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def show(context: click.Context, as_json: bool) -> None:
    """How many drawn tickets are labelled, and what the labels say of the reader.

    \b
    Example: advisor audit show
    """
    from advisor.desk.compliance_text import correction_lines
    from advisor.insight.compliance import compliance
    from advisor.wire import plain_json
    from advisor.wiring import experience_of

    records = _records(context)
    waiting, labelled = records.audits.open(), records.audits.labelled()
    if not waiting and not labelled:
        raise AdvisorError("no ticket was drawn yet: advisor audit sample 100 draws some")
    samples = Counter(one.sample for one in (*waiting, *labelled))
    ready = Counter(one.sample for one in labelled)
    found = compliance(records, experience_of(settings_of(context), records)).corrected
    if as_json:
        drawn = [{"sample": name, "drawn": count, "labelled": ready[name]} for name, count in sorted(samples.items())]
        click.echo(plain_json({"samples": drawn, "audit": found}))
        return
    for name, count in sorted(samples.items()):
        click.echo(f"Drawn {name}: {ready[name]} of {count} labelled")
    click.echo("\n".join(["", *correction_lines(found)]))


def _labelled(records: Records, waiting: list[Audit], by: str) -> int:
    """Ask for label after label; gives how many were kept."""
    done, place = list[int](), 0
    while place < len(waiting):
        key = _asked(records, waiting[place], place, len(waiting))
        if key == "q":
            break
        if key == "u":
            place = _undone(records, waiting, done, place, by)
            continue
        if key != "s":
            _keep(records, waiting[place], key, by)
            done.append(place)
        place += 1
    return len(done)


def _asked(records: Records, drawn: Audit, place: int, count: int) -> str:
    """Show the text and ask until the answer can be read."""
    from advisor.desk.show import UNSEEN
    from advisor.insight.audit import wishes_in

    stored = records.last(drawn.ticket_id, source=drawn.source)
    text = UNSEEN.sub("", stored.text).strip() if stored is not None else ""
    click.echo(f"\n--- {place + 1} of {count} " + "-" * 60)
    click.echo(text or "(no text)")
    while True:
        try:
            key: str = click.prompt("wishes", prompt_suffix="> ").strip()
        except click.Abort:  # the end of the input, or Ctrl-C: what is labelled stays
            click.echo()
            return "q"
        if key in ("q", "u", "s"):
            return key
        try:
            wishes_in(key)
        except AdvisorError as error:
            click.echo(f"{error}")
            continue
        return key


def _keep(records: Records, drawn: Audit, key: str, by: str) -> None:
    from advisor.insight.audit import label_of, wishes_in

    records.audits.label(drawn.id, label_of(wishes_in(key)), by=by, at=datetime.now(UTC))


def _undone(records: Records, waiting: list[Audit], done: list[int], place: int, by: str) -> int:
    """Take the last label back, of this sitting or of one before; gives the place at which to go on."""
    if done:
        last = done.pop()
        records.audits.label(waiting[last].id, None, by=None, at=datetime.now(UTC))
        return last
    before = [one for one in records.audits.labelled() if one.by == by and one.at is not None]
    if not before:
        click.echo("there is no label of yours to undo")
        return place
    newest = max(before, key=lambda one: one.at or one.drawn_at)
    records.audits.label(newest.id, None, by=None, at=datetime.now(UTC))
    waiting.insert(place, newest)
    return place


def _records(context: click.Context) -> Records:
    from advisor.wiring import open_records

    return open_records(settings_of(context))
