"""Vectors on a circle: the angle between two of them can be checked in one's head."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np
import pytest

from advisor.insight import clusters as module
from advisor.insight.clusters import Vectors, clusters


def at(*degrees: float) -> Vectors:
    """Unit vectors under these angles."""
    return np.array([[cos(radians(one)), sin(radians(one))] for one in degrees], np.float32)


def test_texts_that_are_near_belong_together_and_the_rest_to_nothing() -> None:
    found = clusters(at(0, 90, 2, 91, 4, 200, 6, 92), together=0.9, least=3)
    assert [one.members for one in found] == [(2, 4, 0, 6), (3, 1, 7)]


def test_the_middle_comes_first_and_similarities_fall_from_there() -> None:
    (one,) = clusters(at(0, 10, 20), together=0.8, least=3)
    assert one.members == (1, 0, 2)
    assert one.similarities == pytest.approx((1.0, 0.9848, 0.9848), abs=0.0002)  # cosine of 10 degrees
    assert sum(part * part for part in one.middle) == pytest.approx(1.0)


def test_two_groups_stay_apart_where_they_are_on_average_farther_than_the_threshold() -> None:
    apart = at(0, 1, 2, 60, 61, 62)  # cosine of 60 degrees: 0.5
    assert len(clusters(apart, together=0.6, least=3)) == 2
    assert len(clusters(apart, together=0.4, least=3)) == 1


def test_no_text_and_one_text_make_no_group() -> None:
    assert clusters(np.zeros((0, 2), np.float32)) == []
    assert clusters(at(0)) == []


def test_cut_into_blocks_the_groups_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    shuffled = np.random.default_rng(0).permutation(120)
    vectors = at(*(90 * (one % 4) + one / 30 for one in shuffled))
    whole = clusters(vectors, together=0.6, least=3)
    monkeypatch.setattr(module, "WHOLE", 25)
    steps: list[tuple[int, int]] = []
    blocks = clusters(vectors, together=0.6, least=3, step=lambda done, total: steps.append((done, total)))
    assert [len(one.members) for one in whole] == [30, 30, 30, 30]
    assert {frozenset(one.members) for one in blocks} == {frozenset(one.members) for one in whole}
    assert steps[-1] == (120, 120)


def test_texts_that_are_all_alike_are_one_group_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WHOLE", 10)
    (one,) = clusters(at(*[45.0] * 50))
    assert len(one.members) == 50
