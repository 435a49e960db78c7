"""What was done, what became of it, promises and drawn tickets, as they are kept; an older file brought up to date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlite_utils
from advisor_builders import NOW, RESET, an_advisor, records_in

from advisor.decision.budget import threshold_of
from advisor.decision.ideals import Incident
from advisor.decision.policy import costs_of
from advisor.errors import RecordsError
from advisor.records import Records, State
from advisor.records.tables import migrations
from advisor.types import (
    Account,
    Action,
    Cause,
    Channel,
    Customer,
    Handled,
    Message,
    Outcome,
    OutcomeKind,
    Promise,
    PromiseState,
    Sender,
    Ticket,
    WishChannel,
    WishSource,
)
from advisor.wiring import promise_in_use

DAY = timedelta(days=1)
ANN = Customer(id="c-1", name="Ann Lee", email="ann@example.org")
ASKS = Ticket(id="t-1", subject="Password", body="My password is gone.", created_at=NOW, customer=ANN)
CAME_BACK = Outcome(ticket_id="t-1", kind=OutcomeKind.CONTRADICTED, at=NOW + DAY, by="Bo", how="came_back")
DONE = Handled(action=Action.SELF_SERVICE, channel=Channel.EMAIL, by="Bo", at=NOW, reason=Cause.OVERRIDDEN)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    records = records_in(tmp_path)
    an_advisor(records).advise(ASKS)
    return records


def done(records: Records) -> Handled | None:
    stored = records.last("t-1")
    return stored.handled if stored is not None else None


def with_answer(body: str) -> Ticket:
    messages = (Message(sender=Sender.CUSTOMER, body="My password is gone."), Message(sender=Sender.AGENT, body=body))
    return replace(ASKS, messages=messages)


def test_an_outcome_is_kept_once_however_often_it_is_told(records: Records) -> None:
    assert records.outcomes.add([CAME_BACK, replace(CAME_BACK, by="Cy")], by="import") == [
        "",
        "ticket t-1 of local: this outcome (contradicted, 2026-03-04T10:00:00+00:00) is known already, "
        "and is counted once",
    ]
    assert records.outcomes.of("local", "t-1") == [CAME_BACK]


def test_outcomes_of_unknown_tickets_or_before_their_ticket_are_refused_and_the_others_kept(records: Records) -> None:
    unknown, early = replace(CAME_BACK, ticket_id="t-9"), replace(CAME_BACK, at=NOW - DAY)
    related = replace(CAME_BACK, kind=OutcomeKind.OTHER_MATTER, related="t-8")
    assert records.outcomes.add([unknown, early, related, CAME_BACK], by="import") == [
        "ticket t-9 of local is not recorded: advise it first, or correct the id",
        "ticket t-1 of local came at 2026-03-03T10:00:00+00:00, after this outcome (2026-03-02T10:00:00+00:00): "
        "correct the time",
        "ticket t-8 of local, named as related, is not recorded: correct the id",
        "",
    ]
    assert list(records.outcomes.all()) == [CAME_BACK]
    assert list(records.outcomes.all(since=NOW + 2 * DAY)) == []


def test_outcomes_to_come_of_itself_or_of_no_other_ticket_are_refused(records: Records) -> None:
    future = replace(CAME_BACK, at=datetime.now(UTC) + 3 * DAY)
    itself = replace(CAME_BACK, related="t-1")
    other = replace(CAME_BACK, kind=OutcomeKind.OTHER_MATTER)
    said = records.outcomes.add([future, itself, other], by="import")
    assert said == [
        f"ticket t-1 of local: this outcome is of {future.at.isoformat()}, which is still to come: correct the time",
        "ticket t-1 of local: related must be another ticket, was this one: correct the id",
        "ticket t-1 of local: other_matter must name in related which ticket is about something else",
    ]
    assert list(records.outcomes.all()) == []


def test_an_outcome_told_by_mistake_is_taken_back(records: Records) -> None:
    records.outcomes.add([CAME_BACK], by="Bo")
    assert records.outcomes.remove(CAME_BACK)
    assert not records.outcomes.remove(CAME_BACK)
    assert list(records.outcomes.all()) == []


def test_an_agents_link_to_an_article_is_self_service_and_anything_else_a_person(records: Records) -> None:
    an_advisor(records).advise(with_answer(f"Please see {RESET.url}."))
    assert done(records) == Handled(action=Action.SELF_SERVICE, channel=Channel.EMAIL)
    an_advisor(records).advise(with_answer("I have reset it for you, see https://elsewhere.example/x"))
    assert done(records) == Handled(action=Action.LIVE_HUMAN, channel=Channel.EMAIL)


def test_what_somebody_said_was_done_goes_before_what_a_message_shows(records: Records) -> None:
    assert records.outcomes.keep_handled("local", "t-1", DONE, told_by="import")
    an_advisor(records).advise(with_answer("I have reset it for you."))
    assert done(records) == DONE
    assert not records.outcomes.keep_handled("local", "t-9", DONE, told_by="import")


def test_the_past_is_the_newest_advice_of_each_ticket_by_its_time(records: Records) -> None:
    advisor = an_advisor(records)
    advisor.advise(replace(ASKS, id="t-0", created_at=NOW - 3 * DAY, body="call me"))
    advisor.advise(replace(ASKS, body="My password, call me."))
    records.outcomes.keep_handled("local", "t-1", DONE, told_by="agent")
    old, new = records.past()
    assert [(one.ticket_id, one.revision, one.action) for one in (old, new)] == [
        ("t-0", 1, Action.LIVE_HUMAN),
        ("t-1", 2, Action.LIVE_HUMAN),
    ]
    assert (new.handled, new.told_by, old.handled) == (DONE, "agent", None)
    assert (new.customer, new.created_at, new.came_by) == ("c-1", NOW, Channel.EMAIL)
    assert new.evidence().wishes[0].channel is WishChannel.PHONE
    stored = records.last("t-1")
    assert stored is not None
    assert new.recommendation() == replace(stored.recommendation, id="", revision=0)
    assert [one.ticket_id for one in records.past(since=NOW)] == ["t-1"]
    assert [one.ticket_id for one in records.past(until=NOW)] == ["t-0"]


def test_the_past_of_one_customer_is_theirs_alone(records: Records) -> None:
    for number in range(3):
        customer = Customer(id=f"c-{number}")
        an_advisor(records).advise(replace(ASKS, id=f"n-{number}", customer=customer, account=Account(id="a-1")))
    assert [one.ticket_id for one in records.past(of=("local", WishSource.CUSTOMER, "c-2"))] == ["n-2"]
    assert [one.ticket_id for one in records.past(of=("local", WishSource.ACCOUNT, "a-1"))] == ["n-0", "n-1", "n-2"]


def test_every_promise_is_kept_and_the_newest_is_in_force(records: Records) -> None:
    assert records.promises.in_force() is None
    kept = Promise(state=PromiseState.KEPT, threshold=0.7, fingerprint="p-1")
    gone = replace(kept, state=PromiseState.WITHDRAWN, fingerprint="p-2")
    assert records.promises.last_withdrawal() is None
    records.promises.looked(kept, '{"curve": []}', before=0, at=NOW)
    records.promises.keep(gone, at=NOW + DAY)
    assert records.promises.in_force() == gone
    assert records.promises.by_fingerprint("p-1") == kept
    assert records.promises.by_fingerprint("p-9") is None
    assert [(look.at, look.promise) for look in records.promises.looks()] == [(NOW, "p-1")]
    assert records.promises.looks("billing") == []
    records.promises.looked(gone, "{}", before=1, at=NOW + 2 * DAY)
    assert records.promises.last_withdrawal() == NOW + DAY


def test_of_two_looks_at_once_the_second_is_refused_and_leaves_nothing_behind(records: Records) -> None:
    first = Promise(state=PromiseState.KEPT, threshold=0.7, fingerprint="p-1")
    records.promises.looked(first, "{}", before=0, at=NOW)
    with pytest.raises(RecordsError, match=r"there were 0 when this one began, and there are 1 now: .* promise"):
        records.promises.looked(replace(first, fingerprint="p-2"), "{}", before=0, at=NOW)
    assert ([look.promise for look in records.promises.looks()], records.promises.in_force()) == (["p-1"], first)


def test_a_promise_by_other_costs_is_set_aside_with_a_warning_and_can_be_replayed(
    records: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    company = an_advisor(records).experience
    assert promise_in_use(records, company) == Promise()
    kept = Promise(state=PromiseState.KEPT, threshold=0.2, fingerprint="p-1", costs=costs_of(company))
    records.promises.keep(kept, at=NOW)
    incident = Incident(id="i", text="Down.", examples=(), article=None, opened=None, until=None)
    assert promise_in_use(records, replace(company, fingerprint="other", incidents=(incident,))) == kept
    assert capsys.readouterr().err == ""
    dearer = replace(company, wrong_cost=replace(company.wrong_cost, per_severity=9.0))
    aside = promise_in_use(records, dearer)
    assert (aside.state, threshold_of(aside, None, dearer.promise)) == (
        PromiseState.WITHDRAWN,
        dearer.promise.shipped_threshold,
    )
    assert "by other costs than those of the experience file in force" in capsys.readouterr().err
    assert records.promises.by_fingerprint(aside.fingerprint) == aside
    assert records.promises.in_force() == kept
    records.promises.keep(replace(kept, costs=""), at=NOW)
    assert promise_in_use(records, company).state is PromiseState.WITHDRAWN


def test_a_drawn_ticket_is_open_until_it_is_labelled_and_again_when_the_label_is_taken_back(records: Records) -> None:
    records.audits.draw([("local", "t-1", "heard", 2.5)], sample="march", at=NOW)
    (drawn,) = records.audits.open()
    assert (drawn.ticket_id, drawn.stratum, drawn.weight, drawn.drawn_at) == ("t-1", "heard", 2.5, NOW)
    records.audits.label(drawn.id, {"phone": "wants"}, by="Bo", at=NOW + DAY)
    (labelled,) = records.audits.labelled()
    assert (labelled.label, labelled.by, labelled.at) == ('{"phone": "wants"}', "Bo", NOW + DAY)
    assert records.audits.open() == []
    records.audits.label(drawn.id, None, by="Bo", at=NOW + DAY)
    assert records.audits.open() != []
    with pytest.raises(RecordsError, match="no drawn ticket has the id 'x': advisor audit sample"):
        records.audits.label("x", None, by=None, at=NOW)


def test_which_experience_file_came_into_use_when_is_known(records: Records) -> None:
    for fingerprint in ("e-1", "e-1", "e-2", "e-1"):
        records.keep_experience(fingerprint, "text", by="Bo")
    assert [(use.fingerprint, use.by) for use in records.experience_uses()] == [
        ("e-1", "Bo"),
        ("e-2", "Bo"),
        ("e-1", "Bo"),
    ]


def test_an_erased_customer_leaves_no_outcome_no_wish_and_no_drawn_ticket(records: Records) -> None:
    an_advisor(records).advise(replace(ASKS, id="t-2", customer=Customer(id="c-2"), body="call me"))
    an_advisor(records).advise(replace(ASKS, body="password, call me"))
    records.outcomes.add([CAME_BACK], by="Bo")
    other = Outcome(ticket_id="t-2", kind=OutcomeKind.OTHER_MATTER, at=NOW + DAY, related="t-1")
    records.outcomes.add([other], by="Bo")
    records.audits.draw([("local", "t-1", "heard", 1.0)], sample="march", at=NOW)
    (ann,) = records.find("c-1")
    assert {table for table, rows in records.export(ann).items() if rows} == {
        "customers", "tickets", "evidence", "recommendations", "offered", "wishes", "filed", "outcomes", "audits",
        "queue", "messages",
    }  # fmt: skip
    records.erase(ann)
    assert list(records.outcomes.all()) == [replace(other, related=None)]
    assert records.audits.open() == []
    assert [one.said_in for one in records.filing.of("local", WishSource.CUSTOMER, "c-2")] == ["t-2"]
    assert records.filing.of("local", WishSource.CUSTOMER, "c-1") == []


def test_a_file_of_the_first_version_is_brought_up_to_date_without_loss(tmp_path: Path) -> None:
    path = tmp_path / "advisor.db"
    old = sqlite_utils.Database(path)
    migrations.apply(old, stop_before="wishes_on_file")
    row = {"source": "local", "channel": "phone", "stance": "refuses", "rank": 1, "since": None}
    old.table("wishes").insert(
        {"id": "w-1", "kind": "customer", "owner": "c-1", "expires": "2027-01-01T00:00:00Z"} | row
    )
    old.table("wishes").insert({"id": "w-2", "kind": "ticket", "owner": "t-1", "quote": "no calls"} | row)
    old.close()
    records = Records.open(path)
    (kept,) = records.filing.of("local", WishSource.CUSTOMER, "c-1")
    assert (kept.channel, kept.until) == (WishChannel.PHONE, datetime(2027, 1, 1, tzinfo=UTC))
    assert kept.state(NOW) is State.IN_FORCE
    assert records.file.tables.execute("select ticket_id, quote from wishes").fetchall() == [("t-1", "no calls")]
