"""What the pages of the knowledge base share."""

from __future__ import annotations

from flask import Response

from index.knowledge import KnowledgeBase
from web.desk import Desk

CSV = "text/csv; charset=utf-8"


def knowledge_of(desk: Desk) -> KnowledgeBase | None:
    """The knowledge base that the advisor searches; None where it has none."""
    found = getattr(desk.advisor.reader, "knowledge", None)
    return found if isinstance(found, KnowledgeBase) else None


def as_file(text: str, name: str, *, kind: str = CSV) -> Response:
    """A text to be saved under a name of ours."""
    response = Response(text, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
