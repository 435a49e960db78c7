"""How much memory `advisor rescore` takes on a large archive, and on one of a tenth of its rows: it must not grow.

python tests/benchmarks/memory.py [ROWS] [DIFFERENT]    needs ADVISOR_DATA and Linux; 1,000,000 rows of 50,000 texts

Every row has an id of its own; they come from 100,000 customers over five years. Resident memory is sampled from /proc
five times a second; pages that processes share count in each of them, so that the sum is more than what is taken.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from tickets import SEED, demo_home, it_tickets

DEFAULTS = ("1000000", "50000")
CUSTOMERS = 100_000
FIRST, SPAN = datetime(2021, 1, 1, tzinfo=UTC), timedelta(days=5 * 365)
PAUSE = 0.2  # seconds between two samples
PAGE = os.sysconf("SC_PAGE_SIZE")
SMALLER = 10  # times


@dataclass(slots=True)
class Peak:
    """The most that was seen, in bytes."""

    whole: int = 0  # of all processes at once
    each: dict[int, int] = field(default_factory=dict)  # by process id

    def sample(self, root: int) -> None:
        """Look at a process and all below it."""
        now = {process: resident(process) for process in tree(root)}
        self.whole = max(self.whole, sum(now.values()))
        self.each |= {process: max(size, self.each.get(process, 0)) for process, size in now.items()}

    @property
    def said(self) -> str:
        """In words."""
        sizes = ", ".join(f"{size / 1e6:,.0f}" for size in sorted(self.each.values(), reverse=True))
        return f"{self.whole / 1e6:,.0f} MB at once; processes at most {sizes} MB"


def main() -> None:
    """Score both archives, each in a home of its own, and print what they took."""
    rows, different = (int(one) for one in [*sys.argv[1:3], *DEFAULTS[len(sys.argv[1:3]) :]])
    texts = texts_of(different)
    with tempfile.TemporaryDirectory() as folder:
        small, large = (scored(Path(folder) / str(many), many, texts) for many in (rows // SMALLER, rows))
    print(f"the larger archive took {large.whole / small.whole:.2f} times the memory of the smaller")


def scored(folder: Path, rows: int, texts: list[str]) -> Peak:
    """Make an archive, score it, and say how long that took and how much memory."""
    home = demo_home(folder / "home")
    archive, peak = folder / "archive.csv", Peak()
    write(archive, rows, texts)
    advisor = str(Path(sys.executable).with_name("advisor"))
    command = [advisor, "--home", str(home), "rescore", str(archive), "--out", str(folder / "result.jsonl")]
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while child.poll() is None:
        peak.sample(child.pid)
        time.sleep(PAUSE)
    took = time.perf_counter() - start
    said, _ = child.communicate()
    if child.returncode:
        sys.exit(f"advisor rescore must end well, ended with {child.returncode}: {said}")
    print(f"{rows:,} rows, {min(rows, len(texts)):,} different texts, {archive.stat().st_size / 1e6:,.0f} MB")
    print(f"  {took:,.0f} s, start-up included, {rows / took:,.0f} rows a second; {peak.said}")
    return peak


def texts_of(many: int) -> list[str]:
    """So many different texts: IT tickets, and where there are too few the same ones about further machines."""
    own = it_tickets(many)
    return [
        own[number % len(own)] + (f" Room {number // len(own)} too." if number >= len(own) else "")
        for number in range(many)
    ]


def write(path: Path, rows: int, texts: list[str]) -> None:
    """Write an archive row by row."""
    random = Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "created_at", "customer_id", "body"])
        for number in range(rows):
            at = FIRST + SPAN * (number / rows)
            customer = f"c-{random.randrange(CUSTOMERS)}"
            table.writerow([f"it-{number}", at.isoformat(timespec="seconds"), customer, texts[number % len(texts)]])


def tree(root: int) -> Iterator[int]:
    """A process and all below it."""
    below: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        parent = parent_of(int(entry.name)) if entry.name.isdigit() else None
        if parent is not None:
            below.setdefault(parent, []).append(int(entry.name))
    waiting = [root]
    while waiting:
        process = waiting.pop()
        yield process
        waiting += below.get(process, [])


def parent_of(process: int) -> int | None:
    """The id of the parent; None where the process has ended."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return int(stat.rpartition(")")[2].split()[1])


def resident(process: int) -> int:
    """Bytes of a process that are in memory; 0 where it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    except OSError:
        return 0


if __name__ == "__main__":
    main()
