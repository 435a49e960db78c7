"""Zammad: an article of type e-mail is sent though it is internal, tags are added and removed one by one."""

from __future__ import annotations

import re

from imitations.desk import Asked, Case, ImitatedDesk, RefusalError, needs_object

TOKEN = "zammad-token"


class Zammad(ImitatedDesk):
    """One installation."""

    def check(self, asked: Asked) -> None:
        if asked.headers.get("authorization") not in (f"Token token={TOKEN}", f"Bearer {TOKEN}"):
            raise RefusalError(403, {"error": "Invalid token", "error_human": "Invalid token"})

    def missing(self) -> object:
        return {"error": "No such object", "error_human": "The object could not be found"}

    def show(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case = self.case(found[1])
        return 200, {"id": int(case.id), "state": case.status, "updated_at": f"2026-06-09T10:00:{case.updated:02}.000Z"}

    def articles(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        return 200, [
            {"id": one.id, "ticket_id": int(found[1]), "body": one.body, "internal": not one.public, "type": "note"}
            | {"content_type": "text/html", "sender": "Customer" if one.author == "customer" else "Agent"}
            for one in self.case(found[1]).entries
        ]

    def add_article(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        body = needs_object(asked)
        case = self.case(str(body.get("ticket_id")))
        if not body.get("body"):
            raise RefusalError(422, {"error": "Need at least an 'article body' field."})
        public = body.get("internal") is not True or body.get("type") != "note"  # an e-mail is sent all the same
        entry = self.write(case, str(body["body"]), public=public, author="us")
        return 201, {"id": entry.id, "ticket_id": int(case.id), "body": entry.body, "internal": not entry.public}

    def tags(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        if asked.query.get("object") != ["Ticket"]:
            raise RefusalError(404, self.missing())
        return 200, {"tags": self.case(asked.query.get("o_id", [""])[0]).tags}

    def add_tag(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case, item = self._tagged(asked)
        self.set_tags(case, [*case.tags, item])
        return 201, True

    def remove_tag(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        case, item = self._tagged(asked)
        self.set_tags(case, [one for one in case.tags if one != item])
        return 201, True

    def _tagged(self, asked: Asked) -> tuple[Case, str]:
        body = needs_object(asked)
        if body.get("object") != "Ticket" or not isinstance(body.get("item"), str):
            raise RefusalError(422, {"error": "Missing required parameter"})
        return self.case(str(body.get("o_id"))), body["item"]

    ROUTES = (
        ("GET", r"/api/v1/tickets/(\d+)", show),
        ("GET", r"/api/v1/ticket_articles/by_ticket/(\d+)", articles),
        ("POST", r"/api/v1/ticket_articles()", add_article),
        ("GET", r"/api/v1/tags()", tags),
        ("POST", r"/api/v1/tags/add()", add_tag),
        ("DELETE", r"/api/v1/tags/remove()", remove_tag),
    )
