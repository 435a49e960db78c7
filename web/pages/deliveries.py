"""What helpdesks sent: what waits, what was done, what was set aside and why; to be replayed or given up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.desk import Desk
from web.events_out.replay import standings
from web.events_out.subscribers import Subscribers
from web.hooks import Hooks
from web.inbox import Inbox
from web.inbox_jobs import DELIVERIES, Kept, NotKeptError, State
from web.masked_payload import masked_payload
from web.taking import EVENT, UPKEEP

PAGE = 50  # rows
STATES: Mapping[State, str] = {
    State.WAITING: "Waiting",
    State.WORKING: "Working",
    State.DONE: "Done",
    State.IGNORED: "Not for us",
    State.SET_ASIDE: "Set aside",
    State.DISCARDED: "Given up",
}
QUEUES: Mapping[str, str] = {
    DELIVERIES: "Came in",
    "write_back": "Written back",
    "events_out": "Told to others",
    UPKEEP: "Upkeep",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the list is asked for."""

    queue: str
    state: State | None
    hook: str | None
    before: int | None

    @classmethod
    def asked(cls, given: Mapping[str, str]) -> Chosen:
        """As an address has it; what is unfit is not asked for."""
        queue, state, before = given.get("queue", ""), given.get("state", ""), given.get("before", "")
        return cls(
            queue if queue in QUEUES else DELIVERIES,
            State(state) if state in set(State) else None,
            given.get("hook", "")[:40] or None,
            int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None,
        )


def page(desk: Desk, inbox: Inbox, hooks: Hooks, *, now: Callable[[], datetime]) -> Blueprint:
    """`/deliveries`."""
    pages = Blueprint("deliveries", __name__)
    subscribers = Subscribers.open(desk.settings)

    @pages.get("/deliveries")
    def deliveries() -> str:
        chosen = Chosen.asked(request.args)
        rows = inbox.find(
            queue=chosen.queue, state=chosen.state, source=chosen.hook, before=chosen.before, limit=PAGE + 1
        )
        counts = inbox.counts()
        return render_template(
            "deliveries.html",
            chosen=chosen,
            rows=rows[:PAGE],
            more=rows[PAGE - 1].id if len(rows) > PAGE else None,
            counts=counts.get(chosen.queue, {}),
            queues={name: label for name, label in QUEUES.items() if name == DELIVERIES or name in counts},
            states=STATES,
            hooks=[one.hook for one in hooks.every(now=now())],
            refusals=hooks.refusals(),
            told=standings(subscribers, now=now()),
            zone=desk.experience.zone,
        )

    @pages.get("/deliveries/<int:id>")
    def show(id: int) -> str:
        one = inbox.get(id) if id < 2**63 else None
        if one is None:
            abort(HTTPStatus.NOT_FOUND)
        return render_template(
            "delivery.html",
            one=one,
            states=STATES,
            label=QUEUES.get(one.queue, one.queue),
            payload=masked_payload(one.payload) if one.has_payload else None,
            headers={name: value for name, value in one.headers.items() if name != EVENT},
            may_replay=may_replay(one),
            may_discard=one.state in (State.WAITING, State.SET_ASIDE),
            zone=desk.experience.zone,
        )

    @pages.post("/deliveries/<int:id>/replay")
    def replay(id: int) -> Response:
        return changed(id, inbox.replay, f"Delivery {id} is done once more.")

    @pages.post("/deliveries/<int:id>/discard")
    def discard(id: int) -> Response:
        return changed(id, inbox.discard, f"Delivery {id} was given up, and what it said is forgotten.")

    def changed(id: int, change: Callable[..., None], said: str) -> Response:
        one = inbox.get(id) if id < 2**63 else None
        if one is None:
            abort(HTTPStatus.NOT_FOUND)
        try:
            change(id, now=now())
        except NotKeptError as error:
            text = str(error)
            said = f"Nothing was changed: {text}."
        flash(said)
        return redirect(url_for("deliveries.show", id=id), HTTPStatus.SEE_OTHER)

    return pages


def may_replay(one: Kept) -> bool:
    """Whether a job can be done once more."""
    return one.has_payload and one.state not in (State.WORKING, State.WAITING, State.DISCARDED)
