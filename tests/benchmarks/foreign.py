"""Wishes in five languages besides English, and whose and how lasting they are, on 240 tickets by another hand.

python tests/benchmarks/foreign.py    channel and stance by language; whole tickets; lasting and whose of those heard
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from advisor.settings import Settings
from advisor.types import History
from advisor.wire import ticket_from
from advisor.wiring import ready

HANDS = Path(__file__).parent / "foreign_hands.jsonl"


def main() -> None:
    """Print recall and precision by language."""
    rows = [json.loads(line) for line in HANDS.read_text(encoding="utf-8").splitlines()]
    tickets = [(ticket_from({"id": row["id"], "body": row["text"]}, row=row["id"]), History()) for row in rows]
    reads = ready(Settings.load()).reader.read(tickets)
    counts: dict[str, Counter[str]] = {}
    for row, read in zip(rows, reads, strict=True):
        count = counts.setdefault(row["language"], Counter())
        wanted = {(one["channel"], one["stance"]): one for one in row["wishes"]}
        heard = {(one.channel.value, one.stance.value): one for one in read.evidence.wishes}
        both = wanted.keys() & heard.keys()
        count.update(
            tickets=1, wanted=len(wanted), heard=len(heard), both=len(both), whole=wanted.keys() == heard.keys()
        )
        count.update(order=sum(wanted[one]["order"] == heard[one].order for one in both))
        count.update(lasting=sum(wanted[one]["lasting"] == heard[one].lasting for one in both))
        count.update(whose=sum(wanted[one]["whose"] == heard[one].whose for one in both))
        count.update(asked=sum(wanted[one]["lasting"] for one in both))
        count.update(lasts=sum(wanted[one]["lasting"] and heard[one].lasting for one in both))
        count.update(others=sum(wanted[one]["whose"] != "self" for one in both))
        count.update(told=sum(wanted[one]["whose"] == heard[one].whose != "self" for one in both))
    print(
        "language  tickets  whole right  recall  precision  order  lasting (of those said for good)  whose (of others')"
    )
    for language, one in counts.items():
        print(
            f"{language:<10}{one['tickets']:>7}{one['whole'] / one['tickets']:>13.3f}"
            f"{one['both'] / one['wanted']:>8.3f}"
            f"{one['both'] / one['heard']:>11.3f}{one['order'] / one['both']:>7.3f}"
            f"{one['lasting'] / one['both']:>9.3f} ({one['lasts']} of {one['asked']})"
            f"{one['whose'] / one['both']:>26.3f} ({one['told']} of {one['others']})"
        )


if __name__ == "__main__":
    main()
