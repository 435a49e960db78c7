"""Rows of results as short as they can be written down."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from advisor.archive.result import Row
from advisor.archive.result_file import ending_of, open_writer

TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


def row(ticket: str = "t-1", **changes: Any) -> Row:
    """An article by e-mail, because it is likely enough to help; nothing is known of what was done."""
    plain = Row(
        row=1,
        source="local",
        ticket_id=ticket,
        created_at=TUESDAY,
        language="en",
        came_by="email",
        persona=None,
        action="self_service",
        channel="email",
        queue="tier1",
        respond_by=None,
        reason="cost",
        rule="cost",
        why="Article fit 0.90, estimated on other companies' data; 0.30 was needed.",
        p_resolve=0.9,
        needed=0.3,
        articles=("account/reset",),
        candidate="account/reset",
        topic="Account",
        topic_known=True,
        moment="technical_support",
        moment_probability=0.9,
        tone="neutral",
        severity=1.0,
        signals=(),
        wishes=(),
        unmet=(),
        handled_action=None,
        handled_channel=None,
        experience="experience-1",
        promise_id="shipped-1",
        models="models-1",
        knowledge="knowledge-1",
    )
    return replace(plain, **changes)


def person(ticket: str = "t-1", **changes: Any) -> Row:
    """A person by e-mail, because the article is not likely enough to help."""
    said = {"action": "live_human", "why": "Article fit 0.20; 0.30 was needed.", "p_resolve": 0.2, "articles": ()}
    return row(ticket, **(said | changes))


def written(path: Path, *rows: Row) -> Path:
    """A result of these rows."""
    with closing(open_writer(path, ending_of(path))) as writer:
        writer.write(rows)
    return path
