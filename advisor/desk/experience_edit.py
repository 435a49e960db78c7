"""The only file that writes into an experience file: incidents are opened and closed, all else stays as it was typed.

A change is written as text at its place, for a comment above the next table belongs to that table; afterwards the whole
file is read again, and unless it says exactly what was meant, and keeps its rules, nothing is written.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from advisor.decision.experience import Experience, content_of, text_of
from advisor.decision.ideals import Incident
from advisor.decision.toml_lines import TomlLines
from advisor.decision.wording import instant
from advisor.errors import ExperienceError

WORDS_OF_ID = 4  # of the notice
_UNTIL = re.compile(r"(\s*until\s*=\s*)[^#]*?(\s*(?:#.*)?)")


@dataclass(frozen=True, slots=True)
class Edited:
    """An experience file as it is to be written."""

    text: str
    experience: Experience


def opened(path: Path, incident: Incident) -> Edited:
    """The file with one more incident at its end; ExperienceError where that would break its rules."""
    text = _plain_lines(path)
    known = Experience.parse(text, name=path.name)
    if incident.id in {other.id for other in known.incidents}:
        raise ExperienceError(f"an incident must have an id of its own, was: {incident.id}: choose another with --id")
    table = _table(incident)
    longer = f"{text.rstrip()}\n\n{_written(table)}"
    meant = deepcopy(content_of(text, name=path.name))
    _incidents_in(meant).append(table)
    return _checked(path, longer, meant)


def closed(path: Path, id: str, *, at: datetime) -> Edited:
    """The file in which the incident is over from this instant; ExperienceError where it is over already."""
    text = _plain_lines(path)
    experience = Experience.parse(text, name=path.name)
    place, incident = _found(experience, id)
    if incident.until is not None and incident.until <= at:
        since = instant(incident.until.astimezone(experience.zone))
        raise ExperienceError(f"the incident {id} is over since {since}: there is nothing to close")
    meant = deepcopy(content_of(text, name=path.name))
    _incidents_in(meant)[place]["until"] = at
    return _checked(path, _with_end(text, place, at), meant)


def write(path: Path, text: str) -> None:
    """Put the text in the place of the file, in one step and with the file's own line ends and rights."""
    target = path.resolve()
    rights = target.stat().st_mode & 0o7777 if target.is_file() else 0o644
    if target.is_file() and b"\r\n" in target.read_bytes():
        text = text.replace("\n", "\r\n")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(rights)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def id_for(text: str, *, taken: Collection[str]) -> str:
    """`signing-in-is-slow` of the notice's first words, with a number where that is taken."""
    words = re.findall(r"[^\W_]+", text.casefold())[:WORDS_OF_ID]
    name = "-".join(words) or "incident"
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)


def _found(experience: Experience, id: str) -> tuple[int, Incident]:
    for place, incident in enumerate(experience.incidents):
        if incident.id == id:
            return place, incident
    listed = ", ".join(incident.id for incident in experience.incidents) or "none"
    raise ExperienceError(f"no incident has the id {id}: the file knows {listed}")


def _table(incident: Incident) -> dict[str, Any]:
    """The incident as the file says it; what is not given is left out."""
    keys = {
        "id": incident.id,
        "text": incident.text,
        "examples": list(incident.examples),
        "article": incident.article,
        "opened": incident.opened,
        "until": incident.until,
    }
    return {key: value for key, value in keys.items() if value}


def _written(table: Mapping[str, Any]) -> str:
    import tomlkit

    written = tomlkit.document()
    incidents = tomlkit.aot()
    incidents.append(tomlkit.item(dict(table)))
    written.append("incidents", incidents)
    return tomlkit.dumps(written)


def _with_end(text: str, place: int, at: datetime) -> str:
    """`until` in the place of the one there is, else below the line that it closes best: `opened`, else `id`."""
    import tomlkit

    lines, known, end = text.split("\n"), TomlLines(text), tomlkit.item(at).as_string()
    table = ("incidents", str(place))
    ends = known.find((*table, "until"))
    found = _UNTIL.fullmatch(lines[ends - 1])
    if found is not None and ends != known.find(table):
        lines[ends - 1] = f"{found[1]}{end}{found[2]}"
        return "\n".join(lines)
    above = known.find((*table, "opened"))
    if above == known.find(table):
        above = known.find((*table, "id"))
    return "\n".join([*lines[:above], f"until = {end}", *lines[above:]])


def _incidents_in(content: dict[str, Any]) -> list[dict[str, Any]]:
    incidents: list[dict[str, Any]] = content.setdefault("incidents", [])
    return incidents


def _checked(path: Path, text: str, meant: Mapping[str, object]) -> Edited:
    """The text, if it says what was meant and keeps the rules."""
    try:
        said = content_of(text, name=path.name)
    except ExperienceError:
        said = {}
    if said != meant:
        rule = "incidents must be tables of their own, each under [[incidents]]"
        raise ExperienceError(f"{rule}, was: another notation ({path}): write them so; nothing was changed")
    return Edited(text, Experience.parse(text, name=path.name))


def _plain_lines(path: Path) -> str:
    return text_of(path)  # line ends of every kind are read as one
