"""The versions of the experience file that were in use, as the records keep them."""

from __future__ import annotations

from datetime import UTC, tzinfo
from pathlib import Path

from advisor.decision.experience import Experience, content_of, text_of
from advisor.desk.experience_changes import Difference, differences
from advisor.errors import ExperienceError
from advisor.records import Records, Use

SHORTEST = 4  # digits that name a version


def version(records: Records, named: str) -> tuple[str, str]:
    """The text of a file, or of the one version in use whose fingerprint begins so; and what it is called."""
    path = Path(named)
    if path.is_file():
        return text_of(path), path.name
    known = sorted({use.fingerprint for use in records.experience_uses()})
    found = [fingerprint for fingerprint in known if len(named) >= SHORTEST and fingerprint.startswith(named)]
    text = records.experience(found[0]) if len(found) == 1 else None
    if text is None:
        rule = "what is compared must be a file, or the fingerprint of one version that was in use"
        raise ExperienceError(f"{rule}, was: {named}: advisor experience history lists the versions")
    return text, found[0]


def uses_compared(records: Records, *, most: int | None = None) -> list[tuple[Use, list[Difference] | None]]:
    """The uses, the newest first, with what each changed; None = there is nothing to compare it with.

    `most` = so many of the newest; None = all.
    """
    uses = records.experience_uses()
    return [
        (use, _changed(records, use, uses[place + 1] if place + 1 < len(uses) else None))
        for place, use in enumerate(uses[:most])
    ]


def zone_of(records: Records) -> tzinfo:
    """The clock of the version that was in use last; UTC where it cannot be told."""
    uses = records.experience_uses()
    text = records.experience(uses[0].fingerprint) if uses else None
    try:
        return Experience.parse(text or "", name="the version in use").zone
    except ExperienceError:
        return UTC


def _changed(records: Records, use: Use, before: Use | None) -> list[Difference] | None:
    new = records.experience(use.fingerprint)
    old = records.experience(before.fingerprint) if before is not None else None
    if new is None or old is None or before is None:
        return None
    return differences(content_of(old, name=before.fingerprint), content_of(new, name=use.fingerprint))
