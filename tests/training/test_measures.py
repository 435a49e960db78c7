import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_recall_fscore_support, roc_auc_score

from training.measures import (
    accuracy,
    auroc,
    bootstrap_interval,
    brier_skill,
    calibration_slope,
    ece,
    log_loss,
    macro_f1,
    macro_f1_many,
    paired_bootstrap,
    per_label,
    reliability,
    wilson,
)

TRUTH = ["billing", "billing", "billing", "login", "login", "other"]
SAID = ["billing", "billing", "login", "login", "other", "other"]


def test_figures_of_labels_are_those_one_counts_by_hand() -> None:
    billing, login, other = per_label(TRUTH, SAID)
    assert (billing.label, billing.precision, billing.recall, billing.support) == ("billing", 1.0, 2 / 3, 3)
    assert billing.f1 == pytest.approx(0.8)
    assert (login.precision, login.recall, login.f1) == (0.5, 0.5, 0.5)
    assert (other.precision, other.recall, other.support) == (0.5, 1.0, 1)
    assert accuracy(TRUTH, SAID) == pytest.approx(4 / 6)
    assert macro_f1(TRUTH, SAID) == pytest.approx((0.8 + 0.5 + 2 / 3) / 3)


def test_macro_f1_over_given_labels_leaves_the_others_out_and_counts_a_missing_one_as_zero() -> None:
    assert macro_f1(TRUTH, SAID, ["billing", "login"]) == pytest.approx((0.8 + 0.5) / 2)
    assert macro_f1(TRUTH, SAID, ["billing", "refund"]) == pytest.approx(0.4)
    assert [one.f1 for one in per_label(TRUTH, SAID, ["refund"])] == [0.0]


def test_figures_of_labels_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(7, size=200)
    said = np.where(rng.random(200) < 0.6, truth, rng.integers(7, size=200))
    assert macro_f1(truth, said) == pytest.approx(f1_score(truth, said, average="macro"))
    assert macro_f1(truth, said, [1, 2]) == pytest.approx(f1_score(truth, said, labels=[1, 2], average="macro"))
    theirs = precision_recall_fscore_support(truth, said)
    ours = per_label(truth, said)
    assert [one.precision for one in ours] == pytest.approx(list(theirs[0]))
    assert [one.recall for one in ours] == pytest.approx(list(theirs[1]))
    assert [one.support for one in ours] == list(theirs[3])
    many, guessed = rng.integers(2, size=(50, 4)), rng.integers(2, size=(50, 4))
    assert macro_f1_many(many, guessed) == pytest.approx(f1_score(many, guessed, average="macro"))


def test_calibration_error_is_the_mean_distance_over_bins_of_equal_mass() -> None:
    probabilities = [0.1, 0.3, 0.6, 0.8]
    right = [0, 0, 1, 0]
    assert [one[0] for one in reliability(probabilities, right, 2)] == pytest.approx([0.2, 0.7])
    assert [one[1:] for one in reliability(probabilities, right, 2)] == [(0.0, 0.5), (0.5, 0.5)]
    assert ece(probabilities, right, bins=2) == pytest.approx(0.5 * 0.2 + 0.5 * 0.2)
    assert ece([1.0, 0.0], [1, 0]) == 0


def test_auroc_counts_pairs_and_halves_ties() -> None:
    assert auroc([1, 2, 3, 4], [0, 0, 1, 1]) == 1
    assert auroc([1, 1, 1, 1], [0, 1, 0, 1]) == 0.5
    assert auroc([3, 1, 2], [1, 0, 1]) == 1
    assert math.isnan(auroc([1, 2], [1, 1]))
    rng = np.random.default_rng(5)
    scores, truth = rng.integers(6, size=80), rng.integers(2, size=80)
    assert auroc(scores, truth) == pytest.approx(roc_auc_score(truth, scores))


def test_brier_skill_is_zero_for_the_base_rate_and_one_for_the_truth() -> None:
    assert brier_skill([0.25] * 4, [1, 0, 0, 0]) == pytest.approx(0)
    assert brier_skill([1, 0, 0, 0], [1, 0, 0, 0]) == 1
    assert brier_skill([0.5, 0.5], [1, 0], base=0.9) == pytest.approx(1 - 0.25 / 0.41)
    assert math.isnan(brier_skill([0.5], [1]))


def test_log_loss_is_in_nats_and_survives_certainty() -> None:
    assert log_loss([0.5, 0.5], [1, 0]) == pytest.approx(math.log(2))
    assert log_loss([0.0], [1]) == pytest.approx(-math.log(1e-7))


def test_the_slope_of_true_probabilities_is_one_and_of_too_sure_ones_below() -> None:
    rng = np.random.default_rng(11)
    odds = rng.normal(size=20_000)
    truth = rng.random(20_000) < 1 / (1 + np.exp(-odds))
    slope, intercept = calibration_slope(1 / (1 + np.exp(-odds)), truth)
    assert slope == pytest.approx(1, abs=0.05)
    assert intercept == pytest.approx(0, abs=0.05)
    sure = calibration_slope(1 / (1 + np.exp(-2 * odds)), truth)
    assert sure == pytest.approx((slope / 2, intercept), abs=1e-6)
    fitted = LogisticRegression(C=1e9, tol=1e-9).fit(odds[:, np.newaxis], truth)
    assert (slope, intercept) == pytest.approx((fitted.coef_[0, 0], fitted.intercept_[0]), abs=1e-4)


def test_a_slope_is_given_even_where_the_truth_separates() -> None:
    slope, _ = calibration_slope([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])
    assert slope > 1


def test_the_bootstrap_holds_the_mean_and_is_the_same_for_a_seed() -> None:
    values = np.random.default_rng(1).random(400)
    low, high = bootstrap_interval(np.mean, values, seed=4)
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.15)
    assert bootstrap_interval(np.mean, values, seed=4) == (low, high)


def test_the_bootstrap_keeps_rows_of_several_columns_together() -> None:
    truth = np.arange(50) % 2
    assert bootstrap_interval(accuracy, truth, truth, seed=1, rounds=50) == (1.0, 1.0)


def test_groups_are_drawn_whole() -> None:
    values = np.repeat([0.0, 1.0], 100)
    narrow = bootstrap_interval(np.mean, values, seed=2)
    wide = bootstrap_interval(np.mean, values, seed=2, groups=["a"] * 100 + ["b"] * 100)
    assert wide == (0.0, 1.0)
    assert narrow[1] - narrow[0] < 0.2


def test_a_paired_bootstrap_says_by_how_much_the_first_is_above() -> None:
    better, worse = np.array([1.0] * 90 + [0.0] * 10), np.array([1.0] * 80 + [0.0] * 20)
    found = paired_bootstrap(better, worse, seed=6)
    assert found.mean == pytest.approx(0.1)
    assert 0.03 < found.low < 0.1 < found.high < 0.17
    assert paired_bootstrap(better, better, seed=6).high == 0
    with pytest.raises(ValueError, match="the same rows, were: 100 and 99"):
        paired_bootstrap(better, worse[1:], seed=6)


def test_wilson_intervals_stay_within_zero_and_one() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
