from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from imitations.desk import Fault
from write_back_builders import ASKS_CALL, ASKS_LINK, Office, office
from writing import imitated, ours

from advisor.cli import cli
from web.helpdesks.model import Kind


def advisor(at: Office, *arguments: str, mode: str = "advise") -> Result:
    home = at.desk.settings.home
    (home / "settings.toml").write_text(f'mode = "{mode}"\nallowed_hosts = ["127.0.0.1"]\n')
    return CliRunner().invoke(cli, ["writeback", *arguments], env={"ADVISOR_HOME": str(home)})


def test_a_dry_run_shows_the_exact_requests_and_sends_none(tmp_path: Path) -> None:
    with imitated(Kind.ZENDESK) as subject:
        at = office(subject, home=tmp_path)
        at.advise("zendesk", ASKS_LINK)
        shown = advisor(at, "--dry-run", "35", mode="shadow")
        waiting = advisor(at, "--dry-run")
        assert subject.desk.asked == []
    assert shown.exit_code == 0
    lines = shown.output.splitlines()
    assert lines[0] == "zendesk 35, advice 1: it is to be told"
    assert lines[1] == f"PUT {subject.hook.address}/api/v2/tickets/35.json"
    assert '      "public": false' in lines
    assert f"PUT {subject.hook.address}/api/v2/tickets/35/tags.json" in lines
    assert '    "advisor_article"' in lines
    assert "zendesk-token" not in shown.output
    assert waiting.output.splitlines()[0] == lines[0]


def test_a_dry_run_that_reads_shows_what_is_missing(tmp_path: Path) -> None:
    with imitated(Kind.FRESHDESK) as subject:
        subject.desk.add("35", "vip", "advisor_article")
        at = office(subject, home=tmp_path)
        at.advise("freshdesk", ASKS_CALL)
        shown = advisor(at, "--dry-run", "--read", "35")
        assert {one.method for one in subject.desk.asked} == {"GET"}
        assert '    "vip"' in shown.output
        subject.desk.faults = [Fault.PAGE]
        refused = advisor(at, "--dry-run", "--read", "35")
    assert refused.exit_code == 2
    assert "JSON was asked for, the answer was text/html" in refused.output


def test_what_waits_is_written_and_each_ticket_is_named_with_what_came_of_it(tmp_path: Path) -> None:
    with imitated(Kind.ZAMMAD) as subject:
        subject.desk.add("35")
        at = office(subject, home=tmp_path)
        at.advise("zammad", ASKS_LINK)
        at.advise("zammad", ASKS_LINK, id="36")
        first, second = advisor(at), advisor(at)
        assert len(ours(subject)) == 1
    assert first.output.splitlines()[0] == "zammad 35: wrote note and tags"
    assert first.output.splitlines()[1].startswith("zammad 36: GET ")
    assert "404: it has no such ticket" in first.output
    assert second.output == "Nothing waits that is due.\n"


def test_in_shadow_nothing_is_written_and_the_cure_is_named(tmp_path: Path) -> None:
    with imitated(Kind.ZENDESK) as subject:
        at = office(subject, home=tmp_path)
        at.advise("zendesk", ASKS_LINK)
        said = advisor(at, mode="shadow")
        assert subject.desk.asked == []
    assert said.output == 'Nothing is written back in mode "shadow": set mode = "advise" in settings.toml.\n'


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("35",), "go with --dry-run"),
        (("--read",), "go with --dry-run"),
        (("--dry-run", "99"), "there is no advice for ticket 99"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    with imitated(Kind.ZENDESK) as subject:
        said = advisor(office(subject, home=tmp_path), *arguments)
    assert said.exit_code != 0
    assert sentence in str(said.output)
