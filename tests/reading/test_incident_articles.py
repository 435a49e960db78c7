"""What reading tells of the articles that incidents name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from reading_builders import ticket

from advisor.decision.experience import Experience, default_text
from advisor.reading.work import notices
from advisor.settings import Settings
from advisor.types import Notice
from advisor.wiring import Examples, ready
from index.articles import Article
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase
from index.settings import KnowledgeSettings
from index.store import Store

INCIDENTS = """
[[incidents]]
id = "slow"
text = "Signing in is slow."
article = "status/sign-in"

[[incidents]]
id = "bare"
text = "Exports are late."

[[incidents]]
id = "lost"
text = "Invoices are late."
article = "status/nowhere"
"""


@pytest.fixture
def knowledge(tmp_path: Path) -> KnowledgeBase:
    article = Article(
        id="status/sign-in", source="help", title="Status", body="All is well.", url="https://help.example"
    )
    opened = KnowledgeBase.open(KnowledgeSettings(tmp_path), HashEncoder())
    opened.import_articles("help", [article])
    return opened


def test_a_matching_incident_brings_title_and_address_of_its_article(knowledge: KnowledgeBase) -> None:
    named = Examples(Experience.parse(default_text() + INCIDENTS, name="x")).incident_articles
    assert named == [("slow", "status/sign-in"), ("lost", "status/nowhere")]
    status = Notice(incident="slow", article="status/sign-in", title="Status", url="https://help.example")
    assert notices(("slow", "bare", "lost"), named, knowledge) == (status,)
    assert notices(("bare", "lost"), named, knowledge) == ()


def test_a_ticket_about_an_open_incident_carries_its_notice_and_link_from_text_to_reply(
    demo_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    article = Store.open(Settings(home=home).knowledge).articles()[0]
    incident = f'\n[[incidents]]\nid = "slow"\ntext = "Signing in is slow."\narticle = "{article.id}"\n'
    (home / "experience.toml").write_text(default_text() + incident, encoding="utf-8")
    about = ready(Settings(home=home, threads=2))
    advice = about.advise(ticket("Signing in is very slow, I cannot log in."), record=False)
    assert [notice.title for notice in advice.evidence.notices] == [article.title]
    assert "Signing in is slow.\nMore about it: “" + article.title in advice.recommendation.reply
    other = about.advise(ticket("Where can I find my invoice?"), record=False)
    assert (other.evidence.incident_match, other.evidence.notices) == ((), ())
