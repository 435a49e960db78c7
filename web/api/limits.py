"""How often a token may ask, and how often an address may come with a wrong one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from web.api.tokens import Token

WRONG_PER_MINUTE = 60
"""Secrets of 32 random bytes cannot be guessed; this only keeps those who try from costing much."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of a minute."""

    allowed: bool
    headers: Mapping[str, str]


class Budgets:
    """Counts requests in windows of one minute; a restart begins anew."""

    def __init__(self, *, per_minute: int) -> None:
        """`per_minute` of a token that has no number of its own; 0 = as many as it likes."""
        self._per_minute = per_minute
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def spend(self, token: Token) -> Budget:
        """Count one request of a token."""
        most = self._per_minute if token.per_minute is None else token.per_minute
        if most == 0:
            return Budget(allowed=True, headers={})
        return self._spend(most, "token", token.name)

    def spend_wrong(self, address: str) -> Budget:
        """Count one request that came with a wrong token."""
        return self._spend(WRONG_PER_MINUTE, "wrong", address)

    def is_spent(self, address: str) -> bool:
        """Whether an address has come with too many wrong tokens."""
        return not self._limiter.test(RateLimitItemPerMinute(WRONG_PER_MINUTE), "wrong", address)

    def _spend(self, most: int, *name: str) -> Budget:
        window = RateLimitItemPerMinute(most)
        allowed = self._limiter.hit(window, *name)
        reset, remaining = self._limiter.get_window_stats(window, *name)
        seconds = max(1, ceil(reset - time.time()))
        headers = {
            "RateLimit-Policy": f'"minute";q={most};w=60',
            "RateLimit": f'"minute";r={max(0, remaining)};t={seconds}',
        }
        return Budget(allowed, headers if allowed else headers | {"Retry-After": str(seconds)})
