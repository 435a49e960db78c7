"""`advisor pull` and the server's own rounds, against imitations of the three helpdesks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from imitations.desk import Asked, ImitatedDesk, listening
from web_builders import folder_for_now

from advisor.cli import cli
from advisor.settings import Settings
from web.helpdesks.model import Kind, TicketCame
from web.hooks import Hooks
from web.inbox import Inbox
from web.inbox_jobs import DELIVERIES, State
from web.pull.came import event_of
from web.pull.places import Places, open_file
from web.pull.rounds import Rounds

AT = "2026-06-09T09:00:00Z"


class Zammad(ImitatedDesk):
    """One ticket with two articles, of which one is internal."""

    def search(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        ticket = {"id": 81, "number": "10081", "title": "Calendar", "state": "open", "customer": "kim@example.com"}
        return 200, [ticket | {"customer_id": 7, "created_at": AT, "updated_at": AT}]

    def articles(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        public = {"id": 1, "body": "Please call me.", "sender": "Customer", "internal": False, "created_at": AT}
        return 200, [public, {"id": 2, "body": "A note.", "sender": "Agent", "internal": True, "created_at": AT}]

    ROUTES = (
        ("GET", r"/api/v1/tickets/search", search),
        ("GET", r"/api/v1/ticket_articles/by_ticket/81", articles),
    )


class Chatwoot(ImitatedDesk):
    """One conversation with one message."""

    def conversations(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        one = {"id": 81, "status": "open", "created_at": 1780995600, "last_activity_at": 1780995600}
        payload = [one | {"meta": {"sender": {"id": 7, "name": "Kim"}, "channel": "Channel::WebWidget"}}]
        return 200, {"data": {"payload": payload if asked.query.get("page") == ["1"] else []}}

    def messages(self, asked: Asked, found: re.Match[str]) -> tuple[int, object]:
        said = {"id": 1, "content": "Please call me.", "message_type": 0, "private": False, "created_at": 1780995600}
        return 200, {"payload": [said | {"sender": {"id": 7, "name": "Kim", "type": "contact"}}]}

    ROUTES = (
        ("GET", r"/api/v1/accounts/1/conversations", conversations),
        ("GET", r"/api/v1/accounts/1/conversations/81/messages", messages),
    )


DESKS: dict[Kind, type[ImitatedDesk]] = {Kind.ZAMMAD: Zammad, Kind.CHATWOOT: Chatwoot}


@contextmanager
def connected(kind: Kind) -> Iterator[Settings]:
    """A home folder with a hook of this kind, and its helpdesk."""
    home = folder_for_now()
    (home / "settings.toml").write_text('allowed_hosts = ["127.0.0.1"]\npull_minutes = 10\n')
    settings, now = Settings.load(home), datetime.now(UTC)
    hooks = Hooks.open(settings)
    hooks.add("desk", kind, secret="s" * 20, now=now)
    with listening(DESKS[kind]()) as address:
        hooks.change("desk", now=now, address=address, credentials="token")
        yield settings


def run(home: Path, *words: str) -> Result:
    return CliRunner(env={"ADVISOR_HOME": str(home)}).invoke(cli, ["pull", *words])


@pytest.mark.parametrize("kind", DESKS)
def test_what_a_helpdesk_tells_lies_in_the_inbox(kind: Kind) -> None:
    with connected(kind) as settings:
        shown = run(settings.home, kind.value, "--since", "2026-06-01")
        assert re.fullmatch(r"\d pages, 1 tickets, 1 of them new to the inbox\n", shown.output)
        (kept,) = Inbox.open(settings).find(queue=DELIVERIES)
        event = event_of(kept.payload)
        assert isinstance(event, TicketCame)
        ticket = event.ticket
        assert (ticket.source, ticket.id, kept.group, kept.ticket_id) == ("desk", "81", "desk 81", "81")
        assert [ticket.body, *(one.body for one in ticket.messages)].count("Please call me.") == 1
        again = run(settings.home, kind.value, "--since", "2026-06-01")
        assert "0 of them new" in again.output


def test_a_dry_run_shows_what_would_be_taken() -> None:
    with connected(Kind.ZAMMAD) as settings:
        shown = run(settings.home, "zammad", "--since", "2026-06-01", "--dry-run")
        assert "ticket 81  1 messages  open\n" in shown.output
        assert shown.output.endswith("nothing was kept\n")
        assert Inbox.open(settings).counts() == {}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("zammad",), "desk was never pulled: say with --since from when on"),
        (("zendesk", "--since", "2026-06-01"), "there is no hook of zendesk: advisor hooks add zendesk makes one"),
        (("zammad", "--name", "other"), "there is no hook other"),
        (("zammad", "--every", "often"), "--every must be like 30s, 10m or 1h, was: often"),
        (("zammad", "--every", "0m"), "--every must be like"),
        (("zammad", "--every", "1h", "--dry-run"), "cannot go together"),
    ],
)
def test_what_cannot_be_pulled_is_said(words: tuple[str, ...], said: str) -> None:
    with connected(Kind.ZAMMAD) as settings:
        shown = run(settings.home, *words)
        assert shown.exit_code != 0
        assert said in shown.output


def test_the_server_pulls_each_hook_and_leaves_it_to_another_program_that_has_just_done_so() -> None:
    with connected(Kind.ZAMMAD) as settings:
        Rounds(settings).once()
        places = Places(open_file(settings.records))
        first = places.find("desk")
        assert first is not None
        assert first.is_over
        assert datetime.now(UTC) - datetime.fromisoformat(first.since) < timedelta(minutes=1)
        assert Inbox.open(settings).counts() == {DELIVERIES: {State.WAITING: 1}}
        Rounds(settings).once()
        assert places.find("desk") == first


def test_rounds_without_a_setting_do_not_begin_and_end_at_once() -> None:
    rounds = Rounds(Settings(home=folder_for_now()))
    rounds.start()
    rounds.stop()
