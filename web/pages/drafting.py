"""The experience file in a form: what was typed, and the file from which it was begun."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from web.drafts import Checked, changes, typed
from web.keeper import Current


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that is being typed, and the file that it was begun from."""

    text: str
    begun: str  # state of that file
    began_as: str  # its fingerprint; empty = it broke its rules

    @classmethod
    def of(cls, current: Current) -> Draft:
        """The file as it is."""
        return cls(current.text, current.state, current.fingerprint)

    @classmethod
    def posted(cls) -> Draft:
        """What was typed, from a form."""
        return cls(typed(request.form.get("text", "")), *(request.form.get(name, "") for name in ("begun", "began_as")))


def draft_shown(draft: Draft, found: Checked, current: Current) -> dict[str, object]:
    """What a page shows of a text that is being typed."""
    differences = changes(current.text, draft.text) if found.experience is not None else None
    return {
        "draft": draft,
        "findings": found.findings,
        "differences": differences,
        "same_text": draft.text == current.text,
    }
