"""Whether the tests of the decision would notice: each mutant breaks one line of it, and must be caught."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mutants import COMPANY, MUTANTS, RULES, Mutant

from advisor.decision import company, rules

HERE = Path(__file__).parent
PACKAGE = Path(rules.__file__).parents[1]
JUDGES = ("test_table.py", "test_willingness.py", "test_costs.py", "test_advice.py", "test_laws.py")
LENT = ("decision_builders.py", "decision_strategies.py", "company.toml")
CAUGHT, GREEN = 1, 0  # exit status of pytest
SECONDS = 300  # a mutant that runs for ever is no proof


def test_every_mutant_still_fits_the_source() -> None:
    counts = {mutant.name: _source(mutant.file).count(mutant.found) for mutant in MUTANTS}
    assert {name: count for name, count in counts.items() if count != 1} == {}
    assert len(counts) == len(MUTANTS)


def test_there_is_a_mutant_of_every_rule() -> None:
    assert [rule.__name__ for rule in rules.RULES[:-1]] == list(RULES)
    assert [rule.__name__ for rule in company._RULES] == list(COMPANY)


@pytest.mark.slow
def test_every_mutant_is_caught(tmp_path: Path) -> None:
    assert _judged(tmp_path / "whole", None) == GREEN
    with ThreadPoolExecutor(2) as pool:
        folders = [tmp_path / str(number) for number in range(len(MUTANTS))]
        found = list(pool.map(_judged, folders, MUTANTS))
    assert [mutant.name for mutant, status in zip(MUTANTS, found, strict=True) if status == GREEN] == []
    assert [(mutant.name, status) for mutant, status in zip(MUTANTS, found, strict=True) if status != CAUGHT] == []


def _source(file: str) -> str:
    return (PACKAGE / "decision" / file).read_text(encoding="utf-8")


def _judged(folder: Path, mutant: Mutant | None) -> int:
    """The exit status of the tests over a copy of the decision, broken by the mutant."""
    broken = folder / "advisor" / "decision"
    shutil.copytree(PACKAGE / "decision", broken, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__init__.py", "types.py", "errors.py"):
        shutil.copy(PACKAGE / name, folder / "advisor" / name)
    for name in (*JUDGES, *LENT):
        shutil.copy(HERE / name, folder / name)
    if mutant is not None:
        text = _source(mutant.file).replace(mutant.found, mutant.instead)
        (broken / mutant.file).write_text(text, encoding="utf-8")
    options = ["-x", "-q", "-m", "not slow", "-W", "ignore", "-p", "no:cacheprovider", "--hypothesis-seed=4"]
    command = [sys.executable, "-m", "pytest", *options, *JUDGES]
    run = subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=False)
    shutil.rmtree(folder)
    return run.returncode
