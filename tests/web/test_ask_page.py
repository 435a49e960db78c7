from __future__ import annotations

import pytest
from browsing import complaints, needs_chromium
from markup import attribute, one
from selectolax.lexbor import LexborHTMLParser as Html
from selenium import webdriver
from selenium.webdriver.common.by import By
from web_builders import client_as, cookie_as, recording_desk, served, web_app

from web.users import Role

TYPED = {"message": "Please call me.", "channel": "email", "phone": "+44 20 7946 0958"}


def test_a_preview_is_the_advice_alone_and_stores_nothing() -> None:
    desk = recording_desk()
    answer = client_as(web_app(desk), Role.READ_ONLY).post("/try/preview", data=TYPED)
    assert answer.status_code == 200
    assert one(Html(answer.text), "#headline").text() == "A person, by phone"
    assert "<html" not in answer.text
    assert desk.records.counts()["tickets"] == 0


def test_a_preview_of_an_unfit_form_is_empty() -> None:
    answer = client_as(web_app(recording_desk()), Role.READ_ONLY).post("/try/preview", data={"message": " "})
    assert (answer.status_code, answer.text) == (422, "")


def test_what_was_typed_is_recorded_when_asked_and_leads_to_its_page() -> None:
    desk = recording_desk()
    page = client_as(web_app(desk), Role.AGENT).post("/try/record", data=TYPED, follow_redirects=True)
    assert page.status_code == 200
    assert page.request.path.startswith("/tickets/page/typed-")
    assert "Recorded as a ticket." in page.text
    assert desk.records.counts()["tickets"] == 1


def test_what_is_wrong_is_not_recorded_and_stays_in_the_form() -> None:
    desk = recording_desk()
    page = client_as(web_app(desk), Role.AGENT).post("/try/record", data=TYPED | {"licences": "many"})
    assert page.status_code == 422
    assert attribute(Html(page.text), "#licences", "value") == "many"
    assert desk.records.counts()["tickets"] == 0


def test_who_only_reads_may_not_record() -> None:
    client = client_as(web_app(recording_desk()), Role.READ_ONLY)
    assert client.post("/try/record", data=TYPED).status_code == 403
    assert "Record it as a ticket" not in client.get("/try").text


@pytest.mark.chromium
@needs_chromium
def test_the_advice_comes_when_typing_stops(chrome: webdriver.Chrome) -> None:
    app = web_app(recording_desk())
    with served(app) as address:
        chrome.get(f"{address}/sign-in")
        chrome.add_cookie(cookie_as(app, Role.AGENT))
        chrome.get(f"{address}/try")
        chrome.find_element(By.ID, "message").send_keys("Send me the link, please.")
        assert chrome.find_element(By.ID, "headline").text == "Self-service: send this article"
        assert chrome.find_element(By.ID, "copy").is_displayed()
        assert chrome.switch_to.active_element.get_attribute("id") == "message"
        assert complaints(chrome) == []
