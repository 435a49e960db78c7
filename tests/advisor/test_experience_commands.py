"""The experience file from the command line: check, show, diff, history, incidents; and which file is in force."""

from __future__ import annotations

import difflib
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from advisor_builders import installed, records_in, run, with_an_article

from advisor.decision.experience import Experience, default_text
from advisor.desk.experience_changes import Difference, differences, summary
from advisor.desk.experience_edit import id_for
from advisor.desk.experience_sheet import sheet
from advisor.desk.experience_text import sheet_text
from advisor.errors import ExperienceError
from advisor.experience_in_force import experience_in_force
from advisor.settings import Settings
from advisor.types import Promise

SHIPPED = default_text()
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
INCIDENT = """
[[incidents]]
id = "slow"  # as our status page calls it
text = "Signing in is slow today."
opened = 2026-03-02T09:00:00

# a last word
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = installed(tmp_path, monkeypatch)
    home.mkdir()
    (home / "experience.toml").write_text(SHIPPED, encoding="utf-8")
    return home


def text_in(home: Path) -> str:
    return (home / "experience.toml").read_text(encoding="utf-8")


def changed(home: Path, *changes: tuple[str, str]) -> None:
    text = text_in(home)
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (home / "experience.toml").write_text(text, encoding="utf-8")


def added_lines(before: str, after: str) -> list[str]:
    """The lines that are new; nothing else may differ."""
    found = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert [line for line in found if line.startswith("-")] == []
    return [line[2:] for line in found]


def test_a_good_file_is_ok_and_summed_up(home: Path) -> None:
    done = run("experience", "check")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        f"experience.toml: ok ({Experience.default().fingerprint})",
        "  7 moments, 4 channels, 8 queues, 2 kinds of customers, 2 plans, 0 incidents",
        "  promised: at most 5 % of the articles given by cost are wrong, with 95 % confidence",
        "  times without an offset are on the clock of Europe/London",
    ]


def test_every_finding_is_listed_and_the_exit_code_is_one(home: Path) -> None:
    changed(home, ("share = 0.05 ", "share = 15 "), ("people = 2\n", "peeple = 2\n"))
    done = run("experience", "check")
    assert done.exit_code == 1
    head, *findings = done.output.splitlines()
    assert head == "experience.toml: 3 findings"
    assert [re.sub(r"line \d+", "line N", finding) for finding in findings] == [
        "channels.phone.people must be a whole number of 1 or more, was: missing (in experience.toml, line N): "
        "write one, such as 2",
        "channels.phone.peeple is not a key of this file, was: 2 (in experience.toml, line N): did you mean people?",
        "promise.share must be between 0.001 and 0.5, was: 15 (in experience.toml, line N): write 0.15 for 15 %",
    ]
    answer = json.loads(run("experience", "check", "--json").output)
    assert (answer["ok"], answer["findings"]) == (False, findings)


def test_a_file_that_is_not_there_cannot_be_checked(home: Path) -> None:
    done = run("experience", "check", "draft.toml")
    assert done.exit_code == 2
    assert "must be readable text, was: [Errno 2] No such file or directory" in done.output


def test_what_is_not_toml_is_one_finding(home: Path) -> None:
    (home / "experience.toml").write_text('zone = "UTC"\ncurrency = = 1\n')
    done = run("experience", "check")
    assert (done.exit_code, done.output.splitlines()[0]) == (1, "experience.toml: 1 finding")
    assert "(in experience.toml, line 2): mend this line" in done.output


def test_the_whole_file_is_shown_within_a_hundred_columns(home: Path) -> None:
    changed(
        home,
        ("wrong_cost = 12.5", 'wrong_cost = 12.5\npromised = "Nothing is charged until then."'),
        ('about = "faults, integrations, data"', 'about = "faults", languages = ["de", "fr"]'),
    )
    (home / "experience.toml").write_text(text_in(home) + INCIDENT)
    lines = run("experience", "show").output.splitlines()
    assert max(map(len, lines)) <= 100
    billing = lines.index("  Billing: invoices, payments, refunds, plans")
    assert lines[billing + 1 : billing + 6] == [
        "    Way         the way the ticket came",
        "    Answered by our billing team (billing)",
        "    Within      4h of opening hours",
        "    Promised    Nothing is charged until then.",
        "    A person    where the customer sounds angry from 0.60",
    ]
    for line in (
        "  Billing                     8.00               12.50         0.36            0.30      0.36",
        "  Renewal                     8.00               60.00         0.87            0.30  a person",
        "  phone   mon-fri 09:00-12:30, mon-fri 13:30-17:00       2           10.00       10",
        "  Above 50 licences the customer success manager is told of every ticket.",
        "  premium",
        "    Within      1h of opening hours",
        "  slow: Signing in is slow today.",
        "    State       open",
    ):
        assert line in lines
    (speaks,) = (line for line in lines if line.startswith("  tier2 "))
    assert speaks.split("  ")[-1] == "de, fr"


def test_long_words_of_the_file_never_break_the_width() -> None:
    text = SHIPPED.replace('called = "our support team"', f'called = "{"team " * 60}{"x" * 130}"')
    experience = Experience.parse(text, name="x")
    shown = sheet_text(experience, sheet(experience, promise=Promise(), at=NOW), name="x")
    assert max(map(len, shown.splitlines())) <= 100
    assert shown.count("x" * 20) >= 6


def test_the_page_is_whole_in_itself_and_escapes_what_the_file_says(home: Path, tmp_path: Path) -> None:
    changed(home, ('about = "invoices, payments, refunds, plans"', 'about = "<script>alert(1)</script> & more"'))
    done = run("experience", "show", "--html", str(tmp_path / "page.html"))
    assert done.exit_code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    assert re.findall(r"<script|<link|<img|src=|href=|url\(|@import|https?:", page) == []
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert "<h3>Billing</h3>" in page
    assert well_formed(page)


VOID = {"meta", "link", "img", "br", "hr", "input"}


def well_formed(page: str) -> bool:
    """Whether every element that is opened is closed in its turn."""

    class Nesting(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []
            self.good = True

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.open += [] if tag in VOID else [tag]

        def handle_endtag(self, tag: str) -> None:
            self.good = self.good and bool(self.open) and self.open.pop() == tag

    nesting = Nesting()
    nesting.feed(page)
    return nesting.good and nesting.open == []


def test_what_differs_is_said_key_by_key(home: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.toml"
    text = SHIPPED.replace("wrong_cost = 12.5", "wrong_cost = 20").replace(
        'hours = ["mon-fri 08:00-20:00", "sat 09:00-13:00"]', 'hours = ["mon-fri 08:00-20:00"]'
    )
    text = text.replace("# --- Personas", '[plans.gold]\nrespond_within = "30m"\n\n# --- Personas')
    draft.write_text(text.replace("[plans.free]", "[plans.basic]") + INCIDENT)
    done = run("experience", "diff", str(home / "experience.toml"), str(draft))
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "From experience.toml to draft.toml: 6 keys differ",
        '  channels.chat.hours: without "sat 09:00-13:00"',
        "  moments.billing.wrong_cost: 12.5 → 20",
        '  plans.free: taken out, was channels = ["email", "portal"], respond_within = "16h"',
        '  plans.gold: new, respond_within = "30m"',
        '  plans.basic: new, channels = ["email", "portal"], respond_within = "16h"',
        '  incidents.slow: new, text = "Signing in is slow today.", opened = 2026-03-02T09:00:00',
    ]
    rows = json.loads(run("experience", "diff", str(home / "experience.toml"), str(draft), "--json").output)
    assert rows["differences"][1] == {"key": "moments.billing.wrong_cost", "change": "12.5 → 20"}


def test_comments_spaces_and_order_do_not_differ(home: Path, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("# mine\n" + SHIPPED.replace("  #", "     #"))
    done = run("experience", "diff", str(home / "experience.toml"), str(tmp_path / "other.toml"))
    assert done.output == "experience.toml and other.toml say the same: comments, spaces and order do not count\n"


def test_a_broken_draft_is_compared_and_that_it_is_broken_is_said(home: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.toml").write_text(SHIPPED.replace("share = 0.05 ", "share = 15 "))
    done = run("experience", "diff", str(home / "experience.toml"), str(tmp_path / "draft.toml"))
    assert "  promise.share: 0.05 → 15" in done.stdout
    assert done.stderr == "draft.toml breaks its rules (1): advisor experience check lists each with its cure\n"


def test_an_incident_is_compared_by_its_id() -> None:
    one, two = {"id": "a", "text": "A"}, {"id": "b", "text": "B"}
    assert differences({"incidents": [one]}, {"incidents": [two, one]}) == [
        Difference("incidents.b", 'new, text = "B"')
    ]
    assert differences({"incidents": [one, two]}, {"incidents": [two]}) == [
        Difference("incidents.a", 'taken out, was text = "A"')
    ]
    assert differences({}, {"incidents": [one | {"until": 1}]})[0].key == "incidents.a"


def test_a_summary_names_the_first_difference_and_counts_the_others() -> None:
    assert summary([]) == "nothing but comments, spaces or order"
    assert summary(differences({"a": 1, "b": True}, {"a": 2, "b": False})) == "a: 1 → 2; and 1 more"
    assert summary(differences({"a": ["x", "y"]}, {"a": ["y", "x"]})) == "a: the same in another order"


def test_the_versions_that_were_in_use_are_listed_and_can_be_compared(home: Path, tmp_path: Path) -> None:
    assert run("experience", "history").output == "No experience file was in use yet.\n"
    records = records_in(home)
    other = SHIPPED.replace("wrong_cost = 12.5", "wrong_cost = 20").replace("licences_over = 50", "licences_over = 80")
    first, second = Experience.default(), Experience.parse(other, name="other")
    records.keep_experience(first.fingerprint, SHIPPED, by="Ann")
    records.keep_experience(second.fingerprint, other, by="Bo")
    lines = run("experience", "history").output.splitlines()
    assert [re.sub(r"  \w+ \d+ .*, by", "  DAY, by", line) for line in lines] == [
        f"{second.fingerprint}  DAY, by Bo",
        f"{'':18}moments.billing.wrong_cost: 12.5 → 20; and 1 more",
        f"{first.fingerprint}  DAY, by Ann",
        f"{'':18}the first that is known",
    ]
    versions = json.loads(run("experience", "history", "--json").output)["versions"]
    assert [(one["by"], len(one["differences"] or ())) for one in versions] == [("Bo", 2), ("Ann", 0)]
    done = run("experience", "diff", first.fingerprint[:6], str(home / "experience.toml"))
    assert done.output.startswith(f"{first.fingerprint} and experience.toml say the same")
    unknown = run("experience", "diff", "0000", str(home / "experience.toml"))
    assert unknown.exit_code == 2
    assert "must be a file, or the fingerprint of one version that was in use, was: 0000" in unknown.output


def test_an_incident_is_opened_at_the_end_and_all_else_stays_as_it_was(home: Path) -> None:
    done = run("incident", "open", "Signing in is slow for some of us.", "--example", "I cannot log in.")
    assert done.exit_code == 0
    head, *rest = done.output.splitlines()
    assert re.fullmatch(r"open: signing-in-is-slow, since \w+day \d.* \((GMT|BST)\)", head)
    assert rest == [
        "  Tickets that come near in meaning to its text or its example carry the notice.",
        "  They go to a person, unless the customer asks for an article in that ticket.",
        "  A program that is already running takes it over when it is started again.",
        "  To close it: advisor incident close signing-in-is-slow",
    ]
    text = text_in(home)
    assert text.startswith(SHIPPED)
    (incident,) = Experience.parse(text, name="x").incidents
    assert (incident.id, incident.text) == ("signing-in-is-slow", "Signing in is slow for some of us.")
    assert (incident.examples, incident.article, incident.until) == (("I cannot log in.",), None, None)
    assert incident.is_open(datetime.now(UTC))
    assert records_in(home).experience_uses()[0].fingerprint == Experience.parse(text, name="x").fingerprint


def test_a_time_without_an_offset_is_on_the_clock_of_the_file_and_this_is_said(home: Path) -> None:
    done = run("incident", "open", "Late invoices.", "--until", "2199-07-02T18:00", "--id", "invoices")
    assert done.stderr == "times without an offset are on the clock of the experience file, Europe/London\n"
    assert "until Tuesday 2 July 2199, 18:00 (BST)" in done.stdout
    (incident,) = Experience.parse(text_in(home), name="x").incidents
    assert incident.until is not None
    assert incident.until.astimezone(UTC) == datetime(2199, 7, 2, 17, tzinfo=UTC)


def test_a_closed_incident_stays_with_its_end_beside_every_comment(home: Path) -> None:
    text = SHIPPED.replace("# --- Plans", f"{INCIDENT}# --- Plans")
    (home / "experience.toml").write_text(text)
    assert run("incident", "close", "slow").exit_code == 0
    (line,) = added_lines(text, text_in(home))
    assert re.fullmatch(r"until = 2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+01:00)", line)
    lines = text_in(home).splitlines()
    assert lines[lines.index(line) - 1] == "opened = 2026-03-02T09:00:00"
    (incident,) = Experience.parse(text_in(home), name="x").incidents
    assert not incident.is_open(datetime.now(UTC))
    assert incident.is_open(datetime(2026, 3, 3, tzinfo=UTC))
    again = run("incident", "close", "slow")
    assert again.exit_code == 2
    assert "the incident slow is over since" in again.output


def test_closing_early_takes_the_place_of_the_end_that_was_foreseen(home: Path) -> None:
    (home / "experience.toml").write_text(
        SHIPPED + INCIDENT.replace("\n\n# a", "\nuntil = 2199-01-01T00:00:00  # hopefully\n\n# a")
    )
    before = text_in(home).splitlines()
    run("incident", "close", "slow")
    after = text_in(home).splitlines()
    ((old, new),) = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert old == "until = 2199-01-01T00:00:00  # hopefully"
    assert re.fullmatch(r"until = 2\d{3}-.*  # hopefully", new)
    assert not new.startswith("until = 2199")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("open", "Slow again.", "--id", "slow"), "an incident must have an id of its own, was: slow"),
        (("open", "Slow again.", "--until", "soon"), "--until must be a time such as 2026-03-02T18:00, was: soon"),
        (("open", "Slow again.", "--until", "2020-01-01"), "incidents.1.until must be after opened, was:"),
        (("open", " "), "TEXT must say what customers shall read, was empty"),
        (("open", "Slow again.", "--id", "My Id"), "--id must be letters, digits, - and _ without blanks"),
        (("close", "fast"), "no incident has the id fast: the file knows slow"),
    ],
)
def test_nothing_is_written_where_the_file_would_be_wrong(
    home: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    (home / "experience.toml").write_text(SHIPPED + INCIDENT)
    done = run("incident", *arguments)
    assert done.exit_code == 2
    assert sentence in done.output
    assert text_in(home) == SHIPPED + INCIDENT
    assert [path.name for path in home.iterdir() if "toml" in path.name] == ["experience.toml"]


def test_a_broken_file_is_mended_before_an_incident_is_written(home: Path) -> None:
    changed(home, ("share = 0.05 ", "share = 15 "))
    before = text_in(home)
    done = run("incident", "open", "Slow.")
    assert (done.exit_code, text_in(home)) == (2, before)
    assert "promise.share must be between 0.001 and 0.5, was: 15" in done.output


def test_incidents_in_another_notation_are_left_alone(home: Path) -> None:
    text = f'incidents = [{{ id = "slow", text = "Slow." }}]\n{SHIPPED}'
    (home / "experience.toml").write_text(text)
    for arguments in (("open", "More."), ("close", "slow")):
        done = run("incident", *arguments)
        assert done.exit_code == 2
        assert "incidents must be tables of their own, each under [[incidents]], was: another notation" in done.output
        assert text_in(home) == text


def test_line_ends_rights_and_links_stay_as_they_are(home: Path, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.toml"
    real.write_bytes(SHIPPED.replace("\n", "\r\n").encode())
    real.chmod(0o640)
    (home / "experience.toml").unlink()
    (home / "experience.toml").symlink_to(real)
    assert run("incident", "open", "Slow.").exit_code == 0
    written = real.read_bytes()
    assert (home / "experience.toml").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert written.count(b"\n") == written.count(b"\r\n")
    assert written.startswith(SHIPPED.replace("\n", "\r\n").encode())


def test_an_article_that_nobody_has_is_said_and_one_that_is_there_is_not(home: Path) -> None:
    with_an_article(home)
    assert run("incident", "open", "Slow.", "--article", "account/reset").stderr == ""
    unknown = run("incident", "open", "Slow, too.", "--article", "status")
    assert unknown.exit_code == 0
    assert unknown.stderr == "no article has the id status yet: until one has, no link stands under the notice\n"
    assert [one.article for one in Experience.parse(text_in(home), name="x").incidents] == ["account/reset", "status"]


def test_incidents_are_listed_open_and_over(home: Path) -> None:
    assert run("incident", "list").output == "No incident is in the file.\n"
    (home / "experience.toml").write_text(SHIPPED + INCIDENT)
    run("incident", "open", "Invoices are late.", "--id", "invoices")
    run("incident", "close", "slow")
    rows = json.loads(run("incident", "list", "--json").output)["incidents"]
    assert [(row["id"], row["state"]) for row in rows] == [("slow", "over"), ("invoices", "open")]
    assert "  invoices: Invoices are late.\n    State       open\n" in run("incident", "list").output


def test_an_id_is_made_of_the_first_words_and_numbered_where_it_is_taken() -> None:
    assert id_for("Signing in is slow, sorry!", taken=()) == "signing-in-is-slow"
    assert id_for("Signing in is slow, sorry!", taken=("signing-in-is-slow", "x")) == "signing-in-is-slow-2"
    assert id_for("…", taken=()) == "incident"


def test_the_installations_file_is_in_force_and_the_shipped_one_without_it(home: Path) -> None:
    settings, records = Settings(home=home), records_in(home)
    changed(home, ("wrong_cost = 12.5", "wrong_cost = 20"))
    experience, text, warning = experience_in_force(settings, records)
    assert (text, warning) == (text_in(home), None)
    assert experience.fingerprint == Experience.parse(text, name="x").fingerprint
    (home / "experience.toml").unlink()
    assert experience_in_force(settings, records) == (Experience.default(), SHIPPED, None)


def test_the_last_good_file_stays_in_force_and_this_is_said_with_every_finding(home: Path) -> None:
    settings, records = Settings(home=home), records_in(home)
    good = Experience.default()
    records.keep_experience(good.fingerprint, SHIPPED)
    records.keep_experience("kept-before-a-rule", SHIPPED.replace("share = 0.05 ", "share = 7 "))
    changed(home, ("share = 0.05 ", "share = 15 "), ("people = 2\n", "people = 0\n"))
    experience, text, warning = experience_in_force(settings, records)
    assert (experience, text) == (good, SHIPPED)
    assert warning is not None
    head, *findings = warning.split("\n")
    assert head.startswith(f"{home / 'experience.toml'} breaks its rules; the last good file stays in force")
    assert good.fingerprint in head
    assert [finding.split(" ")[0] for finding in findings] == ["channels.phone.people", "promise.share"]
    shown = run("experience", "show")
    assert shown.exit_code == 0
    assert shown.stderr == f"{warning}\n"
    assert shown.stdout.startswith(f"The experience that we want to give: experience.toml ({good.fingerprint})")


def test_a_broken_file_is_refused_where_no_good_one_was_kept(home: Path) -> None:
    changed(home, ("share = 0.05 ", "share = 15 "))
    with pytest.raises(ExperienceError, match=r"^promise\.share must be between 0\.001 and 0\.5, was: 15"):
        experience_in_force(Settings(home=home), records_in(home))
