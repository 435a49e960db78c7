from __future__ import annotations

from dataclasses import replace

import pytest
from reading_builders import read, ticket

from advisor.advise import Advisor
from advisor.reading.english import ENGLISH
from advisor.reading.foreign import fold, grammar
from advisor.reading.heard import Heard
from advisor.reading.pipeline import sentence_spans
from advisor.reading.scope import lasts, whose
from advisor.types import Customer, Document, Readability, Span, Stance, Whose, WishChannel

TABLE = [  # language, the words with a star where the wish stands, its stance, whose it is, whether it is for good
    ("en", "Never *call me.", Stance.REFUSES, Whose.SELF, True),
    ("en", "Don't ever *ring me again.", Stance.REFUSES, Whose.SELF, True),
    ("en", "From now on, *e-mail me please.", Stance.WANTS, Whose.SELF, True),
    ("en", "In future please *write to me.", Stance.WANTS, Whose.SELF, True),
    ("en", "Please always *e-mail me.", Stance.WANTS, Whose.SELF, True),
    ("en", "I never want *calls from you.", Stance.REFUSES, Whose.SELF, True),
    ("en", "Stop *calling me.", Stance.REFUSES, Whose.SELF, True),
    ("en", "No more *calls, ever.", Stance.REFUSES, Whose.SELF, True),
    ("en", "Never mind, just *call me.", Stance.WANTS, Whose.SELF, False),
    ("en", "I have never called you, please *call me.", Stance.WANTS, Whose.SELF, False),
    ("en", "The export always fails, please *call me.", Stance.WANTS, Whose.SELF, False),
    ("en", "Please don't *call me.", Stance.REFUSES, Whose.SELF, False),
    ("en", "No more *links please.", Stance.REFUSES, Whose.SELF, False),
    ("en", "Please don't send me that *link again.", Stance.REFUSES, Whose.SELF, False),
    ("en", "Please don't *call me again.", Stance.REFUSES, Whose.SELF, True),
    ("en", "I've never had help here. Please *call me.", Stance.WANTS, Whose.SELF, False),
    ("en", "Have you ever thought of chat? *call me.", Stance.WANTS, Whose.SELF, False),
    ("en", "Never call me, but please *e-mail me this time.", Stance.WANTS, Whose.SELF, False),
    ("en", "My colleague Anna hates phone *calls.", Stance.REFUSES, Whose.COLLEAGUE, False),
    ("en", "My colleague Anna hates phone calls, she prefers *e-mail.", Stance.WANTS, Whose.COLLEAGUE, False),
    ("en", "My boss would rather be *called.", Stance.WANTS, Whose.COLLEAGUE, False),
    ("en", "My boss is not at all happy. He prefers *calls.", Stance.WANTS, Whose.SELF, False),
    ("en", "My boss hates chat. He prefers *calls.", Stance.WANTS, Whose.COLLEAGUE, False),
    ("en", "My boss wants me to speak to a *person.", Stance.WANTS, Whose.SELF, False),
    ("en", "My boss wants us to *call you.", Stance.WANTS, Whose.SELF, False),
    ("en", "My colleague hates calls but please *call me.", Stance.WANTS, Whose.SELF, False),
    ("en", "Nobody here wants phone *calls.", Stance.REFUSES, Whose.FIRM, False),
    ("en", "As a company we only use *e-mail.", Stance.WANTS, Whose.FIRM, False),
    ("en", "For all of us at Acme: no *calls please.", Stance.REFUSES, Whose.FIRM, False),
    ("en", "No one at Acme wants *calls.", Stance.REFUSES, Whose.FIRM, False),
    ("en", "We as a company never take *calls.", Stance.REFUSES, Whose.FIRM, True),
    ("en", "Please *call my colleague Bo about it.", Stance.WANTS, Whose.SELF, False),
    ("en", "Please *call us.", Stance.WANTS, Whose.SELF, False),
    ("en", "We would like a *call.", Stance.WANTS, Whose.SELF, False),
    ("en", "Nobody has called me back, please *call me.", Stance.WANTS, Whose.SELF, False),
    ("en", "Our company policy is e-*mail only.", Stance.WANTS, Whose.FIRM, False),
    ("en", "My wife and I would rather be *called.", Stance.WANTS, Whose.SELF, False),
    ("en", "My accountant doesn't like *calls, and he's right.", Stance.REFUSES, Whose.COLLEAGUE, False),
    ("en", "I hate *calls.", Stance.REFUSES, Whose.SELF, False),
    ("en", "You never *called me.", Stance.REFUSES, Whose.SELF, False),
    ("en", "I never got an *email from you.", Stance.REFUSES, Whose.SELF, False),
    ("en", "Nobody ever answers the phone when I *call you.", Stance.REFUSES, Whose.SELF, False),
    ("en", "No one ever *calls me.", Stance.REFUSES, Whose.SELF, False),
    ("en", "I never need *calls.", Stance.REFUSES, Whose.SELF, True),
    ("en", "Going forward please only *chat.", Stance.WANTS, Whose.SELF, True),
    ("de", "Rufen Sie mich nie wieder *an.", Stance.REFUSES, Whose.SELF, True),
    ("de", "Künftig bitte nur per *Mail.", Stance.WANTS, Whose.SELF, True),
    ("de", "Bitte nicht *anrufen.", Stance.REFUSES, Whose.SELF, False),
    ("de", "Ich habe Sie nie angerufen, bitte *rufen Sie mich an.", Stance.WANTS, Whose.SELF, False),
    ("de", "Meine Kollegin Anna hasst *Anrufe.", Stance.REFUSES, Whose.COLLEAGUE, False),
    ("de", "Bei uns in der Firma will niemand *Anrufe.", Stance.REFUSES, Whose.FIRM, False),
    ("fr", "Ne m'*appelez plus jamais.", Stance.REFUSES, Whose.SELF, True),
    ("fr", "Désormais, *écrivez-moi.", Stance.WANTS, Whose.SELF, True),
    ("fr", "Ma collègue préfère les *mails.", Stance.WANTS, Whose.COLLEAGUE, False),
    ("fr", "Merci de me *rappeler.", Stance.WANTS, Whose.SELF, False),
    ("es", "Nunca más me *llamen.", Stance.REFUSES, Whose.SELF, True),
    ("es", "De ahora en adelante *escríbanme.", Stance.WANTS, Whose.SELF, True),
    ("es", "No me *llamen.", Stance.REFUSES, Whose.SELF, False),
    ("es", "Mi jefe odia las *llamadas.", Stance.REFUSES, Whose.COLLEAGUE, False),
    ("pt", "Nunca mais me *liguem.", Stance.REFUSES, Whose.SELF, True),
    ("pt", "A partir de agora só por *e-mail.", Stance.WANTS, Whose.SELF, True),
    ("pt", "Não me *liguem.", Stance.REFUSES, Whose.SELF, False),
    ("nl", "Bel me nooit *meer.", Stance.REFUSES, Whose.SELF, True),
    ("nl", "Voortaan alleen per *mail.", Stance.WANTS, Whose.SELF, True),
    ("nl", "Mijn collega haat *telefoontjes.", Stance.REFUSES, Whose.COLLEAGUE, False),
    ("nl", "Bel *me.", Stance.WANTS, Whose.SELF, False),
]


def placed(marked: str, stance: Stance, language: str) -> tuple[Heard, Document]:
    """A wish heard at the star of a text, which is taken out."""
    place, text = marked.index("*"), marked.replace("*", "")
    document = Document(
        text=text,
        subject=Span(0, 0),
        messages=(Span(0, len(text)),),
        authors=(None,),
        sentences=sentence_spans(text),
        language=language,
        language_probability=1.0,
        readability=Readability.READABLE,
        phone=None,
    )
    phrases = ENGLISH if language == "en" else grammar(language).phrases
    return Heard(WishChannel.PHONE, stance, 0.9, place, document.sentence_at(place), phrases), document


@pytest.mark.parametrize(("language", "text", "stance", "speaker", "for_good"), TABLE, ids=[row[1] for row in TABLE])
def test_words_tell_whose_a_wish_is_and_whether_it_is_for_good(
    language: str, text: str, stance: Stance, speaker: Whose, for_good: bool
) -> None:
    heard, document = placed(text, stance, language)
    folded = fold(document.text)
    assert (whose(heard, folded, document), lasts(heard, folded)) == (speaker, for_good)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Never call me.", [("phone", Whose.SELF, True)]),
        ("Please call me.", [("phone", Whose.SELF, False)]),
        ("From now on please email me.", [("email", Whose.SELF, True)]),
        ("Never mind the earlier ticket, please call me.", [("phone", Whose.SELF, False)]),
        ("I have never called you before. Please call me.", [("phone", Whose.SELF, False)]),
        ("Please call me or my colleague Bo about it.", [("phone", Whose.SELF, False)]),
        ("Please call us.", [("phone", Whose.SELF, False)]),
        ("Rufen Sie mich nie wieder an.", [("phone", Whose.SELF, True)]),
        ("Désormais, écrivez-moi.", [("email", Whose.SELF, True)]),
        ("Meine Kollegin Anna hasst Anrufe.", [("phone", Whose.COLLEAGUE, False)]),
        ("Mi jefe odia las llamadas.", [("phone", Whose.COLLEAGUE, False)]),
        ("Ma collègue préfère les mails.", [("email", Whose.COLLEAGUE, False)]),
        ("Mijn collega haat telefoontjes.", [("phone", Whose.COLLEAGUE, False)]),
        ("Chez nous, personne ne veut d'appels.", [("phone", Whose.FIRM, False)]),
    ],
)
def test_a_ticket_says_how_far_its_wishes_reach(
    demo_advisor: Advisor, text: str, expected: list[tuple[str, Whose, bool]]
) -> None:
    found = read(demo_advisor, text).evidence.wishes
    assert [(wish.channel.value, wish.whose, wish.lasting) for wish in found] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Bei uns in der Firma will niemand Anrufe.",
        "Niemand von uns möchte angerufen werden.",
        "Personne ici ne veut d'appels.",
        "Nadie aquí quiere llamadas.",
        "Ninguém aqui quer chamadas.",
        "Niemand hier wil gebeld worden.",
    ],
)
def test_calls_that_nobody_here_wants_are_refused_for_the_firm(demo_advisor: Advisor, text: str) -> None:
    found = read(demo_advisor, text).evidence.wishes
    assert [(wish.channel, wish.stance, wish.whose) for wish in found] == [
        (WishChannel.PHONE, Stance.REFUSES, Whose.FIRM)
    ]


def test_a_colleagues_dislike_of_calls_refuses_none(demo_advisor: Advisor) -> None:
    body = "Meine Kollegin Anna hasst Anrufe. Bitte rufen Sie mich an."
    one = replace(ticket(body), customer=Customer(id="c", phone="+49 30 1234567"))
    advice = demo_advisor.advise(one, record=False)
    assert [(wish.stance, wish.whose) for wish in advice.evidence.wishes] == [(Stance.WANTS, Whose.SELF)]
    assert advice.recommendation.channel == "phone"
