"""All who work in the background of an installation: each kind of work has workers of its own, so that a helpdesk or a
subscriber that hangs keeps no ticket waiting.
"""

from __future__ import annotations

from web.desk import Desk
from web.events_out.serving import TELLERS, tellers
from web.hooks import Hooks
from web.inbox import Inbox
from web.inbox_jobs import DELIVERIES
from web.pull.rounds import Rounds
from web.tables import now as this_moment
from web.taking import UPKEEP, Taking
from web.worker import Station, Workers
from web.write_back import QUEUE as WRITE_BACK
from web.write_back import WriteBack

WRITERS = 2  # threads that write back; each waits for one helpdesk


class Crew:
    """The workers of this process."""

    def __init__(self, takers: Workers, writers: Workers, tellers: Workers, rounds: Rounds) -> None:
        self._takers = takers
        self._pools = (takers, writers, tellers)
        self._rounds = rounds

    @classmethod
    def of(cls, desk: Desk, inbox: Inbox) -> Crew:
        """Those who do all that the inbox of an installation is for."""
        settings, hooks = desk.settings, Hooks.open(desk.settings)
        write_back = WriteBack.of(settings, desk.records, hooks, inbox)
        taking = Taking(desk, hooks, inbox, now=this_moment, listeners=[write_back.listen])
        took = [Station(DELIVERIES, taking.work), Station(UPKEEP, taking.tidy)]
        days = settings.deliveries_days
        return cls(
            Workers(inbox, took, keep_days=days),
            Workers(inbox, [Station(WRITE_BACK, write_back.work)], keep_days=days),
            tellers(settings, inbox),
            Rounds(settings),
        )

    def start(self, takers: int) -> None:
        """Start so many who take deliveries, and the others beside them; nobody at all for 0."""
        if takers == 0:
            return
        for pool, number in zip(self._pools, (takers, WRITERS, TELLERS), strict=True):
            pool.start(number)
        self._rounds.start()

    def stop(self) -> None:
        """Finish what is being worked on, and stop; the rest waits."""
        for pool in self._pools:
            pool.tell_to_stop()
        for pool in self._pools:
            pool.stop()
        self._rounds.stop()

    def wait(self) -> None:
        """Wait until somebody stops these workers."""
        self._takers.wait()

    def work_off(self) -> int:
        """Do all that is due, in this thread; gives how many jobs."""
        return sum(pool.work_off() for pool in self._pools)
