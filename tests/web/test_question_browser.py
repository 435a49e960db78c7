"""The question before the ticket in a real browser: by keyboard alone, without script, and in a company's own page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import sleep, time

import pytest
from browsing import coloured, complaints, findings, is_too_wide, needs_chromium, sized, typed
from flask import Flask
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from web_builders import recording_desk, served, web_app

from advisor.records import Records
from advisor.types import Channel, OutcomeKind
from web.desk import Desk

pytestmark = [needs_chromium, pytest.mark.chromium]
MATTER = "How do I see my jobs in my calendar?"
LOOKS = [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)]
COMPANY = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Contact</title>
<style>:root {{ color-scheme: light dark }} p {{ color: red; font-size: 60px }}</style>
<main><h1>Contact us</h1><div data-ask><a href="{address}/ask">Ask us</a></div></main>
<script src="{address}/ask.js" async></script></html>"""


@dataclass
class Company:
    """A company's page under an origin of its own, and our program, of which it may or may not hold a part."""

    page: str
    address: str
    records: Records


@contextmanager
def company(*, allowed: bool) -> Iterator[Company]:
    other = Flask("company")
    with served(other) as page:
        desk = recording_desk(question_origins=(page,) if allowed else ())
        with served(web_app(desk)) as address:
            other.add_url_rule("/", "contact", lambda: COMPANY.format(address=address))
            yield Company(page, address, desk.records)


@contextmanager
def own_page() -> Iterator[tuple[str, Desk]]:
    desk = recording_desk()
    with served(web_app(desk)) as address:
        yield f"{address}/ask", desk


def eventually(found: Callable[[], object], *, seconds: float = 5) -> None:
    """Wait until something holds; a script has to fetch first."""
    end = time() + seconds
    while not found():
        assert time() < end, "it never came"
        sleep(0.05)


def heading(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.CLASS_NAME, "q-title").text


def tabbed(browser: webdriver.Chrome, name: str, *, most: int = 25) -> None:
    """Press Tab until the focus is on the element of this id, or on the button of this value."""
    for _ in range(most):
        typed(browser, Keys.TAB)
        here = focus(browser)
        if name in (here.get_attribute("id"), here.get_attribute("value")):
            return
    raise AssertionError(f"the keyboard does not come to {name}")


def focus(browser: webdriver.Chrome) -> WebElement:
    """What has the focus, looked for in shadow trees, too."""
    script = "let at = document.activeElement; while (at.shadowRoot) at = at.shadowRoot.activeElement; return at"
    found = browser.execute_script(script)
    assert isinstance(found, WebElement)
    return found


def focused_words(browser: webdriver.Chrome) -> str:
    """The words of what has the focus, in one look, for a script may be about to replace it."""
    script = "let at = document.activeElement; while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement"
    return str(browser.execute_script(f"{script}; return at.innerText"))


def checked(browser: webdriver.Chrome) -> None:
    assert findings(browser) == []
    assert not is_too_wide(browser)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_by_keyboard_alone_from_the_question_to_a_person(chrome: webdriver.Chrome, scheme: str, width: int) -> None:
    coloured(chrome, scheme)
    sized(chrome, width)
    with own_page() as (address, desk):
        chrome.get(address)
        checked(chrome)
        tabbed(chrome, "ask")
        typed(chrome, Keys.ENTER)
        assert "Nothing was sent yet" in chrome.switch_to.active_element.text
        checked(chrome)
        typed(chrome, Keys.TAB, Keys.ENTER)
        assert chrome.switch_to.active_element.get_attribute("id") == "q-matter"
        typed(chrome, MATTER)
        tabbed(chrome, "q-way-read")
        typed(chrome, Keys.SPACE)
        tabbed(chrome, "q-way-call")
        typed(chrome, Keys.SPACE)
        checked(chrome)
        tabbed(chrome, "ask")
        typed(chrome, Keys.ENTER)
        assert chrome.switch_to.active_element.text == heading(chrome) == "This may answer it"
        checked(chrome)
        tabbed(chrome, "person")
        typed(chrome, Keys.ENTER)
        assert chrome.switch_to.active_element.text == heading(chrome) == "How does a person reach you?"
        checked(chrome)
        tabbed(chrome, "q-phone")
        typed(chrome, "020 7946 0958", Keys.ENTER)
        assert chrome.switch_to.active_element.text == heading(chrome) == "A person has your question"
        checked(chrome)
        reference = chrome.find_element(By.CLASS_NAME, "q-reference").text
        assert chrome.get_cookies() == []
        stored = desk.records.last(reference, source="question")
        assert stored is not None
        assert stored.recommendation.channel is Channel.PHONE
    assert [said for said in complaints(chrome) if "422" not in said] == []


def test_the_order_is_asked_only_of_what_is_ticked(chrome: webdriver.Chrome) -> None:
    with own_page() as (address, _):
        chrome.get(address)
        orders = chrome.find_elements(By.TAG_NAME, "select")
        assert [one.is_displayed() for one in orders] == [False] * 4
        chrome.find_element(By.ID, "q-way-chat").click()
        assert [one.is_displayed() for one in orders] == [False, False, True, False]


def test_it_works_without_any_script(chrome: webdriver.Chrome) -> None:
    chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        with own_page() as (address, desk):
            chrome.get(address)
            chrome.find_element(By.ID, "q-matter").send_keys(MATTER)
            chrome.find_element(By.ID, "q-way-read").click()
            chrome.find_element(By.CSS_SELECTOR, "[value=ask]").click()
            chrome.find_element(By.CSS_SELECTOR, "[value=helped-0]").click()
            assert heading(chrome) == "We are glad that it helped"
            (outcome,) = desk.records.outcomes.all()
            assert (outcome.kind, outcome.article) == (OutcomeKind.CONFIRMED, "calendar")
    finally:
        chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_a_company_holds_it_in_its_own_page_across_origins(chrome: webdriver.Chrome, scheme: str, width: int) -> None:
    coloured(chrome, scheme)
    sized(chrome, width)
    with company(allowed=True) as here:
        chrome.get(here.page)
        host = chrome.find_element(By.CSS_SELECTOR, "[data-ask]")
        eventually(lambda: chrome.execute_script("return Boolean(arguments[0].shadowRoot)", host))
        root = host.shadow_root
        assert root.find_element(By.CSS_SELECTOR, "h2").text == "How can we help?"
        size = chrome.execute_script(
            "return getComputedStyle(arguments[0]).fontSize", root.find_element(By.CSS_SELECTOR, "p")
        )
        assert size != "60px", "styles of the company's page stay outside"
        checked(chrome)
        tabbed(chrome, "ask")
        focus(chrome).send_keys(Keys.ENTER)
        eventually(lambda: "Nothing was sent yet" in focused_words(chrome))
        checked(chrome)
        focus(chrome).find_element(By.TAG_NAME, "a").send_keys(Keys.ENTER)
        assert focus(chrome).get_attribute("id") == "q-matter"
        focus(chrome).send_keys(MATTER)
        tabbed(chrome, "q-way-read")
        focus(chrome).send_keys(Keys.SPACE)
        tabbed(chrome, "ask")
        focus(chrome).send_keys(Keys.ENTER)
        eventually(lambda: focused_words(chrome) == "This may answer it")
        assert root.find_element(By.CSS_SELECTOR, "[role=status]").text == ""
        checked(chrome)
        tabbed(chrome, "person")
        focus(chrome).send_keys(Keys.ENTER)
        eventually(lambda: focused_words(chrome) == "How does a person reach you?")
        tabbed(chrome, "q-email")
        focus(chrome).send_keys("ann@example.com", Keys.ENTER)
        eventually(lambda: focused_words(chrome) == "A person has your question")
        checked(chrome)
        assert chrome.current_url == f"{here.page}/"
        assert chrome.get_cookies() == []
        (outcome,) = here.records.outcomes.all()
        assert outcome.kind is OutcomeKind.HANDED_ON
    assert [said for said in complaints(chrome) if "422" not in said and "favicon" not in said] == []


def test_where_it_is_not_allowed_the_link_stays_and_leads_to_the_page(chrome: webdriver.Chrome) -> None:
    with company(allowed=False) as here:
        chrome.get(here.page)
        eventually(lambda: any("CORS" in said for said in complaints(chrome)))
        host = chrome.find_element(By.CSS_SELECTOR, "[data-ask]")
        assert chrome.execute_script("return arguments[0].shadowRoot", host) is None
        host.find_element(By.LINK_TEXT, "Ask us").click()
        assert heading(chrome) == "How can we help?"
        assert chrome.current_url == f"{here.address}/ask"


def test_what_does_not_arrive_is_said_and_the_words_stay(chrome: webdriver.Chrome) -> None:
    with company(allowed=True) as here:
        chrome.get(here.page)
        host = chrome.find_element(By.CSS_SELECTOR, "[data-ask]")
        eventually(lambda: chrome.execute_script("return Boolean(arguments[0].shadowRoot)", host))
        root = host.shadow_root
        root.find_element(By.CSS_SELECTOR, "#q-matter").send_keys(MATTER)
        chrome.execute_script("window.fetch = () => Promise.reject(new Error('gone'))")
        root.find_element(By.CSS_SELECTOR, "[value=person]").click()
        status = root.find_element(By.CSS_SELECTOR, "[role=status]")
        eventually(lambda: "did not arrive" in status.text)
        assert root.find_element(By.CSS_SELECTOR, "#q-matter").get_attribute("value") == MATTER
        assert status.find_element(By.TAG_NAME, "a").get_attribute("href") == f"{here.address}/ask"


def test_no_page_of_another_site_may_frame_it(chrome: webdriver.Chrome) -> None:
    other = Flask("framing")
    with own_page() as (address, _), served(other) as page:
        other.add_url_rule("/", "frame", lambda: f"<!doctype html><title>x</title><iframe src='{address}'></iframe>")
        chrome.get(page)
        eventually(lambda: any("frame" in said for said in complaints(chrome)))
