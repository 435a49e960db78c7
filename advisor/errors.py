"""What can go wrong, as one tree; index has its own branch, which this one takes in.

AdvisorError                     a sentence for a person: what came, the rule, the cure
├── TicketError                  a ticket that cannot be taken: row, field, what came
├── ExperienceError              the experience file: every finding with line and cure
├── SettingsError                settings.toml or the environment
├── ModelError                   a model file that is missing, changed or made for another encoder
├── RecordsError                 advisor.db cannot be opened, read or written
├── ArchiveError                 an archive of tickets that cannot be read, or not to its end
└── ResultError                  a file that is no result, or results that cannot be compared: file, row, cure
KnowledgeError (index.errors)    articles, encoder, vectors
"""

from __future__ import annotations

from index.errors import KnowledgeError


class AdvisorError(Exception):
    """Something the person at the keyboard can mend; its text says how."""


class TicketError(AdvisorError):
    """A ticket that cannot be taken."""


class ExperienceError(AdvisorError):
    """An experience file that breaks its rules."""


class SettingsError(AdvisorError):
    """A setting that is unknown or out of range."""


class ModelError(AdvisorError):
    """A model file that is missing, changed, or made for another encoder."""


class RecordsError(AdvisorError):
    """The records cannot be opened, read or written."""


class ResultError(AdvisorError):
    """A file that is no result, or results that cannot be compared."""


class ArchiveError(AdvisorError):
    """An archive of tickets that cannot be read, or not to its end."""


EXPECTED = (AdvisorError, KnowledgeError)
"""What a command answers with one sentence and no traceback."""
