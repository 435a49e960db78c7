"""Signing in and out as a browser does it, with the clock in our hands."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from web_builders import PASSWORD, QUICK, TUESDAY, client_as, desk, recording_desk, staff_of, web_app
from werkzeug.test import TestResponse

from web.passwords import Passwords
from web.sessions import How
from web.staff import Staff
from web.users import Role
from web.visits import BACKGROUND, safe_path

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
OTHER = "seven quiet lorries dance"


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.at = TUESDAY

    def __call__(self) -> datetime:
        return self.at

    def later(self, **passed: float) -> None:
        self.at += timedelta(**passed)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(clock: Clock) -> Flask:
    at = desk()
    staff = Staff.open(at.settings, passwords=QUICK, now=clock)
    staff.users.add("Mary", Role.AGENT, password=PASSWORD)
    return web_app(at, staff=staff)


def form_token(page: TestResponse) -> str:
    found = TOKEN.search(page.text)
    assert found is not None
    return found[1]


def sign_in(
    client: FlaskClient, name: str = "mary", password: str = PASSWORD, *, path: str = "/sign-in"
) -> TestResponse:
    """Open the page, type, send."""
    onward = re.search(r'name="next" value="([^"]+)"', (page := client.get(path)).text)
    form = {"name": name, "password": password, "csrf_token": form_token(page)}
    return client.post("/sign-in", data=form | ({"next": onward[1].replace("&amp;", "&")} if onward else {}))


def is_in(client: FlaskClient, **headers: str) -> bool:
    return client.get("/account", headers=headers).status_code == 200


def cookie_of(app: Flask, client: FlaskClient) -> str:
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return cookie.value


def test_name_and_password_lead_in_whatever_the_case_of_the_name(app: Flask) -> None:
    client = app.test_client()
    went = sign_in(client, "MARY")
    assert (went.status_code, went.headers["Location"]) == (303, "/")
    assert is_in(client)
    assert ">mary</a>" in client.get("/try").text


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("mary", OTHER),
        ("mary", PASSWORD.upper()),
        ("mary", f"{PASSWORD} "),
        ("mary", ""),
        ("mary", PASSWORD + "x" * 300),
        ("nobody", PASSWORD),
        ("", ""),
        ("mary' or '1'='1", PASSWORD),
    ],
)
def test_whatever_is_wrong_the_same_is_said(app: Flask, name: str, password: str) -> None:
    client = app.test_client()
    page = sign_in(client, name, password)
    assert page.status_code == 422
    assert "This name and this password do not belong together." in page.text
    assert not is_in(client)


class CountingHasher(PasswordHasher):
    """Argon2 that notes what it was asked to verify."""

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        VERIFIED.append(str(hash))
        return super().verify(hash, password)


VERIFIED: list[str] = []


def test_for_a_name_that_may_not_sign_in_a_hash_is_verified_all_the_same() -> None:
    hasher = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    users = Staff.open(desk().settings, passwords=Passwords(hasher)).users
    users.add("mary", Role.AGENT, password=PASSWORD)
    users.add("gone", Role.AGENT, password=PASSWORD)
    users.disable("gone")
    users.add("link", Role.AGENT)
    VERIFIED.clear()
    for name in ("nobody", "link", "gone", "mary"):
        assert users.verified(name, OTHER) is None
    assert len(VERIFIED) == 4
    assert all(stored.startswith("$argon2id$v=19$m=8,t=1,p=1$") for stored in VERIFIED)


def test_signing_in_gives_another_token_than_the_one_before(app: Flask) -> None:
    client = app.test_client()
    before = form_token(client.get("/sign-in"))
    planted = cookie_of(app, client)
    sign_in(client)
    stranger = app.test_client()
    stranger.set_cookie(app.config["SESSION_COOKIE_NAME"], planted)
    assert not is_in(stranger)
    assert client.post("/sign-out", data={"csrf_token": before}).status_code == 400
    first = cookie_of(app, client)
    with client.session_transaction() as session:
        session.pop("token")
    sign_in(client)
    assert cookie_of(app, client) != first


def test_signing_out_ends_the_session_on_the_server(app: Flask) -> None:
    client = app.test_client()
    sign_in(client)
    kept = cookie_of(app, client)
    went = client.post("/sign-out", data={"csrf_token": form_token(client.get("/account"))})
    assert (went.status_code, went.headers["Location"]) == (303, "/sign-in")
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], kept)
    assert not is_in(client)


def test_signing_out_by_a_link_does_nothing(app: Flask) -> None:
    client = app.test_client()
    sign_in(client)
    assert client.get("/sign-out").status_code == 405
    assert is_in(client)


def test_who_does_nothing_for_an_hour_signs_in_again(app: Flask, clock: Clock) -> None:
    client = app.test_client()
    sign_in(client)
    for _ in range(3):
        clock.later(minutes=59)
        assert is_in(client)
    clock.later(minutes=61)
    assert not is_in(client)


def test_a_script_in_an_open_window_keeps_nobody_signed_in(app: Flask, clock: Clock) -> None:
    client = app.test_client()
    sign_in(client)
    for _ in range(3):
        clock.later(minutes=19)
        assert is_in(client, **{BACKGROUND: "1"})
    clock.later(minutes=4)
    assert not is_in(client)


def test_after_twelve_hours_everybody_signs_in_again(app: Flask, clock: Clock) -> None:
    client = app.test_client()
    sign_in(client)
    for _ in range(14):
        clock.later(minutes=50)
        assert is_in(client)
    clock.later(minutes=21)
    assert not is_in(client)


@pytest.mark.parametrize("change", ["set_role", "set_password", "disable"])
def test_a_change_of_a_user_ends_the_sessions_at_once(app: Flask, change: str) -> None:
    client = app.test_client()
    sign_in(client)
    users = staff_of(app).users
    {
        "set_role": lambda: users.set_role("mary", Role.LEAD),
        "set_password": lambda: users.set_password("mary", OTHER),
        "disable": lambda: users.disable("mary"),
    }[change]()
    assert not is_in(client)


def test_who_is_disabled_gets_in_no_more_by_password_or_by_link(app: Flask) -> None:
    staff = staff_of(app)
    token = staff.links.make("mary")
    staff.users.disable("mary")
    client = app.test_client()
    assert sign_in(client).status_code == 422
    assert client.get(f"/sign-in/link/{token}").status_code == 410
    staff.users.enable("mary")
    assert client.get(f"/sign-in/link/{token}").status_code == 410
    assert sign_in(client).status_code == 303


def test_neither_token_nor_password_is_in_the_database(app: Flask) -> None:
    client = app.test_client()
    sign_in(client)
    link = staff_of(app).links.make("mary")
    with client.session_transaction() as session:
        token = session["token"]
    rows = str(
        [list(staff_of(app).users._file.tables.table(name).rows) for name in ("users", "sessions", "sign_in_links")]
    )
    assert "$argon2id$" in rows
    for secret in (token, link, PASSWORD):
        assert secret not in rows


def test_a_cookie_that_was_changed_signs_nobody_in(app: Flask) -> None:
    client = app.test_client()
    sign_in(client)
    value = cookie_of(app, client)
    for changed in (value[:-3] + "abc", "x" + value, "", "a.b.c"):
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], changed)
        assert not is_in(client)


def test_the_cookie_is_for_this_host_and_no_script(app: Flask) -> None:
    client = app.test_client()
    name = app.config["SESSION_COOKIE_NAME"]
    sent = sign_in(client).headers["Set-Cookie"]
    assert re.fullmatch(r"advisor_[0-9a-f]{8}", name)
    assert sent.startswith(f"{name}=")
    assert sent.endswith("; HttpOnly; Path=/; SameSite=Lax")
    assert len(sent) < 4096


def test_by_tls_the_cookie_has_the_host_prefix_and_is_never_sent_without() -> None:
    app = web_app(recording_desk(https=True))
    answer = app.test_client().get("https://localhost/sign-in")
    assert re.match(
        r"__Host-advisor_[0-9a-f]{8}=\S+; Secure; HttpOnly; Path=/; SameSite=Lax$", answer.headers["Set-Cookie"]
    )


def test_two_installations_on_one_host_have_cookies_of_their_own() -> None:
    assert web_app(desk()).config["SESSION_COOKIE_NAME"] != web_app(desk()).config["SESSION_COOKIE_NAME"]


# where one comes back to


def test_one_comes_back_to_the_page_that_was_asked_for(app: Flask) -> None:
    client = app.test_client()
    sent = client.get("/try?demo=demo-01&x=1")
    assert sent.headers["Location"] == "/sign-in?next=/try?demo%3Ddemo-01%26x%3D1"
    assert sign_in(client, path=sent.headers["Location"]).headers["Location"] == "/try?demo=demo-01&x=1"


def test_a_form_that_was_sent_too_late_leads_back_to_its_page(app: Flask) -> None:
    sent = app.test_client().post(
        "/try", data={"message": "x"}, headers={"Referer": "http://localhost/try?demo=demo-02"}
    )
    assert sent.headers["Location"] == "/sign-in?next=/try?demo%3Ddemo-02"


def test_a_script_is_told_that_nobody_is_signed_in(app: Flask) -> None:
    answer = app.test_client().get("/try", headers={"Sec-Fetch-Dest": "empty"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/x\r\nSet-Cookie: a=b",
        "/" + "x" * 3000,
        "",
    ],
)
def test_nobody_is_sent_to_another_site(app: Flask, path: str) -> None:
    client = app.test_client()
    token = form_token(client.get("/sign-in", query_string={"next": path}))
    went = client.post("/sign-in", data={"name": "mary", "password": PASSWORD, "csrf_token": token, "next": path})
    assert (went.status_code, went.headers["Location"]) == (303, "/")
    assert safe_path(path) is None


# too many tries


def test_each_failure_after_the_fourth_makes_the_next_one_wait_twice_as_long(app: Flask, clock: Clock) -> None:
    client = app.test_client()
    for _ in range(5):
        assert sign_in(client, password=OTHER).status_code == 422
    waits = []
    for _ in range(4):
        refused = sign_in(client)
        assert refused.status_code == 429
        waits.append(int(refused.headers["Retry-After"]))
        clock.later(seconds=waits[-1])
        assert sign_in(client, password=OTHER).status_code == 422
    assert waits == [2, 4, 8, 16]
    assert "Please wait 32 seconds" in sign_in(client).text
    clock.later(seconds=32)
    assert sign_in(client).status_code == 303
    assert sign_in(app.test_client(), password=OTHER).status_code == 422


def test_a_restart_forgets_no_failure(clock: Clock) -> None:
    at = desk()
    for _ in range(5):
        app = web_app(at, staff=Staff.open(at.settings, passwords=QUICK, now=clock))
        assert sign_in(app.test_client(), password=OTHER).status_code == 422
    app = web_app(at, staff=Staff.open(at.settings, passwords=QUICK, now=clock))
    assert sign_in(app.test_client(), password=OTHER).status_code == 429


def test_an_address_that_tries_many_names_is_slowed_too(app: Flask) -> None:
    client = app.test_client()
    found = [sign_in(client, f"name{number}").status_code for number in range(21)]
    assert found == [422] * 20 + [429]
    assert sign_in(client).status_code == 429


def test_failures_from_elsewhere_make_the_owner_of_a_name_wait_a_minute_at_most(app: Flask, clock: Clock) -> None:
    throttle = staff_of(app).throttle
    for number in range(80):
        clock.later(seconds=throttle.attempt("mary", f"192.0.2.{number}"))
        assert throttle.attempt("mary", f"192.0.2.{number}") <= 60
    assert 0 < throttle.attempt("mary", "198.51.100.1") <= 60
    assert throttle.attempt("john", "198.51.100.1") == 0


def test_addresses_of_one_household_count_as_one(app: Flask) -> None:
    throttle = staff_of(app).throttle
    for number in range(5):
        assert throttle.attempt("mary", f"2001:db8:1:2::{number}") == 0
    assert throttle.attempt("mary", "2001:db8:1:2:3:4:5:6") == 2
    assert throttle.attempt("mary", "2001:db8:1:3::1") == 0


def test_failures_are_forgotten_after_a_day(app: Flask, clock: Clock) -> None:
    throttle = staff_of(app).throttle
    for _ in range(5):
        throttle.attempt("mary", "192.0.2.1")
    clock.later(hours=25)
    assert [throttle.attempt("mary", "192.0.2.1") for _ in range(5)] == [0] * 5


# links that sign in once


def test_a_link_signs_in_once_by_its_button_and_not_by_being_looked_at(app: Flask) -> None:
    path = f"/sign-in/link/{staff_of(app).links.make('mary')}"
    for scanner in (app.test_client(), app.test_client()):
        assert "Sign in as mary" in scanner.get(path).text
        assert scanner.head(path).status_code == 200
        assert not is_in(scanner)
    client, late = app.test_client(), app.test_client()
    form = {"token": path.rpartition("/")[2]}
    late_token = form_token(late.get(path))
    assert client.post("/sign-in/link", data=form | {"csrf_token": form_token(client.get(path))}).status_code == 303
    assert is_in(client)
    again = late.post("/sign-in/link", data=form | {"csrf_token": late_token})
    assert again.status_code == 410
    assert "This link no longer works" in again.text
    assert not is_in(late)


def test_a_link_is_too_old_after_a_quarter_of_an_hour(app: Flask, clock: Clock) -> None:
    path = f"/sign-in/link/{staff_of(app).links.make('mary')}"
    clock.later(minutes=14)
    assert app.test_client().get(path).status_code == 200
    clock.later(minutes=1)
    assert app.test_client().get(path).status_code == 410


def test_a_new_link_is_the_only_one(app: Flask) -> None:
    links = staff_of(app).links
    first = links.make("mary")
    second = links.make("mary")
    assert links.look(first) is None
    assert links.look(second) is not None


# one's own password


def own_client(app: Flask, how: How = How.PASSWORD) -> FlaskClient:
    client, staff = client_as(app, Role.AGENT, name="mary"), staff_of(app)
    with client.session_transaction() as session:
        session["token"] = staff.sessions.start(staff.users.get("mary"), how)
    return client


def change(client: FlaskClient, old: str | None, new: str, again: str | None = None) -> TestResponse:
    form = {"new_password": new, "again": new if again is None else again}
    return client.post("/account/password", data=form if old is None else form | {"password": old})


def test_a_password_is_changed_with_the_old_one_and_ends_all_other_sessions(app: Flask) -> None:
    client, elsewhere = own_client(app), own_client(app)
    kept = cookie_of(app, client)
    assert change(client, PASSWORD, OTHER).status_code == 303
    assert is_in(client)
    assert not is_in(elsewhere)
    assert cookie_of(app, client) != kept
    assert staff_of(app).users.verified("mary", OTHER) is not None
    assert staff_of(app).users.verified("mary", PASSWORD) is None


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        (OTHER, "six wooden ships sailing", None, "This is not your password."),
        (None, "six wooden ships sailing", None, "This is not your password."),
        (PASSWORD, "too short", None, "A password has at least 12 characters; these are 9."),
        (PASSWORD, "password1234", None, "This is among the first that anybody would try."),
        (PASSWORD, "six wooden ships sailing", "six wooden ships", "This is not the same"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_said_and_nothing_changes(
    app: Flask, old: str | None, new: str, again: str | None, sentence: str
) -> None:
    client = own_client(app)
    page = change(client, old, new, again)
    assert page.status_code == 422
    assert sentence in page.text
    assert new not in page.text
    assert staff_of(app).users.verified("mary", PASSWORD) is not None


def test_the_old_password_cannot_be_guessed_from_an_open_session(app: Flask) -> None:
    client = own_client(app)
    found = [change(client, f"wrong guess {number}", OTHER).status_code for number in range(6)]
    assert found == [422] * 5 + [429]


def test_who_came_by_a_link_chooses_a_password_without_the_old_one_for_a_quarter_of_an_hour(
    app: Flask, clock: Clock
) -> None:
    late = own_client(app, How.LINK)
    clock.later(minutes=16)
    assert change(late, None, OTHER).status_code == 422
    assert change(own_client(app, How.LINK), None, OTHER).status_code == 303


def test_who_has_no_password_is_told_to_choose_one(app: Flask) -> None:
    staff = staff_of(app)
    staff.users.add("new", Role.AGENT)
    path = f"/sign-in/link/{staff.links.make('new')}"
    client = app.test_client()
    form = {"token": path.rpartition("/")[2], "csrf_token": form_token(client.get(path))}
    page = client.post("/sign-in/link", data=form, follow_redirects=True)
    assert "You have no password yet" in page.text
    assert "Choose a password" in client.get("/account").text


def test_one_can_sign_out_everywhere_else(app: Flask) -> None:
    client, elsewhere, other = own_client(app), own_client(app), client_as(app, Role.LEAD)
    assert "Sign out everywhere else" in client.get("/account").text
    assert client.post("/account/sessions").status_code == 303
    assert (is_in(client), is_in(elsewhere), is_in(other)) == (True, False, True)


def test_the_time_outs_are_those_of_the_settings(clock: Clock) -> None:
    at = desk()
    at = replace(at, settings=replace(at.settings, session_idle_minutes=5, session_hours=1))
    app = web_app(at, staff=Staff.open(at.settings, passwords=QUICK, now=clock))
    client = client_as(app, Role.AGENT)
    clock.later(minutes=4)
    assert is_in(client)
    clock.later(minutes=6)
    assert not is_in(client)
