"""The only file that knows waitress: a port is taken first, so that nobody waits for models to learn it is not free."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from flask import Flask
from waitress.server import create_server

from advisor.errors import AdvisorError
from web import MOST_BYTES

THREADS = 8
MOST_TAKEN = 8 * MOST_BYTES
"""Longer requests are cut off by the server itself; up to here a page says what to do."""


@contextmanager
def taken_port(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound to host and port, 0 for any free one; AdvisorError where it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise AdvisorError(f"--host must be an address of this machine, was: {host} ({error.strerror})") from error
    with socket.socket(family, kind, protocol) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(address)
        except OSError as error:
            raise AdvisorError(_refusal(error, host, port)) from error
        yield taken


def _refusal(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken by another program: stop that, or choose another port with --port"
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights than this user has: choose one from 1024 up with --port"
    return f"--host must be an address of this machine, was: {host} ({error.strerror})"


def address_of(taken: socket.socket) -> str:
    """`http://127.0.0.1:8321`, where the page can be opened."""
    host, port = taken.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def serve_until_stopped(app: Flask, taken: socket.socket, *, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; `say` is given the address once it answers, requests under way are finished."""
    server = create_server(app, sockets=[taken], threads=THREADS, max_request_body_size=MOST_TAKEN, ident=None)
    try:
        say(address_of(taken))
        server.run()  # comes back where SystemExit or KeyboardInterrupt stops it
    finally:
        server.close()


@contextmanager
def stopped_by_sigterm() -> Iterator[None]:
    """SIGTERM ends the program in order, with exit code 0."""
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
