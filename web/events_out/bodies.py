"""What an event says: `{"type", "timestamp", "data"}`, `data` as docs/webhooks.md has it.

It is made of the records at the moment of sending, so that nobody's words wait anywhere but there, and nothing is told
of a customer who was forgotten meanwhile. A customer's words, and people's notes about them, go to those subscribers
only that asked for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import sqlite_utils

from advisor.records.filed import filed_from
from advisor.records.rows import recommendation_from
from advisor.records.tables import Row
from advisor.wire import to_json
from web.events_out.events import EventType, Noted

Data = dict[str, Any]


def body_of(tables: sqlite_utils.Database, event: Noted, *, with_text: bool, now: datetime) -> bytes | None:
    """The body of an event's message; None where nothing is left to tell, for its record was erased."""
    row = next(iter(tables.table(_TABLES[event.type]).rows_where("id = ?", [event.record])), None)
    if row is None:
        return None
    data = _DATA[event.type](tables, row, with_text, now)
    return message(event.type, event.at, data)


def message(type: str, at: datetime, data: Data) -> bytes:
    """A message of this type, about something that happened then."""
    return msgspec.json.encode({"type": type, "timestamp": at, "data": data})


def _advice(tables: sqlite_utils.Database, row: Row, with_text: bool, now: datetime) -> Data:
    given = recommendation_from(row)
    said: Data = msgspec.json.decode(to_json(given))
    found = tables.table("tickets").rows_where("source = ? and ticket_id = ?", [row["source"], row["ticket_id"]])
    ticket: Row = next(iter(found), {})
    data: Data = {name: row[name] for name in ("source", "ticket_id")}
    data |= {name: ticket.get(name) for name in ("customer", "account")}
    data["unmet"] = list(given.unmet)
    if with_text:
        return data | {"advice": said, "ticket": {name: ticket.get(name) for name in ("subject", "text")}}
    return data | {"advice": _without_words(said)}


def _without_words(said: Data) -> Data:
    """An advice without what the customer wrote, and without sentences that may repeat it."""
    plain = {name: value for name, value in said.items() if name != "reply"}
    plain["articles"] = [_but(article, "passage") for article in said["articles"]]
    plain |= {name: [_but(one, "quote") for one in said[name]] for name in ("signals", "wishes")}
    plain["reasons"] = [{"code": reason["code"]} for reason in said["reasons"]]
    return plain


def _override(tables: sqlite_utils.Database, row: Row, with_text: bool, now: datetime) -> Data:
    sql = "select id from recommendations where source = ? and ticket_id = ? and revision = ?"
    advice = tables.execute(sql, [row["source"], row["ticket_id"], row["revision"]]).fetchone()
    data = {name: row[name] for name in ("source", "ticket_id", "revision", "reason", "action", "by", "at")}
    data |= {"review": row["id"], "advice": advice[0] if advice is not None else None}
    data["withdrawn_at"] = row["withdrawn_at"]
    return data | ({"note": row["note"]} if with_text else {})


def _wish(tables: sqlite_utils.Database, row: Row, with_text: bool, now: datetime) -> Data:
    wish = filed_from(row)
    data = {name: row[name] for name in ("id", "source", "kind", "owner", "channel", "stance", "moment", "topic")}
    data |= {"order": wish.order, "standing": wish.standing, "state": wish.state(now).replace(" ", "_")}
    data |= {name: row[name] for name in ("since", "until", "ended_at", "said_by", "said_in", "filed_by")}
    return data | ({name: row[name] for name in ("quote", "evidence", "ended_why")} if with_text else {})


def _outcome(tables: sqlite_utils.Database, row: Row, with_text: bool, now: datetime) -> Data:
    names = ("id", "source", "ticket_id", "kind", "at", "by", "how", "article", "related", "recorded_at", "recorded_by")
    return {name: row[name] for name in names} | ({"note": row["note"]} if with_text else {})


def _promise(tables: sqlite_utils.Database, row: Row, with_text: bool, now: datetime) -> Data:
    return {name: row[name] for name in ("fingerprint", "state", "at")}


def _but(fields: Mapping[str, Any], left_out: str) -> Data:
    return {name: value for name, value in fields.items() if name != left_out}


_TABLES: Mapping[EventType, str] = {
    EventType.ADVICE_CREATED: "recommendations",
    EventType.ADVICE_OVERRIDDEN: "reviews",
    EventType.WISH_RECORDED: "filed",
    EventType.OUTCOME_RECORDED: "outcomes",
    EventType.PROMISE_WITHDRAWN: "promises",
}
_DATA: Mapping[EventType, Callable[[sqlite_utils.Database, Row, bool, datetime], Data]] = {
    EventType.ADVICE_CREATED: _advice,
    EventType.ADVICE_OVERRIDDEN: _override,
    EventType.WISH_RECORDED: _wish,
    EventType.OUTCOME_RECORDED: _outcome,
    EventType.PROMISE_WITHDRAWN: _promise,
}
