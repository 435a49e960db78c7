"""A desk with a small knowledge base, tickets that its articles answered or not, and what became of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser as Html
from web_builders import ARTICLE, TUESDAY, PhraseReader, client_as, folder_for_now, web_app

from advisor.advise import Advisor
from advisor.decision.experience import Experience, default_text
from advisor.records import Records
from advisor.records.reviews import OverrideReason, Review, Verdict
from advisor.running import Running
from advisor.settings import Settings
from advisor.types import Account, Action, Channel, Customer, Handled, Outcome, OutcomeKind, Promise, Ticket
from index.articles import Article
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase
from index.settings import Precision
from web.desk import Desk
from web.users import Role

TWIN = "Choose Export and a format for your invoices, then send the file to the office by e-mail."
ARTICLES = (
    Article(
        "calendar",
        "help",
        "Show your jobs in Google Calendar",
        "Open Settings.\n\n## Connect\n\nClick **Connect Google Calendar** and pick the Google account.",
        url="https://help.fernway.example/calendar",
        category="onboarding",
        tags=("calendar", "google"),
        updated="2026-03-04",
    ),
    Article("a/../b c", "help", "Export invoices", TWIN, updated="2024-01-01", url="javascript:alert(1)"),
    Article("export-2", "help", "Exporting invoices", TWIN),
)
ANSWERED = (
    OutcomeKind.CONTRADICTED,
    OutcomeKind.CONTRADICTED,
    OutcomeKind.CONFIRMED,
    OutcomeKind.ABANDONED,
    OutcomeKind.HANDED_ON,
    None,
)
"""What became of the tickets to which the calendar article was sent, C-0 first."""

GAP = ("Datev export of invoices fails.", "Export of invoices to Datev fails.", "Why does the Datev export fail?")


@dataclass(frozen=True)
class KnowingReader(PhraseReader):
    """Reads as PhraseReader does, beside a knowledge base."""

    knowledge: KnowledgeBase | None = None


class Library:
    """The desk, its web program, and browsers in front of it."""

    def __init__(self, *articles: Article, home: Path | None = None) -> None:
        home = home or folder_for_now()
        settings = Settings(home=home, precision=Precision.HASH)
        self.base = KnowledgeBase.open(settings.knowledge, HashEncoder())
        self.base.import_articles("help", articles or ARTICLES)
        self.records = Records.open(home / "advisor.db")
        self.experience = Experience.default()
        self.records.keep_experience(self.experience.fingerprint, default_text())
        reading = self.advisor()
        self.desk = Desk(settings, self.records, Running(lambda: reading, lambda: None))
        self.app = web_app(self.desk)
        self.client = client_as(self.app, Role.LEAD)

    def advisor(self, **changes: object) -> Advisor:
        """An advisor whose one candidate is the calendar article, with some changes."""
        reader = KnowingReader(replace(ARTICLE, **changes), self.base)  # type: ignore[arg-type]
        return Advisor(reader, self.records, self.experience, Promise())

    def tell_story(self) -> Library:
        """Tickets that the calendar article answered, and what became of each."""
        for place, kind in enumerate(ANSWERED):
            at = TUESDAY + timedelta(days=place)
            ticket = Ticket(
                id=f"C-{place}",
                subject=f"Calendar {place}",
                body="How do I see my jobs?",
                created_at=at,
                customer=Customer(id=f"cust-{place}"),
                handled=Handled(action=Action.SELF_SERVICE, channel=Channel.EMAIL, by="ada", at=at),
            )
            list(self.advisor().advise_many([ticket]))
            if kind is not None:
                told = Outcome(ticket_id=ticket.id, kind=kind, at=at + timedelta(hours=3))
                assert self.records.outcomes.add([told], by="test") == [""]
        said = Review(
            ticket_id="C-0",
            revision=1,
            verdict=Verdict.OVERRIDE,
            reason=OverrideReason.ARTICLE_DOES_NOT_ANSWER,
            by="ada",
            at=TUESDAY + timedelta(hours=1),
        )
        self.records.reviews.add(said)
        return self

    def leave_a_gap(self, *subjects: str) -> Library:
        """Tickets of three customers that no article answers."""
        tickets = [
            Ticket(
                id=f"D-{place}",
                subject=subject,
                body="Please help.",
                created_at=TUESDAY + timedelta(days=place),
                customer=Customer(id=f"gap-{place}"),
                account=Account(id=f"firm-{place % 2}", monthly_revenue=120.0 if place % 2 == 0 else None),
            )
            for place, subject in enumerate(subjects or GAP)
        ]
        list(self.advisor(score=0.01).advise_many(tickets))
        return self

    def page(self, path: str, *, status: int = 200) -> Html:
        """A page, once nothing is counted any more."""
        return Html(self.text(path, status=status))

    def text(self, path: str, *, status: int = 200) -> str:
        """What is answered, once nothing is counted any more."""
        until = time.monotonic() + 30
        while True:
            answer = self.client.get(path)
            if "Refresh" not in answer.headers:
                assert answer.status_code == status, answer.text
                return answer.text
            assert time.monotonic() < until, f"{path} is never ready"
            time.sleep(0.02)

    def look(self) -> Html:
        """Look for gaps, and the page once that is over."""
        assert self.client.post("/knowledge/gaps/look").status_code == 303
        until = time.monotonic() + 30
        while self.client.get("/knowledge/gaps/progress").get_json()["runs"]:
            assert time.monotonic() < until, "the look is never over"
            time.sleep(0.02)
        return self.page("/knowledge/gaps")


def words(page: Html, selector: str) -> list[str]:
    """The words of every node that is selected."""
    return [" ".join(node.text(separator=" ").split()) for node in page.css(selector)]
