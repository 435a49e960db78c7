"""Columns are told by their names, checked by the first rows, and shown before anything is read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from archive_samples import THREAD, csv_of, jsonl_of, mbox_of, zip_of

from advisor.archive.columns import asked, explain, guess
from advisor.archive.formats import DateOrder, recognise
from advisor.archive.formats.cells import action, channel, email, name, number, share, tags
from advisor.errors import ArchiveError


def guessed(heading: str, *rows: str) -> dict[str, str]:
    columns = heading.split("|")
    return guess(columns, [dict(zip(columns, row.split("|"), strict=True)) for row in rows])


def test_names_of_many_exports_are_known() -> None:
    assert guessed(
        "Ticket ID|Customer Name|Customer Email|Date of Purchase|Ticket Type|Ticket Subject|Ticket Description|"
        "Ticket Status|Resolution|Ticket Priority|Ticket Channel|First Response Time|Customer Satisfaction Rating",
        "1|Maya Brook|m@b.example|2021-03-22|Technical|Setup|No start|Open||Low|Social media|2023-06-01 12:15|3",
        "2|Tom|t@b.example|2021-05-22|Technical|Print|It prints nothing|Closed|It does now|High|Chat|2023-06-01 16:45|",
    ) == {
        "id": "Ticket ID",
        "subject": "Ticket Subject",
        "body": "Ticket Description",
        "channel": "Ticket Channel",
        "customer.email": "Customer Email",
        "customer.name": "Customer Name",
        "status": "Ticket Status",
        "priority": "Ticket Priority",
        "first_reply_at": "First Response Time",
        "csat": "Customer Satisfaction Rating",
    }
    assert guessed(
        "Issue key|Summary|Description|Created|Reporter|Assignee|Labels|Resolved",
        "SUP-1|Printer|It does not print|14/Mar/25 9:30 AM|jane|bob|vip|15/Mar/25 9:30 AM",
    ) == {
        "id": "Issue key",
        "subject": "Summary",
        "body": "Description",
        "created_at": "Created",
        "customer.name": "Reporter",
        "assignee": "Assignee",
        "tags": "Labels",
        "solved_at": "Resolved",
    }
    assert guessed(
        "Date received|Product|Issue|Consumer complaint narrative|Tags|Submitted via|Date sent to company|Complaint ID",
        "03/14/2025|Card|Fees|They charged me twice for it|Servicemember|Web|03/15/2025|12345",
    ) == {
        "id": "Complaint ID",
        "subject": "Issue",
        "body": "Consumer complaint narrative",
        "created_at": "Date received",
        "channel": "Submitted via",
        "tags": "Tags",
    }
    assert guessed("number|opened_at|contact_type|short_description", "INC1|2025-03-14 09:30|Phone|Mail is down") == {
        "id": "number",
        "subject": "short_description",
        "created_at": "opened_at",
        "channel": "contact_type",
    }
    assert guessed("Document|Topic_group", "connection with icon|Hardware") == {"body": "Document"}
    assert guessed("createdAt|customerEmail|messageText", "2025-03-14|m@b.example|Hello there") == {
        "body": "messageText",
        "created_at": "createdAt",
        "customer.email": "customerEmail",
    }


def test_names_of_the_wire_are_taken_as_they_are() -> None:
    heading = "id|body|created_at|customer.id|account.licences|handled.action|channel|source"
    assert guessed(heading, "x|5|soon|7|many|done|pigeon|demo") == {
        name: name for name in guessed(heading) if name != "source"
    } | {"source": "source"}
    assert list(guessed(heading)) == [
        "id", "body", "created_at", "channel", "customer.id", "account.licences", "source", "handled.action"
    ]  # fmt: skip


def test_a_name_that_its_values_belie_is_not_believed() -> None:
    assert guessed("Text|Created|Rating|Source", "Hello there you|Bob|fine|Email", "And you there|Al|poor|Web") == {
        "body": "Text",
        "channel": "Source",
    }
    assert guessed("number|message", "3|a b", "3|c d", "3|e f") == {"body": "message"}


def test_columns_without_a_telling_name_are_told_by_their_values() -> None:
    rows = ["x1|2025-03-14 10:10|jane@x.example|my camera does not work|yes it is|bob@y.example"]
    assert guessed("a|b|c|d|answer|agent", *rows) == {
        "body": "d",
        "created_at": "b",
        "customer.email": "c",
    } | {"assignee": "agent"}
    assert guessed("a|date of birth", "my camera does not work|2001-01-01") == {"body": "a"}


def test_cells_are_read_by_what_their_field_holds() -> None:
    figures = ("5", "$1,200.00", "1.234,56", "1,5", "12,345", "good", "Bad", "offered", "x")
    assert [number(cell) for cell in figures] == [
        5, 1200.0, 1234.56, 1.5, 12345.0, 1, 0, None, "x"
    ]  # fmt: skip
    assert (share("85%"), share("0.5"), share(0.5)) == (0.85, 0.5, 0.5)
    ways = ("Email", "Web", "Phone call", "Twitter", "LIVE_CHAT", "API", "", "pigeon")
    assert [channel(cell) for cell in ways] == ["email", "portal", "phone", "social", "chat", None, None, "pigeon"]
    assert (tags("a, b;c"), tags('["a,b"]'), tags(" "), tags(["x"])) == (["a", "b", "c"], ["a,b"], None, ["x"])
    assert (email("Maya <m@b.example>"), email(" m@b.example "), name(12.0)) == ("m@b.example", "m@b.example", "12")
    assert (action("Live_Human"), action("Help Center"), action("dunno")) == ("live_human", "self_service", "dunno")


def test_a_map_is_asked_for_field_by_field() -> None:
    assert asked(["body=Document", " csat = ", "customer.email=a=b"]) == {
        "body": "Document",
        "csat": "",
        "customer.email": "a=b",
    }
    with pytest.raises(ArchiveError, match="a map must be FIELD=COLUMN, was: 'body': write, say, body=Description"):
        asked(["body"])
    with pytest.raises(ArchiveError, match="a field must be mapped once, was: body for the second time"):
        asked(["body=a", "body=b"])


def test_what_will_be_read_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "all.csv.gz"
    rows = [{"Document": "It does not print", "Opened": "03/04/2025", "Topic group": "Hardware", "Floor": "2"}]
    path.write_bytes(gzip.compress(csv_of(rows, separator="\t")))
    assert explain(recognise(path)) == (
        "all.csv.gz: CSV, packed by gzip, cells parted by tab",
        "body <- Document",
        "created_at <- Opened",
        "dates: the day first, though 03/04/2025 and others do not tell",
        "not read: Topic group, Floor",
    )
    assert explain(recognise(path, dates=DateOrder.MONTH_FIRST, mapping={"subject": "Topic group"}))[1:] == (
        "subject <- Topic group",
        "body <- Document",
        "created_at <- Opened",
        "dates: the month first, as asked for",
        "not read: Floor",
    )
    path.write_bytes(zip_of({"in/a.csv": "id;body;created\n1;Größe;14/03/2025\n".encode("cp1252")}))
    assert explain(recognise(path)) == (
        "all.csv.gz: CSV, a.csv in a zip, Windows-1252, as it is not UTF-8, cells parted by ;",
        "id <- id",
        "body <- body",
        "created_at <- created",
        "dates: the day first, as 14/03/2025 tells",
    )
    path.write_bytes(jsonl_of([{"body": "x", "customer": {"id": "1"}, "shelf": 5, "user": {"email": "m@b.example"}}]))
    assert explain(recognise(path)) == (
        "all.csv.gz: JSON lines",
        "body <- body",
        "customer <- customer",
        "kept aside: shelf, user",
    )
    path.write_bytes(mbox_of(THREAD))
    assert explain(recognise(path)) == ("all.csv.gz: a mailbox, its threads as tickets",)
