"""What differs between two experience files, in words, key by key; comments, spaces and order do not count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

LONGEST = 72  # characters of one value shown

Content = Mapping[str, object]  # tables and keys as TOML gives them


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that says something else."""

    key: str  # "moments.billing.wrong_cost"; an incident by its id: "incidents.slow.until"
    text: str  # "12.5 → 20"

    def __str__(self) -> str:
        return f"{self.key}: {self.text}"


def differences(before: Content, after: Content) -> list[Difference]:
    """Every key that was changed, taken out or added, in the order of the older file."""
    return list(_between((), _with_incidents_by_id(before), _with_incidents_by_id(after)))


def summary(found: Sequence[Difference]) -> str:
    """The first difference, and how many more there are."""
    if not found:
        return "nothing but comments, spaces or order"
    more = f"; and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{found[0]}{more}"


def _between(path: tuple[str, ...], before: Content, after: Content) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        here = (*path, key)
        old, new = before.get(key), after.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _between(here, old, new)
        elif key not in after:
            yield Difference(".".join(here), f"taken out, was {_said(old)}")
        elif key not in before:
            yield Difference(".".join(here), f"new, {_said(new)}")
        elif old != new or type(old) is not type(new):
            yield Difference(".".join(here), _changed(old, new))


def _with_incidents_by_id(content: Content) -> Content:
    """The list of incidents as tables by their id, so that one more on top does not change all the others."""
    incidents = content.get("incidents", [])
    if not isinstance(incidents, list) or not all(isinstance(one, dict) for one in incidents):
        return content
    by_id = {str(one.get("id")): {key: value for key, value in one.items() if key != "id"} for one in incidents}
    return {**content, "incidents": by_id} if len(by_id) == len(incidents) else content


def _changed(old: object, new: object) -> str:
    if not isinstance(old, list) or not isinstance(new, list):
        return f"{_said(old)} → {_said(new)}"
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    if not gone and not come:
        return "the same in another order" if len(old) == len(new) else f"{_said(old)} → {_said(new)}"
    return ", ".join([*(f"without {_said(one)}" for one in gone), *(f"with {_said(one)}" for one in come)])


def _said(value: object) -> str:
    """A value as it stands in the file, shortened."""
    if isinstance(value, Mapping):
        shown = ", ".join(f"{key} = {_said(inner)}" for key, inner in value.items()) or "empty"
    elif isinstance(value, list):
        shown = f"[{', '.join(map(_said, value))}]"
    elif isinstance(value, str):
        shown = f'"{" ".join(value.split())}"'
    elif isinstance(value, bool):
        shown = str(value).lower()
    elif isinstance(value, datetime | date | time):
        shown = value.isoformat()
    else:
        shown = f"{value:g}" if isinstance(value, float) else str(value)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
