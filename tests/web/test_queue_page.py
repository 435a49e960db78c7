from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from markup import attribute, one
from selectolax.lexbor import LexborHTMLParser as Html
from web_builders import client_as, recording_desk, web_app

from advisor.types import Account, Channel, Customer, Handled, Ticket
from advisor.types import Action as Done
from web.desk import Desk
from web.queue_form import QueueForm
from web.queue_view import span_words
from web.users import Role

DAY = datetime(2026, 6, 9, 10, 0, tzinfo=UTC)
TICKETS = (
    Ticket(
        id="A/1",
        source="mail box",
        subject="Calendar",
        body="How do I see my jobs?",
        created_at=DAY,
        customer=Customer(id="C-1", name="Ann Lee"),
        account=Account(id="F-1", licences=120, plan="premium", manager="Priya"),
    ),
    Ticket(id="A2", subject="Strange sign-in", body="From another country!", created_at=DAY + timedelta(hours=1)),
    Ticket(id="A3", subject="Call", body="Please call me.", channel=Channel.CHAT, created_at=DAY + timedelta(hours=2)),
    Ticket(
        id="A4",
        subject="Solved",
        body="Send me the link.",
        created_at=DAY,
        handled=Handled(action=Done.SELF_SERVICE, by="ada"),
    ),
)


class Agent:
    """An agent before the queue of the four tickets."""

    def __init__(self, *tickets: Ticket, role: Role = Role.AGENT) -> None:
        self.desk: Desk = recording_desk(*(tickets or TICKETS))
        self.app = web_app(self.desk)
        self.client = client_as(self.app, role)

    def page(self, query: str = "", *, status: int = 200) -> Html:
        answer = self.client.get(f"/queue{query}")
        assert answer.status_code == status, answer.text
        return Html(answer.text)

    def subjects(self, query: str = "") -> list[str]:
        return [link.text(strip=True) for link in self.page(query).css(".opens")]


@pytest.fixture(scope="module")
def agent() -> Agent:
    return Agent()


def test_waiting_tickets_stand_in_the_queue_with_their_advice_and_reason(agent: Agent) -> None:
    page = agent.page()
    assert sorted(link.text(strip=True) for link in page.css(".opens")) == ["Calendar", "Call", "Strange sign-in"]
    row = next(row for row in page.css(".ticket-row") if "Calendar" in row.text())
    said = row.text()
    for words in ("Ann Lee", "120 licences", "premium", "manager Priya", "an article", "Article fit 0.82", "e-mail"):
        assert words in said
    grave = next(row for row in page.css(".ticket-row") if "Strange" in row.text()).text()
    assert "fraud or security" in grave
    assert "a person" in grave


def test_each_ticket_opens_by_its_own_address_whatever_its_id(agent: Agent) -> None:
    links = [link.attributes["href"] or "" for link in agent.page().css(".opens")]
    assert "/tickets/mail~20box/A~2F1" in links
    assert all(agent.client.get(link).status_code == 200 for link in links)


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("?action=self_service", ["Calendar"]),
        ("?action=live_human", ["Call", "Strange sign-in"]),
        ("?channel=chat", ["Call"]),
        ("?signal=fraud_or_security", ["Strange sign-in"]),
        ("?q=calendar", ["Calendar"]),
        ("?q=Ann", ["Calendar"]),
        ("?q=nowhere", []),
        ("?waits=done", ["Solved"]),
        ("?waits=all&order=newest", ["Calendar", "Call", "Solved", "Strange sign-in"]),
        ("?since=2026-06-10", []),
        ("?until=2026-06-09&channel=chat", ["Call"]),
        ("?topic=calendar", ["Calendar", "Call", "Strange sign-in"]),
        ("?topic=-", []),
        ("?tone=angry", []),
        ("?moment=onboarding&unsure=1", []),
    ],
)
def test_filters_narrow_the_queue(agent: Agent, query: str, subjects: list[str]) -> None:
    assert sorted(agent.subjects(query)) == subjects


@pytest.mark.parametrize(
    ("query", "first"), [("?order=newest", "Call"), ("?order=oldest", "Calendar"), ("?order=severity", "Call")]
)
def test_the_order_is_as_asked_for(agent: Agent, query: str, first: str) -> None:
    assert agent.subjects(query)[0] == first


def test_what_is_wrong_in_a_filter_stands_beside_it_and_what_was_typed_stays(agent: Agent) -> None:
    page = agent.page("?action=dance&since=yesterday&q=calendar", status=422)
    assert one(page, "#action-error").text() == "Choose one of: self_service, live_human."
    assert one(page, "#since-error").text() == "Write the day as 2026-06-25."
    assert attribute(page, "#q", "value") == "calendar"
    assert attribute(page, "#since", "value") == "yesterday"


def test_a_place_that_is_none_leads_to_the_first_page(agent: Agent) -> None:
    page = agent.page("?after=nonsense")
    assert "not there any more" in one(page, ".told").text()
    assert len(page.css(".opens")) == 3


def test_pages_follow_each_other_and_lead_back() -> None:
    many = [Ticket(id=f"T{n:03}", subject=f"Ticket {n:03}", body="How?", created_at=DAY) for n in range(120)]
    agent = Agent(*many)
    seen: list[str] = []
    query = "?order=oldest"
    for _ in range(3):
        page = agent.page(query)
        seen += [link.text(strip=True) for link in page.css(".opens")]
        further = page.css_first(".paging a[rel=next]")
        query = (further.attributes["href"] or "").removeprefix("/queue") if further else ""
    assert seen == [f"Ticket {n:03}" for n in range(120)]
    assert query == ""
    back = attribute(page, ".paging a[rel=prev]", "href")
    assert agent.subjects(back.removeprefix("/queue"))[0] == "Ticket 050"


def test_new_tickets_are_told_to_a_page_that_asks(agent: Agent) -> None:
    page = agent.page("?channel=chat")
    watched = one(page, "#arrivals").attributes["data-watched"] or ""
    assert agent.client.get(watched).json == {"new": 0}
    agent.desk.advise(Ticket(id="A9", subject="New", body="How?", channel=Channel.CHAT, created_at=DAY))
    agent.desk.advise(Ticket(id="A10", subject="Elsewhere", body="How?", created_at=DAY))
    assert agent.client.get(watched).json == {"new": 1}
    assert agent.client.get("/queue/new?newest=x").json == {"new": 0}


def test_a_view_is_saved_shown_and_deleted_by_its_own_user_only() -> None:
    agent = Agent()
    other = client_as(agent.app, Role.LEAD)
    saved = agent.client.post(
        "/queue/views", data={"name": "Grave  ones", "signal": "fraud_or_security", "waits": "all"}
    )
    assert saved.headers["Location"] == "/queue?signal=fraud_or_security&waits=all"
    link = one(agent.page(), ".views a")
    assert (link.text(), link.attributes["href"]) == ("Grave ones", "/queue?signal=fraud_or_security&waits=all")
    assert not Html(other.get("/queue").text).css(".views li")
    assert "no such view" in other.post("/queue/views/delete", data={"name": "Grave ones"}, follow_redirects=True).text
    gone = agent.client.post("/queue/views/delete", data={"name": "Grave ones"}, follow_redirects=True)
    assert "is deleted" in gone.text
    assert attribute(Html(gone.text), "input[name=signal]", "value") == "fraud_or_security"
    assert not agent.page().css(".views li")


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_views_name_must_fit(name: str) -> None:
    agent = Agent()
    page = agent.client.post("/queue/views", data={"name": name, "q": "x"}, follow_redirects=True)
    assert "must have 1 to 60 characters" in page.text


def test_an_empty_queue_says_what_to_do() -> None:
    desk = recording_desk()
    page = client_as(web_app(desk), Role.AGENT).get("/queue").text
    assert "Nobody waits" in page
    assert "advisor advise" in page


def test_the_form_writes_into_links_only_what_is_set() -> None:
    form = QueueForm(q="a b&c", unmet="1")
    assert form.query == "q=a+b%26c&unmet=1"
    assert form.filtered == 1
    assert form.without("q").query == "unmet=1"
    assert QueueForm().query == ""


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=12, hours=3), "12 d"),
        (timedelta(hours=-3), "3 h"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(seconds=20), "now"),
    ],
)
def test_spans_are_said_in_their_largest_unit(span: timedelta, words: str) -> None:
    assert span_words(span) == words
