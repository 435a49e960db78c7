"""Customers: found, shown with wishes and journey, given out whole, and forgotten."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from advisor.errors import AdvisorError
from advisor.records import Found
from advisor.records.directory import ListedPage
from advisor.records.directory_search import LONGEST, MOST_FOUND
from advisor.records.filing import Owner
from advisor.records.people import Known
from advisor.records.rows import account_key
from advisor.stores import stores
from advisor.types import WishSource
from web.desk import Desk
from web.journey import STOPS, journey_of
from web.pages.on_file import Answered, changed, on_file, page_number, ticket_address, turned
from web.person_view import account_facts, customer_facts, is_known, name_of
from web.record_keys import take_keys
from web.visits import signed_in

log = logging.getLogger(__name__)
SIZE = 25  # of a page of the list
ERASED = {
    "tickets, with their messages": ("tickets", "messages"),
    "wishes on file": ("filed",),
    "wishes said in tickets": ("wishes",),
    "what was read, and what was advised": ("evidence", "recommendations", "offered"),
    "what was done, and what became of it": ("handled", "handled_before", "outcomes"),
    "what agents said and changed": ("reviews", "filed_changes", "audits"),
    "places in the queue and among the gaps": ("queue", "queue_signals", "gap_tickets"),
}
"""What is erased, and the tables in which it stands; the customer's own row is told apart."""

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


def page(desk: Desk) -> Blueprint:
    """`/customers`, and each customer's own page."""
    pages = Blueprint("customers", __name__)
    take_keys(pages)
    records = desk.records

    @pages.get("/customers")
    def customers() -> str:
        typed = request.args.get("q", "").strip()[:LONGEST]
        asked, start = request.args.get("kind", ""), (page_number() - 1) * SIZE
        lists = {kind: listed(typed, kind, start) for kind in (WishSource.CUSTOMER, WishSource.ACCOUNT)}
        kind = WishSource.ACCOUNT if asked == WishSource.ACCOUNT else WishSource.CUSTOMER
        if not asked and not lists[WishSource.CUSTOMER].total:
            kind = WishSource.ACCOUNT if lists[WishSource.ACCOUNT].total else WishSource.CUSTOMER
        return render_template(
            "customers.html",
            typed=typed,
            kind=kind,
            lists=lists,
            found=lists[kind],
            page=page_number(),
            pages=-(-lists[kind].total // SIZE),
            most=MOST_FOUND,
            zone=desk.experience.zone,
            ticket_address=ticket_address,
            turned=turned,
        )

    @pages.get("/customers/<key:source>/<keys:key>")
    def show(source: str, key: str) -> str:
        return shown(customer(source, key), Answered())

    @pages.post("/customers/<key:source>/<keys:key>")
    def change(source: str, key: str) -> Response | tuple[str, HTTPStatus]:
        """Change the wishes on file; whatever stands in the way is shown, with what was typed."""
        known = customer(source, key)
        answered = changed(desk, owner_of(known))
        if answered.change is None:
            return shown(known, answered), answered.status
        here = url_for("customers.show", source=source, key=key, told=answered.change.id, _anchor="told")
        return redirect(here, HTTPStatus.SEE_OTHER)

    @pages.get("/customers/export/<key:source>/<keys:key>")
    def export(source: str, key: str) -> Response:
        """All that is stored of a customer, to be saved as a file."""
        found, home = found_of(customer(source, key)), desk.settings.home
        whole = {store.name: store.export(home, found) for store in stores()}
        text = json.dumps(
            {name: part for name, part in whole.items() if part}, ensure_ascii=False, indent=2, default=str
        )
        log.info("a customer of %s was exported by %s", source, signed_in().name)
        response = Response(text + "\n", mimetype="application/json")
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name(key)}"'
        return response

    @pages.get("/customers/forget/<key:source>/<keys:key>")
    def ask_to_forget(source: str, key: str) -> str:
        return asked_to_forget(customer(source, key))

    @pages.post("/customers/forget/<key:source>/<keys:key>")
    def forget(source: str, key: str) -> Response | tuple[str, HTTPStatus]:
        """Erase a customer, once the name was typed."""
        known = customer(source, key)
        typed = request.form.get("name", "")
        if plain(typed) != plain(name_of(known)):
            wrong = "This is not the name above: nothing was erased."
            return asked_to_forget(known, typed=typed, wrong=wrong), HTTPStatus.UNPROCESSABLE_ENTITY
        found, home = found_of(known), desk.settings.home
        try:
            for store in stores():
                store.erase(home, found)
        except AdvisorError as error:
            return asked_to_forget(known, typed=typed, wrong=f"{error}."), HTTPStatus.CONFLICT
        log.info("a customer of %s with %s tickets was forgotten by %s", source, found.tickets, signed_in().name)
        flash(f"Erased for good, with {tickets_words(found.tickets)}.")
        return redirect(url_for("customers.customers"), HTTPStatus.SEE_OTHER)

    def listed(typed: str, kind: WishSource, start: int) -> ListedPage:
        if typed:
            return records.directory.matching(typed, kind, start=start, size=SIZE)
        return records.directory.recent(kind, start=start, size=SIZE)

    def customer(source: str, key: str) -> Known:
        """404 where no such customer is recorded."""
        found = records.people.customers(key, source=source)
        return found[0] if found else abort(HTTPStatus.NOT_FOUND)

    def found_of(known: Known) -> Found:
        tickets, _ = records.directory.newest(owner_of(known), most=1)
        who = known.customer
        name, email, phone = (who.name, who.email, who.phone) if who is not None else (None, None, None)
        return Found(known.source, known.key, name, email, phone, tickets)

    def shown(known: Known, answered: Answered) -> str:
        now, experience = datetime.now(UTC), desk.experience
        journey, number = journey_of(records, experience, owner_of(known), now=now), page_number()
        account = known.account if is_known(known.account) else None
        return render_template(
            "customer.html",
            known=known,
            name=name_of(known),
            who=customer_facts(known),
            account=account,
            account_key=account_key(account) if account is not None else None,
            account_facts=account_facts(account, experience, now=now) if account is not None else (),
            journey=journey,
            stops=journey.stops[(number - 1) * STOPS : number * STOPS],
            page=number,
            pages=-(-len(journey.stops) // STOPS),
            ticket_address=ticket_address,
            turned=turned,
            **on_file(desk, owner_of(known), answered),
        )

    def asked_to_forget(known: Known, *, typed: str = "", wrong: str | None = None) -> str:
        found = found_of(known)
        stored = records.directory.stored(known.source, known.key)
        rows = [(called, sum(stored.get(table, 0) for table in tables)) for called, tables in ERASED.items()]
        return render_template(
            "customer_forget.html",
            known=known,
            name=name_of(known),
            tickets=tickets_words(found.tickets),
            rows=[(called, count) for called, count in rows if count],
            typed=typed,
            wrong=wrong,
        )

    return pages


def owner_of(known: Known) -> Owner:
    """Whose wishes are on file."""
    return known.source, WishSource.CUSTOMER, known.key


def plain(name: str) -> str:
    """A name without capitals and needless blanks."""
    return " ".join(name.split()).casefold()


def tickets_words(tickets: int) -> str:
    """`1 ticket`, `1,204 tickets`."""
    return "1 ticket" if tickets == 1 else f"{tickets:,} tickets"


def file_name(key: str) -> str:
    """A name for the file of an export, safe on every system."""
    return f"customer-{_NOT_IN_NAMES.sub('-', key)[:80].strip('-.') or 'export'}.json"
