"""Values become rows: what is kept of a ticket, of who wrote it, and of the advice."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import msgspec

from advisor.advise import Advice
from advisor.records.tables import Row
from advisor.types import Account, Message, Prediction, Recommendation, Sender, Ticket, Wish

URL = re.compile(r"https?://[^\s<>\"'()\[\]{}]+")


MADE_UP = ("ticket:", "mailto:", "tel:")
"""How keys of customers begin that were made for want of an id; the first one of who is known by the ticket alone."""


def digest(*parts: object) -> str:
    """A short name that equal parts share."""
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:16]


def recommendation_json(recommendation: Recommendation) -> str:
    """The whole recommendation, lossless; `id` and `revision` stand in their columns."""
    return msgspec.json.encode(replace(recommendation, id="", revision=0)).decode()


def recommendation_from(row: Row) -> Recommendation:
    """The recommendation as it was given."""
    stored = msgspec.json.decode(row["json"], type=Recommendation)
    return replace(stored, id=row["id"], revision=row["revision"])


def customer_key(ticket: Ticket) -> str:
    """The customer's id, else the address, else the number; who is unknown is known by the ticket alone."""
    customer = ticket.customer
    if customer.id:
        return customer.id
    if customer.email:
        return f"mailto:{customer.email.casefold()}"
    return f"tel:{digits(customer.phone)}" if customer.phone else f"ticket:{ticket.id}"


def account_key(account: Account) -> str | None:
    """The account's id, else its name; None = no account is known."""
    return account.id or (f"name:{account.name}" if account.name else None)


def digits(phone: str) -> str:
    """A number without its spaces and signs."""
    return "".join(sign for sign in phone if sign.isdigit())


def written(ticket: Ticket) -> list[str]:
    """A digest of each text of the customer, by which later ones are told from those already known."""
    texts = [ticket.body, *(message.body for message in ticket.messages if message.sender is Sender.CUSTOMER)]
    return sorted({digest(text.strip()) for text in texts if text.strip()})


def links_answered(messages: Sequence[Message]) -> list[str]:
    """Addresses in agents' messages after which the customer wrote again, in their order."""
    last = max((place for place, one in enumerate(messages) if one.sender is Sender.CUSTOMER), default=-1)
    agents = (one.body for one in messages[: last + 1] if one.sender is Sender.AGENT)
    return list(dict.fromkeys(address(url) for body in agents for url in URL.findall(body)))


def address(url: str) -> str:
    """A web address without its fragment and what punctuation stuck to it."""
    return url.partition("#")[0].rstrip(".,;:!?").rstrip("/")


def ticket_row(advice: Advice) -> Row:
    """The masked text and the facts around it; never the body as it came."""
    ticket, document = advice.ticket, advice.document
    return {
        "source": ticket.source,
        "ticket_id": ticket.id,
        "customer": customer_key(ticket),
        "account": account_key(ticket.account),
        "subject": document.text[document.subject.start : document.subject.end],
        "text": document.text,
        "language": document.language,
        "readability": document.readability.value,
        "channel": ticket.channel.value,
        "created_at": iso(ticket.created_at),
        "status": ticket.status,
        "priority": ticket.priority,
        "tags": json.dumps(ticket.tags, ensure_ascii=False),
        "assignee": ticket.assignee,
        "first_reply_at": iso(ticket.first_reply_at),
        "solved_at": iso(ticket.solved_at),
        "csat": ticket.csat,
        "nps": ticket.nps,
    }


def customer_row(ticket: Ticket) -> Row:
    """Who writes."""
    customer = ticket.customer
    return {
        "source": ticket.source,
        "id": customer_key(ticket),
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "persona": customer.persona,
        "account": account_key(ticket.account),
    }


def account_row(ticket: Ticket) -> Row:
    """Who pays."""
    account = ticket.account
    return {
        "source": ticket.source,
        "id": account_key(account),
        "name": account.name,
        "licences": account.licences,
        "monthly_revenue": account.monthly_revenue,
        "renews_on": iso(account.renews_on),
        "plan": account.plan,
        "manager": account.manager,
        "usage": account.usage,
    }


def wish_row(wish: Wish, *, source: str, ticket_id: str, place: int) -> Row:
    """One wish that was said in a ticket."""
    return {
        "id": digest(source, ticket_id, place),
        "source": source,
        "ticket_id": ticket_id,
        "channel": wish.channel.value,
        "stance": wish.stance.value,
        "rank": wish.order,
        "probability": wish.probability,
        "moment": wish.moment.value if wish.moment is not None else None,
        "topic": wish.topic,
        "since": iso(wish.since),
        "expires": iso(wish.expires),
        "author": wish.author,
        "quote": wish.quote.text if wish.quote is not None else None,
        "whose": wish.whose.value,
        "lasting": int(wish.lasting),
    }


def grown(then: str, now: Sequence[str]) -> bool:
    """Whether a thread holds all that was written when evidence was stored, and more; `then` is as it was stored."""
    stored = json.loads(then)
    versions = [stored] if isinstance(stored, list) else [stored["came"], stored["kept"]]
    return any(set(texts) < set(now) for texts in versions)


def _written(advice: Advice) -> str:
    """The customer's texts as they came and as they are kept: a thread that is read again is made of the latter."""
    text = advice.document.text
    kept = sorted({digest(text[span.start : span.end].strip()) for span in advice.document.messages})
    return json.dumps({"came": written(advice.ticket), "kept": kept})


def evidence_row(advice: Advice, text: str, *, revision: int) -> Row:
    """The evidence, `text` being all of it as JSON."""
    ticket, evidence = advice.ticket, advice.evidence
    return {
        "source": ticket.source,
        "ticket_id": ticket.id,
        "revision": revision,
        "schema": evidence.schema,
        "at": iso(evidence.at),
        "json": text,
        "written": _written(advice),
    }


def recommendation_row(ticket: Ticket, advice: Recommendation, text: str, *, revision: int) -> Row:
    """The recommendation, `text` being all of it as JSON; its id is the same wherever it is recorded."""
    return {
        "id": digest(ticket.source, ticket.id, revision),
        "source": ticket.source,
        "ticket_id": ticket.id,
        "revision": revision,
        "at": iso(advice.at),
        "action": advice.action.value,
        "channel": advice.channel.value if advice.channel is not None else None,
        "reason": advice.reasons[0].code.value,
        "topic": advice.topic.label,
        "moment": label(advice.moment),
        "queue": advice.queue,
        "respond_by": iso(advice.respond_by),
        "models": advice.models,
        "knowledge": advice.knowledge,
        "experience": advice.experience,
        "promise_id": advice.promise_id,
        "promise": advice.promise.value,
        "p_resolve": advice.p_resolve,
        "needed": advice.needed,
        "json": text,
    }


def label(prediction: Prediction) -> str:
    """The label as plain text; SQLite takes no member of an enumeration."""
    return str(prediction.label)


def iso(at: date | None) -> str | None:
    """A day or moment as text; None = not known."""
    return at.isoformat() if at is not None else None
