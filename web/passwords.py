"""Passwords: hashed with Argon2id, refused where everybody would guess them. The only file that knows argon2."""

from __future__ import annotations

import re
import secrets
from functools import cache, cached_property
from importlib.resources import files
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
AT_ONCE = 2
"""Hashes made at the same time: each takes 64 MB, and a crowd at the door must not take all memory."""

FEWEST_SIGNS = 5  # different ones in a password
FEWEST_LEFT = 8  # signs of a password beside the words that everybody tries
MOST_COMMON_WORDS = 2  # with more of them in a row it is a sentence


class Passwords:
    """Makes and checks hashes; by the second recommendation of RFC 9106 unless told otherwise."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = BoundedSemaphore(AT_ONCE)

    def hashed(self, password: str) -> str:
        """The hash to be stored, with its salt and parameters in it."""
        with self._turn:
            return self._hasher.hash(password)

    def fits(self, password: str, stored: str | None) -> bool:
        """Whether this is the password; where none is stored it takes as long and is false."""
        short = password if len(password) <= LONGEST else ""
        try:
            with self._turn:
                same = self._hasher.verify(stored or self._nobodys, short)
        except (VerificationError, InvalidHashError):
            return False
        return same and stored is not None and short == password

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than those of now."""
        return self._hasher.check_needs_rehash(stored)

    @cached_property
    def _nobodys(self) -> str:
        """The hash of a password that nobody has."""
        return self._hasher.hash(secrets.token_urlsafe())


def weakness(password: str, *, name: str) -> str | None:
    """Why this may not be the password of the user of this name, with the cure; None where it may.

    Length counts, and that not everybody would try it; what signs it is made of is everybody's own affair.
    """
    if len(password) < SHORTEST:
        return f"A password has at least {SHORTEST} characters; these are {len(password)}. Four words do well."
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST} characters; these are {len(password)}."
    if is_common(password, name=name):
        return "This is among the first that anybody would try. Take some words that do not belong together."
    return None


def is_common(password: str, *, name: str) -> bool:
    """Whether a password is little more than a word or two of the list, the own name, or the same signs again."""
    plain = password.casefold()
    if len(set(plain)) < FEWEST_SIGNS:
        return True
    own = [re.escape(part) for part in re.split(r"\W+", name.casefold()) if len(part) >= 3]
    pattern = re.compile("|".join((*own, _common())))
    found = {match[0] for match in pattern.finditer(plain)}
    left = pattern.sub("", plain)
    words = {word for word in found if word.isalpha()}
    return bool(found) and len(words) <= MOST_COMMON_WORDS and len(left) < FEWEST_LEFT


@cache
def _common() -> str:
    """A pattern of the words that everybody tries, the longest first, of years, and of a sign three times over."""
    lines = (files("web") / "common_passwords.txt").read_text(encoding="utf-8").split("\n")
    words = sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")}, key=len, reverse=True)
    return "|".join([*map(re.escape, words), r"(?:19|20)\d\d", r"(.)\1{2,}"])
