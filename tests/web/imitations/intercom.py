"""Intercom: a version and a known admin must be named, tags go by the id of a tag that is made first."""

from __future__ import annotations

import re

from imitations.desk import Asked, ImitatedDesk, RefusalError, needs_object

TOKEN = "intercom-token"
ADMIN = "991267"
CONVERSATION = r"/conversations/(\d+)"


class Intercom(ImitatedDesk):
    """One workspace."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, str] = {}  # name -> id

    def check(self, asked: Asked) -> None:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            raise RefusalError(401, _errors("unauthorized", "Access Token Invalid"))
        if not re.fullmatch(r"2\.\d+", asked.headers.get("intercom-version", "")):
            raise RefusalError(400, _errors("intercom_version_invalid", "The requested version could not be found"))

    def missing(self) -> object:
        return _errors("not_found", "Resource Not Found")

    def show(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case = self.case(found[1])
        parts = [
            {"type": "conversation_part", "id": str(one.id), "part_type": "comment" if one.public else "note"}
            | {"body": one.body, "author": {"type": "user" if one.author == "customer" else "admin", "id": one.author}}
            for one in case.entries[1:]
        ]
        tags = [{"type": "tag", "id": self.tag_id(one), "name": one} for one in case.tags]
        return 200, {
            "type": "conversation",
            "id": case.id,
            "updated_at": 1780000000 + case.updated,
            "source": {"body": case.entries[0].body},
            "tags": {"type": "tag.list", "tags": tags},
            "conversation_parts": {"type": "conversation_part.list", "conversation_parts": parts[-500:]},
        }

    def reply(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case, body = self.case(found[1]), needs_object(asked)
        if body.get("message_type") not in ("comment", "note") or body.get("type") not in ("admin", "user"):
            raise RefusalError(400, _errors("parameter_invalid", "message_type is invalid"))
        _check_admin(body)
        if not body.get("body"):
            raise RefusalError(400, _errors("parameter_not_found", "body is required"))
        self.write(case, str(body["body"]), public=body["message_type"] == "comment", author=ADMIN)
        return 200, {"type": "conversation", "id": case.id}

    def make_tag(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        name = needs_object(asked).get("name")
        if not isinstance(name, str) or not name:
            raise RefusalError(400, _errors("parameter_not_found", "Name is a required parameter"))
        return 200, {"type": "tag", "id": self.tag_id(name), "name": name}

    def attach(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case, body = self.case(found[1]), needs_object(asked)
        _check_admin(body)
        name = self.name_of(str(body.get("id")))
        self.set_tags(case, [*case.tags, name])
        return 200, {"type": "tag", "id": body["id"], "name": name}

    def detach(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case = self.case(found[1])
        _check_admin(needs_object(asked))
        name = self.name_of(found[2])
        self.set_tags(case, [one for one in case.tags if one != name])
        return 200, {"type": "tag", "id": found[2], "name": name}

    def tag_id(self, name: str) -> str:
        """The id of a tag, made where it is new."""
        return self.tags.setdefault(name, str(7522900 + len(self.tags)))

    def name_of(self, id: str) -> str:
        """The name of a tag; a 404 where there is none."""
        for name, known in self.tags.items():
            if known == id:
                return name
        raise RefusalError(404, _errors("tag_not_found", "Resource Not Found"))

    ROUTES = (
        ("GET", CONVERSATION, show),
        ("POST", rf"{CONVERSATION}/reply", reply),
        ("POST", r"/tags()", make_tag),
        ("POST", rf"{CONVERSATION}/tags", attach),
        ("DELETE", rf"{CONVERSATION}/tags/(\d+)", detach),
    )


def _check_admin(body: dict[str, object]) -> None:
    if "admin_id" not in body:
        raise RefusalError(400, _errors("parameter_not_found", "admin_id is a required parameter"))
    if str(body["admin_id"]) != ADMIN:
        raise RefusalError(404, _errors("admin_not_found", "Admin for admin_id not found"))


def _errors(code: str, message: str) -> object:
    return {"type": "error.list", "errors": [{"code": code, "message": message}]}
