"""A ticket becomes a Document: markup, quoted replies and signatures out, personal data masked, sentences, language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from mailparser_reply import EmailReplyParser
from selectolax.lexbor import LexborHTMLParser

from advisor.reading.language import Lexicon
from advisor.reading.masking import Masked, mask
from advisor.reading.pipeline import sentence_spans
from advisor.types import Document, Message, OtherMessage, Readability, Sender, Span, Ticket

MOST_CHARACTERS = 30_000
"""Of one message, the first two thirds and the last third of this many characters are read."""

LONGEST_LINE = 500
"""The reply parser's patterns take time in the square of a line's length; longer lines pass it by."""

MARKUP = re.compile(r"<(?:/|!--|!doctype|html|body|div|p|br|span|table|a|b|i|ul|ol|li|h\d|blockquote)\b", re.IGNORECASE)
BLOCKS = "p,div,br,li,tr,td,th,h1,h2,h3,h4,h5,h6,blockquote,pre"
QUOTED = "blockquote,.gmail_quote,.yahoo_quoted,#divRplyFwdMsg,.moz-cite-prefix,style,script,head,title"
FOLLOWED = "#divRplyFwdMsg,.moz-cite-prefix"  # what stands after these is quoted mail
UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f]")
LONGEST_RUN = 20
RUN = re.compile(r"([^\w\s])\1{20,}")  # of one sign, which says no more for being longer
REPLY_PREFIX = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg|sv|antw)\s*:\s*)+", re.IGNORECASE)
QUOTE_LINE = re.compile(r"^\s*>")
CUT_HERE = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht)\s*-{2,}|begin forwarded message:"
    r"|_{10,}\s*$|on .{4,200} wrote:\s*$|am .{4,200} schrieb.{0,200}:\s*$|-- ?$"
    r"|le .{4,200} a écrit\s?:\s*$|el .{4,200} escribi[óo]:\s*$|(?:em|a) .{4,200} escreveu:\s*$"
    r"|op .{4,200} schreef.{0,200}:\s*$"
    r"|sent from (?:my|outlook|mail|yahoo)\b.{0,40}$|get outlook for \w+)",
    re.IGNORECASE,
)
FORWARD_HEADER = re.compile(r"^\s*\*?(?:from|von|de|van)\s?:\*? .{3,200}$", re.IGNORECASE)
FORWARD_NEXT = re.compile(
    r"^\s*\*?(?:sent|date|to|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|fecha|para|asunto|data|assunto|"
    r"verzonden|aan|onderwerp)\s?:\*? ",
    re.IGNORECASE,
)

SIGN_OFF = re.compile(
    r"^\s*(?:(?:with )?(?:kind|best|warm|many|kindest|warmest) (?:regards|wishes|thanks)|regards|best|cheers|"
    r"sincerely|yours (?:truly|faithfully|sincerely)|respectfully|cordially|"
    r"thanks(?: in advance)?|thank you|many thanks)\s*[,.!-]*\s*$",
    re.IGNORECASE,
)
NOTICE = re.compile(r"(?i)^\s*(?:confidential|this (?:e-?mail|message)|disclaimer|please consider the environment)")
SAYS = re.compile(
    r"(?i)[?!]|\b(?:i|i'm|you|my|me|is|it|not|can|please|we|us|call|still|do|don't|was|have|how|what|ps)\b"
)
LONGEST_SIGNATURE = 10  # lines
SIGNATURE_LINE = 60  # characters; a longer line under a sign-off is text again


def read_document(ticket: Ticket, lexicon: Lexicon, *, masked: bool = True) -> Document:
    """Take a ticket apart; only the customer's own words are kept, oldest first."""
    written = own_messages(ticket)
    parts = [clean(REPLY_PREFIX.sub("", ticket.subject)).replace("\n", " ")]
    parts += [own_words(message.body) for message in written]
    results = [mask(part) if masked else Masked(part, mask(part).phone) for part in parts]
    text, spans = join(result.text for result in results)
    verdict = lexicon.judge(text)
    return Document(
        text=text,
        subject=spans[0],
        messages=tuple(spans[1:]),
        authors=tuple(author_of(message, ticket) for message in written),
        sentences=sentence_spans(text),
        language=verdict.language,
        language_probability=verdict.probability,
        readability=Readability.UNREADABLE if too_long(ticket) else verdict.readability,
        phone=next((result.phone for result in results if result.phone), None),
        times=tuple(message.at for message in written),
    )


def too_long(ticket: Ticket) -> bool:
    """Tell whether a message is longer than is read; what was not read whole is a person's."""
    bodies = (ticket.subject, ticket.body, *(message.body for message in ticket.messages))
    return any(len(body) > MOST_CHARACTERS and len(own_words(body)) >= MOST_CHARACTERS for body in bodies)


def own_messages(ticket: Ticket) -> tuple[Message, ...]:
    """The customer's messages; `body` is the first of them unless the thread already begins with it."""
    thread = tuple(message for message in ticket.messages if message.sender is Sender.CUSTOMER)
    if not ticket.body.strip() or any(message.body.strip() == ticket.body.strip() for message in thread):
        return thread
    return (Message(sender=Sender.CUSTOMER, body=ticket.body, at=ticket.created_at), *thread)


def other_messages(ticket: Ticket, *, masked: bool = True) -> tuple[OtherMessage, ...]:
    """What agents and systems wrote, oldest first, each with its place among the customer's messages."""
    before = len(own_messages(ticket)) - sum(message.sender is Sender.CUSTOMER for message in ticket.messages)
    others = []
    for message in ticket.messages:
        if message.sender is Sender.CUSTOMER:
            before += 1
            continue
        words = own_words(message.body)
        text = mask(words).text if masked else words
        others.append(
            OtherMessage(sender=message.sender, author=message.author, at=message.at, text=text, after=before)
        )
    return tuple(others)


def author_of(message: Message, ticket: Ticket) -> str | None:
    """Who wrote it, where that is somebody else than the ticket's customer."""
    known = {name.casefold() for name in (ticket.customer.id, ticket.customer.name, ticket.customer.email) if name}
    if message.author is None or not known or message.author.casefold() in known:
        return None
    return message.author


def own_words(body: str) -> str:
    """What the customer wrote in this message: no markup, no quoted mail, no signature."""
    return strip_reply(clean(html_to_text(body[: 20 * MOST_CHARACTERS])))


def html_to_text(body: str) -> str:
    """Text of an HTML body, quoted mail dropped, blocks on lines of their own; plain text comes back as it is."""
    if MARKUP.search(body) is None:
        return body
    tree = LexborHTMLParser(body)
    for node in tree.css(FOLLOWED):
        while node.next is not None:
            node.next.decompose()
    for node in tree.css(QUOTED):
        node.decompose()
    for node in tree.css(BLOCKS):
        node.insert_before("\n")
        node.insert_after("\n")
    text: str = tree.root.text(separator="") if tree.root is not None else ""
    return re.sub(r"[ \t]*\n[ \t\n]*\n", "\n\n", text)


def clean(text: str) -> str:
    """One Unicode form, no control or direction characters, and no more than is read."""
    if len(text) > MOST_CHARACTERS:
        head = MOST_CHARACTERS * 2 // 3
        text = f"{text[:head]}\n{text[head - MOST_CHARACTERS :]}"
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = UNSEEN.sub(lambda found: " " if found[0].isspace() else "", text)
    return re.sub(r"\n{3,}", "\n\n", RUN.sub(lambda found: found[0][:LONGEST_RUN], text)).strip()


def strip_reply(text: str) -> str:
    """Drop quoted mail and what stands under the signature."""
    lines = before_quote([line for line in text.split("\n") if not QUOTE_LINE.match(line)])
    long = {f"[line {number}]": line for number, line in enumerate(lines) if len(line) > LONGEST_LINE}
    short = [f"[line {number}]" if len(line) > LONGEST_LINE else line for number, line in enumerate(lines)]
    replies = EmailReplyParser(languages=["en"]).read("\n".join(short)).replies
    body = str(replies[0].body) if replies else ""
    return "\n".join(before_sign_off([long.get(line, line) for line in body.split("\n")])).strip()


def before_sign_off(lines: list[str]) -> list[str]:
    """The lines above a sign-off, where nothing but a signature stands below it."""
    for number, line in enumerate(lines):
        if not SIGN_OFF.match(line):
            continue
        below = [text for text in lines[number + 1 :] if text.strip()]
        signed = next((place for place, text in enumerate(below) if NOTICE.match(text)), len(below))
        signature = all(len(text) <= SIGNATURE_LINE and not SAYS.search(text) for text in below[:signed])
        if signature and 0 < signed <= LONGEST_SIGNATURE:
            return lines[:number]
    return lines


def before_quote(lines: list[str]) -> list[str]:
    """The lines above the first header of a quoted or forwarded mail, or above the signature's mark."""
    for number, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            continue
        follower = lines[number + 1] if number + 1 < len(lines) else ""
        if CUT_HERE.match(line) or (FORWARD_HEADER.match(line) and FORWARD_NEXT.match(follower)):
            return lines[:number]
    return lines


def join(parts: Iterable[str]) -> tuple[str, list[Span]]:
    """Put the parts under each other, a blank line between, and say where each stands."""
    text, spans = "", []
    for part in parts:
        gap = "\n\n" if text and part else ""
        text += gap + part
        spans.append(Span(len(text) - len(part), len(text)))
    return text, spans
