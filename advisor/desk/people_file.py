"""Customers and accounts in a CSV file, with their wishes on file, brought into the form of the wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from pathlib import Path

from advisor.errors import TicketError
from advisor.types import Moment, Stance, Ticket, WishChannel, WishSource
from advisor.wire import ticket_from
from advisor.wire.table import Cells, read_table

WISH_COLUMNS = ("wants", "refuses", "for", "since", "until")
COLUMNS = {
    WishSource.CUSTOMER: ("name", "email", "phone", "persona", "account"),
    WishSource.ACCOUNT: ("name", "licences", "monthly_revenue", "renews_on", "plan", "manager", "usage"),
}
NUMBERS = frozenset({"licences", "monthly_revenue", "usage"})
BETWEEN_WISHES = ";"


def read_people(path: Path, *, kind: WishSource, source: str, zone: tzinfo) -> Iterator[Ticket | TicketError]:
    """Each row as a ticket that holds nothing but the customer or the account; a bad row as the sentence why.

    Times without an offset are in `zone`. Raises TicketError where the file cannot be read at all.
    """
    columns = {"id": True} | dict.fromkeys((*COLUMNS[kind], *WISH_COLUMNS), False)
    seen: dict[str, str] = {}
    for row in read_table(path, columns=columns):
        yield row if isinstance(row, TicketError) else _taken(row, kind, source, zone, seen)


def _taken(row: Cells, kind: WishSource, source: str, zone: tzinfo, seen: dict[str, str]) -> Ticket | TicketError:
    try:
        _check(row, seen)
        ticket = ticket_from({"body": "", "source": source} | _parts(row.cells, kind), row=row.row, zone=zone)
        wishes = ticket.customer.wishes if kind is WishSource.CUSTOMER else ticket.account.wishes
        if any(one.since and one.expires and one.expires <= one.since for one in wishes):
            raise TicketError(f"{row.row}: until must be after since: correct one of the two")
    except TicketError as error:
        return error
    seen[row.cells["id"]] = row.row
    return ticket


def _check(row: Cells, seen: Mapping[str, str]) -> None:
    """What a row must keep beyond what the wire asks of a ticket; raises TicketError."""
    if "id" not in row.cells:
        raise TicketError(f"{row.row}: id is missing: it must be the id that tickets name")
    if row.cells["id"] in seen:
        raise TicketError(f"{row.row}: the id {row.cells['id']} stands in {seen[row.cells['id']]} already: keep one")
    wants, refuses = (_listed(row.cells, name) for name in ("wants", "refuses"))
    for name, one in [("wants", one) for one in wants] + [("refuses", one) for one in refuses]:
        if one not in set(WishChannel):
            raise TicketError(f"{row.row}: {name} must be among {', '.join(WishChannel)}, was: {one!r}")
    both = [one for one in wants if one in refuses]
    if both:
        raise TicketError(f"{row.row}: {both[0]} is both wanted and refused: leave it in one of the columns")
    if "for" in row.cells and not wants and not refuses:
        raise TicketError(f"{row.row}: for needs a wish: fill wants or refuses, or leave it empty")
    if "@" not in row.cells.get("email", "@"):
        raise TicketError(f"{row.row}: email must be an e-mail address, was: {row.cells['email']!r}")


def _parts(cells: Mapping[str, str], kind: WishSource) -> dict[str, object]:
    """The customer, or the account, of one row."""
    facts: dict[str, object] = {name: _number(cells[name], name) for name in ("id", *COLUMNS[kind]) if name in cells}
    facts["wishes"] = _wishes(cells)
    if kind is WishSource.ACCOUNT:
        return {"account": facts}
    account = facts.pop("account", None)
    customer: dict[str, object] = {"customer": facts}
    return customer | ({"account": {"id": account}} if account else {})


def _wishes(cells: Mapping[str, str]) -> list[dict[str, object]]:
    """`wants` in the order of their choice, then `refuses`; `for` is a moment of truth, else a topic."""
    about = cells.get("for")
    scope: dict[str, object] = {"expires": cells.get("until"), "since": cells.get("since")}
    if about is not None:
        scope["moment" if about in set(Moment) else "topic"] = about
    wants, refuses = _listed(cells, "wants"), _listed(cells, "refuses")
    return [
        *({"channel": one, "stance": Stance.WANTS.value, "order": place} | scope for place, one in enumerate(wants, 1)),
        *({"channel": one, "stance": Stance.REFUSES.value} | scope for one in refuses),
    ]


def _listed(cells: Mapping[str, str], name: str) -> list[str]:
    return [one.strip() for one in cells.get(name, "").split(BETWEEN_WISHES) if one.strip()]


def _number(cell: str, name: str) -> object:
    """A figure where the column holds figures; what is none is left for the check of the wire to name."""
    if name not in NUMBERS:
        return cell
    try:
        return int(cell) if name == "licences" else float(cell)
    except ValueError:
        return cell
