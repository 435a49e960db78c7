"""The question before the ticket: what is asked, what is recorded of it, and that a person is near from everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hostile import XSS
from selectolax.lexbor import LexborHTMLParser
from web_builders import client_as, recording_desk, web_app
from werkzeug.test import TestResponse

from advisor.advise import Advisor
from advisor.decision.experience import Experience, default_text
from advisor.desk.show import wish_line
from advisor.records import Records, Stored
from advisor.replay import read_again, replay
from advisor.running import Running
from advisor.types import (
    CHOSEN,
    Action,
    Channel,
    OutcomeKind,
    ReasonCode,
    Sender,
    Stance,
    WishChannel,
    WishSource,
)
from web.access import ROUTES
from web.desk import Desk
from web.question_form import MOST_MATTER, TRAP
from web.question_state import HOURS, Seal, Told, fresh
from web.security import EMBEDDED, HEADERS

MATTER = "How do I see my jobs in my calendar?"
ORIGIN = "https://www.example.com"
STATE = re.compile(r'name="state" value="([^"]+)"')
REFERENCE = re.compile(r"Q-[A-Z2-7]{4}-[A-Z2-7]{4}")
NUMBERS = count(1)
BUTTON = re.compile(r'<button[^>]* name="do" value="([^"]+)"')


@cache
def usual() -> tuple[Desk, Flask]:
    """One program for the tests that need no settings of their own."""
    desk = recording_desk()
    return desk, web_app(desk)


class Asker:
    """A customer at the page; each step sends the form of the one before."""

    def __init__(
        self,
        desk: Desk | None = None,
        *,
        path: str = "/ask",
        headers: Mapping[str, str] | None = None,
        made: tuple[Desk, Flask] | None = None,
    ) -> None:
        self.desk, self.app = made or ((desk, web_app(desk)) if desk is not None else usual())
        self.client: FlaskClient = self.app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = f"10.0.{next(NUMBERS)}.1"
        self._before = self.records.file.tables.execute("select coalesce(max(rowid), 0) from tickets").fetchone()[0]
        self.path, self.headers = path, headers
        self.page = self.client.get(path, headers=headers)

    @property
    def state(self) -> str:
        return str(STATE.findall(self.page.text)[0])

    @property
    def records(self) -> Records:
        return self.desk.records

    def press(self, do: str, **typed: object) -> TestResponse:
        self.page = self.client.post(
            self.path,
            data={"state": self.state, "do": do} | typed,
            headers=self.headers,
        )
        return self.page

    def ask(self, *ways: str, matter: str = MATTER, **typed: object) -> TestResponse:
        return self.press("ask", matter=matter, way=list(ways), **typed)

    def heading(self) -> str:
        return str(re.findall(r'class="q-title"[^>]*>([^<]+)<', self.page.text)[0])

    def tickets(self) -> list[str]:
        rows = self.records.file.tables.execute("select ticket_id from tickets where rowid > ?", [self._before])
        return [ticket_id for (ticket_id,) in rows]

    def stored(self) -> Stored:
        (ticket_id,) = self.tickets()
        found = self.records.last(ticket_id, source="question")
        assert found is not None
        return found

    def outcomes(self) -> list[tuple[OutcomeKind, str | None, str | None]]:
        (ticket_id,) = self.tickets()
        return [(one.kind, one.how, one.article) for one in self.records.outcomes.of("question", ticket_id)]

    def waits(self) -> bool:
        (row,) = self.records.file.tables.table("queue").rows_where("ticket_id = ?", self.tickets())
        return bool(row["open"])


@pytest.fixture
def asker() -> Asker:
    return Asker()


def said(stored: Stored) -> list[tuple[WishChannel, int]]:
    """The wishes that count as said in the ticket, in the customer's order."""
    wishes = [wish for wish in stored.evidence.wishes if wish.source is WishSource.TICKET]
    assert all(wish.stance is Stance.WANTS for wish in wishes)
    return [(wish.channel, wish.order) for wish in wishes]


def test_nothing_is_recorded_before_the_first_button(asker: Asker) -> None:
    for _ in range(3):
        assert asker.client.get("/ask").status_code == 200
    assert asker.tickets() == []


def test_who_is_willing_to_read_sees_the_article_with_its_passage(asker: Asker) -> None:
    page = asker.ask("read")
    assert asker.heading() == "This may answer it"
    assert "Show your jobs in Google Calendar" in page.text
    assert "Click Connect Google <mark>Calendar</mark>" in page.text
    stored = asker.stored()
    assert stored.recommendation.action is Action.SELF_SERVICE
    assert stored.recommendation.reasons[0].code is ReasonCode.WANTS_SELF_SERVICE
    assert stored.handled is not None
    assert (stored.handled.action, stored.handled.channel) == (Action.SELF_SERVICE, Channel.PORTAL)
    assert not asker.waits()


@pytest.mark.parametrize("ways", [("email",), ("chat",), ("call",), ("call", "email")])
def test_who_is_not_willing_to_read_sees_no_article(asker: Asker, ways: tuple[str, ...]) -> None:
    page = asker.ask(*ways)
    assert asker.heading() == "How does a person reach you?"
    assert "Google Calendar" not in page.text
    assert asker.stored().recommendation.action is Action.LIVE_HUMAN
    assert asker.waits()


def test_what_is_chosen_counts_as_said_in_the_ticket_from_the_top_or_as_numbered(asker: Asker) -> None:
    asker.ask("read", "email", "call")
    assert said(asker.stored()) == [
        (WishChannel.SELF_SERVICE, 1),
        (WishChannel.EMAIL, 2),
        (WishChannel.PERSON, 2),
        (WishChannel.PHONE, 3),
    ]
    other = Asker()
    other.ask("read", "email", "call", order_call="1", order_read="2")
    assert [channel for channel, _ in said(other.stored())][:2] == [WishChannel.PHONE, WishChannel.SELF_SERVICE]
    assert other.heading() == "How does a person reach you?"
    assert other.stored().recommendation.reasons[0].text == "The customer asks for a call."


def test_what_is_chosen_goes_after_what_is_written() -> None:
    asker = Asker()
    asker.ask("read", matter="Call me, or tell me how I see my jobs.")
    assert asker.stored().recommendation.action is Action.SELF_SERVICE


def test_what_is_chosen_is_filed_as_said_in_this_ticket_once_the_customer_is_known(asker: Asker) -> None:
    asker.ask("call", email="ann@example.com")
    (filed,) = asker.records.filing.of("question", WishSource.CUSTOMER, "mailto:ann@example.com")
    assert (filed.channel, filed.standing.value, filed.said_by.value) == (WishChannel.PHONE, "once", "ticket")


def test_that_it_helped_is_confirmed_and_nobody_waits(asker: Asker) -> None:
    asker.ask("read")
    asker.press("helped-0")
    assert asker.heading() == "We are glad that it helped"
    assert asker.outcomes() == [(OutcomeKind.CONFIRMED, "question", "calendar")]
    assert not asker.waits()


def test_the_same_answer_twice_counts_once(asker: Asker) -> None:
    asker.ask("read")
    state = asker.state
    for _ in range(3):
        asker.client.post("/ask", data={"state": state, "do": "helped-0"})
        asker.client.post("/ask", data={"state": state, "do": "person"})
    assert [kind for kind, _, _ in asker.outcomes()] == [OutcomeKind.CONFIRMED, OutcomeKind.HANDED_ON]


def test_a_question_sent_twice_is_one_ticket_and_another_question_is_another(asker: Asker) -> None:
    first = asker.page
    asker.ask("read")
    asker.page = first
    asker.ask("read")
    assert len(asker.tickets()) == 1
    asker.page = first
    asker.ask("read", matter="Something else altogether")
    assert len(asker.tickets()) == 2


def test_a_person_after_an_article_gets_everything_and_the_ticket_waits(asker: Asker) -> None:
    asker.ask("read", "call")
    asker.press("person")
    assert asker.outcomes() == [(OutcomeKind.HANDED_ON, "question", "calendar")]
    assert asker.waits()
    asker.press("send", phone="020 7946 0958", name="Ann", more="It stays empty.")
    assert asker.heading() == "A person has your question"
    stored = asker.stored()
    assert stored.ticket_id in asker.page.text
    assert "calls you by" in asker.page.text
    assert stored.customer.phone == "020 7946 0958"
    assert stored.recommendation.channel is Channel.PHONE
    assert asker.waits()
    assert asker.outcomes() == [(OutcomeKind.HANDED_ON, "question", "calendar")]


def test_who_leaves_only_an_address_is_written_to_and_who_leaves_only_a_number_is_called() -> None:
    for typed, channel in (({"email": "a@example.com"}, Channel.EMAIL), ({"phone": "02079460958"}, Channel.PHONE)):
        asker = Asker()
        asker.press("person", matter=MATTER)
        asker.press("send", **typed)
        assert asker.stored().recommendation.channel is channel


def test_a_person_is_asked_for_without_saying_anything_else(asker: Asker) -> None:
    asker.press("person")
    assert asker.heading() == "How does a person reach you?"
    assert asker.tickets() == []
    asker.press("send", email="ann@example.com")
    assert asker.heading() == "A person has your question"
    assert asker.stored().customer.email == "ann@example.com"


def test_who_has_left_an_address_before_is_not_asked_again(asker: Asker) -> None:
    asker.ask("read", email="ann@example.com")
    asker.press("person")
    assert asker.heading() == "A person has your question"


def test_a_safety_signal_goes_to_a_person_at_once_whatever_is_chosen(asker: Asker) -> None:
    page = asker.ask("read", matter="Somebody has logged in from another country.")
    assert asker.heading() == "How does a person reach you?"
    assert "Google Calendar" not in page.text
    stored = asker.stored()
    assert stored.recommendation.reasons[0].code is ReasonCode.SAFETY
    assert asker.waits()


def test_only_ways_that_the_company_offers_may_be_chosen() -> None:
    text = re.sub(r"(?s)\[channels\.chat\].*?\n\n", "", default_text()).replace('"chat", ', "")
    experience = Experience.parse(text, name="experience.toml")
    desk = recording_desk()
    usual = desk.running.advisor
    at = Advisor(usual.reader, usual.recorder, experience, usual.promise)
    asker = Asker(Desk(desk.settings, desk.records, Running(lambda: at, lambda: None)))
    assert 'value="chat"' not in asker.page.text
    assert 'value="call"' in asker.page.text
    asker.ask("chat")
    assert "Please tick at least one" in asker.page.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"matter": " ", "way": ["read"]}, "Please tell us in a few words what it is about."),
        ({"matter": MATTER}, "Please tick at least one."),
        ({"matter": MATTER, "way": ["post"]}, "Please tick at least one."),
        ({"matter": MATTER, "way": ["read"], "email": "ann"}, "This is no e-mail address."),
        ({"matter": "x" * (MOST_MATTER + 1), "way": ["read"]}, "At most 5,000 characters, please; these are 5,001."),
    ],
)
def test_what_is_wrong_is_said_with_its_cure_and_nothing_is_lost_or_recorded(
    asker: Asker, typed: dict[str, object], sentence: str
) -> None:
    page = asker.press("ask", **typed)
    assert page.status_code == 422
    assert sentence in page.text
    assert str(typed["matter"]).strip() in page.text
    assert asker.tickets() == []


def test_a_person_cannot_reach_who_leaves_no_way(asker: Asker) -> None:
    asker.press("person", matter=MATTER)
    page = asker.press("send", name="Ann")
    assert page.status_code == 422
    assert "or we cannot answer you" in page.text
    page = asker.press("send", phone="12")
    assert "A phone number has at least 5 digits." in page.text
    asker.press("send", phone="02079460958")
    assert asker.heading() == "A person has your question"


def test_who_answers_reads_what_went_before_and_is_told_why(demo_advisor: Advisor) -> None:
    desk = recording_desk()
    desk.records.keep_experience(demo_advisor.experience.fingerprint, default_text())
    at = Advisor(demo_advisor.reader, desk.records, demo_advisor.experience, demo_advisor.promise)
    asker = Asker(Desk(desk.settings, desk.records, Running(lambda: at, lambda: None)))
    asker.ask("read", "call", matter="How do I see my jobs in my Google calendar?")
    assert asker.heading() == "This may answer it"
    asker.press("person")
    asker.press("send", phone="020 7946 0958", more="I did all of that.")
    stored = asker.stored()
    thread = desk.records.thread("question", stored.ticket_id)
    assert [message.sender for message in thread] == [Sender.CUSTOMER, Sender.SYSTEM, Sender.CUSTOMER]
    story = thread[1].text.splitlines()
    assert story[0] == "Asked what they are willing to do: to read an article, then a call."
    assert story[1].startswith("Was shown: “Show your jobs in Google Calendar”")
    assert story[2:] == ["Then asked for a person."]
    assert stored.recommendation.reasons[0].code is ReasonCode.ALREADY_FAILED
    assert stored.recommendation.channel is Channel.PHONE
    assert replay(stored.evidence, stored.recommendation, at.experience, at.promise).same
    kept = [wish for wish in read_again(at.reader, stored).wishes if wish.quote == CHOSEN]
    assert [wish.channel for wish in kept] == [WishChannel.PERSON, WishChannel.PHONE]
    assert wish_line(kept[1]) == "wants a call (chosen when asked)"


# A person from every state


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


# In a company's own page


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


# Handing on


def test_the_way_on_names_the_reference() -> None:
    asker = Asker(recording_desk(question_hand_on="https://www.example.com/contact?from=ask"))
    asker.ask("call")
    (reference,) = asker.tickets()
    assert f'href="https://www.example.com/contact?from=ask&amp;reference={reference}"' in asker.page.text
    letter = Asker(recording_desk(question_hand_on="mailto:help@example.com"))
    letter.ask("call")
    (reference,) = letter.tickets()
    subject = f"subject=%5B{reference}%5D%20My%20question"
    assert f'href="mailto:help@example.com?{subject}&amp;body=How%20do%20I' in letter.page.text


def test_a_fresh_question_has_a_reference_that_is_easy_to_read_out() -> None:
    found = {fresh().reference for _ in range(500)}
    assert len(found) == 500
    assert all(REFERENCE.fullmatch(one) for one in found)
