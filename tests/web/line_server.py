"""A server that says exactly what it is told to, byte by byte, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\nContent-Type: application/json\r\n\r\n{"a": "b"}\n'


@dataclass(slots=True)
class LineServer:
    """Where it listens, and what came in."""

    port: int
    asked: list[bytes] = field(default_factory=list)  # one a connection, its head and what came with it
    names: list[str | None] = field(default_factory=list)  # of SNI, one a TLS connection


@contextmanager
def saying(
    *parts: bytes, pause: float = 0.0, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[LineServer]:
    """Answer every connection with these parts, a pause after each, then close it."""
    listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.settimeout(0.05)
    server = LineServer(listener.getsockname()[1])
    if tls is not None:
        tls.sni_callback = lambda _, name, __: server.names.append(name)
    running = [True]

    def serve() -> None:
        while running:
            try:
                taken, _ = listener.accept()
            except TimeoutError:
                continue
            with contextlib.suppress(OSError), _dressed(taken, tls) as connection:
                _answer(server, connection, parts, pause, running)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        running.clear()
        thread.join()
        listener.close()


def _dressed(taken: socket.socket, tls: ssl.SSLContext | None) -> socket.socket:
    taken.settimeout(5.0)
    if tls is None:
        return taken
    try:
        return tls.wrap_socket(taken, server_side=True)
    except OSError:
        taken.close()
        raise


def _answer(
    server: LineServer, connection: socket.socket, parts: Sequence[bytes], pause: float, running: list[bool]
) -> None:
    came = b""
    while b"\r\n\r\n" not in came:
        more = connection.recv(65536)
        if not more:
            return
        came += more
    server.asked.append(came)
    for part in parts:
        connection.sendall(part)
        until = time.monotonic() + pause
        while running and time.monotonic() < until:
            time.sleep(0.01)
