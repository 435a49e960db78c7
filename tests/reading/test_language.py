from __future__ import annotations

import pytest

from advisor.reading.evidence import Heads
from advisor.types import Readability


@pytest.mark.parametrize(
    "text",
    [
        "forgot pw", "cant login", "pasword reset plz", "refund?", "hi", "app crashs evry time i opn it", "Export",
        "where is my invoice", "csv import fails", "SSO broken",
    ],
)  # fmt: skip
def test_short_and_misspelt_english_is_read(heads: Heads, text: str) -> None:
    verdict = heads.lexicon.judge(text)
    assert (verdict.readability, verdict.language) == (Readability.READABLE, "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Kann mich nicht anmelden, bitte helfen Sie mir", "de"),
        ("Wo finde ich meine Rechnung?", "de"),
        ("Je n'arrive pas à me connecter à mon compte.", "fr"),
        ("Mot de passe oublié", "fr"),
        ("No puedo iniciar sesión en mi cuenta.", "es"),
        ("¿Dónde está mi factura?", "es"),
        ("Tôi quên mật khẩu và không thể đăng nhập.", "vi"),
        ("我忘记了密码，无法登录。", "zh"),
        ("パスワードを忘れました", "ja"),
        ("Забыл пароль, не могу войти", "ru"),
    ],
)
def test_another_language_is_named_and_not_read(heads: Heads, text: str, language: str) -> None:
    verdict = heads.lexicon.judge(text)
    assert (verdict.readability, verdict.language) == (Readability.UNKNOWN_LANGUAGE, language)


@pytest.mark.parametrize("text", ["asdfgh jkl qwrtz", "sdkfjhsdkjfh sdkfjh sdf", "xxxxxxxxxx", "12345", "[EMAIL]"])
def test_struck_keys_and_bare_numbers_are_unreadable(heads: Heads, text: str) -> None:
    assert heads.lexicon.judge(text).readability is Readability.UNREADABLE


@pytest.mark.parametrize("text", ["", "  \n\t", "😀😀😀", "!!!???", "..."])
def test_blanks_emoji_and_punctuation_are_empty(heads: Heads, text: str) -> None:
    assert heads.lexicon.judge(text).readability is Readability.EMPTY
