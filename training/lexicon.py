"""Common English words, counted over the public data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from training.datasets import banking, clinc, complaints, goemotions, techqa, wixqa

LEAST = 4  # times that a word must occur


def common_words() -> list[str]:
    """The words that occur often enough, in order."""
    counts: Counter[str] = Counter()
    for text in texts():
        counts.update(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text.lower().replace("’", "'")))
    return sorted(word for word, count in counts.items() if count >= LEAST and (len(word) > 1 or word in "ai"))


def texts() -> Iterator[str]:
    """All public texts, test splits left out."""
    yield from (one.text for one in goemotions("train"))
    yield from banking()
    yield from clinc()
    yield from (row["tweet"] for row in complaints())
    for articles, questions in (wixqa(), techqa()):
        yield from (f"{article.title} {article.body[:8000]}" for article in articles)
        yield from (question.text for question in questions)
