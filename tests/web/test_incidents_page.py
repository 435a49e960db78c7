from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser
from test_experience_page import Installation, changed

from advisor.decision.experience import Experience, default_text
from index.articles import Article
from index.settings import KnowledgeSettings
from index.store import Store, Written


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


def test_an_incident_is_opened_at_the_end_of_the_file_and_closed(home: Installation) -> None:
    form = {"text": "Signing in is slow.", "examples": "I cannot log in.\r\n\r\nLogin hangs", "name": "slow"}
    assert home.lead.post("/experience/incidents", data=form).status_code == 303
    text = home.file.read_text()
    assert text.startswith(default_text().rstrip())
    (incident,) = Experience.parse(text, name="x").incidents
    assert (incident.id, incident.text, incident.examples) == (
        "slow",
        "Signing in is slow.",
        ("I cannot log in.", "Login hangs"),
    )
    assert home.records.experience_uses()[0].by == "lee"
    assert home.lead.post("/experience/incidents/close", data={"id": "slow"}).status_code == 303
    (incident,) = Experience.parse(home.file.read_text(), name="x").incidents
    assert incident.until is not None
    again = home.lead.post("/experience/incidents/close", data={"id": "slow"})
    assert (again.status_code, "is over since" in again.text) == (409, True)
    assert "Signing in is slow." in home.lead.get("/experience/incidents?like=slow").text


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("text", " ", "Write what customers shall read"),
        ("text", "x" * 3000, "Write at most 2,000 characters"),
        ("until", "tomorrow", "Write a date and a time"),
        ("until", "2020-01-01T10:00", "This time has passed"),
        ("name", "a b", "Use letters, digits, - and _"),
        ("article", "nowhere", "There is no article"),
    ],
)
def test_what_is_wrong_with_an_incident_stands_next_to_its_field(
    home: Installation, field: str, typed: str, said: str
) -> None:
    answer = home.lead.post("/experience/incidents", data={"text": "Slow.", "examples": "Kept"} | {field: typed})
    page = LexborHTMLParser(answer.text)
    error = page.css_first(f"#{'search' if field == 'article' else field}-error")
    assert answer.status_code == 422
    assert error is not None
    assert said in error.text()
    assert ">\nKept</textarea>" in answer.text
    assert home.file.read_text() == default_text()


def test_the_article_of_an_incident_is_found_by_words_of_its_title(home: Installation) -> None:
    store = Store.open(KnowledgeSettings(home.file.parent))
    article = Article(id="status/sign-in", title="When signing in is slow", body="x", source="demo")
    store.write([Written(article, (), np.zeros((0, 4), np.float32))], remove=(), encoder="e")
    found = home.lead.post("/experience/incidents", data={"text": "Slow.", "search": "SIGNING slow", "find": "1"})
    assert 'value="status/sign-in"' in found.text
    part = home.lead.get("/experience/incidents/articles?search=signing&article=")
    assert ('value="status/sign-in"' in part.text, "<html" in part.text) == (True, False)
    home.lead.post("/experience/incidents", data={"text": "Slow.", "article": "status/sign-in"})
    (incident,) = Experience.parse(home.file.read_text(), name="x").incidents
    assert incident.article == "status/sign-in"


def test_in_a_broken_file_no_incident_is_opened(home: Installation) -> None:
    home.file.write_text(changed(floor="9"))
    answer = home.lead.post("/experience/incidents", data={"text": "Slow."})
    assert (answer.status_code, "until it is mended none can be opened" in answer.text) == (409, True)
    assert home.file.read_text() == changed(floor="9")
