"""Accounts: the firm's facts and wishes, its customers, its journey, and what of its revenue is at risk."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from advisor.records.directory import Listed
from advisor.records.filing import Owner
from advisor.records.people import Known
from advisor.types import Account, WishSource
from web.desk import Desk
from web.journey import STOPS, journey_of
from web.pages.on_file import Answered, changed, on_file, page_number, ticket_address, turned
from web.person_view import account_facts, name_of, risk_of
from web.record_keys import take_keys

MOST_CUSTOMERS = 50  # that are shown


def page(desk: Desk) -> Blueprint:
    """`/accounts/<source>/<key>`."""
    pages = Blueprint("accounts", __name__)
    take_keys(pages)
    records = desk.records

    @pages.get("/accounts/<key:source>/<keys:key>")
    def show(source: str, key: str) -> str:
        return shown(account(source, key), Answered())

    @pages.post("/accounts/<key:source>/<keys:key>")
    def change(source: str, key: str) -> Response | tuple[str, HTTPStatus]:
        """Change the wishes on file for the whole firm; whatever stands in the way is shown, with what was typed."""
        known = account(source, key)
        answered = changed(desk, owner_of(known))
        if answered.change is None:
            return shown(known, answered), answered.status
        here = url_for("accounts.show", source=source, key=key, told=answered.change.id, _anchor="told")
        return redirect(here, HTTPStatus.SEE_OTHER)

    def account(source: str, key: str) -> Known:
        """404 where no such account is recorded."""
        found = records.people.accounts(key, source=source)
        return found[0] if found else abort(HTTPStatus.NOT_FOUND)

    def shown(known: Known, answered: Answered) -> str:
        now, experience, number = datetime.now(UTC), desk.experience, page_number()
        journey, facts = journey_of(records, experience, owner_of(known), now=now), known.account or Account()
        customers = records.directory.customers_of(known.source, known.key, size=MOST_CUSTOMERS)
        return render_template(
            "firm.html",
            known=known,
            name=name_of(known),
            facts=account_facts(facts, experience, now=now),
            risk=risk_of(facts, journey, experience, now=now),
            customers=customers,
            names={one.key: called(one) for one in customers.rows},
            journey=journey,
            stops=journey.stops[(number - 1) * STOPS : number * STOPS],
            page=number,
            pages=-(-len(journey.stops) // STOPS),
            ticket_address=ticket_address,
            turned=turned,
            **on_file(desk, owner_of(known), answered),
        )

    return pages


def owner_of(known: Known) -> Owner:
    """Whose wishes are on file."""
    return known.source, WishSource.ACCOUNT, known.key


def called(one: Listed) -> str:
    """A customer's name, else the address, else the id."""
    return one.name or one.email or one.key
