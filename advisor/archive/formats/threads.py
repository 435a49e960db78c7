"""Mails become tickets: those that answer each other are one, told by Message-ID, In-Reply-To and References.

The writer of the first mail is the customer, whoever else writes is of the company; the first mail of such a person,
no program's, says that a person handled the ticket. Tickets come in the order of their last mail, so that a packed
mailbox, which is read in its order, gives the same ones under the same numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from advisor.archive.formats.mail import Head, Mail, head_of, read_mail
from advisor.archive.formats.mailboxes import Mailbox, PackedMbox, open_mailbox
from advisor.archive.formats.people import filled
from advisor.archive.formats.shape import Fields
from advisor.archive.formats.values import Archive, Format, Limits, Meter, Record, Refused, megabytes
from advisor.errors import ArchiveError
from advisor.types import Action, Channel, Sender

Places = NDArray[np.int64]  # (mails,) a number each
Read = Mail | Refused


class Threads:
    """Which mails belong together; some 200 bytes a mail, whatever stands in it."""

    def __init__(self) -> None:
        self._node: dict[int, int] = {}  # hash of a Message-ID -> its node
        self._parent = array("q")  # a node each; a root is its own
        self._mails = array("q")  # the node of each mail; -1 = the same mail a second time
        self._here = bytearray()  # of each node, whether its mail is in the mailbox

    def add(self, head: Head) -> None:
        """Take in the next mail."""
        node = self._node_of(head.id) if head.id is not None else self._new()
        self._mails.append(-1 if self._here[node] else node)
        self._here[node] = 1
        for other in head.related:
            self._join(node, self._node_of(other))

    def roots(self) -> Places:
        """The thread of each mail; -1 for one that came before."""
        return np.array([self._root(node) if node >= 0 else -1 for node in self._mails], dtype=np.int64)

    def _node_of(self, id: str) -> int:
        key = hash(id)
        node = self._node.get(key)
        if node is None:
            node = self._node[key] = self._new()
        return node

    def _new(self) -> int:
        self._parent.append(len(self._parent))
        self._here.append(0)
        return len(self._parent) - 1

    def _join(self, one: int, other: int) -> None:
        first, second = self._root(one), self._root(other)
        self._parent[max(first, second)] = min(first, second)

    def _root(self, node: int) -> int:
        while self._parent[node] != node:
            self._parent[node] = self._parent[self._parent[node]]
            node = self._parent[node]
        return node


def read_mailbox(archive: Archive, meter: Meter, limits: Limits) -> Iterator[Record]:
    """The threads of a mailbox, each as one ticket."""
    with open_mailbox(archive, meter, limits) as box:
        threads = Threads()
        for head in box.heads():
            threads.add(head_of(head))
        last = last_of(threads.roots())
        if isinstance(box, PackedMbox):
            read = _in_their_order(box, last, archive, limits)
        else:
            read = _one_by_one(box, last, archive, limits)
        for number, mails in read:
            wrong = next((mail for mail in mails if isinstance(mail, Refused)), None)
            yield box.where(number), wrong or ticket_fields([mail for mail in mails if isinstance(mail, Mail)])


def last_of(roots: Places) -> Places:
    """The last mail of the thread of each mail; -1 for one that came before."""
    last = np.full(len(roots), -1, dtype=np.int64)
    kept = np.flatnonzero(roots >= 0)
    _, group = np.unique(roots[kept], return_inverse=True)
    latest = np.zeros(len(kept), dtype=np.int64)
    np.maximum.at(latest, group, kept)
    last[kept] = latest[group]
    return last


def ticket_fields(mails: list[Mail]) -> Fields:
    """One ticket in the wire form, of the mails of a thread in the order of the mailbox."""
    if all(mail.at is not None for mail in mails):
        mails = sorted(mails, key=lambda mail: datetime.fromisoformat(mail.at or ""))
    first = mails[0]
    answer = next((mail for mail in mails if mail.writer != first.writer and not mail.automatic), None)
    return filled(
        {
            "id": first.id,
            "source": "mail",
            "subject": first.subject,
            "channel": Channel.EMAIL,
            "created_at": first.at,
            "customer": filled({"name": first.name, "email": first.address}),
            "messages": [_message(mail, first) for mail in mails],
            "handled": _handled(answer),
        }
    )


def _one_by_one(box: Mailbox, last: Places, archive: Archive, limits: Limits) -> Iterator[tuple[int, list[Read]]]:
    """The mails of each thread, read where they lie."""
    order = np.lexsort((np.arange(len(last)), last))
    ends = np.flatnonzero(np.diff(last[order], append=len(last))) + 1
    begin = int(np.searchsorted(last[order], 0))
    for end in ends[ends > begin]:
        numbers = [int(number) for number in order[begin:end]]
        yield numbers[0], _within((_read(box.read(number), archive, limits) for number in numbers), limits)
        begin = int(end)


def _in_their_order(
    box: PackedMbox, last: Places, archive: Archive, limits: Limits
) -> Iterator[tuple[int, list[Read]]]:
    """The mails of each thread, kept until its last one has come."""
    waiting: dict[int, list[tuple[int, Read]]] = {}
    held = 0  # characters
    for number, written in enumerate(box.read_all()):
        end = int(last[number])
        if end < 0:
            continue
        mail = _read(written, archive, limits)
        waiting.setdefault(end, []).append((number, mail))
        held += _length(mail)
        if held > limits.held:
            rule = f"threads of a packed mailbox that go on must not be over {megabytes(limits.held)} in all"
            raise ArchiveError(f"{rule}, and are: unpack the mailbox first")
        if end == number:
            thread = waiting.pop(end)
            held -= sum(_length(one) for _, one in thread)
            yield thread[0][0], _within((one for _, one in thread), limits)


def _read(written: bytes, archive: Archive, limits: Limits) -> Read:
    cut = len(written) > limits.record
    try:
        mail = read_mail(written, mailbox=archive.format is Format.MBOX, cut=cut)
    except RecursionError:
        return Refused("a mail must not have parts inside of parts so deeply: take it out")
    return mail or Refused(f"the text of a mail must not be over {megabytes(limits.record)}: take it out")


def _within(mails: Iterator[Read], limits: Limits) -> list[Read]:
    """The mails of a thread; one refusal where they are more than a record may be."""
    kept: list[Read] = []
    size = 0
    for mail in mails:
        kept.append(mail)
        size += _length(mail)
        if size > limits.record:
            return [Refused(f"a thread must not be over {megabytes(limits.record)}: take it out of the mailbox")]
    return kept


def _length(mail: Read) -> int:
    return len(mail.body) + 500 if isinstance(mail, Mail) else 500


def _message(mail: Mail, first: Mail) -> Fields:
    return {"from": _sender(mail, first), "body": mail.body, **filled({"author": mail.writer, "at": mail.at})}


def _sender(mail: Mail, first: Mail) -> Sender:
    """A program's answer, be it in the name of a person, is nobody's words."""
    if mail.automatic and mail is not first:
        return Sender.SYSTEM
    return Sender.CUSTOMER if mail.writer == first.writer else Sender.AGENT


def _handled(answer: Mail | None) -> Fields:
    if answer is None:
        return {}
    known = filled({"by": answer.name or answer.address, "at": answer.at})
    return {"action": Action.LIVE_HUMAN, "channel": Channel.EMAIL, **known}
