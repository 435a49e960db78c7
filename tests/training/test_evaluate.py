"""Every task on small invented sets with the hash encoder, and the tables made of what they give."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner
from evaluate_builders import setting

from advisor.errors import SettingsError
from index.encoder import Encoded, HashEncoder
from index.settings import KnowledgeSettings
from training.benchmarks import TASKS, Figure, Goal, Mark, Result, Unit
from training.benchmarks.emotions import felt
from training.benchmarks.features import KeptSets
from training.benchmarks.retrieval import gains, groups_of, hits
from training.benchmarks.topics import Split, drawn
from training.benchmarks.tweets import folds, near_duplicates
from training.datasets import Asked
from training.evaluate import (
    END,
    START,
    as_json,
    complete,
    evaluate,
    interval,
    joined,
    markdown,
    met,
    placed,
    read_figures,
    save_plots,
    table,
)
from training.evaluate_commands import ALL, INCOMPLETE, NAMES
from training.evaluate_commands import evaluate as command
from training.feeling import BASIC, EKMAN

MATTERS = {
    "card": "my card is lost and I need another card with the plastic chip",
    "refund": "please give the refund of my money back for the broken order",
    "login": "I cannot sign in because the password is wrong since yesterday",
}
COUNT = 24  # rows a topic


class CountingEncoder(HashEncoder):
    """Counts the texts that it encodes."""

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, texts: Sequence[str], /, *, tokens: bool = False) -> Encoded:
        self.encoded += len(texts)
        return super().encode(texts, tokens=tokens)


def variants(topic: str, count: int, seed: int) -> list[str]:
    words, rng = MATTERS[topic].split(), np.random.default_rng(seed)
    return [" ".join([*rng.permutation(words)[:7].tolist(), f"number{seed}{at}"]) for at in range(count)]


def labelled(count: int, seed: int) -> list[tuple[str, str]]:
    return [(text, topic) for topic in MATTERS for text in variants(topic, count, seed)]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("ADVISOR_DATA", str(folder))
    return folder


def write_banking(data: Path) -> None:
    (data / "banking77").mkdir()
    for split, seed in (("train", 1), ("test", 2)):
        with (data / "banking77" / f"{split}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "category"), *labelled(COUNT, seed)])


def write_clinc(data: Path) -> None:
    outside = [(f"what is the weather like in town {at} today", "oos") for at in range(20)]
    content = {"train": labelled(COUNT, 1), "test": labelled(COUNT, 2), "oos_test": outside}
    (data / "clinc150").mkdir()
    (data / "clinc150" / "data_full.json").write_text(json.dumps(content), encoding="utf-8")


FEELINGS = {"joy": "so happy glad today", "anger": "this makes me furious mad", "neutral": "the train leaves at"}


def write_goemotions(data: Path) -> None:
    """Three emotions are told in turns, and all others now and then, since the branch learns all 28."""
    others = sorted({name for names in EKMAN.values() for name in names} - set(FEELINGS))
    texts = FEELINGS | {name: f"a word of {name} alone" for name in others}
    for folder, names in (("original", tuple(texts)), ("ekman", tuple(EKMAN))):
        (data / "goemotions" / folder).mkdir(parents=True)
        (data / "goemotions" / folder / "labels.txt").write_text("\n".join(names), encoding="utf-8")
        basic = {name: kind for kind, parts in EKMAN.items() for name in parts}
        numbers = {name: names.index(name if folder == "original" else basic[name]) for name in texts}
        for split in ("train", "dev", "test"):
            rows = [f"{texts[name]} {at}\t{numbers[name]}\tid{at}" for at in range(16) for name in texts]
            (data / "goemotions" / folder / f"{split}.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def write_tweets(data: Path) -> None:
    words = ("fine", "late", "broken", "refund", "lawyer")
    rows = [
        {
            "tweet": f"@shop {word} {word} {own * 3} {own * 5} {own * 7}",
            "label": str(int(level > 0)),
            "Severity": str(level),
        }
        for own in "abcdefghijkl"
        for level, word in enumerate(words)
    ]
    (data / "xci_complaints").mkdir()
    with (data / "xci_complaints" / "xci.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


ARTICLES = (
    "printer paper jam", "invoice download", "password reset", "calendar sync", "parcel tracking", "voucher code",
    "camera battery", "subtitle language", "garden sensor", "bicycle lock", "concert seat", "passport scan",
)  # fmt: skip


def write_help_centres(data: Path) -> None:
    wix, tech = [], []
    for number, title in enumerate(ARTICLES):
        text = f"How the {title} works, step by step, and what to do when the {title} fails."
        for form in ("my {} fails, what now", "explain the {} to me"):
            asked = form.format(title)
            context = {"id": f"w{number}", "text": f"{title}\n{text}"}
            wix.append({"question": asked, "article_ids": [f"w{number}"], "contexts": [context]})
            named = {"filename": f"t{number}", "text": f"Title: {title} server\n\nText:\nOn a server: {text}"}
            tech.append({"question": f"{asked} on the server", "is_impossible": False, "contexts": [named]})
        strange = {"question": f"why is planet {number}{number} so cold", "is_impossible": True, "contexts": []}
        tech.append(strange)
    (data / "wixqa_techqa").mkdir()
    for name, rows in (("wixqa_public_rag_sample", wix), ("techqa_rag_eval_sample", tech)):
        lines = "".join(json.dumps(one) + "\n" for one in rows)
        (data / "wixqa_techqa" / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    (data / "kb_saladcloud").mkdir()
    (data / "kb_saladcloud" / "gpu.md").write_text("# GPU nodes\n\nNodes run containers.\n", encoding="utf-8")


def run(name: str, folder: Path, *, draw: bool = False) -> Result:
    [result] = evaluate([name], setting(folder, draw=draw))
    return result


def value(result: Result, name: str) -> float:
    return next(figure.value for figure in result.figures if figure.name == name)


def test_banking_is_measured_on_its_test_split_with_an_interval(data: Path, tmp_path: Path) -> None:
    write_banking(data)
    result = run("banking77", tmp_path)
    assert result.mark is Mark.COMPANY_TUNED
    assert value(result, "accuracy") >= 0.95
    accuracy = result.figures[0]
    assert (accuracy.low or 0) <= accuracy.value <= (accuracy.high or 1)
    assert met(accuracy) == "stretch"


def test_ten_shots_say_that_the_draws_are_the_projects_own(data: Path, tmp_path: Path) -> None:
    write_banking(data)
    result = run("banking77-10shot", tmp_path)
    assert "the project draws them from the training split" in result.protocol
    assert value(result, "worst draw") <= value(result, "accuracy") <= value(result, "best draw")


def test_clinc_tells_what_is_inside_from_what_is_outside(data: Path, tmp_path: Path) -> None:
    write_clinc(data)
    result = run("clinc150", tmp_path, draw=True)
    assert value(result, "in-scope accuracy") >= 0.95
    assert value(result, "out-of-scope AUROC") > 0.9
    assert {"reliability", "risk-coverage", "confusion", "topics", "rejection"} == set(result.plots)
    for path in save_plots(result, tmp_path / "plots"):
        assert ElementTree.parse(path).getroot().get("role") == "img"


def test_goemotions_measures_both_label_sets_by_the_branch_that_the_product_trains(data: Path, tmp_path: Path) -> None:
    write_goemotions(data)
    one = setting(tmp_path)
    [result] = evaluate(["goemotions"], one)
    assert [figure.name for figure in result.figures] == ["macro-F1, 28 labels", "macro-F1, Ekman"]
    assert all(0 <= figure.value <= 1 for figure in result.figures)
    head = felt(one)[1]
    assert head.labels == (*sorted({name for names in EKMAN.values() for name in names} - {"neutral"}), "neutral",
                           *(f"{BASIC}{name}" for name in EKMAN))  # fmt: skip


def test_tweets_are_told_by_the_products_recipe_for_severity(data: Path, tmp_path: Path) -> None:
    write_goemotions(data)
    write_tweets(data)
    result = run("xci", tmp_path)
    assert value(result, "complaint macro-F1") >= 0.9
    assert value(result, "severity macro-F1, four levels of complaints") >= 0.9
    assert result.date.count("-") == 2


def test_articles_are_found_among_those_of_others_and_questions_without_one_are_told(
    data: Path, tmp_path: Path
) -> None:
    write_help_centres(data)
    one = setting(tmp_path, draw=True)
    wixqa, techqa = evaluate(["wixqa", "techqa"], one)
    assert value(wixqa, "hit@3") == 1
    assert value(wixqa, "MRR@3, own articles only") >= 0.95
    assert value(techqa, "hit@3") >= 0.9
    assert value(techqa, "answerable, AUROC") > 0.9
    assert "answerable, AUROC on techqa, trained on wixqa" in {figure.name for figure in techqa.figures}
    assert set(techqa.plots) == {"risk-coverage", "reliability"}


def test_a_task_without_its_data_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADVISOR_DATA", raising=False)
    results = list(evaluate(["banking77", "wishes"], setting(tmp_path)))
    assert "ADVISOR_DATA must name the folder of public data" in results[0].missing
    assert "wishes_hands.jsonl is not there" in results[1].missing
    assert not complete(results)


def test_a_set_that_the_folder_lacks_is_named(data: Path, tmp_path: Path) -> None:
    assert (
        "train.csv is not there: the folder that ADVISOR_DATA names lacks this set"
        in run("banking77", tmp_path).missing
    )


def test_the_command_knows_every_task() -> None:
    assert tuple(TASKS) == NAMES


def test_make_leaves_out_the_tickets_that_are_kept_apart() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")
    tasks = next(line for line in makefile.splitlines() if line.startswith("TASKS ?= "))
    assert tasks.split()[2:] == [name for name in NAMES if name not in {"wishes", "signals"}]


def test_the_command_ends_with_its_own_status_where_a_task_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ADVISOR_DATA", raising=False)
    monkeypatch.setenv("ADVISOR_PRECISION", "hash")
    arguments = ["xci", "--json", "--cache", str(tmp_path / "cache")]
    ended = CliRunner().invoke(command, arguments, obj=KnowledgeSettings(tmp_path))
    assert ended.exit_code == INCOMPLETE
    assert json.loads(ended.stdout)["complete"] is False
    assert "xci: not run." in ended.stderr
    assert ALL not in NAMES


def test_an_unknown_task_is_refused_with_those_that_there_are() -> None:
    ended = CliRunner().invoke(command, ["banking"])
    assert ended.exit_code == 2
    assert "'banking77'" in ended.output


def test_a_set_is_encoded_once_and_found_again_on_disk(tmp_path: Path) -> None:
    texts, encoder = [f"ticket number {at}" for at in range(250)], CountingEncoder()
    first = KeptSets(encoder, tmp_path).encode(texts)
    second = KeptSets(encoder, tmp_path).encode(texts)
    assert encoder.encoded == 250
    assert np.array_equal(first.sentences, second.sentences)
    assert np.array_equal(first.inner, second.inner)
    assert first.cut == second.cut
    next(iter(tmp_path.glob("*.npz"))).write_bytes(b"half a file")
    assert np.array_equal(KeptSets(encoder, tmp_path).encode(texts).inner, first.inner)
    assert encoder.encoded == 500


def test_tweets_that_share_most_words_are_near_duplicates() -> None:
    groups = near_duplicates(["my new bag broke today", "My new bag broke today!", "thanks for the help", "", ""])
    assert groups[0] == groups[1] != groups[2]
    assert groups[3] == groups[4] != groups[2]


def test_near_duplicates_stand_in_one_fold() -> None:
    groups = np.repeat(np.arange(20), 3)
    truth = np.array(["0", "1"] * 30)
    for train, test in folds(truth, groups, quick=False):
        assert not set(groups[train]) & set(groups[test])


def test_ranks_become_hits_and_gains() -> None:
    assert hits([1, 3, 4, None], 3).tolist() == [1, 1, 0, 0]
    assert gains([1, 2, 11, None], 10).tolist() == [1, 0.5, 0, 0]


def test_questions_that_share_an_article_are_of_one_group() -> None:
    asked = [Asked("a", ("x",)), Asked("b", ("x", "y")), Asked("c", ("y",)), Asked("d", ("z",)), Asked("e", ())]
    groups = groups_of(asked).tolist()
    assert groups[0] == groups[1] == groups[2]
    assert len(set(groups)) == 3


def test_a_draw_takes_so_many_of_each_topic_and_is_the_same_each_time() -> None:
    split = Split(tuple("abcdef"), ("x", "x", "x", "y", "y", "z"))
    assert drawn(split, 2, 5) == drawn(split, 2, 5)
    assert sorted(split.rows(drawn(split, 2, 5)).topics) == ["x", "x", "y", "y", "z"]


FIGURES = (
    Figure(
        name="accuracy", value=0.9412, low=0.931, high=0.952, target=Goal(least=0.94), stretch=Goal(least=0.95),
        published="93.1 kNN", unit=Unit.PERCENT,
    ),
    Figure(name="AUROC", value=0.9829, low=0.979, high=0.986, target=Goal(least=0.982), stretch=Goal(least=0.982)),
    Figure(name="slope", value=1.3, low=1.1, high=1.5, target=Goal(least=0.8, most=1.2), unit=Unit.NUMBER),
    Figure(name="cost", value=1.31, target=Goal(most=1.35), stretch=Goal(most=1.2), unit=Unit.TIMES),
    Figure(name="for the record", value=2.345, unit=Unit.MILLISECONDS),
)  # fmt: skip
RESULT = Result(
    name="invented", mark=Mark.SHIPPED, protocol="an invented task", figures=FIGURES, seconds=12.0, date="2026-03-02"
)
TABLE = """\
invented (shipped, 12 s): an invented task.
  figure          value    95 % interval  target        stretch  met      published
  accuracy        94.1     93.1 to 95.2   ≥ 94.0        ≥ 95.0   yes      93.1 kNN
  AUROC           .983     .979 to .986   ≥ .982        ≥ .982   stretch
  slope           1.30     1.10 to 1.50   0.80 to 1.20           no
  cost            1.31 ×                  ≤ 1.35        ≤ 1.20   yes
  for the record  2.35 ms
"""


def test_the_table_shows_value_interval_goal_and_whether_it_is_met() -> None:
    assert table(RESULT) == TABLE


def test_the_readmes_table_replaces_what_stands_between_its_markers() -> None:
    made = markdown([RESULT, replace(RESULT, name="absent", figures=(), protocol="", missing="no data")])
    assert "| `invented` | accuracy | 94.1 | 93.1 to 95.2 | ≥ 94.0 | ≥ 95.0 | yes | 93.1 kNN | shipped |" in made
    assert "| `absent` | not run | | | | | | | |" in made
    assert "* `invented` (2026-03-02): an invented task." in made
    rows = [line for line in made.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {10}
    text = placed(f"# Title\n\n{START}\nold\n{END}\n\nThe rest.\n", made)
    assert text == f"# Title\n\n{made}\n\nThe rest.\n"
    assert placed(text, made) == text
    with pytest.raises(SettingsError, match="between which the table is placed"):
        placed("# Title", made)


def test_figures_of_before_stand_for_what_is_not_measured_anew(tmp_path: Path) -> None:
    one, path = setting(tmp_path), tmp_path / "figures.json"
    old = [replace(RESULT, name=name, date="2026-03-02") for name in ("xci", "banking77")]
    path.write_text(as_json(old, one), encoding="utf-8")
    before = read_figures(path)
    assert before.results[1].figures[0].target == Goal(least=0.94)
    results = joined(before, [replace(RESULT, name="xci", date="2026-03-09")], one)
    assert [(one.name, one.date) for one in results] == [("banking77", "2026-03-02"), ("xci", "2026-03-09")]
    with pytest.raises(SettingsError, match="all or none quick"):
        joined(before, [RESULT], replace(one, quick=False))


def test_the_table_is_placed_into_a_document_without_measuring(tmp_path: Path) -> None:
    path, document = tmp_path / "figures.json", tmp_path / "README.md"
    path.write_text(as_json([replace(RESULT, name="xci")], setting(tmp_path)), encoding="utf-8")
    document.write_text(f"# Title\n\n{START}\n{END}\n", encoding="utf-8")
    ended = CliRunner().invoke(command, ["--from", str(path), "--into", str(document)])
    assert ended.exit_code == 0
    assert "| `xci` | accuracy | 94.1 |" in document.read_text(encoding="utf-8")


def test_a_command_without_a_task_or_figures_says_what_to_name() -> None:
    ended = CliRunner().invoke(command, [])
    assert ended.exit_code == 2
    assert "name a task: banking77," in ended.output


def test_a_quick_table_says_that_it_is_not_to_be_quoted() -> None:
    assert "not to be quoted" in markdown([RESULT], quick=True)


def test_json_holds_plain_values_and_whether_each_goal_is_met(tmp_path: Path) -> None:
    content = json.loads(as_json([RESULT], setting(tmp_path)))
    assert content["complete"] is True
    first, *_, last = content["results"][0]["figures"]
    assert (first["value"], first["met"], first["stretch_met"], first["mark"]) == (0.9412, True, False, "shipped")
    assert (last["met"], last["unit"]) == (None, "milliseconds")


def test_no_figure_meets_a_goal_without_a_value() -> None:
    assert not Goal(least=0.5).met(float("nan"))
    assert Goal(least=0.8, most=1.2).met(0.8)
    assert interval(Figure(name="x", value=1.0)) == ""
