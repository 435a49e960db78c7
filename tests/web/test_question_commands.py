"""`advisor question`: what is pasted, and what is wrong with the settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from advisor.errors import SettingsError
from advisor.settings import Settings, is_origin, is_way_to_a_person
from index.settings import KnowledgeSettings
from web import question_commands

ADDRESS = 'address = "https://support.example.com/"\n'
PASTED = """\
<div data-ask><a href="https://support.example.com/ask">Ask us</a></div>
<script src="https://support.example.com/ask.js" async></script>
"""


def question(home: Path, settings: str, *options: str) -> Result:
    (home / "settings.toml").write_text(settings, encoding="utf-8")
    return CliRunner().invoke(question_commands.question, options, obj=KnowledgeSettings(home))


def test_it_prints_what_to_paste_and_what_customers_may_choose(tmp_path: Path) -> None:
    result = question(tmp_path, ADDRESS + 'question_origins = ["https://www.example.com"]\n')
    assert PASTED in result.output
    assert "ok  Customers ask at https://support.example.com/ask.\n" in result.output
    assert "ok  Pages of https://www.example.com may hold the question.\n" in result.output
    assert "ok  Customers may choose: an article, an e-mail, a chat, a call" in result.output
    assert "no  There are no articles" in result.output
    assert result.exit_code == 1


def test_without_an_address_there_is_nothing_to_paste(tmp_path: Path) -> None:
    result = question(tmp_path, "")
    assert "<script" not in result.output
    assert "no  Customers need an address: set it in settings.toml" in result.output
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("settings", "origin", "sentence"),
    [
        (ADDRESS, "https://www.example.com/", "is no origin: write scheme and host only"),
        (ADDRESS, "https://www.example.com", 'write question_origins = ["https://www.example.com"] in settings.toml'),
        (ADDRESS + 'question_origins = ["http://a.example"]', "http://a.example", "come in the clear: use https"),
        ('address = "http://support.example.com"', None, "cross the network in the clear"),
    ],
)
def test_what_is_not_fit_is_said_with_its_cure(
    tmp_path: Path, settings: str, origin: str | None, sentence: str
) -> None:
    result = question(tmp_path, settings, *(["--origin", origin] if origin else []))
    assert sentence in result.output
    assert result.exit_code == 1


@pytest.mark.parametrize(
    "origin",
    ["https://www.example.com", "http://127.0.0.1:8000", "https://[::1]:8443", "https://a.example:80"],
)
def test_an_origin_is_as_browsers_write_it(origin: str) -> None:
    assert is_origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "", "*", "null", "www.example.com", "https://", "https://www.example.com/", "https://WWW.example.com",
        "https://www.example.com:443", "https://u@www.example.com", "https://a.example/x", "https://a.example?x",
        "ftp://a.example", "https://a.example:x", "https://*.example.com", "https://a b.example",
    ],
)  # fmt: skip
def test_what_no_browser_would_send_is_no_origin(origin: str, tmp_path: Path) -> None:
    assert not is_origin(origin)
    with pytest.raises(SettingsError, match="question_origins must hold origins such as"):
        Settings(home=tmp_path).changed({"question_origins": [origin]}, "settings.toml")


@pytest.mark.parametrize(
    ("address", "fit"),
    [
        ("https://www.example.com/contact?from=ask", True),
        ("mailto:help@example.com", True),
        ("http://www.example.com/contact", False),
        ("javascript:alert(1)", False),
        ("mailto:help", False),
        ("mailto:help@example.com?bcc=all@example.com", False),
        ("mailto:a@example.com,b@example.com", False),
        ("https://u:p@example.com", False),
        ('https://example.com/"><script>', False),
        ("/contact", False),
    ],
)
def test_a_customer_is_sent_on_by_https_or_by_letter_only(address: str, fit: bool, tmp_path: Path) -> None:
    assert is_way_to_a_person(address) is fit
    if not fit:
        with pytest.raises(SettingsError, match="question_hand_on must be like"):
            Settings(home=tmp_path).changed({"question_hand_on": address}, "settings.toml")
