"""What can go wrong, as one tree; index has its own branch, which this one takes in.

AdvisorError                     a sentence for a person: what came, the rule, the cure
├── TicketError                  a ticket that cannot be taken: row, field, what came
├── ExperienceError              the experience file: every finding with line and cure
├── SettingsError                settings.toml or the environment
├── ModelError                   a model file that is missing, changed or made for another encoder
├── RecordsError                 advisor.db cannot be opened, read or written
│   ├── CursorError              a place in a list that this program did not give out
│   ├── StaleReviewError         somebody said something else of an advice meanwhile, or a newer one stands
│   └── StaleWishesError         the wishes on file are not those that an agent saw
├── ArchiveError                 an archive of tickets that cannot be read, or not to its end
├── BackupError                  a backup that cannot be made, read or restored
└── ResultError                  a file that is no result, or results that cannot be compared: file, row, cure
KnowledgeError (index.errors)    articles, encoder, vectors
"""

from __future__ import annotations

from datetime import datetime

from index.errors import KnowledgeError


class AdvisorError(Exception):
    """Something the person at the keyboard can mend; its text says how."""


class TicketError(AdvisorError):
    """A ticket that cannot be taken."""

    field: str | None = None  # "customer.wishes[0].channel"; None = it is not about one field


class ExperienceError(AdvisorError):
    """An experience file that breaks its rules."""


class SettingsError(AdvisorError):
    """A setting that is unknown or out of range."""


class ModelError(AdvisorError):
    """A model file that is missing, changed, or made for another encoder."""


class RecordsError(AdvisorError):
    """The records cannot be opened, read or written."""


class CursorError(RecordsError):
    """A place in a list that this program did not give out, or gave out for another order."""


class StaleReviewError(RecordsError):
    """What an agent saw is not what stands now: a newer advice, or what somebody has said meanwhile."""

    def __init__(self, said: str, *, by: str | None = None, at: datetime | None = None) -> None:
        """Take the sentence, and who was first and when; None = it is a newer advice that stands in the way."""
        super().__init__(said)
        self.by = by
        self.at = at


class StaleWishesError(RecordsError):
    """The wishes on file are not those that an agent saw: somebody, or a ticket, has changed them meanwhile."""


class ResultError(AdvisorError):
    """A file that is no result, or results that cannot be compared."""


class ArchiveError(AdvisorError):
    """An archive of tickets that cannot be read, or not to its end."""


class BackupError(AdvisorError):
    """A backup that cannot be made, read or restored."""


EXPECTED = (AdvisorError, KnowledgeError)
"""What a command answers with one sentence and no traceback."""
