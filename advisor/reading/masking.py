"""Personal data out of a text before anything is stored: each find becomes a placeholder such as [EMAIL].

Patterns first find what could be one, then a check that belongs to it decides: Luhn for cards (ISO/IEC 7812-1),
modulo 97 for IBANs (ISO 13616), `ipaddress` for addresses, the phonenumbers library for telephone numbers.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import NamedTuple

import phonenumbers

REGION = "US"
"""Where a number without a country code is taken to be from."""

MOST_PHONE_CHARACTERS = 20_000
"""Longer texts are searched for telephone numbers up to here and by the plain pattern beyond."""


class Masked(NamedTuple):
    """A text without personal data, and the first telephone number that stood in it."""

    text: str
    phone: str | None


def luhn(digits: str) -> bool:
    """Tell whether a card number's check digit is right."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """Tell whether an IBAN's check digits are right."""
    plain = re.sub(r"[\s-]", "", text).upper()
    turned = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def is_card(text: str) -> bool:
    """Tell whether this is a payment card's number."""
    digits = re.sub(r"\D", "", text)
    return 13 <= len(digits) <= 19 and luhn(digits)


def is_address(text: str) -> bool:
    """Tell whether this is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_secret(text: str) -> bool:
    """Tell a key from a long word: it mixes letters and digits."""
    return bool(re.search(r"\d", text)) and bool(re.search(r"[A-Za-z]", text))


def always(_: str) -> bool:
    """The pattern alone decides."""
    return True


PATTERNS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("[EMAIL]", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"), always),
    (
        "[KEY]",
        re.compile(
            r"-----BEGIN [A-Z ]{1,30}-----[^-]{1,8000}-----END [A-Z ]{1,30}-----"
            r"|\b(?:sk|pk|rk|ghp|gho|xox[abp]|AKIA|glpat|whsec)[-_A-Za-z0-9]{12,200}\b"
            r"|\beyJ[\w-]{8,2000}\.[\w-]{8,2000}\.[\w-]{4,1000}"
        ),
        always,
    ),
    ("[KEY]", re.compile(r"(?<![\w/.-])[A-Za-z0-9+_-]{28,512}={0,2}(?![\w/.-])"), is_secret),
    ("[IBAN]", re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{1,4}){3,8}\b"), is_iban),
    ("[CARD]", re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])"), is_card),
    ("[IP]", re.compile(r"(?i)(?<![\w.])(?<!version )(?<!release )\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)"), is_address),
    ("[IP]", re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{1,4}(?![\w:])"), is_address),
    (
        "[ACCOUNT]",
        re.compile(
            r"(?i)(?<=account number )\d[\d -]{4,20}\d|(?<=account no )\d[\d -]{4,20}\d|"
            r"(?<=account no\. )\d[\d -]{4,20}\d"
            r"|(?<=account # )\d[\d -]{4,20}\d|(?<=account #)\d[\d -]{4,20}\d|(?<=account: )\d[\d -]{4,20}\d"
            r"|(?<=account number is )\d[\d -]{4,20}\d|(?<=acct )\d[\d -]{4,20}\d|(?<=sort code )\d[\d -]{4,20}\d"
        ),
        always,
    ),
    ("[SSN]", re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"), always),
)

PLAIN_PHONE = re.compile(r"(?<![\w.+])\+?\(?\d(?:[\d() ./-]{5,18})\d(?![\w])")
SPEAKS_OF = re.compile(
    r"(?i)\b(?:(?:tele)?phone|call(?: me| us)?|ring(?: me| us)?|tel|mobile|cell|whatsapp|dial|reach(?:ed| me| us)|"
    r"my number|number is|telefon\w*|nummer|handy|r(?:ü|ue?)ckruf|anrufen|t[ée]l[ée]phone|num[ée]ro|portable|appel\w*|"
    r"tel[ée]fono|n[úu]mero|m[óo]vil|tel[ée]m[óo]vel|telefone|celular|ligar|telefoon\w*|mobiel|bel(?:len)?)\b"
    r"[^|]{0,30}(?:\||$)|\|[^\d]{0,15}\b(?:my|our) (?:mobile|phone|cell|number|landline)\b"
)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|^20\d{6}")
EXAMPLES = re.compile(r"\d(?:[\s()./-]*\d){6,}")


def mask(text: str) -> Masked:
    """Replace personal data by placeholders; the first telephone number is handed back apart."""
    for placeholder, pattern, belongs in PATTERNS:
        text = replaced(text, placeholder, pattern, belongs)
    return mask_phones(text)


def replaced(text: str, placeholder: str, pattern: re.Pattern[str], belongs: Callable[[str], bool]) -> str:
    """Replace what a pattern finds where its check agrees."""
    return pattern.sub(lambda found: placeholder if belongs(found[0]) else found[0], text)


def mask_phones(text: str) -> Masked:
    """Replace telephone numbers; the library runs only where seven digits stand near each other."""
    if EXAMPLES.search(text) is None:
        return Masked(text, None)
    found = [
        (match.start, match.end)
        for match in phonenumbers.PhoneNumberMatcher(text[:MOST_PHONE_CHARACTERS], REGION, max_tries=200)
    ]
    taken = found or [found_plain.span() for found_plain in PLAIN_PHONE.finditer(text) if spoken_of(text, found_plain)]
    if not taken:
        return Masked(text, None)
    first = text[taken[0][0] : taken[0][1]].strip()
    for start, end in reversed(taken):
        text = f"{text[:start]}[PHONE]{text[end:]}"
    return Masked(text, first)


def spoken_of(text: str, number: re.Match[str]) -> bool:
    """Tell whether the words before a number say that it is one to call."""
    before, after = text[max(0, number.start() - 40) : number.start()], text[number.end() : number.end() + 25]
    digits = sum(sign.isdigit() for sign in number[0])
    return 7 <= digits <= 15 and SPEAKS_OF.search(before + "|" + after) is not None and not DATE.search(number[0])
