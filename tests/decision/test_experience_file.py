"""What an experience file says, and what is said about a wrong one."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from decision_builders import COMPANY, COMPANY_FILE

from advisor.decision.experience import Experience, default_text
from advisor.errors import ExperienceError
from advisor.types import SAFETY, Channel, Moment, SignalKind, Tone, WishChannel

TEXT = COMPANY_FILE.read_text(encoding="utf-8")


def _findings(*changes: tuple[str, str]) -> list[str]:
    text = TEXT
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    with pytest.raises(ExperienceError, match="was: ") as raised:
        Experience.parse(text, name="company.toml")
    return str(raised.value).split("\n")


def _line_of(words: str, text: str = TEXT) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if words in line)


def test_the_shipped_file_keeps_its_own_rules() -> None:
    shipped = Experience.default()
    assert set(shipped.moments) == set(Moment)
    assert set(shipped.offers) == {Channel.EMAIL, Channel.PORTAL, Channel.CHAT, Channel.PHONE}
    assert all(len(ideal.examples) == 6 for ideal in shipped.moments.values())
    assert shipped.moments[Moment.RENEWAL].never_deflect is True
    assert shipped.self_service.only_when_promised is False
    assert shipped.accounts.licences_over == 50
    assert shipped.never_deflect.tones == {Tone.ANGRY: 0.6}
    assert shipped.incidents == ()


def test_the_values_of_a_file_are_read() -> None:
    assert COMPANY.zone == ZoneInfo("Europe/London")
    assert COMPANY.currency == "GBP"
    assert COMPANY.offers[Channel.CHAT].cost == 5.0
    assert COMPANY.offers[Channel.PHONE].people == 2
    assert COMPANY.moments[Moment.ONBOARDING].channel is Channel.CHAT
    assert COMPANY.moments[Moment.TECHNICAL_SUPPORT].channel is None
    assert COMPANY.moments[Moment.TRAINING].respond_within == timedelta(hours=8)
    assert COMPANY.moments[Moment.SIGN_UP].wrong_cost == 20.0
    assert COMPANY.moments[Moment.BILLING].wrong_cost == 25.0
    assert COMPANY.queues["tier2"].topics == ("integrations",)
    assert COMPANY.personas["hands_on"].prefers is WishChannel.SELF_SERVICE
    assert COMPANY.plans["free"].channels == frozenset({Channel.EMAIL, Channel.PORTAL})
    assert COMPANY.incidents[0].opened == datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Europe/London"))


def test_a_safety_signal_is_never_deflected_and_has_no_switch() -> None:
    assert all(COMPANY.signals[kind].never_deflect for kind in SAFETY)
    assert COMPANY.signals[SignalKind.VULNERABLE].never_deflect is False
    line = _line_of("minor = ")
    assert _findings(('minor = { queue = "privacy" }', 'minor = { queue = "privacy", never_deflect = false }')) == [
        f"signals.minor.never_deflect is not a key of this file, was: false (in company.toml, line {line}): "
        "take it out, or use one of: queue"
    ]


def test_the_fingerprint_is_of_the_content_and_not_of_comments_spaces_or_order() -> None:
    lines = TEXT.replace(
        'zone = "Europe/London"\ncurrency = "GBP"', 'currency="GBP" # pounds\n\nzone   =  "Europe/London"'
    )
    assert Experience.parse(lines, name="x").fingerprint == COMPANY.fingerprint
    other = TEXT.replace("floor = 0.4", "floor = 0.41")
    assert Experience.parse(other, name="x").fingerprint != COMPANY.fingerprint


def test_a_share_out_of_range_is_refused() -> None:
    line = _line_of("share = 0.05")
    assert _findings(("share = 0.05", "share = 15")) == [
        f"promise.share must be between 0.001 and 0.5, was: 15 (in company.toml, line {line}): write 0.15 for 15 %"
    ]


@pytest.mark.parametrize(
    ("key", "old", "came", "rule"),
    [
        ("share", "0.05", "1e-12", "must be between 0.001 and 0.5, was: 1e-12"),
        ("share", "0.05", "0.6", "must be between 0.001 and 0.5, was: 0.6"),
        ("confidence", "0.95", "0.49", "must be between 0.5 and 0.999, was: 0.49"),
        ("confidence", "0.95", "1.0", "must be between 0.5 and 0.999, was: 1.0"),
    ],
)
def test_a_promise_that_could_not_be_certified_in_a_lifetime_is_refused(
    key: str, old: str, came: str, rule: str
) -> None:
    line = _line_of(f"{key} = {old}")
    assert _findings((f"{key} = {old}", f"{key} = {came}")) == [
        f"promise.{key} {rule} (in company.toml, line {line}): write a number such as {old}"
    ]


def test_the_least_and_the_most_that_may_be_promised_are_taken() -> None:
    for share, confidence in ((0.001, 0.5), (0.5, 0.999)):
        written = TEXT.replace("share = 0.05", f"share = {share}").replace(
            "confidence = 0.95", f"confidence = {confidence}"
        )
        terms = Experience.parse(written, name="x").promise
        assert (terms.share, terms.confidence) == (share, confidence)


def test_a_typing_error_in_a_key_is_named_with_the_key_that_was_meant() -> None:
    line = _line_of("help_from")
    assert _findings(("help_from = 0.2", "help_form = 0.2")) == [
        f"self_service.help_form is not a key of this file, was: 0.2 (in company.toml, line {line}): "
        "did you mean help_from?"
    ]


def test_an_unknown_channel_is_refused_wherever_it_stands() -> None:
    moment, plan = _line_of('channel = "phone"'), _line_of('channels = ["email", "portal"]')
    assert _findings(('channel = "phone"', 'channel = "fone"'), ('["email", "portal"]', '["email", "fax"]')) == [
        "moments.billing.channel must be the name of an offered channel (as_it_came, email, portal, chat, phone), "
        f'was: "fone" (in company.toml, line {moment}): did you mean phone?',
        f'plans.free.channels must be offered channels, was: "fax" (in company.toml, line {plan}): '
        "use some of: email, portal, chat, phone",
    ]
    table = _line_of("[channels.portal]")
    assert _findings(("[channels.portal]", "[channels.fax]"))[0] == (
        f'channels.fax must be one of email, portal, chat, phone, was: "fax" (in company.toml, line {table}): '
        "rename it or take it out"
    )


def test_overlapping_hours_are_refused_with_both_stretches() -> None:
    line = _line_of('["mon-fri 08:00-20:00"]')
    assert _findings(('["mon-fri 08:00-20:00"]', '["mon-fri 08:00-20:00", "fri 19:00-21:00"]')) == [
        'channels.chat.hours must not overlap, was: "mon-fri 08:00-20:00 and fri 19:00-21:00" '
        f"(in company.toml, line {line}): let one end before the next begins"
    ]


def test_a_stretch_that_cannot_be_read_is_found_on_its_own_line_of_a_long_list() -> None:
    line = _line_of('["mon-fri 08:00-20:00"]')
    changed = '[\n    "mon-fri 08:00-12:00",\n    "mon-fri 25:00-26:00",\n]'
    assert _findings(('["mon-fri 08:00-20:00"]', changed)) == [
        f'channels.chat.hours must be days and times, was: "mon-fri 25:00-26:00" (in company.toml, line {line + 2}): '
        'write it as "mon-fri 08:00-18:00"'
    ]


@pytest.mark.parametrize(
    "hours", ["mon-fri 18:00-08:00", "mon-fri 8-18", "moo 08:00-18:00", "mon 08:00-24:01", "mon 08:00-08:00"]
)
def test_hours_that_are_none_are_refused(hours: str) -> None:
    assert _findings(("mon-fri 08:00-20:00", hours))[0].startswith(
        f'channels.chat.hours must be days and times, was: "{hours}"'
    )


def test_a_moment_without_a_channel_is_refused() -> None:
    line = _line_of("[moments.billing]")
    assert _findings(('channel = "phone"\n', "")) == [
        "moments.billing.channel must be the name of an offered channel (as_it_came, email, portal, chat, phone), "
        f"was: missing (in company.toml, line {line}): add it"
    ]


def test_a_moment_that_is_missing_is_refused() -> None:
    text = TEXT[: TEXT.index("[moments.training]")] + TEXT[TEXT.index("[moments.technical_support]") :]
    with pytest.raises(
        ExperienceError,
        match=r"^moments\.training must be there, was: missing .*: add the table \[moments\.training\]$",
    ):
        Experience.parse(text, name="company.toml")


def test_a_wrong_article_must_cost_more_than_the_dearest_person() -> None:
    line = _line_of("wrong_cost = 25.0")
    assert _findings(("wrong_cost = 25.0", "wrong_cost = 9")) == [
        "moments.billing.wrong_cost must be above the cost of the dearest contact (9), was: 9.0 "
        f"(in company.toml, line {line}): write more than 9: a wrong article costs the later contact too"
    ]
    persona = _line_of("wrong_cost_times")
    assert _findings(("wrong_cost_times = 0.5", "wrong_cost_times = 0.4")) == [
        "personas.hands_on.wrong_cost_times must keep a wrong article (8) above the dearest contact (9), was: 0.4 "
        f"(in company.toml, line {persona}): raise wrong_cost_times, or lower human_cost_times"
    ]


def test_no_persona_is_called_unasked() -> None:
    line = _line_of("[personas.busy_owner]") + 2
    assert _findings(('prefers = "person"\nchannel = "portal"', 'prefers = "person"\nchannel = "phone"')) == [
        "personas.busy_owner.channel must be the name of an offered channel, never an unasked call "
        f'(email, portal, chat), was: "phone" (in company.toml, line {line}): '
        "take it out, or use one of: email, portal, chat"
    ]


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file() -> None:
    found = _findings(
        ('zone = "Europe/London"', 'zone = "Middle/Earth"'),
        ("people = 3", "people = 0"),
        ("floor = 0.4", "floor = -1"),
        ("angry = 0.6", "angri = 0.6"),
        ('respond_within = "8h"', 'respond_within = "soon"'),
        ("never_deflect = true", 'never_deflect = "yes"'),
        ('outage = { queue = "tier2"', 'outage = { queue = "tier3"'),
        ("until = 2026-03-04T09:00:00", "until = 2026-03-01T09:00:00"),
    )
    named = [finding.split(" ", 1)[0] for finding in found]
    assert named == [
        "zone",
        "channels.chat.people",
        "self_service.floor",
        "never_deflect.tones.angri",
        "moments.training.respond_within",
        "moments.renewal.never_deflect",
        "signals.outage.queue",
        "incidents.0.until",
    ]
    lines = [int(finding.split("line ")[1].split(")")[0]) for finding in found]
    assert lines == [
        _line_of('zone = "Europe'),
        _line_of("people = 3"),
        _line_of("floor"),
        _line_of("angry"),
        _line_of('"8h"'),
        _line_of("never_deflect = true"),
        _line_of("outage"),
        _line_of("until"),
    ]


@pytest.mark.parametrize("came", ["nan", "inf", "true", '"0.4"', "[0.4]"])
def test_a_number_is_a_finite_number(came: str) -> None:
    assert _findings(("floor = 0.4", f"floor = {came}"))[0].startswith(
        "self_service.floor must be between 0 and 1, was: "
    )


def test_a_topic_belongs_to_one_queue() -> None:
    line = _line_of("premium = {")
    found = _findings(('{ called = "our premium team" }', '{ called = "our premium team", topics = ["integrations"] }'))
    assert found == [
        f'queues.premium.topics must not share a topic, was: "integrations" (in company.toml, line {line}): '
        "leave it with one: tier2 has it"
    ]


def test_a_language_belongs_to_one_queue_and_is_a_code() -> None:
    first, second = _line_of("tier2 = {"), _line_of("premium = {")
    assert _findings(
        ('called = "our specialists",', 'called = "our specialists", languages = ["de", "German"],'),
        ('{ called = "our premium team" }', '{ called = "our premium team", languages = ["fr", "de"] }'),
    ) == [
        f'queues.tier2.languages must be codes of ISO 639-1, was: "German" (in company.toml, line {first}): '
        'write two small letters, such as "de"',
        f'queues.premium.languages must not share a language, was: "de" (in company.toml, line {second}): '
        "leave it with one: tier2 has it",
    ]


def test_what_an_older_file_does_not_say_has_a_default() -> None:
    assert {offer.minutes for offer in COMPANY.offers.values()} == {10.0}
    assert {queue.languages for queue in COMPANY.queues.values()} == {()}
    assert {ideal.promised for ideal in COMPANY.moments.values()} == {None}
    assert COMPANY.outcomes.came_back_within_days == 14


def test_minutes_languages_promises_and_the_days_of_coming_back_are_read() -> None:
    said = (
        ("cost = 5.0", "cost = 5.0\nminutes = 7.5"),
        ('called = "our specialists",', 'called = "our specialists", languages = ["de", "fr"],'),
        ("wrong_cost = 25.0", 'wrong_cost = 25.0\npromised = "Nothing is charged until then."'),
        ("[accounts]", "[outcomes]\ncame_back_within_days = 7\n\n[accounts]"),
    )
    text = TEXT
    for old, new in said:
        text = text.replace(old, new, 1)
    read = Experience.parse(text, name="company.toml")
    assert read.offers[Channel.CHAT].minutes == 7.5
    assert read.queues["tier2"].languages == ("de", "fr")
    assert read.moments[Moment.BILLING].promised == "Nothing is charged until then."
    assert read.outcomes.came_back_within_days == 7


def test_every_usual_slip_is_found_at_once_with_its_line_and_cure() -> None:
    dearest = "must be above the cost of the dearest contact (9)"
    offered = "must be the name of an offered channel (as_it_came, email, portal, chat, phone)"
    assert _findings(
        ('["mon-fri 08:00-20:00"]', '["mon-fri 08:00-20:00", "fri 19:00-21:00"]'),
        ("share = 0.05", "share = 15"),
        ("severity_from", "severity_form"),
        ('channel = "portal"\nqueue', 'channel = "fax"\nqueue'),
        ('channel = "phone"\n', "# no channel\n"),
        ("wrong_cost = 25.0", "wrong_cost = 8"),
        ("[accounts]", "[acounts]"),
        ("wrong_cost_times = 0.5", "human_cost_times = 3"),
        ("[plans.free]", "[plan.free]"),
    ) == [
        _finding("accounts must be there", "missing", 1, "add the table [accounts]"),
        _finding(
            "channels.chat.hours must not overlap",
            '"mon-fri 08:00-20:00 and fri 19:00-21:00"',
            _line_of('["mon-fri 08:00-20:00"]'),
            "let one end before the next begins",
        ),
        _finding("promise.share must be between 0.001 and 0.5", "15", _line_of("share = 0.05"), "write 0.15 for 15 %"),
        _finding(
            "never_deflect.severity_from must be between 0 and 4",
            "missing",
            _line_of("[never_deflect]"),
            "write a number such as 2",
        ),
        _finding(
            "never_deflect.severity_form is not a key of this file",
            "3.0",
            _line_of("severity_from"),
            "did you mean severity_from?",
        ),
        _finding(
            f"moments.training.channel {offered}",
            '"fax"',
            _line_of('channel = "portal"'),
            "take it out, or use one of: as_it_came, email, portal, chat, phone",
        ),
        _finding(f"moments.billing.channel {offered}", "missing", _line_of("[moments.billing]"), "add it"),
        _finding(
            f"moments.billing.wrong_cost {dearest}",
            "8.0",
            _line_of("wrong_cost = 25.0"),
            "write more than 9: a wrong article costs the later contact too",
        ),
        _finding("acounts is not a key of this file", "a table", _line_of("[accounts]"), "did you mean accounts?"),
        _finding(
            "personas.hands_on.human_cost_times must keep a wrong article (20) above the dearest contact (27)",
            "3.0",
            _line_of("wrong_cost_times"),
            "raise wrong_cost_times, or lower human_cost_times",
        ),
        _finding("plan is not a key of this file", "a table", _line_of("[plans.free]"), "did you mean plans?"),
    ]


def _finding(rule: str, came: str, line: int, cure: str) -> str:
    return f"{rule}, was: {came} (in company.toml, line {line}): {cure}"


def test_an_unknown_table_is_named_where_it_stands_even_beside_optional_ones() -> None:
    assert _findings(("[accounts]", "[outcome]\ncame_back_within_days = 7\n\n[accounts]")) == [
        _finding("outcome is not a key of this file", "a table", _line_of("[accounts]"), "did you mean outcomes?")
    ]


def test_a_dear_person_of_one_kind_of_customer_is_found_at_the_key_that_says_so() -> None:
    assert _findings(("wrong_cost_times = 0.5", "human_cost_times = 3")) == [
        _finding(
            "personas.hands_on.human_cost_times must keep a wrong article (20) above the dearest contact (27)",
            "3.0",
            _line_of("wrong_cost_times"),
            "raise wrong_cost_times, or lower human_cost_times",
        )
    ]


def test_a_cost_that_is_no_number_is_found_once() -> None:
    found = _findings(
        ("wrong_cost = 25.0", 'wrong_cost = "much"'), ("wrong_cost_times = 0.5", 'wrong_cost_times = "half"')
    )
    assert [finding.split(",")[0] for finding in found] == [
        "moments.billing.wrong_cost must be a number of 0 or more",
        "personas.hands_on.wrong_cost_times must be a number of 0.01 or more",
    ]


def test_two_incidents_of_one_id_are_refused() -> None:
    second = '\n[[incidents]]\nid = "slow"\ntext = "again"\n'
    line = len(TEXT.splitlines()) + 3
    assert _findings(("until = 2026-03-04T09:00:00\n", f"until = 2026-03-04T09:00:00\n{second}")) == [
        _finding("incidents.1.id must be of one incident only", '"slow"', line, "give the later one another id")
    ]


def test_words_in_a_long_text_are_not_taken_for_keys() -> None:
    long = 'text = """Signing in is slow.\n[accounts]\nqueue = 4\nWe are working on it."""'
    found = _findings(
        ('text = "Signing in is slow today; we are working on it."', long),
        ('queue = "success"\n\n[personas', 'queue = "sucess"\n\n[personas'),
    )
    assert found == [
        _finding(
            "accounts.queue must be the name of a queue (tier1, tier2, success, security, privacy, premium, lead)",
            '"sucess"',
            _line_of("contradictions") + 1,
            "did you mean success?",
        )
    ]


def test_what_is_not_toml_is_said_with_its_line() -> None:
    with pytest.raises(ExperienceError, match=r"must be valid TOML, was: .* \(in mine\.toml, line 2\): mend this line"):
        Experience.parse('zone = "UTC"\ncurrency = = "EUR"\n', name="mine.toml")


def test_an_empty_file_is_told_every_table_that_it_needs() -> None:
    with pytest.raises(ExperienceError, match="was: missing") as raised:
        Experience.parse("", name="mine.toml")
    tables = {finding.split(" ", 1)[0] for finding in str(raised.value).split("\n")}
    assert tables == {
        "zone", "currency", "desk", "lead", "channels", "queues", "self_service", "promise", "wrong_deflection",
        "never_deflect", "moments", "signals", "accounts",
    }  # fmt: skip


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExperienceError, match=r"must be readable text, was: .*No such file.*: write a fresh one"):
        Experience.load(tmp_path / "missing.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ExperienceError, match="must be readable text, was: 'utf-8' codec"):
        Experience.load(tmp_path / "binary.toml")


def test_the_commented_incident_of_the_shipped_file_is_right_when_it_is_let_in() -> None:
    text = default_text()
    start = text.index("# [[incidents]]")
    let_in = text[:start] + text[start:].replace("\n# ", "\n")[2:]
    incident = Experience.parse(let_in, name="default.toml").incidents[0]
    assert incident.id == "signin-slow"
    assert incident.article == "status/sign-in"


@pytest.mark.parametrize(
    "text", ["a = " + "1" * 5000, "a = " + "[" * 50_000, "a = " + "{a=" * 3000, ".".join("a" * 3000) + " = 1"]
)
def test_numbers_and_tables_without_end_are_findings_and_no_crash(text: str) -> None:
    with pytest.raises(ExperienceError, match=r"\(in x\.toml, line 1\): (mend this line|take out what lies deeper)"):
        Experience.parse(text, name="x.toml")
