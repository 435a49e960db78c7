"""Which days a report is of."""

from __future__ import annotations

from datetime import UTC, date

import pytest

from advisor.insight.ranges import Range
from web.report_form import DAY_RULE, WEEK_RULE, RangeForm, beside, last_week, stretches

WEDNESDAY = date(2026, 6, 10)


def days(first: date, last: date) -> dict[str, str]:
    return {"since": first.isoformat(), "until": last.isoformat()}


def test_what_people_ask_for_most_is_one_click() -> None:
    found = {one.name: dict(one.query) for one in stretches(WEDNESDAY, UTC, None)}
    assert found == {
        "This week": {"week": "2026-W24"},
        "Last week": {"week": "2026-W23"},
        "Last 30 days": days(date(2026, 5, 12), WEDNESDAY),
        "This quarter": days(date(2026, 4, 1), date(2026, 6, 30)),
        "Last quarter": days(date(2026, 1, 1), date(2026, 3, 31)),
    }


@pytest.mark.parametrize(
    ("today", "this", "last"),
    [
        (date(2026, 1, 1), (date(2026, 1, 1), date(2026, 3, 31)), (date(2025, 10, 1), date(2025, 12, 31))),
        (date(2026, 12, 31), (date(2026, 10, 1), date(2026, 12, 31)), (date(2026, 7, 1), date(2026, 9, 30))),
    ],
)
def test_quarters_at_the_ends_of_a_year(today: date, this: tuple[date, date], last: tuple[date, date]) -> None:
    found = {one.name: dict(one.query) for one in stretches(today, UTC, None)}
    assert (found["This quarter"], found["Last quarter"]) == (days(*this), days(*last))


def test_the_stretch_that_is_shown_is_marked() -> None:
    shown = Range.week(2026, 23, UTC)
    assert [one.name for one in stretches(WEDNESDAY, UTC, shown) if one.here] == ["Last week"]
    assert last_week(WEDNESDAY, UTC) == shown


def test_a_form_asks_for_the_days_it_shows_the_last_one_too() -> None:
    form = RangeForm.asked({"since": " 2026-06-01 ", "until": "2026-06-30"})
    assert form.errors() == {}
    assert form.range(UTC) == Range(date(2026, 6, 1), date(2026, 7, 1), UTC)
    assert RangeForm.of(Range(date(2026, 6, 1), date(2026, 7, 1), UTC)) == form
    assert RangeForm.of(Range.week(2026, 24, UTC)) == RangeForm(week="2026-W24")
    assert RangeForm().range(UTC) is None


def test_as_many_days_before_and_after() -> None:
    assert dict(beside(Range.week(2026, 24, UTC))) == {"before": {"week": "2026-W23"}, "after": {"week": "2026-W25"}}
    assert [name for name, _ in beside(Range(date(2000, 1, 1), date(2000, 1, 2), UTC))] == ["after"]


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"since": "yesterday", "until": "2026-06-01"}, {"since": DAY_RULE}),
        ({"since": "1999-12-31", "until": "2101-01-01"}, {"since": DAY_RULE, "until": DAY_RULE}),
        ({"since": "2026-06-01"}, {"until": "Write the last day, too."}),
        ({"until": "2026-06-01"}, {"since": "Write the first day, too."}),
        ({"since": "2026-06-02", "until": "2026-06-01"}, {"until": "The last day must not be before the first."}),
        ({"since": "2020-01-01", "until": "2026-06-01"}, {"until": "At most three years"}),
        ({"week": "24"}, {"week": WEEK_RULE}),
        ({"week": "2026-W54"}, {"week": WEEK_RULE}),
        ({"week": "0000-W01"}, {"week": WEEK_RULE}),
        ({"week": "٢٠٢٦-W24"}, {}),
        ({"week": "2026-W24", "since": "2026-06-01"}, {"week": "Ask for a week or for days"}),
        ({"week": "2026w24"}, {}),
    ],
)
def test_what_is_wrong_is_said_by_field(typed: dict[str, str], errors: dict[str, str]) -> None:
    found = RangeForm.asked(typed).errors()
    assert found.keys() == errors.keys()
    assert all(found[name].startswith(said) for name, said in errors.items())
