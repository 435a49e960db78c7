from __future__ import annotations

import errno
import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import click
import pytest
from click.testing import CliRunner
from web_builders import advisor

from advisor.desk.shared import settings_of
from advisor.errors import AdvisorError
from advisor.types import Ticket
from index.settings import KnowledgeSettings
from web.commands import demo, serve, table_of
from web.server import address_of, taken_port
from web.tickets import demo_tickets

ROOT = Path(__file__).parents[2]
SERVING = """
import signal
from web_builders import desk
from web import create_app
from web.server import serve_until_stopped, stopped_by_sigterm, taken_port

signal.signal(signal.SIGINT, signal.default_int_handler)  # where it is ignored by those who started the tests
with stopped_by_sigterm(), taken_port("127.0.0.1", 0) as taken:
    serve_until_stopped(create_app(desk()), taken, say=print)
print("stopped")
"""


@pytest.mark.parametrize("command", [serve, demo], ids=["serve", "demo"])
def test_help_shows_an_example(command: click.Command) -> None:
    shown = CliRunner().invoke(command, ["--help"])
    assert shown.exit_code == 0
    assert re.search(r"Example: .*advisor (serve|demo)", shown.output)


def test_a_port_that_is_taken_is_said_with_the_cure() -> None:
    with taken_port("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(AdvisorError, match=f"port {port} on 127.0.0.1 is taken by another program.*--port"),
            taken_port("127.0.0.1", port),
        ):
            pass


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_a_host_that_is_not_ours_is_said(host: str) -> None:
    with pytest.raises(AdvisorError, match=f"--host must be an address of this machine, was: {host}"):  # noqa: SIM117
        with taken_port(host, 0):
            pass


def test_the_address_can_be_opened_whatever_is_listened_on() -> None:
    with taken_port("0.0.0.0", 0) as taken:
        assert address_of(taken) == f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_an_address_of_the_newer_kind_stands_in_brackets() -> None:
    try:
        with taken_port("::1", 0) as taken:
            assert address_of(taken) == f"http://[::1]:{taken.getsockname()[1]}"
    except AdvisorError as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
            pytest.skip("this machine has no IPv6 loopback")
        raise


def test_a_socket_is_given_back() -> None:
    with taken_port("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
    with taken_port("127.0.0.1", port) as again:
        assert isinstance(again, socket.socket)


def test_the_home_folder_is_the_one_of_the_context(tmp_path: Path) -> None:
    context = click.Context(serve, obj=KnowledgeSettings(tmp_path))
    assert settings_of(context).home == tmp_path


def test_the_demo_tickets_are_twelve_and_each_shows_something_else() -> None:
    demos = demo_tickets()
    assert [one.ticket.id for one in demos] == [f"demo-{number:02}" for number in range(1, 13)]
    assert set(Counter(one.shows for one in demos).values()) == {1}
    assert all(one.ticket.created_at and one.ticket.created_at.year == 2026 for one in demos)


def test_the_table_says_ticket_advice_channel_and_the_whole_reason() -> None:
    tickets = [Ticket(id="t-1", body="Please call me " + "now " * 30), Ticket(id="t-2", body="Where are my jobs?")]
    advices = list(advisor().advise_many(tickets, record=False))
    head, *lines = table_of(advices)
    assert head.split() == ["ticket", "what", "it", "says", "advice", "channel", "why"]
    assert lines[0].startswith("t-1 ")
    assert "person   phone    The customer asks for a call: “call me”." in lines[0]
    assert lines[1].startswith("t-2 ")
    assert max(map(len, lines)) <= 120
    needed = advices[1].recommendation.needed
    assert " ".join(" ".join(lines[1:]).split()).endswith(f"on other companies' data; {needed:.2f} was needed.")


@contextmanager
def started(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A Python program of its own, which finds the rooms and these builders; it is gone afterwards."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "web")])
    environment = os.environ | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def lines_until(program: subprocess.Popen[str], words: str) -> list[str]:
    """What a program prints, up to the line with these words."""
    assert program.stdout is not None
    printed: list[str] = []
    for line in program.stdout:
        printed.append(line)
        if words in line:
            return printed
    raise AssertionError(f"it ended before it said {words!r}:\n{''.join(printed)}")


def ended(program: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    program.send_signal(number)
    said, _ = program.communicate(timeout=20)
    return program.returncode, said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_signal_stops_the_server_in_order(number: signal.Signals) -> None:
    with started(SERVING) as program:
        address = lines_until(program, "http://")[-1].strip()
        with urlopen(f"{address}/healthz", timeout=10) as answer:
            assert answer.read() == b'{"status":"ok"}\n'
            assert "Server" not in answer.headers
        assert ended(program, number) == (0, "stopped\n")


def asked_after_signing_in(address: str, link: str) -> str:
    """The page with the advice, as one who followed the link and its button sees it."""
    visitor = build_opener(HTTPCookieProcessor())

    def opened(path: str, form: dict[str, str] | None = None) -> str:
        typed = None if form is None else urlencode(form | {"csrf_token": token}).encode()
        with visitor.open(f"{address}{path}", data=typed, timeout=20) as answer:
            page: str = answer.read().decode()
        return page

    def token_of(page: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None
        return found[1]

    token = token_of(opened(link))
    opened("/sign-in/link", {"token": link.rpartition("/")[2]})
    token = token_of(opened("/try"))
    return opened("/try", {"message": "Please call me back."})


def test_the_demo_prints_twelve_advices_and_serves_the_page(fresh_home: Path) -> None:
    command = "from advisor.cli import main; main()"
    with started(command, "--home", str(fresh_home), "demo", "--port", "0") as program:
        printed = lines_until(program, "Serving http://")
        printed += lines_until(program, "/sign-in/link/")
        found = re.search(
            r"Sign in as demo, once and within 15 minutes: (http://[\d.:]+)(/sign-in/link/\S+)", printed[-1]
        )
        assert found is not None
        page = asked_after_signing_in(found[1], found[2])
        assert ended(program, signal.SIGTERM)[0] == 0
    ids = [line.split()[0] for line in printed if line.startswith("demo-")]
    assert ids == [one.ticket.id for one in demo_tickets()]
    assert '<h2 id="headline">' in page


PROXIED = """
from flask import request
from web_builders import recording_desk, web_app
from web.access import Open
from web.server import serve_until_stopped, stopped_by_sigterm, taken_port

app = web_app(recording_desk(proxy=PROXIES, https=True), hosts=["support.example.com"])
app.add_url_rule("/who", "who", view_func=lambda: f"{request.remote_addr} {request.url}")
app.config["ROUTES"] |= {"who": Open.PUBLIC}
with stopped_by_sigterm(), taken_port("127.0.0.1", 0) as taken:
    serve_until_stopped(app, taken, say=print, proxy=PROXIES)
"""


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        (0, "127.0.0.1 http://support.example.com/who"),
        (1, "203.0.113.7 https://support.example.com/who"),
        (2, "198.51.100.9 http://support.example.com/who"),
    ],
)
def test_as_many_proxies_are_believed_as_the_setting_says(proxies: int, seen: str) -> None:
    said = {
        "Host": "support.example.com",
        "X-Forwarded-For": "198.51.100.9, 203.0.113.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
    }
    with started(PROXIED.replace("PROXIES", str(proxies))) as program:
        address = lines_until(program, "http://")[-1].strip()
        with urlopen(Request(f"{address}/who", headers=said), timeout=10) as answer:
            assert answer.read().decode() == seen
        assert ended(program, signal.SIGTERM)[0] == 0
