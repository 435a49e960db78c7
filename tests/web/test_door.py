"""The door of every helpdesk: whatever comes has the status that tells its sender what to do, and never a 500."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from hook_builders import ADDRESS, HookedApp, ago, now, sample, signed
from web_builders import client_as

from web.helpdesks import HELPDESKS
from web.helpdesks.model import Kind
from web.hooks import made_secret
from web.inbox_jobs import DELIVERIES, State
from web.pages import doors
from web.pages.doors import MOST_BYTES
from web.users import Role

TIMED = [kind for kind in Kind if HELPDESKS[kind].SIGNING.time_header]
SIGNED = [kind for kind in Kind if HELPDESKS[kind].SIGNING.digest]
PING = {"type": "ping", "data": {}}


@pytest.fixture(scope="module")
def shared() -> HookedApp:
    """Of tests that change nothing, or do not mind what others have sent."""
    return HookedApp()


@pytest.fixture
def at() -> HookedApp:
    return HookedApp(kinds=(Kind.STANDARD,))


def ticket(id: str = "t-1", **more: object) -> dict[str, object]:
    return {"type": "ticket.created", "data": {"id": id, "subject": "Calendar", "body": "How do I connect it?", **more}}


@pytest.mark.parametrize("kind", Kind)
def test_a_signed_sample_is_accepted_once(shared: HookedApp, kind: Kind) -> None:
    hook = shared.hook(kind)
    more, body = sample(hook)
    headers = signed(hook, body, id=f"sample-{kind}", headers=more)
    first, second = shared.knock(kind, body, headers), shared.knock(kind, body, headers)
    assert (first.status_code, first.get_json()) == (202, {"status": "accepted"})
    assert (second.status_code, second.get_json()) == (200, {"status": "duplicate"})
    assert [one.again for one in shared.inbox.find(source=kind.value)] == [1]


@pytest.mark.parametrize("kind", SIGNED)
def test_a_tampered_body_is_401(shared: HookedApp, kind: Kind) -> None:
    hook = shared.hook(kind)
    more, body = sample(hook)
    answer = shared.knock(kind, body + b" ", signed(hook, body, headers=more))
    assert answer.status_code == 401
    assert "signature does not fit" in answer.get_json()["error"]


@pytest.mark.parametrize("kind", Kind)
def test_a_wrong_secret_is_401(shared: HookedApp, kind: Kind) -> None:
    _, body = sample(shared.hook(kind))
    assert shared.send(kind, body, secret=made_secret(kind)).status_code == 401


@pytest.mark.parametrize("kind", TIMED)
@pytest.mark.parametrize(("minutes", "says"), [(6, "too long ago"), (-6, "in the future")])
def test_an_old_or_future_delivery_is_401_and_says_which(
    shared: HookedApp, kind: Kind, minutes: int, says: str
) -> None:
    _, body = sample(shared.hook(kind))
    answer = shared.send(kind, body, at=ago(minutes=minutes))
    assert answer.status_code == 401
    assert says in answer.get_json()["error"]


@pytest.mark.parametrize("kind", TIMED)
@pytest.mark.parametrize("minutes", [1, -1])
def test_clocks_may_differ_by_a_minute(shared: HookedApp, kind: Kind, minutes: int) -> None:
    _, body = sample(shared.hook(kind))
    assert shared.send(kind, body, id=f"clock {minutes}", at=ago(minutes=minutes)).status_code in (200, 202)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("found", [None, "", "garbage", "v1,a", "sha256=", "sha1=\xe4\xf6", "v1,\xff \xff", ", ,"])
def test_a_missing_or_malformed_signature_is_401(shared: HookedApp, kind: Kind, found: str | None) -> None:
    hook = shared.hook(kind)
    _, body = sample(hook)
    name = HELPDESKS[kind].SIGNING.header
    headers = {key: value for key, value in signed(hook, body).items() if key != name}
    answer = shared.knock(kind, body, headers if found is None else headers | {name: found})
    assert answer.status_code == 401


@pytest.mark.parametrize("kind", TIMED)
@pytest.mark.parametrize("found", [None, "", "soon", "\xe4", "99999999999999999999", "-5", "NaN"])
def test_a_missing_or_malformed_time_is_401(shared: HookedApp, kind: Kind, found: str | None) -> None:
    hook = shared.hook(kind)
    _, body = sample(hook)
    name = HELPDESKS[kind].SIGNING.time_header
    headers = {key: value for key, value in signed(hook, body).items() if key != name}
    assert shared.knock(kind, body, headers if found is None else headers | {name: found}).status_code == 401


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"{", b"nonsense", b"\xff\xfe\x00", b'{"a": "\xff"}', b"[]", b"null", b"1", b'"x"', b"<html>no</html>",
     b"[" * 100_000, b'{"a":' * 50_000, b"NaN", b'{"a": 1e999}'],
)  # fmt: skip
def test_a_body_that_is_no_event_is_400_or_not_for_us(shared: HookedApp, kind: Kind, body: bytes) -> None:
    answer = shared.send(kind, body, id=f"{kind} {hash(body)}")
    assert answer.status_code in (400, 200), answer.text
    if answer.status_code == 400:
        assert answer.get_json()["error"]


@pytest.mark.parametrize("kind", [Kind.STANDARD, Kind.ZENDESK, Kind.ZAMMAD])
def test_bad_json_is_400(shared: HookedApp, kind: Kind) -> None:
    answer = shared.send(kind, b"{nonsense")
    assert answer.status_code == 400
    assert "JSON" in answer.get_json()["error"]


@pytest.mark.parametrize("kind", Kind)
def test_more_than_four_megabytes_are_413(shared: HookedApp, kind: Kind) -> None:
    answer = shared.knock(kind, b"x" * (MOST_BYTES + 1), {"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.get_json() == {"error": "it is larger than the 4 MB that a delivery may have"}


def test_a_mail_of_two_megabytes_is_taken(at: HookedApp) -> None:
    mail = "<p>How do I connect it?</p><img src='data:" + "A" * 2_000_000 + "'>"
    assert at.send(Kind.STANDARD, ticket(body=mail)).status_code == 202
    at.crew.work_off()
    assert [(one.state, one.error) for one in at.jobs()] == [(State.DONE, None)]


@pytest.mark.parametrize("name", ["nobody", "standard%00", "a" * 300, "STANDARD", "%F0%9F%98%80"])
def test_a_hook_that_is_not_there_is_404(shared: HookedApp, name: str) -> None:
    answer = shared.client.post(f"/hooks/{name}", data=b"{}")
    assert answer.status_code == 404
    assert "no such hook" in answer.get_json()["error"]


def test_a_ping_and_an_unknown_event_are_answered_and_kept_with_the_reason(at: HookedApp) -> None:
    ping, unknown = at.send(Kind.STANDARD, PING, id="1"), at.send(Kind.STANDARD, {"type": "x.y", "data": {}}, id="2")
    assert (ping.status_code, unknown.status_code) == (200, 200)
    assert ping.get_json() == {"status": "ignored", "reason": "a ping: the address and the secret are right"}
    assert unknown.get_json()["reason"].startswith("x.y is no event that is taken here")
    assert [(one.state, one.result) for one in reversed(at.jobs())] == [
        (State.IGNORED, ping.get_json()["reason"]),
        (State.IGNORED, unknown.get_json()["reason"]),
    ]
    assert at.crew.work_off() == 0


def test_two_signatures_of_which_one_fits_are_taken(at: HookedApp) -> None:
    body = json.dumps(ticket()).encode()
    headers = signed(at.hook(Kind.STANDARD), body)
    both = headers | {"webhook-signature": f"v1,bm9uZQ== {headers['webhook-signature']}"}
    assert at.knock(Kind.STANDARD, body, both).status_code == 202


def test_the_names_of_svix_are_known_and_name_the_same_delivery(at: HookedApp) -> None:
    body = json.dumps(ticket()).encode()
    headers = signed(at.hook(Kind.STANDARD), body)
    svix = {name.replace("webhook-", "svix-"): value for name, value in headers.items()}
    assert at.knock(Kind.STANDARD, body, svix).status_code == 202
    assert at.knock(Kind.STANDARD, body, headers).get_json() == {"status": "duplicate"}


def test_a_rotated_secret_is_good_for_a_day() -> None:
    at = HookedApp()
    for kind in Kind:
        old, (more, body) = at.hook(kind).secrets[0], sample(at.hook(kind))
        at.hooks.rotate(kind.value, secret=made_secret(kind), now=ago(hours=23))
        by_old = signed(at.hook(kind), body, secret=old, headers=more)
        assert at.knock(kind, body, by_old).status_code == 202
        assert at.knock(kind, body, signed(at.hook(kind), body, headers=more)).status_code == 200
        at.hooks.rotate(kind.value, secret=made_secret(kind), now=ago(hours=12))  # the first one keeps its day
        assert len(at.hook(kind).secrets) == 3
        assert len(at.hooks.named(kind.value, now=now() + timedelta(hours=2)).secrets) == 2


def test_a_verified_challenge_is_given_back() -> None:
    at = HookedApp(kinds=(Kind.FRONT,))
    body = b"{}"
    headers = signed(at.hook(Kind.FRONT), body, headers={"x-front-challenge": "say it"})
    assert at.knock(Kind.FRONT, body, headers).get_json() == {"challenge": "say it"}
    assert at.knock(Kind.FRONT, body, headers | {"x-front-signature": "no"}).status_code == 401
    assert at.jobs() == []


def test_hubspot_may_sign_a_query(shared: HookedApp) -> None:
    from web.verifier import Came, sign

    hook = shared.hook(Kind.HUBSPOT)
    more, body = sample(hook)
    came = Came("POST", f"{ADDRESS}/hooks/hubspot?desk=1", more, body)
    headers = {**more, **sign(HELPDESKS[Kind.HUBSPOT].SIGNING, hook.secrets[0], came, id="q", now=now())}
    assert shared.client.post("/hooks/hubspot?desk=1", data=body, headers=headers).status_code in (200, 202)
    assert shared.client.post("/hooks/hubspot?desk=2", data=body, headers=headers).status_code == 401


def test_it_asks_to_come_again_while_another_holds_the_database(at: HookedApp, monkeypatch: pytest.MonkeyPatch) -> None:
    at.inbox.patience = 0.05
    with closing(sqlite3.connect(at.desk.settings.records, isolation_level=None)) as other:
        other.execute("begin immediate")
        answer = at.send(Kind.STANDARD, ticket())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert at.send(Kind.STANDARD, ticket()).status_code == 202


def test_it_asks_to_come_again_where_too_much_waits(at: HookedApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "MOST_WAITING", 1)
    monkeypatch.setattr(doors, "COUNTED_FOR", 0.0)
    assert at.send(Kind.STANDARD, ticket("1"), id="1").status_code == 202
    assert at.send(Kind.STANDARD, ticket("2"), id="2").status_code == 503
    at.crew.work_off()
    assert at.send(Kind.STANDARD, ticket("2"), id="2").status_code == 202


def test_a_failure_of_ours_is_503_with_an_incident(at: HookedApp) -> None:
    with at.desk.records.file.writing() as tables:
        tables.execute("drop table inbox")
    answer = at.send(Kind.STANDARD, ticket())
    assert answer.status_code == 503
    assert "incident" in answer.get_json()["error"]


def test_no_secret_and_no_signature_is_kept_with_a_delivery(shared: HookedApp) -> None:
    for kind in Kind:
        more, body = sample(shared.hook(kind))
        shared.knock(kind, body, signed(shared.hook(kind), body, id=f"kept {kind}", headers=more))
    for one in shared.jobs():
        assert HELPDESKS[Kind(one.source or "")].SIGNING.header not in one.headers
        assert all(secret not in str(one.headers) for secret in shared.hook(Kind(one.source or "")).secrets)


def test_what_is_refused_stands_on_the_page_with_the_reason(at: HookedApp) -> None:
    at.send(Kind.STANDARD, ticket(), secret=made_secret(Kind.STANDARD))
    page = client_as(at.app, Role.LEAD).get("/deliveries").text
    assert "Refused at the door" in page
    assert "401: the signature does not fit" in page


def test_helpdesks_need_no_cookie_no_form_token_and_are_not_counted(at: HookedApp) -> None:
    for number in range(30):
        answer = at.send(Kind.STANDARD, ticket(str(number)), id=str(number))
        assert answer.status_code == 202
        assert "X-RateLimit-Limit" not in answer.headers
    assert at.inbox.waiting(DELIVERIES) == 30
