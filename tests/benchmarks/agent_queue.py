"""How long a page of the queue takes: every filter, every order, pairs of filters, search, deep pages, counts.

python tests/benchmarks/agent_queue.py [ROWS] [--pairs] [--cpu]    500,000 tickets in a temporary database

All tickets wait. Each filter is asked with a common value, a rare one (ten tickets) and, where it may be, one that
nobody has. What is printed is the slowest of all orders, the middle one of five runs each; the page cache of the system
is warm. `--cpu` takes the processor's time in the place of the clock's, for machines on which others work, too.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, combinations
from pathlib import Path
from random import Random
from statistics import median

from advisor.records import Records
from advisor.records.queue import Column
from advisor.records.queue_filter import WALKS, Filter, Order, Waits, cursor_of
from advisor.records.queued import NEVER, utc_text
from advisor.types import Action, Channel, Moment, SignalKind, Tone

ROWS = 500_000
SEED, FIRST, RUNS, DEEP = 6, datetime(2025, 1, 1, tzinfo=UTC), 5, 0.6
VOCABULARY, WORDS = 50_000, 60  # different words, and words of a ticket
COLUMNS = (
    "id", "source", "ticket_id", "open", "revision", "action", "channel", "came_by", "topic", "moment", "tone",
    "persona", "severity", "language", "reason", "why", "rule", "unmet", "unsure", "queue", "notify", "signals",
    "account", "licences", "plan", "respond_by", "came_at", "subject", "customer", "assignee", "p_resolve", "needed",
)  # fmt: skip
COMMON: dict[str, object] = {
    "action": Action.SELF_SERVICE, "came_by": Channel.EMAIL, "topic": "topic 1", "moment": Moment.BILLING,
    "tone": Tone.NEUTRAL, "persona": "admin", "signal": SignalKind.OUTAGE, "unmet": True, "unsure": True,
    "queue": "tier1", "assignee": "", "text": "w0", "since": FIRST + timedelta(days=200),
}  # fmt: skip
clock = time.thread_time if "--cpu" in sys.argv else time.perf_counter
RARE: dict[str, object] = {
    "came_by": Channel.SOCIAL, "topic": "topic rare", "moment": Moment.SIGN_UP, "tone": Tone.PLEASED,
    "persona": "rare", "signal": SignalKind.MINOR, "queue": "rare", "assignee": "rare", "text": "rareword",
}  # fmt: skip
NOBODY: dict[str, object] = {"topic": "none", "persona": "none", "queue": "none", "assignee": "none", "text": "none"}


def main() -> None:
    """Fill a database, ask, and print."""
    rows = int(next((one for one in sys.argv[1:] if one.isdigit()), ROWS))
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        records = Records.open(Path(folder) / "advisor.db")
        fill(records, rows)
        size = (Path(folder) / "advisor.db").stat().st_size / 1e6
        print(f"{rows:,} tickets, {size:,.0f} MB, filled in {time.perf_counter() - start:.0f} s\n")
        worst = max(figures(records, rows, pairs="--pairs" in sys.argv))
        print(f"\nthe slowest took {worst:.0f} ms")


def figures(records: Records, rows: int, *, pairs: bool) -> Iterator[float]:
    """Print what each kind of page takes, and give it in milliseconds."""
    print(f"{'':34}{'first page':>12}{'deep page':>12}{'count':>12}   ms")
    for name, wanted in named():
        first, deep = (max(asked(records, wanted, order, deep=deep) for order in Order) for deep in (False, True))
        count = taken(lambda wanted=wanted: records.queue.counts(wanted))  # type: ignore[misc]
        print(f"{name:34}{first:12.1f}{deep:12.1f}{count:12.1f}")
        yield from (first, deep, count)
    newest = records.queue.page().newest
    for name, ask in (
        ("new since 1,000 tickets ago", lambda: records.queue.newer_than(newest - 1_000)),
        ("new of all, with a common word", lambda: records.queue.newer_than(0, Filter(text="w0", unsure=True))),
        ("choices of all columns", lambda: [records.queue.choices(column) for column in Column]),
    ):
        ms = taken(ask)
        print(f"{name:34}{ms:12.1f}")
        yield ms
    if pairs:
        yield from pair_figures(records)


def pair_figures(records: Records) -> Iterator[float]:
    """The slowest pairs, of common and rare values, over all orders."""
    found = []
    values = [*COMMON.items(), *RARE.items()]
    for one, other in combinations(values, 2):
        if one[0] != other[0]:
            wanted = replace(Filter(), **dict([one, other]))  # type: ignore[arg-type]
            found += [(asked(records, wanted, order, runs=1), one, other, order) for order in Order]
    found.sort(key=lambda row: -row[0])
    print(f"\n{len(found):,} pairs and orders: median {median(row[0] for row in found):.1f} ms; the slowest:")
    for ms, one, other, order in found[:8]:
        print(f"{ms:12.1f} ms  {one[0]}={one[1]}, {other[0]}={other[1]}, by {order}")
    yield found[0][0]


def named() -> Iterator[tuple[str, Filter]]:
    """The filters that are asked, by name."""
    yield "waiting", Filter()
    yield "all states", Filter(waits=Waits.ALL)
    yield "done (none is)", Filter(waits=Waits.DONE)
    for kind, values in (("common", COMMON), ("rare", RARE), ("nobody's", NOBODY)):
        for name, value in values.items():
            yield f"{name}, {kind}", replace(Filter(), **{name: value})  # type: ignore[arg-type]
    yield "three common, of which none is", Filter(action=Action.SELF_SERVICE, moment=Moment.RENEWAL, unsure=True)
    yield "text, two common words", Filter(text="w0 w1")
    yield "text, a common beginning", Filter(text="w123*")
    yield "text, common, and nobody's action", Filter(text="w0", action=Action.SELF_SERVICE, moment=Moment.RENEWAL)


def asked(records: Records, wanted: Filter, order: Order, *, deep: bool = False, runs: int = RUNS) -> float:
    """Milliseconds of a page: the first one, or one that begins behind `DEEP` of all tickets."""
    after = place(records, order) if deep else None
    return taken(lambda: records.queue.page(wanted, order=order, after=after), runs=runs)


def place(records: Records, order: Order) -> str:
    """The place of a ticket deep in the queue."""
    walk, offset = WALKS[order], int(DEEP * rows_of(records))
    along = ", ".join(f"{column}{' desc' if walk.newest_first else ''}" for column in walk.columns)
    sql = f"select {', '.join(walk.columns)} from queue where open = 1 order by {along} limit 1 offset ?"
    return cursor_of(order, records.file.tables.execute(sql, [offset]).fetchone())


def rows_of(records: Records) -> int:
    """How many tickets there are."""
    return int(records.file.tables.execute("select max(id) from queue").fetchone()[0])


def taken(ask: Callable[[], object], *, runs: int = RUNS) -> float:
    """Milliseconds, the middle one of some runs."""
    times = []
    for _ in range(runs):
        start = clock()
        ask()
        times.append(clock() - start)
    return median(times) * 1000


def fill(records: Records, rows: int) -> None:
    """Put made-up tickets in the tables that the queue reads."""
    random = Random(SEED)
    odds = list(accumulate(1 / (place + 1) for place in range(VOCABULARY)))
    words = [f"w{place}" for place in range(VOCABULARY)]
    sql = "select name, sql from sqlite_master where type = 'index' and tbl_name = 'queue' and sql is not null"
    indexes = records.file.tables.execute(sql).fetchall()
    with records.file.writing() as tables:
        for name, _ in indexes:
            tables.execute(f"drop index {name}")
        marks = ", ".join("?" * len(COLUMNS))
        tables.conn.executemany(
            f"insert into queue ({', '.join(COLUMNS)}) values ({marks})",
            (row(place, place % max(1, rows // 10) == 7, random) for place in range(rows)),
        )
        tables.execute(
            "insert into queue_signals select source, ticket_id, trim(signals) from queue where signals != ''"
        )
        tables.conn.executemany(
            "insert into customers (source, id, name) values ('desk', ?, ?)",
            ((f"c-{number}", f"Customer {number}") for number in range(100_000)),
        )
        tables.conn.executemany(
            "insert into queue_text (rowid, ticket, subject, who, text) values (?, ?, ?, ?, ?)",
            (
                (
                    place + 1,
                    f"t-{place}",
                    "About this",
                    f"Customer {place % 100_000}",
                    text(place, rows, words, odds, random),
                )
                for place in range(rows)
            ),
        )
        for _, made in indexes:
            tables.execute(made)
    records.file.tables.execute("pragma wal_checkpoint(truncate)")


def text(place: int, rows: int, words: list[str], odds: list[float], random: Random) -> str:
    """Words of which few are frequent and most are rare, as in any language."""
    rare = " rareword" if place % max(1, rows // 10) == 7 else ""
    return " ".join(random.choices(words, cum_weights=odds, k=WORDS)) + rare


def row(place: int, rare: bool, random: Random) -> tuple[object, ...]:
    """One ticket; a `rare` one has in every column what nine others have besides."""
    came = FIRST + timedelta(minutes=place)
    self_service = random.random() < 0.4
    moments = [Moment.BILLING, Moment.TECHNICAL_SUPPORT, Moment.ONBOARDING, Moment.TRAINING]
    moment = random.choice(moments) if self_service else random.choice([*moments, Moment.RENEWAL])
    signal = SignalKind.MINOR if rare else SignalKind.OUTAGE if random.random() < 0.1 else None
    found = {
        "id": place + 1, "source": "desk", "ticket_id": f"t-{place}", "open": 1, "revision": 1,
        "action": Action.SELF_SERVICE if self_service else Action.LIVE_HUMAN, "channel": Channel.EMAIL,
        "came_by": Channel.SOCIAL if rare else random.choice([Channel.EMAIL, Channel.EMAIL, Channel.CHAT]),
        "topic": "topic rare" if rare else f"topic {random.randrange(1, 41)}",
        "moment": Moment.SIGN_UP if rare else moment,
        "tone": Tone.PLEASED if rare else random.choice([Tone.NEUTRAL, Tone.CONFUSED, Tone.FRUSTRATED, Tone.ANGRY]),
        "persona": "rare" if rare else random.choice(["admin", "dispatcher", None]), "severity": random.random() * 4,
        "language": "en", "reason": "cost", "why": "The chance that this article fits is 42 %, and 75 % were needed.",
        "rule": "cost", "unmet": int(random.random() < 0.1), "unsure": int(random.random() < 0.3),
        "queue": "rare" if rare else random.choice(["tier1", "tier1", "billing", "onboarding"]), "notify": "[]",
        "signals": f" {signal} " if signal is not None else "", "account": f"a-{place % 5_000}", "licences": 12,
        "plan": "pro",
        "respond_by": NEVER if self_service else utc_text(came + timedelta(minutes=random.randrange(9000))),
        "came_at": utc_text(came), "subject": "About this", "customer": f"c-{place % 100_000}",
        "assignee": "rare" if rare else random.choice([None, None, f"agent {random.randrange(200)}"]),
        "p_resolve": 0.42, "needed": 0.75,
    }  # fmt: skip
    return tuple(str(value) if isinstance(value, str) else value for value in (found[name] for name in COLUMNS))


if __name__ == "__main__":
    main()
