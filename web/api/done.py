"""What was really done with a ticket, and what agents say of the advice."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from advisor.errors import RecordsError, StaleReviewError
from advisor.records import Stored
from advisor.records.done_before import AGENT
from advisor.records.reviews import MOST_CHARACTERS, OverrideReason, Review, Verdict
from advisor.types import Action, Cause, Channel, Handled
from web.api.finding import Text, Time, Words, as_problem, happened, stored_ticket
from web.api.operation import Answer, Call, Method, Nothing, Operation, Sent, Tag
from web.api.problems import Kind, ProblemError, invalid, not_found
from web.api.tokens import Scope


class HandledSent(Sent, frozen=True):
    """What was really done with a ticket."""

    action: Action | None = None
    channel: Channel | None = None
    by: Words | None = None
    at: Time | None = None
    reason: Cause | None = None
    article: Words | None = None


class ReviewSent(Sent, frozen=True):
    """What an agent says of an advice."""

    revision: int
    verdict: Verdict
    reason: OverrideReason | None = None
    note: Text = ""
    action: Action | None = None
    by: Words | None = None


@dataclass(frozen=True, slots=True)
class HandledShown:
    """What was really done with a ticket."""

    handled: Handled | None  # None = nothing is known


@dataclass(frozen=True, slots=True)
class ReviewList:
    """All reviews of a ticket's advices, the newest first; those taken back, too."""

    reviews: tuple[Review, ...]


def show_handled(call: Call[Nothing, object]) -> Answer:
    """What was done."""
    return Answer(HandledShown(stored_ticket(call.api, call.path).handled))


def put_handled(call: Call[Nothing, HandledSent]) -> Answer:
    """Keep what was done."""
    sent, api = call.body, call.api
    if sent.action is None and sent.channel is None and sent.reason is None:
        raise invalid("", "what was done must have at least one of action, channel, reason, had none")
    with api.editing:
        stored = stored_ticket(api, call.path)
        call.must_match(HandledShown(stored.handled))
        at = happened(sent.at, stored, "at", now=api.now())
        handled = Handled(
            action=sent.action, channel=sent.channel, by=sent.by or call.token.name, at=at, reason=sent.reason
        )
        api.desk.records.outcomes.keep_handled(
            stored.source, stored.ticket_id, handled, told_by=AGENT, article=sent.article
        )
        return show_handled(call)


def undo_handled(call: Call[Nothing, object]) -> Answer:
    """Take back what was said to be done."""
    api = call.api
    with api.editing:
        stored = stored_ticket(api, call.path)
        call.must_match(HandledShown(stored.handled))
        try:
            before = api.desk.records.outcomes.undo_handled(stored.source, stored.ticket_id, by=call.token.name)
        except RecordsError as error:
            raise ProblemError(Kind.CONFLICT, str(error)) from error
        return Answer(HandledShown(before))


def list_reviews(call: Call[Nothing, object]) -> Answer:
    """What agents say."""
    stored = stored_ticket(call.api, call.path)
    return Answer(ReviewList(tuple(call.api.desk.records.reviews.of(stored.source, stored.ticket_id))))


def add_review(call: Call[Nothing, ReviewSent]) -> Answer:
    """Keep what an agent says of the newest advice."""
    sent, stored = call.body, stored_ticket(call.api, call.path)
    _check_review(sent, stored)
    review = Review(
        source=stored.source,
        ticket_id=stored.ticket_id,
        revision=sent.revision,
        verdict=sent.verdict,
        reason=sent.reason,
        note=sent.note,
        action=sent.action,
        by=sent.by or call.token.name,
        at=call.api.now(),
    )
    try:
        return Answer(call.api.desk.records.reviews.add(review))
    except StaleReviewError as error:
        raise ProblemError(Kind.CONFLICT, str(error)) from error
    except RecordsError as error:
        raise as_problem(error, "") from error


def _check_review(sent: ReviewSent, stored: Stored) -> None:
    newest = stored.recommendation.revision
    if not 1 <= sent.revision <= newest:
        raise invalid("revision", f"revision must be that of an advice, 1 to {newest}, was: {sent.revision}")
    if len(sent.note) > MOST_CHARACTERS:
        raise invalid("note", f"note must have at most {MOST_CHARACTERS:,} characters, had {len(sent.note):,}")


def undo_review(call: Call[Nothing, object]) -> Answer:
    """Take a review back."""
    stored, id = stored_ticket(call.api, call.path), call.path["review"]
    reviews = call.api.desk.records.reviews
    known = next((one for one in reviews.of(stored.source, stored.ticket_id) if str(one.id) == id), None)
    if known is None:
        raise not_found(f"no review {id} of ticket {stored.ticket_id}")
    try:
        return Answer(reviews.undo(known.id, by=call.token.name, at=call.api.now()))
    except RecordsError as error:
        raise ProblemError(Kind.CONFLICT, str(error)) from error


_TICKET = "/tickets/{source}/{ticket_id}"
OPERATIONS = (
    Operation(
        name="show_handled",
        method=Method.GET,
        path=f"{_TICKET}/handled",
        scope=Scope.READ,
        tag=Tag.TICKETS,
        summary="Show what was really done",
        about="Its ETag is what `PUT` and `DELETE` want as `If-Match`.",
        view=show_handled,
        answer=HandledShown,
        problems=(Kind.NOT_FOUND,),
    ),
    Operation(
        name="put_handled",
        method=Method.PUT,
        path=f"{_TICKET}/handled",
        scope=Scope.WRITE,
        tag=Tag.TICKETS,
        summary="Say what was really done",
        about="Without `at`: now; without `by`: the name of the token.",
        view=put_handled,
        body=HandledSent,
        example={"action": "live_human", "channel": "phone", "by": "Ann Lee"},
        answer=HandledShown,
        edits=True,
        problems=(Kind.NOT_FOUND,),
    ),
    Operation(
        name="undo_handled",
        method=Method.DELETE,
        path=f"{_TICKET}/handled",
        scope=Scope.WRITE,
        tag=Tag.TICKETS,
        summary="Take back what was said to be done",
        about="What was known before stands again. Only what was said here or on the pages can be taken back.",
        view=undo_handled,
        answer=HandledShown,
        edits=True,
        problems=(Kind.NOT_FOUND, Kind.CONFLICT),
    ),
    Operation(
        name="list_reviews",
        method=Method.GET,
        path=f"{_TICKET}/reviews",
        scope=Scope.READ,
        tag=Tag.TICKETS,
        summary="List what agents say of the advice",
        view=list_reviews,
        answer=ReviewList,
        problems=(Kind.NOT_FOUND,),
    ),
    Operation(
        name="add_review",
        method=Method.POST,
        path=f"{_TICKET}/reviews",
        scope=Scope.WRITE,
        tag=Tag.TICKETS,
        summary="Accept or override the advice",
        about="`revision` is that of the advice which the agent saw; 409 where a newer one or another word stands.",
        view=add_review,
        body=ReviewSent,
        example={"revision": 1, "verdict": "override", "reason": "customer_wants_person", "by": "Ann Lee"},
        answer=Review,
        status=HTTPStatus.CREATED,
        problems=(Kind.NOT_FOUND, Kind.CONFLICT),
    ),
    Operation(
        name="undo_review",
        method=Method.POST,
        path=f"{_TICKET}/reviews/{{review}}/undo",
        scope=Scope.WRITE,
        tag=Tag.TICKETS,
        summary="Take a review back",
        about="It stays in the list with who took it back, and counts no more.",
        view=undo_review,
        answer=Review,
        problems=(Kind.NOT_FOUND, Kind.CONFLICT),
    ),
)
"""What was done, in the description under Tickets."""
