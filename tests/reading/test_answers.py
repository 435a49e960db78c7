from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from reading_builders import read

from advisor.advise import Advisor
from advisor.reading.matter import expanded
from advisor.reading.pairs import (
    FEATURES,
    IN_ARTICLE,
    IN_HEADING,
    IN_PASSAGE,
    Asked,
    Known,
    Passages,
    interaction,
    pair_features,
    question_of,
    words_in_common,
)
from advisor.reading.terms import first_sentence, rare_words, stem, terms
from index.articles import Article
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase
from index.settings import KnowledgeSettings, Precision

TITLE = "Reset your password"
QUESTIONS = {
    "How do I reset my password?": "technical-support/reset-your-password",
    "How can I download my invoices as PDF?": "billing/download-invoices",
    "How do I connect Google Calendar?": "onboarding/connect-google-calendar",
    "How do I import my customers from a spreadsheet?": "onboarding/import-customers",
    "How do I invite my team?": "onboarding/invite-your-team",
    "How do I add a licence?": "provisioning/add-a-licence",
    "How do I set up recurring jobs?": "training/recurring-jobs",
    "How do I switch from monthly to yearly payment?": "renewal/switch-monthly-yearly",
}
FOREIGN = [
    "How do I bake sourdough bread at home?",
    "Who won the football match on Saturday?",
    "What is the boiling point of ethanol?",
    "How do I prune my apple trees in winter?",
]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("forgot pw", "forgot password"),
        ("PWD, 2FA!", "password, two-factor authentication!"),
        ("powder puff", "powder puff"),
        ("", ""),
    ],
)
def test_an_abbreviation_is_written_out(text: str, written: str) -> None:
    assert expanded(text) == written


def test_a_stem_lacks_the_commonest_endings() -> None:
    assert [stem(word) for word in ("importing", "imported", "imports", "sing", "bus")] == [
        "import", "import", "import", "sing", "bus",
    ]  # fmt: skip


def test_rare_words_are_counted_once_each() -> None:
    assert rare_words("How do I reset the password? Reset it!") == 2


def test_words_in_common_are_weighed_by_rarity() -> None:
    rarity = np.array([3, 1], np.float32)
    asked = Asked(
        ("password", "page"), {"password": 3.0, "page": 1.0}, rarity, np.array([[0.8, 0], [0.6, 1]], np.float32)
    )
    known = Known({"password": (IN_ARTICLE | IN_HEADING, 0.5), "page": (IN_ARTICLE | IN_PASSAGE, 0.25)}, ("password",))
    article, passage, heading, whole, first = words_in_common(asked, [known, Known({}, ())])
    assert article.tolist() == [1, 0]
    assert passage.tolist() == [0.25, 0]
    assert heading.tolist() == [0.75, 0]
    assert whole.tolist() == pytest.approx([0.8 * 0.5 + 0.6 * 0.25, 0])
    assert first.tolist() == pytest.approx([0.25, 0])
    none = Asked((), {}, np.zeros(0, np.float32), np.zeros((0, 2), np.float32))
    assert [column.tolist() for column in words_in_common(none, [known])] == [[0]] * 5


def test_an_article_whose_title_is_asked_for_has_the_highest_features(tmp_path: Path) -> None:
    encoder = HashEncoder()
    knowledge = KnowledgeBase.open(KnowledgeSettings(tmp_path, precision=Precision.HASH), encoder)
    articles = [
        Article(id="reset", source="help", title=TITLE, body="Reset your password on the sign-in page."),
        Article(id="camera", source="help", title="The camera", body="Let the browser use it."),
    ]
    knowledge.import_articles("help", articles)
    vector = encoder.encode([TITLE]).sentences
    matches = {match.article.id: match for match in knowledge.search(TITLE, k=2, vector=vector)}
    passages = Passages(knowledge, encoder)
    question = question_of(TITLE, vector[0], encoder.encode([TITLE], tokens=True).tokens[0], passages)
    rows = pair_features(question, [matches["reset"], matches["camera"]], knowledge, passages)
    reset, camera = (dict(zip(FEATURES, row.tolist(), strict=True)) for row in rows)
    for name in ("title", "title_late", "title_back", "best", "lexical"):
        assert reset[name] == pytest.approx(1, abs=1e-3), name
    for name in ("cover_article", "cover_passage", "cover_heading", "title_cover"):
        assert reset[name] == pytest.approx(1), name
        assert camera[name] == 0, name
    assert reset["similarity"] == pytest.approx(matches["reset"].similarity)
    assert camera["lexical"] == 0


def test_terms_are_weighed_by_number_and_rarity_and_have_length_1() -> None:
    found = terms(["export", "exports", "page"], {"export": 3.0, "exports": 3.0, "page": 4.0})
    assert found["export"] / found["page"] == pytest.approx((1 + np.log(2)) * 3 / 4)
    assert sum(weight**2 for weight in found.values()) == pytest.approx(1)
    assert terms([], {}) == {}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Cannot export invoices. Since Monday.", "Cannot export invoices."),
        ("Hello!\nThe export fails\nSince Monday", "The export fails"),
        ("export", "export"),
        ("", ""),
    ],
)
def test_the_first_sentence_is_the_first_that_says_something(text: str, first: str) -> None:
    assert first_sentence(text) == first


def test_word_pieces_are_compared_with_each_text_by_itself() -> None:
    question = np.array([[1, 0], [0, 1]], np.float32)
    near, back = interaction(question, [question[:1], np.array([[0.6, 0.8], [0, 1], [1, 0]], np.float32)])
    assert near.tolist() == [[1, 1], [0, 1]]
    assert back.tolist() == pytest.approx([1, (0.8 + 1 + 1) / 3])


def test_on_all_axes_word_pieces_are_as_near_as_without(tmp_path: Path) -> None:
    encoder = HashEncoder()
    knowledge = KnowledgeBase.open(KnowledgeSettings(tmp_path, precision=Precision.HASH), encoder)
    article = Article(id="reset", source="help", title=TITLE, body="Reset your password on the sign-in page.")
    knowledge.import_articles("help", [article])
    read_once = encoder.encode(["reset the page"], tokens=True)
    matches = knowledge.search("reset the page", k=1, vector=read_once.sentences)
    turn = np.linalg.qr(np.random.default_rng(2).normal(size=(encoder.dimension, encoder.dimension)))[0]
    plain, turned = (
        pair_features(
            question_of("reset the page", read_once.sentences[0], read_once.tokens[0], passages),
            matches,
            knowledge,
            passages,
        )
        for passages in (Passages(knowledge, encoder), Passages(knowledge, encoder, turn.astype(np.float32)))
    )
    assert np.allclose(plain, turned, atol=2e-3)  # word pieces are rounded to 16 bits
    passages = Passages(knowledge, encoder)
    question = question_of("reset the page", read_once.sentences[0], read_once.tokens[0], passages)
    assert pair_features(question, [], knowledge, passages).shape == (0, len(FEATURES))


def test_a_ticket_without_words_has_features_too(tmp_path: Path) -> None:
    encoder = HashEncoder()
    knowledge = KnowledgeBase.open(KnowledgeSettings(tmp_path, precision=Precision.HASH), encoder)
    knowledge.import_articles("help", [Article(id="reset", source="help", title=TITLE, body="Choose a new one.")])
    nothing = encoder.encode([""], tokens=True)
    matches = knowledge.search("", k=1, vector=nothing.sentences)
    passages = Passages(knowledge, encoder)
    question = question_of("", nothing.sentences[0], nothing.tokens[0], passages)
    assert np.isfinite(pair_features(question, matches, knowledge, passages)).all()


@pytest.mark.parametrize(("text", "article"), QUESTIONS.items(), ids=QUESTIONS)
def test_a_question_about_the_demo_finds_its_article_first(demo_advisor: Advisor, text: str, article: str) -> None:
    evidence = read(demo_advisor, text).evidence
    assert evidence.candidates[0].id.split(":")[-1] == article
    assert evidence.candidates[0].score == pytest.approx(evidence.p_resolve, abs=1e-4)
    scores = [candidate.score for candidate in evidence.candidates]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("text", FOREIGN)
def test_a_question_about_something_else_fits_badly(demo_advisor: Advisor, text: str) -> None:
    assert read(demo_advisor, text).evidence.p_resolve < 0.25


def test_fit_is_higher_for_what_the_help_centre_answers(demo_advisor: Advisor) -> None:
    known = np.mean([read(demo_advisor, text).evidence.p_resolve for text in QUESTIONS])
    foreign = np.mean([read(demo_advisor, text).evidence.p_resolve for text in FOREIGN])
    assert known > foreign + 0.4
