"""The setting `mode`, and the promoter score that tickets may carry."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from advisor_builders import an_advisor, records_in

from advisor.errors import SettingsError, TicketError
from advisor.settings import TEMPLATE, Mode, Settings
from advisor.wire.ticket import ticket_from


def test_a_new_installation_runs_in_shadow(tmp_path: Path) -> None:
    assert Settings.load(tmp_path).mode is Mode.SHADOW
    shown = tomllib.loads(TEMPLATE.replace("# mode", "mode"))
    assert shown["mode"] == "shadow"


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text('mode = "advise"\n')
    assert Settings.load(tmp_path).mode is Mode.ADVISE
    monkeypatch.setenv("ADVISOR_MODE", "shadow")
    assert Settings.load(tmp_path).mode is Mode.SHADOW


def test_another_mode_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('mode = "live"\n')
    with pytest.raises(SettingsError, match="mode must be one of shadow, advise, was: 'live'"):
        Settings.load(tmp_path)


def test_a_promoter_score_is_from_0_to_10_and_is_recorded(tmp_path: Path) -> None:
    ticket = ticket_from({"id": "a", "body": "x", "nps": 9, "created_at": "2026-03-03T10:00:00Z"}, row="row 1")
    assert ticket.nps == 9.0
    records = records_in(tmp_path)
    an_advisor(records).advise(ticket)
    assert [past.nps for past in records.past()] == [9.0]
    with pytest.raises(TicketError, match="nps must be between 0 and 10, was: 11"):
        ticket_from({"id": "a", "body": "x", "nps": 11}, row="row 1")
