"""Deliveries over a real socket to a server that is killed in the middle: none is lost, none is worked twice."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from hook_server import Helpdesk, Server, column, eventually
from web_builders import recording_desk

from web.helpdesks.model import Kind
from web.hooks import Hooks, made_secret

OPEN = "select key from inbox where state in ('waiting', 'working')"


def delivery(number: int) -> tuple[str, object]:
    """Every third one is a further message of the ticket before."""
    if number % 3 == 1:
        message = {"from": "customer", "body": f"And number {number}?"}
        return f"d-{number}", {"type": "message.created", "data": {"id": f"t-{number - 1}", "messages": [message]}}
    ticket = {"id": f"t-{number}", "body": f"Question {number}", "created_at": "2026-06-09T10:00:00Z"}
    return f"d-{number}", {"type": "ticket.created", "data": ticket}


def ready(home: Path) -> str:
    """A home folder with a hook; gives its secret."""
    desk, secret = recording_desk(home=home), made_secret(Kind.STANDARD)
    Hooks.open(desk.settings).add("standard", Kind.STANDARD, secret=secret, now=datetime.now(UTC))
    desk.records.file.tables.execute("create table worked (ticket text, messages integer)")
    return secret


def check(home: Path, helpdesk: Helpdesk, deliveries: list[tuple[str, object]]) -> None:
    """All were accepted, and each was worked once."""
    ids = {id for id, _ in deliveries}
    assert helpdesk.accepted == ids
    assert eventually(lambda: not column(home, OPEN), seconds=60)
    assert Counter(column(home, "select state from inbox")) == {"done": len(ids)}
    worked = Counter(column(home, "select ticket || '/' || messages from worked"))
    assert worked.total() == len(ids)
    assert len(set(column(home, "select ticket_id from tickets"))) == sum(number % 3 != 1 for number in range(len(ids)))


def test_a_server_that_is_killed_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    helpdesk = Helpdesk(0, ready(tmp_path))
    server = Server(tmp_path, busy=0.02)
    helpdesk.port = server.port
    deliveries = [delivery(number) for number in range(90)]
    sent = [*deliveries[:30], *[deliveries[30]] * 50, *deliveries[31:]]
    server.start()
    helpdesk.up.set()
    try:
        sending = Thread(target=helpdesk.send_all, args=(sent,), kwargs={"per_second": 200.0, "patience": 20.0})
        sending.start()
        sleep(0.4)
        helpdesk.restart(server)
        sending.join()
        check(tmp_path, helpdesk, deliveries)
    finally:
        server.kill()


@pytest.mark.slow
def test_two_thousand_deliveries_and_five_kills(tmp_path: Path) -> None:
    chance = random.Random(7)
    helpdesk = Helpdesk(0, ready(tmp_path))
    server = Server(tmp_path, busy=0.005)
    helpdesk.port = server.port
    deliveries = [delivery(number) for number in range(2000)]
    sent = list(deliveries)
    for place in (1500, 1000, 500):
        sent[place:place] = [deliveries[place]] * 50
    server.start()
    helpdesk.up.set()
    try:
        sending = Thread(target=helpdesk.send_all, args=(sent,), kwargs={"per_second": 200.0, "patience": 60.0})
        sending.start()
        for _ in range(5):
            sleep(chance.uniform(0.5, 1.5))
            helpdesk.restart(server)
        sending.join()
        check(tmp_path, helpdesk, deliveries)
    finally:
        server.kill()
    quiet = sorted(helpdesk.seconds)
    p50, p99 = (quiet[int(len(quiet) * share)] * 1000 for share in (0.5, 0.99))
    print(f"{len(quiet)} answers outside restarts, p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    assert p99 <= 100
