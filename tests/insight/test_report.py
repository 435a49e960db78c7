"""The figures of a range of days, on tickets that one can count in one's head; all in the week of decision_builders."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from decision_builders import COMPANY, TUESDAY, on_file, refuses, wants
from insight_builders import DAY, HOUR, LATER, article, keep, opened, person, tell

from advisor.decision.ideals import Incident
from advisor.insight.changes import Figure, changes
from advisor.insight.intervals import Share
from advisor.insight.ledger import State, ledger
from advisor.insight.ranges import Range
from advisor.insight.report import Report, range_of, report, week_of
from advisor.insight.voice import Sign
from advisor.insight.volumes import By
from advisor.records import Records
from advisor.records.facts import facts
from advisor.types import Action, Channel, Moment, Prediction, Stance, Tone, Topic, WishChannel

WEEK = Range.week(2026, 10, COMPANY.zone)  # 2 to 8 March, Tuesday the 3rd in it
BILLING: dict[str, Any] = {"moment": Prediction(Moment.BILLING, 0.9), "topic": Topic("billing", 0.9, known=True)}
SIGNING_IN: dict[str, Any] = {"topic": Topic("signing in", 0.9, known=True)}


def counted(records: Records, range_: Range = WEEK) -> Report:
    return report(records, COMPANY, range_, now=LATER)


def test_a_week_begins_on_monday_at_midnight_of_the_files_clock() -> None:
    assert (WEEK.since, WEEK.until, WEEK.last) == (date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 8))
    assert (WEEK.days, WEEK.is_week, WEEK.week_name) == (7, True, "2026-W10")
    assert (WEEK.before.since, WEEK.before.until) == (date(2026, 2, 23), date(2026, 3, 2))
    summer = Range.week(2026, 24, COMPANY.zone)
    assert summer.starts == datetime(2026, 6, 7, 23, 0, tzinfo=UTC)  # London is an hour ahead
    with pytest.raises(ValueError, match="until must be later than since"):
        Range(date(2026, 3, 2), date(2026, 3, 2), COMPANY.zone)


def test_nothing_recorded_has_no_range(tmp_path: Path) -> None:
    records = opened(tmp_path)
    assert range_of(records, COMPANY) is None
    assert week_of(records, COMPANY, LATER) is None


def test_the_last_week_is_the_last_whole_one_with_a_ticket(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "a", at=TUESDAY)
    assert week_of(records, COMPANY, LATER) == WEEK
    assert week_of(records, COMPANY, TUESDAY + HOUR) == WEEK  # there is none before
    keep(records, "b", at=TUESDAY - 7 * DAY)
    assert week_of(records, COMPANY, TUESDAY + HOUR) == WEEK.before
    assert range_of(records, COMPANY) == Range(date(2026, 2, 4), date(2026, 3, 4), COMPANY.zone)


def test_one_ticket_is_a_report(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "a", handled=person(at=TUESDAY + HOUR))
    found = counted(records)
    assert (found.now.volumes.tickets, found.before.volumes.tickets) == (1, 0)
    assert found.now.times.all.first.median.value == 1.0
    assert found.now.times.all.first.median.low is None
    assert found.topics.unknown == Share.of_counts(1, 1)
    assert (found.voices.detractors, found.voices.advocates, found.unmet, found.gaps) == ((), (), (), None)


def test_volumes_are_by_day_channel_moment_and_advice(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "late", at=datetime(2026, 3, 8, 23, 59, tzinfo=UTC), came_by=Channel.CHAT)
    keep(records, "next", at=datetime(2026, 3, 9, 0, 0, tzinfo=UTC))
    keep(records, "a", wants("phone"))
    keep(records, "b", **BILLING)
    found = counted(records).now.volumes
    assert (found.tickets, found.weekly, [row.tickets for row in found.rows]) == (3, False, [0, 2, 0, 0, 0, 0, 1])
    assert dict(found.groups[By.CHANNEL]) == {"email": Share.of_counts(2, 3), "chat": Share.of_counts(1, 3)}
    assert dict(found.groups[By.MOMENT])["billing"] == Share.of_counts(1, 3)
    assert dict(found.groups[By.ACTION])["live_human"].count >= 1
    long = counted(records, Range(date(2026, 1, 1), date(2026, 3, 10), COMPANY.zone)).now.volumes
    assert (long.weekly, len(long.rows), long.rows[-1].since, long.tickets) == (True, 10, date(2026, 3, 5), 4)


def test_a_ticket_that_is_advised_again_counts_once(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "a", p=0.9)
    keep(records, "a", wants("phone"), p=0.9)
    found = list(facts(records.file, since=WEEK.starts, until=WEEK.ends))
    assert [(one.ticket_id, one.action) for one in found] == [("a", Action.LIVE_HUMAN)]


def test_waits_are_of_the_first_reply_else_of_what_was_done_and_the_unknown_are_counted(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "a", facts={"first_reply_at": TUESDAY + 2 * HOUR, "solved_at": TUESDAY + 10 * HOUR})
    keep(records, "b", handled=person(at=TUESDAY + 4 * HOUR))
    keep(records, "c", handled=person(at=TUESDAY - HOUR))  # cannot be
    keep(records, "d", **BILLING)
    found = counted(records).now.times
    assert (found.all.tickets, found.all.first.known, found.all.first.unknown) == (4, 2, 2)
    assert found.all.first.median.value == 3.0
    assert found.all.first.p90.value == pytest.approx(3.8)
    assert (found.all.solved.known, found.all.solved.median.value) == (1, 10.0)
    assert [(name, waits.tickets) for name, waits in found.moments] == [("technical_support", 3), ("billing", 1)]


def test_ratings_have_their_response_rate(tmp_path: Path) -> None:
    records = opened(tmp_path)
    for place, (csat, nps) in enumerate(((5, 10), (4, 8), (1, 3), (None, None))):
        keep(records, f"t-{place}", facts={"csat": csat, "nps": nps})
    found = counted(records).now.ratings
    assert found.csat.answered == found.nps.answered == Share.of_counts(3, 4)
    assert (found.csat.satisfied_from, found.csat.satisfied) == (4.0, Share.of_counts(2, 3))
    assert found.csat.mean.value == pytest.approx(10 / 3)
    assert [value for value, _ in found.csat.values] == [5.0, 4.0, 1.0]
    assert (found.nps.promoters.count, found.nps.passives.count, found.nps.detractors.count) == (1, 1, 1)
    assert found.nps.score.value == 0.0


def test_a_scale_that_is_not_known_is_judged_by_nobody(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "a", facts={"csat": 87.0})
    found = counted(records).now.ratings.csat
    assert (found.satisfied_from, found.satisfied, found.mean.value) == (None, None, 87.0)


def test_topics_have_their_trend_and_unknown_ones_stand_apart(tmp_path: Path) -> None:
    records = opened(tmp_path)
    for place in range(3):
        keep(records, f"now-{place}", **BILLING)
    keep(records, "near", topic=Topic("billing", 0.2, known=False))
    keep(records, "other", p=0.0, **SIGNING_IN)
    keep(records, "before", at=TUESDAY - 7 * DAY, **SIGNING_IN)
    found = counted(records).topics
    assert (found.tickets, found.unknown, found.unknown_before) == (5, Share.of_counts(1, 5), Share.of_counts(0, 1))
    billing, signing_in = found.trends
    assert (billing.topic, billing.now, billing.before) == ("billing", Share.of_counts(3, 4), Share.of_counts(0, 1))
    assert billing.change.value == pytest.approx(0.75)
    assert (billing.answerable, signing_in.answerable) == (Share.of_counts(3, 3), Share.of_counts(0, 1))


def test_wishes_outcomes_and_the_time_before_are_counted_apart(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "met", wants("phone"), handled=person("phone"))
    keep(records, "missed", refuses("phone"), handled=person("phone"), customer="c-2")
    keep(records, "sent", handled=article(at=TUESDAY), customer="c-3")
    keep(records, "before", handled=article(at=TUESDAY - 7 * DAY), at=TUESDAY - 7 * DAY, customer="c-4")
    tell(records, "sent", "confirmed", TUESDAY + DAY)
    tell(records, "before", "contradicted", TUESDAY)
    found = counted(records)
    assert found.now.compliance.all.share == Share.of_counts(1, 2)
    assert found.unmet == (((Stance.REFUSES, WishChannel.PHONE), 1),)
    assert dict(found.now.outcomes.states) == {State.CONFIRMED: 1}
    assert dict(found.before.outcomes.states) == {State.CONTRADICTED: 1}
    told = {one.figure: one for one in changes(found)}
    assert told[Figure.CONTRADICTED].difference.value == -1.0
    assert told[Figure.HONOURED].before.of == 0
    assert told[Figure.CONTRADICTED].is_better is None  # of one ticket each, it may be chance


def test_the_ledger_of_a_range_says_what_the_whole_ledger_says_of_it(tmp_path: Path) -> None:
    records = opened(tmp_path)
    for days in range(-20, 21, 2):
        keep(records, f"t{days}", at=TUESDAY + days * DAY, customer=f"c{days % 3}", handled=article())
    whole = {one.past.ticket_id: (one.state, one.how) for one in ledger(records, COMPANY, LATER)}
    some = {
        one.past.ticket_id: (one.state, one.how)
        for one in ledger(records, COMPANY, LATER, since=WEEK.starts, until=WEEK.ends)
    }
    assert set(some) == {"t0", "t2", "t4"}
    assert some == {ticket: whole[ticket] for ticket in some}


def test_an_incident_counts_the_tickets_that_match_while_it_is_open(tmp_path: Path) -> None:
    records = opened(tmp_path)
    incident = Incident(id="i", text="It is down.", examples=(), article=None, opened=TUESDAY, until=TUESDAY + 2 * HOUR)
    experience = replace(COMPANY, incidents=(incident, replace(incident, id="old", until=TUESDAY - 30 * DAY)))
    keep(records, "a", at=TUESDAY + HOUR, incident_match=("i",))
    keep(records, "b", at=TUESDAY + DAY, incident_match=("i",))
    found = report(records, experience, WEEK, now=LATER)
    assert [(one.incident.id, one.tickets) for one in found.incidents] == [("i", Share.of_counts(1, 2))]


def test_detractors_and_advocates_are_customers_with_their_reasons(tmp_path: Path) -> None:
    records = opened(tmp_path)
    angry, pleased = ((Prediction(Tone.ANGRY, 0.9),), (Prediction(Tone.PLEASED, 0.9),))
    keep(records, "a-1", refuses("phone"), customer="a", account="A", handled=person("phone"), tones=angry)
    keep(records, "b-1", customer="b", tones=angry)  # one sign is none
    keep(records, "c-1", wants("phone"), customer="c", handled=person("phone"), tones=pleased, facts={"csat": 5})
    keep(records, "d-1", customer="d", facts={"csat": 1, "nps": 2}, at=TUESDAY - 20 * DAY)
    found = counted(records).voices
    assert found.customers == 4
    assert [(one.customer, one.account, one.bad) for one in found.detractors] == [("a", "A", 2), ("d", None, 2)]
    assert dict(found.detractors[0].signs) == {Sign.UNMET: ("a-1",), Sign.ANGRY: ("a-1",)}
    assert [(one.customer, set(one.signs)) for one in found.advocates] == [
        ("c", {Sign.HONOURED, Sign.THANKFUL, Sign.SATISFIED})
    ]


def test_a_wish_on_file_counts_as_one_that_was_stated(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "a", on_file(refuses("self_service")), handled=article(), persona="busy_owner")
    found = counted(records)
    assert found.unmet == (((Stance.REFUSES, WishChannel.SELF_SERVICE), 1),)
    assert {name: group.breached for name, group in found.personas.items()} == {"busy_owner": 1}


def test_a_report_changes_nothing(tmp_path: Path) -> None:
    records = opened(tmp_path)
    keep(records, "a", handled=article())
    before = records.counts(), records.promises.in_force(), records.promises.looks()
    found = counted(records)
    assert found.promise.open + found.promise.sent.n == 1
    assert (records.counts(), records.promises.in_force(), records.promises.looks()) == before
