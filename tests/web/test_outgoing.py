from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import trustme
from line_server import ANSWER, saying

from web.outgoing import Answer, Outgoing, Patience, known_certificates
from web.outgoing_errors import NoAnswerError, RefusedError

NOON = datetime(2026, 6, 9, 12, 0, tzinfo=UTC)
QUICK = Patience(connect=1.0, read=0.3, total=0.6)
KNOWN = known_certificates()


@dataclass
class Names:
    """A resolver that knows a few names, and remembers who asked; each look takes the next answer, the last stays."""

    known: dict[str, list[Collection[str]]] = field(default_factory=dict)
    looked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> Collection[str]:
        self.looked.append(host)
        answers = self.known[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def outgoing(*allowed: str, names: Names | None = None, patience: Patience = QUICK, most: int = 1000) -> Outgoing:
    return Outgoing(allowed=allowed, resolve=names, patience=patience, most_bytes=most, certificates=KNOWN)


def local(name: str) -> Names:
    return Names({name: [["127.0.0.1"]]})


def test_a_host_that_settings_name_is_asked_where_it_is_under_its_own_name() -> None:
    with saying(ANSWER) as server:
        sent = outgoing("desk.internal", names=local("desk.internal")).send(
            "POST", f"http://desk.internal:{server.port}/notes?a=1", headers={"X-Token": "t"}, body=b"{}"
        )
    assert (sent.status, sent.json(), sent.is_good) == (200, {"a": "b"}, True)
    head = server.asked[0].decode().lower()
    assert head.startswith("post /notes?a=1 http/1.1\r\n")
    assert f"\r\nhost: desk.internal:{server.port}\r\n" in head
    assert "\r\nx-token: t\r\n" in head
    assert "\r\naccept-encoding: identity\r\n" in head


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "127.9.9.9", "0.0.0.0",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.88.99.1",
        "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "198.18.0.1",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:a9fe:a9fe", "::127.0.0.1", "::8.8.8.8",
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:808:808::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "3fff::1", "5f00::1", "100::1", "4000::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_to_no_public_address_is_refused_without_a_connection(address: str) -> None:
    names = Names({"hooks.example.com": [[address]]})
    with pytest.raises(RefusedError, match=r"hooks\.example\.com leads to .*, which is no public address"):
        outgoing(names=names).send("GET", "https://hooks.example.com/")


def test_one_private_address_among_public_ones_spoils_them_all() -> None:
    names = Names({"hooks.example.com": [["93.184.215.14", "2606:4700::1111", "10.0.0.1"]]})
    with pytest.raises(RefusedError, match=r"leads to 10\.0\.0\.1"):
        outgoing(names=names).send("GET", "https://hooks.example.com/")


@pytest.mark.parametrize(
    "host",
    [
        "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "127.1", "127.0.1", "0", "1.2.3.4.5",
        "256.0.0.1", "08.8.8.8", "010.0.0.1", "127.0.0.1.", "localhost.", "a..example.com", "-a.example.com",
        "%31%32%37.0.0.1", "a" * 64 + ".example.com", "exa%00mple.com", "[fe80::1%25eth0]", "[::ffff:127.0.0.1%251]",
    ],
)  # fmt: skip
def test_a_host_in_an_unusual_form_is_refused_before_anybody_looks_it_up(host: str) -> None:
    names = Names()
    with pytest.raises(RefusedError, match=r"an address must be|a host must be"):
        outgoing(names=names).send("GET", f"https://{host}/")
    assert names.looked == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "１２７.０.０.１",
        "①②⑦.0.0.1",
    ],
)
def test_a_private_address_in_the_place_of_a_name_is_refused(host: str) -> None:
    with pytest.raises(RefusedError, match=r"which is no public address|must be"):
        outgoing().send("GET", f"https://{host}/")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://hooks.example.com/", "must begin with https://"),
        ("ftp://hooks.example.com/", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("hooks.example.com", "must begin with https://"),
        ("https://", "a host must be a name"),
        ("https://user:secret@hooks.example.com/", "no name and password"),
        ("https://hooks.example.com:port/", "an address must be like"),
        ("https://hooks.example.com@127.0.0.1/", "no name and password"),
        ("https://hooks.example.com\\@127.0.0.1/", "no name and password"),
        ("https://hooks.example.com\r\nX: y/", "an address must be like"),
    ],
)
def test_an_address_that_is_no_plain_https_address_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(RefusedError, match=sentence) as refused:
        outgoing(names=Names()).send("GET", url)
    assert "secret" not in str(refused.value)


def test_a_host_named_in_settings_may_be_written_in_any_case_and_an_address_in_any_form() -> None:
    with saying(ANSWER, host="::1") as server:
        assert outgoing("[0:0::1]").send("GET", f"http://[::1]:{server.port}/").status == 200
    with saying(ANSWER) as server:
        assert (
            outgoing("DESK.internal", names=local("desk.internal"))
            .send("GET", f"http://Desk.Internal:{server.port}/")
            .is_good
        )


def test_a_name_is_looked_up_once_and_what_it_says_later_gains_nothing() -> None:
    names = Names({"desk.internal": [["127.0.0.1"], ["10.255.255.1"]]})
    with saying(ANSWER) as server:
        assert outgoing("desk.internal", names=names).send("GET", f"http://desk.internal:{server.port}/").is_good
    assert names.looked == ["desk.internal"]


def test_a_name_that_turns_private_between_two_requests_is_refused_the_second_time() -> None:
    names = Names({"hooks.example.com": [["192.0.2.256"], ["127.0.0.1"]]})
    with pytest.raises(RefusedError, match="no public address"):
        outgoing(names=names).send("GET", "https://hooks.example.com/")
    with pytest.raises(RefusedError, match=r"leads to 127\.0\.0\.1"):
        outgoing(names=names).send("GET", "https://hooks.example.com/")
    assert names.looked == ["hooks.example.com"] * 2


def test_where_the_first_address_does_not_answer_the_next_one_is_asked() -> None:
    names = Names({"desk.internal": [["::1", "127.0.0.1"]]})
    with saying(ANSWER) as server:
        assert outgoing("desk.internal", names=names).send("GET", f"http://desk.internal:{server.port}/").is_good


def test_a_redirect_is_not_followed() -> None:
    with (
        saying(ANSWER) as inner,
        saying(
            f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{inner.port}/\r\nContent-Length: 0\r\n\r\n".encode()
        ) as server,
    ):
        answer = outgoing("127.0.0.1").send("GET", f"http://127.0.0.1:{server.port}/")
    assert (answer.status, answer.is_good, inner.asked) == (302, False, [])


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with saying(ANSWER) as proxy, saying(ANSWER) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert outgoing("127.0.0.1").send("GET", f"http://127.0.0.1:{server.port}/").is_good
    assert (len(proxy.asked), len(server.asked)) == (0, 1)


def certified(*names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server with a certificate for these names needs, and a client that trusts who made it."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


def test_by_tls_the_name_is_sent_and_checked_though_the_connection_goes_to_an_address() -> None:
    theirs, ours = certified("desk.internal")
    client = Outgoing(allowed=["desk.internal"], resolve=local("desk.internal"), patience=QUICK, certificates=ours)
    with saying(ANSWER, tls=theirs) as server:
        assert client.send("GET", f"https://desk.internal:{server.port}/").json() == {"a": "b"}
    assert server.names == ["desk.internal"]
    assert f"\r\nHost: desk.internal:{server.port}\r\n".encode() in server.asked[0]


def test_a_certificate_for_another_name_or_by_a_stranger_is_no_answer() -> None:
    theirs, ours = certified("other.internal")
    names = local("desk.internal")
    client = Outgoing(allowed=["desk.internal"], resolve=names, patience=QUICK, certificates=ours)
    stranger = Outgoing(allowed=["desk.internal"], resolve=names, patience=QUICK)
    with saying(ANSWER, tls=theirs) as server:
        for one in (client, stranger):
            with pytest.raises(NoAnswerError, match="CERTIFICATE_VERIFY_FAILED"):
                one.send("GET", f"https://desk.internal:{server.port}/")
    assert server.asked == []


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ((), "gave no whole answer"),
        ((b"SSH-2.0-OpenSSH_9\r\n",), "gave no whole answer"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",), "gave no whole answer"),
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",), "gave no whole answer"),
        ((b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",), "compressed"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2000,), "at most 1,000 bytes"),
        ((b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 30000,), "gave no whole answer"),
    ],
)
def test_half_an_answer_and_one_too_long_is_none(parts: tuple[bytes, ...], sentence: str) -> None:
    with saying(*parts) as server, pytest.raises(NoAnswerError, match=sentence):
        outgoing("127.0.0.1").send("GET", f"http://127.0.0.1:{server.port}/")


def test_a_server_that_says_nothing_is_waited_for_no_longer_than_agreed() -> None:
    begun = time.monotonic()
    with saying(b"", pause=3.0) as server, pytest.raises(NoAnswerError, match="did not answer in time"):
        outgoing("127.0.0.1").send("GET", f"http://127.0.0.1:{server.port}/")
    assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"])
def test_a_byte_now_and_then_does_not_keep_us_longer_than_agreed_in_all(head: bytes) -> None:
    drops = [head, *[b"H"] * 30]
    begun = time.monotonic()
    with saying(*drops, pause=0.1) as server, pytest.raises(NoAnswerError, match="did not answer in time"):
        outgoing("127.0.0.1").send("GET", f"http://127.0.0.1:{server.port}/")
    assert 0.5 < time.monotonic() - begun < 1.5


def test_the_time_in_all_cuts_off_a_longer_wait_for_the_next_byte() -> None:
    begun, patience = time.monotonic(), Patience(connect=1.0, read=5.0, total=0.3)
    with saying(b"", pause=3.0) as server, pytest.raises(NoAnswerError, match="did not answer in time"):
        outgoing("127.0.0.1", patience=patience).send("GET", f"http://127.0.0.1:{server.port}/")
    assert time.monotonic() - begun < 1.5


def test_a_resolver_that_hangs_is_left_behind() -> None:
    hangs = threading.Event()

    def resolve(host: str, port: int) -> Collection[str]:
        hangs.wait(5.0)
        return ["127.0.0.1"]

    client = Outgoing(resolve=resolve, patience=Patience(connect=0.1, read=0.1, total=0.2))
    with pytest.raises(NoAnswerError, match="nobody said in time which address it has"):
        client.send("GET", "https://hooks.example.com/")
    hangs.set()


def test_a_name_that_nobody_knows_is_no_answer() -> None:
    with pytest.raises(NoAnswerError, match="its name is not known"):
        outgoing().send("GET", "https://nobody.invalid/")


@pytest.mark.parametrize("token", ["secret\r\nY: b", "secret\x00", "secret-ü"])
def test_a_token_that_is_no_header_is_refused_and_not_told(token: str) -> None:
    with saying(ANSWER) as server, pytest.raises(RefusedError, match=r"cannot be sent to 127\.0\.0\.1") as refused:
        outgoing("127.0.0.1").send("GET", f"http://127.0.0.1:{server.port}/", headers={"X": token})
    assert server.asked == []
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("3", 3.0),
        ("0", 0.0),
        ("999999999999999999", 86400.0),
        ("Tue, 09 Jun 2026 12:00:30 GMT", 30.0),
        ("Tue, 09 Jun 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("Tue, 99 Jun 2026 12:00:30 GMT", None),
        ("Tue, 09 Jun 2026 12:00:30", None),
    ],
)
def test_the_wait_that_an_answer_asks_for_is_read_in_seconds_and_as_a_date(said: str, seconds: float | None) -> None:
    assert Answer(429, {"retry-after": said}, b"").retry_after(NOON) == seconds


def test_a_page_in_the_place_of_json_is_told_with_its_beginning() -> None:
    answer = Answer(200, {"content-type": "text/html"}, b"<html>\n <title>Maintenance</title>" + b"x" * 500)
    with pytest.raises(NoAnswerError, match=r"the answer was text/html: <html> <title>Maintenance</title>x*…"):
        answer.json()
    assert Answer(204, {}, b" ").json() is None
    with pytest.raises(NoAnswerError, match="no content type"):
        Answer(200, {}, b"[" * 100_000).json()
