from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVING = """
import signal, sys, time
from flask import Flask
from web.server import serve_until_stopped, stopped_by_sigterm, taken_port

signal.signal(signal.SIGINT, signal.default_int_handler)  # where it is ignored by those who started the tests
app = Flask("slow")

@app.get("/slow/<seconds>/<int:size>")
def slow(seconds, size):
    print("asked", flush=True)
    time.sleep(float(seconds))
    return "x" * size + "the end"

@app.get("/")
def quick():
    return "quick"

with stopped_by_sigterm(), taken_port("127.0.0.1", 0) as taken:
    serve_until_stopped(app, taken, say=lambda address: print(address, flush=True))
print("stopped", flush=True)
"""


@contextmanager
def serving() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server with one slow page, and its port."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", SERVING], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as program:
        try:
            found = re.search(r":(\d+)", line_of(program))
            assert found is not None
            yield program, int(found[1])
        finally:
            program.kill()


def line_of(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline()


def asked(port: int, path: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection


def all_of(connection: socket.socket) -> bytes:
    """What is said until the other side hangs up."""
    said = b""
    while block := connection.recv(65536):
        said += block
    return said


def is_refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        return False  # let in, then let go of
    return False


@pytest.mark.parametrize("size", [0, 200_000])
def test_a_request_under_way_is_answered_and_new_ones_are_refused(size: int) -> None:
    with serving() as (program, port), asked(port, f"/slow/1/{size}") as slow, asked(port, "/") as idle:
        assert line_of(program) == "asked\n"
        program.send_signal(signal.SIGTERM)
        assert all_of(idle).endswith(b"quick")  # answered before, and kept open: let go of
        assert is_refused(port)
        answer = all_of(slow)
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert answer.endswith(b"the end")
        assert line_of(program) == "stopped\n"
        assert program.wait(timeout=10) == 0


def test_a_request_that_had_arrived_before_the_signal_is_answered() -> None:
    with serving() as (program, port):
        program.send_signal(signal.SIGSTOP)
        with asked(port, "/") as waiting:
            program.send_signal(signal.SIGTERM)
            program.send_signal(signal.SIGCONT)
            assert all_of(waiting).endswith(b"quick")
        assert program.wait(timeout=10) == 0


def test_a_second_signal_ends_it_at_once() -> None:
    with serving() as (program, port), asked(port, "/slow/60/0"):
        assert line_of(program) == "asked\n"
        program.send_signal(signal.SIGTERM)
        until = time.monotonic() + 10
        while not is_refused(port) and time.monotonic() < until:
            continue
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=5) == 128 + signal.SIGTERM


def test_a_server_that_nobody_asks_stops_at_once() -> None:
    with serving() as (program, _):
        began = time.monotonic()
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=10) == 0
        assert time.monotonic() - began < 2
