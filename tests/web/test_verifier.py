"""Every helpdesk's signature, by vectors of another implementation.

The vectors were made in a shell; for Standard Webhooks, with the bytes of BODY in the file `body`:

    (printf 'msg_1.1782900000.'; cat body) | openssl dgst -sha256 -hmac 's3cret-key-of-24-bytes!!' -binary | base64

for the others with the key `s3cret` and what is signed as the table in `web/helpdesks/` has it.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from web.helpdesks import HELPDESKS
from web.helpdesks.model import Kind
from web.verifier import Came, Refused, RefusedError, sign, verify

BODY = '{"hello": "wörld"}'.encode()
NOW = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
SECONDS, MILLISECONDS, ISO = "1782900000", "1782900000000", "2026-07-01T10:00:00Z"
A_MOMENT_LATER = {SECONDS: "1782900001", MILLISECONDS: "1782900000001", ISO: "2026-07-01T10:00:01Z"}
KEY = "s3cret"
WHSEC = "whsec_czNjcmV0LWtleS1vZi0yNC1ieXRlcyEh"

VECTORS: dict[Kind, tuple[str, dict[str, str]]] = {
    Kind.STANDARD: (
        WHSEC,
        {
            "webhook-id": "msg_1",
            "webhook-timestamp": SECONDS,
            "webhook-signature": "v1,c2P6OrfIb2LlowDVfy5ZK8jI1ORWHhsyqbK+KwldJPU=",
        },
    ),
    Kind.ZENDESK: (
        KEY,
        {
            "x-zendesk-webhook-signature": "Z3u99P4HNfsdQPySRkqJFeVjZKOrbsAzytIzKeVjmCk=",
            "x-zendesk-webhook-signature-timestamp": ISO,
        },
    ),
    Kind.INTERCOM: (KEY, {"x-hub-signature": "sha1=606d5e9126f81ab6b9deb0b2a10e58786de90cc5"}),
    Kind.CHATWOOT: (
        KEY,
        {
            "x-chatwoot-signature": "sha256=275a8f6a41deddbdd840eac6f4b99060529781c29b49d9f3391c225efd0ff88e",
            "x-chatwoot-timestamp": SECONDS,
        },
    ),
    Kind.ZAMMAD: (KEY, {"x-hub-signature": "sha1=606d5e9126f81ab6b9deb0b2a10e58786de90cc5"}),
    Kind.HUBSPOT: (
        KEY,
        {
            "x-hubspot-signature-v3": "CUon6btqRK4+zVK6APMSzUrNNPmiWdYxl4T2KA/zSY4=",
            "x-hubspot-request-timestamp": MILLISECONDS,
        },
    ),
    Kind.HELP_SCOUT: (KEY, {"x-helpscout-signature": "YG1ekSb4Gra53rCyoQ5YeG3pDMU="}),
    Kind.FRONT: (
        KEY,
        {
            "x-front-signature": "QLGf8j1sU+KjITWiJ/FSCA9u3qXr+ebxckFpjCCkolo=",
            "x-front-request-timestamp": MILLISECONDS,
        },
    ),
    Kind.LIBREDESK: (
        KEY,
        {"x-libredesk-signature": "sha256=322b6a3fe270d86c7e84f3b9f8fa2ca34c11395c3805048f58224dc4a37f0758"},
    ),
    Kind.JIRA: (KEY, {"x-hub-signature": "sha256=322b6a3fe270d86c7e84f3b9f8fa2ca34c11395c3805048f58224dc4a37f0758"}),
    Kind.FRESHDESK: (KEY, {"x-advisor-secret": KEY}),
    Kind.FRESHSERVICE: (KEY, {"x-advisor-secret": KEY}),
    Kind.GORGIAS: (KEY, {"x-advisor-secret": KEY}),
}
TIMED = [kind for kind in Kind if HELPDESKS[kind].SIGNING.time_header]
SIGNED = [kind for kind in Kind if HELPDESKS[kind].SIGNING.digest]


def came(kind: Kind, headers: dict[str, str] | None = None, *, body: bytes = BODY) -> Came:
    url = f"https://support.example.com/hooks/{kind.value}"
    return Came("POST", url, VECTORS[kind][1] if headers is None else headers, body)


def why(kind: Kind, request: Came, *, secrets: tuple[str, ...] | None = None, now: datetime = NOW) -> Refused | None:
    """Why a request is refused; None = it is taken."""
    try:
        verify(HELPDESKS[kind].SIGNING, secrets if secrets is not None else (VECTORS[kind][0],), request, now=now)
    except RefusedError as error:
        return error.why
    return None


@pytest.mark.parametrize("kind", Kind)
def test_what_openssl_has_signed_is_taken(kind: Kind) -> None:
    assert why(kind, came(kind)) is None


@pytest.mark.parametrize("kind", SIGNED)
def test_one_other_bit_of_the_body_is_refused(kind: Kind) -> None:
    assert why(kind, came(kind, body=BODY[:-1] + b"|")) is Refused.WRONG


@pytest.mark.parametrize("kind", Kind)
def test_another_secret_is_refused_and_a_rotated_one_is_taken_beside_it(kind: Kind) -> None:
    secret = VECTORS[kind][0]
    other = "whsec_b3RoZXI=" if kind is Kind.STANDARD else "other"
    assert why(kind, came(kind), secrets=(other,)) is Refused.WRONG
    assert why(kind, came(kind), secrets=()) is Refused.WRONG
    assert why(kind, came(kind), secrets=(other, secret)) is None


@pytest.mark.parametrize("kind", TIMED)
def test_five_minutes_either_way_are_allowed_and_not_a_second_more(kind: Kind) -> None:
    edge, over = timedelta(seconds=300), timedelta(seconds=301)
    assert why(kind, came(kind), now=NOW + edge) is None
    assert why(kind, came(kind), now=NOW - edge) is None
    assert why(kind, came(kind), now=NOW + over) is Refused.OLD
    assert why(kind, came(kind), now=NOW - over) is Refused.FUTURE


@pytest.mark.parametrize("kind", TIMED)
def test_another_time_than_was_signed_is_refused(kind: Kind) -> None:
    header = HELPDESKS[kind].SIGNING.time_header
    signed = VECTORS[kind][1]
    assert why(kind, came(kind, {**signed, header: A_MOMENT_LATER[signed[header]]})) is Refused.WRONG


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("found", ["", " ", "garbage", "v1,a", "v1,", "sha1=", "sha256=zz", "\xff\xfe", "=" * 5000])
def test_a_signature_that_is_none_is_refused_and_never_fails(kind: Kind, found: str) -> None:
    header = HELPDESKS[kind].SIGNING.header
    refused = why(kind, came(kind, {**VECTORS[kind][1], header: found}))
    assert refused in (Refused.NO_SIGNATURE, Refused.MALFORMED, Refused.WRONG)


@pytest.mark.parametrize("kind", Kind)
def test_a_missing_header_is_named(kind: Kind) -> None:
    signing, headers = HELPDESKS[kind].SIGNING, VECTORS[kind][1]
    assert why(kind, came(kind, {})) is Refused.NO_SIGNATURE
    without = {name: value for name, value in headers.items() if name != signing.time_header}
    assert why(kind, came(kind, without)) is (Refused.NO_TIME if signing.time_header else None)


@pytest.mark.parametrize("kind", TIMED)
@pytest.mark.parametrize("found", ["", "yesterday", "-1", "1e9", "٣", "9" * 40, "\xff", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_none_is_refused(kind: Kind, found: str) -> None:
    header = HELPDESKS[kind].SIGNING.time_header
    assert why(kind, came(kind, {**VECTORS[kind][1], header: found})) in (Refused.NO_TIME, Refused.WRONG)


def test_one_of_several_signatures_is_enough() -> None:
    headers = VECTORS[Kind.STANDARD][1]
    several = f"v1a,AAAA v1,d3Jvbmc= {headers['webhook-signature']} v2,x"
    assert why(Kind.STANDARD, came(Kind.STANDARD, {**headers, "webhook-signature": several})) is None
    beyond = " ".join(["v1,d3Jvbmc="] * 20 + [headers["webhook-signature"]])
    assert why(Kind.STANDARD, came(Kind.STANDARD, {**headers, "webhook-signature": beyond})) is Refused.WRONG


def test_the_names_of_svix_are_taken_too() -> None:
    headers = {name.replace("webhook", "svix"): value for name, value in VECTORS[Kind.STANDARD][1].items()}
    assert why(Kind.STANDARD, came(Kind.STANDARD, headers)) is None


def test_an_id_that_was_not_signed_is_refused() -> None:
    headers = VECTORS[Kind.STANDARD][1]
    assert why(Kind.STANDARD, came(Kind.STANDARD, {**headers, "webhook-id": "msg_2"})) is Refused.WRONG
    without = {name: value for name, value in headers.items() if name != "webhook-id"}
    assert why(Kind.STANDARD, came(Kind.STANDARD, without)) is Refused.NO_ID
    assert why(Kind.STANDARD, came(Kind.STANDARD, {**headers, "webhook-id": "\xe4"})) is Refused.NO_ID


def test_hubspot_signs_the_address_that_it_called() -> None:
    request = replace(came(Kind.HUBSPOT), url="https://evil.example/hooks/hubspot")
    assert why(Kind.HUBSPOT, request) is Refused.WRONG


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_what_we_sign_is_what_openssl_signs(kind: Kind) -> None:
    signing, body = HELPDESKS[kind].SIGNING, b"\x00\xff not UTF-8"
    if not signing.digest:
        assert sign(signing, KEY, came(kind, {}), id="1", now=NOW) == {signing.header: KEY}
        return
    ours = sign(signing, VECTORS[kind][0], came(kind, {}, body=body), id="1", now=NOW)
    time = ours.get(signing.time_header, "").encode()
    content = (
        signing.content.encode().replace(b"{id}", b"1").replace(b"{timestamp}", time).replace(b"{method}", b"POST")
    )
    content = content.replace(b"{url}", came(kind).url.encode()).replace(b"{body}", body)
    key = "s3cret-key-of-24-bytes!!" if kind is Kind.STANDARD else KEY
    made = subprocess.run(
        ["openssl", "dgst", f"-{signing.digest}", "-hmac", key, "-binary"],
        input=content,
        capture_output=True,
        check=True,
    ).stdout
    bare = ours[signing.header].removeprefix(signing.prefix)
    encoded = subprocess.run(["base64"], input=made, capture_output=True, check=True).stdout.decode().strip()
    assert bare in (made.hex(), encoded)


@given(st.sampled_from(Kind), st.dictionaries(st.sampled_from(["a", "b"]), st.text()), st.binary(), st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_comes_is_taken_or_refused(kind: Kind, more: dict[str, str], body: bytes, data: st.DataObject) -> None:
    signing = HELPDESKS[kind].SIGNING
    names = [name for name in (signing.header, signing.time_header, signing.id_header) if name]
    headers = {name: data.draw(st.one_of(st.just(VECTORS[kind][1].get(name, "1")), st.text())) for name in names}
    assert why(kind, Came("POST", "", {**more, **headers}, body)) in (None, *Refused)
