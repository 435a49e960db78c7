"""The queue and a ticket in a real browser, by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from browsing import coloured, complaints, findings, is_too_wide, needs_chromium, sized, typed
from flask import Flask
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from web_builders import cookie_as, recording_desk, served, web_app

from advisor.types import Account, Customer, Ticket
from web.desk import Desk
from web.users import Role

pytestmark = [pytest.mark.chromium, needs_chromium]
NOW = datetime.now(UTC)
LONG = "W" * 400
MAYA = Customer(id="C-1", name=f"Maya {LONG}")
TICKETS = (
    Ticket(
        id="T1", subject="First", body="Send me the link, please.", created_at=NOW - timedelta(days=2), customer=MAYA
    ),
    Ticket(id="T2", subject="Second", body="Call me.", created_at=NOW - timedelta(days=1), customer=MAYA),
    Ticket(id="T3", subject=LONG, body=LONG, created_at=NOW, customer=MAYA, account=Account(plan=LONG, licences=9)),
)


@pytest.fixture(scope="module")
def desk() -> Desk:
    return recording_desk(*TICKETS)


@pytest.fixture(scope="module")
def app(desk: Desk) -> Flask:
    return web_app(desk)


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def browser(chrome: webdriver.Chrome, address: str, app: Flask) -> webdriver.Chrome:
    chrome.get(f"{address}/sign-in")
    chrome.add_cookie(cookie_as(app, Role.AGENT))
    return chrome


def test_a_ticket_is_found_opened_and_accepted_by_keyboard_alone(
    browser: webdriver.Chrome, address: str, desk: Desk
) -> None:
    browser.get(f"{address}/queue?order=oldest")
    typed(browser, "j", "j", "k", "j")
    assert browser.switch_to.active_element.text == "Second"
    typed(browser, Keys.ENTER)
    assert browser.find_element(By.TAG_NAME, "h1").text.startswith("Second")
    typed(browser, "a")
    assert browser.switch_to.active_element.text == "Accept the advice"
    typed(browser, Keys.ENTER)
    assert "accepted by agent" in browser.find_element(By.CSS_SELECTOR, ".deeds").text
    typed(browser, "e")
    assert browser.switch_to.active_element.get_attribute("id") == "done_action"
    typed(browser, Keys.TAB, Keys.TAB, Keys.TAB, Keys.TAB)
    assert browser.switch_to.active_element.text == "Note it"
    typed(browser, Keys.ENTER)
    assert "A person answered by phone, by agent" in browser.find_element(By.ID, "done").text
    assert desk.records.reviews.counts().accepted == 1
    assert complaints(browser) == []


def test_keys_search_and_tell_about_themselves(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/queue")
    typed(browser, "?")
    assert browser.find_element(By.ID, "keys").is_displayed()
    typed(browser, Keys.ESCAPE)
    assert not browser.find_element(By.ID, "keys").is_displayed()
    typed(browser, "/")
    typed(browser, "jfirst")
    assert browser.find_element(By.ID, "q").get_attribute("value") == "jfirst"


@pytest.mark.parametrize("page", ["/queue", "/queue?waits=all&signal=outage", "/tickets/local/T3", "/tickets/local/T2"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_hard_to_use_or_too_wide(browser: webdriver.Chrome, address: str, page: str, scheme: str) -> None:
    coloured(browser, scheme)
    browser.get(f"{address}{page}")
    assert findings(browser) == []
    sized(browser, 360)
    assert not is_too_wide(browser)
    assert complaints(browser) == []


def test_a_new_ticket_is_announced(browser: webdriver.Chrome, address: str, desk: Desk) -> None:
    browser.get(f"{address}/queue")
    desk.advise(Ticket(id="T9", subject="Late comer", body="How?", created_at=NOW))
    browser.execute_script("look()")
    link = browser.find_element(By.CSS_SELECTOR, "#arrivals a")
    assert link.text == "1 new ticket: show it"
    link.click()
    assert "Late comer" in browser.find_element(By.ID, "tickets").text
