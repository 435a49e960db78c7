"""The tickets and articles that the speed of archives is measured on: real IT tickets, and the demo's help centre."""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
import sys
from importlib.resources import as_file, files
from pathlib import Path

from advisor.settings import Settings
from index.articles import cut
from index.bundle import bundle_folder
from index.encoder import load_encoder
from index.knowledge import KnowledgeBase
from index.sources import read

LEARNT = 2_000  # other tickets, on which the plain script's heads are fitted
ALONE = 200  # tickets that are advised one by one
SEED = 5


def data() -> Path:
    """The folder of public data, named by ADVISOR_DATA."""
    named = os.environ.get("ADVISOR_DATA", "")
    if not named:
        sys.exit("ADVISOR_DATA must name the folder of public data: it is measured on it_tickets/all_tickets.csv.gz")
    return Path(named)


def _rows() -> list[dict[str, str]]:
    content = gzip.decompress((data() / "it_tickets" / "all_tickets.csv.gz").read_bytes()).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    random.Random(SEED).shuffle(rows)
    return rows


def it_tickets(many: int) -> list[str]:
    """So many tickets, drawn by chance, always the same ones."""
    return [row["Document"] for row in _rows()[LEARNT : LEARNT + many]]


def learnt_from() -> tuple[list[str], list[str]]:
    """Texts and topics of other tickets."""
    rows = _rows()[:LEARNT]
    return [row["Document"] for row in rows], [row["Topic_group"] for row in rows]


def help_centre() -> tuple[list[str], list[str]]:
    """The demo's passages: of each, the title of its article, and the text that is embedded."""
    with as_file(files("advisor") / "demo" / "help_centre") as centre:
        articles = read(centre, "demo").articles
    passages = [passage for article in articles for passage in cut(article)]
    return [passage.title for passage in passages], [passage.embedded_text for passage in passages]


def demo_home(home: Path) -> Path:
    """Make a home folder with the demo's help centre, and ADVISOR_HOME's sentence model where it has one."""
    settings, own = Settings(home=home).knowledge, Settings(home=Settings.load().home).knowledge
    made, linked = bundle_folder(own).parent, bundle_folder(settings).parent
    linked.parent.mkdir(parents=True)
    if made.is_dir():
        linked.symlink_to(made.resolve(), target_is_directory=True)
    with as_file(files("advisor") / "demo" / "help_centre") as centre:
        articles = read(centre, "demo").articles
    KnowledgeBase.open(settings, load_encoder(settings)).import_articles("demo", articles)
    return home


def write_archive(path: Path, many: int) -> None:
    """A CSV of so many tickets with an id each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "body"])
        rows.writerows([f"it-{number}", text] for number, text in enumerate(it_tickets(many)))
