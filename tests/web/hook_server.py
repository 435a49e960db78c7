"""A server over a real socket that is killed and started again, and a helpdesk that sends to it and sends again."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic, perf_counter, sleep

import sqlite_utils

from web.helpdesks import HELPDESKS
from web.helpdesks.model import Kind
from web.verifier import Came, sign

ROOT = Path(__file__).parents[2]
LATE = 0.05  # seconds
WARM = 1.0  # seconds after which a restart is over
SERVING = """
import sys, time
from pathlib import Path
from web_builders import recording_desk, web_app
from web.hooks import Hooks
from web.inbox_jobs import DELIVERIES
from web.server import serve_until_stopped, taken_port
from web.taking import Taking
from web.tables import now
from web.worker import Station, Workers

home, port, busy = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
at = recording_desk(home=home)
app = web_app(at)
inbox = app.extensions["inbox"]

def listen(tables, hook, advice):
    "Written with the advice: a delivery that is worked twice leaves two rows."
    tables.execute("insert into worked values (?, ?)", [advice.ticket.id, len(advice.ticket.messages)])

taking = Taking(at, Hooks.open(at.settings), inbox, now=now, listeners=[listen])

def work(job):
    time.sleep(busy)
    taking.work(job)

workers = Workers(inbox, [Station(DELIVERIES, work)], keep_days=30)
with taken_port("127.0.0.1", port) as taken:
    workers.start(3)
    serve_until_stopped(app, taken, say=lambda address: print(address, flush=True))
"""


class Server:
    """A server of its own process, on a port that stays the same however often it is killed."""

    def __init__(self, home: Path, *, busy: float = 0.0) -> None:
        """`busy`: seconds that the workers sleep in every job."""
        self._arguments = [str(home), str(free_port()), str(busy)]
        self.port = int(self._arguments[1])
        self._log = home / "server.log"
        self._program: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
        with self._log.open("ab") as log:
            self._program = subprocess.Popen(
                [sys.executable, "-c", SERVING, *self._arguments],
                env=os.environ | {"PYTHONPATH": paths},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._program.stdout is not None
        said = self._program.stdout.readline()
        assert said.startswith("http"), self._log.read_text(encoding="utf-8")[-2000:]

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        if self._program is not None:
            self._program.send_signal(signal.SIGKILL)
            self._program.wait()
            assert self._program.stdout is not None
            self._program.stdout.close()
            self._program = None


@dataclass
class Helpdesk:
    """Sends as a patient helpdesk does: what was not answered by 2xx is sent again under the same id."""

    port: int
    secret: str
    accepted: set[str] = field(default_factory=set)  # ids
    seconds: list[float] = field(default_factory=list)  # until the answer, of deliveries that were sent on time
    up: threading.Event = field(default_factory=threading.Event)  # cleared while the server is restarted
    warm_at: float = 0.0  # on the clock `monotonic`
    _own: threading.local = field(default_factory=threading.local)
    _opened: list[HTTPConnection] = field(default_factory=list)

    def send(self, id: str, payload: object, *, at: float, until: float) -> None:
        """Send until it is taken, or the time on the clock `monotonic` has come; it should have been sent `at`.

        What was sent again, or within a second after a restart, is not on time.
        """
        now = monotonic()
        body, is_on_time = json.dumps(payload).encode(), now - at < LATE and now > self.warm_at
        while monotonic() < until:
            if self._once(id, body, is_on_time=is_on_time):
                self.accepted.add(id)
                return
            is_on_time = False
            sleep(0.05)

    def restart(self, server: Server) -> None:
        """Kill the server while deliveries are on their way, and start it again."""
        server.kill()
        self.up.clear()
        server.start()
        self.warm_at = monotonic() + WARM
        self.up.set()

    def _once(self, id: str, body: bytes, *, is_on_time: bool) -> bool:
        came = Came("POST", f"http://127.0.0.1:{self.port}/hooks/standard", {}, body)
        headers = sign(HELPDESKS[Kind.STANDARD].SIGNING, self.secret, came, id=id, now=datetime.now(UTC))
        began = perf_counter()
        try:
            connection = self._connection()
            connection.request("POST", "/hooks/standard", body, headers | {"content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
        except (OSError, HTTPException):
            self._own.connection.close()
            self._own.connection = None
            return False
        if is_on_time:
            self.seconds.append(perf_counter() - began)
        return answer.status in (200, 202)

    def _connection(self) -> HTTPConnection:
        found: HTTPConnection | None = getattr(self._own, "connection", None)
        if found is None:
            found = self._own.connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
            self._opened.append(found)
            found.connect()
            found.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return found

    def send_all(
        self, deliveries: list[tuple[str, object]], *, per_second: float, patience: float, threads: int = 64
    ) -> None:
        """Send them at a steady pace while the server is `up`; what is not answered, for `patience` seconds more."""
        began = monotonic()
        until = began + len(deliveries) / per_second + patience
        with ThreadPoolExecutor(threads) as pool:
            for number, (id, payload) in enumerate(deliveries):
                sleep(max(0.0, began + number / per_second - monotonic()))
                stopped = monotonic()
                self.up.wait()
                waited = monotonic() - stopped
                began, until = began + waited, until + waited
                at = began + number / per_second
                pool.submit(self.send, id, payload, at=at, until=until)
        for connection in self._opened:
            connection.close()


def free_port() -> int:
    """A port below those from which connections go out: one that calls a dead server could reach itself else."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as taken, suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


def eventually(holds: Callable[[], bool], *, seconds: float) -> bool:
    """Whether something holds before the time is over."""
    until = monotonic() + seconds
    while not holds():
        if monotonic() > until:
            return False
        sleep(0.1)
    return True


def column(home: Path, sql: str) -> list[object]:
    """One column of what the database says."""
    tables = sqlite_utils.Database(home / "advisor.db")
    try:
        return [row[0] for row in tables.execute(sql).fetchall()]
    finally:
        tables.close()
