"""One file a helpdesk, all with the same names; `HELPDESKS` is the list of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from web.helpdesks import (
    chatwoot,
    freshdesk,
    freshservice,
    front,
    gorgias,
    help_scout,
    hubspot,
    intercom,
    jira,
    libredesk,
    standard,
    zammad,
    zendesk,
)
from web.helpdesks.model import Call, Delivery, Event, Hook, Kind, Pulled, Signing, Written
from web.helpdesks.reading import PayloadError

__all__ = ["HELPDESKS", "PULLING", "WRITING", "Helpdesk", "PayloadError", "Pulls", "WritesBack", "set_up"]


class Helpdesk(Protocol):
    """What the file of a helpdesk has."""

    SIGNING: Signing
    SET_UP: str  # step by step for the helpdesk's admin page; `set_up` fills in {address} and {secret}

    def delivery_id(self, delivery: Delivery, /) -> str | None:
        """What names a delivery where no header does; None = a header does, or it cannot be read."""

    def parse(self, hook: Hook, delivery: Delivery, /) -> Sequence[Event]:
        """What a verified delivery tells, at least one event. Raises PayloadError, and nothing else."""

    def sample(self, hook: Hook, /, *, now: datetime) -> tuple[dict[str, str], bytes]:
        """A delivery for `hooks test`: headers in small letters, without signature, time and id; and the body."""


class WritesBack(Helpdesk, Protocol):
    """A helpdesk that notes and tags are written to; every path is below `hook.address`."""

    def note(self, hook: Hook, ticket_id: str, text: str, /, *, html: str, known: Written | None = None) -> Call:
        """Add an internal note, the same as plain text and as HTML; with `known`, not if it changed since (409)."""

    def tag(self, hook: Hook, ticket_id: str, tags: Sequence[str], /, *, known: Written) -> tuple[Call, ...]:
        """Add tags, in this order of calls; `known.tags` is what the ticket has, and stays. None to add: no call.

        Where a call `takes` fields, they are filled in from the answer of the call before it.
        """

    def untag(self, hook: Hook, ticket_id: str, tags: Sequence[str], /, *, known: Written) -> tuple[Call, ...]:
        """Take tags of ours away, in this order of calls; all others of `known.tags` stay."""

    def read(self, hook: Hook, ticket_id: str, /) -> tuple[Call, ...]:
        """Ask for what stands in a ticket."""

    def read_on(self, hook: Hook, ticket_id: str, answers: Sequence[bytes], /) -> tuple[Call, ...]:
        """What is still to be asked for after these answers to `read` and `read_on`; () = nothing."""

    def found(self, answers: Sequence[bytes], /) -> Written:
        """What the answers to `read` and `read_on` say, one a call. Raises PayloadError, also where they are HTML."""

    def authorised(self, hook: Hook, credentials: str, /) -> dict[str, str]:
        """The headers that say who we are; `credentials` is the API's token or key."""


class Pulls(Helpdesk, Protocol):
    """A helpdesk whose tickets can be asked for, for those that never retry."""

    def pull(self, hook: Hook, cursor: str, /) -> Call:
        """Ask for the next page; the first cursor is an aware time in ISO 8601, later ones come from `pulled`."""

    def pulled(self, hook: Hook, answer: bytes, /, *, cursor: str) -> Pulled:
        """What the answer to `pull(hook, cursor)` tells, and where to go on. Raises PayloadError, also for HTML."""


HELPDESKS: Mapping[Kind, Helpdesk] = {
    Kind.STANDARD: standard,
    Kind.ZENDESK: zendesk,
    Kind.INTERCOM: intercom,
    Kind.FRESHDESK: freshdesk,
    Kind.CHATWOOT: chatwoot,
    Kind.ZAMMAD: zammad,
    Kind.HUBSPOT: hubspot,
    Kind.HELP_SCOUT: help_scout,
    Kind.FRONT: front,
    Kind.LIBREDESK: libredesk,
    Kind.JIRA: jira,
    Kind.FRESHSERVICE: freshservice,
    Kind.GORGIAS: gorgias,
}
"""Whose webhooks are taken."""

WRITING: Mapping[Kind, WritesBack] = {
    Kind.ZENDESK: zendesk,
    Kind.INTERCOM: intercom,
    Kind.FRESHDESK: freshdesk,
    Kind.CHATWOOT: chatwoot,
    Kind.ZAMMAD: zammad,
}
"""Those that notes and tags are written to."""

PULLING: Mapping[Kind, Pulls] = {Kind.ZENDESK: zendesk, Kind.CHATWOOT: chatwoot, Kind.ZAMMAD: zammad}
"""Those whose tickets can be asked for."""


def set_up(kind: Kind, *, address: str, secret: str) -> str:
    """Step by step, what to do on the helpdesk's admin page."""
    return HELPDESKS[kind].SET_UP.replace("{address}", address).replace("{secret}", secret)
