"""What `advisor rescore --fast` gains and what it costs: both ways over the same archive, in turns.

python tests/benchmarks/cascade.py TICKETS [ROUNDS]    needs ADVISOR_DATA, and the fast encoder of ADVISOR_HOME

The archive is of so many IT tickets and of the demo's own. One process works; the time is that of the processor.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from tickets import it_tickets

from advisor.archive.formats import recognise
from advisor.archive.gate import Gate
from advisor.archive.rescore import Report, Request, rescore
from advisor.archive.result import Row
from advisor.archive.result_file import read_result
from advisor.archive.worker import Past
from advisor.settings import Settings
from advisor.wiring import archive_basis
from index.encoder import load_encoder
from index.knowledge import KnowledgeBase
from index.sources import read

DEMO = ("tickets.jsonl", "week/tickets.jsonl")


@dataclass(frozen=True, slots=True)
class Run:
    """One run over the archive with nothing read before."""

    rows: list[Row]
    report: Report
    processor: float  # seconds of the processor, pilot included
    wall: float  # seconds, pilot included


def main() -> None:
    """Print agreement, what was spared, and tickets a second both ways."""
    many, rounds = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        archive = written(Path(folder) / "archive.jsonl", many)
        place = Path(folder)
        pairs = [(run(archive, place, f"full{turn}"), run(archive, place, f"fast{turn}")) for turn in range(rounds)]
        for kept in place.glob("fast0/archives/*/*.gate"):
            gate = Gate.unpacked(kept.read_bytes())
            assert gate is not None, "it was just written"
            print(f"pilot of {gate.pilot:,}; in cross-validation {gate.wrong} of them advised otherwise")
    for name in ("it", "demo"):
        agreement(name, *pairs[0])
    for way, runs in zip(("full", "fast"), zip(*pairs, strict=True), strict=True):
        speed(way, runs)


def run(archive: Path, folder: Path, way: str) -> Run:
    """Score the archive in a home of its own; only the models are there."""
    settings = home(folder / way)
    basis = archive_basis(settings, Past.NONE)
    out, fast = folder / f"{way}.jsonl", way.startswith("fast")
    start, began = time.process_time(), time.perf_counter()
    report = rescore(Request(archive=recognise(archive), out=out, past=Past.NONE, fast=fast), basis)
    took, lasted = time.process_time() - start, time.perf_counter() - began
    return Run(list(read_result(out)), report, took, lasted)


def home(folder: Path) -> Settings:
    """An installation with the demo's help centre."""
    settings = Settings(home=folder, threads=1)
    folder.mkdir()
    models = Settings.load().home / "models"
    if models.is_dir():
        (folder / "models").symlink_to(models)
    with as_file(files("advisor") / "demo" / "help_centre") as centre:
        articles = read(centre, "demo").articles
    KnowledgeBase.open(settings.knowledge, load_encoder(settings.knowledge)).import_articles("demo", articles)
    return settings


def written(path: Path, many: int) -> Path:
    """The archive, as JSON lines."""
    demo = files("advisor") / "demo"
    own = [json.loads(line) for name in DEMO for line in demo.joinpath(name).read_text("utf-8").splitlines()]
    rows = [{"id": f"it-{number}", "body": text} for number, text in enumerate(it_tickets(many))]
    rows += [{**ticket, "id": f"demo-{number}"} for number, ticket in enumerate(own)]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def agreement(name: str, full: Run, fast: Run) -> None:
    """Of the tickets whose id begins so: how many are advised, wished and grave alike."""
    both = [pair for pair in zip(full.rows, fast.rows, strict=True) if pair[0].ticket_id.startswith(name)]

    def alike(*columns: str) -> str:
        same = sum(all(getattr(a, one) == getattr(b, one) for one in columns) for a, b in both)
        return f"{same / len(both):.2%}"

    spared = sum(row.models.endswith("-unsearched") for _, row in both)
    print(f"{name}: {len(both):,} tickets, {spared / len(both):.1%} without a search")
    print(f"  alike: action and channel {alike('action', 'channel')}, queue {alike('queue')}, rule {alike('rule')}")
    print(
        f"  alike: wishes {alike('wishes')}, signals {alike('signals')}, moment {alike('moment', 'severity', 'tone')}"
    )


def speed(way: str, runs: tuple[Run, ...]) -> None:
    """Tickets a second, of the processor's time and of the clock's."""
    rows = sum(one.report.rows for one in runs)
    cpu, wall = sum(one.processor for one in runs), sum(one.wall for one in runs)
    print(f"{way}: {rows / cpu:.1f} tickets a second of one core's time, {rows / wall:.1f} by the clock")


if __name__ == "__main__":
    main()
