"""Another experience file on a few tickets whose figures can be checked in one's head."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decision_builders import COMPANY, advise, evidence, refuses, signal, wants

from advisor.decision.case import Case
from advisor.decision.whatif import (
    MOST_TELLING,
    Interval,
    Tally,
    Told,
    Way,
    goes_against_refusal,
    share,
    total,
    try_out,
)
from advisor.types import Action, Channel, Evidence, Prediction, Promise, Wish, WishChannel

STRICT = replace(
    COMPANY,
    promise=replace(COMPANY.promise, shipped_threshold=0.95),
    self_service=replace(COMPANY.self_service, floor=0.95),
)
PERSON, ARTICLE = Way(Action.LIVE_HUMAN, Channel.EMAIL), Way(Action.SELF_SERVICE, Channel.EMAIL)


def _told(told: Evidence, *, ticket: str = "t-1") -> Told:
    told = replace(told, ticket_id=ticket)
    before = advise(told)
    return Told(told, Way(before.action, before.channel), before.queue, f"about {ticket}")


def _tried(*told: Told) -> Tally:
    return try_out(told, STRICT, Promise())


def test_the_same_file_changes_nothing() -> None:
    tickets = [_told(evidence(p=p / 20)) for p in range(20)] + [_told(evidence(wants("phone")))]
    tally = try_out(tickets, COMPANY, Promise())
    assert (tally.all.tickets, tally.all.changed, tally.queue_only, tally.moves, tally.telling) == (21, 0, 0, {}, [])
    assert tally.cost.before == tally.cost.after
    assert tally.hours.before == tally.hours.after


def test_changes_are_counted_from_what_to_what_by_moment_and_by_kind_of_customer() -> None:
    billing = evidence(moment=Prediction("billing", 0.9), persona="hands_on")
    tally = _tried(_told(evidence()), _told(billing), _told(evidence(p=0.1)), _told(evidence(wants("phone"))))
    assert (tally.all.tickets, tally.all.changed, tally.all.to_person, tally.all.to_article) == (4, 2, 2, 0)
    assert tally.moves == {(ARTICLE, PERSON): 2}
    assert {name: (group.tickets, group.changed) for name, group in tally.moments.items()} == {
        "technical_support": (3, 1),
        "billing": (1, 1),
    }
    assert {name: (group.tickets, group.to_person) for name, group in tally.personas.items()} == {
        "not known": (3, 1),
        "hands_on": (1, 1),
    }


def test_costs_and_hours_are_expected_ones_by_the_new_file() -> None:
    tally = _tried(_told(evidence(p=0.9)))
    assert [tally.cost.before, tally.cost.after] == pytest.approx([0.1 * 20, 6.0])
    assert [tally.hours.before, tally.hours.after] == pytest.approx([0.1 * 10 / 60, 10 / 60])


def test_who_cannot_be_reached_costs_as_much_as_the_dearest_way() -> None:
    told = evidence(refuses("self_service"), refuses("person", 20), refuses("email", 40))
    assert _tried(_told(told)).cost.after == 9.0


def test_a_wish_that_becomes_unmet_tells_more_than_any_cost() -> None:
    wish, cost = evidence(wants("self_service"), p=0.9), evidence(p=0.9)
    tally = _tried(_told(cost, ticket="cost"), _told(wish, ticket="wish"))
    assert [(one.ticket_id, one.unmet, one.met) for one in tally.telling] == [
        ("wish", (WishChannel.SELF_SERVICE,), ()),
        ("cost", (), ()),
    ]
    first = tally.telling[0]
    assert (first.subject, first.rule, first.before, first.after) == (
        "about wish",
        "wants_self_service",
        ARTICLE,
        PERSON,
    )
    assert [first.cost_before, first.cost_after] == pytest.approx([2.0, 6.0])
    assert (tally.all.unmet_before, tally.all.unmet_after) == (0, 1)


def test_only_the_twenty_that_tell_most_are_kept() -> None:
    tickets = [_told(evidence(p=0.75 + number / 10_000), ticket=f"t-{number:04}") for number in range(1500)]
    tally = _tried(*tickets)
    assert tally.all.changed == 1500
    assert [one.ticket_id for one in tally.telling] == [f"t-{number:04}" for number in range(1499, 1479, -1)]


def test_parts_of_an_archive_add_up_to_the_whole() -> None:
    tickets = [_told(evidence(p=p / 40, severity=p / 20), ticket=f"t-{p:02}") for p in range(40)]
    whole, first, second = _tried(*tickets), _tried(*tickets[::2]), _tried(*tickets[1::2])
    first.merge(second)
    assert (first.all, first.moves, first.moments, first.personas) == (
        whole.all,
        whole.moves,
        whole.moments,
        whole.personas,
    )
    assert first.telling == whole.telling
    assert len(first.telling) <= MOST_TELLING
    assert first.cost.before == pytest.approx(whole.cost.before)
    assert first.cost.squares_change == pytest.approx(whole.cost.squares_change)


def test_another_queue_alone_is_counted_apart() -> None:
    told = _told(evidence(signals=(signal("vulnerable"),)))
    other = replace(
        COMPANY,
        signals={kind: replace(rule, queue="tier2") for kind, rule in COMPANY.signals.items()},
    )
    tally = try_out([told], other, Promise())
    assert (tally.all.changed, tally.queue_only) == (0, 1)


@pytest.mark.parametrize(
    ("wishes", "way", "against"),
    [
        ((refuses("self_service"),), ARTICLE, True),
        ((refuses("self_service"),), PERSON, False),
        ((refuses("email"),), PERSON, True),
        ((refuses("email"),), ARTICLE, True),
        ((refuses("person"),), Way(Action.LIVE_HUMAN, Channel.CHAT), True),
        ((refuses("person"),), Way(Action.SELF_SERVICE, Channel.CHAT), False),
        ((refuses("chat"),), Way(Action.SELF_SERVICE, Channel.CHAT), True),
        ((refuses("person"), wants("phone", 50)), Way(Action.LIVE_HUMAN, Channel.PHONE), False),
        ((refuses("phone"),), Way(Action.LIVE_HUMAN, None), False),
    ],
)
def test_an_answer_that_goes_against_a_refusal_is_told(wishes: tuple[Wish, ...], way: Way, against: bool) -> None:
    assert goes_against_refusal(Case.of(evidence(*wishes), COMPANY, Promise()), way) is against


def test_intervals_are_those_of_the_books() -> None:
    wilson = share(10, 100)  # Wilson's own for 10 of 100: 5.52 % to 17.44 %
    assert (wilson.value, round(wilson.low, 4), round(wilson.high, 4)) == (0.1, 0.0552, 0.1744)
    assert share(0, 0) == Interval(0.0, 0.0, 1.0)
    normal = total(50.0, 50.0, 100)  # fifty ones among a hundred: 50 ± 1.96 · √(100 · 0.2525)
    assert (normal.value, round(normal.low, 2), round(normal.high, 2)) == (50.0, 40.15, 59.85)
    assert total(3.0, 9.0, 1) == Interval(3.0, 3.0, 3.0)
