"""Two times in the records: which advice was in force, and how `advisor compare --records` tells the difference."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from advisor_builders import COMPANY, NOW, WordReader, installed, records_in, run

from advisor.advise import Advisor
from advisor.archive.compare import compare
from advisor.archive.compare_records import Ever, Periods, When, in_force
from advisor.decision.experience import Experience, default_text
from advisor.errors import ResultError
from advisor.records import Records
from advisor.types import Action, Channel, Handled, Promise, Ticket

DAY = timedelta(days=1)
STRICT = default_text().replace("shipped_threshold = 0.3 ", "shipped_threshold = 0.99 ")
STRICTER = Experience.parse(STRICT, name="stricter")
ASKED = Ticket(id="t-1", body="I forgot my password.", created_at=NOW)
CALLS = replace(ASKED, id="t-2", body="My password is gone, call me.", handled=Handled(action=Action.LIVE_HUMAN))
LATER = replace(ASKED, id="t-3", created_at=NOW + 20 * DAY)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return installed(tmp_path, monkeypatch)


@pytest.fixture
def records(home: Path) -> Records:
    """Two tickets; ten days later a stricter file comes into use and they are advised again, with a third one."""
    home.mkdir(parents=True)
    records = records_in(home)
    for experience, text in ((COMPANY, default_text()), (STRICTER, STRICT)):
        records.keep_experience(experience.fingerprint, text)
    with records.file.writing() as tables:
        for place, at in ((1, NOW - DAY), (2, NOW + 10 * DAY)):
            tables.execute("update experience_uses set at = ? where id = ?", [at.isoformat(), place])
    list(_advisor(records, COMPANY).advise_many([ASKED, CALLS]))
    list(_advisor(records, STRICTER).advise_many([ASKED, CALLS, LATER]))
    return records


def _advisor(records: Records, experience: Experience) -> Advisor:
    return Advisor(WordReader(), records, experience, Promise())


def _day(number: int) -> datetime:
    return NOW + number * DAY


def _actions(records: Records, old: When, new: When) -> list[tuple[str | None, str | None]]:
    return [
        tuple(one.way.action.value if one is not None else None for one in pair)  # type: ignore[misc]
        for pair in in_force(records, old, new)
    ]


def test_an_advice_counts_from_when_its_file_came_into_use(records: Records) -> None:
    article, person = "self_service", "live_human"
    assert _actions(records, _day(9), _day(10)) == [(article, person), (person, person)]
    assert _actions(records, _day(1), _day(9)) == [(article, article), (person, person)]
    assert _actions(records, _day(-1), _day(1)) == [(None, article), (None, person)]
    assert _actions(records, _day(-3), _day(-2)) == []
    assert _actions(records, _day(1), _day(30)) == [(article, person), (person, person), (None, person)]
    assert _actions(records, Ever.FIRST, Ever.NOW) == [(article, person), (person, person), (person, person)]


def test_the_counts_are_those_of_two_results(records: Records) -> None:
    found = compare(in_force(records, NOW + DAY, Ever.NOW), examples=10)
    assert (found.all.tickets, found.all.changed, found.all.to_person, found.only_new) == (2, 1, 1, 1)
    assert found.made_by["experience"] == {(COMPANY.fingerprint, STRICTER.fingerprint): 2}
    (change,) = found.telling
    assert (change.before.ticket_id, change.before.p_resolve, change.after.needed) == ("t-1", 0.95, 0.99)
    assert change.before.way.channel is Channel.EMAIL
    (with_wish,) = [new for _, new in in_force(records, NOW + DAY, Ever.NOW) if new is not None and new.wishes]
    assert (with_wish.wishes, with_wish.reason) == (("phone:wants",), "asks_for_person")
    assert (found.done_new.known, found.done_new.agreeing) == (1, 1)


def test_times_are_given_as_days_moments_or_words(records: Records) -> None:
    for old, new in (("2026-03-04", "now"), ("first", "2026-03-14"), ("2026-03-04T00:00+01:00", "2026-03-13T12:00")):
        found = json.loads(run("compare", "--records", old, new, "--json").stdout)
        assert (found["old"], found["new"], found["changed"]["count"]) == (old, new, 1)
    lines = run("compare", "--records", "2026-03-04", "now").stdout.splitlines()
    assert lines[0] == "2026-03-04 → now"
    assert (
        "  The records do not keep when an advice was written: it counts from its ticket's time, or from when" in lines
    )


def test_times_that_say_nothing_are_refused(records: Records) -> None:
    for old, new, said in (
        ("yesterday", "now", "OLD and NEW must be times with --records, was: yesterday: give a day (2026-03-01)"),
        ("now", "2026-03-04", "OLD must be before NEW, was: now and 2026-03-04 00:00:00+00:00: give the earlier"),
        ("now", "now", "OLD must be before NEW"),
        ("2020-01-01", "now", "no recorded ticket had an advice by 2020-01-01: 3 had one by now only"),
    ):
        result = run("compare", "--records", old, new)
        assert result.exit_code == 2
        assert said in result.stderr


def test_a_file_that_came_back_counts_from_when_it_came_back() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    periods = Periods([("a", at), ("b", at + DAY), ("a", at + 2 * DAY)])
    assert periods.next_use("a", at - DAY) == at
    assert periods.next_use("b", at) == at + DAY
    assert periods.next_use("a", at + 1.5 * DAY) == at + 2 * DAY
    assert periods.next_use("b", at + 3 * DAY) == at + 3 * DAY
    assert periods.next_use("unknown", at) == at


def test_an_empty_installation_has_nothing_to_compare(home: Path) -> None:
    home.mkdir(parents=True)
    with pytest.raises(ResultError, match="OLD must be before NEW"):
        list(in_force(records_in(home), Ever.NOW, Ever.FIRST))
    assert run("compare", "--records", "first", "now").exit_code == 2
