from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser
from test_first_page import HOSTILE
from web_builders import TUESDAY, client_as, recording_desk, web_app

from advisor.decision.experience import Experience
from advisor.errors import AdvisorError
from advisor.insight.audit import draw, label_of, wishes_in, wishes_of
from advisor.insight.compliance import compliance
from advisor.records import Audit, Past, Records
from advisor.types import Action, Channel, Handled, Ticket
from web.errands import FAILED, Errands
from web.sittings import RESERVED, Sittings, keys_of, words_of
from web.users import Role

BODIES = ("How do I see my jobs?", "Just send me the link.", "Please call me.")
CALLED = Handled(action=Action.LIVE_HUMAN, channel=Channel.PHONE, at=TUESDAY)


def tickets(count: int) -> list[Ticket]:
    """Every third one wants a call, every third one an article; all were called."""
    return [
        Ticket(id=f"T-{one}", subject=f"Jobs {one}", body=BODIES[one % 3], created_at=TUESDAY, handled=CALLED)
        for one in range(count)
    ]


class Installation:
    """A home folder with recorded tickets, some of them drawn, and the web program."""

    def __init__(self, home: Path, *recorded: Ticket, drawn: int) -> None:
        desk = recording_desk(*recorded, home=home)
        self.records: Records = desk.records
        self.app: Flask = web_app(desk)
        if drawn:
            draw(self.records, drawn, seed=1, now=datetime.now(UTC))
        self.agent = self.as_("cy")

    def as_(self, name: str, role: Role = Role.AGENT) -> FlaskClient:
        return client_as(self.app, role, name=name)

    def labels(self) -> dict[str, str]:
        """The keys of every label, by ticket."""
        return {one.ticket_id: keys_of(wishes_of(one)) for one in self.records.audits.labelled()}


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    return Installation(tmp_path, *tickets(12), drawn=6)


def asked(client: FlaskClient) -> str:
    """The id of the drawn ticket that is shown."""
    node = LexborHTMLParser(client.get("/audit/label").text).css_first("#label input[name=id]")
    assert node is not None
    return node.attributes["value"] or ""


def body(text: str) -> str:
    found = LexborHTMLParser(text).body
    assert found is not None
    return " ".join(found.text(separator=" ").split())


def test_a_lead_draws_tickets_and_an_agent_may_not(tmp_path: Path) -> None:
    home = Installation(tmp_path, *tickets(12), drawn=0)
    assert home.agent.post("/audit/sample", data={"size": "4"}).status_code == 403
    assert 'id="size"' not in home.agent.get("/audit").text
    lead = home.as_("lee", Role.LEAD)
    assert lead.post("/audit/sample", data={"size": "4"}).status_code == 303
    assert len(home.records.audits.open()) == 4
    assert "4 drawn tickets wait for a label" in body(lead.get("/audit").text)


@pytest.mark.parametrize("size", ["", "0", "-3", "many", "1.5", "99999", "²", "9" * 5000])
def test_a_size_that_is_none_is_said_next_to_its_field_and_kept(home: Installation, size: str) -> None:
    answer = home.as_("lee", Role.LEAD).post("/audit/sample", data={"size": size})
    page = LexborHTMLParser(answer.text)
    field, error = page.css_first("#size"), page.css_first("#size-error")
    assert answer.status_code == 422
    assert field is not None
    assert error is not None
    assert field.attributes["value"] == (size or "")
    assert "Write a whole number from 1 to 2,000" in error.text()
    assert len(home.records.audits.open()) == 6


def test_where_no_ticket_is_left_to_draw_this_is_said(tmp_path: Path) -> None:
    home = Installation(tmp_path, drawn=0)
    answer = home.as_("lee", Role.LEAD).post("/audit/sample", data={"size": "4"})
    assert (answer.status_code, "There is no ticket left to draw" in answer.text) == (422, True)


def test_a_ticket_is_shown_without_its_advice_and_without_its_stratum(home: Installation) -> None:
    for _ in range(6):
        shown = home.agent.get("/audit/label").text
        assert "Jobs" in body(shown)
        assert not re.search(r"calendar|heard|self.service|live.human|T-\d|onboarding", shown, re.IGNORECASE)
        home.agent.post("/audit/label", data={"id": asked(home.agent), "keys": "n"})
    assert "All drawn tickets are labelled." in home.agent.get("/audit/label").text


def test_two_keys_keep_a_label_with_its_author(home: Installation) -> None:
    drawn = asked(home.agent)
    answer = home.agent.post("/audit/label", data={"id": drawn, "keys": " tA "})
    (label,) = home.records.audits.labelled()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/audit/label")
    assert (label.id, label.by, keys_of(wishes_of(label))) == (drawn, "cy", "tA")
    assert "1 of 6 labelled" in body(home.agent.get("/audit/label").text)
    assert "wants a telephone call; refuses an article" in body(home.agent.get("/audit/label").text)


@pytest.mark.parametrize("keys", ["", "x", "tt", "nt", "tT", "<script>"])
def test_keys_that_say_nothing_are_kept_as_typed_with_what_is_wrong(home: Installation, keys: str) -> None:
    drawn = asked(home.agent)
    answer = home.agent.post("/audit/label", data={"id": drawn, "keys": keys})
    page = LexborHTMLParser(answer.text)
    field, error = page.css_first("#keys"), page.css_first("#keys-error")
    assert answer.status_code == 422
    assert field is not None
    assert error is not None
    assert field.attributes["value"] == keys
    assert error.text().startswith("A ")
    assert asked(home.agent) == drawn


def test_the_last_label_is_undone_and_its_ticket_shown_again_with_its_keys(home: Installation) -> None:
    first = asked(home.agent)
    home.agent.post("/audit/label", data={"id": first, "keys": "t"})
    second = asked(home.agent)
    answer = home.agent.post("/audit/label", data={"id": second, "keys": "u"}, follow_redirects=True)
    page = LexborHTMLParser(answer.text)
    shown, keys = page.css_first("#label input[name=id]"), page.css_first("#keys")
    assert shown is not None
    assert keys is not None
    assert (shown.attributes["value"], keys.attributes["value"]) == (first, "t")
    assert home.labels() == {}
    told = home.agent.post("/audit/undo")
    assert (told.status_code, "no label of yours" in told.text) == (409, True)


def test_nobody_undoes_the_label_of_another(home: Installation) -> None:
    home.agent.post("/audit/label", data={"id": asked(home.agent), "keys": "t"})
    assert home.as_("zoe").post("/audit/undo").status_code == 409
    assert len(home.labels()) == 1


def test_what_is_left_for_later_comes_back_when_asked_for(home: Installation) -> None:
    left = asked(home.agent)
    home.agent.post("/audit/label", data={"id": left, "keys": "s"})
    for _ in range(5):
        assert asked(home.agent) != left
        home.agent.post("/audit/label", data={"id": asked(home.agent), "answer": "n", "keys": ""})
    assert "Only what you left for later waits: 1." in body(home.agent.get("/audit/label").text)
    home.agent.post("/audit/later")
    assert asked(home.agent) == left


def test_two_people_are_shown_two_tickets(home: Installation) -> None:
    zoe = home.as_("zoe")
    assert asked(home.agent) != asked(zoe)


def test_a_ticket_that_another_has_labelled_meanwhile_is_not_labelled_again(home: Installation) -> None:
    drawn = asked(home.agent)
    home.records.audits.label(drawn, label_of(wishes_in("p")), by="zoe", at=datetime.now(UTC))
    told = home.agent.post("/audit/label", data={"id": drawn, "keys": "t"})
    assert (told.status_code, "yours was not kept" in told.text) == (409, True)
    assert list(home.labels().values()) == ["p"]


def test_a_ticket_that_was_not_drawn_is_not_found(home: Installation) -> None:
    assert home.agent.post("/audit/label", data={"id": "T-1", "keys": "t"}).status_code == 404
    assert home.agent.post("/audit/label", data={"id": "T-1", "keys": "s"}).status_code == 404


def test_too_few_labels_are_said_to_be_too_few(home: Installation) -> None:
    home.agent.post("/audit/label", data={"id": asked(home.agent), "keys": "t"})
    shown = body(home.agent.get("/audit/result").text)
    assert "Too few labels to rely on yet" in shown
    assert "1 labelled wishes, of at least 10" in shown


def test_with_enough_labels_the_corrected_figure_is_that_of_the_command(tmp_path: Path) -> None:
    home = Installation(tmp_path, *tickets(60), drawn=60)
    for one in home.records.audits.open():
        home.records.audits.label(one.id, label_of(wishes_in(keys_for(one))), by="cy", at=datetime.now(UTC))
    found = compliance(home.records, Experience.default()).corrected
    assert found is not None
    assert found.too_few == ()
    assert found.share is not None
    shown = body(home.agent.get("/audit/result").text)
    assert "Honoured, corrected for what the reader misses" in shown
    assert f"{100 * found.share.value:.1f} % {100 * found.share.low:.1f} to {100 * found.share.high:.1f}" in shown
    assert "Wishes the reader hears 100.0 %" in shown


def keys_for(audit: Audit) -> str:
    return ("n", "a", "t")[int(audit.ticket_id[2:]) % 3]


def test_what_takes_long_goes_on_beside_the_pages() -> None:
    going, errands = Event(), Errands[str](patience=0.0)
    work = errands.do(lambda: "done" if going.wait(10) else "late", of="this")
    assert (work.runs, work.result) == (True, None)
    assert errands.do(lambda: "another", of="that") is work  # one at a time
    going.set()
    work.over.wait(10)
    assert work.result == "done"
    assert errands.do(lambda: "again", of="this", lasts=60.0) is work
    again = errands.do(lambda: "again", of="that", lasts=60.0)
    again.over.wait(10)
    assert again.result == "again"


def test_what_goes_wrong_beside_the_pages_is_said(caplog: pytest.LogCaptureFixture) -> None:
    def refuse() -> str:
        raise AdvisorError("there is nothing to count")

    def fail() -> str:
        raise ValueError("secret")

    errands = Errands[str]()
    assert errands.do(refuse).error == "There is nothing to count."
    assert errands.do(fail).error == FAILED
    assert "secret" in caplog.text


class SlowRecords(Records):
    """Records of an archive so large that reading it takes until `going` is set."""

    going = Event()

    def past(self, **options: Any) -> Iterator[Past]:
        self.going.wait(20)
        yield from super().past(**options)


def test_while_it_counts_a_page_says_so_and_comes_back_by_itself(tmp_path: Path) -> None:
    desk = recording_desk(*tickets(12), home=tmp_path)
    app = web_app(replace(desk, records=SlowRecords(desk.records.file)))
    lead = client_as(app, Role.LEAD)
    counting = lead.get("/audit/result")
    lead.post("/audit/sample", data={"size": "3"})
    drawing = lead.get("/audit")
    SlowRecords.going.set()
    assert (counting.headers["Refresh"], "Counting over all recorded tickets" in counting.text) == ("2", True)
    assert (drawing.headers["Refresh"], "Tickets are being drawn" in drawing.text) == ("2", True)


def test_nothing_hostile_becomes_markup(tmp_path: Path) -> None:
    hostile = [Ticket(id=f"H-{place}", subject=text, body=text) for place, text in enumerate(HOSTILE)]
    home = Installation(tmp_path, *hostile, drawn=len(HOSTILE))
    for one in home.records.audits.open():
        page = LexborHTMLParser(home.agent.get(f"/audit/label?again={one.id}&keys={one.id}<script>").text)
        words = page.css_first("p.words")
        text = HOSTILE[int(one.ticket_id[2:])]
        seen = re.sub("[\x00\u202e]", "", text).strip()
        assert words is not None
        assert words.text() == f"{seen}\n\n{seen}"
        assert [node.html for node in page.css("script:not([src]), img, iframe, style, [onload], [onerror]")] == []
    found = home.as_("lee", Role.LEAD).post("/audit/sample", data={"size": "".join(HOSTILE)})
    assert LexborHTMLParser(found.text).css("script:not([src]), img, iframe, style, [onload], [onerror]") == []


def test_a_ticket_that_is_looked_at_is_free_again_after_a_while(home: Installation) -> None:
    now = [0.0]
    sittings, waiting = Sittings(clock=lambda: now[0]), home.records.audits.open()
    first, second = sittings.next(waiting, by="cy"), sittings.next(waiting, by="zoe")
    assert [first, second] == waiting[:2]
    assert sittings.next(waiting, by="cy") == first
    now[0] = RESERVED.total_seconds() + 1
    assert sittings.next(waiting, by="zoe") == first


@pytest.mark.parametrize("keys", ["n", "t", "tA", "Aec", "TCA", "p"])
def test_keys_and_wishes_are_the_same_thing(keys: str) -> None:
    again = keys_of(wishes_in(keys))
    assert label_of(wishes_in(again)) == label_of(wishes_in(keys)) or set(again) == set(keys)
    assert words_of(wishes_in("n")) == "says nothing of the kind"
