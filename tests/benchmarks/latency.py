"""How long a warm ticket takes: the demo tickets, advised and recorded, each many times.

python tests/benchmarks/latency.py    uses a home folder of its own, with the fast encoder of ADVISOR_HOME
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from importlib.resources import as_file, files
from pathlib import Path

from advisor.settings import Settings
from advisor.wire import ticket_from
from advisor.wiring import ready
from index.encoder import load_encoder
from index.knowledge import KnowledgeBase
from index.sources import read

ROUNDS = 10


def main() -> None:
    """Print median and 95th percentile, in milliseconds."""
    demo = files("advisor") / "demo"
    with tempfile.TemporaryDirectory() as folder, as_file(demo / "help_centre") as centre:
        settings = Settings(home=Path(folder))
        models = Settings.load().home / "models"
        if models.is_dir():
            (settings.home / "models").symlink_to(models)
        knowledge = KnowledgeBase.open(settings.knowledge, load_encoder(settings.knowledge))
        knowledge.import_articles("demo", read(centre, "demo").articles)
        advisor = ready(settings)
        lines = (demo / "tickets.jsonl").read_text(encoding="utf-8").splitlines()
        tickets = [ticket_from(json.loads(line), row="demo") for line in lines]
        for ticket in tickets:
            advisor.advise(ticket)
        took = []
        for _ in range(ROUNDS):
            for ticket in tickets:
                start = time.perf_counter()
                advisor.advise(ticket)
                took.append(1000 * (time.perf_counter() - start))
    slow = sorted(took)[int(0.95 * len(took))]
    print(f"{len(took)} warm tickets: median {statistics.median(took):.1f} ms, 95 % within {slow:.1f} ms")


if __name__ == "__main__":
    main()
