"""The pages of reports in a real browser: by keyboard alone, light and dark, narrow, and on paper."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import coloured, complaints, findings, is_too_wide, needs_chromium, sized, typed
from flask import Flask
from report_builders import WEEK, ready, report_desk, ticket, week
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from web_builders import client_as, cookie_as, served, web_app

from advisor.types import Action, Channel
from web.users import Role

pytestmark = [pytest.mark.chromium, needs_chromium]
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"
PAGES = (WEEK, "/reports/shadow?week=2026-W24", "/reports?week=2019-W01")
WIDE = "W" * 120
SEEN = "return [...document.querySelectorAll(arguments[0])].filter(one => one.checkVisibility()).length"


@pytest.fixture(scope="module")
def app() -> Flask:
    wide = ticket(WIDE, WIDE, "Please call me.", Action.SELF_SERVICE, Channel.EMAIL, tags=(WIDE,), csat=1.0)
    return web_app(report_desk(records=report_desk(*week(), wide).records))


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    client = client_as(app, Role.READ_ONLY)
    for page in (*PAGES, "/reports"):
        ready(client, page)
    with served(app) as address:
        yield address


@pytest.fixture
def lead(chrome: webdriver.Chrome, app: Flask, address: str) -> Iterator[webdriver.Chrome]:
    chrome.get(f"{address}/sign-in")
    chrome.add_cookie(cookie_as(app, Role.LEAD))
    complaints(chrome)
    yield chrome
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


def tab_to(chrome: webdriver.Chrome, words: str) -> None:
    """Press Tab until what has the focus says this."""
    for _ in range(120):
        typed(chrome, Keys.TAB)
        focused = chrome.switch_to.active_element
        if words in ((focused.get_attribute("textContent") or "").strip(), focused.get_attribute("id")):
            return
    raise AssertionError(f"nothing that says {words!r} is reached by Tab")


def seen(chrome: webdriver.Chrome, selector: str) -> int:
    """How many elements are shown."""
    found: Any = chrome.execute_script(SEEN, selector)
    return int(found)


def test_days_are_chosen_a_table_opened_and_taken_away_by_keyboard_alone(
    lead: webdriver.Chrome, address: str, tmp_path: Path
) -> None:
    lead.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    lead.get(f"{address}/reports")
    tab_to(lead, "Other days")
    typed(lead, Keys.ENTER)
    tab_to(lead, "week")
    typed(lead, "2026-W24", Keys.ENTER)
    assert lead.find_element(By.XPATH, "//h1[starts-with(., 'Week 24')]").text == "Week 24 of 2026, 8 to 14 June 2026"
    assert lead.current_url == f"{address}{WEEK}"
    tab_to(lead, "Table 2 rows")
    table = lead.switch_to.active_element
    typed(lead, Keys.ENTER)
    assert table.find_element(By.XPATH, "./..").get_attribute("open") == "true"
    tab_to(lead, "CSV of Top topics")
    typed(lead, Keys.ENTER)
    file = tmp_path / "report-2026-W24-topics.csv"
    for _ in range(100):
        if file.exists():
            break
        time.sleep(0.1)
    assert file.read_text(encoding="utf-8-sig").startswith("Top topics\n")
    assert complaints(lead) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_grave_finding_or_complains(lead: webdriver.Chrome, address: str, scheme: str) -> None:
    coloured(lead, scheme)
    for page in PAGES:
        lead.get(address + page)
        lead.execute_script(UNFOLD)
        assert findings(lead) == [], page
    assert complaints(lead) == []
    lead.get(f"{address}/reports?week=24")
    assert findings(lead) == []
    complaints(lead)


def test_nothing_is_wider_than_a_narrow_screen(lead: webdriver.Chrome, address: str) -> None:
    sized(lead, 360, 740)
    for page in (*PAGES, "/reports?since=x&until=y"):
        lead.get(address + page)
        lead.execute_script(UNFOLD)
        assert not is_too_wide(lead), page
    complaints(lead)


def test_on_paper_stand_pictures_and_all_tables_and_nothing_to_click(lead: webdriver.Chrome, address: str) -> None:
    lead.get(address + WEEK)
    tables = len(lead.find_elements(By.CSS_SELECTOR, ".figures-of table"))
    pictures = seen(lead, ".drawn svg")
    folded = seen(lead, ".figures-of:not([open]) tbody tr")
    assert (folded, tables > 10, pictures > 8) == (0, True, True)
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    lead.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": dark})
    sized(lead, 718)
    assert seen(lead, "nav, form, button, summary, .take, input") == 0
    assert (seen(lead, ".figures-of table"), seen(lead, ".drawn svg")) == (tables, pictures)
    assert seen(lead, ".figures-of:not([open]) tbody tr") > 20
    colours = "const one = getComputedStyle(document.body); return [one.color, one.backgroundColor]"
    assert lead.execute_script(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert not is_too_wide(lead)
    assert complaints(lead) == []
