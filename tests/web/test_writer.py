from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from imitations.desk import Fault
from writing import ARTICLE, KINDS, NOON, PERSON, PLAIN, Subject, imitated, ours, telling, writer

from web.helpdesks.model import Kind
from web.outgoing_errors import OutgoingError
from web.write_back.talk import TalkError, TooOftenError
from web.write_back.told import Line

LATER = NOON + timedelta(hours=1)


@pytest.fixture(params=KINDS, ids=str)
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    kind: Kind = request.param
    with imitated(kind) as found:
        found.desk.add("35", "vip", "needs call" if kind is not Kind.ZENDESK else "needs_call")
        yield found


def test_a_note_for_agents_and_tags_of_ours_are_all_that_a_ticket_gets(subject: Subject) -> None:
    case = subject.desk.cases["35"]
    before = [*case.tags]
    assert writer().write(telling(subject), subject.credentials) == "wrote note and tags"
    assert len(case.notes) == 1
    assert "Ticket Advisor – Self-service." in case.notes[0]
    assert "https://help.fernway.example/a?b=1" in case.notes[0]
    assert case.public == ["How do I do this?"]
    assert case.status == "open"
    assert case.tags == [*before, "advisor_article"]


def test_words_of_the_customer_stay_words_in_the_note(subject: Subject) -> None:
    writer().write(telling(subject), subject.credentials)
    note = subject.desk.cases["35"].notes[0]
    if subject.hook.kind is Kind.CHATWOOT:
        assert "“a <b>link</b> & no call”" in note  # plain text there
    else:
        assert "“a &lt;b&gt;link&lt;/b&gt; &amp; no call”" in note


def test_what_stands_there_is_not_written_again(subject: Subject) -> None:
    writer().write(telling(subject), subject.credentials)
    asked = len(subject.desk.asked)
    assert writer().write(telling(subject), subject.credentials) == "the ticket tells it already"
    assert {one.method for one in subject.desk.asked[asked:]} == {"GET"}
    assert len(ours(subject)) == 1


def test_a_newer_advice_that_says_the_same_adds_no_note(subject: Subject) -> None:
    writer().write(telling(subject), subject.credentials)
    assert writer().write(telling(subject, when=LATER), subject.credentials) == "the last note says the same"
    assert len(ours(subject)) == 1


def test_other_figures_in_the_same_advice_are_no_news(subject: Subject) -> None:
    writer().write(telling(subject), subject.credentials)
    again = replace(ARTICLE, lines=(Line("Ticket Advisor – Self-service. Article fit 0.7."), *ARTICLE.lines[1:]))
    assert writer().write(telling(subject, again, when=LATER), subject.credentials) == "the last note says the same"


def test_a_ticket_whose_id_leads_elsewhere_is_given_up_and_nothing_is_written(subject: Subject) -> None:
    with pytest.raises(TalkError, match=r"lead elsewhere|/tickets/\.\.\.json was answered with 404") as told:
        writer().write(telling(subject, ticket_id=".."), subject.credentials)
    assert told.value.for_good
    assert [one.path for one in subject.desk.asked if one.method != "GET"] == []


def test_a_newer_advice_that_differs_adds_its_note_and_its_tags_replace_ours(subject: Subject) -> None:
    before = [*subject.desk.cases["35"].tags]
    writer().write(telling(subject), subject.credentials)
    assert writer().write(telling(subject, PERSON, when=LATER), subject.credentials) == "wrote note and tags"
    assert len(ours(subject)) == 2
    assert subject.desk.cases["35"].tags == [*before, "advisor_person", "advisor_signal"]


def test_an_older_advice_that_comes_late_changes_nothing(subject: Subject) -> None:
    writer().write(telling(subject, PERSON, when=LATER), subject.credentials)
    before = [*subject.desk.cases["35"].tags]
    assert writer().write(telling(subject), subject.credentials) == "a newer note stands in the ticket"
    assert (len(ours(subject)), subject.desk.cases["35"].tags) == (1, before)


def test_an_advice_that_needs_no_note_is_told_only_where_another_one_stands(subject: Subject) -> None:
    assert writer().write(telling(subject, PLAIN), subject.credentials) == (
        "there is nothing that an agent needs to be told"
    )
    assert ours(subject) == []
    writer().write(telling(subject), subject.credentials)
    assert writer().write(telling(subject, PLAIN, when=LATER), subject.credentials) == "wrote note and tags"
    assert "advisor_article" not in subject.desk.cases["35"].tags


def test_agents_answers_and_their_own_tags_stay_whatever_we_write(subject: Subject) -> None:
    case = subject.desk.cases["35"]
    writer().write(telling(subject), subject.credentials)
    subject.desk.set_tags(case, [*case.tags, "advisor_wants_person", "Ümläut"])
    writer().write(telling(subject, PERSON, when=LATER), subject.credentials)
    assert {"vip", "advisor_wants_person", "Ümläut"} < set(case.tags)


def test_our_note_is_found_among_many_of_others(subject: Subject) -> None:
    case = subject.desk.cases["35"]
    for number in range(15 if subject.hook.kind is Kind.CHATWOOT else 240):
        subject.desk.write(case, f"<p>looked at it {number}</p>", public=number % 3 == 0, author="agent")
    assert writer().write(telling(subject), subject.credentials) == "wrote note and tags"
    for number in range(60):
        subject.desk.write(case, f"<p>and again {number}</p>", public=False, author="agent")
    assert writer().write(telling(subject), subject.credentials) == "the ticket tells it already"
    assert len(ours(subject)) == 1


def test_a_marker_that_somebody_made_up_or_took_from_another_ticket_stops_nothing(subject: Subject) -> None:
    subject.desk.add("36")
    writer().write(telling(subject, ticket_id="36", when=LATER), subject.credentials)
    stolen = ours(subject, ticket_id="36")[0]
    case = subject.desk.cases["35"]
    subject.desk.write(case, stolen, public=False, author="agent")
    subject.desk.write(case, "[advisor-zzzzzz-00000000-00000000]", public=False, author="agent")
    assert writer().write(telling(subject), subject.credentials) == "wrote note and tags"


def test_too_often_is_told_with_the_time_to_wait(subject: Subject) -> None:
    subject.desk.faults = [Fault.TOO_OFTEN]
    with pytest.raises(TooOftenError, match="was answered with 429: it was asked too often") as told:
        writer().write(telling(subject), subject.credentials)
    assert (told.value.retry_after, told.value.for_good) == (7.0, False)


def test_a_helpdesk_that_takes_everything_and_keeps_nothing_is_told(subject: Subject) -> None:
    subject.desk.faults = [Fault.SILENT] * 20
    with pytest.raises(TalkError, match="took the note and does not have it"):
        writer().write(telling(subject), subject.credentials)
    subject.desk.faults = []
    with pytest.raises(TalkError, match="took the tags and does not have them"):
        without_tags(subject)


def without_tags(subject: Subject) -> None:
    """Write while everything after the note is done in vain."""
    desk, was = subject.desk, len(subject.desk.asked)
    kept = type(desk).set_tags
    try:
        type(desk).set_tags = lambda self, case, tags: None  # type: ignore[method-assign]
        writer().write(telling(subject), subject.credentials)
    finally:
        type(desk).set_tags = kept  # type: ignore[method-assign]
        assert len(desk.asked) > was


def test_a_page_in_the_place_of_json_is_told_and_is_no_reason_to_give_up(subject: Subject) -> None:
    subject.desk.faults = [Fault.PAGE]
    with pytest.raises(TalkError, match="JSON was asked for, the answer was text/html: <html><title>Down") as told:
        writer().write(telling(subject), subject.credentials)
    assert not told.value.for_good


def test_wrong_credentials_are_told_without_them(subject: Subject) -> None:
    with pytest.raises(TalkError, match=r"40[13]: .*advisor hooks credentials") as told:
        writer().write(telling(subject), "wrong-secret")
    assert "wrong-secret" not in str(told.value)
    assert not told.value.for_good


def test_a_ticket_that_is_not_there_is_given_up(subject: Subject) -> None:
    with pytest.raises(TalkError, match="404: it has no such ticket") as told:
        writer().write(telling(subject, ticket_id="99"), subject.credentials)
    assert told.value.for_good


@pytest.mark.parametrize("fault", [Fault.BROKEN_AFTER, Fault.HALF, Fault.HANGS])
def test_a_note_that_was_taken_though_its_answer_was_lost_stands_there_once(subject: Subject, fault: Fault) -> None:
    reads = len(list(_reads(subject)))
    subject.desk.faults = [*[Fault.NONE] * reads, fault]
    with pytest.raises((TalkError, OutgoingError)):
        writer().write(telling(subject), subject.credentials)
    subject.desk.rest()
    assert len(ours(subject)) == 1
    assert writer().write(telling(subject), subject.credentials) == "wrote tags"
    assert len(ours(subject)) == 1


def _reads(subject: Subject) -> Iterator[object]:
    was = len(subject.desk.asked)
    writer().read(telling(subject), subject.credentials)
    yield from subject.desk.asked[was:]


def test_a_ticket_that_changes_between_reading_and_writing_is_read_again_where_the_helpdesk_tells() -> None:
    with imitated(Kind.ZENDESK) as subject:
        case = subject.desk.add("35", "vip")
        known = writer().read(telling(subject), subject.credentials)
        subject.desk.write(case, "I look at it", public=False, author="agent")
        plan = writer().plan(telling(subject), known)
        assert plan.note[0].body == {
            "ticket": {
                "comment": {"html_body": ARTICLE.html(_marker(subject)), "public": False},
                "safe_update": True,
                "updated_stamp": "2026-06-09T10:00:01Z",
            }
        }


def _marker(subject: Subject) -> str:
    from writing import MARKERS

    marker = MARKERS.marker("zendesk", "35", ARTICLE.gist, when=NOON)
    return MARKERS.written("zendesk", "35", marker)


def test_a_conflict_is_told_and_the_next_attempt_keeps_what_the_person_did() -> None:
    with imitated(Kind.ZENDESK) as subject:
        case = subject.desk.add("35", "vip")
        subject.desk.on_conflict = lambda: subject.desk.set_tags(case, [*case.tags, "escalated"])
        subject.desk.faults = [Fault.NONE, Fault.NONE, Fault.CONFLICT]
        with pytest.raises(TalkError, match="409: somebody changed the ticket meanwhile") as told:
            writer().write(telling(subject), subject.credentials)
        assert not told.value.for_good
        writer().write(telling(subject), subject.credentials)
        assert case.tags == ["vip", "escalated", "advisor_article"]


def test_a_closed_ticket_is_given_up() -> None:
    with imitated(Kind.ZENDESK) as subject:
        subject.desk.add("35").status = "closed"
        with pytest.raises(TalkError, match=r"422: .*closed") as told:
            writer().write(telling(subject), subject.credentials)
        assert told.value.for_good
