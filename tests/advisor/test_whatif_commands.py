"""`advisor whatif` on recorded tickets that were read by single words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from advisor_builders import COMPANY, NOW, an_advisor, installed, records_in, run

from advisor.decision.experience import default_text
from advisor.desk import whatif_commands
from advisor.records import Records
from advisor.types import Ticket

ASKED = Ticket(id="t-1", subject="Sign-in", body="I forgot my password.", created_at=NOW)
CALLS = replace(ASKED, id="t-2", body="My password is gone, call me.", created_at=NOW + timedelta(days=1))
STRICTER = default_text().replace("shipped_threshold = 0.3 ", "shipped_threshold = 0.99 ")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return installed(tmp_path, monkeypatch)


@pytest.fixture
def records(home: Path) -> Records:
    home.mkdir(parents=True)
    records = records_in(home)
    list(an_advisor(records).advise_many([ASKED, CALLS]))
    return records


@pytest.fixture
def stricter(tmp_path: Path) -> str:
    path = tmp_path / "stricter.toml"
    path.write_text(STRICTER, encoding="utf-8")
    return str(path)


def test_the_comparison_is_readable(records: Records, stricter: str) -> None:
    lines = run("whatif", stricter).stdout.splitlines()
    assert lines[:7] == [
        "stricter.toml on 2 recorded tickets",
        "  Advices that change      1 (50.0 %, 9.5 to 90.5)",
        "  To an article            0",
        "  To a person              1",
        "  Another queue only       0",
        "  Refusals overridden      0",
        "  A wish unmet             0 before, 0 after",
    ]
    assert "          1  article by e-mail            → person by e-mail" in lines
    at = lines.index("  t-1  Sign-in")
    assert lines[at + 1 : at + 3] == [
        "      article by e-mail → person by e-mail; cost 0.59 → 8.00",
        "      Article fit 0.95, estimated on other companies' data; 0.99 was needed.",
    ]


def test_the_same_comes_as_json(records: Records, stricter: str) -> None:
    found = json.loads(run("whatif", stricter, "--json").stdout)
    assert (found["tickets"], found["changed"], found["to_person"], found["refusals_overridden"]) == (2, 1, 1, 0)
    assert found["moves"] == [
        {
            "before": {"action": "self_service", "channel": "email"},
            "after": {"action": "live_human", "channel": "email"},
            "tickets": 1,
        }
    ]
    assert found["cost"]["after"]["value"] == 18.0  # an e-mail and a call
    assert found["cost"]["before"]["value"] == pytest.approx(10.0 + 0.05 * 11.7)
    assert [one["ticket_id"] for one in found["telling"]] == ["t-1"]
    assert found["moments"]["technical_support"]["tickets"] == 2


def test_the_file_in_force_changes_nothing(records: Records, tmp_path: Path) -> None:
    path = tmp_path / "same.toml"
    path.write_text(default_text(), encoding="utf-8")
    found = json.loads(run("whatif", str(path), "--json").stdout)
    assert (found["changed"], found["telling"], found["experience"]) == (0, [], COMPANY.fingerprint)


def test_only_tickets_since_a_day_are_tried(records: Records, stricter: str) -> None:
    assert json.loads(run("whatif", stricter, "--json", "--since", "2026-03-04").stdout)["tickets"] == 1
    none = run("whatif", stricter, "--since", "2026-03-05")
    assert (none.exit_code, none.stderr) == (
        2,
        "Error: no recorded ticket to try the file on: advisor advise records tickets\n",
    )


def test_several_processes_count_what_one_counts(
    records: Records, stricter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [replace(ASKED, id=f"m-{n}", body=f"Number {n}: {'password' if n % 3 else 'call me'}") for n in range(40)]
    list(an_advisor(records).advise_many(many))
    alone = run("whatif", stricter, "--json")
    monkeypatch.setattr(whatif_commands, "ALONE", 0)
    together = run("whatif", stricter, "--json", "--processes", "2")
    assert together.exit_code == 0
    one, two = json.loads(alone.stdout), json.loads(together.stdout)
    assert one["tickets"] == 42
    for key in ("tickets", "changed", "moves", "moments", "personas", "telling", "refusals_overridden"):
        assert two[key] == one[key]
    assert two["cost"]["after"]["value"] == pytest.approx(one["cost"]["after"]["value"])


def test_a_broken_file_is_refused_with_line_and_cure(records: Records, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(default_text().replace("share = 0.05 ", "share = 15 "), encoding="utf-8")
    found = run("whatif", str(path))
    assert found.exit_code == 2
    assert "promise.share must be between 0.001 and 0.5, was: 15" in found.stderr
