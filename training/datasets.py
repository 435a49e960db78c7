"""Labelled texts: the public data of the folder ADVISOR_DATA, and the sentences written for this project.

Nothing of ADVISOR_DATA is copied anywhere; only what is computed from it is. Its `README.md` names sources
and licences.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from advisor.errors import SettingsError
from index.articles import Article

SENTENCES = Path(__file__).parent / "sentences"
HELP_CENTRE = Path(__file__).parent / "help_centre"


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its labels."""

    text: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A ticket's text and the articles that answer it; none where nothing does."""

    text: str
    articles: tuple[str, ...]


def data_folder() -> Path:
    """The folder of public data; raises SettingsError where ADVISOR_DATA does not name one."""
    name = os.environ.get("ADVISOR_DATA")
    if not name or not Path(name).is_dir():
        raise SettingsError(
            f"ADVISOR_DATA must name the folder of public data, was: {name!r}; the shipped heads work without it"
        )
    return Path(name)


def rows(path: Path) -> Iterator[dict[str, object]]:
    """The objects of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def sentences(name: str, label: str, split: str | None = None) -> list[Example]:
    """The project's own sentences: a file, the field with the label or labels, and optionally one split."""
    found = []
    for row in rows(SENTENCES / f"{name}.jsonl"):
        if split is None or row["split"] == split:
            value = row[label]
            found.append(Example(str(row["text"]), tuple(value) if isinstance(value, list) else (str(value),)))
    return found


def goemotions(split: str) -> list[Example]:
    """Reddit comments with 28 emotions: train, dev or test."""
    folder = data_folder() / "goemotions" / "original"
    names = (folder / "labels.txt").read_text(encoding="utf-8").split()
    with (folder / f"{split}.tsv").open(encoding="utf-8") as lines:
        table = [line.rstrip("\n").split("\t") for line in lines]
    return [Example(text, tuple(names[int(number)] for number in ids.split(","))) for text, ids, _ in table]


def complaints() -> list[dict[str, str]]:
    """Tweets to companies with emotion, complaint and severity."""
    with (data_folder() / "xci_complaints" / "xci.csv").open(encoding="utf-8", newline="") as table:
        return [
            {**row, "tweet": re.sub(r"@\w+|https?://\S+", "", row["tweet"]).strip()} for row in csv.DictReader(table)
        ]


def banking() -> list[str]:
    """Questions to a bank, training part."""
    with (data_folder() / "banking77" / "train.csv").open(encoding="utf-8", newline="") as table:
        return [row["text"] for row in csv.DictReader(table)]


def clinc() -> list[str]:
    """Questions of ten domains, training part."""
    content = json.loads((data_folder() / "clinc150" / "data_full.json").read_text(encoding="utf-8"))
    return [text for text, _ in content["train"]]


def asked(name: str) -> list[Asked]:
    """The project's own tickets about a help centre."""
    found = []
    for row in rows(SENTENCES / f"{name}.jsonl"):
        articles = row["articles"]
        assert isinstance(articles, list)
        found.append(Asked(f"{row['subject']}\n{row['body']}".strip(), tuple(articles)))
    return found


def wixqa() -> tuple[list[Article], list[Asked]]:
    """Questions to a website builder, with its articles."""
    articles: dict[str, Article] = {}
    questions = []
    for row in rows(data_folder() / "wixqa_techqa" / "wixqa_public_rag_sample.jsonl"):
        for context in _list(row["contexts"]):
            title, _, body = context["text"].partition("\n")
            articles[context["id"]] = Article(id=context["id"], source="wixqa", title=title[:200], body=body)
        questions.append(Asked(str(row["question"]), tuple(str(one) for one in _list(row["article_ids"]))))
    return list(articles.values()), questions


def techqa() -> tuple[list[Article], list[Asked]]:
    """Technical questions with the documents that answer them; some have no answer."""
    articles: dict[str, Article] = {}
    questions = []
    for row in rows(data_folder() / "wixqa_techqa" / "techqa_rag_eval_sample.jsonl"):
        contexts = _list(row["contexts"])
        for context in contexts:
            parts = re.match(r"Title: (.*?)(?: - United States)?\n\nText:\n(.*)", context["text"], re.DOTALL)
            title, body = parts.groups() if parts else (context["text"].split("\n")[0], context["text"])
            name = context["filename"]
            articles[name] = Article(id=name, source="techqa", title=title[:200], body=body[:20_000])
        gold = () if row["is_impossible"] else tuple(context["filename"] for context in contexts)
        questions.append(Asked(str(row["question"]), gold))
    return list(articles.values()), questions


def _list(value: object) -> list:  # type: ignore[type-arg]
    assert isinstance(value, list)
    return value
