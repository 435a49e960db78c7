"""What became of a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from advisor.records.outcomes import KNOWN
from advisor.types import Outcome, OutcomeKind
from web.api.finding import Text, Time, Words, happened, stored_ticket
from web.api.operation import Answer, Call, Method, Nothing, Operation, Sent, Tag
from web.api.problems import Kind, ProblemError, invalid
from web.api.tokens import Scope

BY_API = "api"  # how an outcome came to be known


class OutcomeSent(Sent, frozen=True):
    """What became of a ticket."""

    kind: OutcomeKind
    at: Time | None = None
    by: Words | None = None
    article: Words | None = None
    related: Words | None = None
    note: Text | None = None


class OutcomeUndone(Sent, frozen=True):
    """Which outcome was told by mistake: the newest of this kind."""

    kind: OutcomeKind


@dataclass(frozen=True, slots=True)
class OutcomeList:
    """All outcomes of a ticket, the oldest first."""

    outcomes: tuple[Outcome, ...]


def list_outcomes(call: Call[Nothing, object]) -> Answer:
    """What became of a ticket."""
    stored = stored_ticket(call.api, call.path)
    return Answer(OutcomeList(tuple(call.api.desk.records.outcomes.of(stored.source, stored.ticket_id))))


def add_outcome(call: Call[Nothing, OutcomeSent]) -> Answer:
    """Keep what became of a ticket."""
    sent, stored = call.body, stored_ticket(call.api, call.path)
    outcome = Outcome(
        source=stored.source,
        ticket_id=stored.ticket_id,
        kind=sent.kind,
        at=happened(sent.at, stored, "at", now=call.api.now()),
        by=sent.by or call.token.name,
        how=BY_API,
        article=sent.article,
        related=sent.related,
        note=sent.note,
    )
    (refused,) = call.api.desk.records.outcomes.add([outcome], by=call.token.name)
    if refused.endswith(KNOWN):
        raise ProblemError(Kind.CONFLICT, refused)
    if refused:
        raise invalid("related" if "related" in refused else "", refused)
    return Answer(outcome)


def undo_outcome(call: Call[Nothing, OutcomeUndone]) -> Answer:
    """Take the newest outcome of a kind back."""
    stored, records = stored_ticket(call.api, call.path), call.api.desk.records
    told = [one for one in records.outcomes.of(stored.source, stored.ticket_id) if one.kind is call.body.kind]
    if not told or not records.outcomes.remove(told[-1]):
        raise ProblemError(
            Kind.CONFLICT, f"no outcome of the kind {call.body.kind} is told of ticket {stored.ticket_id}"
        )
    return list_outcomes(call)


_OUTCOMES = "/tickets/{source}/{ticket_id}/outcomes"
OPERATIONS = (
    Operation(
        name="list_outcomes",
        method=Method.GET,
        path=_OUTCOMES,
        scope=Scope.READ,
        tag=Tag.TICKETS,
        summary="List what became of a ticket",
        view=list_outcomes,
        answer=OutcomeList,
        problems=(Kind.NOT_FOUND,),
    ),
    Operation(
        name="add_outcome",
        method=Method.POST,
        path=_OUTCOMES,
        scope=Scope.WRITE,
        tag=Tag.TICKETS,
        summary="Say what became of a ticket",
        about="Without `at`: now. The same happening told twice is answered by 409, and counts once.",
        view=add_outcome,
        body=OutcomeSent,
        example={"kind": "confirmed", "note": "wrote that it works now"},
        answer=Outcome,
        status=HTTPStatus.CREATED,
        problems=(Kind.NOT_FOUND, Kind.CONFLICT),
    ),
    Operation(
        name="undo_outcome",
        method=Method.POST,
        path=f"{_OUTCOMES}/undo",
        scope=Scope.WRITE,
        tag=Tag.TICKETS,
        summary="Take back the newest outcome of a kind",
        view=undo_outcome,
        body=OutcomeUndone,
        example={"kind": "confirmed"},
        answer=OutcomeList,
        problems=(Kind.NOT_FOUND, Kind.CONFLICT),
    ),
)
"""What became of it, in the description under Tickets."""
