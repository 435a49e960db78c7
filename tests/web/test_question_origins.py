"""The question in a company's own page: read by the origins of the settings, and nothing else is."""

from __future__ import annotations

import re

import pytest
from question_builders import ORIGIN, Asker
from web_builders import client_as, recording_desk, web_app

from web.access import ROUTES
from web.security import EMBEDDED, HEADERS


@pytest.fixture
def asker() -> Asker:
    return Asker()


def of_company(origin: str = ORIGIN, allowed: tuple[str, ...] = (ORIGIN,)) -> Asker:
    desk = recording_desk(question_origins=allowed, address="https://support.example.com/help")
    return Asker(desk, path="/ask/part", headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"})


def test_a_page_of_an_allowed_origin_reads_and_sends_the_parts() -> None:
    asker = of_company()
    assert asker.page.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert asker.page.text.startswith('<div class="question" lang="en"')
    assert 'action="https://support.example.com/help/ask"' in asker.page.text
    answer = asker.ask("read")
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert asker.heading() == "This may answer it"
    assert asker.tickets() != []
    refused = asker.press("nonsense")
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (400, ORIGIN)


@pytest.mark.parametrize(
    "origin",
    [
        "https://www.example.com.evil.example",
        "https://evil.example",
        "http://www.example.com",
        "https://www.example.com:8443",
        "https://WWW.example.com",
        "https://example.com",
        "null",
        "*",
        "",
    ],
)
def test_a_page_of_any_other_origin_reads_nothing_and_sends_nothing(origin: str) -> None:
    asker = of_company(origin)
    assert "Access-Control-Allow-Origin" not in asker.page.headers
    answer = asker.ask("read")
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert asker.tickets() == []


def test_answers_to_pages_vary_by_origin_and_never_allow_credentials() -> None:
    asker = of_company()
    for path in ("/ask/part", "/ask.js", "/ask.css"):
        for headers in ({"Origin": ORIGIN}, {"Origin": "https://evil.example"}, {}):
            answer = asker.client.get(path, headers=headers)
            assert "Origin" in answer.headers["Vary"]
            assert "Access-Control-Allow-Credentials" not in answer.headers


def test_no_other_route_becomes_readable_across_origins() -> None:
    app = web_app(recording_desk(question_origins=(ORIGIN,)))
    client = client_as(app)
    place = re.compile(r"<(?:\w+:)?\w+>")
    seen = set()
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST", "OPTIONS"}):
            with client.open(place.sub("0", rule.rule), method=method, headers={"Origin": ORIGIN}) as answer:
                readable = "Access-Control-Allow-Origin" in answer.headers
                assert readable is (rule.endpoint in EMBEDDED), (method, rule.rule)
                if method == "POST" and rule.endpoint not in EMBEDDED:
                    assert answer.status_code in (401, 403), rule.rule
                kept = answer.headers["Cross-Origin-Resource-Policy"]
                assert kept == ("cross-origin" if rule.endpoint == "question.script" else "same-origin"), rule.rule
                assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
                assert answer.headers["X-Frame-Options"] == HEADERS["X-Frame-Options"]
                seen.add(rule.endpoint)
    assert set(EMBEDDED) < seen == set(ROUTES)


def test_the_script_is_at_most_three_kilobytes_and_keeps_nothing(asker: Asker) -> None:
    script = asker.client.get("/ask.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert len(script.data) <= 3 * 1024
    assert not re.search(r"cookie *=|localStorage|sessionStorage|indexedDB|sendBeacon|iframe", script.text)
    assert 'credentials: "omit"' in script.text
    assert len(asker.client.get("/ask.css").data) <= 8 * 1024
