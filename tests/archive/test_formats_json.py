"""JSON: lines, arrays, objects one after the other; broken items cost themselves only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from archive_samples import fields_at, jsonl_of, rows_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.archive.formats import BadRow, Format, Layout, Limits, Row, read_rows, recognise

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TICKETS = st.lists(
    st.fixed_dictionaries(
        {"id": TEXTS.filter(bool), "body": TEXTS},
        optional={
            "subject": TEXTS,
            "channel": st.sampled_from(["email", "chat", "phone", "portal", "social"]),
            "created_at": st.datetimes().map(lambda at: at.isoformat() + "+01:00"),
            "tags": st.lists(TEXTS, max_size=3),
            "customer": st.dictionaries(st.sampled_from(["id", "name", "email"]), TEXTS, min_size=1),
            "shelf": st.dictionaries(TEXTS, st.integers(-9, 9) | TEXTS | st.none() | st.booleans(), max_size=3),
        },
    ),
    min_size=1,
    max_size=6,
)
TOO_LONG = "a record must not be over 200 bytes: take out what is no text"
EARLY = "the JSON must be whole, and ends early: copy or export it again"


def written(folder: Path, content: bytes | str, *, name: str = "tickets.json") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("layout", [Layout.LINES, Layout.ARRAY, Layout.VALUES])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(tickets=TICKETS)
def test_what_is_written_as_json_is_read_back(tmp_path: Path, layout: Layout, tickets: list[dict[str, Any]]) -> None:
    content = {
        Layout.LINES: lambda: jsonl_of(tickets),
        Layout.ARRAY: lambda: json.dumps(tickets).encode(),
        Layout.VALUES: lambda: "\n".join(json.dumps(one, indent=2) for one in tickets).encode(),
    }[layout]()
    archive = recognise(written(tmp_path, content))
    assert archive.layout is layout
    assert [row.fields if isinstance(row, Row) else row for row in rows_of(archive)] == tickets


@pytest.mark.parametrize(
    ("content", "format", "layout", "place"),
    [
        ('{"body": "one"}\n\n {"body": "two"}\r\n', Format.JSONL, Layout.LINES, "line 3"),
        ('\ufeff{"body": "one"}\n{"body": "two"}', Format.JSONL, Layout.LINES, "line 2"),
        ('[{"body": "one"},\n{"body": "two"}]', Format.JSON, Layout.ARRAY, "item 2"),
        ('{\n "body": "one"}{"body":\n "two"}', Format.JSON, Layout.VALUES, "item 2"),
        ('{"count": 2, "tickets": [{"body": "one"}, {"body": "two"}]}', Format.JSON, Layout.PAGES, "item 2"),
        ('{"name": "x", "tickets": [{"body": "one"}, {"body": "two"}]}', Format.JSON, Layout.PAGES, "item 2"),
        ('{"body": "cut\n{"body": "one"}\n{"body": "two"}', Format.JSONL, Layout.LINES, "line 3"),
    ],
)
def test_layouts_are_told_apart(tmp_path: Path, content: str, format: Format, layout: Layout, place: str) -> None:
    archive = recognise(written(tmp_path, content))
    assert (archive.format, archive.layout) == (format, layout)
    rows = [row for row in rows_of(archive) if isinstance(row, Row)]
    assert [row.fields["body"] for row in rows] == ["one", "two"]
    assert rows[1].where == f"tickets.json, {place}"


def test_a_bad_line_does_not_keep_the_others_back(tmp_path: Path) -> None:
    deep = b'{"body": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n"
    content = (
        b'{"body": "one"}\n{"body": oops}\n5\n{"body": NaN}\n{"body": "caf\xe9"}\n' + deep + b'{"body": "a\x01"}\n{"b'
    )
    assert fields_at(written(tmp_path, content)) == [
        {"body": "one"},
        "not valid JSON (expecting value, character 10): mend this record or take it out",
        "a ticket must be a JSON object, was: 5",
        "not valid JSON (NaN is no number): mend this record or take it out",
        {"body": "café"},
        "JSON must not be nested so deeply: write it flatter",
        {"body": "a\x01"},
        "not valid JSON (unterminated string starting at, character 2): mend this record or take it out",
    ]


def test_a_bad_item_of_an_array_does_not_keep_the_others_back(tmp_path: Path) -> None:
    deep = "[" * 50_000 + "]" * 50_000
    items = [
        '{"body": "one"}',
        '{"body": oops, "x": "a ] \\" }"}',
        deep,
        "5",
        '{"body": "say "hi" x"}',
        '{"body": NaN}',
    ]
    content = f'[{", ".join(items)}, {{"body": "two"}}]'
    assert fields_at(written(tmp_path, content)) == [
        {"body": "one"},
        "not valid JSON (expecting value, character 10): mend this record or take it out",
        "JSON must not be nested so deeply: write it flatter",
        "a ticket must be a JSON object, was: 5",
        "not valid JSON (expecting ',' delimiter, character 16): mend this record or take it out",
        "not valid JSON (NaN is no number): mend this record or take it out",
        {"body": "two"},
    ]


def test_brackets_that_open_nowhere_cost_themselves_only(tmp_path: Path) -> None:
    bracket = "not valid JSON (expecting value, character 1): mend this record or take it out"
    assert fields_at(written(tmp_path, '[{"body": "one"} }, , {"body": "two"}]')) == [
        {"body": "one"},
        bracket,
        {"body": "two"},
    ]
    assert fields_at(written(tmp_path, '{"body":\n "one"}\n]] {"body": "two"}')) == [
        {"body": "one"},
        bracket,
        bracket,
        {"body": "two"},
    ]


def test_an_array_that_ends_early_gives_what_came_before(tmp_path: Path) -> None:
    for cut in ('[{"body": "one"}, {"body": "tw', '[{"body": "one"}', '[{"body": "one"}, '):
        reading = read_rows(recognise(written(tmp_path, cut)))
        assert list(reading) == [Row(1, "tickets.json, item 1", {"body": "one"}), BadRow(2, "tickets.json", EARLY)]
        assert not reading.whole


@pytest.mark.parametrize("brackets", ["[]", ""])
def test_a_record_longer_than_any_may_be_is_refused(tmp_path: Path, brackets: str) -> None:
    tickets = [{"body": "one"}, {"body": "x" * 500_000, "n": [1, {"a": "]"}]}, {"body": "two"}]
    joined = (",\n" if brackets else "\n").join(map(json.dumps, tickets))
    archive = recognise(written(tmp_path, f"{brackets[:1]}{joined}{brackets[1:]}"))
    rows = rows_of(archive, Limits(record=200))
    assert [row.fields if isinstance(row, Row) else row.reason for row in rows] == [
        {"body": "one"},
        TOO_LONG,
        {"body": "two"},
    ]


@pytest.mark.parametrize("ascii", [True, False])
def test_items_may_lie_across_the_edges_of_what_is_read_at_once(tmp_path: Path, ascii: bool) -> None:
    items = [{"body": 'a\\"]}{[é😀,' * (number % 97), "n": [number, {"": -0.5e-7}]} for number in range(3000)]
    content = json.dumps(items, ensure_ascii=ascii)
    assert len(content) > 20 * 2**16
    assert fields_at(written(tmp_path, content)) == items
    page = f'{{"count": 3000, "tickets": {content}, "last": {content}}}'
    assert fields_at(written(tmp_path, page)) == items


def test_objects_under_other_names_are_mapped_and_the_rest_is_kept_aside(tmp_path: Path) -> None:
    record = {
        "ticketId": 7,
        "description": "No export",
        "user": {"email": "maya@brook.example", "age": 40},
        "via": "Web form",
        "opened": 1741944600,
        "customer": "Maya",
        "labels": "vip;eu",
        "product": "X5",
    }
    archive = recognise(written(tmp_path, json.dumps([record])))
    assert archive.mapping == {
        "id": "ticketId",
        "body": "description",
        "created_at": "opened",
        "channel": "via",
        "customer.email": "user.email",
        "customer.name": "customer",
        "tags": "labels",
    }
    assert [row.fields for row in rows_of(archive) if isinstance(row, Row)] == [
        {
            "id": "7",
            "body": "No export",
            "created_at": "2025-03-14T09:30:00+00:00",
            "channel": "portal",
            "customer": {"email": "maya@brook.example", "name": "Maya"},
            "tags": ["vip", "eu"],
            "user": {"email": "maya@brook.example", "age": 40},
            "product": "X5",
        }
    ]


def test_a_guess_that_is_dropped_leaves_its_field_out(tmp_path: Path) -> None:
    path = written(tmp_path, jsonl_of([{"body": "x", "handled": {"action": "live_human"}, "status": "open"}]))
    archive = recognise(path, mapping={"handled": ""})
    assert [row.fields for row in rows_of(archive) if isinstance(row, Row)] == [{"body": "x", "status": "open"}]
