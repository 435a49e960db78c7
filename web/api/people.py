"""Customers and accounts: who they are, and what they are willing and not willing to do, with its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta

from advisor.records import FiledWish, Found
from advisor.records.people import Known
from advisor.types import Action, Channel, Handled, Moment, Stance, WishChannel, WishSource
from web.api.finding import Time, Words, storable
from web.api.operation import BASE, Answer, Api, Call, Method, Nothing, Operation, Sent, Tag
from web.api.problems import Kind, invalid, not_found
from web.api.tokens import Scope
from web.api.wishes import WishShown, shown_wish

SHOWN_TICKETS = 50


class Who(Sent, frozen=True):
    """Who is looked for."""

    who: Annotated[str, Meta(min_length=1, max_length=200, description="An id, address, number or name, whole.")]


class WishSent(Sent, frozen=True):
    """What they want or refuse."""

    channel: WishChannel
    stance: Stance
    order: Annotated[int, Meta(ge=1, le=9)] = 1
    moment: Moment | None = None
    topic: Words | None = None
    until: Time | None = None
    by: Words | None = None


@dataclass(frozen=True, slots=True)
class FoundList:
    """The customers that an id, address, number or name belongs to."""

    customers: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class WishList:
    """All that is on file, ended ones too; the newest first."""

    wishes: tuple[WishShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountShown:
    """The company that pays, as far as it is known; every null is 'not known'."""

    id: str | None
    name: str | None
    licences: int | None
    monthly_revenue: float | None
    renews_on: date | None
    plan: str | None
    manager: str | None
    usage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOfPerson:
    """One ticket of a customer or an account, in short."""

    id: str
    at: datetime
    moment: str
    action: Action
    channel: Channel | None
    reason: str
    handled: Handled | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonShown:
    """A customer, or an account; of the tickets the newest 50."""

    source: str
    key: str
    name: str | None
    email: str | None
    phone: str | None
    persona: str | None
    account: AccountShown | None
    wishes: tuple[WishShown, ...]
    tickets: tuple[TicketOfPerson, ...]


def find_customers(call: Call[Who, None]) -> Answer:
    """The customers that something belongs to."""
    return Answer(FoundList(tuple(call.api.desk.records.find(call.query.who))))


def show_person(call: Call[Nothing, object]) -> Answer:
    """A customer or an account."""
    kind, known = _known(call)
    records = call.api.desk.records
    past = list(records.past(of=(known.source, kind, known.key)))[: -SHOWN_TICKETS - 1 : -1]
    customer, account = known.customer, known.account
    return Answer(
        PersonShown(
            source=known.source,
            key=known.key,
            name=customer.name if customer else (account.name if account else None),
            email=customer.email if customer else None,
            phone=customer.phone if customer else None,
            persona=customer.persona if customer else None,
            account=_account(known),
            wishes=_wishes(call.api, kind, known),
            tickets=tuple(
                TicketOfPerson(
                    id=one.ticket_id,
                    at=one.created_at,
                    moment=one.moment,
                    action=one.action,
                    channel=one.channel,
                    reason=one.reason,
                    handled=one.handled,
                )
                for one in past
            ),
        )
    )


def list_wishes(call: Call[Nothing, object]) -> Answer:
    """What is on file."""
    kind, known = _known(call)
    return Answer(WishList(_wishes(call.api, kind, known)))


def add_wish(call: Call[Nothing, WishSent]) -> Answer:
    """Put a wish on file; newer words end older ones that they take back."""
    kind, known = _known(call)
    sent, now = call.body, call.api.now()
    until = storable(sent.until, "until") if sent.until is not None else None
    if until is not None and until <= now:
        raise invalid("until", f"until must be a time to come, was: {until.isoformat()}")
    wish = FiledWish(
        source=known.source,
        kind=kind,
        owner=known.key,
        channel=sent.channel,
        stance=sent.stance,
        order=sent.order if sent.stance is Stance.WANTS else 1,
        moment=sent.moment,
        topic=sent.topic,
        since=now,
        until=until,
    )
    filed = call.api.desk.records.filing.put(wish, by=sent.by or call.token.name, at=now)
    return Answer(shown_wish(call.api, filed.id), headers={"Location": f"{BASE}/wishes/{filed.id}"})


def _known(call: Call[Nothing, object]) -> tuple[WishSource, Known]:
    """Whom an address names."""
    people, source = call.api.desk.records.people, call.path["source"]
    if "customer" in call.path:
        kind, id = WishSource.CUSTOMER, call.path["customer"]
        found = people.customers(id, source=source)
    else:
        kind, id = WishSource.ACCOUNT, call.path["account"]
        found = people.accounts(id, source=source)
    if not found:
        raise not_found(f"no {kind} {id} of {source} is recorded")
    return kind, found[0]


def _account(known: Known) -> AccountShown | None:
    one = known.account
    if one is None or (known.customer is not None and one.id is None and one.name is None):
        return None
    return AccountShown(
        id=one.id,
        name=one.name,
        licences=one.licences,
        monthly_revenue=one.monthly_revenue,
        renews_on=one.renews_on,
        plan=one.plan,
        manager=one.manager,
        usage=one.usage,
    )


def _wishes(api: Api, kind: WishSource, known: Known) -> tuple[WishShown, ...]:
    now = api.now()
    return tuple(WishShown(one.state(now), one) for one in api.desk.records.filing.of(known.source, kind, known.key))


def _of(owner: str) -> tuple[Operation, ...]:
    """The operations on the wishes of a customer, or of an account."""
    path = f"/{owner}s/{{source}}/{{{owner}}}"
    return (
        Operation(
            name=f"show_{owner}",
            method=Method.GET,
            path=path,
            scope=Scope.READ,
            tag=Tag.PEOPLE,
            summary=f"Show the {owner} with wishes on file and the newest tickets",
            view=show_person,
            answer=PersonShown,
            problems=(Kind.NOT_FOUND,),
        ),
        Operation(
            name=f"list_{owner}_wishes",
            method=Method.GET,
            path=f"{path}/wishes",
            scope=Scope.READ,
            tag=Tag.PEOPLE,
            summary=f"List the wishes on file for the {owner}, ended ones too",
            view=list_wishes,
            answer=WishList,
            problems=(Kind.NOT_FOUND,),
        ),
        Operation(
            name=f"add_{owner}_wish",
            method=Method.POST,
            path=f"{path}/wishes",
            scope=Scope.WRITE,
            tag=Tag.PEOPLE,
            summary=f"Put a wish of the {owner} on file",
            about="A newer word ends an older one that it takes back; both stay in the list.",
            view=add_wish,
            body=WishSent,
            example={"channel": "phone", "stance": "wants", "moment": "billing"},
            answer=WishShown,
            status=HTTPStatus.CREATED,
            problems=(Kind.NOT_FOUND,),
            headers=("Location",),
        ),
    )


OPERATIONS = (
    Operation(
        name="find_customers",
        method=Method.GET,
        path="/customers",
        scope=Scope.READ,
        tag=Tag.PEOPLE,
        summary="Find customers by id, address, number or name",
        view=find_customers,
        query=Who,
        answer=FoundList,
    ),
    *_of("customer"),
    *_of("account"),
)
"""What stands in the description under Customers and accounts; one wish is in `wishes.py`."""
