"""Pictures of the chart library in a page, and as files: only what draws is let through, and no style."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

SVG = "http://www.w3.org/2000/svg"
DRAWS = frozenset({"svg", "g", "path", "line", "rect", "text", "title", "desc"})
MARKS = frozenset(
    {
        "d", "display", "fill", "fill-opacity", "font-family", "font-size", "font-weight", "height", "opacity",
        "stroke", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity",
        "stroke-width", "text-anchor", "transform", "viewBox", "width", "x", "x2", "y", "y2",
    }
)  # fmt: skip
NAMED = frozenset({"id", "role", "aria-labelledby"})  # of the picture itself, its title and its description
TITLE = "role-title"  # class of the group that holds title and subtitle
TITLE_HEIGHT = 40.0  # of title and subtitle, in pixels; see charts.py
INK, GROUND = "#1f1f1f", "#ffffff"
_PLACE = re.compile(r"translate\((-?[\d.]+),\s*(-?[\d.]+)\)")

Xml.register_namespace("", SVG)


def in_page(svg: str) -> str:
    """A picture without its title, which stands above it in the page: safe to be put there as it is."""
    root = _read(svg)
    title = next((one for one in root.iter() if TITLE in one.get("class", "")), None)
    cut = _title_end(root, title)
    if title is not None and cut is not None:
        title.clear()
        width, height = float(root.get("width", "0")), float(root.get("height", "0"))
        root.set("viewBox", f"0 {cut:g} {width:g} {height - cut:g}")
        root.set("height", f"{height - cut:g}")
    _clean(root)
    return Xml.tostring(root, encoding="unicode")


def as_svg_file(svg: str) -> str:
    """A picture that stands alone: dark ink on a white ground, whatever shows it."""
    root = _read(svg)
    _clean(root)
    root.set("color", INK)
    ground = next((one for one in root if _name(one) == "rect"), None)
    if ground is not None:
        ground.set("fill", GROUND)
    return Xml.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def said_by(svg: str) -> str:
    """The sentence that a picture carries for those who do not see it."""
    found = next((one for one in _read(svg) if _name(one) == "desc"), None)
    return (found.text or "") if found is not None else ""


def size_of(svg: str) -> tuple[float, float]:
    """Width and height of the whole picture, in pixels."""
    root = _read(svg)
    return float(root.get("width", "0")), float(root.get("height", "0"))


def _read(svg: str) -> Xml.Element:
    return Xml.fromstring(svg)  # our own file: charts.py has escaped what came from outside


def _title_end(root: Xml.Element, title: Xml.Element | None) -> float | None:
    """Where title and subtitle end, in pixels from the top; None where it cannot be told."""
    plot = next((one for one in root if _name(one) == "g"), None)
    if plot is None or title is None or not len(title):
        return None
    places = [_PLACE.match(one.get("transform", "")) for one in (plot, title[0])]
    ends = [float(found[2]) for found in places if found is not None]
    return max(0.0, sum(ends) + TITLE_HEIGHT) if len(ends) == len(places) else None


def _clean(element: Xml.Element, *, depth: int = 0) -> None:
    """Take out every element and attribute that draws nothing."""
    kept = MARKS | NAMED if depth < 2 else MARKS
    for name in [name for name in element.attrib if name not in kept]:
        del element.attrib[name]
    for child in list(element):
        if _name(child) not in DRAWS:
            element.remove(child)
            continue
        _clean(child, depth=depth + 1)


def _name(element: Xml.Element) -> str:
    space, _, name = str(element.tag).rpartition("}")
    return name if space == f"{{{SVG}" else ""
