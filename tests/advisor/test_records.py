from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from advisor_builders import NOW, RESET, an_advisor, records_in

from advisor.errors import RecordsError
from advisor.records import Records
from advisor.records.tables import migrations
from advisor.types import (
    Account,
    Action,
    Channel,
    Customer,
    Handled,
    Message,
    Sender,
    Ticket,
)

ASKED = Ticket(
    id="t-1",
    subject="Sign-in",
    body="I forgot my password.",
    created_at=NOW,
    status="new",
    tags=("web",),
    customer=Customer(id="c-1", name="Ann Lee", email="Ann@Example.org", phone="+1 555 0100 200"),
    account=Account(id="acme", name="Acme", licences=51),
)


def customer(body: str) -> Message:
    return Message(sender=Sender.CUSTOMER, body=body)


def agent(body: str) -> Message:
    return Message(sender=Sender.AGENT, body=body)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return records_in(tmp_path)


def test_what_was_advised_is_remembered_whole(records: Records) -> None:
    advice = an_advisor(records).advise(ASKED)
    stored = records.last("t-1")
    assert stored is not None
    assert stored.recommendation == advice.recommendation
    assert stored.evidence == advice.evidence
    assert (stored.subject, stored.text, stored.status, stored.tags, stored.created_at) == (
        "Sign-in",
        "Sign-in\n\nI forgot my password.",
        "new",
        ("web",),
        NOW,
    )
    assert stored.customer == replace(ASKED.customer, wishes=())
    assert records.last("t-2") is None
    assert records.last("t-1", source="zendesk") is None


def test_the_same_ticket_advised_again_keeps_its_revision_and_a_changed_one_gets_the_next(records: Records) -> None:
    advisor = an_advisor(records)
    first = advisor.advise(ASKED).recommendation
    again = advisor.advise(replace(ASKED, status="open")).recommendation
    changed = advisor.advise(replace(ASKED, body="I forgot my password, call me.")).recommendation
    assert (first.revision, again.revision, changed.revision) == (1, 1, 2)
    assert again == first
    assert changed.id != first.id
    stored = records.last("t-1")
    assert stored is not None
    assert stored.recommendation == changed
    assert records.counts()["recommendations"] == 2


def test_ids_depend_on_nothing_but_source_ticket_and_revision(tmp_path: Path) -> None:
    ids = {an_advisor(records_in(tmp_path / name)).advise(ASKED).recommendation.id for name in ("one", "two")}
    assert len(ids) == 1
    other = an_advisor(records_in(tmp_path / "one")).advise(replace(ASKED, source="zendesk")).recommendation
    assert other.id not in ids
    assert other.revision == 1


def test_nothing_is_kept_where_recording_is_off(records: Records) -> None:
    advice = an_advisor(records).advise(ASKED, record=False)
    assert (advice.recommendation.id, advice.recommendation.revision) == ("", 0)
    assert set(records.counts().values()) == {0}


def test_an_article_counts_as_tried_once_the_customer_writes_again(records: Records) -> None:
    advisor = an_advisor(records)
    offered = advisor.advise(ASKED)
    assert offered.recommendation.action is Action.SELF_SERVICE
    assert records.history(ASKED).offered == ()
    assert records.history(replace(ASKED, status="open", messages=(agent("Did it help?"),))).offered == ()
    back = replace(ASKED, messages=(customer(ASKED.body), customer("My password still fails.")))
    assert records.history(back).offered == (RESET.id,)
    assert records.history(replace(ASKED, body="The password page is empty.")).offered == (), "another text, no thread"
    assert records.history(replace(back, source="zendesk")).offered == ()
    assert advisor.advise(back).recommendation.action is Action.LIVE_HUMAN
    assert advisor.advise(back).recommendation.revision == 2


def test_an_article_that_was_never_offered_does_not_count_as_tried(records: Records) -> None:
    asks = replace(ASKED, body="I forgot my password, call me.")
    assert an_advisor(records).advise(asks).recommendation.action is Action.LIVE_HUMAN
    assert records.history(replace(asks, messages=(customer("Still waiting."),))).offered == ()


def test_a_link_from_an_agent_counts_once_the_customer_has_answered_it(records: Records) -> None:
    an_advisor(records).advise(ASKED)
    linked = (customer("Help"), agent("See https://help.example/reset/#step-2."), agent("Bye"))
    other = Ticket(id="t-2", messages=linked)
    assert records.history(other).offered == ()
    assert records.history(replace(other, messages=(*linked, customer("No luck.")))).offered == (RESET.id,)
    own = (customer("I read https://help.example/reset"), customer("No luck."))
    assert records.history(replace(other, messages=own)).offered == ()


def test_the_text_is_kept_masked_and_the_number_with_the_customer_only(records: Records) -> None:
    body = "My password: ring +15550199123"
    an_advisor(records).advise(Ticket(id="t-9", body=body, customer=Customer(email="Bo@example.org")))
    holders = {
        (table.name, column)
        for table in records.file.tables.tables
        for row in table.rows
        for column, value in row.items()
        if "15550199123" in str(value) or "bo@example.org" in str(value).casefold()
    }
    assert holders == {
        ("customers", "phone"), ("customers", "email"), ("customers", "id"), ("tickets", "customer"),
        ("queue", "customer"), ("queue_text", "who"), ("queue_text_content", "c2"),  # found by the address
    }  # fmt: skip


def test_what_is_known_of_a_customer_is_not_lost_by_a_ticket_that_says_less(records: Records) -> None:
    advisor = an_advisor(records)
    advisor.advise(ASKED)
    advisor.advise(replace(ASKED, id="t-2", body="+15550000000", customer=Customer(id="c-1", name="Ann Berg")))
    (found,) = records.find("c-1")
    assert (found.name, found.email, found.phone, found.tickets) == (
        "Ann Berg",
        "Ann@Example.org",
        "+1 555 0100 200",
        2,
    )


def test_what_was_really_done_is_kept(records: Records) -> None:
    done = Handled(action=Action.LIVE_HUMAN, channel=Channel.PHONE, by="Bo", at=NOW)
    an_advisor(records).advise(replace(ASKED, handled=done))
    rows = records.file.tables.execute("select * from handled").fetchall()
    assert rows == [("local", "t-1", "live_human", "phone", "Bo", "2026-03-03T10:00:00+00:00", None, "ticket", None)]


@pytest.mark.parametrize("who", ["c-1", "ann@example.ORG", "(1) 555-0100-200", "ann lee"])
def test_a_customer_is_found_by_id_address_number_and_name(records: Records, who: str) -> None:
    an_advisor(records).advise(ASKED)
    assert [found.id for found in records.find(who)] == ["c-1"]
    assert records.find("somebody") == []
    assert records.find("") == []


def test_an_erased_customer_leaves_no_trace_in_any_table_or_in_the_file(records: Records) -> None:
    advisor = an_advisor(records)
    advisor.advise(replace(ASKED, body="My password is unique-words-xyz, call me."))
    advisor.advise(replace(ASKED, id="t-2", customer=Customer(id="c-2", name="Bo")))
    (found,) = records.find("c-1")
    assert records.erase(found) == 1
    assert records.find("c-1") == []
    assert records.last("t-1") is None
    assert records.last("t-2") is not None
    assert records.counts()["tickets"] == 1
    left = b"".join(path.read_bytes() for path in records.file.path.parent.iterdir())
    assert b"unique-words-xyz" not in left
    assert b"Ann Lee" not in left


def test_an_export_holds_all_rows_of_a_customer_and_nobody_elses(records: Records) -> None:
    advisor = an_advisor(records)
    advisor.advise(replace(ASKED, body="password, call me"))
    advisor.advise(replace(ASKED, id="t-2", customer=Customer(id="c-2", name="Bo")))
    exported = records.export(records.find("c-1")[0])
    assert [row["name"] for row in exported["customers"]] == ["Ann Lee"]
    assert [row["ticket_id"] for row in exported["tickets"]] == ["t-1"]
    assert [row["quote"] for row in exported["wishes"]] == ["call me"]
    assert [len(exported[table]) for table in ("evidence", "recommendations", "offered")] == [1, 1, 0]


def test_somebody_unknown_who_turns_out_to_be_a_customer_is_not_kept_twice(records: Records) -> None:
    advisor = an_advisor(records)
    advisor.advise(Ticket(id="t-1", body="+15550199123"))
    assert [found.id for found in records.find("15550199123")] == ["ticket:t-1"]
    advisor.advise(Ticket(id="t-1", body="+15550199123", customer=Customer(id="c-1")))
    assert [found.id for found in records.find("15550199123")] == ["c-1"]


def test_a_batch_is_kept_whole_or_not_at_all(records: Records) -> None:
    advices = [an_advisor(records).advise(replace(ASKED, id=f"t-{n}"), record=False) for n in range(3)]
    broken = replace(advices[2], recommendation=replace(advices[2].recommendation, reasons=()))
    with pytest.raises(IndexError):
        records.save([*advices[:2], broken])
    assert records.counts()["tickets"] == 0
    assert [one.recommendation.revision for one in records.save(advices)] == [1, 1, 1]


def test_many_threads_number_their_revisions_without_a_gap(records: Records) -> None:
    def advise(number: int) -> None:
        changed = replace(ASKED, created_at=NOW + timedelta(minutes=number))
        an_advisor(records).advise(changed)

    threads = [threading.Thread(target=advise, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    revisions = records.file.tables.execute("select revision from recommendations order by revision").fetchall()
    assert [revision for (revision,) in revisions] == list(range(1, 9))


def test_records_are_opened_again_as_they_were_left(tmp_path: Path) -> None:
    advice = an_advisor(records_in(tmp_path)).advise(ASKED)
    again = records_in(tmp_path)
    assert migrations.pending(again.file.tables) == []
    assert again.file.tables.journal_mode == "wal"
    stored = again.last("t-1")
    assert stored is not None
    assert stored.recommendation == advice.recommendation


def test_an_experience_file_is_kept_under_its_fingerprint(records: Records) -> None:
    records.keep_experience("e-1", "desk = 'a'")
    records.keep_experience("e-1", "desk = 'b'")
    assert records.experience("e-1") == "desk = 'b'"  # the same rules, with other comments
    assert records.experience("e-2") is None


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "advisor.db"
    path.write_text("this is no database, be it ever so long\n" * 50)
    with pytest.raises(RecordsError, match=r"advisor\.db cannot be used \(file is not a database\): check that it is"):
        Records.open(path)


def test_another_rooms_tables_in_the_same_file_are_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "advisor.db") as other:
        other.execute("create table inbox (id text)")
        other.execute("insert into inbox values ('job')")
    other.close()
    records = records_in(tmp_path)
    an_advisor(records).advise(replace(ASKED, created_at=datetime(2026, 3, 4, tzinfo=UTC)))
    assert records.file.tables.execute("select id from inbox").fetchall() == [("job",)]
