"""The only file that knows Jinja2 outside the web: an experience file as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from advisor.decision.experience import Experience
from advisor.desk.experience_sheet import Part

TEMPLATE = "experience.html"


def sheet_page(experience: Experience, parts: Sequence[Part], *, name: str) -> str:
    """HTML with its style inside; every word of the file is escaped."""
    from jinja2 import Environment, StrictUndefined

    surroundings = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = files("advisor.desk").joinpath(TEMPLATE).read_text(encoding="utf-8")
    return surroundings.from_string(template).render(experience=experience, parts=parts, name=name)
