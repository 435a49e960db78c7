from __future__ import annotations

import pytest

from advisor.reading.masking import is_card, is_iban, luhn, mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to jane.doe+x@mail.example.co.uk today", "Write to [EMAIL] today"),
        ("card 4111 1111 1111 1111 ok", "card [CARD] ok"),
        ("4111-1111-1111-1111", "[CARD]"),
        ("5500005555555559", "[CARD]"),
        ("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN [IBAN] please"),
        ("DE89370400440532013000", "[IBAN]"),
        ("GB82 WEST 1234 5698 7654 32", "[IBAN]"),
        ("from 192.168.10.20 now", "from [IP] now"),
        ("from 2001:db8::1 now", "from [IP] now"),
        ("key sk_live_abcdefghij1234567890", "key [KEY]"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[KEY]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc_def-123", "[KEY]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEabc123\n-----END RSA PRIVATE KEY-----", "[KEY]"),
        ("my account number is 12345678", "my account number is [ACCOUNT]"),
        ("sort code 20-30-40", "sort code [ACCOUNT]"),
        ("my SSN is 078-05-1120", "my SSN is [SSN]"),
        ("call me on 020 7946 0958", "call me on [PHONE]"),
        ("my number is 202-555-0143.", "my number is [PHONE]."),
        ("+49 30 901820", "[PHONE]"),
    ],
)
def test_personal_data_becomes_a_placeholder(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "order 123456789",
        "ticket 4411-2231",
        "ticket #44112231",
        "invoice INV-2024-00123",
        "version 3.12.4",
        "version 2024.1.15.2",
        "build 1.2.3.400",
        "by 01/02/2025 please",
        "due 15.03.2024",
        "at 10:30:45",
        "24 hours, 1,234,567.89 pounds",
        "2 000 000 rows",
        "error 0x80070057",
        "serial SN-8827-1123-9981",
        "https://help.example.com/articles/123456789-reset",
        "card 4111 1111 1111 1112",
        "IBAN DE89 3704 0044 0532 0130 01",
        "supercalifragilisticexpialidociousword",
        "jane at example dot com, @jane, a@b",
    ],
)
def test_what_only_looks_like_personal_data_stays(text: str) -> None:
    assert mask(text) == (text, None)


@pytest.mark.parametrize("text", ["on 15/03/2024", "on 2024-03-15 at 10:30", "order number 20230415-8842"])
def test_a_date_or_an_order_is_no_telephone_number(text: str) -> None:
    assert mask(text) == (text, None)


def test_the_first_of_two_numbers_is_given_back() -> None:
    found = mask("call +1 202 555 0143 or +44 20 7946 0958")
    assert found == ("call [PHONE] or [PHONE]", "+1 202 555 0143")


def test_masking_again_changes_nothing() -> None:
    once = mask("jane@example.com, 4111 1111 1111 1111, +44 20 7946 0958").text
    assert once == "[EMAIL], [CARD], [PHONE]"
    assert mask(once) == (once, None)


def test_a_card_needs_its_check_digit() -> None:
    assert luhn("79927398713")
    assert [luhn(f"7992739871{digit}") for digit in "0124567890"] == [False] * 10
    assert is_card("4111 1111 1111 1111")
    assert not is_card("4111 1111 1111")


def test_an_iban_needs_its_check_digits() -> None:
    assert is_iban("GB82 WEST 1234 5698 7654 32")
    assert not is_iban("GB83 WEST 1234 5698 7654 32")


def test_a_number_is_masked_with_a_time_of_day_before_it() -> None:
    masked = mask("Please call me after 4pm on 07700 900123")
    assert masked.text == "Please call me after 4pm on [PHONE]"
    assert masked.phone == "07700 900123"


@pytest.mark.parametrize(
    "text",
    [
        "Bitte rufen Sie mich an, Telefon 030 901820.",
        "Mon numéro : 01 99 00 12 34.",
        "Mi teléfono es el 600 123 456.",
        "O meu telemóvel é 912 345 678.",
        "Bel mij op 020 123 4567.",
    ],
)
def test_a_local_number_is_masked_in_other_languages_too(text: str) -> None:
    masked = mask(text)
    assert "[PHONE]" in masked.text
    assert masked.phone is not None
