"""How fast another experience file is tried on an archive: 500,000 recorded tickets, made of the demo's.

python tests/benchmarks/whatif.py [TICKETS] [PROCESSES]    makes some 5 GB in a temporary folder
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

TICKETS = 500_000
NEEDED = 20  # GB that must be free for so many
ARCHIVE = Path(__file__).with_name("archive.py")


def main() -> None:
    """Print the size of the archive, tickets a second, and the memory of the largest process; twice."""
    tickets = int(sys.argv[1]) if len(sys.argv) > 1 else TICKETS
    processes = sys.argv[2] if len(sys.argv) > 2 else "2"
    with tempfile.TemporaryDirectory() as folder:
        if shutil.disk_usage(folder).free < NEEDED * 1e9 * tickets / TICKETS:
            sys.exit(f"{folder} must have {NEEDED * tickets / TICKETS:.0f} GB free: set TMPDIR to a larger disk")
        subprocess.run([sys.executable, str(ARCHIVE), folder, str(tickets)], check=True)
        print(f"{(Path(folder) / 'advisor.db').stat().st_size / 1e9:.2f} GB")
        for _ in range(2):
            print(timed(Path(folder), processes))


def timed(home: Path, processes: str) -> str:
    """Try a stricter file with `advisor whatif`."""
    text = (files("advisor") / "decision" / "default.toml").read_text(encoding="utf-8")
    text = text.replace("shipped_threshold = 0.3 ", "shipped_threshold = 0.6 ").replace("floor = 0.15 ", "floor = 0.3 ")
    (home / "other.toml").write_text(text, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("advisor")), "--home", str(home), "whatif", str(home / "other.toml")]
    start = time.perf_counter()
    with (home / "found.json").open("wb") as out:
        child = subprocess.Popen([*command, "--json", "--processes", processes], stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - start
    found = json.loads((home / "found.json").read_bytes())
    processor = usage.ru_utime + usage.ru_stime
    return (
        f"{processes} processes: {found['tickets']:,} tickets in {took:.1f} s, "
        f"{found['tickets'] / took:,.0f} a second "
        f"({1e6 * processor / found['tickets']:.0f} µs of processor each); "
        f"largest process {usage.ru_maxrss / 1024:.0f} MB; {found['changed']:,} advices change, "
        f"{found['refusals_overridden']} refusals overridden"
    )


if __name__ == "__main__":
    main()
