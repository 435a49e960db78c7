"""Outcomes become a promise. `outcome(n)` came n hours into January 2026; p, bar and moment are as the test says."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import pi
from typing import Any

import pytest
from decision_builders import COMPANY, COMPANY_FILE, advise, evidence, refuses, wants
from decision_strategies import ANY, SHARES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binom

from advisor.decision.binomial import at_most, least_clean, needed_outcomes, upper_bound
from advisor.decision.budget import certify, certify_trials, holm, look_error, missing_outcomes, prospect
from advisor.decision.experience import Experience
from advisor.decision.ideals import PromiseTerms
from advisor.decision.logs import candidates, counts
from advisor.decision.policy import BY_COST, Labelled, Trial, Way, costs_of, replayed, trials_of
from advisor.decision.report import Arrangement, Part, Report
from advisor.errors import ExperienceError
from advisor.types import Action, Evidence, Moment, Promise, PromiseState

START = datetime(2026, 1, 1, tzinfo=UTC)
TERMS = PromiseTerms(share=0.05, confidence=0.95, shipped_threshold=0.3)
KEPT = Promise(state=PromiseState.KEPT, threshold=0.9, fingerprint="before")


def outcome(number: int, *, told: Evidence | None = None, **changes: Any) -> Labelled:
    at = START + timedelta(hours=number)
    plain = Labelled(
        at=at,
        closes=at + timedelta(days=14),
        evidence=told or evidence(),
        wrong=False,
        matter=f"matter {number}",
        way=Way.BY_COST,
        needed_then=0.75,
        under="file, promise",
    )
    return replace(plain, **changes)


def trial(number: int, p: float, *, wrong: bool = False, **changes: Any) -> Trial:
    at = START + timedelta(hours=number)
    plain = Trial(
        at=at,
        closes=at + timedelta(days=14),
        p=p,
        bar=0.2,
        moment=Moment.BILLING,
        wrong=wrong,
        way=Way.BY_COST,
        cover=0.3,
        under="file, promise",
    )
    return replace(plain, **changes)


def log(count: int, **changes: Any) -> list[Trial]:
    """Tickets whose p runs from 0.30 to 0.99 over and over."""
    return [trial(number, 0.3 + number % 70 / 100, **changes) for number in range(count)]


def look(trials: list[Trial], **changes: Any) -> tuple[Promise, Report]:
    told: dict[str, Any] = {"look": 1, "before": Promise(), "standing": True, "experience": "file"}
    return certify_trials(sorted(trials, key=lambda one: one.at), TERMS, **(told | changes))


def whole(report: Report) -> Part:
    return report.parts[0]


@pytest.mark.parametrize("n", [1, 7, 60, 3_000, 100_000])
@pytest.mark.parametrize("share", [0.001, 0.05, 0.5, 0.97])
def test_the_binomial_tail_is_exact(n: int, share: float) -> None:
    for wrong in sorted({0, 1, n // 50, int(n * share * 0.8), int(n * share), int(n * share * 1.1), n - 1, n}):
        assert at_most(wrong, n, share) == pytest.approx(float(binom.cdf(wrong, n, share)), rel=1e-8, abs=1e-300)
    assert (at_most(-1, n, share), at_most(0, n, 0.0), at_most(n - 1, n, 1.0)) == (0.0, 1.0, 0.0)


def test_upper_bounds_are_those_of_clopper_and_pearson() -> None:
    assert upper_bound(0, 59, error=0.05) == pytest.approx(0.0495, abs=1e-4)
    for wrong, n, error in ((2, 100, 0.05), (30, 900, 0.001), (1, 2, 0.2)):
        assert upper_bound(wrong, n, error=error) == pytest.approx(float(beta.ppf(1 - error, wrong + 1, n - wrong)))
    assert (upper_bound(3, 3, error=0.05), upper_bound(0, 0, error=0.05)) == (1.0, 1.0)


def test_fifty_nine_without_a_wrong_one_show_less_than_five_percent() -> None:
    assert least_clean(0.05, 0.05) == 59
    assert 0.95**59 <= 0.05 < 0.95**58


@pytest.mark.parametrize("true_share", [0.0, 0.01, 0.02, 0.03])
def test_the_needed_number_is_the_first_that_has_the_power(true_share: float) -> None:
    def power(n: int) -> float:
        most = int(binom.ppf(0.002, n, 0.05)) + 1
        while binom.cdf(most, n, 0.05) > 0.002:
            most -= 1
        return float(binom.cdf(most, n, true_share)) if most >= 0 else 0.0

    n = needed_outcomes(0.05, 0.002, true_share)
    assert power(n) >= 0.8
    assert all(power(fewer) < 0.8 for fewer in range(max(1, n - 150), n))


def test_no_number_of_outcomes_shows_what_is_not_so() -> None:
    with pytest.raises(ValueError, match=r"from 0 to below the share 0\.05, was: 0\.05"):
        needed_outcomes(0.05, 0.002, 0.05)


@given(ANY, SHARES)
@settings(max_examples=400, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_replay_tells_what_decide_does_at_every_threshold(told: Evidence, threshold: float) -> None:
    found = replayed(outcome(0, told=told), COMPANY)
    for asked in {threshold, 0.0, 1.0, found.bar if found else 0.5, found.p if found else 0.5}:
        advice = advise(told, promise=Promise(state=PromiseState.KEPT, threshold=asked))
        by_cost = advice.action is Action.SELF_SERVICE and advice.reasons[0].code in BY_COST
        assert by_cost is (found is not None and found.is_sent(asked))


def test_what_was_wished_or_cannot_be_sent_by_cost_belongs_to_no_policy() -> None:
    assert replayed(outcome(0, told=evidence(wants("self_service"))), COMPANY) is None
    assert replayed(outcome(0, told=evidence(refuses("self_service"))), COMPANY) is None
    assert replayed(outcome(0, told=evidence(p=0.74)), COMPANY) is None
    assert replayed(outcome(0, told=evidence(candidates=())), COMPANY) is None


def test_a_ticket_covers_only_from_what_it_had_to_reach_where_the_bar_is_lower_today() -> None:
    covers = {
        (way, needed): found.cover
        for way in Way
        for needed in (0.6, 0.75, 0.85)
        if (found := replayed(outcome(0, way=way, needed_then=needed), COMPANY)) is not None
    }
    assert {key: cover for key, cover in covers.items() if cover} == {(Way.BY_COST, 0.85): 0.85}
    assert len(covers) == 9


def test_only_the_first_ticket_of_a_customer_and_matter_counts() -> None:
    told = [outcome(5, matter="a", wrong=True), outcome(2, matter="a"), outcome(3, matter="b", wrong=True)]
    assert [(found.at, found.wrong) for found in trials_of(told, COMPANY)] == [
        (START + timedelta(hours=2), False),
        (START + timedelta(hours=3), True),
    ]


def test_candidates_stand_at_tenths_of_the_older_half_and_fall_together_where_they_tie() -> None:
    assert candidates([trial(number, number / 100) for number in range(1, 101)]) == [
        (10 * tenth + 1) / 100 for tenth in range(9, -1, -1)
    ]
    assert candidates([trial(number, 0.5) for number in range(40)]) == [0.5]
    assert candidates([]) == []


def test_holm_holds_the_smallest_p_value_against_its_share_of_the_error_and_stops_at_the_first_that_fails() -> None:
    assert holm([0.01, 0.04, 0.03], 0.05) == pytest.approx([0.05 / 3, 0.05 / 2, 0.05 / 2])
    assert holm([0.01, 0.04, 0.02], 0.05) == pytest.approx([0.05 / 3, 0.05, 0.05 / 2])
    assert holm([], 0.05) == []


def test_all_looks_together_spend_what_the_confidence_leaves() -> None:
    spent = [look_error(TERMS, number) for number in range(1, 2001)]
    assert spent[0] == pytest.approx(0.05 * 6 / pi**2)
    assert 0.0499 < sum(spent) < 0.05


@pytest.mark.parametrize(("name", "value"), [("share", 0.0), ("share", 1.0), ("confidence", 1.0)])
def test_terms_that_leave_nothing_to_certify_are_refused(name: str, value: float) -> None:
    with pytest.raises(ExperienceError, match=rf"promise.{name} must be above 0 and below 1 to be certified, was: "):
        look_error(replace(TERMS, **{name: value}), 1)


def test_outcomes_without_a_wrong_one_certify_the_lowest_threshold_that_was_used() -> None:
    promise, report = look(log(700))
    assert (promise.state, promise.threshold, promise.thresholds) == (PromiseState.KEPT, 0.3, ())
    assert report.arrangement is Arrangement.EVERYWHERE
    last = whole(report).rows[-1]
    assert (last.threshold, last.coverage, last.n, last.wrong, last.certified) == (0.3, 1.0, 350, 0, True)
    assert last.p_value == pytest.approx(0.95**350)
    assert last.upper == pytest.approx(1 - last.level ** (1 / 350), abs=1e-6)


def test_what_is_certified_has_its_upper_bound_under_the_promised_share() -> None:
    trials = [replace(one, wrong=number % 31 == 0) for number, one in enumerate(log(6000))]
    rows = [row for row in whole(look(trials)[1]).rows if row.level]
    assert {row.certified for row in rows} == {True, False}
    assert all((row.upper <= 0.05) is row.certified for row in rows)


def test_a_whole_policy_is_tested_though_the_surest_tickets_are_the_wrong_ones() -> None:
    trials = [replace(one, wrong=one.p > 0.95 and number % 2 == 0) for number, one in enumerate(log(7000))]
    promise, report = look(trials)
    rows = whole(report).rows
    assert (rows[0].certified, rows[0].share > 0.2) == (False, True)
    assert (rows[-1].certified, promise.threshold) == (True, 0.3)


def test_too_few_outcomes_certify_nothing_and_leave_the_promise_as_it_was() -> None:
    minimum = least_clean(0.05, look_error(TERMS, 1) / 2)
    assert minimum == 82
    few, enough = [trial(number, 0.8) for number in range(2 * minimum - 2)], [trial(n, 0.8) for n in range(2 * minimum)]
    before = Promise()
    promise, report = look(few, before=before)
    assert promise is before
    assert (report.arrangement, whole(report).minimum) == (Arrangement.NONE, 82)
    assert [(row.n, row.level, row.certified) for row in whole(report).rows] == [(81, 0.0, False)]
    assert look(enough)[0].state is PromiseState.KEPT
    assert look([])[0] == Promise()


def test_candidates_that_could_not_be_certified_at_all_take_nothing_from_the_others() -> None:
    rows = whole(look(log(240))[1]).rows
    tried = [row for row in rows if row.level]
    assert [row.n for row in tried] == [108, 120]
    assert min(row.level for row in tried) == pytest.approx(look_error(TERMS, 1) / 4)


def test_nothing_is_certified_below_what_the_log_covers() -> None:
    strict = [replace(one, cover=0.6, under="a stricter promise") for one in log(1400) if one.p >= 0.6]
    assert look(strict)[0].threshold >= 0.6
    lax = [replace(one, at=one.at - timedelta(days=100)) for one in log(140)]
    both = [row for row in whole(look(lax + strict)[1]).rows if row.threshold < 0.6]
    assert all(row.n == 0 or not row.certified for row in both)


def test_a_later_look_needs_more_and_its_fingerprint_says_what_it_rests_on() -> None:
    first, again, second = look(log(700))[0], look(log(700))[0], look(log(700), look=2)[0]
    assert first == again
    assert len({first.fingerprint, second.fingerprint, look(log(701))[0].fingerprint}) == 3
    assert look(log(200), look=1)[0].state is PromiseState.KEPT
    assert look(log(200), look=9)[0].state is PromiseState.NOT_YET


def test_a_promise_from_before_stays_where_it_gives_as_many_articles_and_the_file_is_the_same() -> None:
    wide = replace(KEPT, threshold=0.3)
    promise, report = look(log(700), before=wide, look=2)
    assert promise is wide
    assert report.arrangement is Arrangement.STANDING
    assert look(log(700), before=KEPT, look=2)[0].threshold == 0.3
    assert look(log(700), before=wide, look=2, standing=False)[0].fingerprint not in ("before", "shipped-1")
    lost = replace(wide, state=PromiseState.WITHDRAWN)
    assert look(log(700), before=lost, look=2)[0].state is PromiseState.KEPT


def test_moments_get_their_own_threshold_where_they_and_the_rest_are_certified_and_more_is_sent() -> None:
    billing = log(3500)
    technical = [
        replace(one, moment=Moment.TECHNICAL_SUPPORT, wrong=one.p < 0.8 and number % 3 == 0)
        for number, one in enumerate(log(3000))
    ]
    promise, report = look(billing + technical)
    assert report.arrangement is Arrangement.BY_MOMENT
    assert [part.name for part in report.parts] == ["all", "billing", "rest"]
    assert promise.thresholds == ((Moment.BILLING, 0.3),)
    assert 0.75 < promise.threshold < 0.86
    mine = {row.moment: row for row in report.moments}
    assert (mine[Moment.BILLING].own, mine[Moment.BILLING].n, mine[Moment.BILLING].wrong) == (True, 1875, 0)
    assert (mine[Moment.TECHNICAL_SUPPORT].own, mine[Moment.TECHNICAL_SUPPORT].threshold) == (False, promise.threshold)


def test_a_moment_is_not_taken_out_of_the_common_share_while_the_rest_cannot_stand_without_it() -> None:
    billing = log(9000)
    technical = [
        replace(one, moment=Moment.TECHNICAL_SUPPORT, wrong=number % 10 == 0, at=START + timedelta(hours=4 * number))
        for number, one in enumerate(log(2000))
    ]
    promise, report = look(billing + technical)
    assert report.parts[1].chosen == 0.3
    assert report.parts[2].chosen is None
    assert (report.arrangement, promise.thresholds) == (Arrangement.EVERYWHERE, ())


def test_audits_speak_for_the_band_below_the_log_and_both_must_pass() -> None:
    sent = [one for one in log(1400) if one.p >= 0.6]
    sent = [replace(one, cover=0.6) for one in sent]
    audits = [replace(one, way=Way.AUDITED, cover=0.0, under="audited") for one in log(1400) if one.p < 0.6]
    promise, report = look(sent + audits)
    assert promise.threshold == 0.3
    last = whole(report).rows[-1]
    assert (last.band, last.wrong, last.certified) == (True, 0, True)
    assert last.n == sum(one.p < 0.6 for one in audits[len(audits) // 2 :])
    bad_below = look(sent + [replace(one, wrong=number % 5 == 0) for number, one in enumerate(audits)])[0]
    assert (bad_below.state, bad_below.threshold >= 0.6) == (PromiseState.KEPT, True)
    bad_above = look([replace(one, wrong=number % 5 == 0) for number, one in enumerate(sent)] + audits)
    assert bad_above[0].state is PromiseState.NOT_YET


def test_audits_above_the_log_fill_in_what_agents_have_kept_back() -> None:
    audits = [replace(one, way=Way.AUDITED, cover=0.0, under="audited", wrong=True) for one in log(70)]
    found = counts(log(700), [], on=[*log(700), *audits])[-1]
    assert (found.threshold, found.tally.n, found.tally.wrong, found.band) == (0.3, 770, 70, False)


def test_pilots_cover_what_they_were_sent_for() -> None:
    strict = [replace(one, cover=0.8) for one in log(1400) if one.p >= 0.8]
    pilots = [replace(one, way=Way.PILOTED, cover=0.0, under="piloted") for one in log(1400)]
    assert look(strict + pilots)[0].threshold == pytest.approx(0.3)


def test_the_table_of_missing_outcomes_counts_both_halves() -> None:
    level = look_error(TERMS, 1) / 2 / 10
    needed = [2 * needed_outcomes(0.05, level, share) for share in (0.01, 0.02, 0.03, 0.04)]
    rows = missing_outcomes(TERMS, look=1, have=1000)
    assert [row.true_share for row in rows] == pytest.approx([0.01, 0.02, 0.03, 0.04])
    assert [row.needed for row in rows] == needed == [560, 1150, 2870, 12670]
    assert [row.missing for row in rows] == [0, 150, 1870, 11670]


@given(st.lists(st.booleans(), min_size=200, max_size=200))
@settings(max_examples=25, deadline=None, database=None)
def test_whether_to_look_is_told_by_the_older_half_alone(labels: list[bool]) -> None:
    trials = log(400)
    relabelled = [replace(one, wrong=wrong) for one, wrong in zip(trials[200:], labels, strict=True)]
    assert prospect([*trials[:200], *relabelled], TERMS, look=1) == prospect(trials, TERMS, look=1)


def test_a_look_is_worth_it_once_it_would_likely_certify_most_of_what_may_be_hoped_for() -> None:
    def mixed(count: int) -> list[Trial]:
        return [replace(one, wrong=number % 33 == 0) for number, one in enumerate(log(count))]

    soon, late = prospect(mixed(600), TERMS, look=1), prospect(mixed(7000), TERMS, look=1)
    assert (soon.is_good, soon.likely) == (False, 0.0)
    assert (late.is_good, late.hoped) == (True, 1.0)
    assert not prospect([], TERMS, look=1).is_good


def test_certify_replays_what_was_sent_by_the_file_of_today() -> None:
    told = [outcome(number, told=evidence(p=0.76 + number % 20 / 100)) for number in range(400)]
    promise, report = certify(told, COMPANY, look=1, before=Promise())
    assert (promise.state, promise.threshold, report.outcomes) == (PromiseState.KEPT, 0.76, 400)
    assert (report.experience, promise.costs) == (COMPANY.fingerprint, costs_of(COMPANY))
    assert {row.moment: row.n for row in report.moments if row.n} == {Moment.TECHNICAL_SUPPORT: 200}


def test_the_costs_are_those_of_the_decision_and_not_the_words_or_hours_of_the_file() -> None:
    costs = costs_of(COMPANY)
    text = COMPANY_FILE.read_text(encoding="utf-8")

    def changed(old: str, new: str) -> str:
        assert old in text
        return costs_of(Experience.parse(text.replace(old, new, 1), name="x"))

    for old, new in (
        ("per_severity = 5.0", "per_severity = 5.5"),
        ("wrong_cost = 25.0", "wrong_cost = 26.0"),
        ("floor = 0.4", "floor = 0.45"),
        ("floor = 0.4", "floor = 0.4\nonly_when_promised = true"),
        ("wrong_cost_times = 0.5", "wrong_cost_times = 0.55"),
        ("shipped_threshold = 0.5", "shipped_threshold = 0.6"),
        ('topics = ["Refunds"]', 'topics = ["Refunds", "Fees"]'),
    ):
        assert changed(old, new) != costs, new
    assert changed("help_from = 0.2", "help_from = 0.3") == costs
    assert changed('["mon-fri 08:00-20:00"]', '["mon-fri 09:00-20:00"]') == costs


def test_the_decision_loads_no_library_for_numbers() -> None:
    program = (
        "import sys, advisor.decision.budget, advisor.decision.drift; print({'scipy', 'numpy'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "set()\n"
