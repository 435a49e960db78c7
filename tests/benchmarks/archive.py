"""A large archive of recorded tickets, made of the demo's: the first thousands varied, the rest copies of them.

python tests/benchmarks/archive.py FOLDER TICKETS    makes FOLDER/advisor.db; needs the encoder of ADVISOR_HOME
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib.resources import as_file, files
from pathlib import Path
from random import Random

from advisor.advise import Advice
from advisor.decision.decide import decide
from advisor.decision.experience import Experience, default_text
from advisor.records import Records
from advisor.settings import Settings
from advisor.types import Account, Customer, Evidence, Moment, Prediction, Promise, Stance, Tone, Wish, WishChannel
from advisor.wire import ticket_from
from advisor.wiring import ready
from index.encoder import load_encoder
from index.knowledge import KnowledgeBase
from index.sources import read

VARIED = 4_000  # different evidences; the rest are copies of them under ids of their own
COPIED = ("tickets", "evidence", "recommendations")
BATCH = 200


def make(home: Path, tickets: int) -> int:
    """Fill the records of a home folder; gives the number of tickets."""
    records = Records.open(home / "advisor.db")
    records.keep_experience(Experience.default().fingerprint, default_text())
    waiting = []
    for advice in varied(home, min(VARIED, tickets)):
        waiting.append(advice)
        if len(waiting) == BATCH:
            records.save(waiting)
            waiting.clear()
    records.save(waiting)
    with records.file.writing() as tables:
        for table in COPIED:
            columns = [row[1] for row in tables.execute(f"pragma table_info({table})")]
            named = ", ".join(f'"{column}"' for column in columns)
            tables.execute(f"create temp table first_{table} as select * from {table}")
            copy = f"insert into {table} ({named}) select {', '.join(map(copied, columns))} from first_{table}"
            for number in range(1, tickets // VARIED):
                tables.execute(copy, {"n": f"-{number}"})
    return records.counts()["tickets"]


def copied(column: str) -> str:
    """A column of a copy: under another id, and by it in its JSON."""
    if column in ("id", "ticket_id"):
        return f'"{column}" || :n'
    if column == "json":
        return """replace(json, '"ticket_id":"' || ticket_id || '"', '"ticket_id":"' || ticket_id || :n || '"')"""
    return f'"{column}"'


def varied(home: Path, many: int) -> Iterator[Advice]:
    """The demo's tickets as they are read, each many times with other wishes, figures and accounts."""
    read_once, experience, random = demo(home), Experience.default(), Random(4)
    for number in range(many):
        one = read_once[number % len(read_once)]
        evidence = other(one.evidence, number, random)
        customer = Customer(id=f"c-{number % 1500}", persona=evidence.persona)
        ticket = replace(one.ticket, id=evidence.ticket_id, source="bench", created_at=evidence.at, customer=customer)
        yield Advice(ticket, one.document, evidence, decide(evidence, experience, Promise()))


def other(one: Evidence, number: int, random: Random) -> Evidence:
    """The same ticket, somewhat otherwise."""
    wishes = one.wishes if random.random() < 0.5 else ()
    if random.random() < 0.2:
        wishes += (Wish(channel=random.choice(list(WishChannel)), stance=random.choice(list(Stance))),)
    tones = tuple(Prediction(tone, round(random.random() ** 3, 4)) for tone in Tone)
    return replace(
        one,
        ticket_id=f"b-{number}",
        source="bench",
        at=one.at - timedelta(minutes=random.randrange(500_000)),
        wishes=wishes,
        signals=one.signals if random.random() < 0.3 else (),
        failures=one.failures if random.random() < 0.3 else (),
        moment=Prediction(random.choice(list(Moment)), round(random.uniform(0.3, 1.0), 4)),
        tones=tuple(sorted(tones, key=lambda tone: -tone.probability)),
        severity=round(4 * random.random() ** 2, 3),
        p_resolve=round(random.random(), 4),
        persona=random.choice([None, None, None, "hands_on", "busy_owner"]),
        account=Account(licences=random.randrange(200), monthly_revenue=random.randrange(900), plan="premium"),
    )


def demo(home: Path) -> list[Advice]:
    """The demo's tickets, read by the shipped models."""
    folder = files("advisor") / "demo"
    settings = Settings(home=home / "demo")
    settings.home.mkdir()
    models = Settings.load().home / "models"
    if models.is_dir():
        (settings.home / "models").symlink_to(models)
    with as_file(folder / "help_centre") as centre:
        knowledge = KnowledgeBase.open(settings.knowledge, load_encoder(settings.knowledge))
        knowledge.import_articles("demo", read(centre, "demo").articles)
    lines = (folder / "tickets.jsonl").read_text(encoding="utf-8").splitlines()
    tickets = [ticket_from(json.loads(line), row="demo") for line in lines]
    return list(ready(settings).advise_many(tickets, record=False))


if __name__ == "__main__":
    print(f"{make(Path(sys.argv[1]), int(sys.argv[2])):,} tickets")
