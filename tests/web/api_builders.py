"""The API around a small desk, and clients with tokens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask
from web_builders import PhraseReader, web_app
from werkzeug.test import TestResponse

from advisor.advise import Advisor
from advisor.decision.experience import Experience, default_text
from advisor.records import Records
from advisor.running import Running
from advisor.settings import Settings
from advisor.types import Account, Customer, Promise, Ticket
from index.articles import Article
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase
from index.settings import Precision
from web.api.operation import BASE
from web.api.routes import Served
from web.api.tokens import Scope
from web.desk import Desk

WANTS_CALL = Ticket(
    id="4711",
    source="zendesk",
    subject="Calendar",
    body="Please call me about the calendar.",
    customer=Customer(id="C-2004", name="Ann Lee", email="ann@fernway.example", phone="+44 20 7946 0123"),
    account=Account(id="A-1120", name="Fernway", licences=60),
)
ARTICLES = (
    Article("billing/refunds", "help", "Refunds", "# Refunds\n\nA refund takes five days.\n"),
    Article("jobs/calendar", "help", "Calendar", "# Calendar\n\nConnect the calendar.\n"),
    Article("users/invite", "guide", "Invite users", "# Invite users\n\nOpen the team page.\n"),
)


@dataclass(frozen=True)
class ReaderWithArticles(PhraseReader):
    """Reads phrases, and has a knowledge base beside it."""

    knowledge: KnowledgeBase | None = None


@dataclass(frozen=True)
class Client:
    """A program that uses the API with one token."""

    app: Flask
    secret: str | None

    def __call__(self, method: str, path: str, *, headers: dict[str, str] | None = None, **sent: Any) -> TestResponse:
        """Send a request; `path` is below /api/v1."""
        given = {"Authorization": f"Bearer {self.secret}"} if self.secret is not None else {}
        return self.app.test_client().open(BASE + path, method=method, headers={**given, **(headers or {})}, **sent)


def small_desk(home: Path, **settings: object) -> Desk:
    """A desk with one recorded ticket, three articles, and its experience file in the records."""
    chosen = replace(Settings(home=home, precision=Precision.HASH), **settings)  # type: ignore[arg-type]
    records = Records.open(home / "advisor.db")
    knowledge = KnowledgeBase.open(chosen.knowledge, HashEncoder())
    for source in ("help", "guide"):
        knowledge.import_articles(source, [one for one in ARTICLES if one.source == source])
    experience = Experience.default()
    advisor = Advisor(ReaderWithArticles(knowledge=knowledge), records, experience, Promise())
    records.keep_experience(experience.fingerprint, default_text(), by="tests")
    advisor.advise(WANTS_CALL)
    return Desk(chosen, records, Running(lambda: advisor, lambda: None))


def small_app(home: Path, **settings: object) -> Flask:
    """The web program around `small_desk`."""
    return web_app(small_desk(home, **settings))


def served(app: Flask) -> Served:
    """What the app's API holds."""
    found: Served = app.extensions["api"]
    return found


def client(app: Flask, *, name: str = "tests", scopes: Collection[Scope] = tuple(Scope), **options: Any) -> Client:
    """A program with a new token."""
    _, secret = served(app).api.tokens.add(name, scopes, by="tests", **options)
    return Client(app, secret)
