"""The promise by simulation: a few installations quickly, a thousand in the slow suite; the table is printed by
tests/benchmarks/promise_simulation.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from promise_simulation import Kind, Lived, drifting, relative, simulated


def of(lived: list[Lived], kind: Kind, *, patient: bool | None = None) -> list[Lived]:
    return [one for one in lived if one.kind is kind and patient in (None, one.patient)]


def test_half_a_year_of_a_few_installations_certifies_what_is_good_and_nothing_else() -> None:
    lived = simulated(36, seed=3, months=6)
    assert {kind: len(of(lived, kind)) for kind in Kind} == {"easy": 6, "large": 6, "hard": 12, "tiny": 12}
    assert sum(one.false for one in lived) == 0
    assert sum(one.certified > 0 for one in of(lived, Kind.EASY)) >= 5
    assert relative(of(lived, Kind.EASY)) >= 0.7
    assert sum(one.certified for one in of(lived, Kind.HARD)) == 0


@pytest.mark.slow
def test_of_a_thousand_installations_at_most_sixty_one_are_ever_falsely_certified_and_good_ones_get_their_due() -> None:
    lived = simulated(1000)
    assert len(lived) == 1000
    assert sum(one.false for one in lived) <= 61
    assert sum(one.looks for one in of(lived, Kind.HARD)) > 1500
    assert relative(of(lived, Kind.EASY)) >= 0.7
    assert relative(of(lived, Kind.LARGE, patient=True)) >= 0.7


@pytest.mark.slow
def test_a_drift_to_ten_percent_is_found_within_some_weeks_and_no_more_than_one_quiet_promise_of_twenty_is_lost() -> (
    None
):
    quiet = [one.outcomes is not None for one in drifting(1000, quiet=0, before=0.05, after=0.05, length=2000)]
    assert sum(quiet) <= 50
    for before in (0, 500, 2000):
        found = list(drifting(300, quiet=before, before=0.03, after=0.10))
        assert sum(one.early for one in found) <= 15
        assert sum(one.outcomes is None for one in found) <= 3
        assert median(one.outcomes or 0 for one in found) <= 350
        assert median(one.days or 0.0 for one in found) <= 35
