"""An advisor whose reading one can check in one's head, and a server on a free port."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from waitress.server import create_server
from waitress.wasyncore import close_all, loop

from advisor.advise import Advice, Advisor
from advisor.decision.experience import Experience, default_text
from advisor.records import Records
from advisor.running import Running
from advisor.settings import Settings
from advisor.types import (
    Candidate,
    Document,
    Evidence,
    Failure,
    History,
    Moment,
    Prediction,
    Promise,
    Quote,
    Read,
    Readability,
    Signal,
    SignalKind,
    Span,
    Stance,
    Ticket,
    Tone,
    Topic,
    Wish,
    WishChannel,
)
from web import create_app
from web.desk import Desk
from web.passwords import Passwords
from web.sessions import How
from web.staff import Staff
from web.users import Role

TUESDAY = datetime(2026, 6, 9, 10, 0, tzinfo=UTC)

ARTICLE = Candidate(
    id="calendar",
    version="1",
    title="Show your jobs in Google Calendar",
    url="https://help.fernway.example/onboarding/connect-google-calendar",
    category="onboarding",
    passage_number=0,
    passage="Click Connect Google Calendar and pick the Google account.",
    similarity=0.8,
    lexical=0.5,
    score=0.82,
)
SAID = {
    WishChannel.PHONE: re.compile("call me", re.IGNORECASE),
    WishChannel.SELF_SERVICE: re.compile("send me the link", re.IGNORECASE),
}
SIGNALS = re.compile("another country", re.IGNORECASE)
FAILED = re.compile("I tried your article", re.IGNORECASE)


@dataclass(frozen=True)
class PhraseReader:
    """Reads four phrases and nothing else; there is always one article, and it fits by 0.82."""

    article: Candidate = ARTICLE

    def read(self, tickets: list[tuple[Ticket, History]], /) -> list[Read]:
        """Read each ticket by itself."""
        return [self.read_one(ticket) for ticket, _ in tickets]

    def read_one(self, ticket: Ticket) -> Read:
        text = "\n\n".join(part for part in (ticket.subject.strip(), ticket.body.strip()) if part)
        subject = Span(0, len(ticket.subject.strip()))
        whole = Span(0, len(text))
        document = Document(
            text=text,
            subject=subject,
            messages=(Span(text.find(ticket.body.strip()), len(text)),),
            authors=(None,),
            sentences=(whole,),
            language="en",
            language_probability=1.0,
            readability=Readability.READABLE,
            phone=None,
        )
        return Read(document, self.evidence(ticket, text))

    def evidence(self, ticket: Ticket, text: str) -> Evidence:
        wishes = (
            Wish(channel=channel, stance=Stance.WANTS, quote=quote)
            for channel, phrase in SAID.items()
            for quote in quotes(phrase, text)
        )
        return Evidence(
            ticket_id=ticket.id,
            at=ticket.created_at or TUESDAY,
            came_by=ticket.channel,
            readability=Readability.READABLE,
            language="en",
            wishes=(*wishes, *ticket.customer.wishes, *ticket.account.wishes),
            signals=tuple(Signal(SignalKind.FRAUD_OR_SECURITY, 0.9, quote) for quote in quotes(SIGNALS, text)),
            failures=tuple(Failure(None, quote) for quote in quotes(FAILED, text)),
            topic=Topic("calendar", 0.8, True),
            moment=Prediction(Moment.ONBOARDING, 0.7),
            tones=(Prediction(Tone.NEUTRAL, 0.9), Prediction(Tone.CONFUSED, 0.2), Prediction(Tone.ANGRY, 0.01)),
            severity=0.6,
            candidates=(self.article,),
            p_resolve=self.article.score,
            has_phone=ticket.customer.phone is not None,
            account=ticket.account,
            persona=ticket.customer.persona,
        )


def quotes(phrase: re.Pattern[str], text: str) -> Iterator[Quote]:
    for found in phrase.finditer(text):
        yield Quote(found.start(), found.end(), found[0])


class NothingKept:
    """A recorder that must not be asked to keep anything."""

    def history(self, ticket: Ticket, /) -> History:
        return History()

    def save(self, advices: list[Advice], /) -> list[Advice]:
        raise AssertionError("the first page stores nothing")


def advisor(**changes: object) -> Advisor:
    """An advisor over the shipped experience; `changes` are those of the one article."""
    article = replace(ARTICLE, **changes)  # type: ignore[arg-type]
    return Advisor(PhraseReader(article), NothingKept(), Experience.default(), Promise())


def desk(*, home: Path | None = None, **changes: object) -> Desk:
    """A desk around `advisor`; its records are in a folder of their own unless one is given."""
    home = home or folder_for_now()
    records = Records.open(home / "advisor.db")
    return Desk(Settings(home=home), records, Running(lambda: advisor(**changes), lambda: None))


def recording_desk(*tickets: Ticket, home: Path | None = None, **settings: object) -> Desk:
    """A desk that records what it advises, with the advices of some tickets; `settings` differ from the usual ones."""
    home = home or folder_for_now()
    records = Records.open(home / "advisor.db")
    experience = Experience.default()
    records.keep_experience(experience.fingerprint, default_text())
    recording = Advisor(PhraseReader(), records, experience, Promise())
    list(recording.advise_many(tickets))
    chosen = replace(Settings(home=home), **settings)  # type: ignore[arg-type]
    return Desk(chosen, records, Running(lambda: recording, lambda: None))


def folder_for_now() -> Path:
    """A folder that goes when the tests end."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""Argon2 that takes no time; never outside tests."""

PASSWORD = "four green kettles whistle"


def web_app(at: Desk | None = None, *, staff: Staff | None = None, **options: Any) -> Flask:
    """The whole web program around a desk, with quick passwords."""
    at = at or desk()
    return create_app(at, staff=staff or Staff.open(at.settings, passwords=QUICK), **options)


def staff_of(app: Flask) -> Staff:
    """The staff of an app."""
    staff: Staff = app.extensions["staff"]
    return staff


def client_as(
    app: Flask, role: Role | None = Role.ADMIN, *, name: str | None = None, base_url: str = "http://localhost"
) -> FlaskClient:
    """A browser in which a user of this role is signed in (None: nobody is); its POSTs carry the form token.

    The user is called like the role unless a name is given, and is made where there is none.
    """
    client = app.test_client()
    if role is None:
        return client
    staff = staff_of(app)
    user = staff.users.find(name or role.value) or staff.users.add(name or role.value, role)
    with client.session_transaction(base_url=base_url) as session:
        session["token"] = staff.sessions.start(user, How.PASSWORD)
        session["csrf_token"] = "0" * 40
    token = URLSafeTimedSerializer(app.secret_key or b"", salt="wtf-csrf-token").dumps("0" * 40)
    client.environ_base["HTTP_X_CSRFTOKEN"] = str(token)
    client.environ_base["wsgi.url_scheme"] = base_url.partition(":")[0]
    return client


def cookie_as(app: Flask, role: Role = Role.ADMIN) -> dict[str, str]:
    """A cookie for `browser.add_cookie(…)`, once a page of the app is open, that signs in a user of this role."""
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client_as(app, role).get_cookie(name)
    assert cookie is not None
    return {"name": name, "value": cookie.value, "path": "/"}


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of an app that is served over a real socket."""
    sockets: dict[int, Any] = {}
    server = create_server(app, host="127.0.0.1", port=0, threads=4, map=sockets)
    stopped = Event()

    def serve() -> None:
        while not stopped.is_set():
            loop(timeout=0.05, use_poll=True, map=sockets, count=1)  # select() knows 1,024 files only
        server.task_dispatcher.shutdown()
        close_all(sockets)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        stopped.set()
        thread.join()
