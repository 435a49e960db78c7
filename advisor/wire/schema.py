"""The wire as JSON Schema (2020-12), made of the same definitions that read and write it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, get_args, get_origin

import msgspec

from advisor.types import (
    Account,
    Action,
    Channel,
    Customer,
    Handled,
    Message,
    Moment,
    OfferedArticle,
    PromiseState,
    Reason,
    SignalKind,
    Stance,
    Ticket,
    Tone,
    Topic,
    Wish,
    WishChannel,
    WishSource,
)
from advisor.wire.ticket import BETWEEN, NEEDED, NUMBERED, REQUIRED, fields_of, plain_kind

Schema = dict[str, Any]
PARTS: dict[type, str] = {
    Ticket: "Ticket",
    Message: "TicketMessage",
    Customer: "TicketCustomer",
    Account: "TicketAccount",
    Handled: "TicketHandled",
    Wish: "TicketWish",
}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
TIME: Schema = {"type": "string", "format": "date-time"}


def ticket_schemas(*, ref: str) -> dict[str, Schema]:
    """A ticket as it comes in, and its parts, by name; `ref` is the address of one, with {name} in it."""
    schemas = {name: _object(kind, ref) for kind, name in PARTS.items()}
    schemas["Ticket"]["anyOf"] = [{"required": [name]} for name in NEEDED]
    schemas["Ticket"]["description"] = "One ticket; fields that are not known are kept. Null counts as absent."
    schemas["Tickets"] = {
        "type": "array",
        "items": {},
        "description": "Tickets; a bad one is listed, the others go on.",
    }
    schemas["Tickets"]["items"] = {"$ref": ref.format(name="Ticket")}
    return schemas


def recommendation_schema(*, ref: str) -> tuple[Schema, list[type]]:
    """A recommendation as it goes out, and the kinds that it refers to."""
    named = {kind: {"$ref": ref.format(name=kind.__name__)} for kind in OUT}
    properties: Schema = {
        "schema": {"type": "integer"},
        "id": TEXT,
        "revision": {"type": "integer"},
        "at": TIME,
        "ticket_id": TEXT,
        "action": named[Action],
        "channel": {"anyOf": [named[Channel], {"type": "null"}]},
        "queue": TEXT,
        "notify": _list(TEXT),
        "respond_by": {"type": ["string", "null"], "format": "date-time"},
        "p_resolve": SHARE,
        "needed": SHARE,
        "promise": named[PromiseState],
        "articles": _list(named[OfferedArticle]),
        "topic": named[Topic],
        "moment": _closed({"label": named[Moment], "probability": SHARE}),
        "tones": {"type": "object", "propertyNames": named[Tone], "additionalProperties": SHARE},
        "severity": {"type": "number", "minimum": 0, "maximum": 4},
        "signals": _list(_closed({"kind": named[SignalKind], "probability": SHARE, "quote": TEXT_OR_NULL})),
        "wishes": _list(_wish_out(named)),
        "language": TEXT,
        "reasons": _list(named[Reason]) | {"minItems": 1},
        "reply": TEXT,
        **dict.fromkeys(("experience", "promise_id", "models", "knowledge"), TEXT),
    }
    return _closed(properties) | {"title": "Recommendation", "description": "The advice on one ticket."}, list(OUT)


OUT: tuple[type, ...] = (
    Action, Channel, Moment, OfferedArticle, PromiseState, Reason, SignalKind, Stance, Tone, Topic, WishChannel,
    WishSource,
)  # fmt: skip


def _wish_out(named: dict[type, Schema]) -> Schema:
    return _closed(
        {
            "channel": named[WishChannel],
            "stance": named[Stance],
            "order": {"type": "integer", "minimum": 1},
            "probability": SHARE,
            "source": named[WishSource],
            "quote": TEXT_OR_NULL,
        }
    )


def _closed(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(kind: type, ref: str) -> Schema:
    fields = fields_of(kind)
    properties = {wire: _or_null(_value(hint, wire, ref)) for wire, hint in fields.items()}
    schema: Schema = {"title": PARTS[kind], "type": "object", "properties": properties}
    for name in REQUIRED.get(kind, ()):
        properties[name] = _value(fields[name], name, ref)
        schema.setdefault("required", []).append(name)
    return schema


def _value(hint: object, name: str, ref: str) -> Schema:
    """What one field may be; the rules are those of `ticket.py`."""
    kind = plain_kind(hint)
    if get_origin(kind) is tuple:
        return _list(_or_null(_value(get_args(kind)[0], name, ref)))
    if kind in PARTS:
        return {"$ref": ref.format(name=PARTS[kind])}
    if kind is datetime or kind is date:
        return {"anyOf": [{"type": "string", "format": form} for form in ("date-time", "date")]}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [member.value for member in kind]}
    if kind is str and name in NUMBERED:
        return {"type": ["string", "integer"]}
    (schema,), _ = msgspec.json.schema_components([kind])
    least, most = BETWEEN.get(name, (None, None))
    return dict(schema) | ({"minimum": least, "maximum": most} if least is not None else {})


def _or_null(schema: Schema) -> Schema:
    kinds = schema.get("type")
    if isinstance(kinds, str | list):
        return schema | {"type": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}
    return {"anyOf": [schema, {"type": "null"}]}
