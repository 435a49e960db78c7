"""The experience file as the pages change it: nobody's change is overwritten unseen, and each is kept with a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from advisor.decision.experience import Experience, default_text, text_of
from advisor.decision.ideals import Incident
from advisor.desk.experience_edit import Edited, closed, opened, write
from advisor.errors import ExperienceError
from advisor.records import Records
from advisor.settings import Settings
from web.drafts import Checked, checked, state_of


@dataclass(frozen=True, slots=True)
class Current:
    """The file as it is now."""

    text: str
    state: str  # names the text, comments included
    experience: Experience | None  # None = it breaks its rules

    @property
    def fingerprint(self) -> str:
        """Names what it says; empty where it breaks its rules."""
        return self.experience.fingerprint if self.experience is not None else ""


class ChangedError(Exception):
    """Somebody else has changed the file meanwhile."""

    def __init__(self, current: Current) -> None:
        super().__init__("the experience file was changed meanwhile")
        self.current = current


class Keeper:
    """Reads and writes the experience file of an installation; one change at a time."""

    def __init__(self, settings: Settings, records: Records) -> None:
        self._path = settings.experience
        self._records = records
        self._turn = Lock()

    def current(self) -> Current:
        """The file now; the shipped one where there is none."""
        text = text_of(self._path) if self._path.is_file() else default_text()
        return Current(text, state_of(text), checked(text).experience)

    def put(self, text: str, *, begun: str, by: str) -> Checked:
        """Write a text in the place of the one with the state `begun`; with findings, nothing is written.

        ChangedError where the file is another one by now; ExperienceError where it cannot be written.
        """
        found = checked(text)
        if found.experience is None:
            return found
        with self._turn:
            current = self.current()
            if current.state != begun:
                raise ChangedError(current)
            self._write(Edited(text, found.experience), current, by=by)
        return found

    def open_incident(self, incident: Incident, *, by: str) -> None:
        """Write an incident at the end of the file; ExperienceError where that would break its rules."""
        with self._turn:
            current = self._there()
            self._write(opened(self._path, incident), current, by=by)

    def close_incident(self, id: str, *, at: datetime, by: str) -> None:
        """End an incident; ExperienceError where there is none, or it is over."""
        with self._turn:
            current = self._there()
            self._write(closed(self._path, id, at=at), current, by=by)

    def _there(self) -> Current:
        """The file, which is written first where there is none."""
        if not self._path.is_file():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write(self._path, default_text())
        return self.current()

    def _write(self, edited: Edited, before: Current, *, by: str) -> None:
        """The version is kept under its author's name first, for a running advisor may notice the file at once."""
        self._records.keep_experience(edited.experience.fingerprint, edited.text, by=by)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(self._path, edited.text)
        except OSError as error:
            if before.experience is not None:
                self._records.keep_experience(before.fingerprint, before.text, by=by)
            rule = f"the experience file must be writable, was: {error.strerror}"
            raise ExperienceError(f"{rule}: give this program the right to write {self._path}") from error
