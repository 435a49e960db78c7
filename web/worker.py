"""Works off the inbox: several workers at once, in `advisor serve`, in `advisor work`, or in both.

Each worker takes one job at a time. Beside them a keeper says that they live, takes back what dead ones had, and
forgets what is old.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Lock, Thread

from advisor.errors import AdvisorError
from advisor.home_lock import runs
from web.inbox import Inbox
from web.inbox_jobs import Job, LostError
from web.tables import now as this_moment

log = logging.getLogger(__name__)
SHORT_TURN = 0.0005  # seconds for which a worker may have the interpreter while a delivery waits at the door
COURTESY = 0.05  # seconds for which a worker lets deliveries at the door go first
LOOK_AGAIN = 0.25  # seconds after which a worker looks for what other processes have added
TICK = 0.5  # seconds between two rounds of the keeper
PATIENCE = 30.0  # seconds until the database is tried again where it refused
RENEWED = timedelta(seconds=15)
CHECKED = timedelta(seconds=10)  # how often dead workers are looked for
TRIMMED = timedelta(minutes=10)
LONGEST = timedelta(minutes=10)  # that a job may take before another worker may have it


@dataclass(frozen=True, slots=True)
class Station:
    """A queue, and what is done with its jobs; `work` ends the job itself."""

    queue: str
    work: Callable[[Job], None]
    fill: Callable[[], object] | None = None  # called twice a second: brings jobs in
    trim: Callable[[], object] | None = None  # called every ten minutes: forgets what is old


@dataclass(slots=True)
class _Busy:
    """Since when which worker has a job."""

    lock: Lock = field(default_factory=Lock)
    since: dict[str, datetime] = field(default_factory=dict)


class Workers:
    """Some workers of this process."""

    def __init__(
        self,
        inbox: Inbox,
        stations: Sequence[Station],
        *,
        keep_days: int,
        now: Callable[[], datetime] = this_moment,
    ) -> None:
        """`keep_days`: how long what is done is kept."""
        self._inbox = inbox
        self._stations = stations
        self._keep_days = keep_days
        self._now = now
        self._stopping = Event()
        self._threads: list[Thread] = []
        self._busy = _Busy()
        self._process = process_name()

    def start(self, number: int) -> None:
        """Start so many workers, and their keeper."""
        sys.setswitchinterval(min(sys.getswitchinterval(), SHORT_TURN))
        self._threads.append(Thread(target=self._keep, name="inbox-keeper", daemon=True))
        for place in range(number):
            name = f"{self._process}/{place}"
            self._threads.append(Thread(target=self._run, args=(name,), name=f"inbox-{place}", daemon=True))
        for thread in self._threads:
            thread.start()

    def tell_to_stop(self) -> None:
        """Take no further job."""
        self._stopping.set()
        self._inbox.added.set()

    def stop(self, *, timeout: float = 10.0) -> None:
        """Finish the jobs that are being worked on and stop; the rest waits."""
        self.tell_to_stop()
        for thread in self._threads:
            thread.join(timeout)

    def wait(self) -> None:
        """Wait until somebody stops these workers."""
        self._stopping.wait()

    def work_off(self) -> int:
        """Do all that is due, in this thread; gives how many jobs."""
        name, count = f"{self._process}/own-{secrets.token_hex(2)}", 0
        self._take_back()
        for station in self._stations:
            if station.fill is not None:
                station.fill()
        while not self._stopping.is_set() and (many := self._round(name)):
            count += many
        return count

    def _run(self, name: str) -> None:
        while not self._stopping.is_set():
            self._inbox.added.clear()
            try:
                worked = self._round(name)
            except Exception:
                log.exception("the inbox cannot be read; trying again in %s s", PATIENCE)
                self._stopping.wait(PATIENCE)
                continue
            if not worked:
                self._inbox.added.wait(LOOK_AGAIN)

    def _round(self, name: str) -> int:
        """One job of every queue; gives how many there were."""
        worked = 0
        for station in self._stations:
            if self._stopping.is_set():
                break
            self._inbox.doorway.let_pass(COURTESY)
            job = self._inbox.take(station.queue, worker=name, now=self._now())
            if job is not None:
                worked += 1
                self._work(station, job)
        return worked

    def _work(self, station: Station, job: Job) -> None:
        with self._busy.lock:
            self._busy.since[job.worker] = self._now()
        try:
            station.work(job)
        except LostError:
            log.warning("job %s was taken by another worker", job.id)
        except Exception as error:
            self._failed(job, error)
        finally:
            with self._busy.lock:
                self._busy.since.pop(job.worker, None)

    def _failed(self, job: Job, error: Exception) -> None:
        """Let it be tried again; the log knows more than the page, on which no words of a customer may stand."""
        said = str(error) if isinstance(error, AdvisorError) else type(error).__name__
        incident = secrets.token_hex(4)
        log.exception("incident %s: job %s", incident, job.id)
        try:
            self._inbox.failed(job, f"{said} (incident {incident})", now=self._now())
        except LostError:
            log.warning("job %s was taken by another worker", job.id)

    def _keep(self) -> None:
        """Look after the workers and the inbox."""
        due = dict.fromkeys((self._renew, self._take_back, self._trim), self._now())
        every = {self._renew: RENEWED, self._take_back: CHECKED, self._trim: TRIMMED}
        while not self._stopping.wait(TICK):
            now = self._now()
            for errand in [self._fill, *(one for one, at in due.items() if at <= now)]:
                try:
                    errand()
                except Exception:
                    log.exception("the inbox cannot be looked after; trying again")
                due |= {errand: now + every[errand]} if errand in every else {}

    def _fill(self) -> None:
        for station in self._stations:
            if station.fill is not None:
                station.fill()

    def _renew(self) -> None:
        now = self._now()
        with self._busy.lock:
            live = [name for name, since in self._busy.since.items() if now - since < LONGEST]
        for name in live:
            self._inbox.renew(name, now=now)

    def _take_back(self) -> None:
        if self._inbox.release(is_gone, now=self._now()):
            self._inbox.added.set()

    def _trim(self) -> None:
        self._inbox.trim(self._now(), self._keep_days)
        for station in self._stations:
            if station.trim is not None:
                station.trim()


def process_name() -> str:
    """Names this process: the machine, its number, and when it was started, for numbers are used again."""
    return f"{socket.gethostname()}/{os.getpid()}/{_started(os.getpid())}"


def is_gone(worker: str) -> bool:
    """Whether a worker was of a process of this machine that runs no more; of other machines nobody knows."""
    host, process, started, *_ = (*worker.split("/"), "", "", "")
    if host != socket.gethostname() or not process.isdecimal():
        return False
    return not runs(int(process)) or _started(int(process)) != started


def _started(process: int) -> str:
    """When a process was started, in the system's own count; empty where the system does not tell."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return told.rpartition(")")[2].split()[19]
