"""What webhooks have missed is asked for, once, through the inbox that they fill."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from imitations.desk import Asked, Fault, ImitatedDesk, RefusalError, listening
from web_builders import TUESDAY, recording_desk

from advisor.errors import AdvisorError
from advisor.types import Customer, Message, Sender, Ticket
from web.helpdesks.model import Hook, Kind, NotForUs, TicketCame, TicketChanged, TicketDeleted
from web.hooks import Hooks
from web.inbox import Inbox
from web.inbox_jobs import DELIVERIES, State
from web.outgoing import Outgoing
from web.pull.asking import TRIES
from web.pull.came import event_of, key_of, payload_of
from web.pull.places import STORE, Places, open_file
from web.pull.puller import Progress, Puller, Says
from web.taking import Taking

SINCE = datetime(2026, 6, 1, tzinfo=UTC)
NOW = TUESDAY + timedelta(hours=1)
TOKEN = "advisor@fernway.example/token:secret"


@dataclass
class Export(ImitatedDesk):
    """Zendesk's incremental export: two tickets a page, a cursor that is the place of the next one."""

    tickets: list[dict[str, Any]] = field(default_factory=list)
    comments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ImitatedDesk.__init__(self)

    def check(self, asked: Asked) -> None:
        if asked.headers.get("authorization") != f"Basic {base64.b64encode(TOKEN.encode()).decode()}":
            raise RefusalError(401, {"error": "Couldn't authenticate you"})

    def export(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        place = int(asked.query["cursor"][0]) if "cursor" in asked.query else 0
        if "cursor" not in asked.query and int(asked.query["start_time"][0]) > NOW.timestamp():
            return 400, {"error": "Too recent start_time"}
        page = self.tickets[place : place + 2]
        end = place + 2 >= len(self.tickets)
        users = [{"id": 7, "name": "Kim", "email": "kim@example.com", "role": "end-user"}]
        return 200, {"tickets": page, "users": users, "after_cursor": str(place + len(page)), "end_of_stream": end}

    def thread(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        if found[1] not in self.comments:
            raise RefusalError(404, {"error": "RecordNotFound"})
        users = [{"id": 7, "name": "Kim", "role": "end-user"}, {"id": 9, "name": "Ann", "role": "agent"}]
        return 200, {"comments": self.comments[found[1]], "users": users}

    ROUTES = (
        ("GET", r"/api/v2/incremental/tickets/cursor\.json", export),
        ("GET", r"/api/v2/tickets/(\d+)/comments\.json", thread),
    )

    def put(self, id: int, *said: str, status: str = "open", by: int = 7) -> None:
        """A ticket whose comments are these; the first is the customer's, the others are by `by`."""
        at = "2026-06-09T09:00:00Z"
        ticket = {"id": id, "subject": f"Matter {id}", "description": said[0] if said else "", "status": status}
        self.tickets.append(ticket | {"requester_id": 7, "created_at": at, "updated_at": at, "tags": []})
        if status != "deleted":
            self.comments[str(id)] = [
                {"author_id": by if place else 7, "plain_body": text, "public": True, "created_at": at}
                for place, text in enumerate(said)
            ]


class Company:
    """A desk with a hook of Zendesk, and the export that it pulls from."""

    def __init__(self, address: str, export: Export) -> None:
        self.export = export
        self.desk = recording_desk()
        self.at = NOW
        self.hooks = Hooks.open(self.desk.settings)
        self.hooks.add("desk", Kind.ZENDESK, secret="s" * 20, now=NOW)
        self.hooks.change("desk", now=NOW, address=address, user="advisor@fernway.example", credentials=CREDENTIALS)
        self.inbox = Inbox.open(self.desk.settings)
        self.places = Places(open_file(self.desk.settings.records))
        self.slept: list[float] = []
        self.pages: list[Progress] = []
        self.taking = Taking(self.desk, self.hooks, self.inbox, now=lambda: self.at)

    @property
    def hook(self) -> Hook:
        return self.hooks.named("desk", now=NOW)

    @property
    def puller(self) -> Puller:
        def sleep(seconds: float) -> bool:
            self.slept.append(seconds)
            return False

        says = Says(page=lambda progress, events: self.pages.append(progress))
        outgoing = Outgoing(allowed=("127.0.0.1",))
        return Puller(self.places, outgoing, self.hooks.credentials, sleep=sleep, now=lambda: self.at, says=says)

    def pull(self, *, since: datetime | None = SINCE, pages: int | None = None) -> Progress:
        return self.puller.pull(self.hook, since=since, pages=pages)

    def work(self) -> list[str]:
        """Do what waits, as the workers would; gives what came of it."""
        said = []
        while (job := self.inbox.take(DELIVERIES, worker="w", now=self.at)) is not None:
            self.taking.work(job)
            kept = self.inbox.get(job.id)
            assert kept is not None
            assert kept.error is None
            said.append(kept.result or "")
        return said


CREDENTIALS = "secret"


@pytest.fixture
def company() -> Iterator[Company]:
    export = Export()
    with listening(export) as address:
        yield Company(address, export)


def test_tickets_are_pulled_page_by_page_and_advised(company: Company) -> None:
    for id in range(1, 6):
        company.export.put(id, "Please call me about it.")
    progress = company.pull()
    assert (progress.tickets, progress.new, progress.is_over) == (5, 5, True)
    assert sorted(company.work()) == [f"ticket {id}: advised a person (revision 1)" for id in range(1, 6)]
    stored = company.desk.records.last("3", source="desk")
    assert stored is not None
    assert stored.customer.email == "kim@example.com"


def test_the_next_pull_goes_on_where_the_last_one_ended(company: Company) -> None:
    company.export.put(1, "First.")
    company.pull()
    company.export.put(2, "Second.")
    asked = len(company.export.asked)
    assert company.pull(since=None).tickets == 1
    assert "cursor" in company.export.asked[asked].query


def test_the_same_pulled_twice_is_taken_once(company: Company) -> None:
    company.export.put(1, "Please call me.")
    assert company.pull().new == 1
    again = company.pull()
    assert (again.tickets, again.new) == (1, 0)
    assert len(company.work()) == 1


def test_what_came_by_webhook_is_not_advised_again(company: Company) -> None:
    came = Ticket(
        id="1", source="desk", subject="Matter 1", body="Please call me.", created_at=TUESDAY, customer=Customer(id="7")
    )
    company.desk.advise(came)
    company.export.put(1, "Please call me.", "We shall call you.", by=9, status="pending")
    company.pull()
    (said,) = company.work()
    assert said == "ticket 1: changed status; 1 message joined the thread; done: live_human"
    stored = company.desk.records.last("1", source="desk")
    assert stored is not None
    assert (stored.recommendation.revision, stored.status) == (1, "pending")


def test_what_the_webhooks_missed_of_a_known_ticket_is_advised(company: Company) -> None:
    came = Ticket(
        id="1", source="desk", subject="Matter 1", body="Hello.", created_at=TUESDAY, customer=Customer(id="7")
    )
    company.desk.advise(came)
    company.export.put(1, "Hello.", "Please call me.")
    company.pull()
    (said,) = company.work()
    assert said.endswith("(revision 2)")


def test_the_same_words_said_again_are_news(company: Company) -> None:
    came = Ticket(id="1", source="desk", body="Hello?", created_at=TUESDAY, customer=Customer(id="7"))
    company.desk.advise(came)
    company.export.put(1, "Hello?", "Hello?")
    company.pull()
    assert "advised" in company.work()[0]


def test_deleted_tickets_are_deleted(company: Company) -> None:
    company.desk.advise(Ticket(id="1", source="desk", body="Hello.", created_at=TUESDAY, customer=Customer(id="7")))
    company.export.put(1, status="deleted")
    assert company.pull().deleted == 1
    assert company.work() == ["a ticket was deleted"]
    assert company.desk.records.last("1", source="desk") is None


def test_a_dry_run_keeps_nothing(company: Company) -> None:
    company.export.put(1, "Please call me.")
    progress = company.puller.look(company.hook, since=SINCE)
    assert (progress.tickets, progress.new, progress.is_over) == (1, 0, True)
    assert company.inbox.counts() == {}
    assert company.places.find("desk") is None


def test_too_many_requests_are_waited_for_as_long_as_the_helpdesk_says(company: Company) -> None:
    company.export.put(1, "Please call me.")
    company.export.faults = [Fault.TOO_OFTEN, Fault.NONE, Fault.TOO_OFTEN]
    assert company.pull().tickets == 1
    assert company.slept == [7.0, 7.0]


def test_a_helpdesk_that_is_down_is_tried_more_and_more_seldom_and_then_said(company: Company) -> None:
    company.export.put(1, "Please call me.")
    company.export.faults = [Fault.BROKEN] * TRIES
    with pytest.raises(AdvisorError, match="answered with 500: it cannot do it now"):
        company.pull()
    assert company.slept == [5.0, 10.0, 20.0, 40.0, 80.0]
    place = company.places.find("desk")
    assert place is not None
    assert "answered with 500" in (place.error or "")
    assert company.pull(since=None).tickets == 1


def test_wrong_credentials_are_tried_once(company: Company) -> None:
    company.hooks.change("desk", now=NOW, credentials="wrong")
    with pytest.raises(
        AdvisorError, match="with 401: it does not know the credentials: advisor hooks credentials desk"
    ):
        company.pull()
    assert len(company.export.asked) == 1


def test_a_page_of_html_is_no_answer(company: Company) -> None:
    company.export.put(1, "Please call me.")
    company.export.faults = [Fault.PAGE]
    with pytest.raises(AdvisorError, match="something else than what was asked for"):
        company.pull()
    assert company.pull(since=None).tickets == 1


def test_a_ticket_that_is_gone_meanwhile_is_left_out_and_said(company: Company) -> None:
    company.export.put(1, "Please call me.")
    company.export.put(2, "Please call me.")
    del company.export.comments["1"]
    progress = company.pull()
    assert (progress.tickets, progress.ignored) == (1, 1)
    (left_out,) = company.inbox.find(queue=DELIVERIES, state=State.IGNORED)
    assert "ticket 1 was left out" in (left_out.result or "")


def test_a_ticket_that_cannot_be_read_holds_up_no_other(company: Company) -> None:
    company.export.put(1, "Please call me.")
    company.export.put(2, "Please call me.")
    company.export.comments["1"] = "no list"  # type: ignore[assignment]
    assert company.pull().tickets == 1


def test_a_pull_that_was_stopped_goes_on_where_it_was(company: Company) -> None:
    for id in range(1, 6):
        company.export.put(id, "Please call me about it.")
    assert not company.pull(pages=3).is_over
    asked = len(company.export.asked)
    assert company.pull(since=None).is_over
    assert company.inbox.counts()[DELIVERIES][State.WAITING] == 5
    assert not any("start_time" in one.query for one in company.export.asked[asked:])


def test_after_a_crash_between_page_and_cursor_nothing_is_lost_or_doubled(company: Company) -> None:
    company.export.put(1, "Please call me.")
    company.places.begin("desk", SINCE, now=NOW)
    tables = company.places.file.tables
    tables.execute(
        "create trigger crash before update of taken on pulls when new.taken > 0 "
        "begin select raise(abort, 'crash'); end"
    )
    with pytest.raises(AdvisorError, match="crash"):
        company.pull(since=None)
    assert company.inbox.counts() == {}
    tables.execute("drop trigger crash")
    assert company.pull(since=None).new == 1


def test_of_two_pulls_at_once_one_gives_way(company: Company) -> None:
    company.export.put(1, "Please call me.")
    company.export.faults = [Fault.TOO_OFTEN]

    def meanwhile(seconds: float) -> bool:
        company.pull(since=None)  # the other one, while this one waits
        return False

    company.places.begin("desk", SINCE, now=NOW)
    slow = Puller(
        company.places, Outgoing(allowed=("127.0.0.1",)), company.hooks.credentials, sleep=meanwhile, now=lambda: NOW
    )
    with pytest.raises(AdvisorError, match="another program pulls desk at the same time"):
        slow.pull(company.hook)
    assert company.inbox.counts()[DELIVERIES] == {State.WAITING: 1}
    assert company.pull(since=None).is_over


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"address": ""}, "has no address of its API: advisor hooks credentials desk"),
        ({}, "was never pulled: say with --since"),
    ],
)
def test_what_is_missing_is_said(company: Company, changes: dict[str, str], said: str) -> None:
    company.hooks.change("desk", now=NOW, **changes)  # type: ignore[arg-type]
    with pytest.raises(AdvisorError, match=said):
        company.pull(since=None)


def test_a_kind_that_cannot_be_pulled_is_refused(company: Company) -> None:
    hook = Hook(name="front", kind=Kind.FRONT, secrets=())
    with pytest.raises(AdvisorError, match="front cannot be pulled"):
        company.puller.pull(hook, since=SINCE)


def test_to_forget_somebody_lets_a_round_under_way_begin_again(company: Company) -> None:
    company.export.put(1, "Please call me.")
    company.pull(pages=1)
    place = company.places.find("desk")
    assert place is not None
    assert "Please call me." in place.cursor
    company.desk.advise(Ticket(id="x", body="Hello.", created_at=TUESDAY, customer=Customer(id="7")))
    (found,) = company.desk.records.find("7")
    assert STORE.erase(company.desk.settings.home, found) == 1
    place = company.places.find("desk")
    assert place is not None
    assert place.cursor == SINCE.isoformat()
    assert company.pull(since=None).tickets == 1


def test_events_come_back_from_the_inbox_as_they_went_in() -> None:
    ticket = Ticket(
        id="1", source="desk", created_at=TUESDAY, messages=(Message(sender=Sender.AGENT, body="Yes.", at=TUESDAY),)
    )
    for event in (
        TicketCame(ticket=ticket, whole=True),
        TicketChanged(source="desk", ticket_id="1", tags=("a",), csat=0.5),
        TicketDeleted("desk", "1"),
        NotForUs("a ping"),
    ):
        assert event_of(payload_of(event)) == event
        assert key_of("desk", event) == key_of("desk", event_of(payload_of(event)))
    with pytest.raises(msgspec.DecodeError):
        event_of(b"garbage")
