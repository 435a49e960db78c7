"""Tickets to the demo's company by other hands, every case of the rules among them: right action, channel and article.

python tests/benchmarks/decisions.py [--errors]    --errors names the wrong ones of those looked at while building
"""

from __future__ import annotations

import json
import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from logingov import report

from advisor.settings import Settings
from advisor.wire import ticket_from
from advisor.wiring import ready
from index.encoder import load_encoder
from index.knowledge import KnowledgeBase
from index.sources import read

HERE = Path(__file__).parent
SETS = {
    "looked at while building": HERE / "decisions_hands.jsonl",
    "kept apart": HERE / "decisions_fresh.jsonl",
}


def main(arguments: list[str]) -> int:
    """Advise every ticket and print a table for each set."""
    with tempfile.TemporaryDirectory() as folder, as_file(files("advisor") / "demo" / "help_centre") as centre:
        settings = Settings(home=Path(folder))
        models = Settings.load().home / "models"
        if models.is_dir():
            (settings.home / "models").symlink_to(models)
        articles = read(centre, "demo").articles
        KnowledgeBase.open(settings.knowledge, load_encoder(settings.knowledge)).import_articles("demo", articles)
        advisor = ready(settings)
        for name, path in SETS.items():
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            given = [
                advisor.advise(ticket_from(row["ticket"], row=row["id"]), record=False).recommendation for row in rows
            ]
            report(name, rows, given, errors="--errors" in arguments and name != "kept apart")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
