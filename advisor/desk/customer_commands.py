"""`advisor customers` and `advisor accounts`: import, show, and what they are willing to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from advisor.desk.shared import opened, say_problems
from advisor.errors import RecordsError, TicketError
from advisor.types import Moment, Stance, WishChannel, WishSource
from advisor.who import somebody

if TYPE_CHECKING:
    from advisor.records import FiledWish, Past, Records
    from advisor.records.people import Known

Command = Callable[..., Any]

_source = click.option("--source", help="Where the id comes from, should several sources know it.")
_by = click.option("--by", help="Who says so; your name on this machine, if left out.")
YEARS = (1970, 2199)
WAYS = [channel.value for channel in WishChannel]


def _import_command(group: click.Group, kind: WishSource, *, columns: str, example: str) -> None:
    @group.command(
        "import",
        help=(
            f"Take over the {kind}s of a CSV file; blanks leave what is known.\n\n"
            f"Columns: id, and any of {columns}, wants, refuses (several with ;, the first choice first: "
            f"{', '.join(WAYS)}), for (a moment of truth, or a topic), since, until. Exits with 1 where a row was "
            f"refused, with 2 where none could be taken.\n\n\b\nExample: {example}"
        ),
    )
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    @click.option("--source", default="local", show_default=True, help="The source whose tickets name these ids.")
    @_by
    @click.pass_context
    def import_(context: click.Context, file: Path, source: str, by: str | None) -> None:
        _import(context, file, kind, source, by)


def _show_command(group: click.Group, kind: WishSource, *, example: str) -> None:
    @group.command("show", help=f"Show who it is, what is on file, and the tickets.\n\n\b\nExample: {example}")
    @click.argument("id")
    @_source
    @click.option("--at", metavar="DAY", help="What was on file at the end of this day; today, if left out.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    @click.pass_context
    def show(context: click.Context, id: str, source: str | None, at: str | None, as_json: bool) -> None:
        from advisor.desk.customer_text import people_json, people_text
        from advisor.wire import plain_json

        records, experience = opened(context)
        known = _known(records, kind, id, source)
        now = _day(at, experience.zone, option="--at") + timedelta(days=1) if at else datetime.now(UTC)
        filed = [
            one for one in records.filing.of(known.source, kind, known.key) if one.since is None or one.since < now
        ]
        past = [one for one in _past_of(records, kind, known) if one.created_at < now]
        if as_json:
            click.echo(plain_json(people_json(known, filed, past, now=now)))
            return
        click.echo(people_text(known, filed, past, now=now, zone=experience.zone))


def _wish_command(group: click.Group, kind: WishSource, *, example: str) -> None:
    @group.command(
        "wish", help=f"Put on file what they want or refuse; a newer word ends an older one.\n\n\b\nExample: {example}"
    )
    @click.argument("id")
    @click.option("--wants", type=click.Choice(WAYS), help="A way that is wanted.")
    @click.option("--refuses", type=click.Choice(WAYS), help="A way that is refused.")
    @click.option("--for", "about", metavar="MOMENT|TOPIC", help="Only at this moment of truth, or on this topic.")
    @click.option("--until", metavar="DAY", help="The day from which it counts no more; without it, for good.")
    @click.option("--order", type=click.IntRange(1, 9), default=1, show_default=True, help="Which choice it is.")
    @_source
    @_by
    @click.pass_context
    def wish(
        context: click.Context,
        id: str,
        wants: str | None,
        refuses: str | None,
        about: str | None,
        until: str | None,
        order: int,
        source: str | None,
        by: str | None,
    ) -> None:
        from advisor.desk.customer_text import wish_lines
        from advisor.records import FiledWish

        if (wants is None) is (refuses is None):
            raise click.UsageError("give one of --wants and --refuses")
        records, experience = opened(context)
        known, now = _known(records, kind, id, source), datetime.now(UTC)
        moment = Moment(about) if about in set(Moment) else None
        ends = _day(until, experience.zone) if until else None
        if ends is not None and ends <= now:
            raise click.BadParameter(f"--until must be a day to come, was: {until}")
        if about is not None and moment is None and not records.has_topic(about):
            said = "is no moment of truth, and no recorded ticket had it as its topic so far"
            click.echo(f"({about} {said}: moments are {', '.join(Moment)})", err=True)
        filed = records.filing.put(
            FiledWish(
                source=known.source,
                kind=kind,
                owner=known.key,
                channel=WishChannel(wants or refuses or ""),
                stance=Stance.WANTS if wants else Stance.REFUSES,
                order=order if wants else 1,
                moment=moment,
                topic=about if moment is None else None,
                since=now,
                until=ends,
            ),
            by=by or somebody(),
            at=now,
        )
        click.echo("\n".join(wish_lines(filed, now=now, zone=experience.zone)))
        if until:
            click.echo(f"(the day begins at midnight on the clock of the experience file, {experience.zone})", err=True)


def _change_command(group: click.Group, kind: WishSource, name: str, *, help: str, change: Command) -> None:
    @group.command(name, help=help)
    @click.argument("id")
    @click.argument("wish_id")
    @click.option("--why", default="", help="The reason, kept beside it.")
    @_source
    @_by
    @click.pass_context
    def changed(context: click.Context, id: str, wish_id: str, why: str, source: str | None, by: str | None) -> None:
        from advisor.desk.customer_text import wish_lines

        records, experience = opened(context)
        known, wish = _known(records, kind, id, source), records.filing.get(wish_id)
        if (wish.source, wish.kind, wish.owner) != (known.source, kind, known.key):
            raise RecordsError(f"the wish {wish_id} is not on file for {id}: advisor {kind}s show {id} lists the ids")
        change(records, wish, by or somebody(), datetime.now(UTC), why)
        click.echo("\n".join(wish_lines(records.filing.get(wish.id), now=datetime.now(UTC), zone=experience.zone)))


def _forget(records: Records, wish: FiledWish, by: str, at: datetime, why: str) -> None:
    records.filing.end(wish, by=by, at=at, why=why or "forgotten on request")


def _restore(records: Records, wish: FiledWish, by: str, at: datetime, why: str) -> None:
    records.filing.restore(wish, by=by, at=at)


def _confirm(records: Records, wish: FiledWish, by: str, at: datetime, why: str) -> None:
    from advisor.records import State
    from advisor.records.filed import STANDING

    if wish.state(at) is not State.SUGGESTED:
        raise RecordsError(f"the wish {wish.id[:8]} is {wish.state(at)}, not suggested: there is nothing to confirm")
    records.filing.confirm(wish, by=by, at=at, until=at + STANDING)


def _group(kind: WishSource, *, about: str, columns: str, id: str) -> click.Group:
    """The commands for customers, or for accounts."""
    group = click.Group(f"{kind}s", help=f"{about}: import, show, and what they are willing and not willing to do.")
    call = f"advisor {kind}s"
    _import_command(group, kind, columns=columns, example=f"{call} import {kind}s.csv --source zendesk")
    _show_command(group, kind, example=f"{call} show {id}")
    _wish_command(group, kind, example=f"{call} wish {id} --wants phone --for billing --until 2027-01-01")
    for name, help, change in (
        ("forget-wish", "End a wish on file; it stays visible, and restore-wish takes that back.", _forget),
        ("restore-wish", "Take the end of a wish back.", _restore),
        ("confirm-wish", "Make a suggestion a wish that counts, for a year.", _confirm),
    ):
        _change_command(group, kind, name, help=f"{help}\n\n\b\nExample: {call} {name} {id} 3fa1c09b", change=change)
    return group


customers = _group(WishSource.CUSTOMER, about="Customers", columns="name, email, phone, persona, account", id="C-2004")
accounts = _group(
    WishSource.ACCOUNT,
    about="Accounts, the companies that pay",
    columns="name, licences, monthly_revenue, renews_on, plan, manager, usage",
    id="A-1120",
)


@customers.command()
@click.option("--learn", is_flag=True, help="Look through what customers did, and file what it suggests.")
@click.pass_context
def suggestions(context: click.Context, learn: bool) -> None:
    """List the wishes that wait for an agent: words about others, what was learnt, standing wishes that ran out.

    None of them decides anything until it is confirmed (confirm-wish, of customers or accounts).

    \b
    Example: advisor customers suggestions --learn
    """
    from advisor.desk.customer_text import wish_lines
    from advisor.insight.habits import habits

    records, experience = opened(context)
    now = datetime.now(UTC)
    if learn:
        found = habits(records, experience, now)
        for one in found:
            records.filing.put(one, by=None, at=now)
        click.echo(f"{len(found)} new suggestions from what customers did")
    waiting = records.filing.suggested(now)
    for one in waiting:
        click.echo(f"{one.kind} {one.owner} (from {one.source})")
        click.echo("\n".join(f"  {line}" for line in wish_lines(one, now=now, zone=experience.zone)))
    if not waiting:
        click.echo("No suggestion waits." if learn else "No suggestion waits; --learn looks for some in what was done.")


def _import(context: click.Context, file: Path, kind: WishSource, source: str, by: str | None) -> None:
    from advisor.desk.people_file import read_people

    records, experience = opened(context)
    rows = list(read_people(file, kind=kind, source=source, zone=experience.zone))
    good = [row for row in rows if not isinstance(row, TicketError)]
    bad = [row for row in rows if isinstance(row, TicketError)]
    done = records.people.keep(good, kind=kind, by=by or somebody(), at=datetime.now(UTC))
    taken = f"{done.new} new and {done.known} known {kind}s, {done.wishes} wishes on file"
    click.echo(f"{taken} (times without a zone: {experience.zone})")
    if done.stayed:
        click.echo(f"{done.stayed} wishes stay as an agent has left them: restore-wish brings an ended one back")
    say_problems(bad, called="not taken")
    if bad:
        context.exit(1 if good else 2)


def _known(records: Records, kind: WishSource, id: str, source: str | None) -> Known:
    look = records.people.customers if kind is WishSource.CUSTOMER else records.people.accounts
    found = look(id, source=source)
    if not found and kind is WishSource.CUSTOMER:
        alike = [one for one in records.find(id) if source in (None, one.source)]
        found = [known for one in alike for known in look(one.id, source=one.source)]
    if not found:
        raise RecordsError(
            f"no {kind} is recorded under the id {id}: advisor {kind}s import takes them from a CSV file"
        )
    if len(found) > 1:
        listed = ", ".join(one.source if one.key == id else f"{one.key} from {one.source}" for one in found)
        raise RecordsError(f"several sources know a {kind} {id} ({listed}): name one with --source, or by its id")
    return found[0]


def _past_of(records: Records, kind: WishSource, known: Known) -> list[Past]:
    return list(records.past(of=(known.source, kind, known.key)))[::-1]


def _day(text: str, zone: tzinfo, *, option: str = "--until") -> datetime:
    try:
        day = date.fromisoformat(text)
        if not YEARS[0] <= day.year <= YEARS[1]:
            raise ValueError(text)
        return datetime.combine(day, time(), zone)
    except ValueError as error:
        raise click.BadParameter(f"{option} must be a day such as 2027-01-01, was: {text}") from error
