from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from web_builders import client_as, desk, web_app

from advisor.decision.experience import Experience, default_text
from advisor.records import Records
from advisor.settings import Settings
from advisor.types import Promise, PromiseState
from index.articles import Article
from index.encoder import HashEncoder
from index.knowledge import KnowledgeBase
from index.settings import Precision
from web import health_checks
from web.desk import Desk
from web.health_checks import Condition, Part, Told, look, whole
from web.users import Role

PARTS = ["records", "knowledge", "models", "experience", "promise", "inbox", "subscribers", "disk"]


@pytest.fixture
def at() -> Desk:
    return desk()


@pytest.fixture
def app(at: Desk) -> Flask:
    return web_app(at)


def test_every_part_is_told_with_a_sentence_and_its_time(app: Flask) -> None:
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 200
    told = answer.get_json()
    assert [part["name"] for part in told["parts"]] == PARTS
    assert told["status"] == "warning"  # there is no article yet
    assert all(part["sentence"] and part["ms"] >= 0 for part in told["parts"])


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=127.0.0.1"},
        {"Host": "support.example.com"},
    ],
)
def test_through_a_proxy_nobody_is_at_this_machine(at: Desk, headers: dict[str, str]) -> None:
    app = web_app(at, hosts=("localhost", "support.example.com"))
    told = app.test_client().get("/readyz", headers=headers).get_json()
    assert [sorted(part) for part in told["parts"]] == [["name", "status"]] * len(PARTS)
    assert app.test_client().get("/metrics", headers=headers).status_code == 403


@pytest.mark.parametrize(("role", "sees"), [(None, False), *((role, role is Role.ADMIN) for role in Role)])
def test_from_elsewhere_an_admin_alone_sees_sentences(app: Flask, role: Role | None, sees: bool) -> None:
    client = client_as(app, role)
    told = client.get("/readyz", environ_overrides={"REMOTE_ADDR": "203.0.113.7"}).get_json()
    assert [("sentence" in part) for part in told["parts"]] == [sees] * len(PARTS)


def test_a_database_that_another_writes_to_is_ill_and_the_server_with_it(
    app: Flask, at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_checks, "PATIENCE", 0.1)
    with closing(sqlite3.connect(at.settings.records, isolation_level=None)) as other:
        other.execute("begin immediate")
        answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    parts = {part["name"]: part for part in answer.get_json()["parts"]}
    assert parts["records"]["status"] == "ill"
    assert "another program has been writing to it" in parts["records"]["sentence"]
    assert app.test_client().get("/healthz").status_code == 200


def test_a_database_that_is_not_there_or_is_none_is_ill(tmp_path: Path) -> None:
    path = tmp_path / "advisor.db"
    assert health_checks.writable(path) == Told(Condition.ILL, f"{path} is not there: run advisor init")
    path.write_text("no database" * 100)
    told = health_checks.writable(path)
    assert told.condition is Condition.ILL
    assert "file is not a database" in told.sentence


def test_a_knowledge_base_says_how_much_it_holds(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, precision=Precision.HASH)
    assert health_checks.knowledge(settings).condition is Condition.WARNING
    base = KnowledgeBase.open(settings.knowledge, HashEncoder())
    assert "no articles" in health_checks.knowledge(settings).sentence
    base.import_articles("help", [Article(id="a", source="help", title="Reset", body="Open the page.")])
    assert health_checks.knowledge(settings) == Told(Condition.OK, "1 articles, generation 1")


def test_a_check_that_cannot_be_made_makes_its_part_ill(tmp_path: Path) -> None:
    (tmp_path / "knowledge.db").write_text("none" * 1000)
    (part,) = look({"knowledge": lambda: health_checks.knowledge(Settings(home=tmp_path))})
    assert part.told.condition is Condition.ILL
    assert f"{tmp_path / 'knowledge.db'} cannot be used" in part.told.sentence


def test_a_broken_experience_file_is_a_warning_that_says_which_one_serves(tmp_path: Path) -> None:
    settings, records = Settings(home=tmp_path), Records.open(tmp_path / "advisor.db")
    good = Experience.default()
    fine = health_checks.experience(settings, records, trouble=None)
    assert fine == Told(Condition.OK, f"in force, fingerprint {good.fingerprint}")
    records.keep_experience(good.fingerprint, default_text())
    settings.experience.write_text("[policy]\nfloor = 7\n")
    told = health_checks.experience(settings, records, trouble=None)
    assert told.condition is Condition.WARNING
    assert f"the last good file stays in force ({good.fingerprint}" in told.sentence


def test_a_change_that_could_not_be_loaded_is_a_warning(tmp_path: Path) -> None:
    settings, records = Settings(home=tmp_path), Records.open(tmp_path / "advisor.db")
    told = health_checks.experience(settings, records, trouble="the model is missing")
    assert told == Told(Condition.WARNING, "a change is not in force: the model is missing")


def test_the_promise_is_well_until_it_is_withdrawn() -> None:
    experience = Experience.default()
    assert health_checks.promise(None, experience).condition is Condition.OK
    assert health_checks.promise(Promise(), experience).condition is Condition.OK
    withdrawn = health_checks.promise(Promise(state=PromiseState.WITHDRAWN), experience)
    assert withdrawn.condition is Condition.WARNING


def test_a_full_disk_is_ill_and_a_filling_one_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "GB left on the disk" in health_checks.disk(tmp_path).sentence
    monkeypatch.setattr(health_checks, "LITTLE", 10**18)
    assert health_checks.disk(tmp_path).condition is Condition.WARNING
    monkeypatch.setattr(health_checks, "TOO_LITTLE", 10**18)
    assert health_checks.disk(tmp_path).condition is Condition.ILL


def test_the_whole_is_as_its_worst_part() -> None:
    def part(condition: Condition) -> Part:
        return Part("x", Told(condition, ""), 0.0)

    assert whole([part(Condition.OK), part(Condition.WARNING)]) is Condition.WARNING
    assert whole([part(Condition.ILL), part(Condition.OK)]) is Condition.ILL
    assert whole([]) is Condition.OK
