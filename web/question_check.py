"""What a company pastes into its page for the question before the ticket, and whether its settings are fit for that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from advisor.decision.experience import Experience
from advisor.settings import Settings, is_origin
from web.question_form import Way, offered
from web.security import LOOPBACK

SNIPPET = """\
<div data-ask><a href="{address}/ask">Ask us</a></div>
<script src="{address}/ask.js" async></script>"""
NAMES = {Way.READ: "an article", Way.EMAIL: "an e-mail", Way.CHAT: "a chat", Way.CALL: "a call"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    ok: bool
    sentence: str  # with the cure, where it is not well


def snippet(address: str) -> str:
    """What to paste where the question shall stand; the link in it stays where the script cannot work."""
    return SNIPPET.format(address=address.rstrip("/"))


def findings(settings: Settings, experience: Experience, *, articles: int, origin: str | None) -> Iterator[Finding]:
    """Look at the settings; `origin`: of the page that shall hold the question, None = whichever the settings name."""
    yield _address(settings)
    yield from _origins(settings, origin)
    yield _hand_on(settings)
    ways = ", ".join(NAMES[way] for way in offered(experience))
    yield Finding(True, f"Customers may choose: {ways} (by the channels of experience.toml).")
    none = "There are no articles, so nobody is shown any: import some with advisor kb import."
    yield Finding(articles > 0, f"{articles:,} articles may be shown." if articles else none)


def _address(settings: Settings) -> Finding:
    if not settings.address:
        like = 'address = "https://support.example.com"'
        return Finding(False, f"Customers need an address: set it in settings.toml, such as {like}.")
    parts = urlsplit(settings.address)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        cure = "serve it by TLS (docs/serving.md), and let address begin with https"
        return Finding(False, f"Questions would cross the network in the clear at {settings.address}: {cure}.")
    return Finding(True, f"Customers ask at {settings.address.rstrip('/')}/ask.")


def _origins(settings: Settings, origin: str | None) -> Iterator[Finding]:
    if origin is not None and not is_origin(origin):
        yield Finding(False, f"{origin} is no origin: write scheme and host only, such as https://www.example.com.")
        return
    if origin is not None and origin not in settings.question_origins:
        line = f"question_origins = {[*settings.question_origins, origin]}".replace("'", '"')
        yield Finding(False, f"Pages of {origin} may not hold the question: write {line} in settings.toml.")
        return
    for one in settings.question_origins:
        if urlsplit(one).scheme == "https" or urlsplit(one).hostname in LOOPBACK:
            yield Finding(True, f"Pages of {one} may hold the question.")
        else:
            yield Finding(False, f"Pages of {one} may hold the question, but come in the clear: use https.")
    if not settings.question_origins:
        yield Finding(True, "No page of yours may hold the question (question_origins): link to /ask instead.")


def _hand_on(settings: Settings) -> Finding:
    if settings.question_hand_on:
        return Finding(True, f"Who wants a person is also shown the way to {settings.question_hand_on}.")
    return Finding(True, "Who wants a person is answered from the queue here (question_hand_on names no other way).")
