"""Jobs and Idempotency-Keys: what is kept in the database, so that a restart goes on with it."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from time import monotonic, sleep

import pytest
from api_builders import WANTS_CALL, Client, client, served, small_app, small_desk
from flask import Flask

from advisor.types import Customer, Ticket
from web.api.kept import KeptAnswers
from web.api.problems import Kind, ProblemError
from web.api.routes import Served
from web.api.store import STORE
from web.api.tables import open_file
from web.api.tokens import Scope, Token
from web.api.worker import Worker

TICKETS = [{"id": f"j-{number}", "body": "How do I see my jobs?"} for number in range(3)]
NOW = datetime(2026, 6, 9, 10, 0, tzinfo=UTC)


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return small_app(tmp_path)


@pytest.fixture
def ask(app: Flask) -> Client:
    return client(app, per_minute=0)


def finished(ask: Client, job: str) -> dict[str, object]:
    """The job once it is over."""
    end = monotonic() + 30
    while monotonic() < end:
        told: dict[str, object] = ask("GET", f"/jobs/{job}").get_json()
        if told["ended"] is not None:
            return told
        sleep(0.02)
    raise AssertionError(f"{job} did not end")


def test_a_job_is_worked_off_and_its_rows_are_read_page_by_page(ask: Client) -> None:
    begun = ask("POST", "/jobs", json=[*TICKETS, {"body": 5}])
    assert begun.status_code == 202
    job = begun.get_json()["id"]
    assert begun.headers["Location"] == f"/api/v1/jobs/{job}"
    told = finished(ask, job)
    assert (told["state"], told["tickets"], told["advised"], told["refused"]) == ("done", 4, 3, 1)
    first = ask("GET", f"/jobs/{job}/rows?limit=3").get_json()
    second = ask("GET", f"/jobs/{job}/rows?limit=3&after={first['next']}").get_json()
    assert [one["recommendation"]["ticket_id"] for one in first["rows"]] == ["j-0", "j-1", "j-2"]
    assert second == {
        "rows": [{"row": 4, "recommendation": None, "field": "body", "message": "body must be text, was: 5"}],
        "next": None,
    }
    assert ask("GET", "/tickets/local/j-2").status_code == 200


def test_a_job_of_bad_rows_alone_ends(ask: Client) -> None:
    told = finished(ask, ask("POST", "/jobs", json=[{"body": 5}]).get_json()["id"])
    assert (told["state"], told["refused"]) == ("done", 1)


def test_the_next_start_goes_on_with_a_job(tmp_path: Path) -> None:
    desk = small_desk(tmp_path)
    before = Served(desk)
    before.worker.stop()
    job = before.api.jobs.add([ticket(one) for one in TICKETS], token="tests", record=True)
    after = Served(desk)
    after.worker.work_off()
    found = after.api.jobs.get(job.id, token="tests")
    assert found is not None
    assert (found.state, found.advised) == ("done", 3)
    after.close()


def ticket(sent: dict[str, str]) -> Ticket:
    return Ticket(id=sent["id"], body=sent["body"])


def test_a_cancelled_job_advises_no_more(tmp_path: Path) -> None:
    desk = small_desk(tmp_path)
    held = Served(desk)
    job = held.api.jobs.add([ticket(one) for one in TICKETS], token="tests", record=True)
    waiting = next(held.api.jobs.waiting())
    held.api.jobs.cancel(job.id)
    held.worker.work_off()
    held.api.jobs.advised(waiting, b"{}")
    found = held.api.jobs.get(job.id, token="tests")
    assert found is not None
    assert (found.state, found.advised) == ("cancelled", 0)
    assert [row.recommendation for row in held.api.jobs.rows(job.id, after=0, limit=9)] == [None] * 3
    assert desk.records.last("j-0") is None


def test_jobs_take_turns(tmp_path: Path) -> None:
    held = Served(small_desk(tmp_path))
    large = held.api.jobs.add([ticket(one) for one in TICKETS], token="tests", record=False)
    small = held.api.jobs.add([ticket(TICKETS[0])], token="tests", record=False)
    assert [one.job for one in held.api.jobs.waiting()] == [large.id, small.id]


def test_a_ticket_that_cannot_be_advised_does_not_stop_the_others(tmp_path: Path) -> None:
    desk = small_desk(tmp_path)
    held = Served(desk)
    job = held.api.jobs.add([ticket(one) for one in TICKETS], token="tests", record=True)
    with sqlite3.connect(tmp_path / "advisor.db") as database:
        database.execute("alter table tickets rename to gone")
        Worker(held.api.jobs, desk).work_off()
        database.execute("alter table gone rename to tickets")
    database.close()
    found = held.api.jobs.get(job.id, token="tests")
    assert found is not None
    assert (found.state, found.refused) == ("done", 3)
    messages = [row.message or "" for row in held.api.jobs.rows(job.id, after=0, limit=9)]
    assert all(message.startswith("it failed on our side, incident ") for message in messages)


def test_the_tickets_of_a_job_are_forgotten_once_they_are_advised(tmp_path: Path) -> None:
    held = Served(small_desk(tmp_path))
    job = held.api.jobs.add([ticket(TICKETS[0] | {"body": "very secret words"})], token="tests", record=False)
    assert came(tmp_path, job.id) == 1
    held.worker.work_off()
    assert came(tmp_path, job.id) == 0


def came(home: Path, job: str) -> int:
    with sqlite3.connect(home / "advisor.db") as database:
        sql = "select count(*) from api_job_rows where job = ? and came is not null"
        (count,) = database.execute(sql, [job]).fetchone()
    database.close()
    return int(count)


def test_a_customer_whose_ticket_waits_is_found_given_out_and_erased(tmp_path: Path) -> None:
    held = Served(small_desk(tmp_path))
    waiting = Ticket(id="w-1", body="secret words", customer=Customer(id="C-9", name="Bo Rex", email="bo@x.example"))
    held.api.jobs.add([waiting], token="tests", record=True)
    for who in ("C-9", "bo rex", "BO@x.example"):
        assert [one.id for one in STORE.find(tmp_path, who)] == ["C-9"], who
    (found,) = STORE.find(tmp_path, "C-9")
    assert "secret words" in str(STORE.export(tmp_path, found))
    assert STORE.erase(tmp_path, found) == 1
    assert STORE.find(tmp_path, "C-9") == []
    assert all(b"secret words" not in file.read_bytes() for file in tmp_path.glob("advisor.db*"))


def test_a_customer_in_the_records_is_found_once(tmp_path: Path) -> None:
    held = Served(small_desk(tmp_path))
    held.api.jobs.add([WANTS_CALL], token="tests", record=True)
    assert STORE.find(tmp_path, "C-2004") == []


def test_the_same_key_does_nothing_again(app: Flask, ask: Client) -> None:
    key = {"Idempotency-Key": "wish-1"}
    sent = {"channel": "phone", "stance": "refuses"}
    first, second = (ask("POST", "/customers/zendesk/C-2004/wishes", json=sent, headers=key) for _ in range(2))
    assert (second.status_code, second.data) == (first.status_code, first.data) == (201, first.data)
    assert second.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(ask("GET", "/customers/zendesk/C-2004/wishes").get_json()["wishes"]) == 2


def test_a_key_is_kept_over_a_restart(tmp_path: Path) -> None:
    app = small_app(tmp_path)
    ask, key = client(app), {"Idempotency-Key": "job-1"}
    job = ask("POST", "/jobs", json=TICKETS, headers=key).get_json()["id"]
    served(app).close()
    again = Client(small_app(tmp_path), ask.secret)
    assert again("POST", "/jobs", json=TICKETS, headers=key).get_json()["id"] == job


def test_a_key_that_comes_with_another_request_is_refused(ask: Client) -> None:
    key = {"Idempotency-Key": "k"}
    ask("POST", "/search", json={"text": "calendar"}, headers=key)
    for path, sent in (("/search", {"text": "invoice"}), ("/experience/check", {"text": "calendar"})):
        answer = ask("POST", path, json=sent, headers=key)
        assert (answer.status_code, answer.get_json()["type"]) == (422, "/api/v1/docs#key-reused")


def test_a_refusal_is_replayed_too(ask: Client) -> None:
    key = {"Idempotency-Key": "k"}
    first, second = (ask("POST", "/tickets/x/y/outcomes", json={"kind": "confirmed"}, headers=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (404, 404)
    assert second.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb"])
def test_an_unfit_key_is_refused(ask: Client, key: str) -> None:
    answer = ask("POST", "/search", json={"text": "calendar"}, headers={"Idempotency-Key": key})
    assert answer.status_code == 400


def test_of_two_at_once_one_is_done(ask: Client) -> None:
    barrier = Barrier(6)

    def send(_: int) -> int:
        barrier.wait()
        sent = {"channel": "phone", "stance": "refuses"}
        path = "/customers/zendesk/C-2004/wishes"
        return ask("POST", path, json=sent, headers={"Idempotency-Key": "race"}).status_code

    with ThreadPoolExecutor(6) as pool:
        codes = sorted(pool.map(send, range(6)))
    assert set(codes) <= {201, 409}
    assert 201 in codes
    assert len(ask("GET", "/customers/zendesk/C-2004/wishes").get_json()["wishes"]) == 2


class Clock:
    """Tells the time that one sets."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def test_a_key_is_in_use_until_it_is_answered_and_forgotten_after_a_day(tmp_path: Path) -> None:
    clock = Clock()
    kept = KeptAnswers(open_file(tmp_path / "advisor.db"), clock)
    token = Token(name="tests", scopes=frozenset({Scope.READ}), made=NOW, made_by=None)
    assert kept.begin(token, "k", "request") is None
    with pytest.raises(ProblemError) as caught:
        kept.begin(token, "k", "request")
    assert caught.value.kind is Kind.KEY_IN_USE
    kept.forget_unfinished()
    assert kept.begin(token, "k", "request") is None
    clock.at += timedelta(days=1, seconds=1)
    assert kept.begin(token, "k", "another") is None
