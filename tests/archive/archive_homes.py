"""Installations and archives for the tests of scoring again."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from advisor.archive.formats import recognise
from advisor.archive.rescore import Report, Request, rescore
from advisor.archive.selection import EVERYTHING, Selection
from advisor.archive.team import Team, local_team
from advisor.archive.worker import Past
from advisor.settings import Settings
from advisor.wiring import archive_basis

TEXTS = (
    "How do I reset my password?",
    "Please call me, I have been charged twice.",
    "The app crashes when I take a photo. I have followed your article and it did not help.",
    "I want to cancel my subscription.",
    "Where can I download my invoices as PDF?",
    "Never call me again. How do I add a licence?",
    "Somebody has hacked my account!",
    "Wo finde ich meine Rechnung?",
)


def home_of(demo_home: Path, folder: Path) -> Path:
    """A home with the demo help centre of its own."""
    home = folder / "home"
    home.mkdir()
    (home / "models").symlink_to((demo_home / "models").resolve(), target_is_directory=True)
    for database in demo_home.glob("knowledge.db*"):
        shutil.copy(database, home)
    return home


def written(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """A CSV of these rows."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(rows)
    return path


def plain_rows(many: int) -> list[dict[str, object]]:
    """Tickets of people who have nothing to do with one another, a day between two."""
    return [
        {
            "id": f"t-{number}",
            "created_at": f"2026-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}T09:{number % 60:02}:00Z",
            "body": f"{TEXTS[number % len(TEXTS)]} {'' if number < len(TEXTS) else f'Room {number % 40}.'}",
        }
        for number in range(many)
    ]


def scored(
    home: Path,
    archive: Path,
    out: Path,
    *,
    processes: int = 1,
    selection: Selection = EVERYTHING,
    past: Past = Past.ARCHIVE,
    team: Team = local_team,
) -> Report:
    """Score an archive again as the command does."""
    basis = archive_basis(Settings(home=home, threads=processes), past)
    return rescore(Request(archive=recognise(archive), out=out, selection=selection, past=past), basis, team=team)
