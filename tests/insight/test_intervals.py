"""Figures with their intervals, against published examples and what one can count on one's fingers."""

from __future__ import annotations

import pytest

from advisor.insight.intervals import Difference, Mean, Quantile, Score, Share


def test_a_difference_of_shares_has_newcombes_interval() -> None:
    found = Difference.between(Share.of_counts(56, 70), Share.of_counts(48, 80))  # his first example
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)
    assert found.is_clear
    assert not Difference.between(Share.of_counts(5, 10), Share.of_counts(4, 10)).is_clear
    assert not Difference.between(Share.of_counts(9, 9), Share.of_counts(0, 9)).is_clear  # a handful is no trend


def test_a_difference_to_nothing_is_not_known() -> None:
    found = Difference.between(Share.of_counts(5, 10), Share.of_counts(0, 0))
    assert (found.value, found.low, found.high, found.is_clear) == (None, -1.0, 1.0, False)


def test_a_median_of_ten_lies_between_the_second_and_the_ninth() -> None:
    assert Quantile.at(0.5, [float(one) for one in range(1, 11)]) == Quantile(5.5, 2.0, 9.0, 10)


def test_fewer_than_six_values_give_a_median_no_interval() -> None:
    assert Quantile.at(0.5, [1.0, 2.0, 3.0, 4.0, 5.0]) == Quantile(3.0, None, None, 5)
    assert Quantile.at(0.5, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) == Quantile(3.5, 1.0, 6.0, 6)
    assert Quantile.at(0.5, [7.0]) == Quantile(7.0, None, None, 1)
    assert Quantile.at(0.5, []) == Quantile(None, None, None, 0)


def test_nine_of_ten_may_have_a_lower_end_and_no_upper_one() -> None:
    found = Quantile.at(0.9, [float(one) for one in range(1, 21)])
    assert found.value == pytest.approx(18.1)
    assert (found.low, found.high) == (15.0, None)


def test_a_mean_has_its_normal_interval_from_two_values_on() -> None:
    found = Mean.of_values([4.0, 2.0])
    assert (found.value, found.low, found.high) == pytest.approx((3.0, 3.0 - 1.959964, 3.0 + 1.959964))
    assert Mean.of_values([4.0]) == Mean(4.0, None, None, 1)
    assert Mean.of_values([]) == Mean(None, None, None, 0)


def test_a_promoter_score_is_promoters_less_detractors_with_rockss_interval() -> None:
    found = Score.of_counts(promoters=10, passives=5, detractors=5)
    middle, half = 5 / 23, 1.959964 * ((16.5 / 23 - (5 / 23) ** 2) / 23) ** 0.5
    assert found.value == 25.0
    assert (found.low, found.high) == pytest.approx((100 * (middle - half), 100 * (middle + half)))
    assert Score.of_counts(promoters=0, passives=0, detractors=0).value is None


def test_answers_all_alike_are_no_certainty() -> None:
    found = Score.of_counts(promoters=3, passives=0, detractors=0)
    assert found.value == 100.0
    assert found.low < 50.0
