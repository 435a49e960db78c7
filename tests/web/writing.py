"""Each helpdesk that is written to: its imitation, its hook, its credentials, and what to tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from imitations import chatwoot, freshdesk, intercom, zammad, zendesk
from imitations.desk import ImitatedDesk, listening

from web.helpdesks import WRITING
from web.helpdesks.model import Hook, Kind
from web.outgoing import Outgoing, Patience, known_certificates
from web.write_back.markers import Markers
from web.write_back.told import ARTICLE_TAG, PERSON_TAG, SIGNAL_TAG, Line, Told
from web.write_back.writer import Telling, Writer

NOON = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
MARKERS = Markers(b"k" * 32)
SHORT = Patience(connect=1.0, read=0.1, total=1.0)
KNOWN = known_certificates()

ARTICLE = Told(
    (
        Line("Ticket Advisor – Self-service. The customer asks for an article: “a <b>link</b> & no call”."),
        Line("Show your jobs in Google Calendar", "https://help.fernway.example/a?b=1&c=2", is_article=True),
    ),
    (ARTICLE_TAG,),
    helps=True,
    gist="article",
)
PERSON = Told(
    (Line("Ticket Advisor – A person, by phone. The customer asks for a call."),),
    (PERSON_TAG, SIGNAL_TAG),
    helps=True,
    gist="person",
)
PLAIN = Told(
    (Line("Ticket Advisor – A person, by e-mail. Article fit 0.1; 0.4 was needed."),),
    (PERSON_TAG,),
    helps=False,
    gist="plain",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A helpdesk under test."""

    desk: ImitatedDesk
    hook: Hook
    credentials: str


def hook_of(kind: Kind) -> tuple[type[ImitatedDesk], Hook, str]:
    """The imitation of a kind, a hook that fits it, its credentials."""
    plain = Hook(name=kind.value, kind=kind, secrets=("s" * 32,))
    found: dict[Kind, tuple[type[ImitatedDesk], Hook, str]] = {
        Kind.ZENDESK: (zendesk.Zendesk, replace(plain, user=zendesk.USER), zendesk.TOKEN),
        Kind.FRESHDESK: (freshdesk.Freshdesk, plain, freshdesk.TOKEN),
        Kind.INTERCOM: (intercom.Intercom, replace(plain, user=intercom.ADMIN), intercom.TOKEN),
        Kind.CHATWOOT: (chatwoot.Chatwoot, replace(plain, options={"account": chatwoot.ACCOUNT}), chatwoot.TOKEN),
        Kind.ZAMMAD: (zammad.Zammad, plain, zammad.TOKEN),
    }
    return found[kind]


KINDS = sorted(WRITING)


@contextmanager
def imitated(kind: Kind) -> Iterator[Subject]:
    """A helpdesk of a kind that listens, with the hook that leads to it."""
    make, hook, credentials = hook_of(kind)
    desk = make()
    with listening(desk) as address:
        yield Subject(desk, replace(hook, address=address), credentials)


def outgoing() -> Outgoing:
    """What may ask this machine, and waits for a moment only."""
    return Outgoing(allowed=["127.0.0.1"], patience=SHORT, certificates=KNOWN)


def writer() -> Writer:
    """Writes as an installation whose clock stands at noon."""
    return Writer(outgoing(), MARKERS, now=lambda: NOON)


def telling(subject: Subject, told: Told = ARTICLE, *, ticket_id: str = "35", when: datetime = NOON) -> Telling:
    """What is to stand in a ticket."""
    return Telling(hook=subject.hook, ticket_id=ticket_id, told=told, when=when)


def ours(subject: Subject, *, ticket_id: str = "35") -> list[str]:
    """The notes of ours in a ticket."""
    return [note for note in subject.desk.cases[ticket_id].notes if "[advisor-" in note]
