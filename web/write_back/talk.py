"""Asking the API of one helpdesk: every answer that is not what was asked for becomes a sentence and a way to go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

from advisor.errors import AdvisorError
from web.helpdesks.model import Call, Hook
from web.outgoing import Answer, Outgoing
from web.outgoing_errors import NoAnswerError

FOR_GOOD: Mapping[int, str] = {
    400: "it refuses the request as it is",
    404: "it has no such ticket: that was deleted, or the address of the hook is wrong",
    410: "the ticket was deleted",
    413: "the request is too large for it",
    422: "it refuses the request as it is, as it does for closed tickets",
}
"""What no further attempt can mend."""

CURES: Mapping[int, str] = {
    401: "it does not know the credentials: advisor hooks credentials",
    403: "the credentials do not allow this: advisor hooks credentials",
    409: "somebody changed the ticket meanwhile",
    429: "it was asked too often",
}


class TalkError(AdvisorError):
    """A helpdesk that did not do what it was asked."""

    def __init__(self, said: str, *, retry_after: float | None = None, for_good: bool = False) -> None:
        """`retry_after`: seconds that the helpdesk wants to be left alone."""
        super().__init__(said)
        self.retry_after = retry_after
        self.for_good = for_good


class TooOftenError(TalkError):
    """A helpdesk that was asked too often: no fault of what was asked."""


class Talk:
    """A way to the API of a hook's helpdesk."""

    def __init__(
        self, outgoing: Outgoing, hook: Hook, authorised: Mapping[str, str], *, now: Callable[[], datetime]
    ) -> None:
        self._outgoing = outgoing
        self._hook = hook
        self._authorised = authorised
        self._now = now

    def ask(self, calls: Iterable[Call]) -> list[bytes]:
        """Send requests one after the other and give their answers; TalkError at the first that is not done."""
        answers: list[Answer] = []
        for call in calls:
            answers.append(self._ask_one(call, answers[-1] if answers else None))
        return [one.body for one in answers]

    def _ask_one(self, call: Call, before: Answer | None) -> Answer:
        call = filled(call, before)
        if ".." in call.path.partition("?")[0].split("/"):
            raise TalkError(f"this would lead elsewhere than to a ticket: {call.path}", for_good=True)
        body = None if call.body is None else json.dumps(call.body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {**self._authorised, **call.headers}
        if body is not None:
            headers["content-type"] = "application/json"
        answer = self._outgoing.send(call.method, url_of(self._hook, call), headers=headers, body=body)
        if not answer.is_good:
            raise self._refusal(call, answer)
        try:
            answer.json()
        except NoAnswerError as error:
            raise TalkError(f"{self._name(call)}: {error}") from error
        return answer

    def _refusal(self, call: Call, answer: Answer) -> TalkError:
        status = answer.status
        said = FOR_GOOD.get(status) or CURES.get(status) or _usual(status)
        shown = f" ({answer.shown()})" if answer.body.strip() else ""
        text = f"{self._name(call)} was answered with {status}: {said}{shown}"
        wait = answer.retry_after(self._now())
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return TooOftenError(text, retry_after=wait)
        return TalkError(text, retry_after=wait, for_good=status in FOR_GOOD)

    def _name(self, call: Call) -> str:
        return f"{call.method} {url_of(self._hook, call).partition('?')[0]}"


def url_of(hook: Hook, call: Call) -> str:
    """Where a call goes: always below the address of the hook."""
    return f"{hook.address.rstrip('/')}/{call.path.lstrip('/')}"


def filled(call: Call, before: Answer | None) -> Call:
    """A call with what it takes from the answer before it, in its body or its path."""
    if not call.takes:
        return call
    said = before.json() if before is not None else None
    path, body = call.path, dict(call.body or {})
    for ours, theirs in call.takes.items():
        value = said.get(theirs) if isinstance(said, dict) else None
        if not isinstance(value, str | int):
            raise TalkError(f"{call.method} {call.path} needs {theirs!r} of the answer before it, which lacks it")
        if f"{{{ours}}}" in path:
            path = path.replace(f"{{{ours}}}", quote(str(value), safe=""))
        else:
            body[ours] = value
    return replace(call, path=path, body=body if call.body is not None else None, takes={})


def _usual(status: int) -> str:
    if 300 <= status < 400:
        return "redirects are not followed: correct the address of the hook"
    return "it cannot do it now" if status >= 500 else "it does not do it"
