"""`advisor export` and `advisor forget`: all that is stored of a customer, given out or erased."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of
from advisor.errors import RecordsError

if TYPE_CHECKING:
    from advisor.records.customers import Found


@click.command()
@click.argument("customer")
@click.option("--source", help="Where the customer comes from, should several match.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write here; else to standard output.")
@click.pass_context
def export(context: click.Context, customer: str, source: str | None, out: Path | None) -> None:
    """Give out all that is stored of CUSTOMER (id, e-mail address, phone number or name) as JSON.

    \b
    Example: advisor export ann@example.org --out ann.json
    """
    from advisor.stores import stores

    home = settings_of(context).home
    found = _found(home, customer, source)
    whole = {store.name: store.export(home, found) for store in stores()}
    text = json.dumps({name: part for name, part in whole.items() if part}, ensure_ascii=False, indent=2, default=str)
    if out is None:
        click.echo(text)
        return
    out.write_text(text + "\n", encoding="utf-8")
    click.echo(f"written: {out}", err=True)


@click.command()
@click.argument("customer")
@click.option("--source", help="Where the customer comes from, should several match.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def forget(context: click.Context, customer: str, source: str | None, yes: bool) -> None:
    """Erase all that is stored of CUSTOMER (id, e-mail address, phone number or name). It cannot be undone.

    Copies that you made of the home folder, and what advisor export wrote, are not touched.

    \b
    Example: advisor export C-2004 --out C-2004.json && advisor forget C-2004
    """
    from advisor.stores import stores

    home = settings_of(context).home
    found = _found(home, customer, source)
    who = ", ".join(part for part in (found.name, found.id, found.email) if part)
    if not yes:
        click.confirm(f"Erase {who} ({found.source}) with {found.tickets} tickets, for good?", abort=True, err=True)
    for store in stores():
        store.erase(home, found)
    click.echo(f"erased: {who} ({found.source}) with {found.tickets} tickets")


def _found(home: Path, customer: str, source: str | None) -> Found:
    """The one customer that is meant."""
    from advisor.stores import stores

    found = [one for store in stores() for one in store.find(home, customer) if source in (None, one.source)]
    if not found:
        raise RecordsError(f"nothing is stored of {customer}: name an id, an e-mail address, a number or a full name")
    if len(found) > 1:
        listed = "; ".join(f"{one.id} from {one.source} ({one.name or 'no name'})" for one in found)
        raise RecordsError(f"{customer} fits several customers: {listed}: name one by its id and --source")
    return found[0]
