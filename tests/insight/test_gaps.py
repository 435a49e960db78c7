"""Tickets that nothing answers, put together with an encoder that hashes words, over two articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from decision_builders import COMPANY, TUESDAY, signal, wants
from insight_builders import DAY, article, keep, opened

from advisor.insight.clusters import Vectors
from advisor.insight.gap_search import encoded_text, look_for_gaps
from advisor.insight.gaps import GapReport, Trend, last_gaps
from advisor.records import Found, Records
from advisor.types import Readability
from index.articles import Article
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase
from index.progress import Progress
from index.settings import KnowledgeSettings, Precision

EXPORT = ("Datev export of invoices fails.", "Export of invoices to Datev fails.", "Why does the Datev export fail?")
ARTICLES = (
    Article("export", "help", "Export invoices", "Choose Export and a format for your invoices."),
    Article("camera", "help", "The camera is black", "Let the browser use the camera."),
)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return opened(tmp_path)


@pytest.fixture
def knowledge(tmp_path: Path) -> KnowledgeBase:
    made = KnowledgeBase.open(KnowledgeSettings(tmp_path / "home", precision=Precision.HASH), HashEncoder())
    made.import_articles("help", ARTICLES)
    return made


def vectors(texts: Sequence[str], progress: Progress, /) -> Vectors:
    return HashEncoder().encode(texts).sentences


def look(
    records: Records, knowledge: KnowledgeBase, *, since: datetime | None = None, until: datetime | None = None
) -> GapReport:
    look_for_gaps(records, COMPANY, knowledge, vectors, since=since, until=until, together=0.4)
    found = last_gaps(records)
    assert found is not None
    return found


def three(records: Records, *, at: datetime = TUESDAY, prefix: str = "t") -> None:
    """Three customers of two accounts ask about the export to Datev, a day apart."""
    for place, subject in enumerate(EXPORT):
        keep(
            records,
            f"{prefix}-{place}",
            subject=subject,
            p=0.05,
            at=at + place * DAY,
            customer=f"{prefix}-c-{place}",
            account=f"a-{place % 2}",
        )


def test_nobody_has_looked_yet(records: Records) -> None:
    assert last_gaps(records) is None


def test_unanswered_tickets_about_one_thing_are_a_gap_and_one_about_another_is_alone(
    records: Records, knowledge: KnowledgeBase
) -> None:
    three(records)
    keep(records, "t-9", subject="A black picture in every meeting.", p=0.05, customer="c-9")
    found = look(records, knowledge)
    (gap,) = found.gaps
    assert (gap.size, found.in_gaps, found.alone, found.look.unanswered) == (3, 3, 1, 4)
    assert sorted(one.ticket_id for one in gap.examples) == ["t-0", "t-1", "t-2"]
    assert (gap.first, gap.last, gap.weeks[-1], sum(gap.weeks)) == (TUESDAY, TUESDAY + 2 * DAY, 3, 3)
    assert (gap.customers, gap.nameless, gap.accounts) == (3, 0, 2)
    assert gap.title in {subject.rstrip(".") for subject in EXPORT}
    assert set(gap.words) == {"Datev", "export", "fails", "invoices"}
    assert gap.article is not None
    assert (gap.article.id, gap.article.is_new) == ("export", True)  # the candidate of all of them was another


def test_each_ticket_is_counted_once_by_why_it_is_no_gap(records: Records, knowledge: KnowledgeBase) -> None:
    keep(records, "calls", wants("phone"), p=0.05)
    keep(records, "both", wants("self_service"), wants("phone", 40, order=2), p=0.05)
    keep(records, "grave", signals=(signal("legal_threat"),), p=0.05)
    keep(records, "foreign", readability=Readability.UNKNOWN_LANGUAGE, p=0.0)
    keep(records, "advised", p=0.95)
    keep(records, "sent", p=0.05, handled=article())
    keep(records, "asked", wants("self_service"), p=0.05)
    seen = look(records, knowledge).look
    assert (seen.tickets, seen.wished_person, seen.by_rule, seen.not_read) == (7, 1, 1, 1)
    assert (seen.answered, seen.unanswered) == (2, 2)  # who wanted an article first lacks one, whatever comes second


def test_only_the_tickets_of_the_time_are_looked_at_and_a_new_look_takes_the_place_of_the_last(
    records: Records, knowledge: KnowledgeBase
) -> None:
    three(records)
    assert len(look(records, knowledge).gaps) == 1
    found = look(records, knowledge, since=TUESDAY + DAY)
    assert (found.gaps, found.look.tickets, found.alone) == ((), 2, 2)
    assert look(records, knowledge, until=TUESDAY + DAY).look.tickets == 1


def test_revenue_is_that_of_each_account_once_and_the_unknown_are_counted(
    records: Records, knowledge: KnowledgeBase
) -> None:
    three(records)
    (gap,) = look(records, knowledge).gaps
    assert (gap.monthly_revenue, gap.unpriced) == (None, 2)
    with records.file.writing() as tables:
        tables.execute("update accounts set monthly_revenue = 120 where id = 'a-0'")
    found = last_gaps(records)
    assert found is not None
    assert (found.gaps[0].monthly_revenue, found.gaps[0].unpriced) == (120, 1)


def test_a_gap_that_takes_a_larger_part_of_all_tickets_than_before_is_rising(
    records: Records, knowledge: KnowledgeBase
) -> None:
    for place in range(40):  # as many before as lately
        keep(records, f"other-{place}", p=0.9, at=TUESDAY - (place + 1) * DAY, customer=f"o-{place}")
    assert [gap.trend for gap in look(records, knowledge).gaps] == []
    for place in range(3):
        three(records, at=TUESDAY - place * DAY, prefix=f"n{place}")
    (gap,) = look(records, knowledge).gaps
    assert (gap.recent, gap.before, gap.trend) == (9, 0, Trend.RISING)


def test_without_tickets_before_no_trend_is_known(records: Records, knowledge: KnowledgeBase) -> None:
    three(records)
    assert look(records, knowledge).gaps[0].trend is Trend.NOT_KNOWN


def test_an_erased_customer_is_gone_from_the_gap_with_the_title_they_gave(
    records: Records, knowledge: KnowledgeBase
) -> None:
    three(records)
    (gap,) = look(records, knowledge).gaps
    who = gap.tickets[0][1].replace("t-", "t-c-")
    records.erase(Found("local", who, None, None, None, 1))
    after = last_gaps(records)
    assert after is not None
    (left,) = after.gaps
    assert (left.size, left.customers) == (2, 2)
    assert left.title != gap.title
    assert gap.tickets[0] not in left.tickets
    rows = records.file.tables.execute("select ticket_id, title from gap_tickets").fetchall()
    assert gap.tickets[0][1] not in str(rows)
    for place in range(3):
        records.erase(Found("local", f"t-c-{place}", None, None, None, 1))
    assert last_gaps(records) == replace(after, gaps=())


def test_what_is_put_together_by_holds_no_placeholders() -> None:
    assert encoded_text("Ring [PHONE],\n  or write to [EMAIL ADDRESS] please") == "Ring , or write to please"
