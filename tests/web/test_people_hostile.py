"""Whatever ids are made of and texts do: pages of customers and accounts are reached, and show texts as texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Flask
from hostile import IDS, XSS, harmful
from people_builders import MAYA, NOW, told, words
from selectolax.lexbor import LexborHTMLParser
from web_builders import client_as, recording_desk, web_app

from advisor.records.filed_changes import fingerprint_of
from advisor.types import Account, Customer, Handled, Ticket
from web.users import Role

SOURCES = ("desk", "a/../b c")


def address_of(app: Flask, endpoint: str, source: str, key: str) -> str:
    with app.test_request_context():
        return str(app.url_for(endpoint, source=source, key=key))


def test_every_id_has_a_page_that_its_links_open_and_change() -> None:
    tickets = [
        Ticket(id=f"t-{place}", source=source, body="Please call me.", customer=Customer(id=id), account=Account(id=id))
        for source in SOURCES
        for place, id in enumerate(IDS)
    ]
    desk = recording_desk(*tickets)
    client = client_as(web_app(desk), Role.ADMIN)
    listed = {
        link.attributes["href"]
        for kind in ("customer", "account")
        for page in range(1, 5)
        for link in LexborHTMLParser(client.get(f"/customers?kind={kind}&page={page}").text).css(".person a")
    }
    assert len(listed) == 2 * 2 * len(IDS)
    assert [link for link in listed if client.get(str(link)).status_code != 200] == []
    for place, id in enumerate(IDS):
        owner = (SOURCES[place % 2], MAYA[1], id)
        wish = {
            "do": "add",
            "seen": fingerprint_of(desk.records.filing.of(*owner)),
            "stance": "wants",
            "channel": "chat",
        }
        answer = client.post(
            address_of(client.application, "customers.show", owner[0], id), data=wish, follow_redirects=True
        )
        assert words(answer.text, "#told strong") == ["Put on file: wants a chat"], id


def hostile_ticket(place: int, text: str) -> Ticket:
    ticket = told(text, place, text, body=f"{text} Please call me. {text}")
    return replace(
        ticket,
        subject=text,
        status=text,
        customer=Customer(id=text, name=text, email=text, phone=text, persona=text),
        account=Account(id=text, name=text, plan=text, manager=text, licences=3, renews_on=NOW.date()),
        handled=Handled(action=None, channel=ticket.channel, by=text, at=NOW),
        created_at=NOW - timedelta(days=place),
    )


def test_no_text_of_any_field_becomes_part_of_a_page() -> None:
    desk = recording_desk(*(hostile_ticket(place, text) for place, text in enumerate(XSS)))
    client = client_as(web_app(desk), Role.ADMIN)
    for text in XSS:
        owner = ("desk", MAYA[1], text)
        endpoints = ("customers.show", "accounts.show", "customers.ask_to_forget")
        addresses = [address_of(client.application, endpoint, "desk", text) for endpoint in endpoints]
        seen = fingerprint_of(desk.records.filing.of(*owner))
        wish = {
            "do": "add",
            "seen": seen,
            "stance": "wants",
            "channel": "chat",
            "topic": text.replace("\u202e", "")[:120],
        }
        pages = [client.post(addresses[0], data=wish, follow_redirects=True).text]
        pages += [client.get(address).text for address in addresses]
        pages += [
            client.get("/customers", query_string={"q": text, "kind": kind}).text for kind in ("customer", "account")
        ]
        assert [harmful(page) for page in pages] == [[]] * len(pages), text
        assert words(pages[1], "h1") == [" ".join(text.split())]
    for page in (1, 2):
        assert harmful(client.get(f"/customers?page={page}").text) == []
