"""Advises the tickets of jobs, one at a time, so that a person who asks meanwhile waits for one ticket at most."""

from __future__ import annotations

import logging
import secrets
from threading import Event, Lock, Thread

from advisor.wire import to_json
from web.api.jobs import Jobs, Waiting
from web.desk import Desk

log = logging.getLogger(__name__)
PATIENCE = 30.0  # seconds until the database is tried again where it refused


class Worker:
    """A thread that begins with the first job and waits for the next."""

    def __init__(self, jobs: Jobs, desk: Desk) -> None:
        self._jobs = jobs
        self._desk = desk
        self._wanted = Event()
        self._stopping = Event()
        self._starting = Lock()
        self._thread: Thread | None = None

    def wake(self) -> None:
        """Tell that a job waits; starts the thread where it is not there."""
        self._wanted.set()
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="api-jobs", daemon=True)
                self._thread.start()

    def stop(self, *, timeout: float = 10.0) -> None:
        """Finish the ticket that is being advised and stop; the rest waits for the next start."""
        self._stopping.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def work_off(self) -> None:
        """Advise all that waits, in this thread."""
        while not self._stopping.is_set() and self._round():
            pass

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wanted.wait()
            self._wanted.clear()
            try:
                self.work_off()
            except Exception:
                log.exception("jobs of the API cannot be read or kept; trying again in %s s", PATIENCE)
                self._stopping.wait(PATIENCE)
                self._wanted.set()

    def _round(self) -> bool:
        """One ticket of every job; False where none waits."""
        any_waited = False
        for one in self._jobs.waiting():
            if self._stopping.is_set():
                return False
            any_waited = True
            self._advise(one)
        return any_waited

    def _advise(self, one: Waiting) -> None:
        try:
            answer = to_json(self._desk.advise(one.ticket, record=one.record).recommendation)
        except Exception:
            incident = secrets.token_hex(4)
            log.exception("incident %s: row %s of job %s", incident, one.row, one.job)
            self._jobs.failed(one, f"it failed on our side, incident {incident}")
            return
        self._jobs.advised(one, answer)
