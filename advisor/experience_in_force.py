"""Which experience file is in force: the installation's, and while that breaks its rules the last good one."""

from __future__ import annotations

from advisor.decision.experience import Experience, default_text, text_of
from advisor.errors import ExperienceError
from advisor.records import Records
from advisor.settings import Settings


def experience_in_force(settings: Settings, records: Records) -> tuple[Experience, str, str | None]:
    """The experience in force, its text, and a warning where it is not the file's; the shipped one where there is none.

    ExperienceError, with every finding, where the file breaks its rules and no good one was ever kept.
    """
    path = settings.experience
    text = text_of(path) if path.is_file() else default_text()
    try:
        return Experience.parse(text, name=path.name), text, None
    except ExperienceError as error:
        last = _last_good(records)
        if last is None:
            raise
        experience, kept, since = last
        warning = f"{path} breaks its rules; the last good file stays in force ({experience.fingerprint}, {since}):"
        return experience, kept, f"{warning}\n{error}"


def _last_good(records: Records) -> tuple[Experience, str, str] | None:
    """The newest kept file that keeps the rules, and since when it was in use; None where there is none."""
    for use in records.experience_uses():
        text = records.experience(use.fingerprint)
        if text is None:
            continue
        try:
            experience = Experience.parse(text, name=f"version {use.fingerprint}")
        except ExperienceError:
            continue  # kept by a version of this program that had other rules
        return experience, text, f"in use since {use.at.astimezone(experience.zone):%-d %B %Y, %H:%M}"
    return None
