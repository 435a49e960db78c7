"""The pages of reports: figures with their denominators, never by agent, counted once and again when asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hostile import harmful
from people_builders import words
from report_builders import AGENTS, ARTICLE, WEEK, ready, report_desk, ticket
from selectolax.lexbor import LexborHTMLParser
from web_builders import client_as, web_app

from advisor.errors import RecordsError
from advisor.records import Past, Records
from advisor.settings import Mode
from advisor.stores import stores
from advisor.types import Channel
from web.desk import Desk
from web.users import Role

SHADOW = "/reports/shadow?week=2026-W24"
NAMES = "week=2026-W24"


@pytest.fixture(scope="module")
def desk() -> Desk:
    return report_desk()


@pytest.fixture(scope="module")
def app(desk: Desk) -> Flask:
    return web_app(desk)


@pytest.fixture(scope="module")
def reader(app: Flask) -> FlaskClient:
    return client_as(app, Role.READ_ONLY)


@pytest.fixture(scope="module")
def page(reader: FlaskClient) -> str:
    return ready(reader, WEEK).text


def rows(text: str, card: str) -> list[list[str]]:
    """The table of a card."""
    found = LexborHTMLParser(text).css(f"#{card} tbody tr")
    return [[" ".join(cell.text(separator=" ").split()) for cell in row.css("th, td")] for row in found]


def test_an_empty_home_says_what_to_do() -> None:
    client = client_as(web_app(report_desk_empty()), Role.READ_ONLY)
    for address in ("/reports", "/reports/shadow", "/reports/tables.csv", "/reports/digest"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert words(answer.text, ".notice h2") == ["Nothing is recorded yet"]
        assert "advisor advise archive.csv" in answer.text


def report_desk_empty() -> Desk:
    made = report_desk(ticket("gone", "gone", "x", None, Channel.EMAIL))
    for store in stores():
        for found in store.find(made.settings.home, "gone"):
            store.erase(made.settings.home, found)
    return made


def test_every_figure_has_its_denominator_and_interval(page: str) -> None:
    assert words(page, "h1") == ["Week 24 of 2026, 8 to 14 June 2026"]
    assert words(page, ".tile-value")[0] == "8"
    assert rows(page, "wishes")[0][:3] == ["all", "3 of 6: 50.0 % (18.8 to 81.2)", "0"]
    assert rows(page, "personas") == [["busy owner", "3 of 6: 50.0 % (18.8 to 81.2)", "0", "3", "1"]]
    assert rows(page, "csat")[0] == [
        "answered, of all tickets",
        "7 of 8: 87.5 % (52.9 to 97.8)",
        "0 of 1: 0.0 % (0.0 to 79.3)",
    ]
    assert rows(page, "reasons")[0][:2] == ["tone misread", "1 of 2: 50.0 % (9.5 to 90.5)"]
    assert rows(page, "outcomes")[0][1].startswith("1 of 4: 25.0 %")
    assert rows(page, "topics")[0][0] == "calendar"
    assert rows(page, "topic-trend")[0][1].startswith("-14.3 (")


def test_every_picture_has_its_table_and_both_can_be_taken_away(page: str, reader: FlaskClient) -> None:
    tree = LexborHTMLParser(page)
    drawn = [card for card in tree.css(".report-card") if card.css_first("svg")]
    assert len(drawn) >= 12
    for card in drawn:
        assert card.css_first("table") is not None, card.attributes["id"]
        assert card.css_first("svg[role=img] > title") is not None
        for link in card.css(".take a"):
            answer = reader.get(link.attributes["href"] or "")
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"].startswith('attachment; filename="report-2026-W24-')


def test_nothing_is_told_by_agent_and_no_tone_either(app: Flask) -> None:
    lead = client_as(app, Role.LEAD)
    texts = [ready(lead, address).text for address in (WEEK, SHADOW)]
    tree = LexborHTMLParser(texts[0])
    taken = [link.attributes["href"] or "" for text in texts for link in LexborHTMLParser(text).css(".take a")]
    texts += [ready(lead, address).text for address in taken]
    assert len(texts) > 40
    assert [name for text in texts for name in AGENTS if name.split()[0] in text] == []
    for part in ("agent", "assignee", "by whom"):
        assert [one for one in words(texts[0] + texts[1], "thead th") if part in one.split()] == []
    titles = [one.text() for one in tree.css("h3")]
    assert [one for one in titles if "tone" in one.casefold() or "by agent" in one.casefold()] == []


def test_unmet_wishes_and_customers_lead_to_their_pages(page: str, reader: FlaskClient) -> None:
    tree = LexborHTMLParser(page)
    unmet = [link.attributes["href"] for link in tree.css("#unmet tbody th a")]
    assert unmet == ["/tickets/desk/m-333", "/tickets/desk/m-22", "/tickets/desk/m-1"]
    assert words(page, "#detractors .voice-name a") == ["Name of mara"]
    assert words(page, "#advocates .voice-name a") == ["Name of tom"]
    links = tree.css("#detractors a[href], #advocates a[href]")
    assert {reader.get(link.attributes["href"] or "").status_code for link in links} == {200}
    assert "CSV" not in words(page, "#detractors .take a")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2026-06-09&until=2026-06-01", "until"),
        ("since=soon&until=2026-06-01", "since"),
        ("week=24", "week"),
        ("week=<script>", "week"),
    ],
)
def test_what_is_wrong_with_the_days_stands_beside_the_field(reader: FlaskClient, query: str, field: str) -> None:
    for address in ("/reports", "/reports/shadow", "/reports/tables.csv", "/reports/pictures/topics.svg"):
        answer = reader.get(f"{address}?{query}")
        assert answer.status_code == 422
        tree = LexborHTMLParser(answer.text)
        box = tree.css_first(f"#{field}[aria-invalid=true]")
        assert box is not None
        assert box.attributes["aria-describedby"] == f"{field}-error"
        assert tree.css_first(f"#{field}-error") is not None
        assert f"{field}={box.attributes['value']}" in query
        assert harmful(answer.text) == []


def test_days_without_a_ticket_say_so(reader: FlaskClient) -> None:
    assert words(ready(reader, "/reports?week=2019-W01").text, ".notice h2") == ["No ticket came in these days"]
    assert words(ready(reader, "/reports/shadow?week=2019-W01").text, ".notice h2") == ["No ticket came in these days"]


def test_a_report_is_counted_once_and_again_when_asked(tmp_path: Path) -> None:
    desk = report_desk(home=tmp_path)
    client = client_as(web_app(desk), Role.READ_ONLY)
    first = ready(client, "/reports")
    assert words(first.text, ".tile-value")[0] == "9"
    list(desk.advisor.advise_many([ticket("new", "tom", "Please call me.", ARTICLE, Channel.EMAIL)]))
    before = time.monotonic()
    again = client.get("/reports")
    assert words(again.text, ".tile-value")[0] == "9"
    assert words(again.text, "#as-of") == words(first.text, "#as-of")
    days = {"since": "2026-05-13", "until": "2026-06-09"}
    assert (
        client.get("/reports", query_string=days).text.count("Count again") == 1
    )  # the same days by name: no new count
    assert time.monotonic() - before < 1.5
    answer = client.post("/reports/again", data={"of": "report"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/reports")
    assert words(ready(client, "/reports").text, ".tile-value")[0] == "10"
    answer = client.post("/reports/again", data={"of": "shadow", "week": "2026-W24"})
    assert answer.headers["Location"] == "/reports/shadow?week=2026-W24"


def test_a_page_answers_at_once_when_its_figures_are_counted(reader: FlaskClient, page: str) -> None:
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        assert reader.get(WEEK).status_code == 200
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.3


class HeldRecords(Records):
    """Records that give no ticket until they are let, and fail while they are told to."""

    let: Event
    broken = False

    def past(self, **asked: Any) -> Iterator[Past]:
        """The tickets, in time."""
        assert self.let.wait(60)
        if self.broken:
            raise RecordsError("the disk is full: make room")
        return super().past(**asked)


def test_while_it_counts_the_page_says_so_and_comes_back_and_a_failure_is_told(tmp_path: Path) -> None:
    records = HeldRecords.open(tmp_path / "advisor.db")
    assert isinstance(records, HeldRecords)
    records.let = Event()
    client = client_as(web_app(report_desk(records=records, home=tmp_path)), Role.READ_ONLY)
    answer = client.get(WEEK)
    assert words(answer.text, ".notice h2") == ["Counting"]
    assert answer.headers["Refresh"] == "2"
    records.broken = True
    records.let.set()
    failed = ready(client, WEEK)
    assert failed.status_code == 503
    assert words(failed.text, "[role=alert] p")[0] == "The disk is full: make room."
    records.broken = False
    assert ready(client, WEEK).status_code == 200


def test_who_is_erased_is_in_no_report_any_more(tmp_path: Path) -> None:
    desk = report_desk(home=tmp_path)
    client = client_as(web_app(desk), Role.LEAD)
    assert "Name of mara" in ready(client, WEEK).text
    for store in stores():
        for found in store.find(tmp_path, "mara"):
            store.erase(tmp_path, found)
    assert "mara" not in ready(client, "/reports/digest?" + NAMES).text
    after = ready(client, WEEK).text
    assert ("mara" in after, "m-1" in after) == (False, False)
    assert words(after, ".tile-value")[0] == "5"


def test_the_shadow_tells_what_the_advice_would_have_done(reader: FlaskClient) -> None:
    text = ready(reader, SHADOW).text
    assert words(text, ".mode h2") == ["It runs in shadow"]
    assert 'mode = "advise"' in LexborHTMLParser(text).css_first(".mode").text()  # type: ignore[union-attr]
    assert rows(text, "agreement")[0][1].startswith("5 of 7: 71.4 %")
    assert "of 7 it is known whether an article or a person answered, of 1 it is not" in text
    assert rows(text, "missed") == [["wanted a call", "3", "0"]]
    linked = [link.attributes["href"] for link in LexborHTMLParser(text).css("#examples tbody th a")]
    assert "/tickets/desk/m-1" in linked
    assert {reader.get(link or "").status_code for link in linked} == {200}


def test_the_mode_in_force_is_told() -> None:
    client = client_as(web_app(report_desk(mode=Mode.ADVISE)), Role.READ_ONLY)
    assert words(ready(client, SHADOW).text, ".mode h2") == ["It advises"]


def test_the_usual_days_are_those_up_to_the_newest_ticket(reader: FlaskClient) -> None:
    text = ready(reader, "/reports").text
    assert words(text, "h1") == ["13 May to 9 June 2026"]
    assert words(text, ".stretches [aria-current]") == ["The last 28 days with tickets"]
