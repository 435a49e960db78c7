"""The first page in a real browser, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from threading import Barrier, Thread
from urllib.parse import urlencode

import pytest
from browsing import complaints, needs_chromium, sized, typed
from flask import Flask
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from web_builders import client_as, cookie_as, desk, served, web_app

from web.users import Role

LONG = "W" * 3000


@pytest.fixture(scope="module")
def app() -> Flask:
    return web_app(desk(passage=LONG))


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def browser(chrome: webdriver.Chrome, app: Flask, address: str) -> webdriver.Chrome:
    """The browser, in which an agent is signed in."""
    chrome.get(f"{address}/sign-in")
    chrome.add_cookie(cookie_as(app, Role.AGENT))
    return chrome


def too_wide(browser: webdriver.Chrome) -> int:
    """By how many pixels the page can be scrolled sideways."""
    root = "document.documentElement"
    wider: int = browser.execute_script(f"return {root}.scrollWidth - {root}.clientWidth")
    return wider


def text(browser: webdriver.Chrome, selector: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, selector).text


def post(address: str, form: dict[str, str], signed_in: dict[str, str]) -> tuple[int, str]:
    with closing(HTTPConnection(address.removeprefix("http://"), timeout=10)) as connection:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": address} | signed_in
        connection.request("POST", "/try", urlencode(form), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@pytest.mark.chromium
@needs_chromium
def test_a_ticket_is_typed_and_advised_by_keyboard_alone(browser: webdriver.Chrome, address: str) -> None:
    sized(browser, 1280)
    complaints(browser)
    browser.get(f"{address}/try")
    typed(browser, Keys.TAB, Keys.ENTER)  # the link that skips to the content
    typed(browser, Keys.TAB, Keys.TAB, "Calendar", Keys.TAB, "Can you call me about my jobs?")
    typed(browser, Keys.TAB, "Chat", Keys.TAB, "+44 7700 900417", Keys.TAB, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    typed(browser, Keys.ENTER)
    assert text(browser, "#headline") == "A person, by phone"
    assert text(browser, "mark.deciding") == "call me"
    assert browser.find_element(By.CSS_SELECTOR, "input[name=self_service]:checked").get_attribute("value") == "refuses"
    assert browser.find_element(By.ID, "channel").get_attribute("value") == "chat"
    assert complaints(browser) == []


@pytest.mark.chromium
@needs_chromium
def test_the_draft_is_copied_with_one_click(browser: webdriver.Chrome, address: str) -> None:
    sized(browser, 1280)
    browser.get(f"{address}/try?demo=demo-01")
    browser.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
    browser.find_element(By.ID, "copy").click()
    selected = "const reply = document.getElementById('reply'); return reply.selectionEnd - reply.selectionStart;"
    whole = "return document.getElementById('reply').value.length"
    assert browser.execute_script(selected) == browser.execute_script(whole)


@pytest.mark.chromium
@needs_chromium
def test_nothing_is_wider_than_a_narrow_screen(browser: webdriver.Chrome, address: str) -> None:
    sized(browser, 360)
    for path in ("/try", "/try?demo=demo-09", "/account", "/nothing"):
        browser.get(address + path)
        assert too_wide(browser) == 0
    browser.get(f"{address}/try")
    browser.execute_script("document.getElementById('message').value = 'call me ' + 'W'.repeat(2000)")
    browser.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
    assert text(browser, "#headline") == "A person, by phone"
    assert too_wide(browser) == 0


@pytest.mark.chromium
@needs_chromium
def test_every_text_has_the_contrast_that_people_need(browser: webdriver.Chrome, address: str) -> None:
    for scheme in ("light", "dark"):
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        browser.get(f"{address}/try?demo=demo-02")
        assert poor(browser) == []
        browser.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
        assert text(browser, "#headline") == "A person, by phone"
        assert poor(browser) == []


def poor(browser: webdriver.Chrome) -> list[str]:
    """Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3)."""
    found: list[str] = browser.execute_script(CONTRAST)
    return found


CONTRAST = """
const rgb = colour => colour.match(/[\\d.]+/g).map(Number);
const linear = part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4;
const light = colour => {
  const [r, g, b] = rgb(colour).slice(0, 3).map(part => linear(part / 255));
  return .2126 * r + .7152 * g + .0722 * b;
};
const behind = node => {
  for (let at = node; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if ((rgb(colour)[3] ?? 1) === 1) return colour;
  }
  return getComputedStyle(document.body).backgroundColor;
};
const poor = [];
for (const node of document.querySelectorAll("body *")) {
  if (![...node.childNodes].some(child => child.nodeType === 3 && child.data.trim())) continue;
  if (!node.checkVisibility() || node.tagName === "OPTION") continue;
  const pair = [light(getComputedStyle(node).color), light(behind(node))].sort((a, b) => b - a);
  const ratio = (pair[0] + .05) / (pair[1] + .05);
  if (ratio < 4.5) poor.push(`${node.tagName} ${node.className} ${ratio.toFixed(2)}: ${node.textContent.slice(0, 40)}`);
}
return poor;
"""


def test_tickets_posted_at_the_same_time_each_get_their_own_advice(app: Flask, address: str) -> None:
    client = client_as(app, Role.AGENT)
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    signed_in = {
        "Cookie": f"{cookie.key}={cookie.value}",
        "X-CSRFToken": client.environ_base["HTTP_X_CSRFTOKEN"],
    }
    forms = [{"message": "Please call me."}, {"message": "Just send me the link."}] * 6
    headlines = ["A person, by phone", "Self-service: send this article"] * 6
    answers: list[tuple[int, str]] = [(0, "")] * len(forms)
    together = Barrier(len(forms))

    def ask(place: int) -> None:
        together.wait()
        answers[place] = post(address, forms[place], signed_in)

    threads = [Thread(target=ask, args=(place,)) for place in range(len(forms))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for (status, page), headline in zip(answers, headlines, strict=True):
        assert status == 200
        assert headline in page


def test_a_form_from_another_page_is_refused_over_the_socket_too(address: str) -> None:
    with closing(HTTPConnection(address.removeprefix("http://"), timeout=10)) as connection:
        connection.request("POST", "/try", "message=x", {"Origin": "https://evil.example"})
        answer = connection.getresponse()
        assert (answer.status, "another page" in answer.read().decode()) == (403, True)
