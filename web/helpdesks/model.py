"""What helpdesks send, in one vocabulary: a delivery comes in, events come out of it.

One file a helpdesk, all with the same names: see `web/helpdesks/__init__.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from advisor.types import Handled, Message, OutcomeKind, Ticket


class Kind(StrEnum):
    """Whose webhooks a hook takes."""

    STANDARD = "standard"  # Standard Webhooks: our own generic door
    ZENDESK = "zendesk"
    INTERCOM = "intercom"
    FRESHDESK = "freshdesk"
    CHATWOOT = "chatwoot"
    ZAMMAD = "zammad"
    HUBSPOT = "hubspot"
    HELP_SCOUT = "help_scout"
    FRONT = "front"
    LIBREDESK = "libredesk"
    JIRA = "jira"
    FRESHSERVICE = "freshservice"
    GORGIAS = "gorgias"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A door that one helpdesk knocks on; its name is the source of its tickets."""

    name: str
    kind: Kind
    secrets: tuple[str, ...]  # that are good now, the newest first
    address: str = ""  # of the helpdesk's API, such as https://acme.zendesk.com; empty = nothing is written back
    user: str = ""  # who writes back, as the helpdesk names them (id or e-mail): their own events are not for us
    fields: Mapping[str, str] = field(default_factory=dict)  # ours -> the helpdesk's, from [map.NAME] in settings.toml
    options: Mapping[str, str] = field(default_factory=dict)  # of one kind only, such as Chatwoot's account number


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request, verified, as it came."""

    headers: Mapping[str, str]  # names in small letters
    body: bytes
    at: datetime  # aware; when it came


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCame:
    """A ticket, or new messages in one.

    Where `whole` is False the event holds the newest messages only: what the records know of the thread goes before
    them, and fields that the event lacks stay as they are.
    """

    ticket: Ticket
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChanged:
    """What became known of a ticket without anybody writing; None and () = nothing new."""

    source: str
    ticket_id: str
    status: str | None = None
    assignee: str | None = None
    tags: tuple[str, ...] | None = None  # all that it has now, agents' answers to our advice among them
    solved_at: datetime | None = None
    csat: float | None = None
    nps: float | None = None
    handled: Handled | None = None
    outcome: OutcomeKind | None = None  # such as CONTRADICTED where it was reopened after an article
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketDeleted:
    """A ticket that the helpdesk has deleted; we delete it, too."""

    source: str
    ticket_id: str


@dataclass(frozen=True, slots=True)
class NotForUs:
    """Nothing to do, and why: shown on the deliveries page."""

    because: str


Event = TicketCame | TicketChanged | TicketDeleted | NotForUs


class Encoding(StrEnum):
    """How a signature is written."""

    HEX = "hex"
    BASE64 = "base64"


class Clock(StrEnum):
    """How a time stands in a header."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    ISO = "iso"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """A row of the verifier's table: how a helpdesk signs. Header names in small letters."""

    header: str
    prefix: str = ""  # in front of the signature, such as "sha256="
    several: bool = False  # several signatures may stand in the header, separated by blanks
    digest: str = "sha256"  # of the HMAC: sha1 or sha256; "" = the header holds the shared secret itself
    encoding: Encoding = Encoding.HEX
    content: str = "{body}"  # what is signed, of {id}, {timestamp}, {body}, {method}, {url}
    time_header: str = ""
    clock: Clock = Clock.SECONDS
    tolerance: int = 300  # seconds that a signed time may be off, either way
    id_header: str = ""  # names a delivery; "" = `delivery_id` of the helpdesk's file does
    secret_prefix: str = ""  # in front of a base64 secret, such as "whsec_"; then the decoded bytes are the key
    alternatives: Mapping[str, str] = field(default_factory=dict)  # header -> another name for it, such as svix-id
    challenge_header: str = ""  # whose value a verified request wants back, as {"challenge": value}
    secret_is_theirs: bool = False  # the helpdesk makes the secret; else we do, and it is pasted there


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to a helpdesk's API, as `--dry-run` shows it."""

    method: str
    path: str  # below the hook's address
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # besides those that say who we are
    takes: Mapping[str, str] = field(default_factory=dict)  # field of body, or {field} of path -> of the answer before


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stands in a ticket, as the helpdesk tells when it is read back."""

    notes: tuple[str, ...] = ()  # bodies of the internal notes, as the helpdesk keeps them (HTML in most)
    tags: tuple[str, ...] = ()  # all that it has, people's and ours
    updated: str | None = None  # when it changed last, in the helpdesk's own writing; for optimistic locking


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """A page of what a helpdesk was asked for."""

    events: tuple[Event, ...] = ()
    cursor: str  # where to go on, now or at the next pull
    more: bool  # whether there is more to ask for at once


Parse = Callable[[Hook, Delivery], Sequence[Event]]
