"""The article that an open incident names: its link stands under the notice, and it is listed with the others."""

from __future__ import annotations

from advisor.decision.case import Case
from advisor.decision.company import open_incident
from advisor.types import Candidate, Notice, OfferedArticle, WishChannel


def notice_in(case: Case) -> Notice | None:
    """The article of the incident that is open now; None where articles are refused, this one failed, or is unknown."""
    incident = open_incident(case)
    failed = {failure.article for failure in case.evidence.failures}
    if incident is None or incident.article in failed or WishChannel.SELF_SERVICE in case.will.refused:
        return None
    named = (incident.id, incident.article)
    return next((notice for notice in case.evidence.notices if (notice.incident, notice.article) == named), None)


def with_notice(case: Case, listed: tuple[OfferedArticle, ...]) -> tuple[OfferedArticle, ...]:
    """The listed articles, and behind them the one that stands under the notice."""
    notice = notice_in(case)
    if notice is None or notice.article in {article.id for article in listed}:
        return listed
    found = next((article for article in case.articles if article.id == notice.article), None)
    return (*listed, _as_offered(notice, found))


def _as_offered(notice: Notice, found: Candidate | None) -> OfferedArticle:
    """With fit and passage where it was found for this ticket too."""
    unfound = f"Named by the open incident {notice.incident}; not among the articles that fit this ticket best."
    return OfferedArticle(
        id=notice.article,
        title=notice.title,
        url=notice.url,
        score=found.score if found is not None else 0.0,
        passage=found.passage if found is not None else unfound,
    )
