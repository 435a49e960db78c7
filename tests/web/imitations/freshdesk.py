"""Freshdesk: fields that it does not know are refused, tags replace, conversations come in pages, the oldest first."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection

from imitations.desk import Asked, Case, ImitatedDesk, RefusalError, needs_object

TOKEN = "freshdesk-key"
TICKET = r"/api/v2/tickets/(\d+)"
OF_NOTE = frozenset({"body", "private", "incoming", "user_id", "notify_emails", "attachments"})
OF_TICKET = frozenset({"tags", "status", "priority", "subject", "description", "type", "responder_id", "custom_fields"})


class Freshdesk(ImitatedDesk):
    """One account."""

    def check(self, asked: Asked) -> None:
        scheme, _, pair = asked.headers.get("authorization", "").partition(" ")
        if scheme != "Basic" or base64.b64decode(pair).decode().partition(":")[0] != TOKEN:
            raise RefusalError(401, {"code": "invalid_credentials", "message": "You have to be logged in."})

    def show(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case = self.case(found[1])
        shown = _shown(case)
        if asked.query.get("include") == ["conversations"]:
            shown["conversations"] = [*map(dict, _listed(case)[:10])]
        return 200, shown

    def conversations(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        page, size = int(asked.query.get("page", ["1"])[0]), int(asked.query.get("per_page", ["30"])[0])
        if size > 100:
            raise RefusalError(400, _invalid("per_page", "It should be a Positive Integer less than or equal to 100"))
        return 200, _listed(self.case(found[1]))[(page - 1) * size : page * size]

    def add_note(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case, body = self.case(found[1]), needs_object(asked)
        _check_fields(body, OF_NOTE)
        if not isinstance(body.get("body"), str) or not body["body"].strip():
            raise RefusalError(400, _invalid("body", "It should be a String", code="missing_field"))
        if not isinstance(body.get("private", True), bool):
            raise RefusalError(400, _invalid("private", "It should be a Boolean", code="datatype_mismatch"))
        entry = self.write(case, body["body"], public=not body.get("private", True), author="us")
        return 201, {"id": entry.id, "body": entry.body, "private": not entry.public}

    def update(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case, body = self.case(found[1]), needs_object(asked)
        _check_fields(body, OF_TICKET)
        if not body:
            raise RefusalError(400, {"code": "missing_params", "message": "Put request body must not be empty"})
        if "status" in body:
            case.status = str(body["status"])
        tags = body.get("tags", case.tags)
        if not isinstance(tags, list) or not all(isinstance(one, str) and 0 < len(one) <= 32 for one in tags):
            raise RefusalError(400, _invalid("tags", "It should only contain elements of type String"))
        self.set_tags(case, tags)
        return 200, _shown(case)

    ROUTES = (
        ("GET", TICKET, show),
        ("GET", rf"{TICKET}/conversations", conversations),
        ("POST", rf"{TICKET}/notes", add_note),
        ("PUT", TICKET, update),
    )


def _shown(case: Case) -> dict[str, object]:
    return {"id": int(case.id), "status": 2, "tags": case.tags, "updated_at": f"2026-06-09T10:00:{case.updated:02}Z"}


def _listed(case: Case) -> list[dict[str, object]]:
    return [
        {"id": one.id, "body": one.body, "private": not one.public, "incoming": one.author == "customer"}
        for one in case.entries[1:]  # the first is the ticket's description
    ]


def _check_fields(body: dict[str, object], known: Collection[str]) -> None:
    for name in body:
        if name not in known:
            raise RefusalError(400, _invalid(name, "Unexpected/invalid field in request"))


def _invalid(name: str, message: str, *, code: str = "invalid_field") -> object:
    return {"description": "Validation failed", "errors": [{"field": name, "message": message, "code": code}]}
