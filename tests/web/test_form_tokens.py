"""Forms carry a token of the session that they were made for (CSRF)."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from web_builders import client_as, web_app

from web.access import ROUTES, Open
from web.users import Role

OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
TYPED = {"subject": "Kept", "message": 'She wrote: "<b>call me</b>"\nand more', "channel": "chat"}


@pytest.fixture(scope="module")
def app() -> Flask:
    return web_app()


def posts(app: Flask) -> list[tuple[str, str]]:
    """Endpoint and address of everything that a form of a page can be sent to."""
    return [
        (rule.endpoint, re.sub(r"<[^>]+>", "0", rule.rule))
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and ROUTES[rule.endpoint] not in (Open.TOKEN, Open.SIGNED)
    ]


@pytest.mark.parametrize("token", [None, "", "x", "IjAwMDAi.aaaa.bbbb"])
def test_no_form_is_taken_without_its_token(app: Flask, token: str | None) -> None:
    assert len(posts(app)) >= 6
    for endpoint, path in posts(app):
        client = client_as(app, Role.ADMIN)
        del client.environ_base["HTTP_X_CSRFTOKEN"]
        answer = client.post(path, data={} if token is None else {"csrf_token": token})
        assert answer.status_code == 400, endpoint
        assert "The form was open too long" in answer.text


def test_the_token_of_another_session_is_refused(app: Flask) -> None:
    mine, theirs = client_as(app, Role.AGENT), client_as(app, Role.LEAD)
    with mine.session_transaction() as session:
        session["csrf_token"] = "1" * 40
    theirs.environ_base["HTTP_X_CSRFTOKEN"] = mine.environ_base["HTTP_X_CSRFTOKEN"]
    mine.environ_base["HTTP_X_CSRFTOKEN"] = theirs.environ_base["HTTP_X_CSRFTOKEN"]
    assert mine.post("/try", data=TYPED).status_code == 400
    assert theirs.post("/try", data=TYPED).status_code == 200


@pytest.mark.parametrize("path", ["/try", "/account", "/sign-in", "/nothing"])
def test_every_form_that_changes_something_has_a_token_in_it(app: Flask, path: str) -> None:
    client = client_as(app, None if path == "/sign-in" else Role.AGENT)
    forms = re.findall(r'<form[^>]*method="post".*?</form>', client.get(path).text, re.DOTALL)
    assert forms
    for form in forms:
        assert re.search(r'<input type="hidden" name="csrf_token" value="[^"]{40,}">', form), form


def test_a_script_finds_the_token_in_the_head_of_a_page(app: Flask) -> None:
    client = client_as(app, Role.AGENT)
    found = re.search(r'<meta name="csrf-token" content="([^"]+)">', client.get("/try").text)
    assert found is not None
    client.environ_base["HTTP_X_CSRFTOKEN"] = found[1]
    assert client.post("/try", data=TYPED).status_code == 200
    assert "csrf-token" not in app.test_client().get("/sign-in").text


def test_what_was_typed_into_a_form_that_was_open_too_long_is_sent_again_by_one_click(app: Flask) -> None:
    client = client_as(app, Role.AGENT)
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    page = client.post("/try", data=TYPED | {"csrf_token": "old"}, headers=OWN)
    assert page.status_code == 400
    assert "Nothing is lost: what you typed is still here." in page.text
    kept = re.findall(r'<textarea name="([^"]+)" hidden aria-hidden="true">\n(.*?)</textarea>', page.text, re.DOTALL)
    assert {name: unescape(value) for name, value in kept} == TYPED
    assert "<b>" not in page.text
    form = re.findall(r"<form.*?</form>", page.text, re.DOTALL)[-1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    assert 'action="/try"' in form
    assert client.post("/try", data=TYPED | {"csrf_token": token[1]}, headers=OWN).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "none"}])
def test_nothing_is_repeated_that_no_browser_vouches_for(app: Flask, headers: dict[str, str]) -> None:
    client = client_as(app, Role.AGENT)
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    page = client.post("/try", data=TYPED, headers=headers)
    assert page.status_code == 400
    assert "call me" not in page.text
    assert "go back, load the page again" in page.text


def test_no_password_is_repeated(app: Flask) -> None:
    client = client_as(app, Role.AGENT)
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    form = {"password": "four green kettles", "new_password": "five green kettles", "again": "five green kettles"}
    page = client.post("/account/password", data=form, headers=OWN)
    assert page.status_code == 400
    assert "kettles" not in page.text
