"""The speed of a ticket as one page that needs nothing else: the picture with its table, and no script."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.charts import Slice, stacked_bar
from advisor.desk.bench_measure import Speed
from advisor.desk.bench_text import STEPS, TITLE
from advisor.desk.experience_sheet import Part
from advisor.desk.parts_page import parts_page


def speed_page(parts: Sequence[Part], found: Speed) -> str:
    """All of it, as HTML."""
    return parts_page(TITLE, parts, {STEPS: _picture(found)})


def _picture(found: Speed) -> str:
    longest = max(found.steps, key=lambda one: one.share)
    said = f"Longest: {longest.step}, {1000 * longest.mean:.2f} of {1000 * found.sum:.2f} ms"
    slices = [Slice(str(one.step), one.share) for one in found.steps]
    return stacked_bar(slices, "Where the time of a ticket goes", axis="Share of all steps", said=said)
