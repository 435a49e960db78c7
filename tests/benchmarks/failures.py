"""Is it heard that self-service was tried and did not help? 200 tickets by another hand, half of them near misses.

python tests/benchmarks/failures.py [--errors]    --errors names the wrong ones of the first half only
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from advisor.settings import Settings
from advisor.types import History
from advisor.wire import ticket_from
from advisor.wiring import ready

HANDS = Path(__file__).parent / "failures_hands.jsonl"


def main(arguments: list[str]) -> int:
    """Print recall and precision of each half."""
    reader = ready(Settings.load()).reader
    rows = [json.loads(line) for line in HANDS.read_text(encoding="utf-8").splitlines()]
    for name, half in (("looked at while building", rows[::2]), ("kept apart", rows[1::2])):
        reads = reader.read([(ticket_from(row["ticket"], row=row["id"]), History()) for row in half])
        heard = {row["id"]: bool(read.evidence.failures) for row, read in zip(half, reads, strict=True)}
        both = sum(row["failed"] and heard[row["id"]] for row in half)
        said, true = sum(heard.values()), sum(row["failed"] for row in half)
        print(f"{name}: {len(half)} tickets, recall {both / true:.3f} of {true}, precision {both / said:.3f} of {said}")
        for row in half:
            if "--errors" in arguments and name != "kept apart" and row["failed"] != heard[row["id"]]:
                print(f"  {row['id']} failed={row['failed']}: {json.dumps(row['ticket'])[:330]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
