"""Model cards: what stands in docs/models is what the generator gives, from files, figures and notes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from advisor.errors import SettingsError
from advisor.reading.heads import SHIPPED
from training.benchmarks import TASKS, Figure, Mark, Result, Unit
from training.card_commands import CARDS
from training.card_commands import cards as command
from training.card_pages import GENERATED, model_files, page, pages, size, sizes, write
from training.cards import Card, Making, Measure, Noted, Opening, Source, Use, read_noted, read_said
from training.evaluate import Figures

SOURCES = {"tickets": Source(name="Invented tickets", licence="CC0", where="https://tickets.example", by="Nobody")}
CARD = Card(
    file="sorter",
    title="Sorter",
    summary="Sorts tickets.",
    reads="words",
    gives="a pile",
    command="advisor train sorter",
    made="By counting.",
    files=("sorter.*",),
    uses=(Use(source="tickets", what="ten of them"),),
    measures=(Measure(task="wishes", begins=("phone",)), Measure(task="xci")),
    limits=("English only.",),
    not_for=("Sorting people.",),
    noted="Nobody sorted by hand.",
    hands=True,
)
RECALL = Figure(name="phone: wants: recall (50)", value=0.96, low=0.865, high=0.989, published="")
ACCURACY = Figure(name="accuracy", value=0.5, published="60.0 | others", unit=Unit.PERCENT)
RESULTS = (
    Result(name="wishes", mark=Mark.SHIPPED, protocol="some tickets", figures=(RECALL, ACCURACY), date="2026-03-02"),
    Result(name="xci", mark=Mark.SHIPPED, protocol="", missing="no data", date="2026-03-02"),
)
FIGURES = Figures(schema=1, encoder="abc", quick=False, complete=False, results=RESULTS)
PAGE = f"""\
# Sorter

{GENERATED}

Sorts tickets.

* Reads: words.
* Gives: a pile.

## How it is made

`advisor train sorter`: 12.5 minutes on two cores (2026-03-01)

By counting.

## Data

| data | used for | licence | by | source |
| --- | --- | --- | --- | --- |
| Invented tickets | ten of them | CC0 | Nobody | https://tickets.example |

None of it is in this package, except the project's own texts.

## On disk

| file | size |
| --- | --- |
| `sorter.json` | 1 kB |
| `sorter.npz` | 1.2 MB |

## Figures

`advisor evaluate wishes`, 2026-03-02, shipped: some tickets.

| figure | value | 95 % interval | published |
| --- | --- | --- | --- |
| phone: wants: recall (50) | .960 | .865 to .989 |  |

`advisor evaluate xci`: not run.

Nobody sorted by hand.

### The tickets by other hands

1,134 tickets in three parts, each by another hand that saw only what the labels mean. They are kept apart
and opened once a release; what is seen then may change the next release, not the one that is measured.

| opened | release | by | what was seen |
| --- | --- | --- | --- |
| 2026-03-02 | 0.2.0 | the release | the totals |

## Limits

* English only.

## Not for

* Sorting people.
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "sorter.npz").write_bytes(b"0" * 1_234_000)
    (folder / "sorter.json").write_text("{}", encoding="utf-8")
    return folder


def noted(*, quick: bool = False) -> Noted:
    return Noted(
        figures=replace(FIGURES, quick=quick),
        openings=(Opening(date=date(2026, 3, 2), release="0.2.0", by="the release", what="the totals"),),
        made={"sorter": Making(date=date(2026, 3, 1), minutes=12.5, machine="two cores")},
    )


def test_the_cards_in_the_documents_are_what_the_generator_gives() -> None:
    made = pages(read_said(), read_noted(CARDS), SHIPPED)
    there = {path.name: path.read_text(encoding="utf-8") for path in CARDS.glob("*.md")}
    assert there == made, "the cards are stale: run make cards"


def test_a_card_tells_data_sizes_figures_and_openings(models: Path) -> None:
    assert page(CARD, SOURCES, noted(), models) == PAGE


def test_what_is_not_known_yet_is_said(tmp_path: Path) -> None:
    text = page(CARD, SOURCES, Noted(), tmp_path)
    assert "`advisor train sorter`\n" in text
    assert "Not in this copy." in text
    assert "`advisor evaluate wishes`: not measured yet." in text
    assert "Not opened yet." in text


def test_quick_figures_are_not_to_be_quoted(models: Path) -> None:
    assert "not to be quoted" in page(CARD, SOURCES, noted(quick=True), models)
    assert "not to be quoted" not in page(CARD, SOURCES, noted(), models)


def test_a_bar_in_a_cell_does_not_break_the_table(models: Path) -> None:
    card = replace(CARD, measures=(Measure(task="wishes"),))
    assert "| accuracy | 50.0 |  | 60.0 / others |" in page(card, SOURCES, noted(), models)


def test_every_card_names_data_limits_and_what_it_is_not_for() -> None:
    for card in read_said().cards:
        assert card.uses, card.file
        assert card.limits, card.file
        assert card.not_for, card.file
        assert card.measures or card.noted, card.file


def test_every_task_stands_on_a_card() -> None:
    assert {measure.task for card in read_said().cards for measure in card.measures} == set(TASKS)


def test_the_figures_of_calibration_are_each_on_one_card() -> None:
    begins = [
        one for card in read_said().cards for each in card.measures if each.task == "calibration" for one in each.begins
    ]
    assert len(begins) == len(set(begins)) == 10


@pytest.mark.skipif(
    not (SHIPPED / "close.onnx").is_file(), reason="the shipped models are from before the close reader"
)
def test_every_shipped_model_file_stands_on_one_card() -> None:
    named = [name for card in read_said().cards for name in sizes(card, SHIPPED)]
    assert sorted(named) == [path.name for path in model_files(SHIPPED) if path.name != "manifest.json"]


def test_sizes_are_for_people() -> None:
    assert [size(count) for count in (0, 3, 400_200, 7_654_321)] == ["", "1 kB", "400 kB", "7.7 MB"]


def test_what_is_no_card_is_never_overwritten_and_old_cards_go(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text(f"# Old\n\n{GENERATED}\n", encoding="utf-8")
    (tmp_path / "notes.md").write_text("mine", encoding="utf-8")
    write(tmp_path, {"new.md": f"# New\n\n{GENERATED}\n"})
    assert {path.name for path in tmp_path.iterdir()} == {"new.md", "notes.md"}
    with pytest.raises(SettingsError, match=r"notes\.md is no model card and would be overwritten"):
        write(tmp_path, {"notes.md": "theirs"})
    assert (tmp_path / "notes.md").read_text(encoding="utf-8") == "mine"


def test_notes_with_a_mistake_are_refused_by_file_and_place(tmp_path: Path) -> None:
    (tmp_path / "openings.json").write_text(json.dumps([{"date": "2026-03-02", "release": "0.2.0", "by": "me"}]))
    with pytest.raises(SettingsError, match=r"openings\.json: .*`what`.*\$\[0\]"):
        read_noted(tmp_path)
    (tmp_path / "openings.json").write_text("[")
    with pytest.raises(SettingsError, match=r"openings\.json is not JSON"):
        read_noted(tmp_path)


def test_figures_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "figures.json").write_text('{"schema": 1}')
    with pytest.raises(SettingsError, match=r"figures\.json does not hold figures"):
        read_noted(tmp_path)
    (tmp_path / "figures.json").write_text(
        '{"schema": 9, "encoder": "", "quick": false, "complete": true, "results": []}'
    )
    with pytest.raises(SettingsError, match="has schema 9, this program reads 1"):
        read_noted(tmp_path)


def test_a_card_must_name_sources_and_tasks_that_there_are(tmp_path: Path) -> None:
    said = (Path(CARDS).parents[1] / "training" / "cards.toml").read_text(encoding="utf-8")
    path = tmp_path / "cards.toml"
    path.write_text(said.replace('source = "minilm"', 'source = "maxilm"'), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"the card encoder uses sources that are not named: \['maxilm'\]"):
        read_said(path)
    path.write_text(said.replace('task = "xci"', 'task = "xki"'), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"the card severity shows tasks that are not there: \['xki'\]"):
        read_said(path)


def test_the_command_writes_all_pages(tmp_path: Path) -> None:
    ended = CliRunner().invoke(command, ["--out", str(tmp_path)])
    assert ended.exit_code == 0
    assert {path.stem for path in tmp_path.iterdir()} == {"README", *(card.file for card in read_said().cards)}
