"""The only file that knows httpx: requests to addresses of the configuration, and to nowhere else.

Each request opens a connection of its own. Its host is resolved once, every address is vetted (`web.vetting`), and the
connection is made to a vetted one: a name that resolves otherwise a moment later gains nothing. The name stays in the
URL, so that the Host header, SNI and the check of the certificate are the usual ones. Redirects are answers like any
other, nothing is taken from the environment, and no answer may take longer or be larger than agreed.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from threading import Thread
from time import monotonic
from typing import Any

import certifi
import httpcore
import httpx

from web.outgoing_errors import NoAnswerError, RefusedError
from web.vetting import is_named, vet_addresses, vet_host

MOST_BYTES = 4 * 1024 * 1024  # of an answer
LONGEST_WAIT = 24 * 60 * 60  # seconds that a Retry-After is believed

Resolve = Callable[[str, int], Collection[str]]
"""The addresses of a host; OSError where it has none."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request may take, in seconds."""

    connect: float = 5.0  # each of: the name, the connection, TLS
    read: float = 15.0  # until something more of the answer comes
    total: float = 30.0  # from the first look at the name to the last byte


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]  # names in small letters
    body: bytes

    @property
    def is_good(self) -> bool:
        """Whether it was done as asked; a redirect is not."""
        return 200 <= self.status < 300

    def json(self) -> object:
        """The body as JSON, None where it is empty; NoAnswerError where it is something else, such as a page."""
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            kind = self.headers.get("content-type", "no content type")
            raise NoAnswerError(f"JSON was asked for, the answer was {kind}: {self.shown()}") from error

    def shown(self) -> str:
        """The beginning of the body, in one line."""
        text = " ".join(self.body[:2000].decode("utf-8", "replace").split())
        return f"{text[:200]}…" if len(text) > 200 else text

    def retry_after(self, now: datetime) -> float | None:
        """Seconds to wait before the next attempt; None where the answer says none that can be read."""
        said = self.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdecimal():
            return min(float(said[:9]), LONGEST_WAIT)
        try:
            seconds = (parsedate_to_datetime(said) - now).total_seconds()
        except (ValueError, TypeError):  # TypeError: a date without a zone
            return None
        return min(max(seconds, 0.0), LONGEST_WAIT)


class Outgoing:
    """Sends requests to public hosts by TLS, and to hosts of `allowed` as their addresses say; safe to share."""

    def __init__(
        self,
        *,
        allowed: Collection[str] = (),
        patience: Patience = Patience(),
        resolve: Resolve | None = None,
        certificates: ssl.SSLContext | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """`allowed`: hosts that may be private and may be asked without TLS, from settings.toml."""
        self._allowed = tuple(allowed)
        self._patience = patience
        self._resolve = resolve or addresses_of
        self._certificates = certificates or known_certificates()
        self._most_bytes = most_bytes

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Send one request and read its answer, whatever its status; RefusedError or NoAnswerError."""
        address = self._checked(url)
        wire = _Wire(self._allowed, self._resolve, self._patience.connect, monotonic() + self._patience.total)
        timeout = httpx.Timeout(self._patience.read, connect=self._patience.connect)
        asked = {"accept": "application/json", **(headers or {}), "accept-encoding": "identity"}
        transport = _Transport(httpcore.ConnectionPool(ssl_context=self._certificates, network_backend=wire))
        try:
            with (
                httpx.Client(transport=transport, trust_env=False, timeout=timeout) as client,
                client.stream(method, address, headers=asked, content=body) as response,
            ):
                return self._read(response)
        except httpcore.TimeoutException as error:
            raise NoAnswerError(f"{address.host} did not answer in time ({error or 'no byte came'})") from error
        except (httpcore.LocalProtocolError, ValueError, TypeError, httpx.HTTPError) as error:
            # the error itself may hold the header that it refuses, and a token in it
            raise RefusedError(f"a header or the address of this request cannot be sent to {address.host}") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise NoAnswerError(f"{address.host} gave no whole answer ({error or type(error).__name__})") from error

    def _checked(self, url: str) -> httpx.URL:
        try:
            address = httpx.URL(url)
        except (httpx.InvalidURL, TypeError, ValueError) as error:
            raise RefusedError(f"an address must be like https://support.example.com, was: {url!r}") from error
        if address.userinfo:
            raise RefusedError(f"no name and password may stand in an address, as they do in that of {address.host}")
        named = is_named(address.raw_host.decode("ascii"), self._allowed)
        if address.scheme != "https" and not (address.scheme == "http" and named):
            raise RefusedError(
                f"{url} must begin with https://: where {address.host} is inside your own network, "
                f'add "{address.host}" to allowed_hosts in settings.toml'
            )
        if not named:
            vet_host(address.raw_host.decode("ascii"))
        return address

    def _read(self, response: httpx.Response) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise NoAnswerError("the answer was compressed though it was not to be")
        body = bytearray()
        for part in response.iter_raw():
            body += part
            if len(body) > self._most_bytes:
                raise NoAnswerError(f"the answer must be at most {self._most_bytes:,} bytes, was longer")
        return Answer(response.status_code, headers, bytes(body))


def addresses_of(host: str, port: int) -> Collection[str]:
    """What the system's resolver says; OSError where it says nothing."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


def known_certificates() -> ssl.SSLContext:
    """The authorities that the system trusts, a company's own among them, and those that Mozilla does."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class _Wire(httpcore.NetworkBackend):
    """Makes one connection, to a vetted address, and keeps it to one deadline."""

    def __init__(self, allowed: Collection[str], resolve: Resolve, patience: float, deadline: float) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._patience = patience  # seconds, for the name
        self._deadline = deadline  # on the monotonic clock
        self._tcp = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first vetted address of the host that answers."""
        addresses = self._vetted(host.strip("[]"), port)
        for tried, address in enumerate(addresses, 1):
            try:
                left = remaining(timeout, self._deadline)
                return _Stream(self._tcp.connect_tcp(address, port, left, None, socket_options), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if tried == len(addresses):
                    raise
        raise httpcore.ConnectError(f"{host} has no address")

    def _vetted(self, host: str, port: int) -> Collection[str]:
        found = _in_time(lambda: self._resolve(host, port), min(self._patience, remaining(None, self._deadline)))
        if not is_named(host, self._allowed):
            vet_addresses(host, found)
        return found


class _Stream(httpcore.NetworkStream):
    """A connection that nothing makes last longer than its deadline, not even one byte every second."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, remaining(timeout, self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, remaining(timeout, self._deadline))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = remaining(timeout, self._deadline)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Body(httpx.SyncByteStream):
    """An answer's body as httpx reads it."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts

    def close(self) -> None:
        close = getattr(self._parts, "close", None)
        if close is not None:
            close()


class _Transport(httpx.BaseTransport):
    """httpx on a pool whose connections are ours."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        content = request.stream if isinstance(request.stream, httpx.SyncByteStream) else None
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=target,
                headers=request.headers.raw,
                content=content,
                extensions=request.extensions,
            )
        )
        parts = answer.stream if isinstance(answer.stream, Iterable) else ()
        return httpx.Response(status_code=answer.status, headers=answer.headers, stream=_Body(parts))

    def close(self) -> None:
        self._pool.close()


def remaining(timeout: float | None, deadline: float) -> float:
    """Seconds that may still be waited; httpcore.ReadTimeout where there are none."""
    left = deadline - monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("it took too long in all")
    return left if timeout is None else min(timeout, left)


def _in_time(look: Callable[[], Collection[str]], patience: float) -> Collection[str]:
    """What a look at the resolver gives, which has no time-out of its own; what hangs is left behind."""
    found: list[Collection[str]] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            found.append(look())
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that the resolver cannot write
            failed.append(error)

    thread = Thread(target=work, name="resolve", daemon=True)
    thread.start()
    thread.join(patience)
    if failed:
        raise httpcore.ConnectError(f"its name is not known: {failed[0]}")
    if not found:
        raise httpcore.ConnectTimeout("nobody said in time which address it has")
    return found[0]
