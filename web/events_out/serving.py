"""Who tells subscribers: workers of their own, so that a subscriber that hangs keeps no ticket waiting."""

from __future__ import annotations

from advisor.settings import Settings
from web.events_out.pump import QUEUE, Pump
from web.events_out.subscribers import Subscribers
from web.inbox import Inbox
from web.outgoing import Outgoing, Patience
from web.worker import Station, Workers

TELLERS = 4  # threads; one that hangs holds one of them for PATIENCE.total
PATIENCE = Patience(connect=5.0, read=15.0, total=20.0)


def station(settings: Settings, inbox: Inbox) -> Station:
    """The queue of our own events, and what is done with them."""
    outgoing = Outgoing(allowed=settings.allowed_hosts, patience=PATIENCE)
    pump = Pump(Subscribers.open(settings), inbox, outgoing)
    return Station(QUEUE, pump.work, fill=pump.fill, trim=pump.trim)


def tellers(settings: Settings, inbox: Inbox) -> Workers:
    """The workers that tell; `start(TELLERS)` begins, `stop()` finishes what is being told."""
    return Workers(inbox, [station(settings, inbox)], keep_days=settings.deliveries_days)
