"""Signing in with a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import coloured, complaints, findings, is_too_wide, needs_chromium, sized, typed
from flask import Flask
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from web_builders import PASSWORD, cookie_as, served, staff_of, web_app

from web.navigation import LINKS
from web.users import Role

pytestmark = [pytest.mark.chromium, needs_chromium]


@pytest.fixture(scope="module")
def app() -> Flask:
    app = web_app()
    staff_of(app).users.add("mary", Role.AGENT, password=PASSWORD)
    return app


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


def path(browser: webdriver.Chrome, address: str) -> str:
    return browser.current_url.removeprefix(address)


def test_signing_in_and_out_by_keyboard_alone(chrome: webdriver.Chrome, address: str) -> None:
    chrome.get(f"{address}/try?demo=demo-01")
    assert path(chrome, address).startswith("/sign-in?next=")
    typed(chrome, "Mary", Keys.TAB, PASSWORD, Keys.ENTER)
    assert chrome.find_element(By.CSS_SELECTOR, ".visitor a").text.endswith("mary")
    assert path(chrome, address) == "/try?demo=demo-01"
    chrome.find_element(By.CSS_SELECTOR, ".visitor button").send_keys(Keys.ENTER)
    assert chrome.find_element(By.CSS_SELECTOR, ".door h1").text == "Sign in"
    chrome.back()
    assert chrome.find_element(By.CSS_SELECTOR, ".door h1").text == "Sign in"
    assert complaints(chrome) == []


def test_a_password_can_be_pasted_and_is_masked(chrome: webdriver.Chrome, address: str) -> None:
    chrome.get(f"{address}/sign-in")
    field = chrome.find_element(By.ID, "password")
    assert (field.get_attribute("type"), field.get_attribute("autocomplete")) == ("password", "current-password")
    name = chrome.find_element(By.ID, "name")
    name.send_keys("mary", Keys.CONTROL, "a")
    name.send_keys(Keys.CONTROL, "c")
    field.send_keys(Keys.CONTROL, "v")
    assert field.get_attribute("value") == "mary"


def test_a_link_signs_in_by_its_button(chrome: webdriver.Chrome, app: Flask, address: str) -> None:
    chrome.get(f"{address}/sign-in/link/{staff_of(app).links.make('mary')}")
    chrome.find_element(By.CSS_SELECTOR, ".door button").click()
    assert chrome.find_element(By.CSS_SELECTOR, ".visitor a").text.endswith("mary")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_door_is_too_wide_or_hard_to_use(
    chrome: webdriver.Chrome, app: Flask, address: str, width: int, scheme: str
) -> None:
    sized(chrome, width)
    coloured(chrome, scheme)
    link = f"/sign-in/link/{staff_of(app).links.make('mary')}"
    for page in ("/sign-in", link, "/sign-in/link/gone", "/nothing"):
        chrome.get(f"{address}{page}")
        assert (is_too_wide(chrome), findings(chrome)) == (False, []), page
    chrome.add_cookie(cookie_as(app, Role.ADMIN))
    for page in ("/account", "/nothing"):
        chrome.get(f"{address}{page}")
        assert (is_too_wide(chrome), findings(chrome)) == (False, []), page
    shown = [link.text for link in chrome.find_elements(By.CSS_SELECTOR, ".rooms a")]
    assert shown == [label for label, endpoint in LINKS if endpoint in app.view_functions]
