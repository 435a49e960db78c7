"""Markup to plain Markdown, and plain Markdown to plain text.

Help centres write Markdown with much else in it: MDX imports and components, HTML, kramdown attributes,
template tags. What is code, between backticks or in a fence, is left alone.
"""

import html
import re
from collections.abc import Iterator, Mapping
from functools import partial

from selectolax.lexbor import LexborHTMLParser

FENCE = re.compile(r"\s*(`{3,}|~{3,})")
LIST_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,3}[.)])\s+")

_DROPPED = re.compile(
    r"<!--.*?-->|\{/\*.*?\*/\}|<(script|style|noscript|svg|template)\b[^>]*>.*?</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
_MODULE_LINE = re.compile(
    r"^(?:import\s[^\n]*?['\"][^'\"\n]+['\"];?|export\s+(?:const|default|let|function)\s[^\n]*)$", re.M
)
_IMPORT_BLOCK = re.compile(r"^import\s+\{[^}]*\}\s+from\s+['\"][^'\"\n]+['\"];?$", re.M)
_INCLUDED_LIST = re.compile(r"\{%-?\s*include\s[^%]*?\bitems=page\.(\w+)[^%]*%\}")
_TEMPLATE = re.compile(r"\{%[^%]*%\}|\{\{[^{}]*\}\}")
_ATTRIBUTES = re.compile(r"\{:[^{}\n]*\}|\{#[\w-]+\}")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]+|[^<>\s@]+@[^<>\s@]+)>")
_ANCHOR = re.compile(r"<a\b[^>]*?\bhref=[\"']([^\"']*)[\"'][^>]*>(.*?)</a\s*>", re.DOTALL | re.IGNORECASE)
_CODE_OR_TAG = re.compile(
    r"(`+[^`\n]+`+)|<(/?)([A-Za-z][\w.-]*)((?:\s(?:[^<>\"'{}]|\"[^\"]*\"|'[^']*'|\{[^{}]*\})*)?)/?>"
)
_LABEL = re.compile(r"\b(?:title|label|header|heading)=(?:\"([^\"]*)\"|'([^']*)'|\{[\"'`]([^}]*)[\"'`]\})")
_UNDERLINED = re.compile(r"^(?![-*+#>|\s])([^\n]+)\n(=+|-{3,})[ \t]*$", re.M)
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")

_BLOCK_NAMES = (
    "p div section article ul ol table tr blockquote details summary figure figcaption main header footer "
    "aside dl dt dd hr pre tbody thead"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split(" "))
_INLINE = {"strong": "**", "b": "**", "code": "`", "td": " ", "th": " "}

_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])")
_LINK_TARGET = re.compile(r"^\s*\[[^\]]+\]:\s+\S+.*$", re.M)
_EMPHASIS = re.compile(r"(?<!\\)(\*\*\*|\*\*|__|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|(?<!\w)_(?=\S)|(?<=\S)_(?!\w))")
_TABLE_RULE = re.compile(r"^\s*\|?[\s:|-]*-{2,}[\s:|-]*$", re.M)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!<>|-])")


def clean_markdown(text: str, values: Mapping[str, object] | None = None) -> str:
    """Make plain Markdown of Markdown with other markup; `values` is the front matter, for included lists."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    cleaned = "".join(part if code else _clean(part, values or {}) for part, code in _split_fences(text))
    return _BLANK_LINES.sub("\n\n", cleaned).strip()


def html_to_markdown(page: str) -> str:
    """Make plain Markdown of an HTML fragment or page; navigation, forms and scripts are left out."""
    tree = LexborHTMLParser(page)
    tree.strip_tags(["script", "style", "noscript", "svg", "nav", "form", "iframe", "template", "head"])
    root = tree.css_first("main") or tree.css_first("article") or tree.body
    inner = (root.html or "") if root is not None else ""
    parts = re.split(r"(<pre\b.*?</pre\s*>)", inner, flags=re.DOTALL | re.IGNORECASE)
    return clean_markdown("".join(_code_block(part) if part[:4].lower() == "<pre" else _flow(part) for part in parts))


def plain(markdown: str) -> str:
    """Take the marks out of plain Markdown and keep the words: links by their text, code by its lines."""
    lines = [line for line in markdown.splitlines() if not FENCE.match(line)]
    text = _LINK_TARGET.sub("", _TABLE_RULE.sub("", "\n".join(lines)))
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    text = _EMPHASIS.sub("", text).replace("`", "")
    text = _ESCAPE.sub(r"\1", re.sub(r"[ \t]*\|[ \t]*", " ", text))
    kept = (re.sub(r"[ \t]+", " ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in kept if line)


def _split_fences(text: str) -> Iterator[tuple[str, bool]]:
    """Split a text into what is fenced code and what is not."""
    part: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        mark = FENCE.match(line)
        if mark is not None and not fence:
            yield "".join(part), False
            part, fence = [line], mark[1]
            continue
        part.append(line)
        if mark is not None and mark[1].startswith(fence):
            yield "".join(part), True
            part, fence = [], ""
    yield "".join(part), bool(fence)


def _clean(text: str, values: Mapping[str, object]) -> str:
    text = _DROPPED.sub("", text)
    text = _MODULE_LINE.sub("", _IMPORT_BLOCK.sub("", text))
    text = _INCLUDED_LIST.sub(partial(_included, values=values), text)
    text = _ATTRIBUTES.sub("", _TEMPLATE.sub("", text))
    text = _ANCHOR.sub(lambda link: f"[{' '.join(link[2].split())}]({link[1]})", _ADDRESS.sub(r"\1", text))
    text = html.unescape(_CODE_OR_TAG.sub(_tag, text)).replace("\xa0", " ")
    text = _UNDERLINED.sub(lambda title: f"{'#' if title[2][0] == '=' else '##'} {title[1]}", text)
    return "\n".join(line.rstrip() for line in text.split("\n"))


def _included(include: re.Match[str], *, values: Mapping[str, object]) -> str:
    """Put a list of the front matter where a template includes it."""
    items = values.get(include[1])
    if not isinstance(items, list):
        return ""
    return "\n" + "\n".join(f"- {' '.join(_words_of(item).split())}" for item in items) + "\n"


def _words_of(item: object) -> str:
    if isinstance(item, Mapping):
        return " ".join(_words_of(value) for value in item.values())
    return item if isinstance(item, str) else ""


def _tag(match: re.Match[str]) -> str:
    """Turn an HTML tag or a component into Markdown; code between backticks stays as it is."""
    if match[1]:
        return match[1]
    closing, name = bool(match[2]), match[3].lower()
    if re.fullmatch(r"h[1-6]", name):
        return "\n\n" if closing else "\n\n" + "#" * int(name[1]) + " "
    if name == "li":
        return "" if closing else "\n- "
    if name == "br":
        return "\n"
    if name in _INLINE:
        return _INLINE[name]
    if name in _BLOCKS:
        return "\n\n"
    if not match[3][0].isupper():
        return ""
    label = None if closing else _LABEL.search(match[4])
    return f"\n\n**{next(filter(None, label.groups()), '')}**\n\n" if label else "\n"


def _flow(part: str) -> str:
    """Join the white space of HTML, where line ends mean nothing."""
    return re.sub(r"\s+", " ", part)


def _code_block(part: str) -> str:
    code = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br\s*/?>", "\n", part))).strip("\n")
    return f"\n\n```\n{code}\n```\n\n"
