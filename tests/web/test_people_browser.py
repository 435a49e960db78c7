"""The pages of customers and accounts in a real browser: by keyboard alone, light and dark, on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import coloured, complaints, findings, is_too_wide, needs_chromium, sized, typed
from flask import Flask
from people_builders import MAYA, story_desk, told
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from web_builders import cookie_as, served, web_app

from advisor.types import Stance, WishChannel
from web.desk import Desk
from web.users import Role

pytestmark = [pytest.mark.chromium, needs_chromium]
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"
PAGES = (
    "/customers",
    "/customers?q=nobody",
    "/customers?kind=account",
    "/customers/desk/C-1",
    "/accounts/desk/A-1",
    "/customers/forget/desk/C-1",
)


@pytest.fixture(scope="module")
def desk() -> Desk:
    return story_desk(told("W" * 200, 3, body="W" * 2000, subject="W" * 300))


@pytest.fixture(scope="module")
def app(desk: Desk) -> Flask:
    return web_app(desk)


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


def signed_in(chrome: webdriver.Chrome, app: Flask, address: str, role: Role) -> webdriver.Chrome:
    chrome.get(f"{address}/sign-in")
    chrome.add_cookie(cookie_as(app, role))
    complaints(chrome)
    return chrome


def tab_to(chrome: webdriver.Chrome, words: str) -> None:
    """Press Tab until what has the focus says this."""
    for _ in range(80):
        typed(chrome, Keys.TAB)
        focused = chrome.switch_to.active_element
        if words in (focused.get_attribute("textContent") or "", focused.get_attribute("id") or ""):
            return
    raise AssertionError(f"nothing that says {words!r} is reached by Tab")


def told_words(chrome: webdriver.Chrome) -> str:
    return chrome.find_element(By.CSS_SELECTOR, "#told strong").text


def test_a_customer_is_found_a_wish_put_on_file_and_taken_back_by_keyboard_alone(
    chrome: webdriver.Chrome, app: Flask, address: str, desk: Desk
) -> None:
    before = desk.records.filing.of(*MAYA)
    signed_in(chrome, app, address, Role.AGENT).get(f"{address}/customers")
    typed(chrome, Keys.TAB, Keys.ENTER, Keys.TAB, "brook", Keys.ENTER)  # past the navigation into the search
    chrome.find_element(By.CSS_SELECTOR, ".person a")
    tab_to(chrome, "Maya Brook")
    typed(chrome, Keys.ENTER)
    chrome.find_element(By.ID, "stance")
    tab_to(chrome, "stance")
    typed(chrome, "does", Keys.TAB, "a chat", Keys.ENTER)
    tab_to(chrome, "Put on file")
    typed(chrome, Keys.ENTER)
    assert told_words(chrome) == "Put on file: does not want a chat"
    new = [one for one in desk.records.filing.of(*MAYA) if one.id not in {kept.id for kept in before}]
    assert [(one.stance, one.channel, one.filed_by) for one in new] == [(Stance.REFUSES, WishChannel.CHAT, "agent")]
    typed(chrome, Keys.TAB, Keys.ENTER)  # the undo is the next thing after what was told
    assert told_words(chrome) == "Taken back."
    assert desk.records.filing.of(*MAYA) == before
    assert complaints(chrome) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_grave_finding_or_complains(
    chrome: webdriver.Chrome, app: Flask, address: str, scheme: str
) -> None:
    signed_in(chrome, app, address, Role.ADMIN)
    coloured(chrome, scheme)
    for page in PAGES:
        chrome.get(address + page)
        chrome.execute_script(UNFOLD)
        assert findings(chrome) == [], page
    assert complaints(chrome) == []


def test_nothing_is_wider_than_a_narrow_screen(chrome: webdriver.Chrome, app: Flask, address: str) -> None:
    signed_in(chrome, app, address, Role.ADMIN)
    sized(chrome, 360, 740)
    for page in PAGES:
        chrome.get(address + page)
        chrome.execute_script(UNFOLD)
        assert not is_too_wide(chrome), page
