"""An archive read row by row: what is good, what is bad, how far it is, and whether it was read to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo

from advisor.archive.formats.objects import read_objects
from advisor.archive.formats.opening import opened
from advisor.archive.formats.parquet import read_parquet
from advisor.archive.formats.tables import read_table
from advisor.archive.formats.threads import read_mailbox
from advisor.archive.formats.values import Archive, BadRow, Format, Limits, Meter, Record, Refused, Row
from advisor.errors import ArchiveError, TicketError
from advisor.types import Ticket
from advisor.wire import ticket_from

DEFAULT = Limits()


class Reading(Iterator[Row | BadRow]):
    """The rows of an archive in their order; nothing that is wrong with it is raised."""

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self.whole = True  # False = the rest could not be read; the last row, a bad one, says why
        self._name = archive.path.name
        self._number = 0
        self._meter = Meter()
        self._records = READERS[archive.format](archive, self._meter, limits)

    @property
    def done(self) -> int:
        """Bytes of the file on disk that were read."""
        return min(self._meter.done, self._meter.total)

    @property
    def total(self) -> int:
        """Bytes of the file on disk, twice as many where it is read twice; 0 before the first row."""
        return self._meter.total

    def __next__(self) -> Row | BadRow:
        try:
            where, came = next(self._records)
        except StopIteration:
            self._meter.done = self._meter.total  # what stands between records included
            raise
        except ArchiveError as error:
            return self._end(str(error))
        except OSError as error:
            return self._end(f"the file must be readable, and is no longer ({error.strerror}): check it")
        self._number += 1
        if isinstance(came, Refused):
            return BadRow(self._number, where, came.reason)
        return Row(self._number, where, came)

    def _end(self, reason: str) -> BadRow:
        self.whole = False
        self._number += 1
        return BadRow(self._number, self._name, reason.removeprefix(f"{self._name}: "))


def read_rows(archive: Archive, *, limits: Limits = DEFAULT) -> Reading:
    """Read an archive row by row, in a memory that does not grow with it."""
    return Reading(archive, limits)


def ticket_of(row: Row, zone: tzinfo) -> Ticket | BadRow:
    """The ticket of a row; dates without a zone are in `zone`."""
    try:
        return ticket_from(row.fields, row=row.where, zone=zone)
    except TicketError as error:
        return BadRow(row.number, row.where, str(error).removeprefix(f"{row.where}: "))


def _read_csv(archive: Archive, meter: Meter, limits: Limits) -> Iterator[Record]:
    with opened(archive, meter, limits) as stream:
        yield from read_table(archive, stream, limits)


READERS: dict[Format, Callable[[Archive, Meter, Limits], Iterator[Record]]] = {
    Format.CSV: _read_csv,
    Format.JSONL: read_objects,
    Format.JSON: read_objects,
    Format.ZENDESK: read_objects,
    Format.FRESHDESK: read_objects,
    Format.PARQUET: read_parquet,
    Format.MBOX: read_mailbox,
    Format.EML: read_mailbox,
}
