"""The deliveries page in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import coloured, complaints, findings, is_too_wide, needs_chromium, sized
from hook_builders import HookedApp
from selenium import webdriver
from selenium.webdriver.common.by import By
from web_builders import cookie_as, served

from web.helpdesks.model import Kind
from web.users import Role

pytestmark = [pytest.mark.chromium, needs_chromium]


@pytest.fixture(scope="module")
def hooked() -> HookedApp:
    at = HookedApp(kinds=(Kind.STANDARD,))
    at.told("ticket.created", {"id": "W" * 200, "body": "W" * 300, "customer": {"name": "W" * 200}}, id="1")
    at.tell("ticket.created", {"id": "waits", "body": "Call me."}, id="2")
    return at


@pytest.fixture(scope="module")
def address(hooked: HookedApp) -> Iterator[str]:
    with served(hooked.app) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_deliveries_is_hard_to_use_or_too_wide(
    chrome: webdriver.Chrome, hooked: HookedApp, address: str, scheme: str
) -> None:
    chrome.get(f"{address}/sign-in")
    chrome.add_cookie(cookie_as(hooked.app, Role.LEAD))
    coloured(chrome, scheme)
    chrome.get(f"{address}/deliveries")
    one = chrome.find_element(By.CSS_SELECTOR, "main a[href^='/deliveries/']").get_attribute("href")
    for page in (f"{address}/deliveries", one or ""):
        chrome.get(page)
        assert "Sign in" not in chrome.title
        assert findings(chrome) == []
        sized(chrome, 360)
        assert not is_too_wide(chrome)
        sized(chrome, 1280)
    assert complaints(chrome) == []
