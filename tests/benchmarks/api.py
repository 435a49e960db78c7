"""What the API adds to the library: the demo tickets, advised and recorded by both in turns, then by several clients.

python tests/benchmarks/api.py [SECONDS] [CLIENTS]    works on a copy of the home folder ADVISOR_HOME
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
from web_builders import served, web_app

from advisor.settings import Settings
from advisor.types import Ticket
from advisor.wire import ticket_from
from web.api.tokens import Scope
from web.desk import Desk

ROUNDS = 10
SECONDS = 60
CLIENTS = 8
Sent = tuple[bytes, Ticket]


def main() -> None:
    """Print the medians of both and their ratio, then errors, median and 99th percentile under load."""
    given = [int(word) for word in sys.argv[1:]]
    seconds, clients = (*given, *(SECONDS, CLIENTS)[len(given) :])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(Settings.load().home, home, symlinks=True)
        desk = Desk.open(Settings(home=home))
        app = web_app(desk)
        _, secret = app.extensions["api"].api.tokens.add("benchmark", set(Scope), by="benchmark", per_minute=0)
        with served(app) as address:
            in_turns(desk, address, secret)
            under_load(address, secret, seconds=seconds, clients=clients)
        app.extensions["api"].close()


def demo() -> list[Sent]:
    """The demo tickets, as they are sent and as values."""
    lines = (files("advisor") / "demo" / "tickets.jsonl").read_bytes().splitlines()
    return [(line, ticket_from(json.loads(line), row="demo")) for line in lines]


def in_turns(desk: Desk, address: str, secret: str) -> None:
    """Each ticket by the library, then over the API."""
    client, took = Client(address, secret), {"library": list[float](), "API": list[float]()}
    for line, ticket in demo():
        desk.advise(ticket)
        client.advise(line)
    for _ in range(ROUNDS):
        for line, ticket in demo():
            start = time.perf_counter()
            desk.advise(ticket)
            between = time.perf_counter()
            client.advise(line)
            took["API"].append(time.perf_counter() - between)
            took["library"].append(between - start)
    medians = {name: 1000 * statistics.median(times) for name, times in took.items()}
    for name, median in medians.items():
        print(f"{name:<8} median {median:.1f} ms of {len(took[name])} warm tickets")
    print(f"{'ratio':<8} {medians['API'] / medians['library']:.2f}")


def under_load(address: str, secret: str, *, seconds: int, clients: int) -> None:
    """Several clients at once, each with one connection."""
    took, errors, end = list[float](), list[str](), time.perf_counter() + seconds

    def run(number: int) -> None:
        client, tickets = Client(address, secret), demo()
        place = number
        while time.perf_counter() < end:
            start = time.perf_counter()
            try:
                client.advise(tickets[place % len(tickets)][0])
            except (OSError, RuntimeError) as error:
                errors.append(str(error))
            took.append(1000 * (time.perf_counter() - start))
            place += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took.sort()
    print(
        f"{clients} clients, {seconds} s: {len(took)} requests, {len(errors)} errors, median "
        f"{statistics.median(took):.1f} ms, p99 {took[int(0.99 * len(took))]:.1f} ms"
    )


class Client:
    """One connection that stays open."""

    def __init__(self, address: str, secret: str) -> None:
        parts = urlsplit(address)
        self._connection = HTTPConnection(str(parts.hostname), parts.port)
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def advise(self, ticket: bytes) -> None:
        """Send one ticket; RuntimeError where it is not advised."""
        self._connection.request("POST", "/api/v1/advise", body=ticket, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {body[:200]!r}")


if __name__ == "__main__":
    main()
