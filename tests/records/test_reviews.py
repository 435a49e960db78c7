"""What agents say of advices: one standing review an advice, taken back but never deleted, counted by reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from advisor_builders import NOW
from queue_builders import records_at, saved

from advisor.errors import RecordsError, StaleReviewError
from advisor.records import Records
from advisor.records.reviews import OverrideReason, Review, RuleCount, Verdict
from advisor.types import Action, Reason, ReasonCode

HOUR = timedelta(hours=1)
ACCEPTED = Review(ticket_id="t-1", revision=1, verdict=Verdict.ACCEPT, by="Bo", at=NOW)
OVERRIDDEN = replace(
    ACCEPTED,
    verdict=Verdict.OVERRIDE,
    reason=OverrideReason.WRONG_TOPIC,
    note="It is about billing.",
    action=Action.LIVE_HUMAN,
)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    records = records_at(tmp_path)
    saved(records, "t-1")
    return records


def test_a_review_comes_back_as_it_was_given(records: Records) -> None:
    kept = records.reviews.add(OVERRIDDEN)
    assert kept == replace(OVERRIDDEN, id=1)
    assert records.reviews.of("local", "t-1") == [kept]
    assert records.reviews.standing("local", "t-1", revision=1) == kept
    assert records.reviews.standing("local", "t-1", revision=2) is None
    assert records.reviews.of("local", "t-2") == []


def test_what_somebody_else_said_is_never_overwritten(records: Records) -> None:
    records.reviews.add(OVERRIDDEN)
    said = r"Bo has overridden \(wrong_topic\) this advice already, at 2026-03-03T10:00:00Z"
    for replaces_own in (False, True):
        with pytest.raises(StaleReviewError, match=said) as told:
            records.reviews.add(replace(ACCEPTED, by="Cy"), replaces_own=replaces_own)
        assert (told.value.by, told.value.at) == ("Bo", NOW)
    assert len(records.reviews.of("local", "t-1")) == 1


def test_ones_own_is_replaced_only_where_that_is_asked(records: Records) -> None:
    first = records.reviews.add(ACCEPTED)
    with pytest.raises(StaleReviewError, match="you have accepted this advice already"):
        records.reviews.add(OVERRIDDEN)
    second = records.reviews.add(replace(OVERRIDDEN, at=NOW + HOUR), replaces_own=True)
    withdrawn = replace(first, withdrawn_at=NOW + HOUR, withdrawn_by="Bo")
    assert records.reviews.of("local", "t-1") == [second, withdrawn]


def test_a_review_of_an_advice_that_was_overtaken_is_refused(records: Records) -> None:
    saved(records, "t-1", body="I forgot my password, call me.")
    with pytest.raises(StaleReviewError, match=r"newer advice \(revision 2, you saw 1\)") as told:
        records.reviews.add(ACCEPTED)
    assert (told.value.by, told.value.at) == (None, NOW)
    assert records.reviews.add(replace(ACCEPTED, revision=2)).id == 1


def test_an_older_advice_that_was_reviewed_does_not_stand_in_the_way(records: Records) -> None:
    records.reviews.add(ACCEPTED)
    saved(records, "t-1", body="I forgot my password, call me.")
    assert records.reviews.add(replace(OVERRIDDEN, revision=2, by="Cy")).id == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": None}, "an override must say why: choose one of wrong_topic, article_does_not_answer"),
        ({"verdict": Verdict.ACCEPT}, "has no reason against it"),
        ({"note": "x" * 2_001}, "at most 2,000 characters, had 2,001"),
        ({"by": " "}, "must say who gives it"),
        ({"ticket_id": "t-9"}, "ticket t-9 of local is not recorded"),
        ({"revision": 7}, "has no advice of revision 7; its newest is 1"),
    ],
)
def test_a_review_that_breaks_a_rule_is_refused(records: Records, changes: dict[str, object], message: str) -> None:
    with pytest.raises(RecordsError, match=message):
        records.reviews.add(replace(OVERRIDDEN, **changes))  # type: ignore[arg-type]
    assert records.reviews.of("local", "t-1") == []


def test_a_review_is_taken_back_once_and_stays(records: Records) -> None:
    kept = records.reviews.add(OVERRIDDEN)
    undone = records.reviews.undo(kept.id, by="Lee", at=NOW + HOUR)
    assert undone == replace(kept, withdrawn_at=NOW + HOUR, withdrawn_by="Lee")
    assert records.reviews.of("local", "t-1") == [undone]
    assert records.reviews.standing("local", "t-1", revision=1) is None
    with pytest.raises(RecordsError, match="taken back already, by Lee at 2026-03-03T11:00:00Z"):
        records.reviews.undo(kept.id, by="Bo")
    with pytest.raises(RecordsError, match="no review has the id 99"):
        records.reviews.undo(99, by="Bo")
    assert records.reviews.add(replace(ACCEPTED, by="Cy")).id == 2


def test_what_stands_is_counted_by_reason_and_by_the_rule_of_the_advice(records: Records) -> None:
    by_cost = (Reason(ReasonCode.COST, "It fits."),)
    for place, reasons in enumerate([by_cost, by_cost, (Reason(ReasonCode.SAFETY, "It burns."),)], start=2):
        saved(records, f"t-{place}", reasons=reasons)
    records.reviews.add(replace(ACCEPTED, ticket_id="t-2", at=NOW))
    records.reviews.add(replace(OVERRIDDEN, ticket_id="t-3", at=NOW + HOUR))
    safety = records.reviews.add(replace(OVERRIDDEN, ticket_id="t-4", at=NOW + 2 * HOUR, reason=OverrideReason.OTHER))
    found = records.reviews.counts()
    assert (found.accepted, found.overridden) == (1, 2)
    assert found.reasons == ((OverrideReason.OTHER, 1), (OverrideReason.WRONG_TOPIC, 1))
    assert found.rules == (RuleCount("cost", 1, 1), RuleCount("safety", 0, 1))
    assert [one.ticket_id for one in records.reviews.overrides()] == ["t-4", "t-3"]
    assert [one.ticket_id for one in records.reviews.overrides(since=NOW + 2 * HOUR)] == ["t-4"]
    between = records.reviews.counts(since=NOW + HOUR, until=NOW + 2 * HOUR)
    assert (between.accepted, between.overridden) == (0, 1)
    records.reviews.undo(safety.id, by="Bo")
    assert records.reviews.counts().reasons == ((OverrideReason.WRONG_TOPIC, 1),)


def test_reviews_go_with_the_customer_and_no_id_comes_back(records: Records) -> None:
    records.reviews.add(OVERRIDDEN)
    (customer,) = records.find("c-t-1")
    assert records.export(customer)["reviews"][0]["note"] == "It is about billing."
    records.erase(customer)
    saved(records, "t-2")
    assert records.reviews.add(replace(ACCEPTED, ticket_id="t-2")).id == 2
