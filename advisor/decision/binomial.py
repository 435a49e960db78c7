"""Exact binomial figures in plain arithmetic, so that the decision needs no library for numbers.

The tail is summed term by term from its largest term downwards, each from the one before it; it agrees with tables to
ten digits up to some 100,000 trials, which a test checks.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log, log1p

_NEGLIGIBLE = 1e-17  # of a sum, in double precision
_NEAR = 1e-9  # how near an upper bound is found


def at_most(wrong: int, n: int, share: float) -> float:
    """The chance of at most so many wrong ones among n, where each is wrong with this chance."""
    if wrong < 0:
        return 0.0
    if wrong >= n or share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 0.0
    if wrong > n * share:
        return 1.0 - _below(n - wrong - 1, n, 1.0 - share)  # the right ones, counted from the other end
    return _below(wrong, n, share)


def _below(wrong: int, n: int, share: float) -> float:
    """The sum of the chances of 0 to `wrong`, `wrong` at most the mean."""
    if wrong < 0:
        return 0.0
    chosen = lgamma(n + 1) - lgamma(wrong + 1) - lgamma(n - wrong + 1)
    term = exp(chosen + wrong * log(share) + (n - wrong) * log1p(-share))
    odds, total = (1.0 - share) / share, 0.0
    for count in range(wrong, -1, -1):
        total += term
        term *= odds * count / (n - count + 1)
        if term < _NEGLIGIBLE * total:
            break
    return min(1.0, total)


def upper_bound(wrong: int, n: int, *, error: float) -> float:
    """Below which the true share lies but for this error, one-sided (Clopper and Pearson 1934); 1 where n is 0."""
    if wrong >= n:
        return 1.0
    low, high = wrong / n, 1.0
    while high - low > _NEAR:
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(wrong, n, middle) > error else (low, middle)
    return high


def least_clean(share: float, level: float) -> int:
    """The smallest n that shows a share below this one, at this level, without a single wrong one."""
    n = max(1, int(log(level) / log1p(-share)))
    while at_most(0, n, share) > level:
        n += 1
    return n


@lru_cache(maxsize=256)
def needed_outcomes(share: float, level: float, true_share: float, *, power: float = 0.8) -> int:
    """The smallest n that shows a share below this one, at this level and with this power, where `true_share` holds.

    ValueError unless the true share is below the other: above it, no number is enough.
    """
    if not 0.0 <= true_share < share:
        raise ValueError(f"true_share must be from 0 to below the share {share}, was: {true_share}")
    n, wrong = least_clean(share, level), 0
    while at_most(wrong, n, true_share) < power:
        wrong += 1
        while at_most(wrong, n, share) > level:
            n += 1
    return n
