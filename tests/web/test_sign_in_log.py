from __future__ import annotations

import logging

import pytest
from test_sign_in import OTHER, sign_in
from web_builders import PASSWORD, client_as, staff_of, web_app

from web.users import Role


def test_sign_ins_and_refusals_are_logged_without_a_secret_or_an_unknown_name(caplog: pytest.LogCaptureFixture) -> None:
    app = web_app()
    staff_of(app).users.add("mary", Role.AGENT, password=PASSWORD)
    app.add_url_rule("/experts", "experts", view_func=lambda: "open")
    app.config["ROUTES"] |= {"experts": Role.LEAD}
    with caplog.at_level(logging.INFO):
        sign_in(app.test_client(), "mary", OTHER)
        sign_in(app.test_client(), "my password is kettles", OTHER)
        sign_in(app.test_client())
        client_as(app, Role.AGENT).get("/experts")
    ours = (record for record in caplog.records if record.name.startswith("web.") and record.name != "web.requests")
    said = [record.getMessage() for record in ours]
    assert said == [
        "sign-in failed: mary, from 127.0.0.1",
        "sign-in failed: no user, from 127.0.0.1",
        "signed in: mary by password, from 127.0.0.1",
        "refused: agent (agent) at experts, which needs lead",
    ]
