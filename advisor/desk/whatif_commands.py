"""`advisor whatif`: another experience file on all recorded tickets, on several processes, without a model."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of
from advisor.errors import RecordsError

if TYPE_CHECKING:
    from advisor.decision.experience import Experience
    from advisor.decision.whatif import Tally, Told
    from advisor.types import Promise

ALONE = 5_000  # up to so many tickets a second process would take longer to start than it saves
STEP = 1_000  # tickets between two movements of the bar

_done: Synchronized[int] | None = None  # in a worker: tickets of all workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one process does."""

    records: Path
    experience: Experience
    promise: Promise
    since: datetime | None
    part: int
    parts: int


@click.command()
@click.argument("other", metavar="OTHER.TOML", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--since", type=click.DateTime(), help="Only tickets from this day on (UTC).")
@click.option("--processes", type=click.IntRange(min=1), help="How many processes; one a core, if left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def whatif(context: click.Context, other: Path, since: datetime | None, processes: int | None, as_json: bool) -> None:
    """Try another experience file on all recorded tickets.

    It decides the stored evidence by OTHER.TOML and the promise in force, and says how many advices would change, from
    what to what, which wishes would be unmet, what it would cost, and which twenty tickets tell most. Nothing is read
    again and nothing is stored.

    \b
    Example: advisor whatif draft.toml
    Example: advisor whatif draft.toml --since 2026-01-01 --json
    """
    from advisor.decision.drift import bound
    from advisor.decision.experience import Experience
    from advisor.decision.policy import costs_of
    from advisor.desk.whatif_text import whatif_json, whatif_text
    from advisor.types import Promise
    from advisor.wire import plain_json
    from advisor.wiring import open_records

    settings = settings_of(context)
    experience = Experience.load(other)
    records = open_records(settings)
    tickets = records.counts()["tickets"]
    parts = 1 if tickets <= ALONE else processes or os.cpu_count() or 1
    day = since.replace(tzinfo=UTC) if since is not None else None
    promise = bound(records.promises.in_force() or Promise(), costs_of(experience))
    shares = [
        Share(records=settings.records, experience=experience, promise=promise, since=day, part=part, parts=parts)
        for part in range(parts)
    ]
    tally = _tallied(shares, tickets)
    if not tally.all.tickets:
        raise RecordsError("no recorded ticket to try the file on: advisor advise records tickets")
    if as_json:
        click.echo(
            plain_json(
                whatif_json(tally, name=other.name, fingerprint=experience.fingerprint, currency=experience.currency)
            )
        )
        return
    click.echo(whatif_text(tally, name=other.name, currency=experience.currency))


def _tallied(shares: list[Share], tickets: int) -> Tally:
    """The shares, each in a process of its own, as one tally."""
    from advisor.decision.whatif import Tally

    if len(shares) == 1:
        return tallied(shares[0])
    spawn = multiprocessing.get_context("spawn")
    done = spawn.Value("q", 0)
    whole = Tally()
    with ProcessPoolExecutor(len(shares), mp_context=spawn, initializer=_start, initargs=(done,)) as pool:
        running = [pool.submit(tallied, share) for share in shares]
        _watch(running, done, tickets)
        for future in running:
            whole.merge(future.result())
    return whole


def _watch(running: list[Future[Tally]], done: Synchronized[int], tickets: int) -> None:
    from index.progress import ProgressBar

    bar = ProgressBar()
    while wait(running, timeout=0.5).not_done:
        bar("Trying", min(done.value, tickets - 1), tickets)
    bar.close()


def _start(done: Synchronized[int]) -> None:
    global _done
    _done = done


def tallied(share: Share) -> Tally:
    """Count one share of the archive."""
    from advisor.decision.whatif import try_out

    return try_out(_told(share), share.experience, share.promise)


def _told(share: Share) -> Iterator[Told]:
    from advisor.decision.whatif import Told, Way
    from advisor.records import Records
    from advisor.records.advised import advised

    file = Records.open(share.records).file
    stream = advised(file, since=share.since, part=share.part, parts=share.parts)
    for count, one in enumerate(stream, start=1):
        yield Told(one.evidence, Way(one.action, one.channel), one.queue, one.subject)
        if _done is not None and count % STEP == 0:
            with _done.get_lock():
                _done.value += STEP
