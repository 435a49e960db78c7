from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import TicketError
from advisor.types import (
    Ticket,
)
from advisor.wire import read_tickets


def rows(text: str | bytes) -> list[Ticket | TicketError]:
    written = text.encode() if isinstance(text, str) else text
    return list(read_tickets(io.BytesIO(written), name="tickets.jsonl"))


def bodies(text: str | bytes) -> list[str]:
    """Bodies of tickets, sentences of errors."""
    return [row.body if isinstance(row, Ticket) else str(row) for row in rows(text)]


@pytest.mark.parametrize(
    "text",
    [
        '{"body": "one"}\n\n  \n{"body": "two"}\n',
        '{"body": "one"}\r\n{"body": "two"}',
        '[{"body": "one"}, {"body": "two"}]',
        '\n[\n  {"body": "one"},\n  {"body": "two"}\n]\n',
        '{\n  "body": "one"\n}\n{\n  "body": "two",\n  "subject": "} { \\" ]"\n}\n',
        '{"messages": [\n{"from": "agent", "body": "x"}\n], "body": "one"}\n{"body": "two"}',
        '\ufeff{"body": "one"}\n{"body": "two"}',
    ],
)
def test_an_object_an_array_and_json_lines_are_told_apart(text: str) -> None:
    assert bodies(text) == ["one", "two"]


def test_a_bad_row_does_not_keep_the_others_back() -> None:
    text = b'{"body": "one"}\n{"body": oops}\n{"body": "caf\xe9"}\n5\n{"body": "cut", \n{"body": "tab\there \x01"}\n'
    assert bodies(text) == [
        "one",
        "tickets.jsonl, line 2: not valid JSON (expecting value, column 10): mend this line or take it out",
        "tickets.jsonl, line 3: the text must be UTF-8, was: byte 0xe9: save the file as UTF-8",
        "tickets.jsonl, line 4: a ticket must be a JSON object, was: 5",
        "tickets.jsonl, line 5: not valid JSON (expecting property name enclosed in double quotes, at its end): "
        "mend this line or take it out",
        "tab\there \x01",
    ]


def test_a_broken_first_line_does_not_swallow_the_others() -> None:
    assert bodies('{"body": "cut\n{"body": "two"}')[1] == "two"
    assert bodies('{"body": "cut",\n{"body": "two"}')[1] == "two"
    assert bodies('[1,\n{"body": "two"}')[1] == "two"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '{\n "body": "x",\n "subject": oops\n}',
            "tickets.jsonl, line 3: not valid JSON (expecting value, column 13): mend this line or take it out",
        ),
        (
            '[{"body": "x"},\n oops]',
            "tickets.jsonl, line 2: not valid JSON (expecting value, column 2): mend this line or take it out",
        ),
        ('{"a":' * 50_000, "tickets.jsonl, line 1: the ticket is nested too deeply: send it flatter"),
        ("[" * 50_000, "tickets.jsonl, line 1: the ticket is nested too deeply: send it flatter"),
        ("\ufeff{}".encode("utf-16-le"), "tickets.jsonl: the text must be UTF-8, was UTF-16: save it as UTF-8"),
        (
            '{"body": NaN}',
            "tickets.jsonl, line 1: not valid JSON (NaN is no number): mend this line or take it out",
        ),
    ],
)
def test_text_that_is_no_json_is_one_sentence(text: str | bytes, sentence: str) -> None:
    assert bodies(text) == [sentence]


def test_an_empty_file_has_no_rows() -> None:
    assert rows("") == []
    assert rows(" \n\n\ufeff\n") == []


def test_a_line_that_never_ends_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisor.wire.rows.LONGEST_LINE", 2**20)
    assert bodies(b'{"body": "x"}\n' + b"\0" * (2**20 + 1)) == [
        "x",
        "tickets.jsonl, line 2: a line must not be over 1 MB: give one ticket a line",
    ]


def test_json_lines_are_read_one_at_a_time() -> None:
    class Endless(io.BytesIO):
        lines = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.lines += 1
            return b'{"body": "x"}\n'

    stream = Endless()
    endless = read_tickets(stream, name="endless")
    for _ in range(10):
        next(endless)
    assert stream.lines <= 11


@given(st.binary(max_size=60))
def test_no_bytes_whatever_end_in_anything_but_tickets_and_sentences(text: bytes) -> None:
    for row in rows(b'{"body": "x"}\n' + text):
        assert isinstance(row, Ticket) or "\n" not in str(row)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(
    ["id", "body", "subject", "messages", "customer", "account", "wishes", "tags", "created_at", "x"]
)


@given(st.dictionaries(names, json_values | st.dictionaries(names, json_values, max_size=3), max_size=5))
def test_no_json_whatever_ends_in_anything_but_a_ticket_or_a_sentence(came: dict[str, object]) -> None:
    (row,) = rows(json.dumps(came))
    assert (row.id and isinstance(json.loads(row.extra), dict)) if isinstance(row, Ticket) else "\n" not in str(row)
