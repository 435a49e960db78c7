"""A real browser for the pages: headless Chromium, what its console says, and what axe-core finds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)
GRAVE = ("serious", "critical")  # what axe-core calls the findings that no page may have

needs_chromium = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium or chromedriver is not installed")


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """A browser whose profile is an empty folder."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.implicitly_wait(5)  # seconds for the next page to come
    try:
        yield driver
    finally:
        driver.quit()


def renewed(browser: webdriver.Chrome) -> webdriver.Chrome:
    """The browser as new: nobody signed in, light, 1280 wide."""
    browser.delete_all_cookies()
    coloured(browser, "light")
    sized(browser, 1280)
    complaints(browser)
    return browser


def sized(browser: webdriver.Chrome, width: int, height: int = 900) -> None:
    """Show pages so wide, in CSS pixels."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def coloured(browser: webdriver.Chrome, scheme: str) -> None:
    """Show pages as for readers who prefer `light` or `dark`."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def typed(browser: webdriver.Chrome, *keys: str) -> None:
    """Press keys where the focus is."""
    for key in keys:
        browser.switch_to.active_element.send_keys(key)


def complaints(browser: webdriver.Chrome) -> list[str]:
    """What the browser's console has said since it was last asked."""
    said: list[dict[str, str]] = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in said]


def is_too_wide(browser: webdriver.Chrome) -> bool:
    """Whether the page can be scrolled sideways."""
    wide: Any = browser.execute_script(
        "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return bool(wide)


def findings(browser: webdriver.Chrome) -> list[str]:
    """What axe-core finds serious or critical on the page, one line each."""
    browser.execute_script(_axe())
    found: Any = browser.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
    return [
        f"{one['id']}: {node['html']}" for one in found["violations"] if one["impact"] in GRAVE for node in one["nodes"]
    ]


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
