"""The pages of the knowledge base in a real browser: by keyboard alone, light and dark, on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import coloured, complaints, findings, is_too_wide, needs_chromium, sized, typed
from knowledge_builders import ARTICLES, GAP, Library
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from web_builders import cookie_as, served

from index.articles import Article
from web.record_keys import encoded
from web.users import Role

pytestmark = [pytest.mark.chromium, needs_chromium]
LONG = "W" * 400
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"
PAGES = (
    "/knowledge",
    "/knowledge?q=connect+google+calendar&sort=given&since=wrong",
    "/knowledge?show=never",
    "/knowledge/article/calendar",
    "/knowledge/article/long",
    f"/knowledge/article/{encoded('a/../b c')}",
    "/knowledge/gaps",
    "/knowledge/upkeep?days=90",
    "/knowledge/import",
)
LONGEST = Article("long", "help", LONG, f"# {LONG}\n\n{LONG}", url=f"https://{LONG}", category=LONG, updated=LONG)


@pytest.fixture(scope="module")
def library() -> Library:
    made = Library(*ARTICLES, LONGEST).tell_story().leave_a_gap(*GAP, *(LONG for _ in range(3)))
    made.look()
    for page in ("/knowledge", "/knowledge/upkeep"):
        made.text(page)
    return made


@pytest.fixture(scope="module")
def address(library: Library) -> Iterator[str]:
    with served(library.app) as address:
        yield address


@pytest.fixture
def browser(chrome: webdriver.Chrome, address: str, library: Library) -> webdriver.Chrome:
    chrome.get(f"{address}/sign-in")
    chrome.add_cookie(cookie_as(library.app, Role.LEAD))
    complaints(chrome)
    return chrome


def tab_to(browser: webdriver.Chrome, words: str) -> None:
    """Press Tab until what has the focus says this, or is called so."""
    for _ in range(80):
        ActionChains(browser).send_keys(Keys.TAB).perform()  # typed into a field for files it would be a path
        focused = browser.switch_to.active_element
        said = " ".join((focused.get_attribute("textContent") or "").split())
        if words in (said, focused.get_attribute("id"), focused.get_attribute("name")):
            return
    raise AssertionError(f"nothing that says {words!r} is reached by Tab")


def test_an_article_is_found_and_its_failed_ticket_opened_by_keyboard_alone(
    browser: webdriver.Chrome, address: str
) -> None:
    browser.get(f"{address}/knowledge")
    tab_to(browser, "q")
    typed(browser, "google calendar", Keys.ENTER)
    browser.find_element(By.CSS_SELECTOR, ".excerpt")
    tab_to(browser, "Show your jobs in Google Calendar")
    typed(browser, Keys.ENTER)
    browser.find_element(By.CSS_SELECTOR, ".newest")
    tab_to(browser, "Calendar 0")
    typed(browser, Keys.ENTER)
    assert browser.find_element(By.CSS_SELECTOR, "#thread-heading").text == "The thread"
    assert browser.find_element(By.TAG_NAME, "h1").text.startswith("Calendar 0")
    assert complaints(browser) == []


def test_gaps_are_looked_for_by_keyboard_alone_and_the_page_comes_back_by_itself(
    browser: webdriver.Chrome, address: str
) -> None:
    browser.get(f"{address}/knowledge/gaps")
    before = browser.find_element(By.ID, "look-heading")
    tab_to(browser, "Look again")
    typed(browser, Keys.ENTER)
    WebDriverWait(browser, 20).until(lambda _: is_gone(before))
    WebDriverWait(browser, 20).until(lambda driver: not driver.find_elements(By.CSS_SELECTOR, ".look progress"))
    assert browser.find_element(By.CSS_SELECTOR, ".gap h2").text
    assert complaints(browser) == []


def is_gone(node: WebElement) -> bool:
    try:
        node.is_enabled()
    except StaleElementReferenceException:
        return True
    return False


def test_articles_are_imported_and_taken_back_by_keyboard_alone(
    browser: webdriver.Chrome, address: str, library: Library, tmp_path: Path
) -> None:
    file = tmp_path / "more.csv"
    file.write_text("id,title,body\nmore,Something more,Text.\n")
    browser.get(f"{address}/knowledge/import")
    tab_to(browser, "files")
    browser.switch_to.active_element.send_keys(str(file))
    tab_to(browser, "source")
    typed(browser, "extra")
    tab_to(browser, "Look at what would change")
    typed(browser, Keys.ENTER)
    assert browser.find_element(By.CSS_SELECTOR, ".new li").text == "Something more more"
    assert findings(browser) == []
    tab_to(browser, "Import")
    tab_to(browser, "Import")  # the first is the page's own link above
    typed(browser, Keys.ENTER)
    assert browser.find_element(By.ID, "done-heading").text == "Imported"
    assert library.base.article("more") is not None
    assert findings(browser) == []
    tab_to(browser, "Take it back")
    typed(browser, Keys.ENTER)
    WebDriverWait(browser, 20).until(lambda driver: driver.find_element(By.ID, "done-heading").text == "Taken back")
    assert library.base.article("more") is None
    assert complaints(browser) == []


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_hard_to_use_or_too_wide(browser: webdriver.Chrome, address: str, page: str, scheme: str) -> None:
    coloured(browser, scheme)
    browser.get(f"{address}{page}")
    browser.execute_script(UNFOLD)
    assert findings(browser) == []
    sized(browser, 360)
    assert not is_too_wide(browser)
    assert findings(browser) == []
    assert [one for one in complaints(browser) if "422" not in one] == []
