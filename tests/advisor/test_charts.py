"""Every picture is well-formed SVG that says in words what it shows."""

import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from advisor.charts import Bar, bars, confusion, most_confused, reliability, risk_coverage

SVG = "{http://www.w3.org/2000/svg}"


def words(svg: str) -> list[str]:
    return [text for one in ElementTree.fromstring(svg).iter(f"{SVG}text") if (text := "".join(one.itertext()))]


def described(svg: str) -> str:
    return ElementTree.fromstring(svg).findtext(f"{SVG}desc") or ""


def test_a_reliability_diagram_states_the_calibration_error_and_has_a_point_a_bin() -> None:
    svg = reliability([0.25] * 4 + [0.75] * 4, [1, 0, 0, 0, 1, 1, 1, 0], "Topics", bins=2)
    assert described(svg) == "Expected calibration error 0.000 in 2 bins of equal mass, 8 rows"
    assert svg.count('fill="#0072B2"') == 2
    assert {"Topics", "Probability said", "Share that was right"} <= set(words(svg))


def test_a_risk_coverage_curve_names_each_reader_and_what_it_costs_to_answer_all() -> None:
    sure = np.linspace(0, 1, 100)
    svg = risk_coverage({"new": (sure, sure > 0.1), "old": (sure, sure > 0.2)}, "Wrong answers")
    assert described(svg) == "Wrong with every row answered: new: 10.0%, old: 20.0%"
    assert {"new", "old"} <= set(words(svg))


def test_a_small_confusion_matrix_shows_every_count() -> None:
    svg = confusion(["billing", "login & <sign-up>"], [[31, 2], [0, 47]], "What is taken for what")
    assert described(svg) == "78 of 80 rows are right"
    assert {"31", "2", "47", "login & <sign-up>"} <= set(words(svg))
    assert "0" not in words(svg)


def test_a_confusion_matrix_of_150_labels_shows_the_most_confused() -> None:
    counts = np.eye(150, dtype=np.int64) * 30
    counts[7, 90], counts[120, 3] = 9, 5
    assert most_confused(counts) == [3, 7, 90, 120]
    svg = confusion([f"topic {number}" for number in range(150)], counts, "CLINC150")
    assert described(svg) == "4,500 of 4,514 rows are right; the 4 most confused of 150 labels"
    assert "topic 90" in words(svg)
    assert "topic 50" not in words(svg)


def test_a_large_matrix_without_a_mistake_still_gives_a_picture() -> None:
    assert len(most_confused(np.eye(77, dtype=np.int64))) == 24


def test_a_confusion_matrix_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a row and a column a label \(2\): \(2, 3\)"):
        confusion(["a", "b"], [[1, 2, 3], [4, 5, 6]], "Wrong")


def test_bars_show_their_value_and_the_lowest_of_many() -> None:
    svg = bars([Bar("billing", 0.92, 0.9, 0.94), Bar("login", 0.5)], "Topics")
    assert {"0.92", "0.50", "billing", "F1"} <= set(words(svg))
    assert described(svg) == "Lowest: login, 0.50"
    many = bars([Bar(f"topic {number}", number / 100) for number in range(100)], "Topics")
    assert described(many) == "The 60 lowest of 100; lowest: topic 0, 0.00"
    assert "topic 60" not in words(many)


def test_a_picture_has_a_role_and_a_title_of_its_own() -> None:
    root = ElementTree.fromstring(bars([Bar("a", 1.0)], "F1 & more"))
    assert root.get("role") == "img"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == "F1 & more"
    assert (root.get("aria-labelledby") or "").split()[0] == title.get("id")


def test_the_chart_library_is_loaded_when_a_picture_is_drawn() -> None:
    program = "import sys, advisor.charts; print('altair' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"
