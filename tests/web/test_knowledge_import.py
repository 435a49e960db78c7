"""Articles brought in from a page: looked at, imported, taken back; whatever files are called and hold."""

from __future__ import annotations

import io
import json
import tempfile
import time

import pytest
from hostile import XSS, harmful
from knowledge_builders import ARTICLES, Library, words
from selectolax.lexbor import LexborHTMLParser as Html
from web_builders import client_as
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from index.articles import Article
from web.article_imports import MOST_KEPT
from web.uploads import MOST_BYTES, safe_name
from web.users import Role

CSV = (
    "id,title,body,url\r\n"
    "calendar,Show your jobs,Another text.,https://help.fernway.example/calendar\r\n"
    "new,A new one,Text.,\r\n"
)
JSONL = (
    '{"id": "one", "title": "One", "body": "Text."}\n'
    "nonsense\n"
    '{"id": "two", "body": "Text."}\n'
    '{"id": "three", "title": "T", "body": "x", "draft": true}\n'
)
INTERCOM = {"id": "1", "type": "article", "state": "published", "title": "From Intercom", "body": "<p>x</p>"}


def sent(library: Library, *files: tuple[str, str | bytes], source: str = "help", **more: str) -> tuple[int, Html, str]:
    """Send files: status, page and its address."""
    parts = [
        FileStorage(io.BytesIO(text.encode() if isinstance(text, str) else text), name.replace('"', "%22"))
        for name, text in files
    ]
    boundary, body = encode_multipart(
        MultiDict([("source", source), *(("files", one) for one in parts), *more.items()])
    )
    kind = f'multipart/form-data; boundary="{boundary}"'
    answer = library.client.post("/knowledge/import", data=body, content_type=kind, follow_redirects=True)
    return answer.status_code, Html(answer.text), answer.request.path


def imported(library: Library, path: str, page: Html, **more: str) -> Html:
    """Import what a page shows; the page once that is over."""
    seen = page.css_first("input[name=seen]")
    assert seen is not None
    library.client.post(path, data={"seen": seen.attributes["value"] or "", **more})
    return library.page(path)


def ids(library: Library) -> list[str]:
    return [article.id for article in library.base.articles()]


def test_what_would_change_is_shown_first_and_nothing_is_changed() -> None:
    library = Library()
    status, page, path = sent(library, ("articles.csv", CSV))
    assert status == 200
    assert path.startswith("/knowledge/import/")
    assert words(page, ".new li") == ["A new one new"]
    assert words(page, ".changed li") == ["Show your jobs title, text, category"]
    assert words(page, ".gone li") == ["Export invoices a/../b c", "Exporting invoices export-2"]
    assert library.base.articles() == sorted(ARTICLES, key=lambda one: one.id)


def test_what_is_not_in_the_file_stays_unless_its_removal_is_ticked() -> None:
    library = Library()
    _, page, path = sent(library, ("articles.csv", CSV))
    done = imported(library, path, page)
    assert words(done, ".facts dd") == ["1 article", "1 article", "0 articles", "2 articles"]
    assert ids(library) == ["a/../b c", "calendar", "export-2", "new"]
    _, page, path = sent(library, ("articles.csv", CSV))
    done = imported(library, path, page, remove="1")
    assert words(done, ".facts dd") == ["0 articles", "0 articles", "2 articles", "2 articles"]
    assert ids(library) == ["calendar", "new"]


def test_an_import_is_taken_back_whole_and_the_articles_before_are_a_file_that_can_be_imported() -> None:
    library = Library()
    _, page, path = sent(library, ("articles.csv", CSV))
    imported(library, path, page, remove="1")
    before = library.client.get(f"{path}/before")
    assert before.headers["Content-Disposition"] == 'attachment; filename="articles-before.jsonl"'
    assert [json.loads(line)["id"] for line in before.text.splitlines()] == ["a/../b c", "calendar", "export-2"]
    assert [button.text() for button in library.page(path).css("main form button")] == ["Take it back"]
    library.client.post(f"{path}/undo")
    assert "as they were before: 3 articles" in words(library.page(path), "main p")[0]
    assert library.base.articles() == sorted(ARTICLES, key=lambda one: one.id)
    assert library.client.post(f"{path}/undo").status_code == 409
    _, page, _ = sent(library, ("before.jsonl", before.get_data()))
    assert "Nothing would change" in words(page, "h2")


def test_an_import_on_which_another_followed_is_not_taken_back() -> None:
    library = Library()
    _, page, path = sent(library, ("articles.csv", CSV))
    imported(library, path, page)
    library.base.import_articles("help", ARTICLES)
    answer = library.client.post(f"{path}/undo")
    assert answer.status_code == 409
    assert "changed again since" in answer.text
    assert ids(library) == sorted(one.id for one in ARTICLES)


def test_an_import_that_would_do_something_else_than_was_shown_is_refused_and_shown_anew() -> None:
    library = Library()
    _, page, path = sent(library, ("articles.csv", CSV))
    library.base.remove(["export-2"])
    seen = page.css_first("input[name=seen]")
    assert seen is not None
    answer = library.client.post(path, data={"seen": seen.attributes["value"] or "", "remove": "1"})
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert words(Html(answer.text), ".gone li") == ["Export invoices a/../b c"]
    assert ids(library) == ["a/../b c", "calendar"]
    imported(library, path, Html(answer.text), remove="1")
    assert library.client.post(path, data={"seen": ""}).status_code == 409


def test_rows_that_cannot_be_read_and_drafts_are_listed_with_reasons() -> None:
    library = Library()
    _, page, _ = sent(library, ("articles.jsonl", JSONL), source="other")
    reasons = words(page, ".reasons li")
    assert reasons[0].startswith("articles.jsonl, line 2 : must be one JSON object")
    assert reasons[1] == "articles.jsonl, line 3 : title must be filled, and is empty or missing"
    assert reasons[2] == "articles.jsonl, line 4 : draft"
    status, page, _ = sent(library, ("bad.jsonl", "nonsense\n"), source="other")
    assert status == 422
    assert words(page, "#files-error") == ["There is no article in it that can be imported; below stands why."]
    assert words(page, ".reasons li")[0].startswith("bad.jsonl, line 1 : must be one JSON object")


def test_an_id_of_another_source_is_left_out_and_said() -> None:
    library = Library()
    _, page, path = sent(library, ("articles.csv", CSV), source="other")
    assert words(page, ".warning li") == ["calendar : belongs to help; import it as that source, or give it another id"]
    imported(library, path, page)
    assert sorted(one.source for one in library.base.articles()) == ["help", "help", "help", "other"]


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("a.md", "# From Markdown\n\nText.", "From Markdown"),
        ("a.html", "<h1>From HTML</h1><p>Text.</p>", "From HTML"),
        ("a.csv", "title,body\nFrom CSV,Text.\n", "From CSV"),
        ("a.json", '[{"title": "From JSON", "body": "Text."}]', "From JSON"),
        ("a.json", '{"articles": [{"id": 1, "title": "From Zendesk", "body": "<p>Text.</p>"}]}', "From Zendesk"),
        ("a.json", json.dumps({"data": [INTERCOM]}), "From Intercom"),
    ],
)
def test_every_format_is_known_by_its_content(name: str, content: str, title: str) -> None:
    _, page, _ = sent(Library(), (name, content), source="new")
    assert [one.split(" ")[0:2] for one in words(page, ".new li")] == [title.split(" ")]


def test_several_files_of_markdown_are_one_source() -> None:
    _, page, _ = sent(Library(), ("a.md", "# First\n\nx"), ("b.md", "# Second\n\ny"), source="new")
    assert words(page, ".new li") == ["First a", "Second b"]


@pytest.mark.parametrize(
    ("files", "source", "field", "says"),
    [
        ((), "help", "files", "Choose a file"),
        ((("a.exe", "x"),), "help", "files", "A file must end in .csv"),
        ((("a.csv", "x"), ("b.csv", "y")), "help", "files", "Several files together must all be Markdown or HTML"),
        ((("a.md", "# x"), ("a.md", "# y")), "help", "files", "Every file must have a name of its own"),
        (
            (("a.csv", "no,columns\n1,2\n"),),
            "help",
            "files",
            "The file a.csv, row 1: columns must include title and body",
        ),
        ((("a.csv", b"\xff\xfe\x00"),), "help", "files", "The file a.csv must be UTF-8 text"),
        ((("a.json", "{" * 100_000),), "help", "files", "There is no article in it"),
        ((("a.json", "[" * 100_000),), "help", "files", "The file a.json must be JSON of a sensible depth"),
        ((("a.csv", CSV),), "", "source", "Name the source"),
        ((("a.csv", CSV),), "x" * 61, "source", "A name must be at most 60"),
        ((("a.csv", CSV),), "a\u202eb", "source", "A name must be at most 60"),
    ],
)
def test_what_is_wrong_is_said_next_to_the_field_and_what_was_typed_stays(
    files: tuple[tuple[str, str | bytes], ...], source: str, field: str, says: str
) -> None:
    status, page, _ = sent(Library(), *files, source=source, format="csv" if "csv" in says else "")
    assert status == 422
    assert words(page, f"#{field}-error")[0].startswith(says)
    assert tempfile.gettempdir() not in (page.html or "")
    typed = page.css_first("input[name=source]")
    assert typed is not None
    assert typed.attributes["value"] == source


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.md", "passwd.md"),
        ("C:\\Windows\\system32\\x.md", "x.md"),
        ("/etc/cron.d/x.md", "x.md"),
        ("..", "x"),
        ("", "x"),
        (".md", "md"),
        ("..md", "md"),
        ("a\x00b.md", "a-b.md"),
        ("<script>.md", "script.md"),
        ("\u202edm.exe", "dm.exe"),
        ("-rf.md", "rf.md"),
        ("a/../b c.md", "b-c.md"),
        ("x" * 300 + ".md", "x" * 100 + ".md"),
        ("CON.md", "CON.md"),
        ("файл.md", "md"),
    ],
)
def test_no_name_of_a_file_leads_out_of_the_folder(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def test_hostile_names_and_contents_become_no_part_of_a_page() -> None:
    library = Library()
    for place, text in enumerate(XSS):
        row = json.dumps({"id": f"{place}{text}", "title": text, "body": text, "url": text, "category": text})
        files = (f"{text}x.jsonl".replace("\u202e", ""), f"{row}\n{text}\n")
        status, page, path = sent(library, files, source=text.replace("\u202e", "").replace("\u2066", "")[:60])
        assert status == 200, text
        assert harmful(page.html or "") == [], text
        assert harmful(imported(library, path, page).html or "") == []
    assert harmful(library.text("/knowledge/import")) == []


def test_a_file_that_is_too_large_is_refused_with_a_page_that_helps() -> None:
    library = Library()
    status, page, _ = sent(library, ("a.csv", b"x" * (MOST_BYTES + 1)))
    assert status == 413
    assert words(page, "h1") == ["That file is too large"]
    assert "10 MB" in words(page, "main p")[0]
    assert sent(library, ("a.csv", "title,body\n" + f"x,{'y ' * 1_000_000}\n"))[0] == 200
    long = library.client.post("/knowledge/count", data={"q": "x" * 2_000_000})
    assert (long.status_code, "1 MB" in long.text) == (413, True)


def test_imports_are_for_leads_and_forgotten_ones_are_gone() -> None:
    library = Library()
    _, _, first = sent(library, ("a.csv", CSV))
    agent = client_as(library.app, Role.AGENT)
    for method, path in (("get", "/knowledge/import"), ("get", first), ("post", first), ("get", f"{first}/before")):
        assert getattr(agent, method)(path).status_code == 403
    assert "Import" not in words(Html(agent.get("/knowledge/gaps").text), ".sections a")
    assert library.client.get(f"{first}/before").status_code == 404
    for _ in range(MOST_KEPT):
        sent(library, ("a.csv", CSV))
    assert library.client.get(first).status_code == 404
    assert library.client.get("/knowledge/import/guessed").status_code == 404


def test_what_was_imported_is_found_and_counted_at_once() -> None:
    library = Library()
    library.text("/knowledge")
    _, page, path = sent(library, ("a.csv", CSV))
    imported(library, path, page)
    assert "A new one" in words(library.page("/knowledge?q=a+new+one"), "tbody th a")
    until = time.monotonic() + 20
    while "A new one" not in library.text("/knowledge?show=never"):
        assert time.monotonic() < until
    assert Article("new", "help", "A new one", "Text.") in library.base.articles()
