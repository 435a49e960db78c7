from __future__ import annotations

import csv
import io
import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from advisor.cli import cli
from advisor.reading.topics import TopicHead
from advisor.registry import Kind, Registry, write_whole_manifest
from index.encoder import HashEncoder
from training.splits import hashes_of, held_out
from training.topic_material import as_read

WORDS = {
    "Billing": ["invoice", "charge", "payment", "refund", "card", "receipt", "bill", "amount", "tax", "month"],
    "Sign-in": ["password", "login", "code", "account", "locked", "reset", "email", "sign", "factor", "phone"],
    "Camera": ["camera", "video", "stream", "picture", "lens", "recording", "motion", "alert", "night", "cloud"],
}
Rows = list[tuple[str, str]]


def tickets(each: int, *, topics: Sequence[str] = tuple(WORDS), seed: int = 3) -> Rows:
    draw = random.Random(seed)
    found: dict[str, str] = {}
    for topic in topics:
        while sum(one == topic for one in found.values()) < each:
            found.setdefault("The {} of my {} has a wrong {}".format(*draw.sample(WORDS[topic], 3)), topic)
    return list(found.items())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADVISOR_PRECISION", "hash")
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    return written(tmp_path / "labelled.csv", tickets(40))


@pytest.fixture(scope="module")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder in which `labelled` was trained."""
    folder = tmp_path_factory.mktemp("trained")
    environment = {"ADVISOR_PRECISION": "hash", "ADVISOR_HOME": str(folder / "home")}
    path = written(folder / "labelled.csv", tickets(40))
    assert CliRunner(env=environment).invoke(cli, ["train", "topics", str(path)]).exit_code == 0
    return folder / "home"


@pytest.fixture
def trained(home: Path, trained_home: Path) -> Path:
    """The installation of this test, with `labelled` trained and in use."""
    return Path(shutil.copytree(trained_home, home))


def written(path: Path, rows: Rows, heading: tuple[str, str] = ("text", "topic")) -> Path:
    made = io.StringIO(newline="")
    csv.writer(made).writerows([heading, *rows])
    path.write_text(made.getvalue())
    return path


def train(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["train", *map(str, arguments)])


def used(home: Path) -> str | None:
    version = Registry(home / "models").in_use(Kind.TOPICS)
    return version.name if version else None


def number(home: Path) -> int | None:
    name = used(home)
    return None if name is None else int(name.split("-")[0])


def spoilt(rows: Rows) -> Rows:
    """The same tickets, those of the training side with the topics of others."""
    texts = [as_read([text], masked=True) for text, _ in rows]
    held = held_out(hashes_of(texts), [topic for _, topic in rows])
    names = list(WORDS)
    return [
        (text, topic if kept else names[(names.index(topic) + 1) % len(names)])
        for (text, topic), kept in zip(rows, held.tolist(), strict=True)
    ]


def test_a_first_training_is_measured_kept_and_in_use(home: Path, labelled: Path) -> None:
    result = train("topics", labelled)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "Read labelled.csv: 120 rows, 120 texts used, 0 rows not usable"
    assert lines[2].startswith("Measured on 120 texts: cross-validated")
    assert [line.split()[0] for line in lines[3:7]] == ["accuracy", "macro-F1", "ECE", "known"]
    assert [line.split()[:2] for line in lines[8:12]] == [
        ["Topic", "texts"],
        ["Billing", "40"],
        ["Camera", "40"],
        ["Sign-in", "40"],
    ]
    assert lines[-1] == "It is in use now; back with: advisor train undo topics"
    assert number(home) == 1


def test_the_head_in_use_reads_tickets(trained: Path) -> None:
    version = Registry(trained / "models").in_use(Kind.TOPICS)
    assert version is not None
    head = TopicHead.load(version.folder, encoder=HashEncoder().fingerprint)
    texts = ["A refund for the payment on my card", "The login code for my account"]
    assert [topic.label for topic in head.read(HashEncoder().encode(texts), texts)] == ["Billing", "Sign-in"]


def test_what_is_stored_names_rows_and_no_words_of_customers(home: Path, tmp_path: Path) -> None:
    rows = [*tickets(40), ("My card is 4111 1111 1111 1111, the payment failed", "Camera")]
    train("topics", written(tmp_path / "a.csv", rows))
    folder = next((home / "models" / "topics").iterdir())
    report = json.loads((folder / "report.json").read_text())
    assert report["used"] == 121
    assert [topic["support"] for topic in report["figures"]["topics"]] == [40, 41, 40]
    for path in folder.glob("*.json"):
        assert "wrong" not in path.read_text()
        assert "4111" not in path.read_text()


def test_the_same_again_is_compared_on_what_neither_was_fitted_on_and_not_worse(trained: Path, labelled: Path) -> None:
    result = train("topics", labelled)
    assert result.exit_code == 0
    assert "of 3 topics that both know and neither was fitted on:" in result.stdout
    assert ": +0.0 points (95 % interval +0.0 to +0.0)" in result.stdout
    assert number(trained) == 2


def test_a_worse_head_is_kept_and_does_not_serve(trained: Path, tmp_path: Path) -> None:
    result = train("topics", written(tmp_path / "spoilt.csv", spoilt(tickets(40))))
    assert result.exit_code == 1
    assert "It is kept, but not in use: it is worse than the one in use on held-out texts." in result.stdout
    assert "(or train with --force)" in result.stdout
    assert number(trained) == 1
    assert train("use", "topics", "2").exit_code == 0
    assert number(trained) == 2


def test_force_takes_a_worse_head_into_use(trained: Path, tmp_path: Path) -> None:
    result = train("topics", written(tmp_path / "spoilt.csv", spoilt(tickets(40))), "--force")
    assert result.exit_code == 0
    assert number(trained) == 2


def test_topics_that_come_and_go_are_said_and_the_common_ones_compared(trained: Path, tmp_path: Path) -> None:
    renamed = [(text, "Devices" if topic == "Camera" else topic.upper()) for text, topic in tickets(40)]
    result = train("topics", written(tmp_path / "b.csv", renamed))
    assert "of 2 topics that both know" in result.stdout
    assert "Note: 1 topic new: Devices" in result.stdout
    assert "Note: 1 topic gone that the head in use knows: Camera" in result.stdout
    assert (result.exit_code, number(trained)) == (0, 2)


def test_topics_with_nothing_in_common_need_force(trained: Path, tmp_path: Path) -> None:
    other = written(tmp_path / "b.csv", [(text, f"new {topic}") for text, topic in tickets(20)])
    result = train("topics", other)
    assert result.exit_code == 1
    assert "not in use: it cannot be compared with the one in use." in result.stdout
    assert number(trained) == 1
    assert train("topics", other, "--force").exit_code == 0


def test_texts_that_the_head_in_use_was_fitted_on_are_left_out(trained: Path, tmp_path: Path, labelled: Path) -> None:
    registry = Registry(trained / "models")
    version = registry.in_use(Kind.TOPICS)
    assert version is not None
    held = hashes_of([as_read([text], masked=True) for text, _ in tickets(40)])
    np.savez_compressed(version.folder / "seen.npz", hashes=np.unique(held))
    write_whole_manifest(version.folder)
    result = train("topics", labelled)
    assert "held-out texts are left out, since the head in use was fitted on them" in result.stdout
    assert "no text is left to compare them on" in result.stdout
    assert result.exit_code == 1


def test_a_damaged_head_in_use_is_replaced(trained: Path, labelled: Path) -> None:
    next((trained / "models" / "topics").glob("*/topics.npz")).write_bytes(b"damaged")
    result = train("topics", labelled)
    assert result.exit_code == 0
    assert "the head in use cannot serve: the model file" in result.stdout
    assert number(trained) == 2


def test_json_says_all_of_it(labelled: Path) -> None:
    found = json.loads(train("topics", labelled, "--json").stdout)
    assert (found["read"], found["used"], found["refused"], found["in_use"]) == (120, 120, 0, True)
    assert found["comparison"]["verdict"] == "first"
    assert 0.5 < found["figures"]["accuracy"]["low"] <= found["figures"]["accuracy"]["value"] <= 1
    assert {topic["label"] for topic in found["figures"]["topics"]} == set(WORDS)


def test_a_picture_is_written_and_kept(home: Path, tmp_path: Path, labelled: Path) -> None:
    pytest.importorskip("altair", reason="pictures need altair")
    picture = tmp_path / "confusions.svg"
    assert train("topics", labelled, "--picture", picture).exit_code == 0
    assert picture.read_text().lstrip().startswith("<svg")
    kept = next((home / "models" / "topics").glob("*/report.svg"))
    assert kept.read_text() == picture.read_text()


def test_a_picture_that_cannot_be_written_is_said_before_the_training(
    home: Path, tmp_path: Path, labelled: Path
) -> None:
    result = train("topics", labelled, "--picture", tmp_path / "none" / "a.svg")
    assert result.exit_code == 2
    assert "a.svg cannot be written: " in result.stderr
    assert used(home) is None


def test_a_label_that_looks_wrong_is_shown_with_its_row(tmp_path: Path) -> None:
    rows = [*tickets(40), ("The refund of my payment on the invoice has a wrong amount", "Camera")]
    found = json.loads(train("topics", written(tmp_path / "a.csv", rows), "--json").stdout)
    suspect = found["figures"]["suspects"][0]
    assert (suspect["row"], suspect["topic"], suspect["rather"]) == (122, "Camera", "Billing")
    assert suspect["example"].startswith("The refund of my payment")


def test_eight_texts_a_topic_are_enough_to_begin_with(home: Path, tmp_path: Path) -> None:
    result = train("topics", written(tmp_path / "a.csv", tickets(8)))
    assert result.exit_code == 0
    assert "expect little" not in result.stdout
    assert number(home) == 1


def test_two_topics_of_two_texts_train_too(home: Path, tmp_path: Path) -> None:
    result = train("topics", written(tmp_path / "a.csv", tickets(2, topics=("Billing", "Camera"))))
    assert result.exit_code == 0
    assert "fewer than 8 texts, so expect little of them: Billing (2), Camera (2)" in result.stdout


def test_a_training_that_cannot_be_is_one_sentence_and_the_head_in_use_stays(trained: Path, tmp_path: Path) -> None:
    for rows, said in [
        ([], "holds no row: it must hold a text and its topic a row"),
        (tickets(20, topics=("Billing",)), "has one topic only (Billing)"),
        (
            [(f"My order {number} is late", topic) for number, topic in enumerate(["Billing", "Camera"] * 9)],
            "the texts must be at least 4 different ones, were: 1",
        ),
        ([("", "Billing"), ("", "Camera")], "holds no row that can be used, of 2; row 2: the text is empty"),
    ]:
        result = train("topics", written(tmp_path / "bad.csv", rows))
        assert result.exit_code == 2
        assert said in result.stderr
        assert "Traceback" not in result.stderr
    result = train("topics", written(tmp_path / "bad.csv", tickets(8), heading=("Body", "Group")))
    assert "has no column text for the text; its columns are: Body, Group." in result.stderr
    assert (result.exit_code, number(trained)) == (2, 1)


def test_bad_rows_are_said_with_their_number(tmp_path: Path, labelled: Path) -> None:
    with labelled.open("a") as file:
        file.write(",Billing\r\nonly one cell\r\nA text,\r\n")
    result = train("topics", labelled)
    assert result.exit_code == 0
    assert "not used: row 122: the text is empty" in result.stderr
    assert "not used: row 123: has 1 cells, the heading has 2: quote cells that hold commas" in result.stderr
    assert "not used: row 124: the topic is empty" in result.stderr
    assert "123 rows, 120 texts used, 3 rows not usable" in result.stdout


def test_other_columns_are_mapped(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    body = "Hello,\nthe {} is wrong.\n\nKind regards\nAnn Smith\n+44 20 7946 0958"
    rows = [("Re: " + text, body.format(text.split()[1]), topic) for text, topic in tickets(10)]
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=";").writerows([("Subject", "Body", "Group"), *rows])
    path.write_bytes(made.getvalue().encode("cp1252"))
    result = train("topics", path, "--map", "text=Subject+Body", "--map", "topic=Group")
    assert result.exit_code == 0
    assert number(home) == 1


def test_a_text_is_learnt_as_it_will_be_read() -> None:
    texts = ("Re: my pw", "Call me on +44 20 7946 0958 please.\n\nKind regards\nAnn Smith\n\n> old mail")
    assert as_read(texts, masked=True) == "my password Call me on [PHONE] please."
    assert as_read(texts, masked=False) == "my password Call me on +44 20 7946 0958 please."


def test_a_list_without_models_says_how_to_make_one() -> None:
    assert train("list").stdout == (
        "No model was trained here; the shipped ones serve. Train topics with advisor train topics FILE.\n"
    )


def test_list_use_and_undo(trained: Path, labelled: Path) -> None:
    train("topics", labelled)
    lines = train("list").stdout.splitlines()
    assert [line[:15] for line in lines] == ["  topics   0001", "* topics   0002"]
    assert "120 texts of labelled.csv  accuracy " in lines[1]
    assert [json.loads(line)["in_use"] for line in train("list", "--json").stdout.splitlines()] == [False, True]
    assert train("undo", "topics").stdout.startswith("in use: topics 0001-")
    assert train("use", "topics", "2").stdout.startswith("in use: topics 0002-")
    train("undo", "topics")
    assert train("undo", "topics").stdout == "in use: no trained topics, but what is shipped\n"
    nothing = train("undo", "topics")
    assert (nothing.exit_code, nothing.stderr) == (
        2,
        "Error: there is nothing to undo: no trained model of the kind topics is in use\n",
    )
    assert train("use", "topics", "9").exit_code == 2


@pytest.mark.parametrize("name", ["topics", "list", "use", "undo"])
def test_every_command_has_help_with_an_example(name: str) -> None:
    assert "\n  Example: advisor train " in train(name, "--help").stdout
