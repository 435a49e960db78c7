"""The access table: every route, asked for by every role and by nobody, as the one list says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from web_builders import client_as, web_app

from web.access import METHODS, ROUTES, Access, Open, check_routes
from web.users import Role

WHO: tuple[Role | None, ...] = (None, *Role)
PLACE = re.compile(r"<(?:\w+:)?\w+>")


@pytest.fixture(scope="module")
def app() -> Flask:
    return web_app()


def places(app: Flask, endpoint: str) -> Iterator[tuple[str, str]]:
    """Method and address of an endpoint; what stands in the address is of nothing that exists."""
    for rule in app.url_map.iter_rules(endpoint):
        for method in sorted((rule.methods or set()) & METHODS - {"OPTIONS"}):
            yield method, PLACE.sub("0", rule.rule)


def outcome(app: Flask, who: Role | None, method: str, path: str) -> str:
    """What became of a request: let in, sent to sign in, or refused for the wrong role."""
    with client_as(app, who).open(path, method=method) as answer:
        if who is None and answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in"):
            return "sign in"
        return "wrong role" if answer.status_code == 403 else "in"


ADDRESSES = (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in range(1 << 24))


def status_without_token(app: Flask, who: Role | None, method: str, path: str) -> int:
    """What the API answers to a browser; from another address each time, for who has no token is soon slowed."""
    with client_as(app, who).open(path, method=method, environ_overrides={"REMOTE_ADDR": next(ADDRESSES)}) as answer:
        return answer.status_code


def expected(who: Role | None, least: Access) -> str:
    if not isinstance(least, Role):
        return "in"
    if who is None:
        return "sign in"
    return "in" if who.covers(least) else "wrong role"


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
@pytest.mark.parametrize("who", WHO, ids=[str(who) for who in WHO])
def test_a_route_is_open_to_its_role_and_those_above_and_to_nobody_else(
    app: Flask, endpoint: str, who: Role | None
) -> None:
    for method, path in places(app, endpoint):
        if ROUTES[endpoint] is Open.TOKEN:
            assert status_without_token(app, who, method, path) == 401, (method, path)
            continue
        assert outcome(app, who, method, path) == expected(who, ROUTES[endpoint]), (method, path)


def test_what_is_on_no_list_is_not_served_to_anybody() -> None:
    made = web_app()
    made.add_url_rule("/forgotten", "forgotten", view_func=lambda: "open")
    for who in WHO:
        assert client_as(made, who).get("/forgotten").status_code == 403


def test_a_route_that_is_not_listed_stops_the_program_from_starting() -> None:
    app = Flask("forgotten")
    app.config["ROUTES"] = {"static": Open.PUBLIC}
    app.add_url_rule("/forgotten", "forgotten", view_func=lambda: "open")
    with pytest.raises(ValueError, match=r"every route must be in ROUTES .*: \['forgotten'\]"):
        check_routes(app)


def test_a_listed_route_that_does_not_exist_stops_the_program_from_starting() -> None:
    app = Flask("gone")
    app.config["ROUTES"] = {"static": Open.PUBLIC, "gone": Role.AGENT}
    with pytest.raises(ValueError, match=r"ROUTES must name routes only.*: \['gone'\]"):
        check_routes(app)


def test_a_page_that_would_change_things_by_anything_but_post_stops_the_program_from_starting() -> None:
    app = Flask("deletes")
    app.config["ROUTES"] = {"static": Open.PUBLIC, "deletes": Role.ADMIN}
    app.add_url_rule("/x", "deletes", view_func=lambda: "gone", methods=["DELETE"])
    with pytest.raises(ValueError, match=r"by POST only, was: \['DELETE'\] at /x"):
        check_routes(app)


def test_a_page_of_another_role_says_which_and_what_to_do() -> None:
    made = web_app()
    made.add_url_rule("/experts", "experts", view_func=lambda: "open")
    made.config["ROUTES"] |= {"experts": Role.LEAD}
    page = client_as(made, Role.READ_ONLY).get("/experts")
    assert page.status_code == 403
    assert "This needs the role lead" in page.text
    assert "You are signed in as read-only" in page.text
    assert client_as(made, Role.LEAD).get("/experts").text == "open"


@pytest.mark.parametrize(
    ("role", "least", "covers"),
    [
        (Role.READ_ONLY, Role.READ_ONLY, True),
        (Role.READ_ONLY, Role.AGENT, False),
        (Role.AGENT, Role.READ_ONLY, True),
        (Role.LEAD, Role.ADMIN, False),
        (Role.ADMIN, Role.LEAD, True),
    ],
)
def test_a_role_may_do_what_those_before_it_may(role: Role, least: Role, covers: bool) -> None:
    assert role.covers(least) is covers


def test_the_links_at_the_top_are_those_that_exist_and_that_one_may_open() -> None:
    made = web_app()
    assert 'href="/experience"' in client_as(made, Role.LEAD).get("/try").text
    assert 'href="/experience"' not in client_as(made, Role.AGENT).get("/try").text
    made.view_functions.pop("experience.experience")
    assert 'href="/experience"' not in client_as(made, Role.LEAD).get("/try").text
    assert 'href="/try" aria-current="page"' in client_as(made, Role.AGENT).get("/try").text
    assert "<nav" not in made.test_client().get("/sign-in").text
