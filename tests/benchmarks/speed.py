"""How fast an archive is scored again, each figure beside what it is compared with, taken in the same round.

python tests/benchmarks/speed.py [TICKETS] [ROUNDS]    needs ADVISOR_DATA; 4000 tickets and 3 rounds unless given

Everything runs as a process of its own, one after the other, round by round; start-up is apart. TXTAI_PYTHON names
the interpreter that has txtai (see txtai_way.py); without one, its rows are left out. The machine must do nothing else.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tickets import demo_home, write_archive

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DEFAULTS = ("4000", "3")
COLD = 5  # times that a command is started
TICKET = {"id": "cold-1", "subject": "Photo", "body": "How do I add a photo to a job?"}
LIBRARIES = ("onnxruntime", "tokenizers", "numpy", "faiss-cpu", "spacy", "torch", "sentence-transformers")
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """A figure, or one over another of the same round."""

    said: str
    name: str
    over: str | None = None
    unit: str = "a second"

    def of(self, figures: Figures) -> float:
        """The figure of a round."""
        return figures[self.name] / (figures[self.over] if self.over else 1.0)

    def line(self, rounds: Sequence[Figures]) -> str:
        """Its median, lowest and highest over the rounds; says so where it was left out."""
        if any(name not in figures for figures in rounds for name in (self.name, self.over or self.name)):
            return f"  {self.said:<64} left out"
        every = [self.of(figures) for figures in rounds]
        shown = [f"{one:,.2f}" for one in (statistics.median(every), min(every), max(every))]
        unit = "×" if self.over else self.unit
        return f"  {self.said:<64}{shown[0]:>10} {unit} ({shown[1]} to {shown[2]})"


ROWS = (
    Row("fresh archive: advisor rescore", "fresh"),
    Row("fresh archive: plain.py", "plain"),
    Row("fresh archive: txtai_way.py", "txtai"),
    Row("fresh archive: rescore over plain.py", "fresh", "plain"),
    Row("fresh archive: rescore over txtai_way.py", "fresh", "txtai"),
    Row("the encoder's kernel alone, two sessions of one thread", "kernel"),
    Row("both kernels, the encoder's and the close reader's", "kernels"),
    Row("rescore over the encoder's kernel", "fresh", "kernel"),
    Row("rescore over both kernels", "fresh", "kernels"),
    Row("one warm ticket: Advisor.advise, not recorded, median", "alone", unit="ms"),
    Row("one warm ticket: plain.py, median", "plain alone", unit="ms"),
    Row("one warm ticket: plain.py over Advisor.advise", "plain alone", "alone"),
    Row("again, the knowledge base changed by an article", "knowledge"),
    Row("again, an example of the experience file changed: heads anew", "examples"),
    Row("again, all cached but the evidence deleted", "evidence"),
    Row("again, a threshold of the experience file changed: decided only", "decided"),
    Row("knowledge base changed, over fresh", "knowledge", "fresh"),
    Row("example changed, over fresh", "examples", "fresh"),
    Row("evidence deleted, over fresh", "evidence", "fresh"),
    Row("decided only, over fresh", "decided", "fresh"),
)
COLD_ROWS = (
    Row(f"cold: advisor advise of one ticket, median of {COLD}, warm disk", "advise", unit="s"),
    Row(f"cold: advisor --help, median of {COLD}, warm disk", "help", unit="s"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with an archive, and with a home that each round copies."""

    folder: Path
    many: int
    txtai: str | None  # the interpreter that has it

    @classmethod
    def made(cls, folder: Path, many: int) -> Place:
        """Make both."""
        write_archive(folder / "archive.csv", many)
        demo_home(folder / "home")
        return cls(folder, many, txtai_python())

    def round(self, number: int) -> Figures:
        """Everything once, one after the other."""
        home = self.folder / f"home-{number}"
        shutil.copytree(self.folder / "home", home, symlinks=True)
        for cache in home.glob("cache.db*"):
            cache.unlink()
        plain = child(sys.executable, "plain.py", self.many)
        figures = {"plain": plain["a_second"], "plain alone": plain["one_ms"]}
        figures["fresh"] = self.scored(home, read=self.many)
        for kind in ("kernels", "alone"):
            figures |= child(sys.executable, "speed_ours.py", kind, home, self.many)
        if self.txtai is not None:
            figures["txtai"] = child(self.txtai, "txtai_way.py", self.many)["a_second"]
        figures |= self.again(home)
        shutil.rmtree(home)
        return figures

    def again(self, home: Path) -> Figures:
        """The same archive, each time after one change, with all that was cached before."""
        other_experience(home, "shipped_threshold = 0.3 ", "shipped_threshold = 0.6 ")
        figures = {"decided": self.scored(home, read=0)}
        shutil.rmtree(home / "archives")
        figures["evidence"] = self.scored(home, read=self.many)
        other_experience(home, "Do you have a free trial?", "Is there a trial that costs nothing?")
        figures["examples"] = self.scored(home, read=self.many)
        child(sys.executable, "speed_ours.py", "article", home)
        return figures | {"knowledge": self.scored(home, read=self.many)}

    def scored(self, home: Path, *, read: int) -> float:
        """Tickets a second of `advisor rescore`, so many of which must have been read."""
        came = child(
            sys.executable, "speed_ours.py", "rescore", home, self.folder / "archive.csv", home / "result.jsonl"
        )
        if (came["rows"], came["read"]) != (self.many, read):
            sys.exit(f"{self.many} tickets must be scored and {read} of them read, were: {came}")
        return came["rows"] / came["seconds"]

    def cold(self) -> Iterator[Figures]:
        """Seconds of commands from start to end, once their files are in memory."""
        advisor, ticket = str(Path(sys.executable).with_name("advisor")), self.folder / "ticket.json"
        ticket.write_text(json.dumps(TICKET), encoding="utf-8")
        advise = [advisor, "--home", str(self.folder / "home"), "advise", "--json", str(ticket)]
        for number in range(COLD + 1):
            figures = {"advise": seconds(advise), "help": seconds([advisor, "--help"])}
            if number:
                yield figures


def other_experience(home: Path, before: str, after: str) -> None:
    """Change the experience file, made where there is none."""
    from advisor.decision.experience import default_text

    path = home / "experience.toml"
    text = path.read_text(encoding="utf-8") if path.is_file() else default_text()
    assert before in text, before
    path.write_text(text.replace(before, after), encoding="utf-8")


def child(python: str, script: str, *arguments: object) -> Figures:
    """Run a script of this folder; its last line is JSON."""
    command = [python, str(HERE / script), *map(str, arguments)]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": path})
    if ran.returncode:
        sys.exit(f"{script} {' '.join(map(str, arguments))} has failed:\n{ran.stderr}")
    figures: Figures = json.loads(ran.stdout.splitlines()[-1])
    print(f"{script:<14}{ran.stdout.splitlines()[-1]}", file=sys.stderr)
    return figures


def txtai_python() -> str | None:
    """The interpreter of TXTAI_PYTHON, or this one; None where it has no txtai."""
    python = os.environ.get("TXTAI_PYTHON", sys.executable)
    tried = [python, "-c", "import txtai"]
    return python if subprocess.run(tried, capture_output=True, check=False).returncode == 0 else None


def seconds(command: Sequence[str]) -> float:
    """How long a command takes."""
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - start


def surroundings() -> str:
    """Versions and processor, for a reader who has another machine."""
    from advisor.archive.fingerprint import instruction_set

    versions = ", ".join(f"{name} {version(name)}" for name in ("ticket-advisor", *LIBRARIES))
    return (
        f"Python {platform.python_version()}, {versions}\n{os.cpu_count()} cores, instruction set {instruction_set()}"
    )


def main() -> None:
    """Measure round by round, then print the table."""
    many, rounds = (int(one) for one in [*sys.argv[1:3], *DEFAULTS[len(sys.argv[1:3]) :]])
    with tempfile.TemporaryDirectory() as folder:
        place = Place.made(Path(folder), many)
        found = [place.round(number) for number in range(rounds)]
        cold = list(place.cold())
    print(f"{many:,} tickets, {rounds} rounds; median (lowest to highest)\n{surroundings()}")
    if place.txtai is None:
        print("txtai is left out: TXTAI_PYTHON must name an interpreter that has it, as txtai_way.py says")
    print("\n".join([*(row.line(found) for row in ROWS), *(row.line(cold) for row in COLD_ROWS)]))


if __name__ == "__main__":
    main()
