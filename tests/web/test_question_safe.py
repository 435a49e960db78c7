"""The question before the ticket: a person from every state, and what is not of our making."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hostile import XSS
from question_builders import MATTER, NUMBERS, Asker
from selectolax.lexbor import LexborHTMLParser
from web_builders import client_as, recording_desk, web_app

from web.question_form import TRAP
from web.question_state import HOURS, Seal, Told

BUTTON = re.compile(r'<button[^>]* name="do" value="([^"]+)"')


@pytest.fixture
def asker() -> Asker:
    return Asker()


def every_state(hand_on: str) -> Iterator[tuple[str, Asker]]:
    """Every page that a customer can come to, errors included."""

    desk = recording_desk(question_hand_on=hand_on)
    app = web_app(desk)

    def at(*, per_minute: int | None = None) -> Asker:
        if per_minute is not None:
            return Asker(recording_desk(question_hand_on=hand_on, requests_per_minute=per_minute))
        return Asker(made=(desk, app))

    yield "question", at()
    asker = at()
    asker.press("ask")
    yield "question with errors", asker
    asker = at()
    asker.press("person")
    yield "how to reach, nothing told", asker
    asker = at()
    asker.ask("call")
    yield "how to reach", asker
    asker.press("send")
    yield "how to reach with errors", asker
    asker = at()
    asker.ask("read", matter="Somebody has logged in from another country.")
    yield "safety", asker
    asker = at()
    asker.ask("read")
    yield "articles", asker
    asker.press("helped-0")
    yield "helped", asker
    asker = at()
    asker.page = asker.client.post("/ask", data={"state": "made-up", "do": "ask", "matter": MATTER})
    yield "tampered", asker
    asker = at()
    asker.press("nonsense")
    yield "no such button", asker
    asker = at()
    asker.page = asker.client.post("/ask", data={"matter": "x" * 70_000})
    yield "too large", asker
    asker = at(per_minute=1)
    asker.page = asker.client.get("/ask")
    yield "too many", asker
    asker = at()
    asker.app.view_functions["question.show"] = fails
    asker.page = asker.client.get("/ask")
    yield "our fault", asker


def fails() -> str:
    raise RuntimeError("the customer's secret words")


@pytest.mark.parametrize("hand_on", ["", "https://www.example.com/contact"])
def test_a_person_is_one_click_away_from_every_state(hand_on: str) -> None:
    names = []
    for name, asker in every_state(hand_on):
        names.append(name)
        buttons = BUTTON.findall(asker.page.text)
        assert {"person", "send"} & set(buttons), name
        assert not hand_on or f'href="{hand_on}' in asker.page.text, name
        assert "secret" not in asker.page.text
        if "send" in buttons:
            asker.press("send", email="ann@example.com")
            assert asker.heading() == "A person has your question", name
        elif asker.page.status_code != 429:
            asker.press("person")
            assert asker.heading() in ("How does a person reach you?", "A person has your question"), name
    assert len(names) == 13


def test_the_words_of_a_form_that_was_open_too_long_are_kept(asker: Asker) -> None:
    key = asker.app.secret_key
    assert isinstance(key, bytes)
    asker.ask("read")
    fresh_one, old = Seal(key).open(asker.state), Seal(key, hours=-1).open(asker.state)
    assert fresh_one is not None
    assert old is not None
    assert (fresh_one.expired, old.expired) == (False, True)
    assert old.told == fresh_one.told
    assert old.told.matter == MATTER


def test_an_expired_form_begins_again_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    asker = Asker()
    asker.ask("read", "call")
    before = asker.tickets()
    later = datetime.now().timestamp() + timedelta(hours=HOURS, minutes=1).total_seconds()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    page = asker.press("helped-0")
    assert page.status_code == 422
    assert "open for too long" in page.text
    assert MATTER in page.text
    assert re.search(r'value="call" checked', page.text)
    assert asker.outcomes() == []
    assert asker.tickets() == before


@pytest.mark.parametrize("state", ["", "x", "é", "\x00", ".eJw.a.b", "a" * 5000])
def test_a_form_that_is_not_of_our_making_records_nothing(asker: Asker, state: str) -> None:
    page = asker.client.post("/ask", data={"state": state, "do": "ask", "matter": MATTER, "way": "read"})
    assert page.status_code == 422
    assert "we start again" in page.text
    assert MATTER in page.text
    assert asker.tickets() == []


def test_a_state_signed_for_something_else_or_changed_is_refused(asker: Asker) -> None:
    told = Told(seed="x", matter="changed")
    for sealed in (Seal(b"o" * 32).close(told), asker.state[:-3] + "abc"):
        assert asker.client.post("/ask", data={"state": sealed, "do": "person"}).status_code == 422
    assert asker.tickets() == []


def test_an_article_that_was_not_shown_did_not_help(asker: Asker) -> None:
    asker.ask("read")
    for do in ("helped", "helped-1", "helped-99999", "helped--1", "helped-²", "helped-x"):
        assert asker.client.post("/ask", data={"state": asker.state, "do": do}).status_code == 400
    assert asker.outcomes() == []


def test_a_program_that_fills_in_every_field_is_thanked_and_not_recorded(asker: Asker) -> None:
    page = asker.ask("read", **{TRAP: "https://spam.example"})
    assert page.status_code == 200
    assert asker.heading() == "A person has your question"
    assert asker.tickets() == []


def test_who_asks_too_often_is_told_when_to_come_again_and_keeps_the_words(asker: Asker) -> None:
    codes = [asker.press("ask", matter="  ").status_code for _ in range(20)]
    assert codes == [422] * 20
    page = asker.ask("read")
    assert page.status_code == 429
    assert 1 <= int(page.headers["Retry-After"]) <= 61
    assert "Too many questions came from your network" in page.text
    assert MATTER in page.text
    assert asker.tickets() == []
    other = asker.client.get("/ask", environ_overrides={"REMOTE_ADDR": "10.9.8.7"})
    assert other.status_code == 200


def test_too_much_text_is_answered_kindly(asker: Asker) -> None:
    page = asker.press("ask", matter="x" * 70_000)
    assert page.status_code == 413
    assert "At most 5,000 characters" in page.text


def test_no_step_sets_or_heeds_a_cookie(asker: Asker) -> None:
    mine = client_as(asker.app)
    for client in (asker.client, mine):
        asker.client = client
        for path in ("/ask", "/ask/part", "/ask.js", "/ask.css"):
            answer = client.get(path)
            assert "Set-Cookie" not in answer.headers
            assert "Cookie" not in answer.headers.get("Vary", "")
        asker.page = client.get("/ask")
        for do, typed in (("ask", {"matter": MATTER, "way": "read"}), ("person", {}), ("send", {"phone": "0123456"})):
            answer = asker.press(do, **typed)
            assert "Set-Cookie" not in answer.headers
            assert "admin" not in answer.text


def skeleton(page: str) -> list[tuple[str | None, list[str]]]:
    """The elements of a page and the names of what stands in them, without any text."""
    return [(node.tag, sorted(node.attributes)) for node in LexborHTMLParser(page).css("*")]


def with_words(asker: Asker, words: str) -> list[str]:
    """The pages of one way through, all fields filled with the same words."""
    asker.client.environ_base["REMOTE_ADDR"] = f"10.0.{next(NUMBERS)}.1"
    asker.page = asker.client.get("/ask")
    pages = [
        asker.press("ask", matter=words, name=words, email=words, way="read"),
        asker.ask("read", matter=f"{words} in my calendar", name=words),
        asker.press("person"),
        asker.press("send", email="ann@example.com", phone=words, more=words, name=words),
        asker.press("send", email="ann@example.com", more=words, name=words),
    ]
    assert [page.status_code for page in pages] == [422, 200, 200, 422, 200]
    return [page.text for page in pages]


def test_hostile_words_are_words(asker: Asker) -> None:
    usual = [skeleton(page) for page in with_words(asker, "plain")]
    for hostile in XSS:
        assert [skeleton(page) for page in with_words(asker, hostile)] == usual, hostile
