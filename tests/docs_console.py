"""What a page of docs/ shows in its ```console blocks: commands, each with the output under it.

In the output `…` stands for anything; a line of `…` alone for any lines. A command without output may print anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """A command, and what the page says that it prints."""

    command: str
    output: str  # "" = the page does not say


def shown_in(page: Path) -> list[Shown]:
    """The commands of a page in their order; a line that begins with `> ` goes on with the command above."""
    found: list[Shown] = []
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            lines = part.splitlines()
            more = 1
            while more < len(lines) and lines[more].startswith("> "):
                more += 1
            command = "\n".join([lines[0], *(line[2:] for line in lines[1:more])])
            found.append(Shown(command, "\n".join(lines[more:]).strip("\n")))
    return found


def says(output: str, printed: str) -> bool:
    """Whether what was printed is what the page says, blanks and line ends aside."""
    pattern = ".*?".join(re.escape(" ".join(piece.split())) for piece in output.split("…"))
    flat = pattern.replace(r"\ ", r"\s*")
    return re.fullmatch(flat, " ".join(printed.split()), re.DOTALL) is not None
