"""`advisor reviews` from the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from advisor_builders import NOW, installed, records_in, run, written

from advisor.records.reviews import OverrideReason, Review, Verdict
from advisor.types import Action

ACCEPTED = Review(ticket_id="t-1", revision=1, verdict=Verdict.ACCEPT, by="Bo", at=NOW)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = installed(tmp_path, monkeypatch)
    rows = [{"id": f"t-{place}", "body": "My password is gone."} for place in (1, 2)]
    assert run("advise", "--json", written(tmp_path, *rows)).exit_code == 0
    return home


def reviewed(home: Path) -> None:
    override = replace(
        ACCEPTED,
        ticket_id="t-2",
        verdict=Verdict.OVERRIDE,
        reason=OverrideReason.CUSTOMER_WANTS_PERSON,
        note="Called\x1b[31m twice\nalready.",
        action=Action.LIVE_HUMAN,
        by="Cy",
        at=NOW + timedelta(days=1),
    )
    for one in (ACCEPTED, override):
        records_in(home).reviews.add(one)


def test_reviews_are_counted_and_the_newest_overrides_shown(home: Path) -> None:
    reviewed(home)
    told = run("reviews").output
    assert told.startswith("2 advices reviewed: 1 accepted, 1 overridden\n")
    assert "  customer wants a person            1\n" in told
    assert "  cost                               1           1\n" in told
    assert "  t-2 of local, Wednesday 4 March 2026, 10:00 (GMT), by Cy\n" in told
    assert told.endswith("    customer wants a person, live_human instead: Called[31m twice already.\n")


def test_only_what_was_said_in_the_time_asked_for_counts(home: Path) -> None:
    reviewed(home)
    told = json.loads(run("reviews", "--since", "2026-03-04", "--json").output)
    assert (told["accepted"], told["overridden"]) == (0, 1)
    assert told["reasons"] == {"customer_wants_person": 1}
    assert told["rules"] == [{"reason": "cost", "accepted": 0, "overridden": 1}]
    assert [(one["ticket_id"], one["by"]) for one in told["newest"]] == [("t-2", "Cy")]
    before = json.loads(run("reviews", "--until", "2026-03-04", "--json").output)
    assert (before["accepted"], before["newest"]) == (1, [])


def test_where_nobody_has_said_anything_it_says_so(home: Path) -> None:
    assert "no agent has accepted or overridden" in run("reviews").output
