from __future__ import annotations

import re
from dataclasses import asdict

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser, LexborNode
from web_builders import client_as, desk, web_app

from web.form import FIELDS, AskForm
from web.tickets import demo_tickets

HOSTILE = (
    "<script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    '" onfocus=alert(1) autofocus="',
    "' onfocus=alert(1) autofocus='",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "`onmouseover=alert(1)",
    "<math><mtext></p><script>alert(1)</script>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<form action=https://evil.example><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>*{background:url(https://evil.example)}</style>",
    "<mark class=wish style='position:fixed'>call me</mark>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "{{ 7 * 7 }}{% for x in () %}",
    "{{ config }}${7*7}#{7*7}<%= 7*7 %>",
    "\u202e<script>alert(1)</script>\x00",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)
MARKUP = re.compile(r"[<>\"'`&]")


@pytest.fixture
def client() -> FlaskClient:
    return client_as(web_app())


def read(text: str) -> LexborHTMLParser:
    return LexborHTMLParser(text)


def found(tree: LexborHTMLParser, selector: str) -> LexborNode:
    node = tree.css_first(selector)
    assert node is not None, f"nothing on the page is {selector}"
    return node


def words(tree: LexborHTMLParser, selector: str) -> str:
    return " ".join(found(tree, selector).text().split())


def shape(text: str) -> list[tuple[str | None, tuple[str, ...]]]:
    """The elements of a page, each with the names of its attributes: what markup that slipped through would change."""
    return [(node.tag, tuple(sorted(node.attributes))) for node in read(text).css("*")]


def test_every_field_of_the_form_has_a_label(client: FlaskClient) -> None:
    tree = read(client.get("/try").text)
    for field in asdict(AskForm()):
        if field in FIELDS.values():
            assert words(tree, f"#{field}-label")
            assert len(tree.css(f"[aria-labelledby={field}-label] input[name={field}]")) == 3
        else:
            assert words(tree, f"label[for={field}]")
            assert found(tree, f"#{field}").attributes["name"] == field


@pytest.mark.parametrize("demo", demo_tickets(), ids=lambda demo: demo.ticket.id)
def test_a_demo_ticket_fills_the_form(client: FlaskClient, demo: object) -> None:
    ticket = next(one.ticket for one in demo_tickets() if one is demo)
    tree = read(client.get(f"/try?demo={ticket.id}").text)
    assert found(tree, "#message").text().removeprefix("\n") == ticket.body
    assert found(tree, "#subject").attributes["value"] == ticket.subject
    assert found(tree, "#channel option[selected]").attributes["value"] == ticket.channel
    refused = {node.attributes["name"] for node in tree.css("input[value=refuses][checked]")}
    assert refused == {FIELDS[wish.channel] for wish in ticket.customer.wishes}


def test_a_demo_ticket_that_does_not_exist_is_a_page_that_is_not_there(client: FlaskClient) -> None:
    assert client.get("/try?demo=demo-99").status_code == 404


def test_an_article_is_advised_with_its_fit_and_never_as_a_chance(client: FlaskClient) -> None:
    page = client.post("/try", data={"message": "How do I see my jobs in my calendar?"})
    tree = read(page.text)
    assert words(tree, "#headline") == "Self-service: send this article"
    assert words(tree, ".sent a") == "Show your jobs in Google Calendar (opens in a new tab)"
    assert "Article fit 0.82, estimated on other companies' data" in " ".join(tree.body.text().split())  # type: ignore[union-attr]
    assert "chance" not in page.text
    assert [node.text() for node in tree.css("mark.shared")] == ["Calendar"]
    assert "just reply, and a person will answer you" in found(tree, "#reply").text()


def test_the_words_that_decided_are_marked_and_named(client: FlaskClient) -> None:
    tree = read(client.post("/try", data={"subject": "Help", "message": "Please call me today."}).text)
    assert words(tree, "#headline") == "A person, by phone"
    assert words(tree, ".why") == "Why: The customer asks for a call: “call me”."
    assert found(tree, "mark.wish.deciding").text() == "call me"
    assert words(tree, ".words .label") == "wants a call"
    assert words(tree, ".read .subject") == "Help"
    assert "No phone number is known" in words(tree, ".others")


def test_a_phone_number_that_is_typed_is_a_number_that_is_known(client: FlaskClient) -> None:
    page = client.post("/try", data={"message": "Please call me.", "phone": "+44 7700 900417"})
    assert "No phone number is known" not in page.text


@pytest.mark.parametrize(
    ("wishes", "headline"),
    [
        ({"self_service": "refuses"}, "A person, by e-mail"),
        ({"call": "wants"}, "A person, by phone"),
        ({"person": "wants"}, "A person, by e-mail"),
        ({"self_service": "wants", "person": "refuses"}, "Self-service: send this article"),
        (
            {"self_service": "refuses", "email": "refuses", "chat": "refuses", "call": "refuses"},
            "A person, but no way to answer is left",
        ),
    ],
)
def test_what_the_customer_is_willing_to_do_decides(client: FlaskClient, wishes: dict[str, str], headline: str) -> None:
    tree = read(client.post("/try", data={"message": "How do I see my jobs?"} | wishes).text)
    assert words(tree, "#headline") == headline
    for field, stance in wishes.items():
        assert found(tree, f"input[name={field}][checked]").attributes["value"] == stance


def test_an_empty_message_is_said_at_the_field_and_what_was_typed_is_kept(client: FlaskClient) -> None:
    page = client.post("/try", data={"subject": "Kept", "message": " ", "call": "wants", "phone": "01632 960123"})
    tree = read(page.text)
    assert page.status_code == 422
    assert words(tree, "#message-error") == "Type what the customer wrote: there is nothing to advise on yet."
    assert found(tree, "#message").attributes["aria-describedby"] == "message-error"
    assert found(tree, "#subject").attributes["value"] == "Kept"
    assert found(tree, "#phone").attributes["value"] == "01632 960123"
    assert found(tree, "input[name=call][checked]").attributes["value"] == "wants"
    assert tree.css_first("#headline") is None


@pytest.mark.parametrize("field", list(asdict(AskForm())))
def test_nothing_that_is_typed_becomes_markup(client: FlaskClient, field: str) -> None:
    for hostile in HOSTILE:
        page = client.post("/try", data={"message": "plain", field: hostile})
        usual = client.post("/try", data={"message": "plain", field: MARKUP.sub(".", hostile)})
        assert page.status_code == usual.status_code
        assert shape(page.text) == shape(usual.text), f"{hostile} in {field} changed the page"


def test_nothing_that_is_typed_is_run_as_a_template(client: FlaskClient) -> None:
    page = client.post("/try", data={"subject": "{{ 7 * 777 }}", "message": "{{ 7 * 777 }}"})
    assert "5439" not in page.text
    assert page.text.count("{{ 7 * 777 }}") == 4


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_in_an_article_becomes_markup(hostile: str) -> None:
    form = {"message": "How do I see my jobs?"}
    usual = client_as(web_app(desk(title="plain", passage="plain"))).post("/try", data=form).text
    page = client_as(web_app(desk(title=hostile, passage=hostile))).post("/try", data=form).text
    assert shape(page) == shape(usual)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//[", "/help", None]
)
def test_only_web_addresses_are_linked(url: str | None) -> None:
    page = client_as(web_app(desk(url=url))).post("/try", data={"message": "How do I see my jobs?"})
    tree = read(page.text)
    assert words(tree, ".sent") == "Show your jobs in Google Calendar"
    assert {node.attributes["href"] for node in tree.css("main a")} == {"#demo"} | {
        f"/try?demo={demo.ticket.id}#ask" for demo in demo_tickets()
    }


def test_no_page_has_style_or_script_of_its_own_or_anything_from_another_host(client: FlaskClient) -> None:
    for text in (client.get("/try").text, client.post("/try", data={"message": "call me"}).text, client.get("/x").text):
        tree = read(text)
        assert not tree.css("style, [style]")
        assert all((node.attributes.get("src") or "").startswith("/static/") for node in tree.css("script"))
        assert [node.attributes["href"] for node in tree.css("link[rel=stylesheet]")] == ["/static/site.css"]
        assert not re.search(r"\son\w+=", text)
    for file in ("site.css", "site.js"):
        with client.get(f"/static/{file}") as answer:
            assert not re.search(r"https?:|url\(|@import|innerHTML|eval", answer.get_data(as_text=True))


def test_the_server_says_that_it_is_well(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
