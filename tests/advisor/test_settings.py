from __future__ import annotations

from pathlib import Path

import pytest

from advisor.errors import SettingsError
from advisor.settings import Settings


def test_without_a_file_the_pages_are_served_to_this_machine_with_the_shipped_time_outs(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path)
    assert (settings.https, settings.proxy) == (False, 0)
    assert (settings.session_idle_minutes, settings.session_hours) == (60, 12)


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text("session_hours = 8\nhttps = false\nthreads = 1\n")
    monkeypatch.setenv("ADVISOR_SESSION_HOURS", "4")
    monkeypatch.setenv("ADVISOR_HTTPS", "True")
    settings = Settings.load(tmp_path)
    assert (settings.session_hours, settings.https, settings.threads) == (4, True, 1)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("session_hours = 0", "session_hours must be between 1 and 168, was: 0"),
        ("session_idle_minutes = 1441", "session_idle_minutes must be between 1 and 1440, was: 1441"),
        ("proxy = 6", "proxy must be between 0 and 5, was: 6"),
        ("proxy = true", "proxy must be a int, was: True"),
        ('https = "yes"', "https must be a bool, was: 'yes'"),
        ('mode = ["shadow"]', r"mode must be one of shadow, advise, was: \['shadow'\]"),
        ('allowed_hosts = "zammad.internal"', "allowed_hosts must be a list of texts, was: 'zammad.internal'"),
        ("allowed_hosts = [1]", r"allowed_hosts must be a list of texts, was: \[1\]"),
    ],
)
def test_a_setting_out_of_its_range_is_one_sentence(tmp_path: Path, line: str, sentence: str) -> None:
    (tmp_path / "settings.toml").write_text(line)
    with pytest.raises(SettingsError, match=sentence):
        Settings.load(tmp_path)


def test_hosts_of_the_own_network_are_a_list_in_the_file_and_parted_by_commas_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text('allowed_hosts = ["zammad.internal", "::1"]\n')
    assert Settings.load(tmp_path).allowed_hosts == ("zammad.internal", "::1")
    monkeypatch.setenv("ADVISOR_ALLOWED_HOSTS", "chat.internal, 10.0.0.7,")
    assert Settings.load(tmp_path).allowed_hosts == ("chat.internal", "10.0.0.7")
