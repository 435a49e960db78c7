"""What docs/webhooks.md says works: its commands, and its receiver over a real socket."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from threading import Thread
from time import monotonic, sleep

import click
import pytest
from click.testing import CliRunner
from docs_console import says, shown_in
from web_builders import TUESDAY, recording_desk

from advisor.cli import cli
from advisor.types import Customer, Ticket
from web.events_out.events import EventType
from web.events_out.pump import Pump
from web.events_out.signing import new_secret, signed
from web.events_out.subscribers import Subscribers
from web.events_out.tables import open_file
from web.inbox import Inbox
from web.outgoing import Outgoing

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
EXAMPLES = shown_in(PAGE)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each command of the page printed, one after the other."""
    home = tmp_path_factory.mktemp("webhooks")
    (home / "settings.toml").write_text('address = "https://support.example.com"\n')
    assert {one.command.split()[0] for one in EXAMPLES} == {"advisor"}
    runner = CliRunner(env={"ADVISOR_HOME": str(home)})
    return [runner.invoke(cli, shlex.split(one.command)[1:]).stdout for one in EXAMPLES]


@pytest.mark.parametrize("place", range(len(EXAMPLES)), ids=[one.command[:40] for one in EXAMPLES])
def test_an_example_prints_what_stands_there(printed: list[str], place: int) -> None:
    assert says(EXAMPLES[place].output, printed[place]), printed[place]


def test_every_command_that_is_named_is_there_with_its_options() -> None:
    named = set(re.findall(r"advisor (?:hooks|subscribers|pull|deliveries|work)[^`\n#]*", PAGE.read_text()))
    assert len(named) > 15
    for line in named:
        words = line.split()[1:]
        command: click.Command = cli
        while isinstance(command, click.Group) and words:
            found = command.get_command(click.Context(command), words[0])
            if found is None:
                break
            command, words = found, words[1:]
        known = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


@contextmanager
def receiving(secret: str) -> Iterator[tuple[str, Callable[[int], list[str]]]]:
    """The receiver of the page in a process of its own: its address, and its first so many lines."""
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", example],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"WEBHOOK_SECRET": secret, "PORT": str(port)},
    )
    lines: list[str] = []
    assert process.stdout is not None
    reader = Thread(target=lambda: lines.extend(process.stdout or ()), daemon=True)

    def first(many: int) -> list[str]:
        until = monotonic() + 10
        while len(lines) < many and monotonic() < until:
            sleep(0.01)
        return [line.strip() for line in lines]

    try:
        _wait_for(port)
        reader.start()
        yield f"http://127.0.0.1:{port}/hooks", first
    finally:
        process.kill()
        process.wait()
        reader.join(5)
        process.stdout.close()


def _wait_for(port: int) -> None:
    until = monotonic() + 10
    while monotonic() < until:
        with socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.02)
    raise AssertionError("the receiver does not listen")


def test_the_receiver_takes_what_is_told_once_and_nothing_else() -> None:
    desk = recording_desk()
    outgoing = Outgoing(allowed=("127.0.0.1",))
    subscribers = Subscribers(open_file(desk.settings.records), allowed=("127.0.0.1",))
    inbox, secret = Inbox.open(desk.settings), new_secret()
    pump = Pump(subscribers, inbox, outgoing)
    with receiving(secret) as (address, first):
        now = datetime.now(UTC)
        subscribers.add(address, tuple(EventType), now=now, by=None, name="crm", secret=secret)
        desk.advise(Ticket(id="4711", body="Hello.", created_at=TUESDAY, customer=Customer(id="C-1")))
        assert pump.fill() == 1
        job = inbox.take("events_out", worker="w", now=datetime.now(UTC))
        assert job is not None
        pump.work(job)
        assert first(1) == ["advice.created 4711"]
        body = b'{"type": "outcome.recorded", "timestamp": "2026-06-09T10:00:00Z", "data": {"ticket_id": "1"}}'
        headers = signed("evt_1", body, at=now, by=[new_secret(), secret])
        assert [outgoing.send("POST", address, headers=headers, body=body).status for _ in range(2)] == [204, 204]
        assert first(2) == ["advice.created 4711", "outcome.recorded 1"]
        bad = {
            "tampered": (headers, body + b" "),
            "another secret": (signed("evt_2", body, at=now, by=[new_secret()]), body),
            "old": (signed("evt_3", body, at=TUESDAY, by=[secret]), body),
            "unsigned": ({"content-type": "application/json"}, body),
            "garbage": (headers | {"webhook-signature": "v1,a garbage v2"}, body),
            "empty": ({}, b""),
        }
        found = {
            name: outgoing.send("POST", address, headers=sent, body=said).status for name, (sent, said) in bad.items()
        }
        assert found == dict.fromkeys(bad, 401)
        assert len(first(2)) == 2
