"""What an archive itself tells of the time before a ticket: who writes, what was wished, which articles were sent.

Nobody was given our advice then, so nothing counts as offered but what agents linked; what was wished in earlier
tickets counts as it would have, had it been put on file when it was said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from advisor.reading.work import filled
from advisor.records.filed import FiledWish, SaidBy, newest_first, said_again, said_in, settled
from advisor.records.filing import Owner, counting, from_elsewhere
from advisor.records.rows import account_key, customer_key, links_answered
from advisor.types import Account, Customer, Evidence, History, Ticket, WishSource

ON_FILE = "on file"  # a number that stood in an earlier ticket; which one it is nobody needs to know here
UNKNOWN = "ticket:"  # begins the key of a customer who is known by the ticket alone


class ArchivePast:
    """Grows with the tickets of people who have to do with one another, in the order of their times."""

    def __init__(self, articles: Mapping[str, str]) -> None:
        """`articles`: web addresses of articles, with their ids."""
        self._articles = articles
        self._filed: dict[Owner, list[FiledWish]] = {}
        self._customers: dict[tuple[str, str], Customer] = {}
        self._accounts: dict[tuple[str, str], Account] = {}
        self._account_of: dict[tuple[str, str], str] = {}
        self._writers: dict[tuple[str, str], Customer] = {}  # by ticket
        self._said_in: dict[tuple[str, str], set[Owner]] = {}  # by ticket

    def before(self, ticket: Ticket, at: datetime) -> tuple[Ticket, History]:
        """The ticket, with its customer where it came before with one, and what is known when it comes."""
        known = self._writers.get((ticket.source, ticket.id))
        if customer_key(ticket).startswith(UNKNOWN) and known is not None:
            ticket = replace(ticket, customer=replace(ticket.customer, id=known.id, email=known.email))
        who = ticket.source, customer_key(ticket)
        account = account_key(ticket.account) or self._account_of.get(who)
        kept = [*self._filed.get((who[0], WishSource.CUSTOMER, who[1]), [])]
        if account is not None:
            kept += self._filed.get((ticket.source, WishSource.ACCOUNT, account), [])
        linked = [self._articles[url] for url in links_answered(ticket.messages) if url in self._articles]
        history = History(
            tuple(dict.fromkeys(linked)),
            counting(kept, ticket, at),
            self._customers.get(who, Customer()),
            self._accounts.get((ticket.source, account), Account()) if account is not None else Account(),
        )
        return ticket, history

    def learn(self, ticket: Ticket, evidence: Evidence) -> None:
        """Take in what a ticket says and brings along."""
        who = ticket.source, customer_key(ticket)
        if not who[1].startswith(UNKNOWN):
            self._writers[ticket.source, ticket.id] = ticket.customer
        phone = ON_FILE if evidence.has_phone else None
        own = replace(ticket.customer, id=None, wishes=(), phone=ticket.customer.phone or phone)
        self._customers[who] = filled(own, self._customers.get(who, Customer()))
        account = account_key(ticket.account)
        if account is not None:
            self._account_of[who] = account
            facts = replace(ticket.account, wishes=())
            known = self._accounts.get((ticket.source, account), Account())
            self._accounts[ticket.source, account] = filled(facts, known)
        self._file(ticket, evidence, account)

    def _file(self, ticket: Ticket, evidence: Evidence, account: str | None) -> None:
        """Put on file what the ticket says; what it said before and says no more goes."""
        said = said_in(ticket, evidence)
        now = {(one.source, one.kind, one.owner) for one in said}
        touched = now | self._said_in.get((ticket.source, ticket.id), set())
        self._said_in[ticket.source, ticket.id] = now
        for owner in touched:
            filed = self._filed.get(owner, [])
            self._filed[owner] = [one for one in filed if one.said_by is not SaidBy.TICKET or one.said_in != ticket.id]
        for one in {one.id: one for one in said}.values():  # said twice in one ticket, it is on file once
            filed = self._filed.setdefault((one.source, one.kind, one.owner), [])
            filed.append(said_again(one, filed))
        touched |= self._file_sent(ticket, evidence, account)
        for owner in touched:
            self._filed[owner] = newest_first(settled(newest_first(self._filed.get(owner, []))))

    def _file_sent(self, ticket: Ticket, evidence: Evidence, account: str | None) -> set[Owner]:
        """Wishes that came with the ticket take the place of those that came so before."""
        came = {(ticket.source, WishSource.CUSTOMER, customer_key(ticket)): ticket.customer.wishes}
        if account is not None:
            came[ticket.source, WishSource.ACCOUNT, account] = ticket.account.wishes
        sent = {owner: wishes for owner, wishes in came.items() if wishes}
        for owner, wishes in sent.items():
            others = [one for one in self._filed.get(owner, []) if one.said_by is not SaidBy.HELPDESK]
            fresh = [from_elsewhere(owner, wish, said_by=SaidBy.HELPDESK) for wish in wishes if wish.author is None]
            self._filed[owner] = [*others, *(replace(one, changed_at=evidence.at) for one in fresh)]
        return set(sent)
