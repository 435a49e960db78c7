from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
from imitations.desk import Fault
from write_back_builders import ASKS_CALL, ASKS_LINK, PLAIN, in_shadow, office
from writing import NOON, Subject, imitated, ours

from web.helpdesks.model import Kind
from web.inbox_jobs import State
from web.write_back import QUEUE


@pytest.fixture
def subject() -> Iterator[Subject]:
    with imitated(Kind.ZENDESK) as found:
        found.desk.add("35", "vip")
        yield found


def test_an_advice_is_written_back_with_its_reason_the_article_and_a_link_to_the_receipt(subject: Subject) -> None:
    at = office(subject, address="https://advisor.example.com/")
    at.advise("zendesk", ASKS_LINK)
    assert at.work() == ["wrote note and tags"]
    (note,) = ours(subject)
    assert note.startswith(
        "<p>Ticket Advisor – Self-service: send this article. The customer asks for an article: “send me the link”. "
        "Article fit 0.82, estimated on other companies&#x27; data; 0.15 was needed.</p>"
        '<p>Article: <a href="https://help.fernway.example/onboarding/connect-google-calendar">'
        "Show your jobs in Google Calendar</a></p>"
        '<p><a href="https://advisor.example.com/receipts/zendesk/35">Why, in full</a></p><p>[advisor-'
    )
    assert subject.desk.cases["35"].tags == ["vip", "advisor_article"]


def test_in_shadow_nothing_is_asked_of_a_helpdesk_and_what_waits_is_not_written(subject: Subject) -> None:
    at = office(subject)
    in_shadow(at).advise("zendesk", ASKS_LINK)
    assert at.inbox.counts() == {}
    at.advise("zendesk", ASKS_LINK)
    assert in_shadow(at).work() == ["not written: the mode is shadow"]
    assert subject.desk.asked == []


def test_an_advice_without_wish_signal_and_self_service_is_not_told(subject: Subject) -> None:
    at = office(subject)
    assert at.advise("zendesk", "I tried your article") == 1
    assert at.inbox.counts() == {}


@pytest.mark.parametrize("missing", [{"address": ""}, {"credentials": ""}])
def test_a_hook_without_address_or_credentials_is_not_written_to(subject: Subject, missing: dict[str, str]) -> None:
    at = office(subject)
    at.hooks.change("zendesk", now=NOON, **missing)  # type: ignore[arg-type]
    at.advise("zendesk", ASKS_LINK)
    assert at.inbox.counts() == {}


def test_the_same_advice_is_taken_once_and_a_newer_one_alone_is_told(subject: Subject) -> None:
    at = office(subject)
    assert (at.advise("zendesk", ASKS_LINK), at.advise("zendesk", ASKS_LINK)) == (1, 1)
    assert at.inbox.counts() == {QUEUE: {State.WAITING: 1}}
    at.later(minutes=1)
    assert at.advise("zendesk", ASKS_CALL) == 2
    assert at.work() == ["not written: there is a newer advice", "wrote note and tags"]
    assert len(ours(subject)) == 1
    assert subject.desk.cases["35"].tags == ["vip", "advisor_person"]


def test_a_note_that_is_wrong_by_now_is_followed_by_one_that_is_right(subject: Subject) -> None:
    at = office(subject)
    at.advise("zendesk", ASKS_LINK)
    at.work()
    at.later(minutes=1)
    assert at.advise("zendesk", "I tried your article") == 2
    assert at.work() == ["wrote note and tags"]
    assert len(ours(subject)) == 2
    assert subject.desk.cases["35"].tags == ["vip", "advisor_person"]


def test_a_solved_ticket_and_an_erased_one_are_left_alone(subject: Subject) -> None:
    at = office(subject)
    at.advise("zendesk", ASKS_LINK, status="Solved")
    at.advise("zendesk", ASKS_LINK, id="36")
    (found,) = (one for one in at.desk.records.find("c1") if one.source == "zendesk")
    at.advise("zendesk", PLAIN, id="37")
    assert at.work()[0] == "not written: the ticket is solved"
    at.advise("zendesk", ASKS_CALL, id="36")
    at.desk.records.erase(found)
    assert at.work() == ["not written: the ticket was erased"]
    assert ours(subject) == []


def test_too_often_makes_all_of_a_helpdesk_wait_as_long_as_it_says_and_counts_as_no_try(subject: Subject) -> None:
    subject.desk.add("36")
    at = office(subject)
    at.advise("zendesk", ASKS_LINK)
    at.advise("zendesk", ASKS_LINK, id="36")
    subject.desk.faults = [Fault.TOO_OFTEN]
    at.work()
    assert len(subject.desk.asked) == 1  # the second ticket did not even ask
    waiting = at.inbox.find(queue=QUEUE, state=State.WAITING)
    assert [(one.due - NOON, one.tries) for one in waiting] == [(timedelta(seconds=7), 0)] * 2
    at.later(seconds=6)
    at.work()
    assert len(subject.desk.asked) == 1
    at.later(seconds=1)
    assert at.work() == ["wrote note and tags"] * 2


@pytest.mark.parametrize(("asks_for", "seconds"), [("0", 5), ("", 60), ("soon", 60), ("3600", 3600)])
def test_a_helpdesk_that_asks_for_no_pause_gets_a_short_one(subject: Subject, asks_for: str, seconds: int) -> None:
    at = office(subject)
    at.advise("zendesk", ASKS_LINK)
    subject.desk.faults, subject.desk.retry_after = [Fault.TOO_OFTEN], asks_for
    at.work()
    (row,) = at.inbox.find(queue=QUEUE)
    assert row.due - NOON == timedelta(seconds=seconds)


def test_a_helpdesk_that_does_not_answer_is_left_alone_for_a_while_and_holds_up_nobody(subject: Subject) -> None:
    subject.desk.add("36")
    at = office(subject)
    at.advise("zendesk", ASKS_LINK)
    at.advise("zendesk", ASKS_LINK, id="36")
    subject.desk.faults = [Fault.HANGS]
    at.work()
    subject.desk.rest()
    assert len(subject.desk.asked) == 1
    at.later(seconds=31)
    assert at.work() == ["wrote note and tags"] * 2


def test_pages_for_json_are_tried_again_with_growing_pauses_then_set_aside_and_can_be_replayed(
    subject: Subject,
) -> None:
    at = office(subject)
    at.advise("zendesk", ASKS_LINK)
    subject.desk.faults = [Fault.PAGE] * 10
    dues = []
    for _ in range(10):
        at.work()
        (row,) = at.inbox.find(queue=QUEUE)
        dues.append(row.due)
        at.now = row.due
    assert row.state is State.SET_ASIDE
    assert "the answer was text/html: <html><title>Down for maintenance" in (row.error or "")
    waits = [second - first for first, second in itertools.pairwise(dues[:-1])]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(minutes=30)  # half an hour to an hour and a half, by chance
    at.inbox.replay(row.id, now=at.now)
    assert at.work() == ["wrote note and tags"]


def test_what_no_attempt_can_mend_is_set_aside_at_once(subject: Subject) -> None:
    at = office(subject)
    at.advise("zendesk", ASKS_LINK, id="404")
    at.work()
    (row,) = at.inbox.find(queue=QUEUE)
    assert (row.state, row.tries) == (State.SET_ASIDE, 1)


def test_a_job_holds_ids_and_no_words(subject: Subject) -> None:
    at = office(subject)
    at.advise("zendesk", ASKS_LINK)
    (row,) = at.inbox.find(queue=QUEUE)
    assert row.payload == (
        b'{"source": "zendesk", "ticket_id": "35", "revision": 1, "when": "2026-06-09T12:00:00+00:00"}'
    )
    assert (row.group, row.source, row.ticket_id) == ("zendesk/35", "zendesk", "35")
