"""The honest ledger: states, their precedence, matters, windows; one customer c-1 unless another is named."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from decision_builders import COMPANY, TUESDAY, article, failure, wants
from hypothesis import given, settings
from hypothesis import strategies as st
from insight_builders import DAY, HOUR, LATER, by_ticket, keep, opened, person, tell
from insight_builders import article as sent

from advisor.insight.balance import balance
from advisor.insight.ledger import MOST_CONTACTS, Entry, State, ledger
from advisor.records import Records
from advisor.types import Moment, OutcomeKind, Prediction, Topic, WishSource

SIGN_IN: dict[str, Any] = {"topic": Topic("Sign-in", 0.9, True), "moment": Prediction(Moment.TECHNICAL_SUPPORT, 0.9)}
REFUND: dict[str, Any] = {"topic": Topic("Refunds", 0.9, True), "candidates": (article("refund"),)}


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """One ticket of c-1 that an article answered at once."""
    records = opened(tmp_path)
    keep(records, "t-1", handled=sent(at=TUESDAY), **SIGN_IN)
    return records


def entries(records: Records, now: datetime = LATER) -> dict[str, Entry]:
    return by_ticket(ledger(records, COMPANY, now))


def state(records: Records, now: datetime = LATER) -> State | None:
    return entries(records, now)["t-1"].state


def test_nothing_heard_is_open_until_the_window_closes_and_assumed_after_it(records: Records) -> None:
    found = entries(records, TUESDAY + 13 * DAY)["t-1"]
    assert (found.state, found.closes) == (State.OPEN, TUESDAY + 14 * DAY)
    assert found.how == "nothing was heard so far; the window closes on 2026-03-17"
    assert state(records, TUESDAY + 14 * DAY) is State.ASSUMED
    assert entries(records)["t-1"].how == "nothing was heard for 14 days"


@pytest.mark.parametrize("kind", ["confirmed", "contradicted", "abandoned", "handed_on"])
def test_what_was_told_goes_before_silence(records: Records, kind: str) -> None:
    tell(records, "t-1", kind, TUESDAY + DAY, by="Ann")
    found = entries(records)["t-1"]
    assert found.state is not None
    assert found.state.value == kind
    assert found.how == f"{kind.replace('_', ' ')} by Ann on 2026-03-04"


def test_a_contradiction_beats_an_earlier_confirmation_and_a_later_one_beats_it(records: Records) -> None:
    tell(records, "t-1", "confirmed", TUESDAY + DAY)
    tell(records, "t-1", "contradicted", TUESDAY + 2 * DAY)
    assert state(records) is State.CONTRADICTED
    tell(records, "t-1", "confirmed", TUESDAY + 3 * DAY)
    assert state(records) is State.CONFIRMED


def test_of_two_tellings_at_one_time_the_worse_counts(records: Records) -> None:
    for kind in ("confirmed", "abandoned", "handed_on", "contradicted"):
        tell(records, "t-1", kind, TUESDAY + DAY)
        assert state(records) is State(kind)


def test_what_is_told_after_now_is_not_known_yet(records: Records) -> None:
    tell(records, "t-1", "contradicted", TUESDAY + 3 * DAY)
    assert state(records, TUESDAY + 2 * DAY) is State.OPEN


def test_any_new_contact_in_the_window_contradicts_whatever_it_is_about(records: Records) -> None:
    keep(records, "t-2", at=TUESDAY + 14 * DAY, **REFUND)
    found = entries(records)["t-1"]
    assert found.state is State.CONTRADICTED
    assert found.how == "the customer wrote again on 2026-03-17, ticket t-2"
    assert [(one.ticket_id, one.likeness.is_same) for one in found.contacts] == [("t-2", False)]


def test_a_contact_after_the_window_or_of_another_customer_or_source_does_not(records: Records) -> None:
    keep(records, "t-2", at=TUESDAY + 14 * DAY + HOUR)
    keep(records, "t-3", at=TUESDAY + DAY, customer="c-2")
    assert state(records) is State.ASSUMED


def test_a_contact_before_the_article_was_given_does_not_contradict_it(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "t-1", handled=sent(at=TUESDAY + 2 * HOUR))
    keep(records, "t-2", at=TUESDAY + HOUR)
    assert state(records) is State.ASSUMED
    assert entries(records)["t-1"].closes == TUESDAY + 2 * HOUR + 14 * DAY


@pytest.mark.parametrize("told_of", ["t-1", "t-2"])
def test_a_contact_that_a_person_holds_for_another_matter_does_not(records: Records, told_of: str) -> None:
    keep(records, "t-2", at=TUESDAY + DAY, **REFUND)
    other = "t-2" if told_of == "t-1" else "t-1"
    tell(records, told_of, "other_matter", TUESDAY + 2 * DAY, related=other)
    assert state(records) is State.ASSUMED


def test_a_later_confirmation_beats_a_contact_and_a_later_contact_a_confirmation(records: Records) -> None:
    keep(records, "t-2", at=TUESDAY + 2 * DAY)
    tell(records, "t-1", "confirmed", TUESDAY + DAY)
    assert state(records) is State.CONTRADICTED
    tell(records, "t-1", "confirmed", TUESDAY + 3 * DAY)
    assert state(records) is State.CONFIRMED
    assert entries(records)["t-1"].contacts == ()


def test_after_a_confirmation_a_contact_on_another_matter_contradicts_nothing(records: Records) -> None:
    keep(records, "t-2", at=TUESDAY + 2 * DAY, **REFUND)
    assert state(records) is State.CONTRADICTED
    tell(records, "t-1", "confirmed", TUESDAY + DAY)
    assert state(records) is State.CONFIRMED


def test_a_contradiction_falls_where_a_person_says_later_that_its_ticket_is_another_matter(records: Records) -> None:
    keep(records, "t-2", at=TUESDAY + DAY, **REFUND)
    tell(records, "t-1", "contradicted", TUESDAY + DAY, related="t-2")
    tell(records, "t-1", "other_matter", TUESDAY + 2 * DAY, related="t-2")
    assert state(records) is State.ASSUMED
    tell(records, "t-1", "contradicted", TUESDAY + 3 * DAY, related="t-2")
    assert state(records) is State.CONTRADICTED


def test_the_same_thread_coming_back_contradicts_unless_somebody_tells_more(records: Records) -> None:
    keep(records, "t-1", handled=sent(at=TUESDAY), failures=(failure("reset"),), **SIGN_IN)
    found = entries(records)["t-1"]
    assert found.state is State.CONTRADICTED
    assert found.how == "the customer wrote again in the same ticket, after an article was offered"
    tell(records, "t-1", "confirmed", TUESDAY + DAY)
    assert state(records) is State.CONFIRMED


def test_what_the_customer_had_tried_before_is_no_return(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "t-1", handled=sent(), failures=(failure(None),))
    assert state(records) is State.ASSUMED


def test_a_reopened_ticket_is_contradicted_whatever_was_confirmed_before(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "t-1", handled=sent(), facts={"status": "Reopened"})
    tell(records, "t-1", "confirmed", TUESDAY + DAY)
    assert state(records) is State.CONTRADICTED


def test_a_ticket_that_a_person_answered_is_there_only_for_a_verdict(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "t-1", handled=person())
    keep(records, "t-2", handled=person(), customer="c-2")
    keep(records, "t-3", customer="c-3")  # nothing is known of what was done
    for id in ("t-1", "t-3"):
        tell(records, id, "would_answer", TUESDAY + DAY)
    found = entries(records)
    assert list(found) == ["t-1"]
    assert (found["t-1"].state, found["t-1"].verdict, found["t-1"].by_wish) == (None, OutcomeKind.WOULD_ANSWER, False)


@pytest.mark.parametrize(
    ("kind", "about", "verdict"),
    [
        ("would_answer", None, "would_answer"),
        ("would_answer", "third", "would_answer"),
        ("would_answer", "fourth", None),
        ("would_answer", "elsewhere", None),
        ("would_not_answer", "first", "would_not_answer"),
        ("would_not_answer", "second", None),
    ],
)
def test_a_verdict_counts_of_what_was_advised(
    tmp_path: Path, kind: str, about: str | None, verdict: str | None
) -> None:
    records = opened(tmp_path)
    keep(records, "t-1", handled=person(), candidates=tuple(map(article, ("first", "second", "third", "fourth"))))
    tell(records, "t-1", kind, TUESDAY + DAY, article=about)
    assert entries(records)["t-1"].verdict == verdict


def test_the_newest_verdict_counts_and_leaves_the_state_alone(records: Records) -> None:
    tell(records, "t-1", "would_answer", TUESDAY + DAY)
    tell(records, "t-1", "would_not_answer", TUESDAY + 2 * DAY)
    found = entries(records)["t-1"]
    assert (found.state, found.verdict) == (State.ASSUMED, OutcomeKind.WOULD_NOT_ANSWER)


def test_an_article_by_wish_is_told_from_one_by_cost(records: Records) -> None:
    keep(records, "t-2", wants("self_service"), handled=sent(), customer="c-2")
    assert {id: entry.by_wish for id, entry in entries(records).items()} == {"t-1": False, "t-2": True}


def test_tickets_on_one_matter_share_it_and_others_do_not(records: Records) -> None:
    for id, at, facts in (("t-2", 5 * DAY, SIGN_IN), ("t-3", 6 * DAY, REFUND), ("t-4", 18 * DAY, SIGN_IN)):
        keep(records, id, at=TUESDAY + at, handled=sent(at=TUESDAY + at), **facts)
    keep(records, "t-5", at=TUESDAY + 40 * DAY, handled=sent(at=TUESDAY + 40 * DAY), **SIGN_IN)
    keep(records, "t-6", at=TUESDAY + DAY, customer="c-2", handled=sent(at=TUESDAY + DAY), **SIGN_IN)
    matters = {id: entry.matter for id, entry in entries(records).items()}
    assert (
        matters["t-1"] == matters["t-2"] == matters["t-4"] == "local/c-1/t-1"
    )  # each within 14 days of the one before
    assert len(set(matters.values())) == 4
    assert matters["t-5"] == "local/c-1/t-5"


def test_tellings_join_and_part_matters_against_all_likeness(records: Records) -> None:
    keep(records, "t-2", at=TUESDAY + DAY, handled=sent(at=TUESDAY + DAY), **SIGN_IN)
    keep(records, "t-3", at=TUESDAY + 2 * DAY, handled=sent(at=TUESDAY + 2 * DAY), **REFUND)
    tell(records, "t-1", "other_matter", TUESDAY + 3 * DAY, related="t-2")
    tell(records, "t-1", "contradicted", TUESDAY + 3 * DAY, related="t-3")
    matters = {id: entry.matter for id, entry in entries(records).items()}
    assert matters["t-1"] == matters["t-3"] != matters["t-2"]


def test_the_ledger_of_one_customer_is_that_part_of_the_whole(records: Records) -> None:
    keep(records, "t-2", at=TUESDAY + DAY, handled=sent(at=TUESDAY + DAY))
    keep(records, "t-3", at=TUESDAY + DAY, handled=sent(at=TUESDAY + DAY), customer="c-2")
    whole = list(ledger(records, COMPANY, LATER))
    of = ("local", WishSource.CUSTOMER, "c-1")
    assert list(ledger(records, COMPANY, LATER, of=of)) == [one for one in whole if one.past.customer == "c-1"]


def test_the_balance_counts_each_state_by_itself(records: Records) -> None:
    keep(records, "t-2", wants("self_service"), customer="c-2", handled=sent(), moment=Prediction(Moment.BILLING, 0.9))
    keep(records, "t-3", customer="c-3", handled=sent())
    keep(records, "t-4", customer="c-4", handled=person())
    tell(records, "t-2", "confirmed", TUESDAY + DAY)
    tell(records, "t-4", "would_answer", TUESDAY + DAY)
    found = balance(ledger(records, COMPANY, LATER))
    assert found.states == Counter({State.ASSUMED: 2, State.CONFIRMED: 1})
    assert +found.by_wish == Counter({State.CONFIRMED: 1})
    assert found.moments["billing"] == Counter({State.CONFIRMED: 1})
    assert (found.answered, found.matters) == (3, 3)
    assert found.verdicts == Counter({OutcomeKind.WOULD_ANSWER: 1})


HAPPENINGS = st.lists(
    st.tuples(st.sampled_from(["c-1", "c-2"]), st.integers(0, 40 * 24), st.booleans(), st.integers(0, 48)),
    max_size=8,
    unique_by=lambda one: one[1],
)


@settings(deadline=None, database=None, max_examples=40)
@given(HAPPENINGS, st.integers(0, 60))
def test_the_stream_finds_every_contact_that_a_plain_search_finds(
    tmp_path_factory: pytest.TempPathFactory, came: list[tuple[str, int, bool, int]], days: int
) -> None:
    records, now = opened(tmp_path_factory.mktemp("stream")), TUESDAY + days * DAY
    at = [TUESDAY + timedelta(hours=hours) for _, hours, _, _ in came]
    for place, (who, _, article_sent, wait) in enumerate(came):
        done = sent(at=at[place] + wait * HOUR) if article_sent else None
        keep(records, f"t-{place}", at=at[place], customer=who, handled=done)
    found = entries(records, now)
    for place, (who, _, article_sent, wait) in enumerate(came):
        if not article_sent or at[place] > now:
            assert f"t-{place}" not in found
            continue
        given = at[place] + wait * HOUR
        back = any(
            other[0] == who and given < at[number] <= min(given + 14 * DAY, now) for number, other in enumerate(came)
        )
        silent = State.ASSUMED if now >= given + 14 * DAY else State.OPEN
        assert found[f"t-{place}"].state is (State.CONTRADICTED if back else silent)


def test_a_mailbox_that_writes_without_end_keeps_few_contacts_and_contradicts_all_the_same(records: Records) -> None:
    for number in range(MOST_CONTACTS + 5):
        keep(records, f"n-{number}", at=TUESDAY + DAY + number * HOUR)
    found = entries(records)["t-1"]
    assert found.state is State.CONTRADICTED
    assert len(found.contacts) == MOST_CONTACTS
