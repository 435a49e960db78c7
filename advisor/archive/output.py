"""The files that a run leaves: the result and the refused rows, each whole under its name or not there at all."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from advisor.archive.formats import BadRow
from advisor.archive.result_file import ResultWriter, ending_of, open_writer
from advisor.errors import ArchiveError


def rejects_of(out: Path) -> Path:
    """Where the refused rows of a result are listed."""
    return out.with_name(f"{out.name}.rejects.csv")


def check_output(out: Path) -> None:
    """Refuse, before any work, an output that could not be written."""
    ending_of(out)
    folder = out.parent
    if not folder.is_dir():
        raise ArchiveError(f"the folder of the result must be there, was: {folder}: make it, or choose another --out")
    if out.is_dir():
        raise ArchiveError(f"the result must be a file, {out} is a folder: choose another --out")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ArchiveError(f"{folder} may not be written: choose another folder for --out")


@contextmanager
def writing(out: Path) -> Iterator[ResultWriter]:
    """A writer beside the result, which takes its name once all is written and on the disk."""
    waiting = out.with_name(f".{out.name}.unfinished")
    try:
        with closing(open_writer(waiting, ending_of(out))) as writer:
            yield writer
        _onto_disk(waiting)
        os.replace(waiting, out)
        _onto_disk(out.parent)
    except OSError as error:
        raise ArchiveError(
            f"{error.filename or out} cannot be written ({error.strerror}): make room or choose another --out, "
            "and run the command again: it goes on from where it was"
        ) from error
    finally:
        waiting.unlink(missing_ok=True)


def write_rejects(out: Path, refused: Iterable[BadRow]) -> None:
    """List refused rows beside the result; without any, a list of an earlier run goes."""
    path, rows = rejects_of(out), sorted(refused, key=lambda one: one.number)
    if not rows:
        path.unlink(missing_ok=True)
        return
    waiting = out.with_name(f".{path.name}.unfinished")
    with waiting.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["row", "where", "reason"])
        table.writerows([one.number, one.where, one.reason] for one in rows)
    os.replace(waiting, path)


def _onto_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
