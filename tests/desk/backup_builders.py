"""A small installation, and archives that are made to deceive."""

from __future__ import annotations

import gc
import gzip
import io
import json
import sqlite3
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from advisor.records import Records
from index.settings import KnowledgeSettings
from index.store import Store


def small_home(folder: Path) -> Path:
    """Records with one customer, no article, settings, a trained model, and much that can be made again."""
    home = folder / "home"
    Records.open(home / "advisor.db")
    Store.open(KnowledgeSettings(home))
    (home / "settings.toml").write_text("mask = true\n")
    (home / "experience.toml").write_text("# ours\n")
    for name in (
        "models/topics/0001-2026-01-01/head.npz",
        "models/in_use.json",
        "models/all-MiniLM-L6-v2/int8/int8.onnx",
        "index/passages.faiss",
        "archives/run/part.jsonl",
        "cache.db",
        "my tickets.csv",
    ):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    put_customer(home, "C-1")
    gc.collect()  # a connection that is still open would tell of itself
    return home


def put_customer(home: Path, id: str) -> None:
    change(home, "insert into customers (source, id) values ('local', ?)", id)


def change(home: Path, sql: str, *values: object) -> None:
    database = sqlite3.connect(home / "advisor.db", isolation_level=None)
    try:
        database.execute(sql, values)
    finally:
        database.close()


def customers(home: Path) -> list[str]:
    database = sqlite3.connect(home / "advisor.db")
    try:
        return [row[0] for row in database.execute("select id from customers order by id")]
    finally:
        database.close()


def listing(path: Path) -> dict[str, Any]:
    """The list in front of a backup."""
    with tarfile.open(path) as archive:
        content = archive.extractfile("manifest.json")
        assert content is not None
        found: dict[str, Any] = json.load(content)
        return found


def members(path: Path) -> dict[str, bytes]:
    """All of a backup, by name in the archive."""
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


def packed(path: Path, entries: Mapping[str, bytes] | Iterable[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """An archive of these contents, whatever they are."""
    if isinstance(entries, Mapping):
        entries = [(plain(name, content), content) for name, content in entries.items()]
    with gzip.open(path, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
        for header, content in entries:
            archive.addfile(header, io.BytesIO(content))
    return path


def plain(name: str, content: bytes) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size = len(content)
    return header
