"""What articles did, by ticket, and which may be out of date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from decision_builders import COMPANY, TUESDAY
from insight_builders import DAY, HOUR, LATER, article, keep, opened, person, tell

from advisor.insight.articles import ArticleFigures, ArticleReport, article_figures
from advisor.insight.stale import changed_at, stale_articles
from advisor.records import Records
from advisor.records.reviews import OverrideReason, Review, Verdict
from index.articles import Article

RESET = Article("reset", "help", "Reset it", "Do.", updated="2026-03-04")
OTHER = Article("other", "help", "Another one", "Do.", updated="2025-01-01")
UNUSED = Article("unused", "help", "Nobody's", "Do.")
THERE = (RESET, OTHER, UNUSED)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return opened(tmp_path)


def report(records: Records, *, since: datetime | None = None, until: datetime | None = None) -> ArticleReport:
    return article_figures(records, COMPANY, THERE, now=LATER, since=since, until=until)


def only(found: ArticleReport) -> ArticleFigures:
    (one,) = found.articles
    return one


def test_each_state_is_counted_by_itself_and_failed_is_of_the_settled(records: Records) -> None:
    for place, kind in enumerate(("confirmed", "confirmed", "contradicted", "abandoned", "handed_on", "")):
        keep(records, f"t-{place}", customer=f"c-{place}", handled=article())
        if kind:
            tell(records, f"t-{place}", kind, TUESDAY + DAY)
    one = only(report(records))
    assert (one.id, one.title, one.advised, one.given, one.is_there) == ("reset", "Reset it", 6, 6, True)
    assert (one.confirmed, one.assumed, one.contradicted, one.abandoned, one.handed_on, one.open) == (2, 1, 1, 1, 1, 0)
    assert (one.failed.count, one.failed.of, one.failed.share) == (3, 6, 0.5)
    assert (one.was_confirmed.count, one.was_assumed.count) == (2, 1)


def test_what_was_only_advised_was_not_given_and_what_nobody_advised_is_never_offered(records: Records) -> None:
    keep(records, "t-1", handled=person())
    found = report(records)
    assert (only(found).advised, only(found).given) == (1, 0)
    assert [one.id for one in found.never] == ["other", "unused"]


def test_the_article_that_was_really_sent_goes_before_the_one_advised(records: Records) -> None:
    keep(records, "linked")
    assert records.outcomes.keep_handled("local", "linked", article(), told_by="agent", article="other")
    keep(records, "told", customer="c-2", handled=article())
    tell(records, "told", "confirmed", TUESDAY + DAY, article="other")
    found = {one.id: (one.advised, one.given) for one in report(records).articles}
    assert found == {"reset": (2, 0), "other": (0, 2)}


def test_which_article_was_sent_stays_known_when_it_is_told_again_that_one_was(records: Records) -> None:
    keep(records, "t-1")
    records.outcomes.keep_handled("local", "t-1", article(), told_by="agent", article="other")
    records.outcomes.keep_handled("local", "t-1", article(by="Bo"), told_by="import")
    assert [one.sent for one in records.past()] == ["other"]
    records.outcomes.keep_handled("local", "t-1", person(), told_by="import")
    assert [one.sent for one in records.past()] == [None]


def test_an_article_against_the_advice_of_which_nothing_is_known_is_counted_at_none(records: Records) -> None:
    keep(records, "t-1", p=0.05, handled=article())
    found = report(records)
    assert (found.unnamed, found.given, found.articles) == (1, 1, ())


def test_an_article_that_left_the_knowledge_base_keeps_its_figures_and_its_title(records: Records) -> None:
    keep(records, "t-1", handled=article())
    one = only(article_figures(records, COMPANY, (), now=LATER))
    assert (one.id, one.title, one.is_there, one.given) == ("reset", "How to reset", False, 1)


def test_only_tickets_of_the_time_count(records: Records) -> None:
    for place in range(3):
        keep(records, f"t-{place}", customer=f"c-{place}", at=TUESDAY + place * DAY, handled=article())
    one = only(report(records, since=TUESDAY + DAY, until=TUESDAY + 2 * DAY))
    assert (one.advised, one.given) == (1, 1)


def test_agents_who_say_that_it_does_not_answer_are_counted_until_they_take_that_back(records: Records) -> None:
    for place, reason in enumerate((OverrideReason.ARTICLE_DOES_NOT_ANSWER, OverrideReason.WRONG_TOPIC)):
        keep(records, f"t-{place}", customer=f"c-{place}")
        said = Review(
            ticket_id=f"t-{place}", revision=1, verdict=Verdict.OVERRIDE, reason=reason, by="Bo", at=TUESDAY + HOUR
        )
        said = records.reviews.add(said)
    assert only(report(records)).overridden == 1
    records.reviews.undo(records.reviews.of("local", "t-0")[0].id, by="Bo")
    assert only(report(records)).overridden == 0


def test_the_worst_is_the_one_that_surely_fails_not_the_one_that_failed_once(records: Records) -> None:
    for place in range(8):
        keep(records, f"t-{place}", customer=f"c-{place}", handled=article())
        tell(records, f"t-{place}", "contradicted" if place < 6 else "confirmed", TUESDAY + DAY)
    keep(records, "once", customer="c-9")
    records.outcomes.keep_handled("local", "once", article(), told_by="agent", article="other")
    tell(records, "once", "contradicted", TUESDAY + DAY)
    assert [(one.id, one.failed.share) for one in report(records).articles] == [("reset", 0.75), ("other", 1.0)]


def test_old_articles_and_those_failing_since_their_last_change_are_listed(records: Records) -> None:
    for place in range(4):  # two before the change, two after it
        keep(records, f"t-{place}", customer=f"c-{place}", at=TUESDAY + place * DAY, handled=article())
        tell(records, f"t-{place}", "contradicted", TUESDAY + 5 * DAY)
    found = stale_articles(records, COMPANY, THERE, now=LATER)
    assert (found.looked_at, found.undated) == (3, 1)
    failing, old = found.articles
    assert (failing.id, failing.given, failing.contradicted, failing.is_old, failing.is_failing) == (
        "reset",
        3,
        3,
        False,
        True,
    )
    assert (old.id, old.age, old.is_old, old.is_failing) == (
        "other",
        LATER - datetime(2025, 1, 1, tzinfo=UTC),
        True,
        False,
    )


def test_how_long_is_old_may_be_said(records: Records) -> None:
    found = stale_articles(records, COMPANY, THERE, now=LATER, old=timedelta(days=1000))
    assert found.articles == ()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-04", 4),
        ("2026-03-04T10:00:00Z", 4),
        ("2026/03/04 10:00", 4),
        ("Wed, 04 Mar 2026 10:00:00 GMT", 4),
        ("last spring", None),
        ("2026-13-45", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_read_as_sources_write_them_and_else_not_known(written: str | None, day: int | None) -> None:
    at = changed_at(written)
    assert (at.date().isoformat() if at is not None else None) == (f"2026-03-{day:02}" if day else None)
    assert at is None or at.tzinfo is not None
