"""Sources and ids go through an address whole, whatever they are made of."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from flask import Blueprint, Flask, url_for
from hostile import IDS
from hypothesis import given
from hypothesis import strategies as st

from web.record_keys import decoded, encoded, take_keys

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.fixture(scope="module")
def app() -> Flask:
    app, pages = Flask("keys"), Blueprint("pages", "keys")
    take_keys(pages)

    @pages.get("/things/<key:source>/<keys:key>")
    def show(source: str, key: str) -> dict[str, str]:
        return {"source": source, "key": key}

    app.register_blueprint(pages)
    return app


@given(TEXTS)
def test_an_id_comes_back_as_it_was(id: str) -> None:
    assert decoded(encoded(id)) == id


@given(TEXTS)
def test_an_id_is_one_piece_of_a_path_that_no_browser_changes(id: str) -> None:
    piece = encoded(id)
    assert piece
    assert not set(piece) & set("/\\?#%; \t\n")
    assert piece not in (".", "..")


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("source", ["desk", "..", "a/b", "my desk"])
def test_a_link_opens_what_it_was_made_for(app: Flask, source: str, id: str) -> None:
    with app.test_request_context():
        address = url_for("pages.show", source=source, key=id)
    resolved = urlsplit(urljoin("http://localhost/queue", address)).path  # as a browser does
    assert resolved == address
    assert app.test_client().get(address).json == {"source": source, "key": id}


@pytest.mark.parametrize(
    ("typed", "key"),
    [("a/b", "a/b"), ("a%2Fb", "a/b"), ("J%C3%BCrgen%20V", "Jürgen V"), ("~zz", "~zz"), ("~C3x", "\ufffdx"), ("~", "")],
)
def test_an_address_that_was_put_together_elsewhere_is_read_as_meant(app: Flask, typed: str, key: str) -> None:
    answer = app.test_client().get(f"/things/desk/{typed}")
    assert answer.json == {"source": "desk", "key": key}
