"""Why a request to somebody else's address came to nothing.

OutgoingError (AdvisorError)
├── RefusedError     this program does not ask that address; no use to try again before the configuration changes
└── NoAnswerError    it was asked and did not answer in time, wholly or in words that can be read; try again
"""

from __future__ import annotations

from advisor.errors import AdvisorError


class OutgoingError(AdvisorError):
    """A request to somebody else's address that came to nothing."""


class RefusedError(OutgoingError):
    """This program does not ask that address."""


class NoAnswerError(OutgoingError):
    """There was no answer, not a whole one, or none that can be read."""
