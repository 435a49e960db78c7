"""The page to try the API on, in a real browser: by keyboard alone, without a complaint or a grave finding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from api_builders import client, served, small_app
from browsing import coloured, complaints, findings, is_too_wide, needs_chromium, sized, typed
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from web_builders import served as served_at

pytestmark = [pytest.mark.chromium, needs_chromium]


def test_an_operation_is_tried_by_keyboard_alone(chrome: webdriver.Chrome, tmp_path: Path) -> None:
    app = small_app(tmp_path)
    ask = client(app)
    with served_at(app) as address:
        chrome.get(f"{address}/api/v1/docs#search")
        chrome.find_element(By.ID, "token").send_keys(str(ask.secret))
        chrome.find_element(By.ID, "search-body").send_keys("")
        typed(chrome, Keys.TAB, Keys.ENTER)
        answer = chrome.find_element(By.CSS_SELECTOR, "#search .answer")
        WebDriverWait(chrome, 10).until(lambda _: re.match(r"200\b", answer.text))
        assert '"matches"' in answer.text
        assert complaints(chrome) == []
    served(app).close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_without_grave_findings_and_fits_a_phone(
    chrome: webdriver.Chrome, tmp_path: Path, scheme: str
) -> None:
    coloured(chrome, scheme)
    with served_at(small_app(tmp_path)) as address:
        chrome.get(f"{address}/api/v1/docs")
        chrome.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; });")
        assert findings(chrome) == []
        sized(chrome, 360)
        assert not is_too_wide(chrome)
        assert complaints(chrome) == []
