"""Until when somebody answers; company.toml: e-mail mon-fri 8-18, phone mon-fri 9-12 and 13-17."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from decision_builders import COMPANY

from advisor.decision.hours import Hours, overlap_in, stretches_of
from advisor.types import Channel

LONDON = ZoneInfo("Europe/London")
ALWAYS = Hours(stretches_of("mon-sun 00:00-24:00"))


def _at(text: str) -> datetime:
    """`3 10:00` = 3 March 2026, a Tuesday, on the clock of London."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(2026, 3, int(day), int(hour), int(minute), tzinfo=LONDON)


@pytest.mark.parametrize(
    ("channel", "at", "hours", "due"),
    [
        (Channel.EMAIL, "3 10:00", 4, "3 14:00"),
        (Channel.EMAIL, "3 14:00", 4, "3 18:00"),
        (Channel.EMAIL, "3 16:30", 4, "4 10:30"),
        (Channel.EMAIL, "3 07:00", 4, "3 12:00"),
        (Channel.EMAIL, "3 18:00", 4, "4 12:00"),
        (Channel.EMAIL, "6 17:00", 2, "9 09:00"),
        (Channel.EMAIL, "8 10:00", 4, "9 12:00"),
        (Channel.EMAIL, "3 10:00", 60, "11 10:00"),
        (Channel.PHONE, "3 11:30", 1, "3 13:30"),
        (Channel.PHONE, "3 12:30", 1, "3 14:00"),
        (Channel.PHONE, "3 10:00", 4, "3 15:00"),
    ],
)
def test_the_promised_time_runs_while_the_channel_is_open(channel: Channel, at: str, hours: int, due: str) -> None:
    found = COMPANY.offers[channel].hours.due(_at(at), timedelta(hours=hours), zone=LONDON)
    assert found == _at(due)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("3 08:59", False),
        ("3 09:00", True),
        ("3 11:59", True),
        ("3 12:00", False),
        ("3 16:59", True),
        ("7 10:00", False),
    ],
)
def test_a_channel_is_open_from_opening_until_just_before_closing(at: str, is_open: bool) -> None:
    assert COMPANY.offers[Channel.PHONE].hours.is_open(_at(at), zone=LONDON) is is_open


def test_the_clock_is_the_files_and_not_the_tickets() -> None:
    before_opening = datetime(2026, 7, 1, 6, 30, tzinfo=UTC)  # half past seven in London
    due = COMPANY.offers[Channel.EMAIL].hours.due(before_opening, timedelta(hours=1), zone=LONDON)
    assert due.isoformat() == "2026-07-01T09:00:00+01:00"


def test_the_night_in_which_the_clock_goes_forward_costs_nobody_an_hour() -> None:
    saturday = datetime(2026, 3, 28, 23, 0, tzinfo=LONDON)
    due = ALWAYS.due(saturday, timedelta(hours=4), zone=LONDON)
    assert due.astimezone(UTC) - saturday.astimezone(UTC) == timedelta(hours=4)
    assert due.isoformat() == "2026-03-29T04:00:00+01:00"


def test_days_may_run_over_the_end_of_the_week() -> None:
    assert [(s.opens, s.closes) for s in stretches_of("sun-mon 10:00-11:00")] == [(9240, 9300), (600, 660)]


def test_stretches_that_touch_do_not_overlap() -> None:
    touching = (*stretches_of("mon 08:00-12:00"), *stretches_of("mon 12:00-13:00"))
    assert overlap_in(touching) is None
    overlapping = (*stretches_of("mon 08:00-12:00"), *stretches_of("mon 11:59-13:00"))
    assert overlap_in(overlapping) == overlapping
