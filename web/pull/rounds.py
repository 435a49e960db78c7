"""Pulls every hook that can be pulled, every so many minutes, beside the pages."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event, Thread

from advisor.errors import EXPECTED
from advisor.settings import Settings
from web.helpdesks import PULLING
from web.hooks import Hooks, HookShown
from web.pull.puller import Puller
from web.tables import now

log = logging.getLogger(__name__)
ALMOST = 0.9  # of the time between two rounds
YOUNGEST = timedelta(minutes=5)  # Zendesk takes no later beginning than a minute ago


class Rounds:
    """A thread that pulls."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="pull", daemon=True)

    def start(self) -> None:
        """Begin, where settings.toml says how often."""
        if self._settings.pull_minutes:
            self._thread.start()

    def stop(self, *, timeout: float = 35.0) -> None:
        """Finish the page that is asked for, and stop."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def once(self) -> None:
        """One round over all hooks; what fails is kept with the hook's place, and the others go on."""
        hooks = Hooks.open(self._settings)
        puller = Puller.open(self._settings, sleep=self._stopping.wait)
        for shown in hooks.every(now=now()):
            if _can_be_pulled(shown) and not self._stopping.is_set():
                self._pull(puller, shown)

    def _pull(self, puller: Puller, shown: HookShown) -> None:
        hook, place = shown.hook, puller.places.find(shown.hook.name)
        if place is not None and now() - place.at < timedelta(minutes=self._settings.pull_minutes) * ALMOST:
            return  # another program has just done so
        since = min(shown.made, now() - YOUNGEST) if place is None else None
        try:
            progress = puller.pull(hook, since=since)
        except EXPECTED:
            log.exception("a hook was not pulled: %s", hook.name)
        else:
            log.info("pulled %s: %s new", hook.name, progress.new)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.once()
            except Exception:
                log.exception("hooks cannot be pulled; trying again at the next round")
            self._stopping.wait(self._settings.pull_minutes * 60)


def _can_be_pulled(shown: HookShown) -> bool:
    return shown.hook.kind in PULLING and bool(shown.hook.address) and shown.has_credentials
