"""Looks into pages."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode


def one(page: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    """The first node that a selector finds; there must be one."""
    found = page.css_first(selector)
    assert found is not None, f"nothing is {selector}"
    return found


def attribute(page: LexborHTMLParser | LexborNode, selector: str, name: str) -> str:
    """An attribute of the first node that a selector finds; empty where it has no value."""
    return one(page, selector).attributes[name] or ""
