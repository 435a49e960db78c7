"""Makes a ticket in a helpdesk tell what is to be told: reads it, writes what is missing, and reads it again.

What stands there already is never written again, so that a request that was done though its answer got lost does no
harm. Some helpdesks answer 200 and change nothing: only what can be read back counts as written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from web.helpdesks import WRITING, PayloadError, WritesBack
from web.helpdesks.model import Call, Hook, Written
from web.outgoing import Outgoing
from web.write_back.markers import Marker, Markers
from web.write_back.talk import Talk, TalkError
from web.write_back.told import OWN_TAGS, Told


class Standing(StrEnum):
    """How a ticket stands to what is to be told in it."""

    OPEN = "it is to be told"
    TOLD = "the ticket tells it already"
    SAME = "the last note says the same"
    NEWER = "a newer note stands in the ticket"
    NO_NEED = "there is nothing that an agent needs to be told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is to stand in a ticket."""

    hook: Hook
    ticket_id: str
    told: Told
    when: datetime  # when it was to be told: the newer one counts


@dataclass(frozen=True, slots=True)
class Plan:
    """The requests for a ticket as it stands, in their order."""

    standing: Standing
    note: tuple[Call, ...]
    tags: tuple[Call, ...]

    @property
    def calls(self) -> tuple[Call, ...]:
        """All of them."""
        return (*self.note, *self.tags)


class Writer:
    """Writes to helpdesks, in the name of an installation."""

    def __init__(self, outgoing: Outgoing, markers: Markers, *, now: Callable[[], datetime]) -> None:
        self._outgoing = outgoing
        self._markers = markers
        self._now = now

    def plan(self, telling: Telling, known: Written) -> Plan:
        """What would be sent to a ticket in which that stands."""
        standing = self._standing(telling, known)
        if standing in (Standing.NEWER, Standing.NO_NEED):
            return Plan(standing, (), ())
        note = (self._note(telling, known),) if standing is Standing.OPEN else ()
        return Plan(standing, note, tag_calls(telling, known))

    def read(self, telling: Telling, credentials: str) -> Written:
        """What stands in the ticket now. TalkError or OutgoingError where the helpdesk does not say."""
        return _read(*self._reached(telling.hook, credentials), telling)

    def write(self, telling: Telling, credentials: str) -> str:
        """Write what is missing; says what was done. TalkError or OutgoingError where it was not."""
        desk, talk = self._reached(telling.hook, credentials)
        known = _read(desk, talk, telling)
        plan = self.plan(telling, known)
        if plan.note:
            talk.ask(plan.note)
            known = _read(desk, talk, telling)
            if self._standing(telling, known) is Standing.OPEN:
                raise TalkError("the helpdesk took the note and does not have it: the hook's user may lack the right")
        tags = tag_calls(telling, known) if plan.tags else ()
        if tags:
            talk.ask(tags)
            self._check_tags(telling, _read(desk, talk, telling))
        done = [word for word, calls in (("note", plan.note), ("tags", tags)) if calls]
        return f"wrote {' and '.join(done)}" if done else plan.standing.value

    def _reached(self, hook: Hook, credentials: str) -> tuple[WritesBack, Talk]:
        desk = writing(hook)
        return desk, Talk(self._outgoing, hook, desk.authorised(hook, credentials), now=self._now)

    def _note(self, telling: Telling, known: Written) -> Call:
        marker = self._markers.written(telling.hook.name, telling.ticket_id, self._marker(telling))
        text, html = telling.told.text(marker), telling.told.html(marker)
        return writing(telling.hook).note(telling.hook, telling.ticket_id, text, html=html, known=known)

    def _marker(self, telling: Telling) -> Marker:
        source, id = telling.hook.name, telling.ticket_id
        return self._markers.marker(source, id, telling.told.gist, when=telling.when)

    def _standing(self, telling: Telling, known: Written) -> Standing:
        ours = self._marker(telling)
        there = self._markers.found(telling.hook.name, telling.ticket_id, known.notes)
        if ours in there:
            return Standing.TOLD if ours == there[-1] else Standing.NEWER
        if not there:
            return Standing.OPEN if telling.told.helps else Standing.NO_NEED
        if there[-1].when > ours.when:
            return Standing.NEWER
        return Standing.SAME if there[-1].content == ours.content else Standing.OPEN

    def _check_tags(self, telling: Telling, known: Written) -> None:
        if tag_calls(telling, known):
            raise TalkError("the helpdesk took the tags and does not have them: the hook's user may lack the right")


def tag_calls(telling: Telling, known: Written) -> tuple[Call, ...]:
    """Add our tags that are missing, and take away those of ours that count no more; all others stay."""
    desk, hook, id = writing(telling.hook), telling.hook, telling.ticket_id
    stale = [one for one in known.tags if one in OWN_TAGS and one not in telling.told.tags]
    taken = desk.untag(hook, id, stale, known=known) if stale else ()
    left = known  # once something was taken away it stands otherwise, and was changed by us
    if stale:
        left = replace(known, tags=tuple(one for one in known.tags if one not in stale), updated=None)
    missing = [one for one in telling.told.tags if one not in known.tags]
    return (*taken, *(desk.tag(hook, id, missing, known=left) if missing else ()))


def writing(hook: Hook) -> WritesBack:
    """The helpdesk of a hook; KeyError where nothing is written to its kind."""
    return WRITING[hook.kind]


def _read(desk: WritesBack, talk: Talk, telling: Telling) -> Written:
    hook, id = telling.hook, telling.ticket_id
    answers: list[bytes] = []
    try:
        calls = desk.read(hook, id)
        while calls:
            answers += talk.ask(calls)
            calls = desk.read_on(hook, id, answers)
        return desk.found(answers)
    except PayloadError as error:
        raise TalkError(f"what the helpdesk says of the ticket cannot be read: {error}") from error
