"""Our own events: noted with the change itself, told by Standard Webhooks, not lost where a subscriber is down."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from subprocess import run

import pytest
from standardwebhooks import Webhook
from web_builders import TUESDAY, client_as, recording_desk, web_app

from advisor.errors import AdvisorError
from advisor.records import Records
from advisor.records.filed import FiledWish, Standing
from advisor.records.reviews import OverrideReason, Review, Verdict
from advisor.types import Customer, Outcome, OutcomeKind, Promise, PromiseState, Stance, Ticket, WishChannel
from web.desk import Desk
from web.events_out.events import EventType
from web.events_out.pump import AT_ONCE, QUEUE, Pump
from web.events_out.replay import hurry, replay, replay_set_aside, standings
from web.events_out.signing import key_of, new_secret, signed
from web.events_out.store import STORE
from web.events_out.subscribers import Subscriber, Subscribers
from web.events_out.tables import open_file
from web.health_checks import Condition, subscribers
from web.helpdesks.model import Kind
from web.hooks import Hooks
from web.inbox import Inbox
from web.inbox_jobs import DELIVERIES, State
from web.outgoing import Answer
from web.outgoing_errors import NoAnswerError, RefusedError
from web.taking import TEST, Taking

WEDNESDAY = TUESDAY + timedelta(days=1)
DAY = timedelta(days=1)
GOOD = Answer(204, {}, b"")


@dataclass
class Receiver:
    """Takes messages as a subscriber would, at a time that one can turn."""

    answer: Answer | None = GOOD  # None = it does not answer
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        assert method == "POST"
        self.came.append((url, dict(headers or {}), body or b""))
        if self.answer is None:
            raise NoAnswerError("crm.example.com did not answer in time")
        return self.answer

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _, headers, _ in self.came]

    @property
    def told(self) -> list[dict[str, object]]:
        return [json.loads(body) for _, _, body in self.came]


class Company:
    """A desk, its subscribers and its pump, at a time that one can turn."""

    def __init__(self, *tickets: Ticket) -> None:
        self.desk: Desk = recording_desk(*tickets)
        self.at = WEDNESDAY
        self.subscribers = Subscribers(open_file(self.desk.settings.records), allowed=())
        self.inbox = Inbox.open(self.desk.settings)
        self.receiver = Receiver()
        self.pump = Pump(self.subscribers, self.inbox, self.receiver, now=lambda: self.at)

    @property
    def records(self) -> Records:
        return self.desk.records

    def add(self, *events: EventType, name: str = "crm", **options: object) -> Subscriber:
        url = f"https://{name}.example.com/hooks"
        chosen = events or tuple(EventType)
        return self.subscribers.add(url, chosen, now=self.at, by="mary", name=name, **options)  # type: ignore[arg-type]

    def advise(self, id: str = "t-1", body: str = "Please call me about it.", **fields: object) -> None:
        ticket = Ticket(id=id, body=body, created_at=TUESDAY, customer=Customer(id="C-1"))
        self.desk.advise(ticket)

    def tell(self, *, after: timedelta = timedelta()) -> None:
        """All that is due, as the workers would."""
        self.at += after
        while self.pump.fill() or self._one():
            pass

    def _one(self) -> bool:
        job = self.inbox.take(QUEUE, worker="w", now=self.at)
        if job is None:
            return False
        self.pump.work(job)
        return True

    def counts(self) -> dict[State, int]:
        return self.inbox.counts().get(QUEUE, {})


@pytest.fixture
def company() -> Company:
    return Company()


def test_an_advice_is_told_once_and_without_the_words_of_the_customer(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.advise()
    company.advise()  # the same again is no new advice
    company.tell()
    (told,) = company.receiver.told
    assert told["type"] == "advice.created"
    data = told["data"]
    assert isinstance(data, dict)
    assert (data["source"], data["ticket_id"], data["customer"]) == ("local", "t-1", "C-1")
    assert data["advice"]["action"] == "live_human"
    assert data["advice"]["reasons"][0].keys() == {"code"}
    assert "reply" not in data["advice"]
    assert b"call me" not in company.receiver.came[0][2].lower()


def test_who_asked_for_it_is_told_the_words_too(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED, with_text=True)
    company.advise()
    company.tell()
    (told,) = company.receiver.told
    assert told["data"]["ticket"]["text"] == "Please call me about it."  # type: ignore[index]
    assert told["data"]["advice"]["wishes"][0]["quote"] == "call me"  # type: ignore[index]


def test_nothing_is_told_of_what_was_before_the_subscriber(company: Company) -> None:
    company.advise("before")
    company.add()
    company.advise("after")
    company.tell()
    assert {told["data"]["ticket_id"] for told in company.receiver.told if told["type"] == "advice.created"} == {  # type: ignore[index]
        "after"
    }


def test_each_kind_of_event_is_told_when_it_is_recorded(company: Company) -> None:
    company.add()
    company.advise()
    company.records.reviews.add(
        Review(
            ticket_id="t-1",
            revision=1,
            verdict=Verdict.OVERRIDE,
            reason=OverrideReason.OTHER,
            note="No.",
            by="ann",
            at=WEDNESDAY,
        )
    )
    outcome = Outcome(ticket_id="t-1", kind=OutcomeKind.CONFIRMED, at=WEDNESDAY, by="C-1", note="It helped.")
    assert company.records.outcomes.add([outcome, outcome], by="test")[0] == ""
    for _ in range(2):  # each look puts it again as it stands
        company.records.promises.keep(Promise(state=PromiseState.WITHDRAWN, fingerprint="p1"), at=WEDNESDAY)
    company.tell()
    told = {str(one["type"]): one["data"] for one in company.receiver.told}
    assert sorted(str(one["type"]) for one in company.receiver.told) == [
        "advice.created", "advice.overridden", "outcome.recorded", "promise.withdrawn", "wish.recorded",
    ]  # fmt: skip
    assert told["advice.overridden"]["reason"] == "other"  # type: ignore[index]
    assert "note" not in told["advice.overridden"]  # type: ignore[operator]
    assert told["outcome.recorded"]["kind"] == "confirmed"  # type: ignore[index]
    assert told["promise.withdrawn"] == {"fingerprint": "p1", "state": "withdrawn", "at": WEDNESDAY.isoformat()}
    wish = told["wish.recorded"]
    assert (wish["owner"], wish["channel"], wish["stance"], wish["said_in"]) == ("C-1", "phone", "wants", "t-1")  # type: ignore[index]


def test_a_wish_is_told_again_when_it_is_ended_and_not_when_it_is_read_again(company: Company) -> None:
    company.add(EventType.WISH_RECORDED)
    wish = FiledWish(owner="C-1", channel=WishChannel.PHONE, stance=Stance.REFUSES, standing=Standing.STANDING)
    filed = company.records.filing.put(wish, by="ann", at=TUESDAY)
    company.records.filing.put(wish, by="ann", at=WEDNESDAY)
    company.tell()
    assert len(company.receiver.told) == 1
    company.records.filing.end(filed, by="ann", at=TUESDAY, why="said so")
    company.tell()
    assert [one["data"]["state"] for one in company.receiver.told] == ["in_force", "ended"]  # type: ignore[index]


def test_what_was_rolled_back_is_not_told(company: Company) -> None:
    company.add(EventType.PROMISE_WITHDRAWN)
    tables = company.subscribers.file.tables
    tables.execute("begin immediate")
    tables.execute("insert into promises (fingerprint, at, state, json) values ('p', '', 'withdrawn', '{}')")
    assert tables.table("events_out").count == 1
    tables.execute("rollback")
    company.tell()
    assert company.receiver.told == []


def test_a_row_under_a_number_that_was_used_before_is_told_too(company: Company) -> None:
    company.advise()
    company.add(EventType.OUTCOME_RECORDED)
    first = Outcome(ticket_id="t-1", kind=OutcomeKind.CONFIRMED, at=WEDNESDAY)
    second = Outcome(ticket_id="t-1", kind=OutcomeKind.CONTRADICTED, at=WEDNESDAY)
    assert company.records.outcomes.add([first], by="test") == [""]
    company.tell()
    company.records.outcomes.remove(first)
    assert company.records.outcomes.add([second], by="test") == [""]
    company.tell()
    assert [one["data"]["kind"] for one in company.receiver.told] == ["confirmed", "contradicted"]  # type: ignore[index]


def test_a_table_that_is_made_anew_is_watched_again_at_the_next_opening(company: Company) -> None:
    company.add(EventType.PROMISE_WITHDRAWN)
    file = company.subscribers.file
    file.tables.table("promises").transform(types={"at": str})
    assert file.tables.execute(
        "select count(*) from sqlite_master where name = 'events_out_of_promises'"
    ).fetchone() == (0,)
    open_file(file.path)
    company.records.promises.keep(Promise(state=PromiseState.WITHDRAWN, fingerprint="p1"), at=WEDNESDAY)
    company.tell()
    assert len(company.receiver.told) == 1


def test_the_standards_own_library_verifies_a_message(company: Company) -> None:
    one = company.add(EventType.ADVICE_CREATED)
    company.at = datetime.now(UTC)
    company.advise()
    company.tell()
    (_, headers, body), (secret,) = company.receiver.came[0], one.secrets
    assert Webhook(secret).verify(body, headers)["type"] == "advice.created"


def test_openssl_computes_the_same_signature() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at=datetime.fromtimestamp(1614265330, UTC), by=[secret]
    )
    assert (
        headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )  # the standard's own example
    content = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key_of(secret).hex()}", "-binary"]
    assert (
        b64decode(headers["webhook-signature"][3:])
        == run(command, input=content, capture_output=True, check=True).stdout
    )


def test_after_rotation_both_secrets_verify_for_a_day(company: Company) -> None:
    old = company.add(EventType.ADVICE_CREATED).secrets[0]
    company.at = datetime.now(UTC)
    new = company.subscribers.rotate("crm", now=company.at).secrets[0]
    company.advise("one")
    company.tell()
    _, headers, body = company.receiver.came[0]
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers) is not None
    company.advise("two")
    company.tell(after=DAY)
    assert len(company.receiver.came[1][1]["webhook-signature"].split()) == 1
    assert new != old


def test_a_failed_message_comes_again_under_its_id_and_signed_anew(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.receiver.answer = Answer(500, {}, b"oops")
    company.advise()
    company.tell()
    (standing,) = standings(company.subscribers, now=company.at)
    assert (standing.waiting, standing.told, standing.subscriber.error) == (1, 0, "answered 500: oops")
    company.receiver.answer = Answer(200, {}, b"")
    company.tell(after=timedelta(minutes=1))
    first, second = company.receiver.came
    assert first[1]["webhook-id"] == second[1]["webhook-id"]
    assert first[2] == second[2]
    assert first[1]["webhook-timestamp"] != second[1]["webhook-timestamp"]
    (standing,) = standings(company.subscribers, now=company.at)
    assert (standing.waiting, standing.told, standing.subscriber.failing_since) == (0, 1, None)


def test_a_redirect_is_no_success(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.receiver.answer = Answer(302, {"location": "https://elsewhere.example.com"}, b"")
    company.advise()
    company.tell()
    assert standings(company.subscribers, now=company.at)[0].waiting == 1


def test_retry_after_is_obeyed(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.receiver.answer = Answer(429, {"retry-after": "3600"}, b"")
    company.advise()
    company.tell()
    company.tell(after=timedelta(minutes=59))
    assert len(company.receiver.came) == 1
    company.tell(after=timedelta(minutes=2))
    assert len(company.receiver.came) == 2


def test_an_event_that_cannot_be_taken_holds_up_no_other(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)

    class Choosy(Receiver):
        def send(self, method: str, url: str, **sent: object) -> Answer:
            self.answer = Answer(400 if b'"poison"' in sent["body"] else 200, {}, b"")  # type: ignore[operator]
            return super().send(method, url, **sent)  # type: ignore[arg-type]

    company.pump = Pump(company.subscribers, company.inbox, Choosy(), now=lambda: company.at)
    company.advise("poison")
    company.tell()
    for number in range(10):
        company.advise(f"t-{number}")
    for _ in range(3):
        company.tell(after=timedelta(seconds=20))
    (standing,) = standings(company.subscribers, now=company.at)
    assert (standing.told, standing.waiting) == (10, 1)


def test_the_inbox_holds_a_few_events_of_a_subscriber_at_a_time(company: Company) -> None:
    company.add(EventType.PROMISE_WITHDRAWN)
    for number in range(AT_ONCE + 5):
        promise = Promise(state=PromiseState.WITHDRAWN, fingerprint=f"p{number}")
        company.records.promises.keep(promise, at=WEDNESDAY)
    assert [company.pump.fill() for _ in range(2)] == [AT_ONCE, 0]
    company.tell()
    assert len(company.receiver.came) == AT_ONCE + 5


def test_one_that_is_down_is_tried_with_few_events_and_gets_all_in_the_end(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.receiver.answer = None
    for number in range(20):
        company.advise(f"t-{number}")
    company.tell()
    assert (len(company.receiver.came), company.counts()[State.WAITING]) == (1, 1)
    company.receiver.answer = Answer(200, {}, b"")
    company.tell(after=timedelta(hours=1))
    assert len(set(company.receiver.ids)) == 20
    assert standings(company.subscribers, now=company.at)[0].waiting == 0


def test_one_that_is_down_holds_up_nobody_else(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED, name="down")
    company.add(EventType.ADVICE_CREATED, name="up")

    class Half(Receiver):
        def send(self, method: str, url: str, **sent: object) -> Answer:
            self.answer = None if "down" in url else Answer(200, {}, b"")
            return super().send(method, url, **sent)  # type: ignore[arg-type]

    company.pump = Pump(company.subscribers, company.inbox, Half(), now=lambda: company.at)
    for number in range(10):
        company.advise(f"t-{number}")
    company.tell()
    assert {one.subscriber.name: one.told for one in standings(company.subscribers, now=company.at)} == {
        "down": 0,
        "up": 10,
    }


def _days(company: Company, days: int) -> None:
    for _ in range(days * 24):
        company.tell(after=timedelta(hours=1))


def test_after_days_of_failure_it_is_switched_off_with_a_notice_and_goes_on_when_switched_on(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.receiver.answer = None
    for number in range(3):
        company.advise(f"t-{number}")
    _days(company, 4)
    company.advise("later")
    assert company.subscribers.get("crm", now=company.at).off is None
    _days(company, 3)
    off = company.subscribers.get("crm", now=company.at)
    assert off.off is not None
    assert "crm.example.com did not answer in time" in str(off.off_why)
    assert "switched off a subscriber: crm" in caplog.messages
    tried = len(company.receiver.came)
    company.advise("while it is off")
    _days(company, 3)
    assert len(company.receiver.came) == tried
    company.receiver.answer = Answer(200, {}, b"")
    company.subscribers.switch_on("crm", now=company.at)
    hurry(company.subscribers, company.inbox, "crm", now=company.at)
    company.tell()
    replay_set_aside(company.subscribers, "crm")
    company.tell()
    taken = {json.loads(body)["data"]["ticket_id"] for _, _, body in company.receiver.came[tried:]}
    assert taken == {"t-0", "t-1", "t-2", "later", "while it is off"}


def test_one_that_says_that_it_is_gone_is_switched_off_at_once(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.receiver.answer = Answer(410, {}, b"")
    company.advise()
    company.tell()
    assert company.subscribers.get("crm", now=company.at).off is not None


def test_a_bad_moment_after_a_quiet_week_switches_nobody_off(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.receiver.answer = None
    company.advise("one")
    company.tell()
    company.inbox.discard(company.inbox.find(queue=QUEUE)[0].id, now=company.at)
    company.at += 7 * DAY
    company.advise("two")
    company.tell()
    assert company.subscribers.get("crm", now=company.at).off is None


def test_replayed_by_hand_an_event_has_the_id_that_it_had(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.advise("one")
    company.advise("two")
    company.tell()
    first, second = company.receiver.ids
    assert replay(company.subscribers, "crm", ids=[first, "evt_unknown"]) == 1
    company.tell()
    assert company.receiver.ids == [first, second, first]
    assert replay(company.subscribers, "crm", since=datetime.now(UTC) - timedelta(hours=1)) == 2
    company.tell()
    assert company.receiver.ids == [first, second, first, first, second]


def test_a_crash_between_sending_and_noting_sends_the_same_id_again(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.advise()
    company.pump.fill()
    job = company.inbox.take(QUEUE, worker="dies", now=company.at)
    assert job is not None
    company.tell(after=timedelta(minutes=5))  # what was lent comes back
    with pytest.raises(AdvisorError, match="lent to another worker"):
        company.pump.work(job)
    assert len(set(company.receiver.ids)) == 1


def test_a_crash_while_the_inbox_is_filled_loses_and_doubles_nothing(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.advise()
    tables = company.subscribers.file.tables
    tables.execute("create trigger crash before update of taken on events_out begin select raise(abort, 'crash'); end")
    with pytest.raises(AdvisorError, match="crash"):
        company.pump.fill()
    assert company.counts() == {}
    tables.execute("drop trigger crash")
    company.tell()
    assert len(company.receiver.ids) == 1


def test_of_a_forgotten_customer_nothing_is_told_and_no_note_is_left(company: Company) -> None:
    company.add()
    company.advise()
    (found,) = company.records.find("C-1")
    assert len(STORE.export(company.desk.settings.home, found)["events_out"]) == 2  # type: ignore[arg-type]
    assert STORE.erase(company.desk.settings.home, found) == 2
    company.records.erase(found)
    company.tell()
    assert company.receiver.came == []
    assert company.subscribers.file.tables.table("events_out").count == 0


def test_what_was_erased_while_it_waited_is_not_told(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.advise()
    company.pump.fill()
    company.records.erase(company.records.find("C-1")[0])
    assert company.subscribers.file.tables.table("events_out").count == 0
    company.tell()
    assert company.receiver.came == []
    assert company.counts() == {State.DONE: 1}


def test_the_sample_of_hooks_test_is_told_to_nobody(company: Company) -> None:
    company.add()
    hooks = Hooks.open(company.desk.settings)
    hooks.add("desk", Kind.STANDARD, secret=new_secret(), now=company.at)
    taking = Taking(company.desk, hooks, company.inbox, now=lambda: company.at)
    body = b'{"type": "ticket.created", "data": {"id": "%s", "body": "Please call me.", "customer": {"id": "C-1"}}}'
    for id, headers in (("test-1", {TEST: "1"}), ("real", {})):
        said = body % id.encode()
        company.inbox.add(queue=DELIVERIES, key=id, group=f"desk {id}", payload=said, headers=headers, now=company.at)
        job = company.inbox.take(DELIVERIES, worker="w", now=company.at)
        assert job is not None
        taking.work(job)
    company.tell()
    assert sorted((one["type"], one["data"].get("ticket_id")) for one in company.receiver.told) == [  # type: ignore[attr-defined]
        ("advice.created", "real"),
        ("wish.recorded", None),
    ]


def test_a_removed_subscriber_is_told_nothing_more(company: Company) -> None:
    company.add()
    company.advise()
    company.pump.fill()
    company.subscribers.remove("crm", now=company.at)
    company.advise("other")
    company.tell()
    assert company.receiver.came == []


def test_events_of_long_ago_are_forgotten(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.advise()
    company.at = datetime.now(UTC) + 31 * DAY
    assert company.pump.trim() == 1


UNFIT: dict[str, str] = {
    "http://crm.example.com/": "allowed_hosts",
    "https://10.0.0.1:99999/": "Port",
    "ftp://crm.example.com/": "must be like https",
    "crm.example.com/hooks": "must be like https",
    "https://user:secret@crm.example.com/": "without name, password",
    "https://crm.example.com/#part": "fragment",
    "https://0x7f.1/": "must be written like",
    "https://crm.example.com/a b": "must be like https",
    "https:///hooks": "must be like https",
}


@pytest.mark.parametrize("url", UNFIT)
def test_an_unfit_address_is_refused(company: Company, url: str) -> None:
    with pytest.raises(AdvisorError, match=UNFIT[url]):
        company.subscribers.add(url, {EventType.ADVICE_CREATED}, now=company.at, by=None)


def test_a_host_that_settings_name_may_be_told_in_the_clear(company: Company) -> None:
    subscribers = Subscribers(company.subscribers.file, allowed=("localhost",))
    one = subscribers.add("http://localhost:9/x", {EventType.ADVICE_CREATED}, now=company.at, by=None)
    assert one.name == "localhost"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_abc", "whsec_%%%", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
def test_an_unfit_secret_is_refused_and_not_repeated(company: Company, secret: str) -> None:
    with pytest.raises(AdvisorError, match="a secret must be whsec_") as refused:
        company.add(name="other", secret=secret)
    assert secret in ("", "whsec_") or secret not in str(refused.value)


def test_a_refused_address_is_noted_like_any_failure(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)

    class Refuses(Receiver):
        def send(self, method: str, url: str, **sent: object) -> Answer:
            raise RefusedError("crm.example.com leads to 10.0.0.1, which is no public address")

    company.pump = Pump(company.subscribers, company.inbox, Refuses(), now=lambda: company.at)
    company.advise()
    company.tell()
    assert "no public address" in (company.subscribers.get("crm", now=company.at).error or "")


def test_notes_cost_nothing_where_nobody_is_told(company: Company) -> None:
    company.advise()
    assert company.subscribers.file.tables.table("events_out").count == 0


def test_a_subscriber_that_is_off_shows_on_the_page_and_in_the_health_of_the_server(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.receiver.answer = Answer(410, {}, b"<script>gone</script>")
    company.advise()
    assert subscribers(company.subscribers, now=company.at).condition is Condition.OK
    company.tell()
    assert subscribers(company.subscribers, now=company.at).condition is Condition.WARNING
    page = client_as(web_app(company.desk)).get("/deliveries").text
    assert "switched off" in page
    assert "advisor subscribers switch-on crm" in page
    assert "<script>gone" not in page


def test_the_rest_of_a_subscriber_that_has_just_failed_is_not_tried_with_each_event(company: Company) -> None:
    company.add(EventType.ADVICE_CREATED)
    company.receiver.answer = None
    for number in range(5):
        company.advise(f"t-{number}")
    company.tell()
    assert len(company.receiver.came) == 1
    assert standings(company.subscribers, now=company.at)[0].waiting == 5
