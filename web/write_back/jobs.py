"""Advices that wait to be written back: taken into the inbox with the advice, written from there, at least once.

A job names an advice and holds nothing of it: what is told is read from the records when it is written, so that what
was erased meanwhile is told to nobody, and what a newer advice replaced is left to that one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlite_utils

from advisor.advise import Advice
from advisor.records import Records, Stored
from advisor.settings import Mode, Settings
from web.helpdesks import WRITING
from web.helpdesks.building import SOLVED
from web.helpdesks.model import Hook, Written
from web.hooks import Hooks
from web.inbox import Inbox, add_in
from web.inbox_jobs import About, Job, Kept, New, State
from web.keys import secret_key
from web.outgoing import Outgoing
from web.outgoing_errors import NoAnswerError, OutgoingError
from web.tables import now as this_moment
from web.write_back.markers import Markers
from web.write_back.talk import TalkError, TooOftenError
from web.write_back.told import helps, told_of
from web.write_back.writer import Plan, Telling, Writer

QUEUE = "write_back"
MOST_SHOWN = 1000  # advices that wait
LEAST_PAUSE = 5.0  # seconds that a helpdesk is left alone, though it asks for less
USUAL_PAUSE = 60.0  # seconds that a helpdesk is left alone that says "too often" and no time
UNWELL_PAUSE = 30.0  # seconds that one is left alone that does not answer


class WriteBack:
    """Writes the advices of an installation back to its helpdesks; safe to use from many threads."""

    def __init__(
        self,
        settings: Settings,
        records: Records,
        hooks: Hooks,
        inbox: Inbox,
        writer: Writer,
        *,
        now: Callable[[], datetime] = this_moment,
    ) -> None:
        self._settings = settings
        self._records = records
        self._hooks = hooks
        self._inbox = inbox
        self._writer = writer
        self._now = now
        self._paused: dict[str, datetime] = {}  # hook -> until when it wants to be left alone

    @classmethod
    def open(cls, settings: Settings) -> WriteBack:
        """That of an installation."""
        return cls.of(settings, Records.open(settings.records), Hooks.open(settings), Inbox.open(settings))

    @classmethod
    def of(
        cls,
        settings: Settings,
        records: Records,
        hooks: Hooks,
        inbox: Inbox,
        *,
        now: Callable[[], datetime] = this_moment,
    ) -> WriteBack:
        """That of the parts of an installation; it may ask public hosts, and those that the settings allow."""
        outgoing = Outgoing(allowed=settings.allowed_hosts)
        writer = Writer(outgoing, Markers(secret_key(settings.home)), now=now)
        return cls(settings, records, hooks, inbox, writer, now=now)

    def listen(self, tables: sqlite_utils.Database, hook: Hook, advice: Advice) -> None:
        """Take the job of an advice into the inbox, in the transaction that keeps the advice."""
        now = self._now()
        jobs = self.jobs(advice, now=now)
        if jobs:
            add_in(tables, jobs, now=now)

    def jobs(self, advice: Advice, *, now: datetime) -> list[New]:
        """The job that an advice makes, for the transaction that records it; none where nothing is written back.

        An advice that needs no note makes one, too, where it follows another: the note of that may be wrong now.
        """
        given, source, id = advice.recommendation, advice.ticket.source, advice.ticket.id
        if self._settings.mode is not Mode.ADVISE or self._hook(source) is None:
            return []
        if not (helps(given) or given.revision > 1):
            return []
        said = {"source": source, "ticket_id": id, "revision": given.revision, "when": now.isoformat()}
        key = f"{source}/{id}/{given.revision}/{given.at.isoformat()}"
        about = About(source=source, ticket_id=id)
        return [New(QUEUE, key, f"{source}/{id}", json.dumps(said).encode(), about=about)]

    def work(self, job: Job) -> None:
        """Write the advice of a job and end the job by what came of it. LostError where it was lent anew.

        What it does not expect goes to whoever works off the inbox.
        """
        try:
            result = self._write(job)
        except TooOftenError as error:
            self._put_off(job, str(error), error.retry_after)
        except TalkError as error:
            self._inbox.failed(job, str(error), now=self._now(), retry_after=error.retry_after, for_good=error.for_good)
        except NoAnswerError as error:
            self._leave_alone(job, UNWELL_PAUSE)
            self._inbox.failed(job, str(error), now=self._now())
        except OutgoingError as error:
            self._inbox.failed(job, str(error), now=self._now())
        else:
            self._inbox.done(job, result=result, now=self._now())

    def work_all(self, *, worker: str) -> list[Kept]:
        """Work off what is due, and give how each job stands then."""
        done = []
        while (job := self._inbox.take(QUEUE, worker=worker, now=self._now())) is not None:
            self.work(job)
            done.append(self._inbox.get(job.id))
        return [one for one in done if one is not None]

    def plan(self, stored: Stored, *, read: bool, when: datetime | None = None) -> tuple[Hook, Plan]:
        """What would be sent for a recorded advice. `read`: ask what stands in the ticket; else: only its tags.

        TalkError or OutgoingError where it was asked and says nothing; TalkError where nothing can be written to it.
        """
        hook = self._hook(stored.source, even_without_credentials=not read)
        if hook is None:
            raise TalkError(
                f"nothing is written back to {stored.source}: that needs a hook of a kind that takes it "
                f"({', '.join(WRITING)}) with an address and credentials: advisor hooks credentials {stored.source}"
            )
        telling = self._telling(hook, stored, when or self._now())
        known = Written(tags=stored.tags)
        if read:
            known = self._writer.read(telling, self._hooks.credentials(hook.name) or "")
        return hook, self._writer.plan(telling, known)

    def waiting(self) -> list[tuple[Stored, datetime]]:
        """The advices that wait, the oldest first, with when they were to be told."""
        found = []
        for kept in reversed(self._inbox.find(queue=QUEUE, state=State.WAITING, limit=MOST_SHOWN)):
            said = json.loads(kept.payload)
            stored = self._records.last(said["ticket_id"], source=said["source"])
            if stored is not None and stored.recommendation.revision == said["revision"]:
                found.append((stored, datetime.fromisoformat(said["when"])))
        return found

    def _write(self, job: Job) -> str:
        said = json.loads(job.payload)
        if self._settings.mode is not Mode.ADVISE:
            return "not written: the mode is shadow"
        hook = self._hook(said["source"])
        if hook is None:
            return "not written: the hook has no address or no credentials any more"
        stored = self._records.last(said["ticket_id"], source=said["source"])
        if stored is None:
            return "not written: the ticket was erased"
        if stored.recommendation.revision != said["revision"]:
            return "not written: there is a newer advice"
        if (stored.status or "").casefold() in SOLVED:
            return "not written: the ticket is solved"
        until = self._paused.get(hook.name)
        if until is not None and until > self._now():
            raise TooOftenError(
                "the helpdesk wants to be left alone for a while", retry_after=(until - self._now()).total_seconds()
            )
        telling = self._telling(hook, stored, datetime.fromisoformat(said["when"]))
        return self._writer.write(telling, self._hooks.credentials(hook.name) or "")

    def _put_off(self, job: Job, error: str, retry_after: float | None) -> None:
        """Leave the helpdesk alone for a while; that is no fault of the job and counts as no try."""
        until = self._leave_alone(job, retry_after if retry_after is not None else USUAL_PAUSE)
        self._inbox.put_off(job, error, until=until, now=self._now())

    def _leave_alone(self, job: Job, seconds: float) -> datetime:
        """Ask the helpdesk of a job nothing for a while, so that it holds up no others; gives until when."""
        until = self._now() + timedelta(seconds=max(seconds, LEAST_PAUSE))
        source = json.loads(job.payload)["source"]
        self._paused[source] = max(until, self._paused.get(source, until))
        return self._paused[source]

    def _telling(self, hook: Hook, stored: Stored, when: datetime) -> Telling:
        told = told_of(stored.recommendation, source=stored.source, address=self._settings.address)
        return Telling(hook=hook, ticket_id=stored.ticket_id, told=told, when=when)

    def _hook(self, name: str, *, even_without_credentials: bool = False) -> Hook | None:
        """The hook of a source, where it can be written back to."""
        hook = self._hooks.find(name, now=self._now())
        if hook is None or hook.kind not in WRITING or not hook.address:
            return None
        return hook if even_without_credentials or self._hooks.credentials(name) else None
