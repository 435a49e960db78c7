"""Blind labels: drawing, writing them down, the reader's recall, and the corrected figure."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from decision_builders import COMPANY, TUESDAY, evidence, on_file, refuses, wants
from decision_strategies import WISHES
from hypothesis import given, settings
from hypothesis import strategies as st
from insight_builders import DAY, LATER, keep, opened, person

from advisor.decision.case import Case
from advisor.errors import AdvisorError
from advisor.insight.audit import (
    agree,
    draw,
    drawn_of,
    heard_in,
    label_of,
    of_one_draw,
    relabelled,
    wishes_in,
    wishes_of,
)
from advisor.insight.compliance import compliance
from advisor.insight.correction import HEARD, NOT_HEARD, Drawn, Population, corrected
from advisor.insight.intervals import Share
from advisor.records import Audit, Records
from advisor.types import Handled, Promise, Wish


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """Ten tickets in which a call is heard, every second one called; thirty in which nothing is heard, all e-mailed."""
    records = opened(tmp_path)
    for place in range(10):
        keep(
            records,
            f"w-{place}",
            wants("phone"),
            handled=person("phone" if place % 2 else "email"),
            customer=f"c-{place}",
        )
    for place in range(30):
        keep(records, f"n-{place}", handled=person("email"), customer=f"d-{place}")
    return records


def drawn(stratum: str = NOT_HEARD, *, honoured: int = 0, known: int = 0, said: int = 0, heard: int = 0) -> Drawn:
    return Drawn(stratum=stratum, weight=1.0, honoured=honoured, known=known, said=said, heard=heard)


def labelled(rows: list[dict[str, object]]) -> Audit:
    return Audit(
        id="1",
        sample="s",
        source="local",
        ticket_id="t-1",
        stratum=HEARD,
        weight=2.0,
        drawn_at=LATER,
        label=json.dumps(rows),
        by="Cy",
        at=LATER,
    )


def label(records: Records, audit: Audit, keys: str) -> None:
    records.audits.label(audit.id, label_of(wishes_in(keys)), by="Cy", at=LATER)


def test_half_is_drawn_of_each_stratum_with_the_tickets_that_each_stands_for(records: Records) -> None:
    rows = draw(records, 11, seed=1, now=LATER)
    assert Counter(stratum for _, _, stratum, _ in rows) == {HEARD: 5, NOT_HEARD: 6}
    assert {stratum: weight for _, _, stratum, weight in rows} == {HEARD: 2.0, NOT_HEARD: 5.0}
    assert {row[1][0] for row in rows if row[2] == HEARD} == {"w"}
    assert [(one.ticket_id, one.stratum) for one in records.audits.open()] == [(row[1], row[2]) for row in rows]


def test_where_one_stratum_is_too_small_the_other_takes_the_rest(records: Records) -> None:
    assert Counter(row[2] for row in draw(records, 36, seed=1, now=LATER)) == {HEARD: 10, NOT_HEARD: 26}
    assert Counter(row[2] for row in draw(records, 36, seed=1, now=LATER)) == {NOT_HEARD: 4}  # none is drawn twice
    with pytest.raises(AdvisorError, match="there is no ticket left to draw"):
        draw(records, 1, seed=1, now=LATER)


def test_the_same_seed_draws_the_same_and_the_strata_are_mixed(tmp_path: Path) -> None:
    found = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        records = opened(tmp_path / name)
        for place in range(20):
            keep(records, f"t-{place}", *([wants("phone")] if place % 2 else []), customer=f"c-{place}")
        found.append(draw(records, 10, seed=5, now=LATER))
    assert found[0] == found[1]
    assert [row[2] for row in found[0]] != sorted(row[2] for row in found[0])


@pytest.mark.parametrize(
    ("keys", "wishes"),
    [
        ("n", []),
        ("t", [("phone", "wants", 1)]),
        ("a t", [("self_service", "wants", 1), ("phone", "wants", 2)]),
        ("tA", [("phone", "wants", 1), ("self_service", "refuses", 1)]),
        ("P,e", [("person", "refuses", 1), ("email", "wants", 1)]),
    ],
)
def test_a_label_is_typed_in_letters_and_kept_as_wishes(keys: str, wishes: list[tuple[str, str, int]]) -> None:
    found = wishes_in(keys)
    assert [(one.channel, one.stance, one.order) for one in found] == wishes
    assert wishes_of(labelled(label_of(found))) == found


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ("x", "must be of the keys a e c t p or n alone"),
        ("tT", "named once"),
        ("", "must not be empty"),
        ("nt", "alone"),
    ],
)
def test_a_label_that_cannot_be_read_is_refused(keys: str, rule: str) -> None:
    with pytest.raises(AdvisorError, match=rule):
        wishes_in(keys)


def test_a_label_takes_the_place_of_what_was_heard_and_leaves_the_file_alone() -> None:
    filed = on_file(refuses("email"))
    told = evidence(wants("phone"), filed)
    assert relabelled(told, wishes_in("t")) is told
    assert relabelled(told, wishes_in("A")).wishes == (*wishes_in("A"), filed)
    assert relabelled(told, ()).wishes == (filed,)


def test_an_order_that_differs_is_no_agreement_and_one_that_is_finer_is() -> None:
    assert agree([wants("phone"), wants("chat")], wishes_in("ct"))  # heard without an order
    assert not agree([wants("phone"), wants("chat", order=2)], wishes_in("ct"))
    assert not agree([wants("phone")], wishes_in("T"))


def test_a_missed_wish_moves_the_figure_by_its_weight_and_by_what_was_done() -> None:
    """90 of 100 known are honoured; of 300 tickets without a wish 3 are labelled, and one holds a missed one."""
    counted, population = Share.of_counts(90, 100), Population(heard=100, not_heard=300)
    silent = [drawn(), drawn()]
    breached = corrected(counted, population, [*silent, drawn(known=1, said=1)], seed=1)
    assert breached.share is not None
    assert breached.share.value == pytest.approx(90 / 200)  # a third of 300 are taken to be breaches
    honoured = corrected(counted, population, [*silent, drawn(honoured=1, known=1, said=1)], seed=1)
    assert honoured.share is not None
    assert honoured.share.value == pytest.approx(190 / 200)


def test_recall_weighs_the_strata_by_their_tickets() -> None:
    """Heard 1 of 1 in a stratum of 100; missed 1 in 3 tickets of 300: 100 of 200 wishes are heard."""
    population = Population(heard=100, not_heard=300)
    labels = [drawn(HEARD, said=1, heard=1), drawn(), drawn(), drawn(known=1, said=1)]
    found = corrected(Share.of_counts(90, 100), population, labels, seed=1)
    assert found.recall is not None
    assert found.recall.value == pytest.approx(0.5)
    assert found.labels == {HEARD: 1, NOT_HEARD: 3}
    assert found.wishes == 2


def test_too_few_labels_are_said_and_few_without_a_miss_are_no_certainty() -> None:
    counted, population = Share.of_counts(90, 100), Population(heard=100, not_heard=300)
    few = corrected(counted, population, [drawn(HEARD, said=1, heard=1), *[drawn()] * 9], seed=1)
    assert few.share is not None
    assert few.share.value == 0.9
    assert few.share.low < 0.75  # ten labels leave room for many misses
    assert few.too_few == (
        "1 labels where the reader heard a wish, of at least 30",
        "9 labels where the reader heard none, of at least 30",
        "1 labelled wishes, of at least 10",
    )
    many = corrected(counted, population, [*[drawn(HEARD, said=1, heard=1)] * 100, *[drawn()] * 300], seed=1)
    assert many.share is not None
    assert many.share.low > 0.86
    assert many.too_few == ()


def test_intervals_are_the_same_for_one_seed() -> None:
    counted, population = Share.of_counts(9, 10), Population(heard=10, not_heard=31)
    labels = [*[drawn()] * 17, drawn(known=1, said=1), *[drawn(HEARD, said=1, heard=1)] * 9]
    assert corrected(counted, population, labels, seed=3) == corrected(counted, population, labels, seed=3)
    assert corrected(counted, population, labels, seed=3) != corrected(counted, population, labels, seed=4)


FIGURES = st.builds(
    Drawn,
    stratum=st.sampled_from([HEARD, NOT_HEARD]),
    weight=st.floats(0.5, 50),
    honoured=st.integers(-1, 1),
    known=st.integers(-1, 1),
    said=st.just(2),
    heard=st.integers(0, 2),
)


@settings(deadline=None, database=None, max_examples=50)
@given(st.integers(0, 50), st.integers(0, 50), st.lists(FIGURES, min_size=1, max_size=12))
def test_whatever_the_labels_say_figures_are_shares_within_their_intervals(
    honoured: int, breached: int, labels: list[Drawn]
) -> None:
    found = corrected(Share.of_counts(honoured, honoured + breached), Population(60, 90), labels, seed=1)
    for one in (found.recall, found.share):
        assert one is None or 0.0 <= one.low <= one.value <= one.high <= 1.0


@settings(deadline=None, database=None, max_examples=50)
@given(
    st.lists(st.lists(WISHES, max_size=3), min_size=1, max_size=6), st.sampled_from([person("phone"), person(), None])
)
def test_a_perfect_reader_is_corrected_by_nothing(wished: list[list[Wish]], handled: Handled | None) -> None:
    labels = []
    for wishes in wished:
        case = Case.of(evidence(*wishes), COMPANY, Promise())
        heard = {wish.channel: wish for wish in heard_in(case.evidence)}
        if len(heard) < len(heard_in(case.evidence)):
            continue  # a reader says one thing of a channel
        ordered = sorted(heard.values(), key=lambda wish: wish.order)
        labels.append(drawn_of(labelled(label_of(ordered)), case, handled))
    if labels:
        found = corrected(Share.of_counts(7, 9), Population(20, 30), labels, seed=1)
        assert found.share is not None
        assert found.share.value == 7 / 9
        assert found.recall is None or found.recall.value == 1.0


def test_labels_correct_compliance_from_the_records(records: Records) -> None:
    """5 of 10 calls were made; a third of the silent tickets asked for a call as well, and none was made there."""
    draw(records, 40, seed=1, now=LATER)
    for audit in records.audits.open():
        silent = audit.ticket_id.startswith("n") and int(audit.ticket_id[2:]) % 3
        label(records, audit, "n" if silent else "t")
    found = compliance(records, COMPANY)
    assert found.all.share == Share.of_counts(5, 10)
    assert found.corrected is not None
    assert found.corrected.share is not None
    assert found.corrected.share.value == pytest.approx(5 / 20)
    assert found.corrected.recall is not None
    assert found.corrected.recall.value == pytest.approx(10 / 20)
    assert found.corrected.too_few == ()


def test_labels_outside_the_days_that_are_counted_say_nothing(records: Records) -> None:
    draw(records, 40, seed=1, now=LATER)
    for audit in records.audits.open():
        label(records, audit, "n")
    assert compliance(records, COMPANY, since=LATER).corrected is None
    assert compliance(records, COMPANY, since=TUESDAY).corrected is not None


@pytest.mark.slow
def test_the_interval_holds_the_truth_in_at_least_nineteen_of_twenty_draws() -> None:
    """2,000 tickets, 200 with a heard wish (80 % honoured), 5 % of the others with a missed one (half honoured)."""
    rng = np.random.default_rng(7)
    held, rounds = 0, 300
    for seed in range(rounds):
        missed = rng.random(1800) < 0.05
        honoured = rng.random(1800) < 0.5
        truth = (160 + int((missed & honoured).sum())) / (200 + int(missed.sum()))
        chosen = rng.choice(1800, 100, replace=False)
        labels = [drawn(HEARD, said=1, heard=1)] * 50
        labels += [
            drawn(honoured=int(missed[at] and honoured[at]), known=int(missed[at]), said=int(missed[at]))
            for at in chosen
        ]
        found = corrected(Share.of_counts(160, 200), Population(200, 1800), labels, seed=seed).share
        assert found is not None
        held += found.low <= truth <= found.high
    assert held / rounds >= 0.95, held / rounds


def test_what_was_heard_is_of_the_writer_alone() -> None:
    colleague = wants("phone", author="Bo")
    assert heard_in(evidence(colleague, wants("chat"), on_file(wants("email")))) == (wants("chat"),)


def test_a_ticket_that_has_grown_since_it_was_answered_is_not_drawn_and_its_label_not_counted(tmp_path: Path) -> None:
    records = opened(tmp_path)
    answered = person("email", at=TUESDAY)
    keep(records, "n-0", handled=answered)
    draw(records, 1, seed=1, now=LATER)
    (audit,) = records.audits.open()
    label(records, audit, "t")
    assert compliance(records, COMPANY).corrected is not None
    keep(records, "n-0", wants("phone"), at=TUESDAY + DAY, handled=answered)
    assert compliance(records, COMPANY).corrected is None
    grown = opened(tmp_path / "grown")
    keep(grown, "n-0", handled=answered)
    keep(grown, "n-0", wants("phone"), at=TUESDAY + DAY, handled=answered)
    with pytest.raises(AdvisorError, match="there is no ticket left to draw"):
        draw(grown, 1, seed=1, now=LATER)


def test_labels_of_two_draws_are_never_added_up(records: Records) -> None:
    draw(records, 6, seed=1, now=LATER)
    first = records.audits.open()
    draw(records, 20, seed=2, now=LATER + DAY)
    second = [audit for audit in records.audits.open() if audit.sample != first[0].sample]
    for audit in (*first[:4], *second[:3]):
        label(records, audit, "n")
    assert {audit.sample for audit in of_one_draw(records.audits.labelled())} == {first[0].sample}
    label(records, second[3], "n")
    of_newer = of_one_draw(records.audits.labelled())
    assert [audit.id for audit in of_newer] == sorted(audit.id for audit in second[:4])
    found = compliance(records, COMPANY).corrected
    assert found is not None
    assert sum(found.labels.values()) == 4
    assert of_one_draw([]) == []
