"""The experience and audit pages in a real browser: their main task by keyboard alone, light, dark and narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from browsing import coloured, complaints, findings, is_too_wide, needs_chromium, sized, typed
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from test_experience_page import FLOOR, TICKETS
from web_builders import cookie_as, folder_for_now, recording_desk, served, web_app

from advisor.decision.experience import Experience, default_text
from advisor.insight.audit import draw
from web.desk import Desk

PATHS = (
    "/experience",
    "/experience/edit",
    "/experience/incidents",
    "/experience/history",
    f"/experience/history/{Experience.default().fingerprint}",
    "/audit",
    "/audit/label",
    "/audit/result",
)


@pytest.fixture(scope="module")
def desk() -> Desk:
    home = folder_for_now()
    (home / "experience.toml").write_text(default_text())
    desk = recording_desk(*TICKETS, home=home)
    desk.records.keep_experience(Experience.default().fingerprint, default_text(), by="init")
    draw(desk.records, 6, seed=1, now=datetime.now(UTC))
    return desk


@pytest.fixture(scope="module")
def place(desk: Desk) -> Iterator[tuple[str, dict[str, str]]]:
    app = web_app(desk)
    with served(app) as address:
        yield address, cookie_as(app)


@pytest.fixture
def browser(chrome: webdriver.Chrome, place: tuple[str, dict[str, str]]) -> webdriver.Chrome:
    """Signed in as an admin, at the first page."""
    address, cookie = place
    chrome.get(address)
    chrome.add_cookie(cookie)
    complaints(chrome)
    return chrome


def soon(browser: webdriver.Chrome, holds: Callable[[], bool]) -> None:
    WebDriverWait(browser, 10).until(lambda _: holds())


def text(browser: webdriver.Chrome, selector: str) -> str:
    said: str = browser.execute_script(f"return document.querySelector({selector!r})?.textContent ?? ''")
    return " ".join(said.split())


def tabbed_to(browser: webdriver.Chrome, id: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(60):
        if browser.switch_to.active_element.get_attribute("id") == id:
            return
        typed(browser, Keys.TAB)
    raise AssertionError(f"Tab never comes to {id}")


@pytest.mark.chromium
@needs_chromium
def test_the_file_is_changed_checked_tried_and_saved_by_keyboard_alone(
    browser: webdriver.Chrome, place: tuple[str, dict[str, str]], desk: Desk
) -> None:
    browser.get(f"{place[0]}/experience/edit")
    tabbed_to(browser, "text")
    browser.execute_script("const t = arguments[0]; t.setSelectionRange(0, 0)", browser.switch_to.active_element)
    line = default_text().split(FLOOR)[0].count("\n")
    typed(browser, *[Keys.ARROW_DOWN] * line, Keys.HOME, *[Keys.ARROW_RIGHT] * len("floor = "), "1")  # 10.15
    soon(browser, lambda: text(browser, "#checked h2") == "1 finding")
    assert text(browser, ".numbers mark") == str(line + 1)
    assert text(browser, "#said") == "1 finding"
    typed(browser, Keys.BACKSPACE, Keys.DELETE, "0", Keys.ARROW_RIGHT, Keys.DELETE, "9")  # 0.95
    soon(browser, lambda: text(browser, ".changes dd") == "0.15 → 0.95")
    tabbed_to(browser, "try")
    typed(browser, Keys.ENTER)
    soon(browser, lambda: text(browser, ".headline").startswith("4 advices change"))
    tabbed_to(browser, "save")
    typed(browser, Keys.ENTER)
    soon(browser, lambda: browser.current_url.endswith("/experience/history"))
    assert desk.settings.experience.read_text() == default_text().replace(FLOOR, "floor = 0.95")
    assert complaints(browser) == []


@pytest.mark.chromium
@needs_chromium
def test_a_finding_leads_to_its_line(browser: webdriver.Chrome, place: tuple[str, dict[str, str]]) -> None:
    browser.get(f"{place[0]}/experience/edit")
    browser.execute_script("const t = document.getElementById('text'); t.value += 'wrong = 1\\n'; t.focus()")
    typed(browser, Keys.CONTROL + Keys.END, " ")
    soon(browser, lambda: text(browser, "#checked h2") == "1 finding")
    link = browser.find_element(By.CSS_SELECTOR, "#checked [data-line]")
    link.send_keys(Keys.ENTER)
    chosen = "const t = document.getElementById('text'); return t.value.slice(t.selectionStart, t.selectionEnd)"
    assert browser.execute_script(chosen) == "wrong = 1"
    browser.execute_script("document.getElementById('text').value = document.getElementById('text').defaultValue")
    assert complaints(browser) == []


@pytest.mark.chromium
@needs_chromium
def test_an_incident_is_opened_and_closed_by_keyboard_alone(
    browser: webdriver.Chrome, place: tuple[str, dict[str, str]]
) -> None:
    browser.get(f"{place[0]}/experience/incidents")
    tabbed_to(browser, "notice")
    typed(browser, "Signing in is slow.", Keys.TAB, "I cannot log in.")
    tabbed_to(browser, "name")
    typed(browser, "slow", Keys.TAB, Keys.ENTER)
    soon(browser, lambda: text(browser, ".state-open") == "open")
    close = browser.find_element(By.CSS_SELECTOR, ".incidents button")
    close.send_keys(Keys.ENTER)
    soon(browser, lambda: text(browser, ".state-over") == "over")
    assert complaints(browser) == []


def labelled(browser: webdriver.Chrome, count: int) -> None:
    """Wait until the page says so many."""
    soon(browser, lambda: text(browser, ".page-head .hint").startswith(f"{count} of 6"))


@pytest.mark.chromium
@needs_chromium
def test_tickets_are_labelled_with_two_keys_each(
    browser: webdriver.Chrome, place: tuple[str, dict[str, str]], desk: Desk
) -> None:
    browser.get(f"{place[0]}/audit/label")
    for done, keys in enumerate(("n", "t", "A"), start=1):
        typed(browser, keys, Keys.ENTER)
        labelled(browser, done)
    typed(browser, "u", Keys.ENTER)
    labelled(browser, 2)
    assert text(browser, "#reading") == "refuses an article"
    typed(browser, Keys.ENTER)
    labelled(browser, 3)
    assert {one.by for one in desk.records.audits.labelled()} == {"admin"}
    assert complaints(browser) == []


@pytest.mark.chromium
@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_grave_flaw_for_whoever_sees_less_or_scrolls_sideways(
    browser: webdriver.Chrome, place: tuple[str, dict[str, str]], scheme: str
) -> None:
    coloured(browser, scheme)
    for path in PATHS:
        browser.get(place[0] + path)
        soon(browser, lambda: bool(browser.execute_script("return document.readyState === 'complete'")))
        assert findings(browser) == [], path
        sized(browser, 360)
        assert not is_too_wide(browser), path
        sized(browser, 1280)
    assert complaints(browser) == []
