import json
from pathlib import Path

import pytest

from index.errors import SourceError
from index.sources import Format, LeftOut, Reading, Rejected, read, recognise


def put(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def put_json(path: Path, value: object) -> Path:
    return put(path, json.dumps(value))


def ids(reading: Reading) -> list[str]:
    return [article.id for article in reading.articles]


def test_a_folder_of_markdown_is_read_with_its_front_matter(tmp_path: Path) -> None:
    front = (
        "---\ntitle: Refunds\ncategory: billing\npermalink: /refunds/\ntags: [money, cards]\nupdated: 2026-01-02\n---\n"
    )
    put(tmp_path / "money/refunds._en.md", front + "Five days.")
    put(tmp_path / "start.mdx", "import X from 'x'\n\n# Getting **started**\n\nPress <Button>Go</Button>.")
    reading = read(tmp_path, "help")
    refunds, start = reading.articles
    assert (refunds.id, refunds.title, refunds.body, refunds.source) == (
        "money/refunds",
        "Refunds",
        "Five days.",
        "help",
    )
    assert (refunds.category, refunds.url, refunds.tags) == ("billing", "/refunds/", ("money", "cards"))
    assert refunds.updated == "2026-01-02"
    assert (start.id, start.title, start.category) == ("start", "Getting started", None)
    assert "import" not in start.body
    assert "# " not in start.body
    assert (reading.left_out, reading.rejected) == ((), ())


def test_the_first_folder_is_the_category_where_none_is_named(tmp_path: Path) -> None:
    put(tmp_path / "billing/cards/expired.md", "# Expired cards\n\nText.")
    assert read(tmp_path, "help").articles[0].category == "billing"


def test_only_english_is_taken_and_other_languages_are_listed(tmp_path: Path) -> None:
    for name in ("a._en.md", "b.fr.md", "c.es-MX.md", "node.js.md"):
        put(tmp_path / name, "---\ntitle: T\n---\nText.")
    put(tmp_path / "d.md", "---\ntitle: T\nlang: de\n---\nText.")
    reading = read(tmp_path, "help")
    assert ids(reading) == ["a", "node.js"]
    assert reading.left_out == (
        LeftOut("b.fr.md", "not in English (locale: fr)"),
        LeftOut("c.es-MX.md", "not in English (locale: es)"),
        LeftOut("d.md", "not in English (lang: de)"),
    )


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("draft: true", "draft"),
        ("published: false", "not published"),
        ("status: Draft", "not published (status: draft)"),
        ("visibility: internal", "restricted (visibility: internal)"),
        ("access: [agents, leads]", "restricted (access: agents, leads)"),
        ("internal: yes", "restricted (internal)"),
    ],
)
def test_drafts_and_restricted_articles_stay_out_and_are_listed(tmp_path: Path, field: str, reason: str) -> None:
    put(tmp_path / "secret.md", f"---\ntitle: T\n{field}\n---\nText.")
    put(
        tmp_path / "open.md",
        "---\ntitle: T\ndraft: false\nvisibility: public\npublished: 2026-01-01\n---\nText.",
    )
    reading = read(tmp_path, "help")
    assert ids(reading) == ["open"]
    assert reading.left_out == (LeftOut("secret.md", reason),)


def test_readme_and_licence_are_no_articles_unless_they_say_so(tmp_path: Path) -> None:
    for name in ("README.md", "LICENSE.md", "CHANGELOG.md", "SOURCE.md"):
        put(tmp_path / name, "# Something\n\nText.")
    put(tmp_path / "a/readme.md", "---\ntitle: Read me first\n---\nText.")
    reading = read(tmp_path, "help")
    assert ids(reading) == ["a/readme"]
    assert [one.reason for one in reading.left_out] == ["no article"] * 4


def test_a_broken_file_is_rejected_and_the_good_ones_go_on(tmp_path: Path) -> None:
    put(tmp_path / "bad.md", "---\ntitle: [unclosed\n---\nText.")
    put(tmp_path / "flag.md", "---\ntitle: T\ndraft: perhaps\n---\nText.")
    put(tmp_path / "good.md", "# T\n\nText.")
    put(tmp_path / "latin.md", b"# T\n\nCaf\xe9")
    put(tmp_path / "list.md", "---\n- a\n---\n")
    put(tmp_path / "nameless.md", "Text.")
    reading = read(tmp_path, "help")
    assert ids(reading) == ["good"]
    reasons = {one.name: one.reason for one in reading.rejected}
    assert reasons["bad.md"].startswith("front matter, line 2: must be YAML")
    assert reasons["flag.md"] == "draft must be true or false, was: 'perhaps'"
    assert reasons["latin.md"] == "must be UTF-8 text, byte 9 is not: save it as UTF-8"
    assert reasons["nameless.md"] == "title must stand in the front matter or as first heading, and is missing"
    assert "list.md" in reasons


def test_html_files_are_read_by_their_heading_and_main_part(tmp_path: Path) -> None:
    page = (
        "<html lang=en><head><title>T | Help</title><link rel=canonical href=https://x/t></head>"
        "<body><nav>Menu</nav>"
        "<main><h1>Cancel a <em>plan</em></h1><p>Press Cancel.</p>"
        "<h2>Refund</h2><p>None.</p></main></body></html>"
    )
    put(tmp_path / "billing/cancel.html", page)
    put(tmp_path / "fr.html", "<html lang=fr><h1>Annuler</h1><p>Texte</p></html>")
    reading = read(tmp_path, "help")
    article = reading.articles[0]
    assert (article.id, article.title, article.url) == ("billing/cancel", "Cancel a plan", "https://x/t")
    assert article.body == "Press Cancel.\n\n## Refund\n\nNone."
    assert reading.left_out == (LeftOut("fr.html", "not in English (lang: fr)"),)


def test_a_single_file_is_read_too(tmp_path: Path) -> None:
    assert ids(read(put(tmp_path / "one.md", "# One\n\nText."), "help")) == ["one"]
    assert ids(read(put(tmp_path / "two.html", "<h1>Two</h1><p>Text</p>"), "help")) == ["two"]


def test_csv_is_read_and_broken_rows_are_listed(tmp_path: Path) -> None:
    rows = (
        "id,Title,body,tags,draft,visibility\n"
        '1,Refunds,"<p>Five days,\nat most</p>","money; cards",,\n'
        "2,Secret,Text,,true,\n"
        "3,Staff,Text,,,internal\n"
        "4,Short\n"
        "5,,Text,,,\n"
        "1,Twice,Text,,,\n"
        ",No id,Text,,,\n"
    )
    reading = read(put(tmp_path / "kb.csv", rows), "help")
    assert [(a.id, a.title, a.body, a.tags) for a in reading.articles] == [
        ("1", "Refunds", "Five days, at most", ("money", "cards")),
        ("no-id", "No id", "Text", ()),
    ]
    assert [one.name for one in reading.left_out] == ["kb.csv, row 3", "kb.csv, row 4"]
    assert reading.rejected == (
        Rejected("kb.csv, row 5", "must have 6 cells, has 2: quote cells that hold commas"),
        Rejected("kb.csv, row 6", "title must be filled, and is empty or missing"),
        Rejected("kb.csv, row 7", "id must be unique, was: 1 for the second time"),
    )


def test_csv_may_be_separated_by_semicolons_and_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = put(tmp_path / "kb.csv", "\ufefftitle;body\nRefunds;Five, or six days\n")
    assert read(path, "help").articles[0].body == "Five, or six days"


def test_csv_without_the_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"kb\.csv, row 1: columns must include title and body, were: name, text2"):
        read(put(tmp_path / "kb.csv", "name,text2\na,b\n"), "help", format=Format.CSV)


def test_json_lines_are_read_and_a_broken_line_is_named(tmp_path: Path) -> None:
    lines = (
        '{"id": 7, "title": "Refunds", "body": "Five days.", "tags": ["money"], "updated": 1767225600}\n'
        "\n"
        '{"id": 8, "title": "Broken"\n'
        '{"id": 9, "title": ["a"], "body": "Text"}\n'
        "[1]\n"
        '{"id": "half \\ud800", "title": "T", "body": "x \\ud800"}\n'
    )
    reading = read(put(tmp_path / "kb.jsonl", lines), "help")
    refunds, half = reading.articles
    assert (refunds.id, refunds.tags, refunds.updated) == ("7", ("money",), "2026-01-01T00:00:00+00:00")
    assert half.body == "x ?"
    reasons = {one.name: one.reason for one in reading.rejected}
    assert reasons["kb.jsonl, line 3"].startswith("must be one JSON object (Expecting ',' delimiter")
    assert reasons["kb.jsonl, line 4"] == "title must be text, was: ['a']"
    assert reasons["kb.jsonl, line 5"] == "must be one JSON object, was: list"


def test_a_json_array_of_rows_is_read_as_well(tmp_path: Path) -> None:
    path = put_json(tmp_path / "kb.json", [{"id": "a", "title": "T", "body": "B"}, 5])
    reading = read(path, "help")
    assert ids(reading) == ["a"]
    assert reading.rejected == (Rejected("kb.json, row 2", "must be one JSON object, was: int"),)


ZENDESK = {
    "articles": [
        {
            "id": 1,
            "title": "Refunds",
            "body": "<h2>Cards</h2><p>Five days.</p>",
            "html_url": "https://x/1",
            "section_id": 10,
            "draft": False,
            "user_segment_id": None,
            "label_names": ["money"],
            "updated_at": "2026-01-01T00:00:00Z",
            "locale": "en-us",
        },
        {"id": 2, "title": "Draft", "body": "", "draft": True, "user_segment_id": None, "locale": "en-us"},
        {"id": 3, "title": "Staff", "body": "", "draft": False, "user_segment_id": 77, "locale": "en-us"},
        {
            "id": 4,
            "title": "Remboursement",
            "body": "",
            "draft": False,
            "user_segment_id": None,
            "locale": "fr",
        },
        {"id": 5, "body": "no title"},
        "nonsense",
    ],
    "sections": [{"id": 10, "name": "Billing"}],
}


def test_a_zendesk_export_is_recognised_and_read(tmp_path: Path) -> None:
    path = put_json(tmp_path / "export.json", ZENDESK)
    assert recognise(path) is Format.ZENDESK
    reading = read(path, "help")
    (article,) = reading.articles
    assert (article.id, article.title, article.body) == ("1", "Refunds", "## Cards\n\nFive days.")
    assert (article.url, article.category, article.tags) == ("https://x/1", "Billing", ("money",))
    assert [one.reason for one in reading.left_out] == [
        "draft",
        "restricted (user segment)",
        "not in English (locale: fr)",
    ]
    assert [one.name for one in reading.rejected] == ["article 5 (id 5)", "article 6"]


def test_an_intercom_export_is_recognised_and_read(tmp_path: Path) -> None:
    path = put_json(
        tmp_path / "articles.json",
        {
            "type": "list",
            "data": [
                {
                    "type": "article",
                    "id": "31",
                    "title": "Invite people",
                    "body": "<p>Press Invite.</p>",
                    "url": "https://x/31",
                    "state": "published",
                    "parent_id": 5,
                    "updated_at": 1767225600,
                },
                {"type": "article", "id": "32", "title": "Soon", "body": "", "state": "draft"},
                {"type": "article", "id": "33", "title": "Unsaid", "body": ""},
                {"type": "internal_article", "id": "34", "title": "For us", "body": ""},
            ],
            "collections": [{"id": "5", "name": "Team"}],
        },
    )
    assert recognise(path) is Format.INTERCOM
    reading = read(path, "help")
    (article,) = reading.articles
    assert (article.id, article.body, article.category) == ("31", "Press Invite.", "Team")
    assert article.updated == "2026-01-01T00:00:00+00:00"
    assert [one.reason for one in reading.left_out] == [
        "not published (state: draft)",
        "not published (state: draft)",
        "restricted (internal article)",
    ]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", '{"title": "a"}\n{"title": "b"}', Format.JSONL),
        ("a.txt", "title,body\na,b", Format.CSV),
        ("a.txt", "<!doctype html><p>x", Format.HTML),
        ("a.mdx", "{}", Format.MARKDOWN),
    ],
)
def test_a_format_is_known_by_its_content(tmp_path: Path, name: str, content: str, expected: Format) -> None:
    assert recognise(put(tmp_path / name, content)) is expected


def test_what_holds_no_article_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere does not exist: check the path"):
        read(tmp_path / "nowhere", "help")
    with pytest.raises(SourceError, match="holds no article: it must hold Markdown, HTML, CSV or JSON"):
        read(tmp_path, "help")
    with pytest.raises(SourceError, match="is a folder, and csv is read from a file: name the file"):
        read(tmp_path, "help", format=Format.CSV)
    with pytest.raises(SourceError, match=r"of no known format: name it with --format \(markdown, html, csv"):
        read(put(tmp_path / "x.bin", "hello"), "help")
    with pytest.raises(SourceError, match="must be a Zendesk export"):
        read(put(tmp_path / "z.json", "[]"), "help", format=Format.ZENDESK)
    with pytest.raises(SourceError, match="must be an Intercom export"):
        read(put(tmp_path / "z.json", "{}"), "help", format=Format.INTERCOM)
    with pytest.raises(SourceError, match=r"broken\.json, line 2, column 1: must be JSON"):
        read(put(tmp_path / "broken.json", '{"articles": [\n'), "help", format=Format.ZENDESK)
