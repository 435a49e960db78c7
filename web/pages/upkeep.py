"""What is to be tidied: articles that may be out of date, and articles that say nearly the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, make_response, render_template, request

from advisor.desk.outcome_text import percent
from advisor.insight.stale import stale_articles
from index.store import Store
from index.twins import NEAR
from web.article_counts import ArticleCounts
from web.desk import Desk
from web.knowledge_view import twins_view
from web.look_alikes import LookAlikes
from web.pages.on_file import page_number

AGES = {90: "3 months", 180: "half a year", 365: "a year", 730: "two years"}
USUAL_AGE = 365  # days
SIZE = 30  # articles, and pairs, of a page


def add_to(pages: Blueprint, desk: Desk, store: Store, counts: ArticleCounts, alike: LookAlikes) -> None:
    """`/knowledge/upkeep`."""

    @pages.get("/knowledge/upkeep")
    def upkeep() -> Response:
        typed = request.args.get("days", type=int, default=USUAL_AGE)
        days, number, now = typed if typed in AGES else USUAL_AGE, page_number(), datetime.now(UTC)
        standing, pairs = counts.of(), alike.found()
        stale = None
        if standing.counted is not None:
            given = standing.counted.given
            stale = stale_articles(
                desk.records, desk.experience, store.articles(), now=now, old=timedelta(days=days), given=given
            )
        start, end = (number - 1) * SIZE, number * SIZE
        most = max(len(stale.articles) if stale is not None else 0, len(pairs.pairs or ()))
        page = render_template(
            "knowledge_upkeep.html",
            stale=stale,
            articles=stale.articles[start:end] if stale is not None else (),
            twins=[twins_view(one) for one in pairs.pairs[start:end]] if pairs.pairs is not None else None,
            pairs=len(pairs.pairs or ()),
            near=NEAR,
            error=standing.error or pairs.error,
            counted=standing.counted,
            days=days,
            ages=AGES,
            page=number,
            pages=-(-most // SIZE),
            percent=percent,
            zone=desk.experience.zone,
        )
        answer = make_response(page)
        waits = (stale is None and standing.error is None) or (pairs.pairs is None and pairs.error is None)
        if waits:
            answer.headers["Refresh"] = "2"
        return answer
