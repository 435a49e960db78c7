from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import Article, cut
from index.markup import clean_markdown, html_to_markdown, plain


def cut_body(body: str) -> list[tuple[str, str]]:
    article = Article(id="a", source="s", title="Title", body=clean_markdown(body))
    return [(passage.heading, passage.text) for passage in cut(article)]


def test_every_section_is_a_passage_with_the_headings_above_it() -> None:
    body = "Start.\n\n## Phone\n\nCall.\n\n### At night\n\nWrite.\n\n## Mail\n\nSend."
    assert cut_body(body) == [
        ("", "Start."),
        ("Phone", "Call."),
        ("Phone > At night", "Write."),
        ("Mail", "Send."),
    ]


def test_the_embedded_text_carries_title_and_headings() -> None:
    passages = cut(Article(id="a", source="s", title="Refunds", body="## Cards\n\nFive days."))
    assert passages[0].embedded_text == "Refunds\nCards\nFive days."
    assert replace(passages[0], heading="").embedded_text == "Refunds\nFive days."


def test_an_article_without_text_is_one_passage_of_its_title() -> None:
    assert cut_body("") == [("", "")]
    assert cut_body("## Related articles\n\n* [Other](/other)") == [("", "")]


def test_long_sections_are_cut_at_some_160_words_between_paragraphs() -> None:
    texts = [text for _, text in cut_body("\n\n".join(f"Paragraph {n}. " + "word " * 58 for n in range(6)))]
    assert [len(text.split()) for text in texts] == [120, 120, 120]
    assert texts[1].startswith("Paragraph 2.")


def test_a_short_rest_joins_the_passage_before_it() -> None:
    assert [len(text.split()) for _, text in cut_body("word " * 150 + "\n\n" + "rest " * 20)] == [170]


def test_list_items_and_code_stay_whole() -> None:
    step = "1. " + "step " * 100 + "\n\n   More about it.\n   * detail\n"
    code = "```\n" + "run this\n\n" * 60 + "```"
    texts = [text for _, text in cut_body(f"{step}\n{step}\n\n{code}")]
    assert [text.count("More about it.\n* detail") for text in texts] == [1, 1, 0]
    assert texts[2].count("run this") == 60


def test_a_paragraph_far_too_long_is_cut_between_sentences() -> None:
    texts = [text for _, text in cut_body("This is a sentence of eight words here. " * 60)]
    assert all(text.endswith("here.") and len(text.split()) <= 160 for text in texts)
    assert sum(len(text.split()) for text in texts) == 480


def test_text_without_an_end_is_cut_between_words() -> None:
    assert [len(text.split()) for _, text in cut_body("word " * 500)] == [160, 160, 180]


def test_a_heading_inside_code_is_no_heading() -> None:
    assert cut_body("```\n# not a heading\n```") == [("", "# not a heading")]


def test_closing_links_to_related_articles_are_left_out() -> None:
    body = "Text.\n\n## Related articles\n\n* [One](/one)\n* [Two](/two)"
    assert cut_body(body) == [("", "Text.")]


def test_a_section_of_links_that_answers_something_stays() -> None:
    assert cut_body("Text.\n\n## Contact\n\n* [Call us](tel:1)")[1] == ("Contact", "* Call us")
    assert cut_body("Text.\n\n## Next steps\n\nWait a day, then try again.")[1][0] == "Next steps"


def test_a_version_changes_with_what_a_reader_sees() -> None:
    article = Article(id="a", source="s", title="T", body="B")
    changed = (
        replace(article, title="X"),
        replace(article, body="X"),
        replace(article, url="X"),
        replace(article, category="X"),
    )
    assert len({article.version, *(other.version for other in changed)}) == 5
    assert replace(article, updated="2026", tags=("x",)).version == article.version


@given(st.text(alphabet="ab .\n#*-`1>|[]()", max_size=300))
def test_no_word_of_plain_text_is_lost_and_numbers_count_up(body: str) -> None:
    passages = cut(Article(id="a", source="s", title="T", body=body))
    assert [passage.number for passage in passages] == list(range(len(passages)))
    assert all("`" not in passage.text for passage in passages)


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("{: .number-list}\n1. One", "1. One"),
        ('[Text](https://x){:class="y"}', "[Text](https://x)"),
        ("import X from './x'\n\nText", "Text"),
        ("import {\n  A,\n} from './x'\nText", "Text"),
        ("Import your contacts from 'File'", "Import your contacts from 'File'"),
        ("<Note>Read **this**.</Note>", "Read **this**."),
        ('<Step title="First">Go.</Step>', "**First**\n\nGo."),
        ("{/* hidden */}<!-- hidden -->Text", "Text"),
        ("{% capture x %}Warning{% endcapture %} {{ page.y }}", "Warning"),
        ("<https://example.com/a> and <help@example.com>", "https://example.com/a and help@example.com"),
        ("<h3 class='x'>Head</h3><p>a&nbsp;&amp; b</p>", "### Head\n\na & b"),
        ("<ul>\n<li>One</li><li>Two</li></ul>", "- One\n- Two"),
        ('<a href="/x">Go\nthere</a>', "[Go there](/x)"),
        ("`<div>` and a < b > c", "`<div>` and a < b > c"),
        ("```\nimport x\n<div>{% y %}\n```", "```\nimport x\n<div>{% y %}\n```"),
        ("Title\n=====\n\nPart\n----\nText", "# Title\n\n## Part\nText"),
        ("<script>evil()</script>Text<noscript>none</noscript>", "Text"),
    ],
)
def test_markup_becomes_plain_markdown(markdown: str, expected: str) -> None:
    assert clean_markdown(markdown) == expected


def test_a_list_of_the_front_matter_stands_where_a_template_includes_it() -> None:
    values = {"bring": ["Your **ID**", {"title": "A", "text": "barcode"}]}
    included = clean_markdown("Bring:\n\n{% include list.html items=page.bring size='md' %}", values)
    assert included == "Bring:\n\n- Your **ID**\n- A barcode"


def test_html_becomes_markdown_without_navigation_and_forms() -> None:
    page = (
        "<nav>Menu</nav><main><h1>T</h1>\n<p>One\ntwo</p><ol><li>a</li></ol><pre>x\n  &lt;y></pre><form>f</form></main>"
    )
    assert html_to_markdown(page) == "# T\n\nOne two\n\n- a\n\n```\nx\n  <y>\n```"


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**Bold** and *it* and __x__ and _y_", "Bold and it and x and y"),
        ("snake_case_name * 2 * 3", "snake_case_name * 2 * 3"),
        ("![alt](i.png) [text](u(1)) [ref][1]", "alt text ref"),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", "a b\n1 2"),
        ("a \\* b", "a * b"),
    ],
)
def test_plain_text_keeps_the_words(markdown: str, expected: str) -> None:
    assert plain(markdown) == expected
