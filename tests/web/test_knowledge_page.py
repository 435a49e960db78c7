"""What articles did, what none answers and what is to be tidied, as the pages show it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from urllib.parse import quote

import pytest
from hostile import IDS, XSS, harmful
from knowledge_builders import ARTICLES, GAP, Library, words
from web_builders import TUESDAY, client_as, web_app

from advisor.types import Ticket
from index.articles import Article
from web import article_counts
from web.article_counts import ArticleCounts, Days
from web.knowledge_form import COLUMNS
from web.record_keys import encoded
from web.users import Role


@pytest.fixture(scope="module")
def library() -> Library:
    made = Library().tell_story().leave_a_gap()
    made.look()
    return made


def row(page_words: list[str], title: str) -> str:
    return next(one for one in page_words if one.startswith(title))


def test_an_article_stands_with_what_became_of_each_ticket_and_its_interval(library: Library) -> None:
    page = library.page("/knowledge")
    (said,) = words(page, ".figures-table tbody tr")
    figures = [cell.text(strip=True) for cell in page.css(".figures-table tbody tr td.figure")]
    assert said.startswith("Show your jobs in Google Calendar onboarding")
    assert figures[:9] == ["6", "6", "1", "1", "0", "2", "1", "1", "1"]
    assert "67 % of 6" in said
    assert "30 to 90 %" in said
    assert words(page, "h1 .hint") == ["6 tickets answered by self-service"]
    assert page.css_first("time") is not None


def test_articles_that_were_never_offered_stand_apart(library: Library) -> None:
    assert sorted(words(library.page("/knowledge?show=never"), ".never a")) == ["Export invoices", "Exporting invoices"]


def test_only_tickets_of_the_days_asked_for_count(library: Library) -> None:
    page = library.page("/knowledge?since=2026-06-09&until=2026-06-10")
    assert [cell.text(strip=True) for cell in page.css("tbody td.figure")][:2] == ["2", "2"]
    page = library.page("/knowledge?since=2020-01-01&until=2020-01-02")
    assert words(page, ".notice h2") == ["No article was offered in this time"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("since=never", "Write the day as 2026-06-25."),
        ("since=2026-06-10&until=2026-06-09", "The last day must not be before the first."),
    ],
)
def test_what_is_wrong_with_a_day_is_said_next_to_it(library: Library, query: str, says: str) -> None:
    assert words(library.page(f"/knowledge?{query}", status=422), ".error") == [says]


def test_a_search_shows_the_nearest_articles_with_the_passage_that_was_found(library: Library) -> None:
    page = library.page("/knowledge?q=connect+google+calendar")
    assert words(page, "tbody th a")[0] == "Show your jobs in Google Calendar"
    assert "Click Connect Google Calendar" in words(page, ".excerpt")[0]


def test_every_column_sorts_both_ways_and_says_so() -> None:
    library = Library(*(replace(ARTICLES[0], id=id, title=title) for id, title in (("x", "Zebra"), ("y", "apple"))))
    for query, order in (("sort=title&up=1", ["apple", "Zebra"]), ("sort=title", ["Zebra", "apple"])):
        page = library.page(f"/knowledge?q=google&{query}")
        assert words(page, "tbody th a") == order
        (head,) = page.css("th[aria-sort]")
        assert head.attributes["aria-sort"] == ("ascending" if "up" in query else "descending")
    for column in (*COLUMNS, "nonsense"):
        assert library.client.get(f"/knowledge?q=google&sort={column}").status_code == 200


def test_the_page_of_an_article_shows_its_text_its_tickets_and_its_look_alikes(library: Library) -> None:
    page = library.page("/knowledge/article/calendar")
    assert words(page, ".text h3") == ["Connect"]
    assert words(page, ".text p") == [
        "Open Settings.",
        "Click Connect Google Calendar and pick the Google account.",
    ]
    newest = words(page, ".newest li")
    assert newest[0].startswith("Calendar 5 came 14 Jun 2026 an article was sent by e-mail, by ada")
    assert newest[0].endswith("assumed: nothing was heard until the window had closed")
    assert [link.attributes["href"] for link in page.css(".newest a")][-1] == "/tickets/local/C-0"
    assert "4 March 2026" in " ".join(words(page, ".facts dd"))
    twin = library.page(f"/knowledge/article/{encoded('a/../b c')}")
    assert words(twin, "summary")[0].startswith("Exporting invoices 100 % of the shorter one")
    assert words(twin, ".states-table") == []


def test_an_address_that_a_browser_would_run_is_text_and_no_link(library: Library) -> None:
    page = library.page(f"/knowledge/article/{encoded('a/../b c')}")
    assert "javascript:alert(1)" in words(page, ".facts dd")
    assert [link for link in page.css("a") if (link.attributes["href"] or "").startswith("javascript")] == []


def test_an_article_that_is_gone_keeps_its_figures_and_one_that_never_was_is_not_there() -> None:
    library = Library().tell_story()
    library.base.remove(["calendar"])
    page = library.page("/knowledge/article/calendar")
    assert "no longer in the knowledge base" in words(page, ".told")[0]
    assert words(page, ".great")[0].startswith("6 tickets answered by it")
    assert library.client.get("/knowledge/article/nothing").status_code == 404


def test_a_gap_stands_with_title_size_weeks_customers_revenue_and_examples(library: Library) -> None:
    page = library.page("/knowledge/gaps")
    (said,) = words(page, ".gap")
    assert words(page, ".gap h2")[0] in {subject.rstrip(".") for subject in GAP}
    for part in (
        "3 tickets",
        "no trend known yet",
        "3 customers of 2 accounts",
        "revenue 120 a month",
        "1 account not",
    ):
        assert part in said, part
    assert len(page.css(".weeks rect")) == 1
    label = page.css_first(".weeks svg")
    assert label is not None
    assert (label.attributes["aria-label"] or "").endswith("0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3")
    assert sorted(link.attributes["href"] or "" for link in page.css(".gap .plain a")) == [
        "/tickets/local/D-0",
        "/tickets/local/D-1",
        "/tickets/local/D-2",
    ]
    counts = [cell for cell in words(page, ".why-table td") if cell and "%" not in cell]
    assert counts == ["6", "0", "0", "0", "3", "3", "0"]
    assert "at 9 tickets" in words(page, "#look-heading")[0]


def test_before_the_first_look_the_page_says_what_it_will_show_and_only_a_lead_may_look() -> None:
    library = Library()
    assert words(library.page("/knowledge/gaps"), ".look button") == ["Look for gaps"]
    reader = client_as(library.app, Role.AGENT)
    assert "Look for gaps" not in reader.get("/knowledge/gaps").text
    assert reader.post("/knowledge/gaps/look").status_code == 403
    assert library.client.get("/knowledge/gaps.csv").status_code == 404
    assert words(library.look(), ".notice h2") == ["No gap was found"]


def test_a_look_that_failed_is_told_and_the_one_before_stays() -> None:
    library = Library().leave_a_gap()
    library.look()
    library.desk.settings.home.joinpath("cache.db").unlink()
    library.desk.settings.home.joinpath("cache.db").mkdir()
    page = library.look()
    assert "failed: " in words(page, ".look .error")[0]
    assert words(page, ".look .error")[0].endswith("What stands below is the look before.")
    assert len(page.css(".gap")) == 1


def test_only_one_look_goes_on_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    library, free = Library().leave_a_gap(), Event()
    encode = library.base.encoder.encode

    def slow(*given: object, **options: object) -> object:
        assert free.wait(30)
        return encode(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(library.base.encoder, "encode", slow)
    library.client.post("/knowledge/gaps/look")
    told = library.client.get("/knowledge/gaps").text
    assert "data-progress" in told
    assert "Look for gaps</button>" not in told
    assert "looking already" in library.client.post("/knowledge/gaps/look", follow_redirects=True).text
    free.set()
    assert words(library.page("/knowledge/gaps"), "h1") != []


def test_old_articles_and_look_alikes_stand_with_their_passages_side_by_side(library: Library) -> None:
    page = library.page("/knowledge/upkeep")
    assert words(page, ".row-title") == ["Show your jobs in Google Calendar failing", "Export invoices"]
    assert words(page, ".pairs h3 a") == ["Export invoices", "Exporting invoices"]
    assert [one.text(strip=True) for one in page.css(".beside .passage mark")].count("Choose") == 2
    assert words(library.page("/knowledge/upkeep?days=730"), ".row-title")[-1] == "Export invoices"


def test_the_table_is_a_file_whose_cells_no_spreadsheet_runs() -> None:
    library = Library(Article("=1+1", "help", "@SUM(1)", "Text.", category="+1", url="-2"))
    library.text("/knowledge")
    answer = library.client.get("/knowledge/figures.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="articles.csv"'
    head, line = csv.reader(io.StringIO(answer.text))
    assert dict(zip(head, line, strict=True)) | {"given": "0"} == dict(zip(head, line, strict=True))
    assert line[:4] == ["'=1+1", "'@SUM(1)", "'-2", "'+1"]


def test_gaps_are_a_file_too(library: Library) -> None:
    head, line = csv.reader(io.StringIO(library.client.get("/knowledge/gaps.csv").text))
    assert (line[head.index("tickets")], line[head.index("monthly_revenue")]) == ("3", "120.0")


def test_a_count_serves_until_it_is_old_and_is_then_made_anew_behind_the_page() -> None:
    library = Library().tell_story()
    now = datetime(2026, 8, 1, tzinfo=UTC)
    clock = [now]
    counts = ArticleCounts(library.desk, patience=30, clock=lambda: clock[0])
    first = counts.of()
    assert first.counted is not None
    assert counts.of() == first
    list(library.advisor().advise_many([Ticket(id="new", body="How?", created_at=TUESDAY)]))
    assert counts.of() == first
    clock[0] = now + article_counts.LASTS + timedelta(seconds=1)
    stale = counts.of()
    assert stale.counted is first.counted
    assert fresh(counts).report.articles[0].advised == 7


def fresh(counts: ArticleCounts, days: Days = article_counts.ALL) -> article_counts.Counted:
    """The count once none is made any more."""
    work = counts._work
    assert work is not None
    assert work.over.wait(30)
    found = counts.of(days).counted
    assert found is not None
    return found


def test_a_count_that_failed_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library().tell_story()
    path = library.desk.settings.home / "advisor.db"

    def broken(*given: object, **options: object) -> object:
        raise OSError(f"{path} is on fire")

    monkeypatch.setattr(article_counts, "given_articles", broken)
    page = library.page("/knowledge")
    assert words(page, ".notice h2") == ["The articles could not be counted"]
    assert "on fire" not in words(page, ".notice")[0]
    monkeypatch.undo()
    assert words(library.page("/knowledge"), "tbody th a") == ["Show your jobs in Google Calendar"]


def test_nothing_is_asked_of_an_installation_without_a_knowledge_base() -> None:
    client = client_as(web_app(), Role.LEAD)
    assert "There is no article yet" in client.get("/knowledge").text
    assert "advisor init makes one" in client.get("/knowledge?q=card").text
    assert client.get("/knowledge/upkeep").status_code == 200


HOSTILE_ARTICLES = tuple(
    Article(f"{place}{text}", "help", text, f"# {text}\n\n{text}", url=text, category=text, tags=(text,), updated=text)
    for place, text in enumerate(XSS)
)


def test_no_text_of_an_article_or_ticket_becomes_part_of_a_page() -> None:
    library = Library(*HOSTILE_ARTICLES)
    library.leave_a_gap(*(text for text in XSS for _ in range(3)))
    library.look()
    pages: list[Callable[[], str]] = [
        lambda: library.text("/knowledge?show=never"),
        lambda: library.text("/knowledge/gaps"),
        lambda: library.text("/knowledge/upkeep"),
        lambda: library.text("/knowledge/import"),
        *(lambda text=text: library.text(f"/knowledge?q={quote(text)}") for text in XSS),
        *(lambda one=one: library.text(f"/knowledge/article/{encoded(one.id)}") for one in HOSTILE_ARTICLES),
    ]
    assert [harmful(without_outside_links(page())) for page in pages] == [[]] * len(pages)


def without_outside_links(page: str) -> str:
    """A page without links that may go elsewhere, which are those of articles by http."""
    return page.replace('href="https://help.fernway.example/calendar"', 'href="#"')


def test_every_id_of_an_article_has_a_page() -> None:
    library = Library(*(Article(id, "help", f"Title {place}", "Text.") for place, id in enumerate(IDS)))
    links = {link.attributes["href"] or "" for link in library.page("/knowledge?show=never").css(".never a")}
    links |= {link.attributes["href"] or "" for link in library.page("/knowledge?show=never&page=2").css(".never a")}
    assert len(links) == len(IDS)
    assert [link for link in links if library.client.get(link).status_code != 200] == []


def test_a_gap_of_an_erased_customer_is_gone_from_the_page() -> None:
    library = Library().leave_a_gap()
    assert len(library.look().css(".gap")) == 1
    for place in range(3):
        (found,) = library.records.find(f"gap-{place}")
        library.records.erase(found)
    assert library.page("/knowledge/gaps").css(".gap") == []
    assert GAP[0] not in library.text("/knowledge/gaps")
