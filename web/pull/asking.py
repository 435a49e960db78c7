"""Asks one helpdesk for pages: patiently where that may help, and with a sentence where it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from advisor.errors import AdvisorError
from web.helpdesks.model import Call, Hook
from web.outgoing import Answer, Outgoing
from web.outgoing_errors import NoAnswerError

TRIES = 6  # of one page
FIRST_WAIT, LONGEST_WAIT = 5.0, 120.0  # seconds between two tries, where the helpdesk says nothing of it
LONGEST_ASKED = 15 * 60.0  # seconds that a helpdesk may let a pull wait; for longer, the next one goes on
SAID: Mapping[int, str] = {
    401: "it does not know the credentials: advisor hooks credentials {name}",
    403: "the credentials do not allow this: advisor hooks credentials {name}",
    404: "it knows no such address: advisor hooks list shows what it is",
    429: "it was asked too often: pull again later, it goes on where it was",
}


class GoneError(AdvisorError):
    """What was asked for is not there, or not any more."""


class Asking:
    """A way to the API of a hook's helpdesk."""

    def __init__(
        self,
        outgoing: Outgoing,
        hook: Hook,
        authorised: Mapping[str, str],
        *,
        sleep: Callable[[float], bool],
        waits: Callable[[float, str], None],
        now: Callable[[], datetime],
    ) -> None:
        """`sleep` waits for so many seconds, and gives True where nobody wants to wait any more."""
        self._outgoing = outgoing
        self._hook = hook
        self._authorised = authorised
        self._sleep = sleep
        self._waits = waits
        self._now = now

    def ask(self, call: Call) -> bytes:
        """The body of the answer; GoneError for 404 and 410, AdvisorError where there is none that will do."""
        for tried in range(1, TRIES + 1):
            why, wait = "", 0.0
            try:
                answer = self._outgoing.send(call.method, self._url(call), headers={**self._authorised, **call.headers})
            except NoAnswerError as error:
                why = str(error)
            else:
                if answer.is_good:
                    return answer.body
                why, wait = self._refusal(call, answer)
            self._pause(tried, why, wait)
        raise AssertionError  # the last pause has raised

    def _refusal(self, call: Call, answer: Answer) -> tuple[str, float]:
        """Why this is no page, and how long to wait; AdvisorError where waiting does not help."""
        status = answer.status
        said = SAID.get(status, "it cannot do it now" if status >= 500 else "it does not do it").format(
            name=self._hook.name
        )
        shown = f" ({answer.shown()})" if answer.body.strip() else ""
        why = f"{call.method} {self._url(call).partition('?')[0]} was answered with {status}: {said}{shown}"
        if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise GoneError(why)
        if status < 500 and status != HTTPStatus.TOO_MANY_REQUESTS:
            raise AdvisorError(why)
        return why, answer.retry_after(self._now()) or 0.0

    def _pause(self, tried: int, why: str, asked: float) -> None:
        """Wait before the next try; AdvisorError where there is none."""
        wait = max(asked, min(FIRST_WAIT * 2 ** (tried - 1), LONGEST_WAIT))
        if tried == TRIES or asked > LONGEST_ASKED:
            raise AdvisorError(why)
        self._waits(wait, why)
        if self._sleep(wait):
            raise AdvisorError(f"stopped while it waited: {why}")

    def _url(self, call: Call) -> str:
        return f"{self._hook.address.rstrip('/')}/{call.path.lstrip('/')}"
