from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import ModelError
from advisor.reading.answers import AnswerHead, Recalibration, State, stretches
from advisor.reading.heads import Head, write_manifest
from advisor.reading.pairs import FEATURES
from advisor.records import Records
from advisor.registry import About, Kind, Registry
from advisor.settings import Settings
from index.articles import Article
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase
from index.settings import KnowledgeSettings, Precision
from training.answer_commands import answers
from training.answer_labels import AnswerLabel, parse_fields, read_answer_labels
from training.labelled_fields import LabelledError
from training.recalibrate import (
    RecalibrationReport,
    Scored,
    allowed,
    fit_state,
    knots_of,
    mean_loss,
    next_state,
    penalised,
    recalibrate,
)
from training.ticket_scorer import TicketScorer

COLUMNS = parse_fields(())
ARTICLES = [
    Article(id="reset", source="help", title="Reset your password", body="Choose a new password on the sign-in page."),
    Article(id="camera", source="help", title="The camera", body="Let the browser use the camera."),
]


def told(odds: float, number: int) -> str:
    """A ticket that says what is to be read in it, and differs from others in more than digits."""
    return f"{'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10 % 10]}{'uvwxyzabcd'[number // 100 % 10]} x {odds}"


def reads_odds(label: AnswerLabel) -> tuple[str, str, float] | str:
    """A scorer whose tickets say their log-odds."""
    return label.texts[0], "reset", float(label.texts[0].split()[-1])


def head(recalibration: Recalibration | None = None) -> AnswerHead:
    size = 2 * len(FEATURES)
    one, zero = np.ones(1, np.float32), np.zeros(1, np.float32)
    verdict = Head(
        name="answers", labels=("answers",), exclusive=False, dense=np.zeros((1, size + 5), np.float32),
        sparse=np.zeros((1, 1), np.float32), bias=zero, slope=one, offset=zero, thresholds=(0.5,),
    )  # fmt: skip
    dense = verdict.dense.copy()
    dense[0, 0] = 4.0  # the winner's similarity
    weights = np.zeros(size, np.float32)
    weights[0] = 1.0
    ready = AnswerHead(
        weights, np.zeros(size, np.float32), np.ones(size, np.float32), replace(verdict, dense=dense), fingerprint="one"
    )
    return replace(ready, recalibration=recalibration) if recalibration else ready


def written(folder: Path, count: int, *, turn: Callable[[float], float], seed: int = 1, weight: str = "") -> Path:
    """Labels whose truth comes from turned log-odds."""
    rng = np.random.default_rng(seed)
    rows = ["text,article_id,answered,weight"]
    for number in range(count):
        odds = round(float(rng.normal(0, 2)), 4)
        yes = rng.random() < 1 / (1 + np.exp(-turn(odds)))
        rows.append(f"{told(odds, number)},reset,{'yes' if yes else 'no'},{weight}")
    path = folder / "judged.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def made(path: Path, registry: Registry, now: AnswerHead | None = None, *, force: bool = False) -> RecalibrationReport:
    return recalibrate(path, COLUMNS, reads_odds, now or head(), registry, encoder="hash", force=force)


def scored(odds: Sequence[float], answered: Sequence[bool]) -> Scored:
    return Scored(np.array(odds), np.array(answered, float), np.ones(len(odds)), np.arange(len(odds)))


@pytest.mark.parametrize(
    ("count", "states", "wanted"),
    [
        (199, (), 200),
        (200, (State.INTERCEPT,), 500),
        (499.5, (State.INTERCEPT,), 500),
        (500, (State.INTERCEPT, State.SLOPE), 2000),
        (2000, (State.INTERCEPT, State.SLOPE, State.SHAPE), 0),
    ],
)
def test_each_state_needs_its_number_of_labels(count: float, states: tuple[State, ...], wanted: int) -> None:
    assert allowed(count) == states
    assert next_state(count) == wanted


def test_without_labels_the_shipped_chance_stays() -> None:
    assert Recalibration().turn(np.array([-3.0, 0.0, 2.5])).tolist() == [-3.0, 0.0, 2.5]
    assert head().state is State.SHIPPED


def test_a_curve_is_straight_between_its_knots() -> None:
    curve = Recalibration(state=State.SHAPE, offset=1.0, knots=(-1.0, 2.0), slopes=(0.5, 1.0, 2.0))
    assert curve.turn(np.array([-3.0, -1.0, 0.0, 2.0, 3.0])).tolist() == [-1.0, 0.0, 1.0, 3.0, 5.0]


@given(
    st.lists(st.floats(-9, 9), min_size=0, max_size=5, unique=True),
    st.lists(st.floats(0.05, 20), min_size=6, max_size=6),
    st.floats(-5, 5),
    st.lists(st.floats(-30, 30), min_size=2, max_size=20),
)
def test_a_recalibration_never_reorders_chances(
    knots: list[float], slopes: list[float], offset: float, odds: list[float]
) -> None:
    curve = Recalibration(
        state=State.SHAPE, offset=offset, knots=tuple(sorted(knots)), slopes=tuple(slopes[: len(knots) + 1])
    )
    turned = curve.turn(np.array(sorted(odds)))
    assert np.all(np.diff(turned) >= -1e-9)


@pytest.mark.parametrize(("knots", "slopes"), [((1.0, 1.0), (1.0, 1.0, 1.0)), ((), (0.0,)), ((1.0,), (1.0,))])
def test_a_curve_that_could_fall_is_refused(knots: tuple[float, ...], slopes: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="rising knots and one slope above 0 more"):
        Recalibration(knots=knots, slopes=slopes)


@pytest.mark.parametrize("state", [State.INTERCEPT, State.SLOPE, State.SHAPE])
def test_the_gradient_is_that_of_the_loss(state: State) -> None:
    rng = np.random.default_rng(3)
    rows = scored(rng.normal(0, 2, 60).tolist(), (rng.random(60) < 0.4).tolist())
    knots = knots_of(rows.odds) if state is State.SHAPE else ()
    basis = stretches(rows.odds, knots)
    size = 1 if state is State.INTERCEPT else 2 + len(knots)
    at = rng.normal(0, 0.3, size)
    gradient = penalised(at, basis, rows)[1]
    for place in range(size):
        step = np.zeros(size)
        step[place] = 1e-5
        slope = (penalised(at + step, basis, rows)[0] - penalised(at - step, basis, rows)[0]) / 2e-5
        assert gradient[place] == pytest.approx(slope, rel=1e-4, abs=1e-4)


def test_an_intercept_is_found_again(tmp_path: Path) -> None:
    report = made(written(tmp_path, 400, turn=lambda odds: odds - 1.5), Registry(tmp_path / "models"))
    assert (report.state, report.labels, report.wanted, report.in_use) == (State.INTERCEPT, 400, 500, True)
    assert report.before is not None
    assert report.after is not None
    assert report.after.log_loss < report.before.log_loss - 0.1
    assert report.after.log_loss < report.constant
    found = Recalibration.load(Registry(tmp_path / "models").versions(Kind.ANSWERS)[0].folder)
    assert found.offset == pytest.approx(-1.5, abs=0.35)
    assert (found.slopes, found.head, found.labels) == ((1.0,), "one", 400)


def test_a_slope_is_found_again(tmp_path: Path) -> None:
    report = made(written(tmp_path, 900, turn=lambda odds: 0.4 * odds + 0.5), Registry(tmp_path / "models"))
    assert report.state is State.SLOPE
    assert report.after is not None
    assert 0.8 <= report.after.slope <= 1.2
    assert report.after.low < 1 < report.after.high
    found = Recalibration.load(Registry(tmp_path / "models").versions()[0].folder)
    assert found.slopes[0] == pytest.approx(0.4, abs=0.1)
    assert found.offset == pytest.approx(0.5, abs=0.25)


def test_a_bent_truth_is_followed(tmp_path: Path) -> None:
    def bent(odds: float) -> float:
        return 0.3 * odds if odds < 0 else 2.5 * odds

    report = made(written(tmp_path, 1000, turn=bent), Registry(tmp_path / "few"))
    assert report.state is State.SLOPE  # too few labels to bend
    rng = np.random.default_rng(5)
    odds = rng.normal(0, 2, 4000)
    truth = rng.random(4000) < 1 / (1 + np.exp(-np.array([bent(one) for one in odds])))
    rows = scored(odds.tolist(), truth.tolist())
    shape = fit_state(rows, State.SHAPE)
    assert (
        mean_loss(shape.turn(rows.odds), rows) < mean_loss(fit_state(rows, State.SLOPE).turn(rows.odds), rows) - 0.005
    )
    assert shape.slopes[0] < 0.7 < 1.5 < shape.slopes[-1]


def test_too_few_labels_change_nothing(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "models")
    report = made(written(tmp_path, 199, turn=lambda odds: odds - 3), registry)
    assert (report.state, report.version, report.in_use, report.wanted) == (State.SHIPPED, "", False, 200)
    assert registry.versions() == []


def test_weights_count_for_the_number_of_labels(tmp_path: Path) -> None:
    report = made(written(tmp_path, 300, turn=lambda odds: odds - 3, weight="0.5"), Registry(tmp_path / "models"))
    assert (report.labels, report.version) == (150, "")


def test_labels_that_all_say_yes_change_nothing(tmp_path: Path) -> None:
    report = made(written(tmp_path, 300, turn=lambda odds: 99.0), Registry(tmp_path / "models"))
    assert (report.labels, report.version) == (300, "")


def test_a_worse_recalibration_is_kept_but_not_used_unless_forced(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "models")
    path = written(tmp_path, 400, turn=lambda odds: 0.3 * odds)
    now = head(Recalibration(state=State.SLOPE, labels=600, slopes=(0.3,), head="one"))
    report = made(path, registry, now)
    assert (report.state, report.in_use) == (State.INTERCEPT, False)
    assert report.difference is not None
    assert report.difference.mean > 0.005
    assert registry.in_use(Kind.ANSWERS) is None
    forced = made(path, registry, now, force=True)
    assert forced.in_use
    live = registry.in_use(Kind.ANSWERS)
    assert live is not None
    assert live.name == forced.version
    about = live.about()
    assert about.source == "judged.csv (intercept)"
    assert about.figures["labels"] == 400


def test_a_label_of_another_article_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, 250, turn=lambda odds: odds - 1)
    rows = path.read_text(encoding="utf-8").splitlines()
    rows[1] = rows[1].replace("reset", "camera")
    path.write_text("\n".join(rows), encoding="utf-8")
    report = made(path, Registry(tmp_path / "models"))
    assert (report.used, report.refused) == (249, 1)
    assert report.problems == ("row 2 is about camera, but reset would be offered first now",)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("hello,,yes,", "row 3 has no article_id: name the article that was offered"),
        (",reset,yes,", "row 3 has neither text nor ticket_id"),
        ("hello,reset,perhaps,", "row 3 answered must be yes or no, was: 'perhaps'"),
        ("hello,reset,yes,2", "row 3 weight must be above 0 and at most 1, was: 2"),
        ("hello,reset,yes,nan", "row 3 weight must be above 0 and at most 1, was: nan"),
        ("a,b,c,d,e", "row 3 has 5 cells, the heading has 4: quote cells with separators"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_used(tmp_path: Path, row: str, problem: str) -> None:
    path = tmp_path / "judged.csv"
    path.write_text(f"text,article_id,answered,weight\nhow,reset,Yes,0.25\n{row}\n", encoding="utf-8")
    read = read_answer_labels(path)
    assert read.labels == (AnswerLabel(2, ("how",), "", "reset", True, 0.25),)
    assert (read.problems, read.refused, read.read) == ((problem,), 1, 2)


def test_json_lines_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "judged.jsonl"
    rows = [{"ticket_id": "7", "article_id": "reset", "answered": False}, {"text": "how", "answered": True}]
    path.write_text("\n".join([*(json.dumps(row) for row in rows), "{oh"]), encoding="utf-8")
    read = read_answer_labels(path)
    assert read.labels == (AnswerLabel(1, (), "7", "reset", False),)
    assert read.problems[0] == "row 2 has no article_id: name the article that was offered"
    assert read.problems[1].startswith("row 3 is no JSON")


def test_columns_of_other_names_are_mapped(tmp_path: Path) -> None:
    path = tmp_path / "judged.csv"
    path.write_text("Subject;Body;article_id;Helped\nHi;how;reset;n\n", encoding="utf-8")
    read = read_answer_labels(path, parse_fields(["text=Subject+Body", "answered=Helped"]))
    assert read.labels == (AnswerLabel(2, ("Hi", "how"), "", "reset", False),)
    with pytest.raises(LabelledError, match=r"has no column answered, no column text or ticket_id; its columns are: "):
        read_answer_labels(path)
    with pytest.raises(LabelledError, match="--map must be FIELD=COLUMN"):
        parse_fields(["colour=Blue"])


def test_a_file_without_any_usable_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "judged.csv"
    path.write_text("text,article_id,answered\n", encoding="utf-8")
    with pytest.raises(LabelledError, match="holds no row that can be used; it is empty"):
        read_answer_labels(path)


def saved(folder: Path) -> Path:
    """A folder with an answer head for any encoder, and the words of a language."""
    one = head()
    one.save(folder)
    (folder / "lexicon.json").write_text('["password", "the", "reset"]', encoding="utf-8")
    write_manifest(folder)
    return folder


def test_a_head_loads_with_its_recalibration_and_says_its_state(tmp_path: Path) -> None:
    heads, own = saved(tmp_path / "heads"), tmp_path / "own"
    plain = AnswerHead.load(heads, encoder="hash")
    own.mkdir()
    Recalibration(state=State.SLOPE, labels=700, offset=-1.0, slopes=(2.0,), head=plain.fingerprint).save(own)
    write_manifest(own)
    turned = AnswerHead.load(heads, encoder="hash", recalibration=own)
    assert (plain.state, turned.state, turned.recalibration.labels) == (State.SHIPPED, State.SLOPE, 700)
    features = np.full((2, len(FEATURES)), 0.5, np.float32)
    scores = plain.rank(features)
    odds = plain.log_odds(features, scores, 5)
    assert odds == pytest.approx(2.0, abs=0.01)
    assert plain.chance(features, scores, 5) == pytest.approx(1 / (1 + np.exp(-odds)), abs=1e-6)
    assert turned.chance(features, scores, 5) == pytest.approx(1 / (1 + np.exp(1 - 2 * odds)), abs=1e-6)


def test_a_recalibration_of_another_head_is_not_applied(tmp_path: Path) -> None:
    heads, own = saved(tmp_path / "heads"), tmp_path / "own"
    own.mkdir()
    Recalibration(state=State.INTERCEPT, labels=300, offset=-5.0, head="of another one").save(own)
    write_manifest(own)
    assert AnswerHead.load(heads, encoder="hash", recalibration=own).recalibration == Recalibration()


@pytest.mark.parametrize("change", [b'{"slopes": [0]}', b'{"format": 9}', b"{"])
def test_a_recalibration_that_cannot_be_used_is_refused_by_name(tmp_path: Path, change: bytes) -> None:
    heads = saved(tmp_path / "heads")
    (tmp_path / "calibration.json").write_bytes(change)
    write_manifest(tmp_path)
    with pytest.raises(ModelError, match=r"calibration\.json (cannot be read|has format 9)"):
        AnswerHead.load(heads, encoder="hash", recalibration=tmp_path)
    (tmp_path / "calibration.json").write_bytes(change + b" ")
    with pytest.raises(ModelError, match=r"calibration\.json was changed"):
        AnswerHead.load(heads, encoder="hash", recalibration=tmp_path)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation that hashes words, with two articles and heads of its own."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text('precision = "hash"\n', encoding="utf-8")
    settings = Settings.load(home)
    KnowledgeBase.open(settings.knowledge, HashEncoder()).import_articles("help", ARTICLES)
    registry = Registry(settings.knowledge.models)

    def fill(folder: Path) -> None:
        saved(folder)

    version = registry.add(Kind.DEFAULTS, fill, About(source="-", rows=0, encoder=""))
    registry.use(Kind.DEFAULTS, version.name)
    return home


def test_the_command_reads_tickets_as_tickets_are_read(home: Path, tmp_path: Path) -> None:
    rows = ["text,article_id,answered"]
    for number in range(240):
        rows.append(f"reset my password {told(0, number)} please,reset,{'yes' if number % 3 else 'no'}")
    rows.append("something,gone,yes")
    path = tmp_path / "judged.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    arguments = [str(path), "--json"]
    result = CliRunner().invoke(answers, arguments, obj=KnowledgeSettings(home, precision=Precision.HASH))
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    assert (report["state"], report["labels"], report["used"], report["refused"]) == ("intercept", 240, 240, 1)
    assert report["problems"] == ["row 242 is about the article gone, which is not in the knowledge base"]
    assert report["in_use"]
    live = Registry(Settings.load(home).knowledge.models).in_use(Kind.ANSWERS)
    assert live is not None
    assert live.name == report["version"]
    plain = CliRunner().invoke(answers, [str(path)], obj=KnowledgeSettings(home, precision=Precision.HASH))
    assert plain.exit_code == 0, plain.output
    assert "new: intercept, out of fold" in plain.stdout
    assert "The next state is possible from 500 labels on." in plain.stdout


def test_the_command_says_how_many_labels_are_needed(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "judged.csv"
    path.write_text("text,article_id,answered\nreset the password,reset,yes\n", encoding="utf-8")
    result = CliRunner().invoke(answers, [str(path)], obj=KnowledgeSettings(home, precision=Precision.HASH))
    assert result.exit_code == 1
    assert "what is in use stays: at least 200 labels are needed" in result.stdout


def test_a_ticket_that_is_not_in_the_records_is_named(home: Path) -> None:
    settings = Settings.load(home)
    knowledge = KnowledgeBase.open(settings.knowledge, HashEncoder())
    registry = Registry(settings.knowledge.models)
    folder = registry.versions(Kind.DEFAULTS)[0].folder
    records = Records.open(settings.records)
    scorer = TicketScorer.load(folder, registry, HashEncoder(), knowledge, records, masked=True)
    assert scorer(AnswerLabel(4, (), "17", "reset", True)) == ("names the ticket 17, whose text is not in the records")
    found = scorer(AnswerLabel(5, ("Hi", "Reset your password"), "", "reset", True))
    assert found[:2] == ("Hi Reset your password", "reset")
