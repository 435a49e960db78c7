"""One wish on file: shown, ended, restored, confirmed. Nothing is overwritten: an ended one stays, with who and why."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.errors import RecordsError
from advisor.records import FiledWish, State
from advisor.records.filed import STANDING
from web.api.finding import Text, Words
from web.api.operation import Answer, Api, Call, Method, Nothing, Operation, Sent, Tag
from web.api.problems import Kind, ProblemError, not_found
from web.api.tokens import Scope


class WishChange(Sent, frozen=True):
    """Who changes a wish on file, and why."""

    why: Text = ""
    by: Words | None = None


@dataclass(frozen=True, slots=True)
class WishShown:
    """A wish on file, and what it is now."""

    state: State
    wish: FiledWish


def show_wish(call: Call[Nothing, object]) -> Answer:
    """One wish on file."""
    return Answer(shown_wish(call.api, call.path["wish"]))


def end_wish(call: Call[Nothing, WishChange]) -> Answer:
    """Let a wish count no more."""
    with call.api.editing:
        wish = _to_change(call)
        by, why = call.body.by or call.token.name, call.body.why or "ended over the API"
        call.api.desk.records.filing.end(wish, by=by, at=call.api.now(), why=why)
        return show_wish(call)


def restore_wish(call: Call[Nothing, WishChange]) -> Answer:
    """Take the end of a wish back."""
    with call.api.editing:
        wish = _to_change(call)
        call.api.desk.records.filing.restore(wish, by=call.body.by or call.token.name, at=call.api.now())
        return show_wish(call)


def confirm_wish(call: Call[Nothing, WishChange]) -> Answer:
    """Make a suggestion a wish that counts, for a year."""
    now = call.api.now()
    with call.api.editing:
        wish = _to_change(call)
        if wish.state(now) is not State.SUGGESTED:
            raise ProblemError(Kind.CONFLICT, f"the wish {wish.id} is {wish.state(now)}, not suggested")
        by = call.body.by or call.token.name
        call.api.desk.records.filing.confirm(wish, by=by, at=now, until=now + STANDING)
        return show_wish(call)


def _to_change(call: Call[Nothing, object]) -> FiledWish:
    shown = shown_wish(call.api, call.path["wish"])
    call.must_match(shown)
    return shown.wish


def shown_wish(api: Api, id: str) -> WishShown:
    """The wish of exactly this id, as it is now; ProblemError where there is none."""
    try:
        wish = api.desk.records.filing.get(id)
    except RecordsError as error:
        raise not_found(f"no wish {id} is on file") from error
    if wish.id != id:
        raise not_found(f"no wish {id} is on file")
    return WishShown(wish.state(api.now()), wish)


OPERATIONS = (
    Operation(
        name="show_wish",
        method=Method.GET,
        path="/wishes/{wish}",
        scope=Scope.READ,
        tag=Tag.PEOPLE,
        summary="Show one wish on file",
        about="Its ETag is what the changes want as `If-Match`.",
        view=show_wish,
        answer=WishShown,
        problems=(Kind.NOT_FOUND,),
    ),
    *(
        Operation(
            name=f"{name}_wish",
            method=Method.POST,
            path=f"/wishes/{{wish}}/{name}",
            scope=Scope.WRITE,
            tag=Tag.PEOPLE,
            summary=summary,
            view=view,
            body=WishChange,
            example={"why": "said so on the phone"},
            answer=WishShown,
            edits=True,
            problems=(Kind.NOT_FOUND, *problems),
        )
        for name, summary, view, problems in (
            ("end", "Let a wish count no more; it stays on file", end_wish, ()),
            ("restore", "Take the end of a wish back", restore_wish, ()),
            ("confirm", "Make a suggestion a wish that counts, for a year", confirm_wish, (Kind.CONFLICT,)),
        )
    ),
)
"""What is done with one wish, in the description under Customers and accounts."""
