"""What is taken away from reports: by whom, as what, and without harm to a spreadsheet or a page."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from xml.etree import ElementTree as Xml

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hostile import XSS, harmful
from people_builders import words
from report_builders import ARTICLE, WEEK, ready, report_desk, ticket
from web_builders import TUESDAY, client_as, web_app

from advisor.desk.compliance_page import FORMULA
from advisor.types import Channel
from web.users import Role

NAMES = "week=2026-W24"
SHADOW = "/reports/shadow?week=2026-W24"


@pytest.fixture(scope="module")
def app() -> Flask:
    return web_app(report_desk())


@pytest.fixture(scope="module")
def reader(app: Flask) -> FlaskClient:
    return client_as(app, Role.READ_ONLY)


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_lists_of_customers_are_taken_away_by_leads_only(app: Flask, reader: FlaskClient) -> None:
    lead, address = client_as(app, Role.LEAD), f"/reports/people/detractors.csv?{NAMES}"
    for role in (Role.READ_ONLY, Role.AGENT):
        assert client_as(app, role).get(address).status_code == 403
    found = cells(ready(lead, address).text)
    assert found[0] == ["Detractors in the making"]
    assert found[1][:3] == ["customer", "source", "name"]
    assert [row[:7] for row in found[2:]] == [["mara", "desk", "Name of mara", "A-1", "3", "7", "0"]]
    assert lead.get(f"/reports/people/nobody.csv?{NAMES}").status_code == 404
    assert words(ready(lead, WEEK).text, "#detractors .take a") == ["CSV of Detractors in the making"]
    for name in ("detractors", "advocates"):
        assert lead.get(f"/reports/tables/{name}.csv?{NAMES}").status_code == 404
    assert "Detractors" not in ready(reader, f"/reports/tables.csv?{NAMES}").text
    digest = f"/reports/digest?{NAMES}"
    assert "mara" in ready(lead, digest).text
    whole = ready(reader, digest)
    assert "mara" not in whole.text
    assert "Lists of customers are left out: a lead can take them away." in whole.text
    assert whole.headers["Content-Disposition"] == 'attachment; filename="report-2026-W24-digest.html"'


def test_the_digest_without_a_week_is_of_the_last_whole_one(reader: FlaskClient) -> None:
    assert ready(reader, "/reports/digest").headers["Content-Disposition"].startswith('attachment; filename="report-20')


def test_a_picture_is_a_file_of_its_own(reader: FlaskClient) -> None:
    answer = ready(reader, f"/reports/pictures/topics.svg?{NAMES}")
    assert answer.mimetype == "image/svg+xml"
    root = Xml.fromstring(answer.text)
    assert root.get("color") == "#1f1f1f"
    assert [one.get("fill") for one in root if one.tag.endswith("rect")] == ["#ffffff"]
    assert "Top topics" in answer.text
    for name in ("unmet", "nothing", "..~2F..~2Fetc"):
        assert reader.get(f"/reports/pictures/{name}.svg?{NAMES}").status_code == 404
        assert reader.get(f"/reports/tables/{name if name != 'unmet' else 'none'}.csv?{NAMES}").status_code == 404


HARM = ("=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("https://evil.example")')


def test_no_cell_of_an_export_is_a_formula() -> None:
    tickets = [
        ticket(text, text, "Please call me.", ARTICLE, Channel.EMAIL, tags=(text,), csat=1.0, subject=text)
        for text in HARM
    ]
    tickets += [replace(one, id=f"{one.id} 2") for one in tickets]
    tickets = [
        replace(
            one,
            customer=replace(one.customer, name=one.customer.id, persona=one.customer.id),
            account=replace(one.account, id=one.customer.id),
        )
        for one in tickets
    ]
    client = client_as(web_app(report_desk(*tickets)), Role.LEAD)
    addresses = [f"/reports/tables.csv?{NAMES}", f"/reports/tables.csv?of=shadow&{NAMES}"]
    addresses += [f"/reports/people/{name}.csv?{NAMES}" for name in ("detractors", "advocates")]
    found = [cell for address in addresses for row in cells(ready(client, address).text) for cell in row]
    assert {f"'{text}".replace("\r", " ") for text in HARM} <= set(found)
    assert [cell for cell in found if cell.startswith(FORMULA) and not is_number(cell)] == []


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_no_text_becomes_part_of_a_report() -> None:
    tickets = [
        replace(
            ticket(f"{text} {place}", text, f"{text} Please call me.", ARTICLE, Channel.EMAIL, tags=(text,), csat=1.0),
            subject=text,
            created_at=TUESDAY,
        )
        for text in XSS
        for place in range(2)
    ]
    tickets = [
        replace(one, customer=replace(one.customer, name=one.customer.id, persona=one.customer.id)) for one in tickets
    ]
    client = client_as(web_app(report_desk(*tickets)), Role.LEAD)
    pages = [ready(client, address).text for address in (WEEK, SHADOW)]
    assert [harmful(text) for text in pages] == [[], []]
    assert "onerror=alert(1)" in "".join(words(pages[0], "#personas th"))
    for name in ("topics", "personas"):
        Xml.fromstring(ready(client, f"/reports/pictures/{name}.svg?{NAMES}").text)
    digest = ready(client, f"/reports/digest?{NAMES}").text
    assert [one for one in harmful(digest) if not one.startswith("<style>\n:root")] == []
