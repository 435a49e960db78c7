"""The promise of an installation, from its records: tickets come an hour apart from 1 January 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from advisor.advise import Advice
from advisor.decision.decide import decide
from advisor.decision.experience import Experience
from advisor.decision.ideals import Incident
from advisor.decision.logs import Tally
from advisor.decision.policy import Way
from advisor.decision.report import Arrangement
from advisor.desk.promise_text import promise_text
from advisor.errors import AdvisorError
from advisor.insight.ledger import ledger
from advisor.insight.promise import MONTH, in_force, situation, take_look
from advisor.insight.promise_outcomes import PILOT, Gathered, gathered
from advisor.records import Records
from advisor.types import (
    Action,
    Candidate,
    Channel,
    Customer,
    Document,
    Evidence,
    Failure,
    Handled,
    Moment,
    Outcome,
    OutcomeKind,
    Prediction,
    Promise,
    PromiseState,
    Readability,
    Span,
    Stance,
    Ticket,
    Wish,
    WishChannel,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
MARCH, APRIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC)
COMPANY = Experience.default()
ARTICLE = Candidate(
    id="reset",
    version="1",
    title="Reset",
    url=None,
    category=None,
    passage_number=0,
    passage="Open the page.",
    similarity=0.8,
    lexical=0.5,
    score=0.8,
)
TEXT = "I forgot my password"
DOCUMENT = Document(
    text=TEXT,
    subject=Span(0, 0),
    messages=(Span(0, len(TEXT)),),
    authors=(None,),
    sentences=(),
    language="en",
    language_probability=1.0,
    readability=Readability.READABLE,
    phone=None,
)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.open(tmp_path / "advisor.db")


def advice(number: int, *, promise: Promise | None = None, **changes: Any) -> Advice:
    """A ticket of a customer of its own; p runs from 0.35 to 0.94 over and over."""
    at = START + timedelta(hours=number)
    plain = Evidence(
        ticket_id=f"t-{number}",
        at=at,
        came_by=Channel.EMAIL,
        readability=Readability.READABLE,
        language="en",
        moment=Prediction(Moment.TECHNICAL_SUPPORT, 0.5),
        candidates=(ARTICLE,),
        p_resolve=0.35 + number % 60 / 100,
    )
    told = replace(plain, **changes)
    ticket = Ticket(id=told.ticket_id, body=TEXT, created_at=at, customer=Customer(id=f"c-{number}"))
    return Advice(ticket, DOCUMENT, told, decide(told, COMPANY, promise or Promise()))


def came(records: Records, advices: list[Advice], *, by: str | None = None) -> None:
    """Record tickets and that each was answered as it was advised, or with an article by somebody."""
    records.save(advices)
    for one in advices:
        action = Action.SELF_SERVICE if by is not None else one.recommendation.action
        handled = Handled(action=action, channel=Channel.EMAIL, by=by, at=one.ticket.created_at)
        assert records.outcomes.keep_handled("local", one.ticket.id, handled, told_by="import")


def told(records: Records, kind: OutcomeKind, *numbers: int, **changes: Any) -> None:
    outcomes = [
        Outcome(ticket_id=f"t-{number}", kind=kind, at=START + timedelta(hours=number + 1), **changes)
        for number in numbers
    ]
    assert [sentence for sentence in records.outcomes.add(outcomes, by="test") if sentence] == []


def found(records: Records, *, now: datetime = MARCH) -> Gathered:
    return gathered(records, ledger(records, COMPANY, now), COMPANY, now=now)


def test_who_came_back_or_was_handed_on_had_a_wrong_article_and_who_left_is_neither(records: Records) -> None:
    came(records, [advice(number) for number in range(10)])
    told(records, OutcomeKind.CONTRADICTED, 1, 2)
    told(records, OutcomeKind.HANDED_ON, 3)
    told(records, OutcomeKind.ABANDONED, 4, 5)
    told(records, OutcomeKind.CONFIRMED, 6)
    seen = found(records)
    assert [trial.wrong for trial in seen.trials] == [False, True, True, True, False, False, False, False]
    assert (len(seen.abandoned), seen.open) == (2, 0)
    assert {trial.way for trial in seen.trials} == {Way.BY_COST}
    assert [trial.p for trial in seen.trials[:2]] == [0.35, 0.36]


def test_nothing_counts_before_its_window_has_closed(records: Records) -> None:
    came(records, [advice(number) for number in range(4)])
    told(records, OutcomeKind.CONTRADICTED, 1)
    soon = found(records, now=START + timedelta(days=3))
    assert (soon.trials, soon.open) == ((), 4)


def test_articles_that_were_wished_for_are_counted_apart(records: Records) -> None:
    wish = Wish(channel=WishChannel.SELF_SERVICE, stance=Stance.WANTS)
    came(records, [advice(0), advice(1, wishes=(wish,)), advice(2, wishes=(wish,))])
    told(records, OutcomeKind.CONTRADICTED, 2)
    seen = found(records)
    assert (len(seen.trials), seen.by_wish) == (1, Tally(2, 1))


def test_articles_that_agents_sent_on_their_own_certify_nothing_and_pilots_do(records: Records) -> None:
    angry = (Prediction("angry", 0.5),)  # the bar is then 0.41
    came(records, [advice(0, p_resolve=0.36, tones=angry)], by="Ann")
    came(records, [advice(1, p_resolve=0.25, persona="hands_on")], by=PILOT)  # the bar is 0.23, the threshold 0.3
    came(records, [advice(2, p_resolve=0.1)], by=PILOT)
    seen = found(records)
    assert [(trial.way, trial.p, trial.cover) for trial in seen.trials] == [(Way.PILOTED, 0.25, 0.0)]
    assert (seen.by_agents, seen.outside) == (1, 1)


def test_verdicts_of_agents_on_tickets_that_were_drawn_before_are_audits(records: Records) -> None:
    came(records, [advice(number, p_resolve=0.25, persona="hands_on") for number in range(3)])
    records.audits.draw([("local", f"t-{number}", "heard", 1.0) for number in range(3)], sample="march", at=START)
    records.audits.label(records.audits.open()[0].id, [], by="Bo", at=MARCH)
    told(records, OutcomeKind.WOULD_ANSWER, 0)
    told(records, OutcomeKind.WOULD_NOT_ANSWER, 1)
    assert [(trial.at.hour, trial.way, trial.wrong) for trial in found(records).trials] == [
        (0, Way.AUDITED, False),
        (1, Way.AUDITED, True),
    ]


def test_a_verdict_that_was_volunteered_certifies_nothing_and_is_shown_beside(records: Records) -> None:
    came(records, [advice(number, p_resolve=0.25, persona="hands_on") for number in range(3)])
    told(records, OutcomeKind.WOULD_ANSWER, 0, 1)
    told(records, OutcomeKind.WOULD_NOT_ANSWER, 2)
    drawn_after = START + timedelta(hours=2)  # when the verdict on t-1 was given
    records.audits.draw([("local", "t-1", "heard", 1.0)], sample="march", at=drawn_after)
    seen = found(records)
    assert (seen.trials, seen.volunteered) == ((), Tally(3, 1))
    shown = situation(records, COMPANY, now=MARCH)
    assert (shown.outcomes, shown.sides.volunteered) == (0, Tally(3, 1))
    assert "Verdicts, apart    1 wrong of 3 (33.3%)" in promise_text(shown)


def test_a_wished_article_that_came_back_in_its_thread_stays_a_wished_one(records: Records) -> None:
    wish = Wish(channel=WishChannel.SELF_SERVICE, stance=Stance.WANTS)
    came(records, [advice(0, wishes=(wish,))])
    records.save([advice(0, wishes=(wish,), failures=(Failure("reset", None),))])
    seen = found(records)
    assert (seen.trials, seen.by_wish, seen.by_agents) == ((), Tally(1, 1), 0)


@pytest.mark.parametrize(("became", "trials"), [(OutcomeKind.CONTRADICTED, [True]), (OutcomeKind.ABANDONED, [])])
def test_the_first_ticket_of_a_matter_speaks_even_where_it_says_nothing(
    records: Records, became: OutcomeKind, trials: list[bool]
) -> None:
    came(records, [advice(number) for number in range(3)])
    told(records, became, 0)
    entries = [replace(entry, matter="one and the same") for entry in ledger(records, COMPANY, MARCH)]
    for order in (entries, entries[::-1]):
        assert [trial.wrong for trial in gathered(records, order, COMPANY, now=MARCH).trials] == trials


def test_a_thread_that_came_back_is_judged_by_the_advice_that_sent_the_article(records: Records) -> None:
    came(records, [advice(0)])
    records.save([advice(0, failures=(Failure("reset", None),))])
    last = records.last("t-0")
    assert last is not None
    assert last.recommendation.action is Action.LIVE_HUMAN
    assert [(trial.p, trial.wrong) for trial in found(records).trials] == [(0.35, True)]


def test_a_look_certifies_puts_in_force_and_is_kept(records: Records) -> None:
    came(records, [advice(number) for number in range(800)])
    before = situation(records, COMPANY, now=MARCH)
    assert (before.state, before.looks, before.outcomes, before.certified) == (PromiseState.NOT_YET, 0, 800, None)
    assert before.threshold == COMPANY.promise.shipped_threshold
    assert before.prospect.is_good
    after = take_look(records, COMPANY, now=MARCH)
    assert (after.state, after.looks, after.certified, after.set_aside) == (PromiseState.KEPT, 1, MARCH, False)
    assert (after.threshold, in_force(records).threshold) == (0.35, 0.35)
    assert after.report is not None
    assert after.report.arrangement is Arrangement.EVERYWHERE
    assert after.sides.sent == Tally(800, 0)
    assert msgspec.json.decode(msgspec.json.encode(after))["state"] == "kept"


def test_showing_spends_no_look(records: Records) -> None:
    came(records, [advice(number) for number in range(300)])
    for _ in range(3):
        situation(records, COMPANY, now=MARCH)
    assert (records.promises.looks(), in_force(records)) == ([], Promise())


def test_a_second_look_within_thirty_days_is_refused_with_the_day_from_which_it_may_be_taken(records: Records) -> None:
    came(records, [advice(number) for number in range(800)])
    take_look(records, COMPANY, now=MARCH)
    with pytest.raises(AdvisorError, match="the last was on 2026-03-01: come back on 2026-03-31"):
        take_look(records, COMPANY, now=MARCH + timedelta(days=29))
    again = take_look(records, COMPANY, now=MARCH + timedelta(days=30))
    assert again.report is not None
    assert (again.looks, again.report.arrangement, again.certified) == (2, Arrangement.STANDING, MARCH)


def test_a_look_that_could_certify_nothing_is_not_spent(records: Records) -> None:
    came(records, [advice(number) for number in range(163)])
    with pytest.raises(AdvisorError, match="a look needs at least 164 outcomes, there are 163: no look was spent"):
        take_look(records, COMPANY, now=MARCH)
    assert records.promises.looks() == []


def test_a_look_that_comes_too_early_is_refused_unless_it_is_asked_for(records: Records) -> None:
    came(records, [advice(number) for number in range(400)])
    told(records, OutcomeKind.CONTRADICTED, *range(0, 400, 30))
    with pytest.raises(AdvisorError, match=r"would likely certify 0% .* later 100%.*--early; no look was spent"):
        take_look(records, COMPANY, now=MARCH)
    taken = take_look(records, COMPANY, now=MARCH, early=True)
    assert (taken.looks, taken.state) == (1, PromiseState.NOT_YET)


def test_abandoned_tickets_are_shown_beside_with_what_they_would_make_of_the_share(records: Records) -> None:
    came(records, [advice(number) for number in range(200)])
    told(records, OutcomeKind.CONTRADICTED, *range(0, 4))
    told(records, OutcomeKind.ABANDONED, *range(10, 20))
    sides = situation(records, COMPANY, now=MARCH).sides
    assert (sides.sent, sides.abandoned) == (Tally(190, 4), 10)
    assert sides.if_all_wrong == pytest.approx(14 / 200)


def test_a_drift_withdraws_the_promise_and_the_last_threshold_stays(records: Records) -> None:
    came(records, [advice(number) for number in range(800)])
    kept = take_look(records, COMPANY, now=MARCH)
    promise = in_force(records)
    late = [advice(number, promise=promise) for number in range(1400, 1500)]
    came(records, late)
    told(records, OutcomeKind.CONTRADICTED, *range(1400, 1500, 4))
    quiet = situation(records, COMPANY, now=MARCH + timedelta(days=1))
    assert quiet.watch is not None
    assert (quiet.watch.n, quiet.withdrawn_now, quiet.state) == (0, False, PromiseState.KEPT)
    lost = situation(records, COMPANY, now=APRIL)
    assert (lost.withdrawn_now, lost.state, lost.threshold) == (True, PromiseState.WITHDRAWN, kept.threshold)
    assert in_force(records).state is PromiseState.WITHDRAWN
    later = situation(records, COMPANY, now=APRIL)
    assert (later.withdrawn_now, later.watch, later.state) == (False, None, PromiseState.WITHDRAWN)


def test_what_another_file_certified_does_not_stand_for_this_one(records: Records) -> None:
    came(records, [advice(number) for number in range(800)])
    take_look(records, COMPANY, now=MARCH)
    other = replace(COMPANY, fingerprint="another", wrong_cost=replace(COMPANY.wrong_cost, per_severity=0.5))
    seen = situation(records, other, now=APRIL)
    assert (seen.set_aside, seen.state, seen.watch) == (True, PromiseState.WITHDRAWN, None)
    assert seen.threshold == max(COMPANY.promise.shipped_threshold, in_force(records).threshold)
    assert in_force(records).state is PromiseState.KEPT
    again = take_look(records, other, now=APRIL)
    assert (again.certified, again.set_aside, again.state) == (APRIL, False, PromiseState.KEPT)


def test_an_incident_does_not_touch_the_promise(records: Records) -> None:
    came(records, [advice(number) for number in range(800)])
    take_look(records, COMPANY, now=MARCH)
    incident = Incident(id="i", text="Down.", examples=(), article=None, opened=None, until=None)
    other = replace(COMPANY, fingerprint="another", incidents=(incident,))
    seen = situation(records, other, now=APRIL)
    assert (seen.set_aside, seen.state, seen.watch is not None) == (False, PromiseState.KEPT, True)
    again = take_look(records, other, now=APRIL)
    assert again.report is not None
    assert (again.report.arrangement, again.certified) == (Arrangement.STANDING, MARCH)


def test_after_a_withdrawal_only_tickets_that_came_since_may_certify(records: Records) -> None:
    came(records, [advice(number) for number in range(800)])
    take_look(records, COMPANY, now=MARCH)
    came(records, [advice(number, promise=in_force(records)) for number in range(1400, 1500)])
    told(records, OutcomeKind.CONTRADICTED, *range(1400, 1500, 4))
    lost = situation(records, COMPANY, now=APRIL)
    assert (lost.last_withdrawal, lost.outcomes, lost.older, lost.curve) == (APRIL, 0, 900, ())
    assert "only tickets that came since 2026-04-15 may certify; 900 older ones may not" in promise_text(lost)
    with pytest.raises(
        AdvisorError, match="outcomes of tickets that came since the withdrawal on 2026-04-15, there are 0"
    ):
        take_look(records, COMPANY, now=APRIL, early=True)
    first, june = int((APRIL - START).total_seconds()) // 3600, APRIL + timedelta(days=60)
    came(records, [advice(number, promise=in_force(records)) for number in range(first, first + 800)])
    for now in (june, june + MONTH):
        taken = take_look(records, COMPANY, now=now)
        assert taken.report is not None
        assert (taken.state, taken.report.outcomes, taken.older) == (PromiseState.KEPT, 800, 900)
