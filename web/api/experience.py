"""The experience file: read, checked, tried on the recorded tickets, and put in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Annotated

from msgspec import Meta

from advisor.decision.drift import bound
from advisor.decision.experience import Experience
from advisor.decision.policy import costs_of
from advisor.decision.whatif import Group, Interval, Tally, Telling, Told, Way, try_out
from advisor.desk.whatif_text import whatif_json
from advisor.errors import ExperienceError
from advisor.records import Records
from advisor.records.advised import advised
from advisor.types import Promise
from web.api.operation import Answer, Call, Method, Nothing, Operation, Sent, Tag
from web.api.problems import FieldError, Kind, ProblemError
from web.api.tokens import Scope
from web.drafts import LONGEST, Checked, Finding, checked, typed
from web.keeper import ChangedError, Current, Keeper

SECONDS = 10.0  # that a trial may take; then the tickets tried so far are told
PART = 1_000  # tickets between two looks at the clock


class TextSent(Sent, frozen=True):
    """The text of an experience file."""

    text: Annotated[str, Meta(max_length=LONGEST, description="TOML, with its comments.")]


@dataclass(frozen=True, slots=True)
class ExperienceShown:
    """The experience file as it is now."""

    text: str
    fingerprint: str  # of what it says; "" = it breaks its rules, and the last good one is in force


@dataclass(frozen=True, slots=True)
class ExperienceChecked:
    """Whether a text keeps the rules."""

    ok: bool
    fingerprint: str  # "" = it breaks its rules
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class UnmetShown:
    """Tickets with a wish in force that the advice does not meet."""

    before: Interval
    after: Interval


@dataclass(frozen=True, slots=True)
class SumsShown:
    """A figure summed up, before and after."""

    before: Interval
    after: Interval
    change: Interval


@dataclass(frozen=True, slots=True)
class Move:
    """Advices that change in the same way."""

    before: Way
    after: Way
    tickets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What another experience file would have advised."""

    recorded: int  # tickets there are; where `tickets` is less, the newest were tried
    file: str
    experience: str  # fingerprint
    currency: str
    tickets: int
    changed: int
    changed_share: Interval
    to_article: int
    to_person: int
    queue_only: int
    refusals_overridden: int
    unmet: UnmetShown
    hours: SumsShown
    cost: SumsShown
    moves: tuple[Move, ...]
    moments: Mapping[str, Group]
    personas: Mapping[str, Group]
    telling: tuple[Telling, ...]


def show_experience(call: Call[Nothing, None]) -> Answer:
    """The file now."""
    return Answer(_shown(_keeper(call).current()))


def put_experience(call: Call[Nothing, TextSent]) -> Answer:
    """Put a text in force."""
    with call.api.editing:
        keeper = _keeper(call)
        current = keeper.current()
        call.must_match(_shown(current))
        try:
            found = keeper.put(typed(call.body.text), begun=current.state, by=call.token.name)
        except ChangedError as error:
            raise ProblemError(Kind.CHANGED, Kind.CHANGED.cure) from error
        except ExperienceError as error:
            raise ProblemError(Kind.CONFLICT, str(error)) from error
        _kept(found)
        return Answer(_shown(keeper.current()))


def check_experience(call: Call[Nothing, TextSent]) -> Answer:
    """Check a text."""
    found = checked(typed(call.body.text))
    fingerprint = found.experience.fingerprint if found.experience is not None else ""
    return Answer(ExperienceChecked(found.experience is not None, fingerprint, found.findings))


def try_experience(call: Call[Nothing, TextSent]) -> Answer:
    """Try a text on the recorded tickets."""
    experience = _kept(checked(typed(call.body.text)))
    records = call.api.desk.records
    recorded = records.counts()["tickets"]
    shown = whatif_json(
        _tried(records, experience, recorded),
        name="text",
        fingerprint=experience.fingerprint,
        currency=experience.currency,
    )
    return Answer(shown | {"recorded": recorded})


def _keeper(call: Call[Nothing, object]) -> Keeper:
    return Keeper(call.api.desk.settings, call.api.desk.records)


def _shown(current: Current) -> ExperienceShown:
    return ExperienceShown(current.text, current.fingerprint)


def _kept(found: Checked) -> Experience:
    """The experience of a text; ProblemError with every finding where it breaks its rules."""
    if found.experience is not None:
        return found.experience
    errors = tuple(FieldError("text", f"line {one.line}: {one.rule}: {one.cure}") for one in found.findings)
    raise ProblemError(Kind.INVALID, f"the text breaks {len(errors)} rules of an experience file", errors=errors)


def _tried(records: Records, experience: Experience, recorded: int) -> Tally:
    """Stretch by stretch, from the newest recorded tickets to the oldest, until the time is over."""
    promise = bound(records.promises.in_force() or Promise(), costs_of(experience))
    parts, end, whole = max(1, recorded // PART), monotonic() + SECONDS, Tally()
    for part in reversed(range(parts)):
        whole.merge(try_out(_told(records, part, parts), experience, promise))
        if monotonic() > end:
            break
    return whole


def _told(records: Records, part: int, parts: int) -> Iterator[Told]:
    for one in advised(records.file, part=part, parts=parts):
        yield Told(one.evidence, Way(one.action, one.channel), one.queue, one.subject)


OPERATIONS = (
    Operation(
        name="show_experience",
        method=Method.GET,
        path="/experience",
        scope=Scope.READ,
        tag=Tag.EXPERIENCE,
        summary="Show the experience file",
        view=show_experience,
        answer=ExperienceShown,
    ),
    Operation(
        name="put_experience",
        method=Method.PUT,
        path="/experience",
        scope=Scope.ADMIN,
        tag=Tag.EXPERIENCE,
        summary="Put another text in force",
        about="The next ticket is advised by it. Where it breaks a rule nothing is written, and every finding is told.",
        view=put_experience,
        body=TextSent,
        example={"text": "…"},
        answer=ExperienceShown,
        edits=True,
        problems=(Kind.CONFLICT,),
    ),
    Operation(
        name="check_experience",
        method=Method.POST,
        path="/experience/check",
        scope=Scope.READ,
        tag=Tag.EXPERIENCE,
        summary="Check a text, every finding at once",
        view=check_experience,
        body=TextSent,
        example={"text": "…"},
        answer=ExperienceChecked,
    ),
    Operation(
        name="try_experience",
        method=Method.POST,
        path="/experience/what-if",
        scope=Scope.READ,
        tag=Tag.EXPERIENCE,
        summary="Try a text on the recorded tickets",
        about=f"Stored evidence is decided again, newest first, for {SECONDS:g} seconds at most; nothing is stored.",
        view=try_experience,
        body=TextSent,
        example={"text": "…"},
        answer=WhatIf,
    ),
)
"""What stands in the description under Experience."""
