from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from training.labelled import Labelled, read_labelled
from training.labelled_draw import Limits
from training.labelled_fields import LabelledError, parse_map

ROWS = [("My card was charged twice", "Billing"), ("I want a refund", "Billing"), ("I forgot my password", "Sign-in"),
        ("The code does not come", "Sign-in")]  # fmt: skip
PAIRS = [("My card was charged twice", "Billing"), ("I want a refund", "Billing"), ("I forgot my password", "Sign-in"),
         ("The code does not come", "Sign-in")]  # fmt: skip


def table(rows: Sequence[Sequence[str]], heading: Sequence[str] = ("text", "topic"), delimiter: str = ",") -> str:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows([heading, *rows])
    return written.getvalue()


def lines(rows: Sequence[tuple[str, str]]) -> str:
    return "".join(json.dumps({"text": text, "topic": topic}) + "\n" for text, topic in rows)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Labelled]:
    def of(content: str | bytes, name: str = "labelled.csv", **given: object) -> Labelled:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_labelled(path, **given)  # type: ignore[arg-type]

    return of


def pairs(labelled: Labelled) -> list[tuple[str, str]]:
    return [(row.text, row.topic) for row in labelled.rows]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", table(ROWS).encode()),
        ("semicolons.csv", table(ROWS, delimiter=";").encode()),
        ("tabs.tsv", table(ROWS, delimiter="\t").encode()),
        ("marked.csv", table(ROWS).encode("utf-8-sig")),
        ("wide.csv", table(ROWS).encode("utf-16")),
        ("wide-without-mark.csv", table(ROWS).encode("utf-16-le")),
        ("packed.csv.gz", gzip.compress(table(ROWS).encode())),
        ("lines.jsonl", lines(ROWS).encode()),
        ("lines-marked.jsonl", lines(ROWS).encode("utf-8-sig")),
        ("lines.jsonl.gz", gzip.compress(lines(ROWS).encode())),
        ("array.json", json.dumps([{"text": text, "topic": topic} for text, topic in ROWS]).encode()),
        ("no-ending", lines(ROWS).encode()),
    ],
)
def test_every_format_gives_the_same_rows(read: Callable[..., Labelled], name: str, content: bytes) -> None:
    labelled = read(content, name)
    assert pairs(labelled) == PAIRS
    assert (labelled.read, labelled.refused, labelled.problems) == (4, 0, ())


def test_parquet_gives_the_same_rows(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    import pyarrow.parquet as parquet

    path = tmp_path / "labelled.parquet"
    columns = {"id": [1, 2, 3, 4], "Text": [text for text, _ in ROWS], "topic": [topic for _, topic in ROWS]}
    parquet.write_table(pyarrow.table(columns), path)
    assert pairs(read_labelled(path)) == PAIRS
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LabelledError, match=r"labelled\.parquet cannot be read as Parquet .*export it again"):
        read_labelled(path)
    path.write_bytes(gzip.compress(b"PAR1" + b"0" * 100))
    with pytest.raises(LabelledError, match="is Parquet packed with gzip: unpack it"):
        read_labelled(path)


def test_other_columns_are_named_and_several_texts_joined(read: Callable[..., Labelled]) -> None:
    rows = [("1", "Refund", "Where is it?", "Money"), ("2", "", "Please pay", "Money"), ("3", "Login", "", "Access"),
            ("4", "Code", "none came", "Access")]  # fmt: skip
    labelled = read(
        table(rows, ("id", "Subject", "Body", "Group")), columns=parse_map(["text=Subject+body", "topic=GROUP"])
    )
    assert pairs(labelled)[:2] == [("Refund\nWhere is it?", "Money"), ("Please pay", "Money")]


@pytest.mark.parametrize("given", ["text", "text=", "subject=Subject", "=x"])
def test_a_map_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(LabelledError, match="--map must be text=COLUMN or topic=COLUMN, as --map text=Subject"):
        parse_map([given])


def test_a_missing_column_is_said_with_those_that_are_there(read: Callable[..., Labelled]) -> None:
    said = r"labelled\.csv has no column topic for the topic; its columns are: text, Group\. .*--map topic=COLUMN"
    with pytest.raises(LabelledError, match=said):
        read(table(ROWS, ("text", "Group")))
    with pytest.raises(LabelledError, match="has no column text for the text; its columns are: body, topic"):
        read('{"body": "x", "topic": "y"}\n', "a.jsonl")
    with pytest.raises(LabelledError, match="the column topic is there 2 times: give them names of their own"):
        read(table([("a", "b", "c")], ("text", "topic", "topic")))


def test_another_encoding_is_read_and_said(read: Callable[..., Labelled]) -> None:
    content = table(ROWS).encode() + "Das Passwort wäre nötig – “jetzt”,Sign-in\n".encode("cp1252")
    labelled = read(content)
    assert pairs(labelled)[-1] == ("Das Passwort wäre nötig – “jetzt”", "Sign-in")
    assert labelled.notes[0] == "1 row (the first: row 6) were no UTF-8 and were read as Windows-1252"


def test_bad_rows_are_said_by_number_and_the_good_ones_go_on(read: Callable[..., Labelled]) -> None:
    content = table(ROWS) + ",Billing\nNo topic here,\nOne cell\na,b,c\n?!,Billing\n\nI lost my phone,Sign-in\n"
    labelled = read(content)
    assert labelled.problems == (
        "row 6: the text is empty",
        "row 7: the topic is empty",
        "row 8: has 1 cells, the heading has 2: quote cells that hold commas",
        "row 9: has 3 cells, the heading has 2: quote cells that hold commas",
        "row 10: the text has no word",
    )
    assert (labelled.read, labelled.refused) == (10, 5)
    assert pairs(labelled)[-1] == ("I lost my phone", "Sign-in")
    assert labelled.rows[-1].number == 12


def test_bad_lines_of_json_are_said_by_number(read: Callable[..., Labelled]) -> None:
    content = lines(ROWS) + '{"text": \n[1]\n{"text": ["a"], "topic": "Billing"}\n{"text": "b"}\n{"topic": "Billing"}\n'
    labelled = read(content, "a.jsonl")
    assert pairs(labelled) == PAIRS
    assert [problem.split(" (")[0] for problem in labelled.problems] == [
        "row 5: is no JSON",
        "row 6: must be a JSON object, was: [1]",
        "row 7: text must be text, was: ['a']",
        "row 8: the topic is empty",
        "row 9: the text is empty",
    ]


def test_a_quotation_mark_that_is_not_closed_is_said(read: Callable[..., Labelled]) -> None:
    labelled = read(table(ROWS) + '"I never end,Billing\n')
    assert labelled.problems == (
        "row 6: is no row of CSV (unexpected end of data): look for a quotation mark that is not closed",
    )
    assert pairs(labelled) == PAIRS


def test_topics_that_differ_in_case_or_blanks_are_one(read: Callable[..., Labelled]) -> None:
    rows = [*ROWS, ("Pay me back", "BILLING"), ("Pay me now", " billing "), ("My receipt", "Billing")]
    labelled = read(table(rows))
    assert {row.topic for row in labelled.rows} == {"Billing", "Sign-in"}
    assert labelled.notes[0] == (
        "topics that differ only in case or blanks are one: Billing (also “BILLING”, “billing”)"
    )


def test_copies_count_once(read: Callable[..., Labelled]) -> None:
    labelled = read(table([*ROWS, ("i want  a REFUND", "Billing"), ("I want a refund", "Billing")]))
    assert pairs(labelled) == PAIRS
    assert [row.copies for row in labelled.rows] == [1, 3, 1, 1]
    assert labelled.notes[0] == "2 rows repeat the text of another row of the same topic: each text counts once"


def test_a_text_under_several_topics_gets_that_of_most_rows_or_none(read: Callable[..., Labelled]) -> None:
    rows = [*ROWS, ("Help", "Billing"), ("help", "Sign-in"), ("HELP", "Sign-in"), ("What now", "Billing"),
            ("What now", "Sign-in")]  # fmt: skip
    labelled = read(table(rows))
    assert [row.topic for row in labelled.rows if row.text.casefold() == "help"] == ["Sign-in"]
    assert not [row for row in labelled.rows if row.text == "What now"]
    assert labelled.notes[1:3] == (
        "1 text stand under several topics, the topic of most rows is taken: row 6 Billing, row 7 Sign-in",
        "1 text stand under several topics, none leads, so they are left out: row 9 Billing, row 10 Sign-in",
    )


def test_a_topic_with_one_text_is_left_out_and_one_with_few_is_said(read: Callable[..., Labelled]) -> None:
    labelled = read(table([*ROWS, ("A lone question", "Rare"), ("a lone  question", "Rare")]))
    assert pairs(labelled) == PAIRS
    assert labelled.notes[-2:] == (
        "left out, since they have one text only: Rare",
        "fewer than 8 texts, so expect little of them: Billing (2), Sign-in (2)",
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no column text for the text; its columns are: none"),
        ("text,topic\n", "holds no row: it must hold a text and its topic a row"),
        ("text,topic\n,Billing\n", "holds no row that can be used, of 1; row 2: the text is empty"),
        (table(ROWS[:2]), r"has one topic only \(Billing\) with at least 2 different texts: .* two or more topics"),
        (
            table(ROWS[1:3]),
            r"has no topic with at least 2 different texts: .*they have one text only: Billing, Sign-in",
        ),
    ],
)
def test_nothing_to_learn_from_is_one_sentence(read: Callable[..., Labelled], content: str, said: str) -> None:
    with pytest.raises(LabelledError, match=said):
        read(content)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("book.xlsx", b"PK\x03\x04rest", "is a zip file or a spreadsheet: save it as CSV"),
        ("a.csv", b"text,topic\n\0\0\0\1", "is no text: it must be CSV, JSON lines or Parquet"),
        ("a.csv.gz", gzip.compress(table(ROWS * 99).encode())[:-9], "cannot be unpacked .* cut short or damaged"),
        ("a.json", b'[{"text": ', "is no JSON .*export it again, or write JSON lines"),
    ],
)
def test_a_file_of_another_kind_is_one_sentence(
    read: Callable[..., Labelled], name: str, content: bytes, said: str
) -> None:
    with pytest.raises(LabelledError, match=said):
        read(content, name)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LabelledError, match=r"none\.csv cannot be read \(No such file or directory\): name a CSV"):
        read_labelled(tmp_path / "none.csv")


def many(topics: int, each: int) -> list[tuple[str, str]]:
    return [(f"question {number} about {topic}", f"topic {topic}") for number in range(each) for topic in range(topics)]


def test_five_thousand_topics_are_read(read: Callable[..., Labelled]) -> None:
    labelled = read(table(many(5000, 2)))
    assert len({row.topic for row in labelled.rows}) == 5000
    assert labelled.notes[-1].endswith("topic 1014 (2), and 4,980 more")


def test_a_column_that_is_no_topic_is_refused(read: Callable[..., Labelled]) -> None:
    with pytest.raises(LabelledError, match=r"row 12: that is the topic number 11, at most 10 can be told apart"):
        read(table(many(20, 2)), limits=Limits(topics=10))


def test_of_too_many_rows_the_same_are_drawn_in_any_order(read: Callable[..., Labelled]) -> None:
    rows = many(4, 200) + many(1, 900)
    limits = Limits(topic=150, rows=500)
    drawn = read(table(rows), limits=limits)
    again = read(table(rows[::-1]), limits=limits)
    assert set(pairs(drawn)) == set(pairs(again))
    counts = sorted(sum(row.topic == topic for row in drawn.rows) for topic in {row.topic for row in drawn.rows})
    assert counts == [125, 125, 125, 125]
    assert drawn.notes[-1] == (
        "of 4 topics some texts were drawn, the same each time: topic 0 (125 of 1,100 rows), "
        "topic 1 (125 of 200 rows), topic 2 (125 of 200 rows), topic 3 (125 of 200 rows)"
    )


def test_small_topics_are_kept_whole_where_large_ones_are_drawn_from(read: Callable[..., Labelled]) -> None:
    rows = many(1, 1000) + [(f"rare {number}", "rare") for number in range(20)]
    drawn = read(table(rows), limits=Limits(rows=100))
    assert sum(row.topic == "rare" for row in drawn.rows) == 20
    assert sum(row.topic == "topic 0" for row in drawn.rows) == 80


def test_memory_is_bounded_by_characters_too(read: Callable[..., Labelled]) -> None:
    rows = [(f"{'long ' * 200}{number}", f"topic {number % 2}") for number in range(400)]
    drawn = read(table(rows), limits=Limits(characters=50_000))
    assert 20 <= len(drawn.rows) <= 50


def test_how_far_it_is_is_told_in_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(table(many(10, 2000)))
    told: list[tuple[str, int, int]] = []
    read_labelled(path, progress=lambda what, done, total: told.append((what, done, total)))
    size = path.stat().st_size
    assert told[-1] == ("Reading a.csv", size, size)
    assert len(told) > 4
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_text_of_which_nothing_is_left_is_a_bad_row(read: Callable[..., Labelled]) -> None:
    rows = [*ROWS, ("Pay me back", "Billing")]
    labelled = read(table(rows), shaped=lambda texts: "" if "refund" in texts[0] else texts[0].upper())
    assert labelled.problems == ("row 3: nothing is left of the text without quoted mail and signature",)
    assert pairs(labelled)[0][0] == "MY CARD WAS CHARGED TWICE"
