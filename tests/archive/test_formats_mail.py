"""Mailboxes: mails that answer each other are one ticket; customer and company are told apart."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from archive_samples import MAYA, THREAD, TOM, fields_at, mail, mbox_of, rows_of, zip_of
from hypothesis import given
from hypothesis import strategies as st

from advisor.archive.formats import BadRow, Format, Limits, Row, read_rows, recognise, ticket_of
from advisor.archive.formats.mailboxes import mails_of
from advisor.errors import ArchiveError
from advisor.types import Action, Channel, Handled

MAYAS: dict[str, Any] = {
    "id": "1@x",
    "source": "mail",
    "subject": "No export",
    "channel": "email",
    "created_at": "2025-03-14T09:30:00+01:00",
    "customer": {"name": "Maya Brook", "email": "maya@brook.example"},
    "messages": [
        {
            "from": "customer",
            "body": "The export fails.",
            "author": "maya@brook.example",
            "at": "2025-03-14T09:30:00+01:00",
        },
        {"from": "agent", "body": "Which one?", "author": "tom@fernway.example", "at": "2025-03-14T11:00:00+01:00"},
        {
            "from": "customer",
            "body": "All of them.",
            "author": "maya@brook.example",
            "at": "2025-03-14T12:00:00+01:00",
        },
    ],
    "handled": {
        "action": "live_human",
        "channel": "email",
        "by": "Tom (Support)",
        "at": "2025-03-14T11:00:00+01:00",
    },
}
INES = {
    "id": "2@x",
    "source": "mail",
    "subject": "Login",
    "channel": "email",
    "created_at": "2025-03-14T10:00:00+01:00",
    "customer": {"name": "Ines", "email": "ines@marlow.example"},
    "messages": [
        {
            "from": "customer",
            "body": "I cannot log in.",
            "author": "ines@marlow.example",
            "at": "2025-03-14T10:00:00+01:00",
        }
    ],
}


def written(folder: Path, content: bytes, *, name: str = "mail.mbox") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def only(path: Path) -> dict[str, Any]:
    """The fields of the only ticket."""
    [fields] = fields_at(path)
    assert isinstance(fields, dict), fields
    return fields


def body_of(folder: Path, content: bytes) -> str:
    """The text of the only message of a mail."""
    [message] = only(written(folder, content, name="one.eml"))["messages"]
    return str(message["body"])


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda content: zip_of({"all.mbox": content})])
def test_a_thread_is_one_ticket_and_tickets_come_by_their_last_mail(tmp_path: Path, pack: Any) -> None:
    archive = recognise(written(tmp_path, pack(mbox_of(THREAD))))
    assert archive.format is Format.MBOX
    reading = read_rows(archive)
    assert list(reading) == [Row(1, "mail.mbox, message 2", INES), Row(2, "mail.mbox, message 1", MAYAS)]
    assert reading.done == reading.total > archive.path.stat().st_size


@pytest.mark.parametrize("zipped", [False, True])
def test_a_folder_or_zip_of_mails_is_threaded_alike(tmp_path: Path, zipped: bool) -> None:
    files = dict(zip(("inbox/a.eml", "inbox/b.eml", "inbox/sent/c.eml", "inbox/z.EML"), THREAD, strict=True))
    if zipped:
        path, places = (
            written(tmp_path, zip_of(files), name="inbox.zip"),
            ["inbox.zip/inbox/b.eml", "inbox.zip/inbox/a.eml"],
        )
    else:
        (tmp_path / "inbox" / "sent").mkdir(parents=True)
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        (tmp_path / "inbox" / "notes.txt").write_text("no mail")
        path, places = tmp_path / "inbox", ["inbox/b.eml", "inbox/a.eml"]
    archive = recognise(path)
    assert archive.format is Format.EML
    reading = read_rows(archive)
    assert list(reading) == [Row(1, places[0], INES), Row(2, places[1], MAYAS)]
    assert reading.done == reading.total > 0


def test_the_ticket_of_a_thread_says_that_a_person_handled_it(tmp_path: Path) -> None:
    row = rows_of(recognise(written(tmp_path, mbox_of(THREAD))))[1]
    assert isinstance(row, Row)
    ticket = ticket_of(row, UTC)
    assert not isinstance(ticket, BadRow)
    at = datetime.fromisoformat("2025-03-14T11:00:00+01:00")
    assert ticket.handled == Handled(action=Action.LIVE_HUMAN, channel=Channel.EMAIL, by="Tom (Support)", at=at)
    assert ticket.created_at == datetime.fromisoformat("2025-03-14T09:30:00+01:00")


def test_mails_join_by_a_mail_that_is_not_in_the_mailbox(tmp_path: Path) -> None:
    mails = [mail(MAYA, "a", "one", id="1@x", answers="0@x"), mail(MAYA, "b", "two", id="2@x", answers="0@x")]
    fields = only(written(tmp_path, mbox_of(mails)))
    assert [message["body"] for message in fields["messages"]] == ["one", "two"]


def test_the_same_mail_twice_counts_once(tmp_path: Path) -> None:
    assert only(written(tmp_path, mbox_of([*THREAD[:1], *THREAD[2:3], *THREAD[2:], *THREAD[:1]]))) == MAYAS


def test_an_answer_by_a_program_is_no_answer_of_a_person(tmp_path: Path) -> None:
    automatic = mail(TOM, "Re: x", "We got it.", id="2@x", answers="1@x", more="Auto-Submitted: auto-replied")
    fields = only(written(tmp_path, mbox_of([mail(MAYA, "x", "Help", id="1@x"), automatic])))
    assert [message["from"] for message in fields["messages"]] == ["customer", "system"]
    assert "handled" not in fields


def test_mails_without_an_id_stand_alone(tmp_path: Path) -> None:
    mails = [b"From: a@x.example\nSubject: one\n\nHelp\n", b"From: b@x.example\nSubject: two\n\nHelp, too\n"]
    rows = rows_of(recognise(written(tmp_path, mbox_of(mails))))
    assert [row.fields["subject"] for row in rows if isinstance(row, Row)] == ["one", "two"]


def test_words_of_headers_and_texts_are_decoded(tmp_path: Path) -> None:
    head = b"From: =?utf-8?q?J=C3=BCrgen?= <J@x.example>\nDate: nonsense\n"
    head += b"Subject: =?iso-8859-1?b?R3L832U=?=\n =?x-odd?q?_=E9t=E9?=\n"
    fields = only(written(tmp_path, head + b"Content-Type: text/plain; charset=x-odd\n\nSch\xf6n\n", name="a.eml"))
    assert fields["subject"] == "Grüße été"
    assert fields["customer"] == {"name": "Jürgen", "email": "j@x.example"}
    assert fields["messages"] == [{"from": "customer", "body": "Schön", "author": "j@x.example"}]
    assert "created_at" not in fields


def test_raw_letters_in_headers_are_read(tmp_path: Path) -> None:
    fields = only(written(tmp_path, "From: Zoë <z@x.example>\nSubject: Für dich\n\nx\n".encode(), name="a.eml"))
    assert (fields["subject"], fields["customer"]["name"]) == ("Für dich", "Zoë")
    latin = "From: z@x.example\nSubject: Für dich\nTo: y\n\nx\n".encode("latin-1")
    assert only(written(tmp_path, latin, name="b.eml"))["subject"] == "Für dich"


HEAD = b"From: a@x.example\nSubject: s\nMIME-Version: 1.0\nContent-Type: "
PARTS = HEAD + b'multipart/mixed; boundary="B"\n\n--B\nContent-Type: multipart/alternative; boundary="C"\n\n'


def test_text_goes_before_html_and_attachments_are_left_out(tmp_path: Path) -> None:
    html = b"--C\nContent-Type: text/html\n\n<p>rich</p>\n"
    plain = b"--C\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nU2Now7Zu\n"
    attached = (
        b"--C--\n--B\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nsecret\n--B--\n"
    )
    assert body_of(tmp_path, PARTS + html + plain + attached) == "Schön"
    assert body_of(tmp_path, PARTS + html + attached) == "<p>rich</p>"
    assert body_of(tmp_path, PARTS + attached) == ""


def test_a_mail_inside_of_a_mail_is_an_attachment(tmp_path: Path) -> None:
    inner = b"--B\nContent-Type: message/rfc822\n\nFrom: b@x.example\nSubject: t\n\ninner words\n"
    outer = (
        HEAD + b'multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/plain\n\nouter words\n' + inner + b"--B--\n"
    )
    assert body_of(tmp_path, outer) == "outer words"


def test_lines_that_only_look_like_the_beginning_of_a_mail_begin_none(tmp_path: Path) -> None:
    text = "Hello,\n\nFrom Monday 10:30 2025 on it fails.\n\n>From the start.\n\nFrom me"
    fields = only(written(tmp_path, mbox_of([mail(MAYA, "s", text, id="1@x")])))
    assert fields["messages"][0]["body"] == text.replace(">From", "From")


def test_a_large_attachment_is_not_read_and_a_large_text_is_refused(tmp_path: Path) -> None:
    start = HEAD + b'multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/plain\n\n'
    attached = b"--B\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + b"QUJD\n" * 20_000
    limits = Limits(record=5_000)
    [row] = rows_of(recognise(written(tmp_path, mbox_of([start + b"words\n" + attached + b"--B--\n"]))), limits)
    assert isinstance(row, Row)
    assert row.fields["messages"] == [{"from": "customer", "body": "words", "author": "a@x.example"}]
    [bad, good] = rows_of(recognise(written(tmp_path, mbox_of([start + b"words\n" * 2_000, THREAD[1]]))), limits)
    reason = "the text of a mail must not be over 5,000 bytes: take it out"
    assert bad == BadRow(1, "mail.mbox, message 1", reason)
    assert good == Row(2, "mail.mbox, message 2", INES)


def test_a_thread_longer_than_any_record_is_refused(tmp_path: Path) -> None:
    mails = [mail(MAYA, "s", "x" * 900, id=f"{number}@x", answers="0@x") for number in range(5)]
    [row] = rows_of(recognise(written(tmp_path, mbox_of(mails))), Limits(record=4_000))
    assert row == BadRow(1, "mail.mbox, message 1", "a thread must not be over 4,000 bytes: take it out of the mailbox")


def test_a_packed_mailbox_holds_only_threads_that_go_on(tmp_path: Path) -> None:
    mails = [mail(MAYA, "s", "x" * 900, id=f"{number}@x", answers=f"t{number % 20}@x") for number in range(40)]
    path = written(tmp_path, gzip.compress(mbox_of(mails)))
    assert len(rows_of(recognise(path), Limits(held=40_000))) == 20
    *_, last = rows_of(recognise(path), Limits(held=20_000))
    assert isinstance(last, BadRow)
    assert last.reason.endswith("must not be over 20,000 bytes in all, and are: unpack the mailbox first")


def test_of_a_packed_mailbox_that_ends_early_the_threads_before_are_given(tmp_path: Path) -> None:
    mails = [mail(MAYA, f"s{number}", f"text {number}", id=f"{number}@x") for number in range(3000)]
    *good, last = rows_of(recognise(written(tmp_path, gzip.compress(mbox_of(mails))[:-3000])))
    assert len(good) > 1000
    assert [row.fields["id"] for row in good if isinstance(row, Row)] == [f"{number}@x" for number in range(len(good))]
    assert last == BadRow(len(good) + 1, "mail.mbox", "the file must be whole, and ends early: copy or export it again")


def test_links_in_a_folder_of_mails_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "a.eml").symlink_to("/etc/passwd")
    with pytest.raises(ArchiveError, match=r"inbox must hold files, was: a\.eml, a link: copy what it means"):
        recognise(folder)


class Slow(io.BytesIO):
    """Gives a few bytes at a time, as a packed file may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 1500))


@given(st.lists(st.text("abc\nFrom :>", max_size=3000), max_size=8))
def test_the_mails_of_a_mailbox_are_its_bytes_whatever_stands_in_them(texts: list[str]) -> None:
    mails = [mail(MAYA, "s", text.replace("\nFrom ", "\n>From "), id="1@x") for text in texts]
    content = mbox_of(mails)
    found = list(mails_of(Slow(content), keep=10**6))
    assert [written for _, _, written in found] == [one + b"\n" for one in mails]
    assert [content[start:end] for start, end, _ in found] == [one + b"\n" for one in mails]
    assert [head for _, _, head in mails_of(io.BytesIO(content), keep=30)] == [one[:30] for one in mails]
