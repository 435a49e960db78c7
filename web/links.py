"""The two links of a draft that offers an article: that helped, and I want a person. Signed, so that nobody makes up an
answer; opened by mail scanners too, so that only the button on the page behind them counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from itsdangerous import BadData, URLSafeTimedSerializer

from advisor.types import Action, Recommendation

DAYS = 90  # a link can be used
SALT = "did it help"


class Answer(StrEnum):
    """What a customer says of an article that was sent."""

    HELPED = "helped"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link was made for."""

    advice: str  # id of the recommendation
    answer: Answer  # what the link stands for; the page takes the other one, too


class Links:
    """Makes and reads links; without a public address it makes none."""

    def __init__(self, key: bytes, address: str) -> None:
        """`address`: where customers reach this program; empty where they do not."""
        self._address = address.rstrip("/")
        self._serializer = URLSafeTimedSerializer(key, salt=SALT)

    def link(self, advice: str, answer: Answer) -> str | None:
        """The link of an advice for an answer; None where customers do not reach this program."""
        if not self._address:
            return None
        return f"{self._address}/helped/{self.token(advice, answer)}"

    def token(self, advice: str, answer: Answer) -> str:
        """What names and signs an answer."""
        token = self._serializer.dumps([advice, answer.value])
        return token if isinstance(token, str) else token.decode()

    def read(self, token: str) -> Asked | None:
        """What a link was made for; None where it was changed or is older than DAYS."""
        try:
            advice, answer = self._serializer.loads(token, max_age=DAYS * 24 * 60 * 60)
        except (BadData, ValueError):
            return None
        return Asked(str(advice), Answer(answer))

    def draft(self, given: Recommendation) -> str:
        """The reply to copy: where it offers an article, with both links in front of the greeting."""
        helped, person = self.link(given.id, Answer.HELPED), self.link(given.id, Answer.PERSON)
        if given.action is not Action.SELF_SERVICE or not given.id or helped is None or person is None:
            return given.reply
        body, _, greeting = given.reply.rpartition("\n\n")
        return f"{body}\n\nThat helped: {helped}\nI want a person: {person}\n\n{greeting}"
