"""`advisor promise`: where it stands, and a look at the outcomes; what is needed is imported when it is called."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.desk.shared import settings_of
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.insight.promise import Situation


@click.command()
@click.option("--certify", is_flag=True, help="Take a look at the outcomes: at most one in 30 days.")
@click.option("--early", is_flag=True, help="Take it though waiting would certify much more.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Draw the curve into this SVG file.")
@click.pass_context
def promise(context: click.Context, certify: bool, early: bool, as_json: bool, picture: Path | None) -> None:
    """Show what share of the articles given by cost is wrong, what is certified, and how many outcomes are missing.

    Showing spends no look. Outcomes since the last certification are watched each time, and a promise that they break
    is withdrawn at once, which is said. --certify tests the thresholds on the newer half of the outcomes and puts in
    force what is certified; after a withdrawal only tickets that came since count. A promise that was certified by
    other costs than those of today's experience file is set aside until they are back. It ends with 2 where no look may
    be taken yet.

    \b
    Example: advisor promise
    Example: advisor promise --picture promise.svg
    Example: advisor promise --certify
    """
    if early and not certify:
        raise click.UsageError("--early goes with --certify")
    from advisor.desk.promise_text import promise_text
    from advisor.insight.promise import situation, take_look
    from advisor.wiring import experience_of, open_records

    settings = settings_of(context)
    records, now = open_records(settings), datetime.now(UTC)
    experience = experience_of(settings, records)
    take = partial(take_look, early=early) if certify else situation
    found = take(records, experience, now=now)
    click.echo(_json(found) if as_json else promise_text(found))
    if picture is not None:
        _draw(found, picture)


def _json(found: Situation) -> str:
    from advisor.desk.promise_text import FIGURE, wording
    from advisor.wire import plain_json

    return plain_json({"figure": FIGURE[found.state], "wording": wording(found), "promise": found})


def _draw(found: Situation, picture: Path) -> None:
    from advisor.charts import Risk, promise_curve

    if not found.curve:
        raise AdvisorError("there is no outcome to draw yet: advisor outcomes import brings some")
    points = [Risk(row.threshold, row.coverage, row.share, row.upper) for row in found.curve]
    sides = found.sides
    said = (
        f"{sides.sent.wrong} wrong of {sides.sent.n} at the threshold in force ({found.threshold:.2f}); "
        f"the broken line is the promised {found.share:.0%}; the band reaches up to the upper bound"
    )
    svg = promise_curve(
        points, "Wrong articles by threshold", promised=found.share, in_force=found.threshold, said=said
    )
    picture.write_text(svg, encoding="utf-8")
    click.echo(f"written: {picture}", err=True)
