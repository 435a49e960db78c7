"""Changing the wishes on file, the same for customers and for accounts: one POST to the page, told on the next one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

from flask import abort, current_app, request, url_for

from advisor.errors import RecordsError, StaleWishesError
from advisor.records import FiledWish
from advisor.records.filed_changes import Change, FiledChange, fingerprint_of
from advisor.records.filing import Owner
from advisor.records.queue import Column
from advisor.records.queue_filter import Waits
from web.desk import Desk
from web.visits import signed_in
from web.wish_form import CHANNELS, CHOICES, STANCES, WishForm, moment_choices, says_the_same
from web.wish_view import groups_of, shown_change, suggestions_of

UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of a change that was asked for."""

    change: FiledChange | None = None  # None = nothing was changed
    form: WishForm = field(default_factory=WishForm)
    errors: dict[str, str] = field(default_factory=dict)
    refused: str | None = None  # what stands in the way
    status: HTTPStatus = HTTPStatus.OK


def changed(desk: Desk, owner: Owner) -> Answered:
    """Do what the form of this request asks for; 400 for what no form of ours asks."""
    asked, seen, now = request.form.get("do", ""), request.form.get("seen", ""), datetime.now(UTC)
    if asked == Change.ADD:
        return _added(desk, owner, seen, now)
    changes, by = desk.records.filed_changes, signed_in().name
    try:
        if asked == UNDO:
            return Answered(change=changes.undo(_number(request.form.get("change", "")), owner, by=by, at=now))
        if asked not in set(Change):
            abort(HTTPStatus.BAD_REQUEST)
        id = request.form.get("wish", "")
        return Answered(change=changes.change(Change(asked), owner, id, seen=seen, by=by, at=now))
    except StaleWishesError as error:
        return Answered(refused=_sentence(error), status=HTTPStatus.CONFLICT)
    except RecordsError as error:
        return Answered(refused=_sentence(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)


def on_file(desk: Desk, owner: Owner, answered: Answered) -> dict[str, object]:
    """What the templates show of the wishes on file, and of what was just changed."""
    now, zone, records = datetime.now(UTC), desk.experience.zone, desk.records
    filed, changes = records.filing.of(*owner), records.filed_changes.of(owner)
    told = records.filed_changes.get(_number(request.args.get("told", "")), owner)
    return {
        "groups": groups_of(filed, now=now, zone=zone),
        "suggestions": suggestions_of(filed, now=now, zone=zone),
        "seen": fingerprint_of(filed),
        "changes": [shown_change(one, zone=zone) for one in changes],
        "told": shown_change(told, zone=zone) if told is not None else None,
        "ends": sum(told is not None and _is_ended_by(one, told) for one in filed),
        "form": answered.form,
        "errors": answered.errors,
        "refused": answered.refused,
        "options": {"stance": STANCES, "channel": CHANNELS, "order": CHOICES, "moment": moment_choices()},
        "topics": records.queue.choices(Column.TOPIC, waits=Waits.ALL),
        "zone": zone,
    }


def ticket_address(source: str, ticket_id: str) -> str | None:
    """Where a ticket is shown; None where there is no such page."""
    if "ticket.show" not in current_app.view_functions:
        return None
    return url_for("ticket.show", source=source, ticket_id=ticket_id)


def turned(page: int) -> str:
    """The address of another page of the list that stands on this page."""
    asked = {name: request.args[name] for name in ("q", "kind") if request.args.get(name)}
    return url_for(request.endpoint or "", **(asked | {"page": str(page)} | (request.view_args or {})))


def page_number() -> int:
    """The page of a list that is asked for, from 1 on."""
    return max(1, _number(request.args.get("page", "")))


def _added(desk: Desk, owner: Owner, seen: str, now: datetime) -> Answered:
    form, zone = WishForm.posted(request.form), desk.experience.zone
    errors = form.errors(zone, at=now)
    if errors:
        return Answered(form=form, errors=errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    wish = form.wish(owner, zone, at=now)
    alike = [one for one in desk.records.filing.of(*owner) if says_the_same(one, wish) and one.state(now) == "in force"]
    if alike:
        errors = {"channel": "This is on file already, and in force."}
        return Answered(form=form, errors=errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        return Answered(change=desk.records.filed_changes.add(wish, seen=seen, by=signed_in().name, at=now))
    except StaleWishesError as error:
        return Answered(form=form, refused=_sentence(error), status=HTTPStatus.CONFLICT)


def _is_ended_by(wish: FiledWish, change: FiledChange) -> bool:
    """Whether a wish that still counted was ended by what a change put on file."""
    return wish.ended_by == change.wish.id and (wish.until is None or wish.until > change.at)


def _number(typed: str) -> int:
    """A whole number that was typed; 0 for anything else."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 9 else 0


def _sentence(error: RecordsError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
