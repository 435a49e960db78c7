"""How wishes, figures and times are put into words, in reasons and in replies."""

from __future__ import annotations

from datetime import datetime

from advisor.types import Channel, Evidence, Reason, SignalKind, Wish, WishChannel, WishSource

LONGEST_QUOTE = 120  # characters; longer ones are shortened in the sentence, never in Reason.quote

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

WISH = {
    WishChannel.SELF_SERVICE: "an article",
    WishChannel.EMAIL: "an e-mail",
    WishChannel.CHAT: "a chat",
    WishChannel.PHONE: "a call",
    WishChannel.PERSON: "a person",
}
WAY = {
    Channel.EMAIL: "e-mail",
    Channel.CHAT: "chat",
    Channel.PHONE: "phone",
    Channel.PORTAL: "the portal",
    Channel.SOCIAL: "a social network",
}
SIGNAL = {
    SignalKind.FRAUD_OR_SECURITY: "a case of fraud or security",
    SignalKind.DANGER_TO_PERSON: "a danger to a person",
    SignalKind.LEGAL_THREAT: "a legal threat",
    SignalKind.DATA_LOSS: "lost data",
    SignalKind.DATA_REQUEST: "a request under data protection law",
    SignalKind.MINOR: "a minor",
    SignalKind.OUTAGE: "an outage",
    SignalKind.CANCELLATION: "a cancellation",
    SignalKind.ACCESSIBILITY: "a barrier for a disabled customer",
    SignalKind.VULNERABLE: "a vulnerable customer",
}
WISHED_BY = {WishSource.CUSTOMER: "on file for the customer", WishSource.ACCOUNT: "on file for the account"}


def quoted(quote: str | None) -> str:
    """`: “please ring me”.` to end a sentence with, or a full stop."""
    words = quoted_words(quote)
    return f": {words}." if words else "."


def quoted_words(quote: str | None) -> str:
    """`“please ring me”`, shortened; empty where nothing was said."""
    words = " ".join((quote or "").split())
    if not words:
        return ""
    return f"“{words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1] + '…'}”"


def words_beside(reason: Reason) -> str:
    """` “please ring me”`, the words of a reason where its sentence does not hold them already, be it shortened."""
    words = " ".join((reason.quote or "").split())
    return "" if not words or words[: LONGEST_QUOTE - 1] in reason.text else f" “{words}”"


def words_of(wish: Wish) -> str | None:
    """The customer's words, literally; None = on file."""
    return wish.quote.text if wish.quote is not None else None


def wish_sentence(wish: Wish) -> str:
    """`The customer asks for a call: “please ring me”.`"""
    if wish.source is WishSource.TICKET:
        return f"The customer asks for {WISH[wish.channel]}{quoted(words_of(wish))}"
    return f"The customer's wish is {WISH[wish.channel]} ({WISHED_BY[wish.source]})."


def refusal_sentence(wish: Wish) -> str:
    """`The customer does not want a call: “don't ring me”.`"""
    if wish.source is WishSource.TICKET:
        return f"The customer does not want {WISH[wish.channel]}{quoted(words_of(wish))}"
    return f"The customer does not want {WISH[wish.channel]} ({WISHED_BY[wish.source]})."


def figures(evidence: Evidence, *, p_resolve: float, needed: float) -> str:
    """`Article fit 0.82, estimated on other companies' data; 0.70 was needed.`: no chance before there are outcomes."""
    digits = 2 if round(p_resolve, 2) != round(needed, 2) else 4
    found, wanted = f"{p_resolve:.{digits}f}", f"{needed:.{digits}f}"
    if evidence.estimated:
        return f"Article fit {found}, estimated on other companies' data; {wanted} was needed."
    return f"The chance that the article resolves this is {found}; {wanted} was needed."


def instant(at: datetime) -> str:
    """`Tuesday 3 March 2026, 10:00 (GMT)`, whatever the locale."""
    day = f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at.year}"
    return f"{day}, {at:%H:%M} ({at.tzname()})"
