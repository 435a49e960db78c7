"""Who may import whom: rooms to the right only, and each library at home in few files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "index": set(),
    "advisor": {"index"},
    "training": {"advisor", "index"},
    "web": {"advisor", "index"},
}
HOMES = {
    "altair": {"advisor/charts.py"},
    "vl_convert": {"advisor/charts.py"},
    "jinja2": {"advisor/desk/experience_page.py", "web/"},
    "tomlkit": {"advisor/desk/experience_edit.py"},
    "pyarrow": {"advisor/archive/", "training/"},
    "dask": {"advisor/archive/cluster.py"},
    "distributed": {"advisor/archive/cluster.py"},
    "fsspec": {"advisor/archive/folder.py"},
    "faiss": {"index/vectors.py"},
    "spacy": {"advisor/reading/pipeline.py"},
    "onnxruntime": {"index/encoder/", "index/export.py"},
    "onnx": {"index/export.py", "index/branch.py"},
    "tokenizers": {"index/encoder/fast.py"},
    "sentence_transformers": {"index/original.py", "training/"},
    "torch": {
        "index/original.py",
        "index/export.py",
        "index/smoothing.py",
        "index/branch.py",
        "index/marking.py",
        "training/",
    },
    "sklearn": {"advisor/insight/clusters.py", "training/"},
    "scipy": {"advisor/archive/survey.py", "training/"},
    "sqlite_utils": {"index/", "advisor/records/", "advisor/reading/memory.py", "web/"},
    "phonenumbers": {"advisor/reading/masking.py"},
    "py3langid": {"advisor/reading/language.py"},
    "mailparser_reply": {"advisor/reading/text.py"},
    "selectolax": {"advisor/reading/text.py", "index/"},
    "nh3": {"index/", "web/"},
    "flask": {"web/"},
    "flask_wtf": {"web/"},
    "flask_limiter": {"web/limits.py"},
    "argon2": {"web/passwords.py"},
    "waitress": {"web/"},
    "prometheus_client": {"web/metrics.py"},
    "packaging": {"advisor/backup/restore.py"},
    "ctypes": {"advisor/backup/exchange.py"},
}
UNSAFE = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}


def modules() -> dict[str, ast.Module]:
    """All modules of the program by path."""
    paths = [path for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def imported(tree: ast.AST, *, typing: bool = False) -> Iterator[str]:
    """The full names that a module imports anywhere; with `typing` also those that only a type checker sees."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING") and not typing:
            for other in node.orelse:
                yield from imported(other)
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole way"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        yield from imported(node, typing=typing)


MODULES = modules()


def within(path: str, homes: set[str]) -> bool:
    return any(path == home or (home.endswith("/") and path.startswith(home)) for home in homes)


def importing(folder: str, *rooms: str) -> list[str]:
    """The modules of a folder that import one of these packages, even if only for their types."""
    return [
        f"{path} imports {name}"
        for path, tree in MODULES.items()
        if path.startswith(folder)
        for name in imported(tree, typing=True)
        if any(name == room or name.startswith(f"{room}.") for room in rooms)
    ]


def test_every_room_is_looked_at() -> None:
    for room in MAY_IMPORT:
        assert sum(path.startswith(f"{room}/") for path in MODULES) > 5
    assert "faiss" in set(imported(MODULES["index/vectors.py"]))


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_rooms_to_its_right(room: str) -> None:
    foreign = set(MAY_IMPORT) - MAY_IMPORT[room] - {room}
    assert importing(f"{room}/", *foreign, "tests") == []


INNER = ("reading", "decision", "records", "insight", "desk")
KNOWS = {
    "reading": (),
    "decision": (),
    "records": ("decision",),
    "insight": ("decision", "records"),
    "desk": INNER,
}
"""The rooms inside advisor, in the order of the way, and which of them each may import."""


@pytest.mark.parametrize("room", INNER)
def test_a_room_inside_advisor_knows_only_those_before_it_on_the_way(room: str) -> None:
    foreign = [f"advisor.{other}" for other in INNER if other != room and other not in KNOWS[room]]
    assert importing(f"advisor/{room}/", *foreign) == []


def test_the_decision_is_pure_of_models_files_and_databases() -> None:
    assert importing("advisor/decision/", "index", "numpy", "sqlite_utils", "sqlite3") == []


def test_the_vocabulary_imports_no_part_of_the_program() -> None:
    assert importing("advisor/types.py", *MAY_IMPORT) == []


def test_parts_are_put_together_in_one_place() -> None:
    fitting = [
        path for path in MODULES if path.startswith(tuple(f"advisor/{room}/" for room in INNER if room != "desk"))
    ]
    assert [path for path in fitting if "advisor.wiring" in set(imported(MODULES[path], typing=True))] == []


@pytest.mark.parametrize("library", HOMES)
def test_a_library_has_its_home(library: str) -> None:
    strangers = [
        path
        for path, tree in MODULES.items()
        if any(name.split(".")[0] == library for name in imported(tree)) and not within(path, HOMES[library])
    ]
    assert strangers == []


def test_nothing_is_unpickled() -> None:
    assert importing("", *UNSAFE) == []
    for path, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"np.load", "numpy.load"}:
                assert "allow_pickle=False" in ast.unparse(node), path
