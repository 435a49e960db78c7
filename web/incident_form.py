"""What is typed to open an incident, how it is checked, and the incident that it makes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from typing import Self

from advisor.decision.experience import Experience
from advisor.decision.ideals import Incident
from advisor.desk.experience_edit import id_for
from index.articles import Article

LONGEST = 2_000  # characters of the notice, and of all examples
LOCAL_TIME = "%Y-%m-%dT%H:%M"  # as browsers write it into a field for date and time
FOUND = 8  # articles that are offered to choose from
_NAME = re.compile(r"[\w.-]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentForm:
    """The form, as it was typed."""

    text: str = ""
    examples: str = ""  # one a line
    until: str = ""  # LOCAL_TIME on the clock of the experience file; empty = open
    name: str = ""  # its id; empty = made of the text
    search: str = ""  # words of the article that is looked for
    article: str = ""  # id of the one that was chosen; empty = none

    @classmethod
    def posted(cls, values: Mapping[str, str]) -> Self:
        """The form as a browser sent it."""
        return cls(**{name: values[name].replace("\r\n", "\n") for name in asdict(cls()) if name in values})

    @classmethod
    def like(cls, incident: Incident) -> Self:
        """The form filled with an incident that was there before."""
        return cls(text=incident.text, examples="\n".join(incident.examples), article=incident.article or "")

    def errors(self, experience: Experience, *, at: datetime, article: Article | None) -> dict[str, str]:
        """What is wrong, by field, each a sentence with the cure; `article` is the one that was chosen."""
        found = {
            "text": self._wrong_text(experience, at),
            "examples": f"Write at most {LONGEST:,} characters." if len(self.examples) > LONGEST else None,
            "until": self._wrong_end(experience.zone, at),
            "name": self._wrong_name(experience),
            "search": None if article is not None or not self.article else f"There is no article {self.article!r}.",
        }
        return {field: error for field, error in found.items() if error is not None}

    def incident(self, experience: Experience, *, at: datetime) -> Incident:
        """The incident, once there are no errors."""
        text = self.text.strip()
        lines = (line.strip() for line in self.examples.split("\n"))
        return Incident(
            id=self.name.strip() or id_for(text, taken={other.id for other in experience.incidents}),
            text=text,
            examples=tuple(line for line in lines if line),
            article=self.article or None,
            opened=at.astimezone(experience.zone).replace(microsecond=0),
            until=instant_of(self.until, experience.zone),
        )

    def _wrong_text(self, experience: Experience, at: datetime) -> str | None:
        text = self.text.strip()
        if not text:
            return "Write what customers shall read, such as “Signing in is slow. We are working on it.”"
        if len(text) > LONGEST:
            return f"Write at most {LONGEST:,} characters; these are {len(text):,}."
        same = next((one for one in experience.incidents if one.text == text and one.is_open(at)), None)
        return None if same is None else f"This notice is open already, as {same.id}."

    def _wrong_end(self, zone: tzinfo, at: datetime) -> str | None:
        if not self.until.strip():
            return None
        end = instant_of(self.until, zone)
        if end is None:
            return "Write a date and a time, such as 2026-03-02T18:00, or leave it empty."
        return None if end > at else "This time has passed: choose a later one, or leave it empty."

    def _wrong_name(self, experience: Experience) -> str | None:
        name = self.name.strip()
        if not name:
            return None
        if not _NAME.fullmatch(name):
            return "Use letters, digits, - and _ without blanks, at most 80, or leave it empty."
        taken = name in {other.id for other in experience.incidents}
        return "Another incident is called so: choose another name." if taken else None


def instant_of(typed: str, zone: tzinfo) -> datetime | None:
    """A date and time on the clock of the file; None where it is empty or none."""
    try:
        came = datetime.fromisoformat(typed.strip())
    except ValueError:
        return None
    return came if came.tzinfo else came.replace(tzinfo=zone)


def found_by(words: str, articles: list[Article]) -> list[Article]:
    """The articles whose id or title holds all words, shorter titles first; at most so many."""
    asked = words.casefold().split()
    if not asked:
        return []
    fit = (one for one in articles if all(word in f"{one.id} {one.title}".casefold() for word in asked))
    return sorted(fit, key=lambda one: (len(one.title), one.title, one.id))[:FOUND]
