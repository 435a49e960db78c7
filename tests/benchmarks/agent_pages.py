"""How long the server takes for the agents' pages over a large queue: the first page, each filter, a ticket.

PYTHONPATH=tests/web python tests/benchmarks/agent_pages.py [ROWS]    500,000 tickets, in a temporary database

Each page is asked of the whole program (sign-in, limits, logs, templates), without a socket; the middle one of five
runs. The tickets of the queue are made up; the one that is opened was advised by a reader that knows four phrases, and
its customer has written a hundred times before.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from agent_queue import COMMON, NOBODY, RARE, fill
from web_builders import client_as, recording_desk, web_app

from advisor.records import Records
from advisor.types import Customer, Ticket
from web.queue_form import NONE

ROWS, RUNS, BEFORE = 500_000, 5, 100
FIELDS = {"came_by": "channel", "text": "q"}  # of the address, where they are called otherwise
NOW = datetime(2026, 6, 9, tzinfo=UTC)


def main() -> None:
    """Fill a database, ask for pages, and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        fill(Records.open(Path(folder) / "advisor.db"), rows)
        client = client_as(web_app(recording_desk(*thread(), home=Path(folder))))
        print(f"{rows:,} tickets made up, {BEFORE + 1} advised; milliseconds")
        for name, path in (
            *queries(),
            ("a ticket", f"/tickets/local/T{BEFORE}"),
            ("its receipt", f"/receipts/local/T{BEFORE}"),
        ):
            times = []
            for _ in range(RUNS):
                start = time.perf_counter()
                answer = client.get(path)
                times.append(1000 * (time.perf_counter() - start))
                assert answer.status_code == 200, answer.text
            print(f"{name:34}{median(times):8.1f}")


def thread() -> Iterator[Ticket]:
    """The tickets of one customer."""
    who = Customer(id="C-1", name="Maya Brook")
    for number in range(BEFORE + 1):
        at = NOW + timedelta(hours=number)
        yield Ticket(id=f"T{number}", subject="Calendar", body="Send me the link, please.", created_at=at, customer=who)


def queries() -> Iterator[tuple[str, str]]:
    """The pages of the queue, by name."""
    yield "waiting", "/queue"
    for order in ("newest", "oldest", "severity"):
        yield order, f"/queue?order={order}"
    yield "done", "/queue?waits=done"
    yield "all", "/queue?waits=all"
    for kind, values in (("common", COMMON), ("rare", RARE), ("nobody's", NOBODY)):
        for name, value in values.items():
            shown = {True: "1", "": NONE}.get(value, value) if isinstance(value, str | bool) else f"{value:%Y-%m-%d}"
            yield f"{name}, {kind}", f"/queue?{FIELDS.get(name, name)}={shown}"


if __name__ == "__main__":
    main()
