"""Zendesk: a flat body is answered 200 and changes nothing, a comment is public by default, PUT of tags adds."""

from __future__ import annotations

import base64
import re

from imitations.desk import Asked, Case, ImitatedDesk, RefusalError, needs_object

TOKEN = "zendesk-token"
USER = "advisor@fernway.example"
TICKET = r"/api/v2/tickets/(\d+)"


class Zendesk(ImitatedDesk):
    """One account."""

    def check(self, asked: Asked) -> None:
        pair = base64.b64encode(f"{USER}/token:{TOKEN}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {pair}":
            raise RefusalError(401, {"error": "Couldn't authenticate you"})

    def missing(self) -> object:
        return {"error": "RecordNotFound", "description": "Not found"}

    def show(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        return 200, {"ticket": _shown(self.case(found[1]))}

    def comments(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        entries = [
            {"id": one.id, "type": "Comment", "body": one.body, "html_body": one.body, "public": one.public}
            for one in self.case(found[1]).entries
        ]
        if asked.query.get("sort_order") == ["desc"]:
            entries.reverse()
        return 200, {"comments": entries[:100], "count": len(entries)}

    def update(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case, changes = self.case(found[1]), needs_object(asked).get("ticket")
        if not isinstance(changes, dict):
            return 200, {"ticket": _shown(case)}  # as the real one does with a flat body
        _check_open(case)
        _check_unchanged(case, changes)
        if "status" in changes:
            case.status = str(changes["status"])
        if "tags" in changes:
            self.set_tags(case, changes["tags"])
        comment = changes.get("comment")
        if isinstance(comment, dict):
            body = comment.get("html_body") or comment.get("body")
            if not body:
                raise RefusalError(422, {"error": "RecordInvalid", "details": {"comment": "cannot be blank"}})
            self.write(case, str(body), public=comment.get("public", True) is not False, author="us")
        return 200, {"ticket": _shown(case)}

    def add_tags(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case, body = self.case(found[1]), needs_object(asked)
        _check_open(case)
        _check_unchanged(case, body)
        self.set_tags(case, [*case.tags, *_tags(body)])
        return 200, {"tags": case.tags}

    def replace_tags(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case, body = self.case(found[1]), needs_object(asked)
        self.set_tags(case, _tags(body))
        return 201, {"tags": case.tags}

    def remove_tags(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case, body = self.case(found[1]), needs_object(asked)
        _check_open(case)
        _check_unchanged(case, body)
        self.set_tags(case, [one for one in case.tags if one not in _tags(body)])
        return 200, {"tags": case.tags}

    ROUTES = (
        ("GET", rf"{TICKET}\.json", show),
        ("GET", rf"{TICKET}/comments\.json", comments),
        ("PUT", rf"{TICKET}\.json", update),
        ("PUT", rf"{TICKET}/tags\.json", add_tags),
        ("POST", rf"{TICKET}/tags\.json", replace_tags),
        ("DELETE", rf"{TICKET}/tags\.json", remove_tags),
    )


def _shown(case: Case) -> dict[str, object]:
    return {"id": int(case.id), "status": case.status, "tags": case.tags, "updated_at": _stamp(case)}


def _stamp(case: Case) -> str:
    return f"2026-06-09T10:{case.updated // 60:02}:{case.updated % 60:02}Z"


def _tags(body: dict[str, object]) -> list[str]:
    tags = body.get("tags")
    if not isinstance(tags, list):
        raise RefusalError(400, {"error": "BadRequest", "description": "tags must be a list"})
    return [one.lower() for tag in tags for one in str(tag).split()]


def _check_open(case: Case) -> None:
    if case.status == "closed":
        raise RefusalError(422, {"error": "RecordInvalid", "details": {"status": "closed prevents ticket update"}})


def _check_unchanged(case: Case, body: dict[str, object]) -> None:
    if str(body.get("safe_update")).lower() == "true" and body.get("updated_stamp") != _stamp(case):
        raise RefusalError(409, {"error": "UpdateConflict", "description": "Safe Update prevented the update"})
