"""Tickets about a real help centre (Login.gov): right action, right first article, right channel, by kind.

python tests/benchmarks/logingov.py [--errors] [FILE …]    needs ADVISOR_DATA; by default both halves of the tickets
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from advisor.settings import Settings
from advisor.types import Recommendation
from advisor.wire import ticket_from
from advisor.wiring import ready
from index.encoder import load_encoder
from index.knowledge import KnowledgeBase
from index.sources import read

HERE = Path(__file__).parent
HALVES = {
    "first half (used while building)": HERE / "logingov_first.jsonl",
    "second half (other hands, kept apart)": HERE / "logingov_second.jsonl",
}


@dataclass
class Score:
    """Counts of one kind of ticket."""

    tickets: int = 0
    actions: int = 0
    channels: int = 0
    articles: int = 0  # right first article, where self-service was right and given or an article was expected
    expected: int = 0  # tickets with self-service expected


def main(arguments: list[str]) -> int:
    """Advise every ticket and print the table."""
    if "ADVISOR_DATA" not in os.environ:
        print("ADVISOR_DATA must name the folder of public data", file=sys.stderr)
        return 2
    files = {name: Path(name) for name in arguments if not name.startswith("-")} or HALVES
    with tempfile.TemporaryDirectory() as folder:
        models = Settings.load().home / "models"
        home = Path(folder)
        if models.is_dir():
            (home / "models").symlink_to(models)
        settings = Settings(home=home)
        articles = read(Path(os.environ["ADVISOR_DATA"]) / "kb_logingov", "logingov").articles
        KnowledgeBase.open(settings.knowledge, load_encoder(settings.knowledge)).import_articles("logingov", articles)
        advisor = ready(settings)
        for name, path in files.items():
            if path.is_file():
                rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
                advices = [
                    advisor.advise(ticket_from({**row["ticket"], "id": row["id"]}, row=row["id"])) for row in rows
                ]
                report(name, rows, [one.recommendation for one in advices], errors="--errors" in arguments)
    return 0


def report(name: str, rows: list[dict[str, object]], given: list[Recommendation], *, errors: bool) -> None:
    """Print the table of one file."""
    scores: dict[str, Score] = defaultdict(Score)
    for row, recommendation in zip(rows, given, strict=True):
        for kind in (str(row["kind"]), "all"):
            count(scores[kind], row["expect"], recommendation)
        if errors:
            show_error(row, recommendation)
    print(f"\n{name}: {len(rows)} tickets")
    print(f"{'kind':<14}{'tickets':>8}{'action':>9}{'channel':>9}{'first article':>15}")
    for kind, score in scores.items():
        article = f"{score.articles}/{score.expected}" if score.expected else "-"
        print(
            f"{kind:<14}{score.tickets:>8}{score.actions / score.tickets:>9.1%}"
            f"{score.channels / score.tickets:>9.1%}{article:>15}"
        )


def count(score: Score, expect: object, given: Recommendation) -> None:
    """Add one ticket."""
    assert isinstance(expect, dict)
    score.tickets += 1
    score.actions += given.action == expect["action"]
    score.channels += is_right_channel(expect, given)
    if expect["action"] == "self_service":
        score.expected += 1
        score.articles += bool(given.articles) and given.articles[0].id in expect["articles"]


def is_right_channel(expect: dict[str, list[str | None]], given: Recommendation) -> bool:
    """One of those expected; none at all, where that is expected."""
    return given.channel in (expect["channel"] or [None])


def show_error(row: dict[str, object], given: Recommendation) -> None:
    """Print what went wrong with a ticket."""
    expect, ticket = row["expect"], row["ticket"]
    assert isinstance(expect, dict)
    assert isinstance(ticket, dict)
    first = given.articles[0].id if given.articles else None
    wrong = [
        given.action != expect["action"] and f"action {given.action}",
        not is_right_channel(expect, given) and f"channel {given.channel}, not {expect['channel']}",
        expect["action"] == "self_service"
        and first not in expect["articles"]
        and f"article {first}, not {expect['articles']}",
    ]
    if any(wrong):
        text = " ".join(f"{ticket.get('subject', '')} | {ticket.get('body', '')}".split())[:160]
        reasons = ", ".join(reason.code for reason in given.reasons[:3])
        print(f"{row['id']} {row['kind']}: {'; '.join(str(one) for one in wrong if one)}")
        print(f"     fit {given.p_resolve:.2f} needed {given.needed:.2f}; {reasons}; {text}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
