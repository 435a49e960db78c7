"""Agents answer our advice where they work: by a tag, or by a macro that sets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.records.reviews import OverrideReason

PREFIX = "advisor_"
"""In front of every tag that is ours to read or to write."""

ANSWERS: Mapping[str, OverrideReason] = {
    "advisor_wants_person": OverrideReason.CUSTOMER_WANTS_PERSON,
    "advisor_wrong_topic": OverrideReason.WRONG_TOPIC,
    "advisor_wrong_article": OverrideReason.ARTICLE_DOES_NOT_ANSWER,
}
"""Tags of agents, the one that counts most first: what the customer wants goes before what the article says."""


def reviews_of(tags: Iterable[str]) -> OverrideReason | None:
    """Why an agent overrides the advice, by the tags of the ticket; None where no tag says so."""
    there = {tag.strip().casefold().replace("-", "_") for tag in tags}
    return next((reason for tag, reason in ANSWERS.items() if tag in there), None)


def is_ours(tag: str) -> bool:
    """Whether a tag is ours or an answer to us, and says nothing of the ticket itself."""
    return tag.casefold().startswith(PREFIX)


def only_ours(before: Iterable[str], now: Iterable[str]) -> bool:
    """Whether tags that we write ourselves are all that changed."""
    other = set(before) ^ set(now)
    return bool(other) and all(is_ours(tag) and reviews_of([tag]) is None for tag in other)
