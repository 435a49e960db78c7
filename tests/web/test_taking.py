"""What each event changes in the records."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest
from hook_builders import HookedApp

from advisor.reading.language import Lexicon
from advisor.reading.text import other_messages, read_document
from advisor.records.thread import ThreadMessage
from advisor.types import Message, Sender, Ticket
from web.helpdesks.model import Kind
from web.inbox_jobs import State


@pytest.fixture(scope="module")
def shared() -> HookedApp:
    return HookedApp(kinds=(Kind.STANDARD,))


@pytest.fixture
def at(shared: HookedApp) -> HookedApp:
    """A server to which nothing has come yet."""
    return shared.emptied()


def made(id: str = "t-1", **more: object) -> dict[str, object]:
    return {"id": id, "subject": "Calendar", "body": "How do I connect my calendar?", "customer": {"id": "c"}} | more


def said(text: str, *, of: str = "customer", at: str | None = None, **more: object) -> dict[str, object]:
    return {"from": of, "body": text, "at": at, **more}


def thread(at: HookedApp, id: str = "t-1") -> list[ThreadMessage]:
    return at.desk.records.thread("standard", id)


def test_a_ticket_is_advised_and_recorded_under_the_name_of_its_hook(at: HookedApp) -> None:
    one = at.told("ticket.created", made(), id="1")
    assert (one.state, one.result) == (State.DONE, "ticket t-1: advised self-service (revision 1)")
    stored = at.desk.records.last("t-1", source="standard")
    assert stored is not None
    assert stored.text == "Calendar\n\nHow do I connect my calendar?"
    assert (one.source, one.ticket_id) == ("standard", "t-1")


def test_a_ticket_without_text_and_one_of_nobody_go_to_a_person(at: HookedApp) -> None:
    assert at.told("ticket.created", {"id": "e", "body": ""}, id="1").state is State.DONE
    assert at.told("ticket.created", {"id": "n", "body": "Hello?"}, id="2").state is State.DONE


def test_what_is_sent_again_under_another_id_changes_nothing(at: HookedApp) -> None:
    at.told("ticket.created", made(), id="1")
    again = at.told("ticket.created", made(), id="2")
    assert again.result == "ticket t-1: advised self-service (revision 1)"
    assert len(thread(at)) == 1


def test_an_agents_message_joins_the_thread_and_tells_what_was_done(at: HookedApp) -> None:
    at.told("ticket.created", made(), id="1")
    answer = "Write to mary@example.com.\n\nRegards,\nMary"
    one = at.told("message.created", {"id": "t-1", "messages": [said(answer, of="agent", author="Mary")]}, id="2")
    assert one.result == "ticket t-1: 1 message joined the thread; done: live_human"
    assert [(one.sender, one.author, one.text) for one in thread(at)][1:] == [
        (Sender.AGENT, "Mary", "Write to [EMAIL].")
    ]
    stored = at.desk.records.last("t-1", source="standard")
    assert stored is not None
    assert stored.handled is not None
    assert (stored.handled.action, stored.handled.by) == ("live_human", "Mary")
    assert stored.recommendation.revision == 1


def test_a_link_to_an_article_of_ours_tells_that_it_was_sent(at: HookedApp) -> None:
    at.told("ticket.created", made(), id="1")
    link = "Look: https://help.fernway.example/onboarding/connect-google-calendar"
    one = at.told("message.created", {"id": "t-1", "messages": [said(link, of="agent")]}, id="2")
    assert one.result == "ticket t-1: 1 message joined the thread; done: self_service"


def test_a_later_message_does_not_change_what_the_first_one_was(at: HookedApp) -> None:
    at.told("ticket.created", made(), id="1")
    link = "https://help.fernway.example/onboarding/connect-google-calendar"
    at.told("message.created", {"id": "t-1", "messages": [said(link, of="agent")]}, id="2")
    one = at.told("message.created", {"id": "t-1", "messages": [said("Anything else?", of="agent")]}, id="3")
    assert one.result == "ticket t-1: 1 message joined the thread"
    stored = at.desk.records.last("t-1", source="standard")
    assert stored is not None
    assert stored.handled is not None
    assert stored.handled.action == "self_service"


def test_a_customers_message_is_advised_with_all_that_was_said_before(at: HookedApp) -> None:
    at.told("ticket.created", made(status="open", tags=["vip"]), id="1")
    one = at.told("message.created", {"id": "t-1", "messages": [said("Please call me.")]}, id="2")
    assert one.result is not None
    assert one.result.startswith("ticket t-1: advised")
    stored = at.desk.records.last("t-1", source="standard")
    assert stored is not None
    assert (stored.subject, stored.status, stored.tags, stored.customer_key) == ("Calendar", "open", ("vip",), "c")


def test_a_message_that_is_known_joins_nothing(at: HookedApp) -> None:
    at.told("ticket.created", made(), id="1")
    wrote = {"id": "t-1", "messages": [said("How do I connect my calendar?")]}
    assert at.told("message.created", wrote, id="2").result == "ticket t-1: nothing that was not known"


def test_what_changed_is_taken_over_and_nobody_waits_on_a_solved_ticket(at: HookedApp) -> None:
    at.told("ticket.created", made(), id="1")
    change = {"id": "t-1", "status": "solved", "assignee": "Mary", "csat": 5, "solved_at": "2026-06-09T12:00:00Z"}
    one = at.told("ticket.changed", change, id="2")
    assert one.result == "ticket t-1: changed status; changed assignee; changed solved_at; changed csat"
    sql = "select status, assignee, solved_at, csat from tickets"
    row = at.desk.records.file.tables.execute(sql).fetchone()
    assert row == ("solved", "Mary", "2026-06-09T12:00:00+00:00", 5.0)
    assert at.desk.records.file.tables.execute("select open, status, assignee from queue").fetchone() == (
        0,
        "solved",
        "Mary",
    )
    assert at.told("ticket.changed", change, id="3").result == "ticket t-1: nothing changed"


def test_a_ticket_that_was_reopened_is_an_outcome(at: HookedApp) -> None:
    at.told("ticket.created", made(created_at="2026-06-09T10:00:00Z"), id="1")
    one = at.told("ticket.changed", {"id": "t-1", "outcome": "contradicted"}, id="2")
    assert one.result == "ticket t-1: outcome: contradicted"
    (outcome,) = at.desk.records.outcomes.of("standard", "t-1")
    assert (outcome.kind, outcome.how, outcome.by) == ("contradicted", "reopened", "standard")


def test_a_tag_of_an_agent_overrides_the_advice_once(at: HookedApp) -> None:
    at.told("ticket.created", made(), id="1")
    tags = {"id": "t-1", "tags": ["vip", "advisor_wants_person"], "assignee": "Mary"}
    one = at.told("ticket.changed", tags, id="2")
    assert one.result is not None
    assert one.result.endswith("overridden by a tag: customer_wants_person")
    at.told("ticket.changed", tags | {"status": "open"}, id="3")
    (review,) = at.desk.records.reviews.of("standard", "t-1")
    assert (review.verdict, review.reason, review.by) == ("override", "customer_wants_person", "Mary")


def test_a_change_of_a_ticket_that_is_not_known_changes_nothing_and_says_so(at: HookedApp) -> None:
    one = at.told("ticket.changed", {"id": "x", "status": "solved"}, id="1")
    assert (one.state, one.result) == (State.DONE, "ticket x is not known here: nothing was changed")


def test_a_deletion_deletes_the_ticket_and_all_deliveries_of_it(at: HookedApp) -> None:
    at.told("ticket.created", made(body="My xylophone is broken."), id="1")
    at.told("ticket.created", made("t-2", customer={"id": "c2"}), id="2")
    one = at.told("ticket.deleted", {"id": "t-1"}, id="3")
    assert one.result == "a ticket was deleted"
    assert at.desk.records.last("t-1", source="standard") is None
    assert at.desk.records.find("c") == []
    assert at.desk.records.last("t-2", source="standard") is not None
    assert all(b"xylophone" not in job.payload for job in at.jobs())
    (tidy,) = at.inbox.find(queue="upkeep")
    job = at.inbox.take("upkeep", worker="w", now=datetime(2099, 1, 1, tzinfo=UTC))
    assert job is not None
    assert job.id == tidy.id
    assert at.told("ticket.deleted", {"id": "t-1"}, id="4").result == "a ticket was deleted that was not known here"


def test_one_delivery_that_fails_holds_up_no_other_ticket(at: HookedApp, monkeypatch: pytest.MonkeyPatch) -> None:
    advise = at.desk.running.advise

    def poisoned(ticket: object, *, record: bool = True) -> object:
        if getattr(ticket, "id", "") == "poison":
            raise RuntimeError("a customer's words")
        return advise(ticket, record=record)  # type: ignore[arg-type]

    monkeypatch.setattr(at.desk.running, "advise", poisoned)
    at.tell("ticket.created", made("poison"), id="1")
    for number in range(3):
        at.tell("ticket.created", made(f"t-{number}"), id=f"good {number}")
    at.crew.work_off()
    states = {one.ticket_id: one.state for one in at.jobs()}
    assert states == {"poison": State.WAITING} | {f"t-{number}": State.DONE for number in range(3)}
    (failed,) = [one for one in at.jobs() if one.ticket_id == "poison"]
    assert failed.error is not None
    assert failed.error.startswith("RuntimeError (incident ")


def test_what_a_killed_process_worked_on_is_worked_off_by_the_next(at: HookedApp) -> None:
    at.tell("ticket.created", made(), id="1")
    gone = f"{socket.gethostname()}/{2**22 + 1}/1/0"  # beyond the numbers that processes have
    assert at.inbox.take("deliveries", worker=gone, now=datetime.now(UTC)) is not None
    assert at.crew.work_off() == 1
    assert [(one.state, one.tries) for one in at.jobs()] == [(State.DONE, 2)]


def test_a_hook_that_was_removed_sets_its_deliveries_aside() -> None:
    at = HookedApp(kinds=(Kind.STANDARD,))
    at.tell("ticket.created", made(), id="1")
    at.hooks.remove("standard", now=datetime.now(UTC))
    at.crew.work_off()
    (one,) = at.jobs()
    assert (one.state, one.error) == (State.SET_ASIDE, "there is no hook standard any more")


def test_a_text_that_was_kept_is_read_again_as_it_is() -> None:
    """A joined thread is made of texts as they are kept: reading them again must leave them alone."""
    lexicon = Lexicon(frozenset(["please", "write", "call"]))
    body = "Please write to kim@example.com or call +1 212 555 0100.\n\nThanks,\nKim\n\nOn Mon, Mary wrote:\n> hello"
    once = read_document(Ticket(id="1", body=body), lexicon)
    kept = once.text[once.messages[0].start : once.messages[0].end]
    again = read_document(Ticket(id="1", messages=(Message(sender=Sender.CUSTOMER, body=kept),)), lexicon)
    assert again.text == once.text
    assert other_messages(Ticket(id="1", messages=(Message(sender=Sender.AGENT, body=kept),)))[0].text == kept
