"""Pictures in a page: what draws is kept, everything else is not."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from hostile import XSS, harmful

from advisor import charts
from advisor.charts import Portion
from web.pictures import as_svg_file, in_page, said_by, size_of

PLAIN = charts.portion_bars([Portion("billing", 3, 10, 0.1, 0.5)], "Top topics", axis="Share")
HOSTILE = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="100"
 height="90" onload="alert(1)" style="color:red" role="img"><title onclick="x">T</title><desc>said</desc>
 <rect width="100" height="90" fill="none"/><script>alert(1)</script><style>*{}</style>
 <a xlink:href="javascript:alert(1)"><text>x</text></a>
 <foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script>1</script></body></foreignObject>
 <image href="//evil"/><use href="#x"/>
 <g onclick="x"><path d="M0,0" style="fill:red" fill="red"/><animate attributeName="x"/></g></svg>"""


def test_what_does_not_draw_is_taken_out() -> None:
    for made in (in_page(HOSTILE), as_svg_file(HOSTILE)):
        root = Xml.fromstring(made)
        names = {one.tag.rpartition("}")[2] for one in root.iter()}
        assert names == {"svg", "title", "desc", "rect", "g", "path"}
        held = {name for one in root.iter() for name in one.attrib} - {"color"}
        assert held == {"width", "height", "role", "fill", "d"}
    assert harmful(in_page(HOSTILE)) == []


def test_in_a_page_the_title_is_left_to_the_page_and_still_read_out() -> None:
    made, root = in_page(PLAIN), Xml.fromstring(in_page(PLAIN))
    left, top, width, height = map(float, (root.get("viewBox") or "").split())
    whole_width, whole_height = size_of(PLAIN)
    assert (left, width) == (0.0, whole_width)
    assert 40 < top < 70
    assert top + height == whole_height
    assert made.count("Top topics") == 1  # in <title>
    assert "billing" in made
    assert said_by(PLAIN) == "Largest share: billing, 3 of 10"


def test_texts_stay_texts() -> None:
    for text in XSS:
        svg = charts.portion_bars([Portion(text, 3, 10, 0.1, 0.5)], text, axis=text)
        assert harmful(in_page(svg)) == []
        assert Xml.fromstring(as_svg_file(svg)).tag.endswith("svg")
