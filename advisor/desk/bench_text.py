"""The speed of a ticket, arranged for a reader, and for programs."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.desk.bench_measure import Speed, Surroundings, Took
from advisor.desk.experience_sheet import Entry, Part, Table

TITLE = "How fast a ticket is advised"
STEPS, WHOLE, MADE_BY = "Where the time goes", "The whole", "What the figures come from"
HEAD = ("step", "mean ms", "median ms", "share", "tickets a second")
SUM = "all steps"
KERNELS = (
    "Encoding and close reading are the two kernels alone. Tokenising is what is left of encoding without its kernel, "
    "ranking of answering without its search; what else makes a look of a ticket counts to features and heads. Words "
    "are the ticket taken apart, its wishes, signals and what was tried. Shares are of all steps, by the means."
)
ONE_CORE = "One core, one thread, all warm; each ticket was advised before, and nothing is recorded."


def speed_sheet(found: Speed, made_by: Surroundings) -> tuple[Part, ...]:
    """All of it."""
    times = f"{found.tickets:,} tickets ({found.different:,} different), each alone. {ONE_CORE}"
    return (
        Part(title=STEPS, lines=(times, KERNELS), table=_steps(found)),
        Part(title=WHOLE, entries=(Entry("", "", tuple(_whole(found))),)),
        Part(title=MADE_BY, entries=(Entry("", "", tuple(_made_by(made_by))),)),
    )


def speed_json(found: Speed, made_by: Surroundings) -> dict[str, object]:
    """All of it, for programs; times are milliseconds a ticket, rates tickets a second on one core."""
    return {
        "tickets": found.tickets,
        "different": found.different,
        "steps": [_step(one) for one in found.steps],
        "one": {"mean": _ms(found.mean), "median": _ms(found.median), "within_95": _ms(found.slow)},
        "steps_together": _ms(found.sum),
        "not_accounted_for": _ms(found.unaccounted),
        "stream_rate": round(found.stream, 1),
        "versions": made_by.versions,
        "processor": made_by.processor,
        "encoder_bytes": made_by.encoder,
        "precision": made_by.precision,
        "heads_bytes": made_by.heads,
        "articles": made_by.articles,
        "passages": made_by.passages,
    }


def _step(one: Took) -> dict[str, object]:
    return {"step": one.step, "mean": _ms(one.mean), "median": _ms(one.median), "share": one.share, "rate": one.rate}


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 4)


def _steps(found: Speed) -> Table:
    rows = [
        (str(one.step), *_figures(one.mean, one.median), f"{100 * one.share:.1f} %", f"{one.rate:,.0f}")
        for one in found.steps
    ]
    total = (SUM, *_figures(found.sum, None), "100.0 %", f"{1 / found.sum:,.0f}")
    return Table(HEAD, (*rows, total), frozenset({1, 2, 3, 4}))


def _figures(mean: float, median: float | None) -> tuple[str, str]:
    return f"{1000 * mean:.3f}", "" if median is None else f"{1000 * median:.3f}"


def _whole(found: Speed) -> Iterator[tuple[str, str]]:
    alone = f"median {1000 * found.median:.2f} ms, 95 % within {1000 * found.slow:.2f} ms"
    yield "One ticket alone", f"{alone}, mean {1000 * found.mean:.2f} ms"
    left = f"{1000 * found.unaccounted:.2f} ms ({100 * found.unaccounted / found.mean:.1f} %) not accounted for"
    yield "All steps together", f"{1000 * found.sum:.2f} ms of that mean; {left}"
    yield "Many in a stream", f"{found.stream:,.1f} tickets a second"


def _made_by(made_by: Surroundings) -> Iterator[tuple[str, str]]:
    yield from made_by.versions.items()
    yield "processor", made_by.processor
    yield "sentence model", f"{made_by.precision}, {made_by.encoder / 1e6:.1f} MB"
    yield "heads and close reader", f"{made_by.heads / 1e6:.1f} MB"
    yield "knowledge base", f"{made_by.articles:,} articles, {made_by.passages:,} passages"
