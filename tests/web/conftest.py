"""One browser for all tests of pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import chromium, coloured, sized
from selenium import webdriver


@pytest.fixture(scope="session")
def one_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def chrome(one_browser: webdriver.Chrome) -> webdriver.Chrome:
    """The browser as new: nobody signed in, light, 1280 wide."""
    one_browser.delete_all_cookies()
    coloured(one_browser, "light")
    sized(one_browser, 1280)
    one_browser.get_log("browser")  # type: ignore[no-untyped-call]
    return one_browser
