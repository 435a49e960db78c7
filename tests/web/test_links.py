from __future__ import annotations

from dataclasses import replace

import pytest
from web_builders import advisor

from advisor.types import Recommendation, Ticket
from web.links import Answer, Asked, Links

LINKS = Links(b"k" * 32, "https://support.example.com/")
ARTICLE = replace(
    advisor().advise(Ticket(id="1", body="Send me the link, please."), record=False).recommendation, id="a1"
)
PERSON = replace(advisor().advise(Ticket(id="2", body="Call me."), record=False).recommendation, id="a2")


@pytest.mark.parametrize("answer", list(Answer))
def test_a_link_says_what_it_was_made_for(answer: Answer) -> None:
    assert LINKS.read(LINKS.token("a1", answer)) == Asked("a1", answer)


def test_links_begin_with_the_public_address() -> None:
    link = LINKS.link("a1", Answer.HELPED)
    assert link == f"https://support.example.com/helped/{LINKS.token('a1', Answer.HELPED)}"


@pytest.mark.parametrize("place", range(0, 60, 7))
def test_a_changed_link_is_refused(place: int) -> None:
    token = LINKS.token("a1", Answer.HELPED)
    other = "A" if token[place % len(token)] != "A" else "B"
    changed = token[: place % len(token)] + other + token[place % len(token) + 1 :]
    assert LINKS.read(changed) is None


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "é", "x" * 5000])
def test_what_is_no_link_is_refused(token: str) -> None:
    assert LINKS.read(token) is None


def test_another_installations_link_is_refused() -> None:
    assert Links(b"o" * 32, "").read(LINKS.token("a1", Answer.HELPED)) is None


def test_an_old_link_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    token = LINKS.token("a1", Answer.HELPED)
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 10**10)
    assert LINKS.read(token) is None


def test_a_draft_with_an_article_carries_both_links_before_the_greeting() -> None:
    draft = LINKS.draft(ARTICLE)
    helped, person = draft.index("That helped: https://"), draft.index("I want a person: https://")
    assert draft.index("a person will answer you") < helped < person < draft.index("Kind regards")
    assert draft.startswith(ARTICLE.reply.split("Kind regards")[0].rstrip())


@pytest.mark.parametrize(
    ("given", "links"),
    [(PERSON, LINKS), (ARTICLE, Links(b"k" * 32, "")), (replace(ARTICLE, id=""), LINKS)],
    ids=["a person", "no public address", "not recorded"],
)
def test_any_other_draft_stays_as_it_is(given: Recommendation, links: Links) -> None:
    assert links.draft(given) == given.reply
