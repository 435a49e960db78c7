"""The only file that knows waitress: a port is taken first, so that nobody waits for models to learn it is not free."""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic
from types import FrameType
from typing import Any

from flask import Flask
from waitress.server import create_server
from waitress.wasyncore import close_all, loop

from advisor.errors import AdvisorError
from web import MOST_BYTES

THREADS = 8
PATIENCE = 30.0  # seconds in which what runs may finish once the server is told to stop
TICK = 0.5  # seconds
MOST_TAKEN = 16 * MOST_BYTES
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


def serve_until_stopped(
    app: Flask, taken: socket.socket, *, say: Callable[[str], None], threads: int = THREADS, proxy: int = 0
) -> None:
    """Serve until Ctrl-C or SIGTERM; `say` is given the address once it answers.

    The headers of `proxy` reverse proxies reach the app, which believes that many; where there is none, none does.

    Then nobody new is let in and what runs is finished, for PATIENCE seconds at most; a second signal ends it at once.
    """
    gc.collect()
    gc.freeze()  # what is loaded stays: looking it through again takes a tenth of a second, in which nobody is answered
    sockets: dict[int, Any] = {}
    server = create_server(
        app,
        map=sockets,
        sockets=[taken],
        threads=threads,
        max_request_body_size=MOST_TAKEN,
        ident=None,
        clear_untrusted_proxy_headers=proxy == 0,
    )
    try:
        with _stopping(server) as stopping:
            say(address_of(taken))
            while not stopping.is_set():
                loop(timeout=TICK, use_poll=True, map=sockets, count=1)
            _finish(server, taken, sockets)
    finally:
        server.task_dispatcher.shutdown(timeout=1)
        close_all(sockets)


def _finish(server: Any, taken: socket.socket, sockets: dict[int, Any]) -> None:
    """Answer what runs, then let go of everybody; `server` is waitress's, which gives no types."""
    for _ in range(2):  # whoever knocked before: let in, then heard
        loop(timeout=0, use_poll=True, map=sockets, count=1)
    server.del_channel()
    taken.close()
    until = monotonic() + PATIENCE
    while server.active_channels and monotonic() < until:
        for channel in list(server.active_channels.values()):
            if not channel.requests and channel.request is None and not channel.total_outbufs_len:
                channel.handle_close()
        loop(timeout=TICK, use_poll=True, map=sockets, count=1)


@contextmanager
def _stopping(server: Any) -> Iterator[Event]:
    """Set by the first SIGTERM or Ctrl-C; the second one ends the program."""
    stopping = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(128 + number)
        stopping.set()
        server.pull_trigger()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def stopped_by_sigterm() -> Iterator[None]:
    """SIGTERM ends the program in order, with exit code 0, while it does not serve yet."""
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
