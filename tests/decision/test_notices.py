"""What an incident's article, a moment's promise and a queue's languages change in an advice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from decision_builders import COMPANY, COMPANY_FILE, SUNDAY, advise, article, evidence, failure, refuses, signal, wants

from advisor.decision.experience import Experience
from advisor.types import Account, Channel, Evidence, Notice, Prediction, Readability

TEXT = COMPANY_FILE.read_text(encoding="utf-8")
STATUS = Notice(incident="slow", article="status", title="Is it up?", url="https://help.example/status")
LINK = "Signing in is slow today; we are working on it.\nMore about it: “Is it up?” (https://help.example/status)"
PROMISED = "Nothing is charged until then."
BILLING = Prediction("billing", 0.9)


def _company(*changes: tuple[str, str]) -> Experience:
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return Experience.parse(text, name="company.toml")


WITH_ARTICLE = _company(('id = "slow"', 'id = "slow"\narticle = "status"'))
PROMISING = _company(("wrong_cost = 25.0", f'wrong_cost = 25.0\npromised = "{PROMISED}"'))
SPEAKING = _company(('called = "our specialists",', 'called = "our specialists", languages = ["de", "fr"],'))


def _slow(told: Evidence) -> Evidence:
    return replace(told, incident_match=("slow",), notices=(STATUS,))


def test_the_link_to_an_incidents_article_stands_under_its_notice_and_is_listed_last() -> None:
    advice = advise(_slow(evidence(wants("person"))), experience=WITH_ARTICLE)
    assert LINK in advice.reply
    assert [(one.id, one.score) for one in advice.articles] == [("reset", 0.8), ("status", 0.0)]
    assert (
        advice.articles[1].passage
        == "Named by the open incident slow; not among the articles that fit this ticket best."
    )


def test_an_incidents_article_that_was_found_for_the_ticket_too_stands_with_its_own_fit() -> None:
    told = _slow(evidence(wants("person"), candidates=(article(), article("status", score=0.15))))
    advice = advise(told, experience=WITH_ARTICLE)
    assert [(one.id, one.score) for one in advice.articles] == [("reset", 0.8), ("status", 0.15)]
    assert advice.articles[1].passage == "Open the settings."


def test_the_article_that_answers_is_not_linked_twice() -> None:
    told = _slow(evidence(wants("self_service"), candidates=(article("status"),)))
    advice = advise(told, experience=WITH_ARTICLE)
    assert advice.reply.count("https://help.example/status") == 1
    assert [one.id for one in advice.articles] == ["status"]


@pytest.mark.parametrize(
    "told",
    [
        evidence(refuses("self_service")),
        evidence(failures=(failure("status"),)),
        evidence(at=SUNDAY),
    ],
    ids=["articles are refused", "it has failed", "the incident is over"],
)
def test_an_incidents_article_is_kept_from_who_refused_it_or_tried_it_and_when_it_is_over(told: Evidence) -> None:
    advice = advise(_slow(told), experience=WITH_ARTICLE)
    assert "status" not in advice.reply
    assert "status" not in [one.id for one in advice.articles]


def test_only_the_article_that_the_file_names_now_is_linked() -> None:
    assert "More about it" not in advise(_slow(evidence(wants("person"))), experience=COMPANY).reply


def test_what_is_promised_at_a_moment_is_said_to_who_gets_a_person() -> None:
    reply = advise(evidence(wants("person"), moment=BILLING), experience=PROMISING).reply
    assert reply.split("\n\n")[2:4] == [
        "Our support team will write to you by e-mail by Tuesday 3 March 2026, 14:00 (GMT).",
        PROMISED,
    ]
    assert PROMISED not in advise(evidence(wants("person")), experience=PROMISING).reply
    assert PROMISED not in advise(evidence(wants("self_service"), moment=BILLING), experience=PROMISING).reply


def test_nothing_is_promised_where_the_moment_was_not_read_or_a_safety_queue_answers() -> None:
    for told in (
        evidence(moment=BILLING, readability=Readability.UNKNOWN_LANGUAGE, language="de"),
        evidence(moment=BILLING, readability=Readability.EMPTY),
        evidence(moment=BILLING, signals=(signal("minor"),)),
    ):
        assert PROMISED not in advise(told, experience=PROMISING).reply


@pytest.mark.parametrize(("language", "queue"), [("de", "tier2"), ("fr", "tier2"), ("nl", "tier1"), ("und", "tier1")])
def test_a_ticket_in_a_language_that_is_not_read_goes_to_the_queue_that_speaks_it(language: str, queue: str) -> None:
    told = evidence(readability=Readability.UNKNOWN_LANGUAGE, language=language)
    assert advise(told, experience=SPEAKING).queue == queue


def test_a_language_changes_no_queue_of_what_is_read_nor_of_what_the_managers_answer() -> None:
    assert advise(evidence(language="de"), experience=SPEAKING).queue == "tier1"
    assert advise(evidence(readability=Readability.UNREADABLE, language="de"), experience=SPEAKING).queue == "tier1"
    soon = Account(renews_on=evidence().at.date())
    told = evidence(readability=Readability.UNKNOWN_LANGUAGE, language="de", account=soon)
    assert advise(told, experience=SPEAKING).queue == "success"
    assert advise(told, experience=SPEAKING).channel is Channel.EMAIL
