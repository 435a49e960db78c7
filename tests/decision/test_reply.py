"""The draft of the reply."""

from __future__ import annotations

import pytest
from decision_builders import SUNDAY, advise, evidence, failure, refuses, signal, wants

from advisor.types import Evidence, Prediction, Readability, Reason, ReasonCode


def test_an_incident_puts_its_notice_into_the_reply() -> None:
    advice = advise(evidence(wants("self_service"), incident_match=("slow",)))
    assert advice.reasons[1] == Reason(ReasonCode.INCIDENT, "Open incident slow: the reply carries its notice.")
    assert "Signing in is slow today; we are working on it." in advice.reply
    assert "slow" not in advise(evidence(incident_match=("slow",), at=SUNDAY)).reply


def test_the_draft_of_an_article_leaves_the_way_to_a_person_open() -> None:
    assert advise(evidence()).reply == (
        "Hello,\n\nThank you for your message.\n\n"
        "This article may answer your question: “How to reset” (https://help.example/reset)\n\n"
        "If it does not, or if you would rather hear from one of us, just reply, and a person will answer you.\n\n"
        "Kind regards,\nYour support team"
    )


def test_the_draft_of_a_person_says_who_answers_by_which_way_until_when() -> None:
    assert advise(evidence(wants("person"))).reply == (
        "Hello,\n\nThank you for your message.\n\n"
        "Our support team will write to you by e-mail by Tuesday 3 March 2026, 14:00 (GMT).\n\n"
        "Kind regards,\nYour support team"
    )


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (evidence(tones=(Prediction("angry", 0.65),)), "We are sorry for the trouble this has caused you."),
        (evidence(tones=(Prediction("grateful", 0.8),)), "Thank you for your kind words."),
        (evidence(tones=(Prediction("grateful", 0.9), Prediction("frustrated", 0.7))), "We are sorry for the trouble"),
        (evidence(tones=(Prediction("angry", 0.64),)), "Thank you for your message."),
        (evidence(failures=(failure(),)), "We are sorry that what you tried did not help."),
        (evidence(readability=Readability.EMPTY), "Please tell us in a few words what you need."),
        (evidence(signals=(signal("minor"),)), "We take what you write seriously."),
    ],
)
def test_the_draft_opens_in_the_tone_of_the_ticket(told: Evidence, words: str) -> None:
    assert words in advise(told).reply


def test_an_article_is_linked_beside_a_person_only_where_it_is_wanted() -> None:
    link = "In the meantime this article may help: “How to reset”"
    assert link in advise(evidence(wants("phone"), wants("self_service", 30, order=2))).reply
    assert link in advise(evidence(wants("self_service"), signals=(signal("data_request"),))).reply
    assert link not in advise(evidence(wants("phone"))).reply
    assert link not in advise(evidence(wants("phone"), refuses("self_service", 30))).reply
    assert link not in advise(evidence(wants("self_service"), failures=(failure("other"),))).reply
