"""A reader that reads by single words, so that tests of records and commands need no model."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner, Result

from advisor.advise import Advisor, Recorder
from advisor.cli import cli
from advisor.decision.drift import bound
from advisor.decision.experience import Experience
from advisor.decision.policy import costs_of
from advisor.records import Records
from advisor.settings import Settings
from advisor.types import (
    Candidate,
    Document,
    Evidence,
    Failure,
    History,
    Prediction,
    Promise,
    Quote,
    Read,
    Readability,
    Sender,
    Span,
    Stance,
    Ticket,
    Tone,
    Topic,
    Wish,
    WishChannel,
)
from index.articles import Article
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase
from index.progress import Progress

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
COMPANY = Experience.default()
RESET = Candidate(
    id="account/reset",
    version="v1",
    title="Reset your password",
    url="https://help.example/reset",
    category="Account",
    passage_number=0,
    passage="Open the sign-in page and choose “Forgot password”.",
    similarity=0.8,
    lexical=1.0,
    score=0.9,
)
NUMBER = re.compile(r"\+\d{6,}")
CALL = "call me"


class WordReader:
    """A TicketReader: “password” finds an article, “call me” is a wish, a number is masked."""

    def read(self, tickets: list[tuple[Ticket, History]], /) -> list[Read]:
        return [_read(ticket, history) for ticket, history in tickets]


def _read(ticket: Ticket, history: History) -> Read:
    said = [ticket.body, *(message.body for message in ticket.messages if message.sender is Sender.CUSTOMER)]
    raw = "\n\n".join(part for part in (ticket.subject, *said) if part)
    number = NUMBER.search(raw)
    text = NUMBER.sub("[PHONE]", raw)
    readability = Readability.READABLE if text.strip() else Readability.EMPTY
    document = Document(
        text=text,
        subject=Span(0, len(ticket.subject)),
        messages=(Span(len(ticket.subject), len(text)),),
        authors=(None,),
        sentences=(),
        language="en" if text.strip() else "und",
        language_probability=1.0,
        readability=readability,
        phone=number[0] if number else None,
    )
    return Read(document, _evidence(ticket, history, document))


def _evidence(ticket: Ticket, history: History, document: Document) -> Evidence:
    at = document.text.find(CALL)
    quote = Quote(at, at + len(CALL), CALL)
    call = Wish(channel=WishChannel.PHONE, stance=Stance.WANTS, probability=0.97, quote=quote)
    found = "password" in document.text and RESET.id not in history.offered
    return Evidence(
        ticket_id=ticket.id,
        source=ticket.source,
        at=ticket.created_at or NOW,
        came_by=ticket.channel,
        readability=document.readability,
        language=document.language,
        wishes=((call,) if at >= 0 else ()) + ticket.customer.wishes + ticket.account.wishes + history.wishes,
        failures=tuple(Failure(article, None) for article in history.offered),
        topic=Topic("Account", 0.75, known=True) if found else Topic(None, 0.1, known=False),
        tones=(Prediction(Tone.NEUTRAL, 0.9), Prediction(Tone.CONFUSED, 0.25)),
        severity=0.5,
        candidates=(RESET,) if found else (),
        p_resolve=0.95 if found else 0.0,
        has_phone=bool(document.phone or ticket.customer.phone or history.customer.phone),
        models="models-1",
        knowledge="knowledge-1",
    )


def an_advisor(recorder: Recorder) -> Advisor:
    return Advisor(WordReader(), recorder, COMPANY, Promise())


def records_in(home: Path) -> Records:
    return Records.open(home / "advisor.db")


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose tickets are read by single words; its home is not made yet."""

    def open_records(settings: Settings) -> Records:
        return records_in(settings.home)

    def ready(settings: Settings, *, progress: Progress | None = None) -> Advisor:
        return an_advisor(open_records(settings))

    wiring = ModuleType("advisor.wiring")

    def promise_in_use(records: Records, experience: Experience) -> Promise:
        return bound(records.promises.in_force() or Promise(), costs_of(experience))

    parts = {"ready": ready, "open_records": open_records, "promise_in_use": promise_in_use}
    vars(wiring).update(parts | {"experience_of": lambda *_: COMPANY})
    monkeypatch.setitem(sys.modules, "advisor.wiring", wiring)
    monkeypatch.setenv("ADVISOR_PRECISION", "hash")
    monkeypatch.setenv("ADVISOR_HOME", str(folder / "home"))
    return folder / "home"


def with_an_article(home: Path) -> Path:
    article = Article(id="account/reset", source="help", title="Reset", body="Open the page.")
    knowledge = KnowledgeBase.open(Settings.load(home).knowledge, HashEncoder())
    knowledge.import_articles("help", [article])
    return home


def run(*arguments: str, came: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli, list(arguments), input=came)


def written(folder: Path, *rows: object) -> str:
    path = folder / "tickets.jsonl"
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return str(path)
