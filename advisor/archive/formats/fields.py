"""The fields of a ticket that a column can be mapped to: of what kind each is, and what exports call it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a field holds, and so how its cells are read."""

    TEXT = "text"  # as it stands
    NAME = "name"  # a short text
    EMAIL = "e-mail address"
    DATE = "date"
    NUMBER = "number"
    SHARE = "share"  # 0 to 1
    CHANNEL = "channel"
    ACTION = "action"
    TAGS = "tags"
    NESTED = "object or list"  # of JSON


@dataclass(frozen=True, slots=True)
class Field:
    """One field, and names of columns for it, the surest first: words in lower case, without "ticket"."""

    kind: Kind
    names: tuple[str, ...] = ()


def _of(kind: Kind, names: str = "") -> Field:
    return Field(kind, tuple(name.strip() for name in names.split(",") if name.strip()))


FIELDS: dict[str, Field] = {
    "id": _of(Kind.NAME, "id, number, no, nr, key, reference, ref, case id, tweet id, display id, uid, uuid"),
    "subject": _of(Kind.NAME, "subject, title, summary, short description, headline, issue, betreff"),
    "body": _of(
        Kind.TEXT,
        "body, description text, description, message, message body, text, content, document, details, narrative, "
        "consumer narrative, question, query, inquiry, utterance, tweet, request, complaint, problem, "
        "problem description, issue description, long description, customer message, first message, email body, "
        "instruction, comment, comments, conversation, beschreibung, nachricht",
    ),
    "messages": _of(Kind.NESTED, "messages"),
    "created_at": _of(
        Kind.DATE,
        "created at, created, created date, creation date, date created, created on, created time, creation time, "
        "date opened, opened at, opened, open date, opened on, date received, received at, received, "
        "date submitted, submitted at, submitted on, submitted, reported at, reported on, sent at, date sent, "
        "date time, datetime, timestamp, date, time, datum, erstellt am",
    ),
    "channel": _of(
        Kind.CHANNEL,
        "channel, via channel, via, submitted via, source channel, contact channel, contact type, contact method, "
        "case origin, origin, source name, source, medium, kanal",
    ),
    "customer.email": _of(
        Kind.EMAIL,
        "customer email, requester email, contact email, client email, user email, from email, sender email, "
        "reporter email, author email, email, email address, e mail, from address, from, sender, requester, reporter, "
        "customer, contact",
    ),
    "customer.name": _of(
        Kind.NAME,
        "customer name, requester name, contact name, client name, user name, sender name, from name, full name, "
        "customer, requester, contact, client, caller, caller id, reporter, from, sender, name, user",
    ),
    "customer.id": _of(Kind.NAME, "customer id, requester id, contact id, client id, user id, author id"),
    "customer.phone": _of(Kind.NAME, "customer phone, phone, phone number, telephone, mobile, contact phone"),
    "customer.persona": _of(Kind.NAME, "customer persona, persona"),
    "customer.wishes": _of(Kind.NESTED, "customer wishes"),
    "account.name": _of(
        Kind.NAME,
        "account name, company name, organization name, organisation name, company, organization, "
        "organisation, account",
    ),
    "account.id": _of(Kind.NAME, "account id, company id, organization id, organisation id"),
    "account.licences": _of(Kind.NUMBER, "account licences, licences, licenses, seats, account seats"),
    "account.monthly_revenue": _of(Kind.NUMBER, "account monthly revenue, monthly revenue, mrr"),
    "account.renews_on": _of(Kind.DATE, "account renews on, renews on, renewal date, renewal"),
    "account.plan": _of(Kind.NAME, "account plan, plan, subscription"),
    "account.manager": _of(Kind.NAME, "account manager, customer success manager, csm"),
    "account.usage": _of(Kind.SHARE, "account usage, usage"),
    "account.wishes": _of(Kind.NESTED, "account wishes"),
    "source": _of(Kind.NAME, "source"),
    "status": _of(Kind.NAME, "status, status name, state"),
    "priority": _of(Kind.NAME, "priority, priority name, urgency"),
    "tags": _of(Kind.TAGS, "tags, labels, tag, keywords"),
    "assignee": _of(
        Kind.NAME,
        "assignee, assignee name, assigned to, assigned agent, agent, agent name, responder, owner, case owner",
    ),
    "first_reply_at": _of(
        Kind.DATE,
        "first reply at, first replied at, first response at, first responded at, first response time, "
        "first response date, initial response time",
    ),
    "solved_at": _of(
        Kind.DATE,
        "solved at, resolved at, solved, resolved, resolved time, resolution date, date resolved, closed at, closed, "
        "closed time, date closed, closed date, closed on, completed at",
    ),
    "csat": _of(
        Kind.NUMBER,
        "csat, csat score, satisfaction score, satisfaction rating, customer satisfaction rating, "
        "customer satisfaction, satisfaction, rating",
    ),
    "nps": _of(
        Kind.NUMBER, "nps, nps score, net promoter score, likelihood to recommend, how likely are you to recommend us"
    ),
    "handled.action": _of(Kind.ACTION, "handled action, handled"),
    "handled.channel": _of(Kind.CHANNEL, "handled channel"),
    "handled.by": _of(Kind.NAME, "handled by"),
    "handled.at": _of(Kind.DATE, "handled at"),
    "handled.reason": _of(Kind.NAME, "handled reason"),
    "customer": _of(Kind.NESTED, "customer"),
    "account": _of(Kind.NESTED, "account"),
    "handled": _of(Kind.NESTED, "handled"),
}
"""Every field that there is on the wire."""

WORDS_OF = ("body", "subject", "messages")
"""Fields of which a ticket needs one."""

TOP = frozenset(name.partition(".")[0] for name in FIELDS)
"""Names that a ticket has on the wire at its top."""
