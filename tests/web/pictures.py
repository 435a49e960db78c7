"""README's pictures of the pages, taken of a home folder in which docs/week.md was followed.

ADVISOR_HOME=… PYTHONPATH=tests/web python tests/web/pictures.py docs/pictures
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from browsing import chromium, sized
from web_builders import cookie_as, served, web_app

from advisor.settings import Settings
from web.desk import Desk

PAGES = {
    "queue": ("/queue?waits=all&order=oldest", 900),
    "ticket": ("/tickets/demo/week-001", 1100),
    "customer": ("/customers/demo/C-3011", 1100),
    "reports": ("/reports", 1300),
}
WIDTH, PATIENCE = 1280, 60  # CSS pixels; seconds until the figures are counted


def main(folder: Path) -> None:
    """Take all pictures."""
    app = web_app(Desk.open(Settings.load()))
    with served(app) as address, tempfile.TemporaryDirectory() as profile, chromium(Path(profile)) as browser:
        browser.get(f"{address}/sign-in")
        browser.add_cookie(cookie_as(app))
        for name, (page, height) in PAGES.items():
            sized(browser, WIDTH, height)
            browser.get(f"{address}{page}")
            end = time.monotonic() + PATIENCE
            while "Counting" in browser.page_source and time.monotonic() < end:
                time.sleep(1)
                browser.get(f"{address}{page}")
            browser.save_screenshot(str(folder / f"{name}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
