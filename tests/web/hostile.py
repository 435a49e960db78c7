"""Texts that do harm where a page does not escape what it shows, and ids that break addresses."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

XSS = (
    "<script>alert(1)</script>",
    "<ScRiPt >alert(1)</sCrIpT>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</option></select><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert`1`//",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<details open ontoggle=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>*{background:url(https://evil.example)}</style>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "{{ 7*7 }}{% for x in config %}{{ x }}{% endfor %}",
    "javascript:alert(1)//\u202e<!--\u2066",
    "&lt;script&gt;alert(1)&lt;/script&gt;<script>alert(1)</script>",
    "<input autofocus onfocus=alert(1)>",
)
"""More than thirty; what is shown of each must be the text itself, escaped."""

IDS = (
    "plain",
    "C-1",
    "a/b",
    "/",
    "//",
    "a//b",
    "/begin",
    "end/",
    ".",
    "..",
    "...",
    "../../etc/passwd",
    "a/../b",
    "a b",
    " ",
    "  spaced  ",
    "a%2Fb",
    "%",
    "%2e%2e",
    "~",
    "~2F",
    "~~",
    "a?b=c&d",
    "a#b",
    "a;b,c",
    "a\\b",
    "quote'single",
    'quote"double',
    "<b>bold</b>",
    "mailto:ann+tag@example.org",
    "tel:447700900417",
    "ticket:t-1",
    "name:Brook & Sons",
    "Jürgen Ångström",
    "顧客",
    "😀",
    "العميل",
    "e\u0301",
    "tab\there",
    "line\nbreak",
    "\x00",
    "export",
    "forget/desk/x",
    "x" * 300,
)
"""Ids of customers, accounts, tickets and sources that an address must carry whole."""

NEVER = frozenset({"iframe", "base", "object", "embed", "math", "style", "body", "img", "animate", "frame", "applet"})
"""Elements that no page of ours has where a text could put one."""


def harmful(page: str) -> list[str]:
    """What stands in a page that only a text which was not escaped can have put there."""
    found = []
    for node in LexborHTMLParser(page).css("*"):
        facts, tag = node.attributes, node.tag
        places = [facts.get(name) or "" for name in ("href", "src", "action", "formaction", "xlink:href")]
        wrong = (
            (tag in NEVER and not (tag == "body" and not facts))
            or (tag == "script" and not (facts.get("src") or "").startswith("/static/"))
            or (tag == "link" and not (facts.get("href") or "").startswith("/static/"))
            or (tag == "meta" and "http-equiv" in facts)
            or any(name.startswith("on") or name in ("style", "srcdoc", "autofocus") for name in facts)
            or any(not (place.startswith(("/", "#", "?")) or not place) for place in places)
        )
        if wrong:
            found.append(node.html or tag or "")
    return found
