"""Chatwoot: a message goes to the customer unless it is private, labels replace, twenty messages come at a time."""

from __future__ import annotations

import re

from imitations.desk import Asked, ImitatedDesk, RefusalError, needs_object

TOKEN = "chatwoot-token"
ACCOUNT = "3"
CONVERSATION = rf"/api/v1/accounts/{ACCOUNT}/conversations/(\d+)"


class Chatwoot(ImitatedDesk):
    """One account."""

    def check(self, asked: Asked) -> None:
        if asked.headers.get("api-access-token") != TOKEN:
            raise RefusalError(401, {"error": "Invalid Access Token"})

    def missing(self) -> object:
        return {"error": "Resource could not be found"}

    def show(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case = self.case(found[1])
        shown = {
            "id": int(case.id),
            "status": case.status,
            "labels": case.tags,
            "messages": self.messages_of(asked, found),
        }
        return 200, shown | {"updated_at": 1780000000.5 + case.updated}

    def messages(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        return 200, {"meta": {"labels": self.case(found[1]).tags}, "payload": self.messages_of(asked, found)}

    def messages_of(self, asked: Asked, found: re.Match[str]) -> list[dict[str, object]]:
        """The newest twenty, or those before one, the oldest first."""
        before = int(asked.query.get("before", ["1000000"])[0])
        entries = [one for one in self.case(found[1]).entries if one.id < before]
        return [
            {"id": one.id, "content": one.body, "private": not one.public}
            | {"message_type": 0 if one.author == "customer" else 1, "content_type": "text"}
            for one in entries[-20:]
        ]

    def create(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case, body = self.case(found[1]), needs_object(asked)
        content = body.get("content")
        if not isinstance(content, str) or not content or len(content) > 150_000:
            raise RefusalError(422, {"error": "Validation failed: Content is too long"})
        private = body.get("private") in (True, "true")
        entry = self.write(case, content, public=not private, author="us")
        return 200, {"id": entry.id, "content": entry.body, "private": private, "message_type": 1}

    def labels(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        return 200, {"payload": self.case(found[1]).tags}

    def set_labels(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case = self.case(found[1])
        labels = needs_object(asked).get("labels") or []
        if not isinstance(labels, list):
            raise RefusalError(422, {"error": "labels must be a list"})
        self.set_tags(case, map(str, labels))
        return 200, {"payload": case.tags}

    ROUTES = (
        ("GET", CONVERSATION, show),
        ("GET", rf"{CONVERSATION}/messages", messages),
        ("POST", rf"{CONVERSATION}/messages", create),
        ("GET", rf"{CONVERSATION}/labels", labels),
        ("POST", rf"{CONVERSATION}/labels", set_labels),
    )
