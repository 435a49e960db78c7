"""What agents say of advices: accepted, or overridden for a reason. Taken back it stays, and counts no more."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import sqlite_utils

from advisor.errors import RecordsError, StaleReviewError
from advisor.records.queued import utc_text
from advisor.records.tables import RecordsFile, Row, moment_of
from advisor.types import Action

MOST_CHARACTERS = 2_000  # of a note


class Verdict(StrEnum):
    """What an agent does with an advice."""

    ACCEPT = "accept"
    OVERRIDE = "override"


class OverrideReason(StrEnum):
    """Why an agent does otherwise than advised."""

    WRONG_TOPIC = "wrong_topic"
    ARTICLE_DOES_NOT_ANSWER = "article_does_not_answer"
    CUSTOMER_WANTS_PERSON = "customer_wants_person"
    CUSTOMER_WANTS_ARTICLE = "customer_wants_article"
    WRONG_MOMENT = "wrong_moment"
    TONE_MISREAD = "tone_misread"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What one agent says of one advice."""

    id: int = 0  # given by the records
    source: str = "local"
    ticket_id: str
    revision: int  # of the advice that the agent saw
    verdict: Verdict
    reason: OverrideReason | None = None  # of an override, which must have one
    note: str = ""
    action: Action | None = None  # chosen instead; None = not said
    by: str
    at: datetime  # aware
    withdrawn_at: datetime | None = None  # None = it stands
    withdrawn_by: str | None = None


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How the advices of one deciding reason fared with the agents."""

    rule: str  # code of the deciding reason
    accepted: int
    overridden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCounts:
    """The reviews that stand, counted."""

    accepted: int
    overridden: int
    reasons: tuple[tuple[OverrideReason, int], ...]  # the most frequent first; only those that occur
    rules: tuple[RuleCount, ...]  # the most reviewed first


class Reviews:
    """What agents have said; a ticket's advice has one standing review at a time."""

    def __init__(self, file: RecordsFile) -> None:
        self.file = file

    def add(self, review: Review, *, replaces_own: bool = False) -> Review:
        """Keep a review; it comes back with its id.

        StaleReviewError where a newer advice stands, or somebody's review of this one; `replaces_own` lets one's own be
        withdrawn for it. RecordsError for an unknown ticket, a missing reason or a note that is too long.
        """
        _check(review)
        with self.file.errors_named(), self.file.writing() as tables:
            _check_revision(tables, review)
            standing = _standing(tables, review.source, review.ticket_id, review.revision)
            if standing is not None and not (replaces_own and standing.by == review.by):
                raise _said_already(standing, own=standing.by == review.by)
            if standing is not None:
                _withdraw(tables, standing.id, by=review.by, at=review.at)
            return replace(review, id=_insert(tables, review))

    def undo(self, id: int, *, by: str, at: datetime | None = None) -> Review:
        """Take a review back; it stays, with who did so and when. RecordsError where none stands under this id."""
        with self.file.errors_named(), self.file.writing() as tables:
            found = next(iter(_some(tables, "id = ?", [id])), None)
            if found is None:
                raise RecordsError(f"no review has the id {id}: look at the ticket again")
            if found.withdrawn_at is not None:
                who, when = found.withdrawn_by, utc_text(found.withdrawn_at)
                raise RecordsError(f"review {id} was taken back already, by {who} at {when}: look at the ticket again")
            _withdraw(tables, id, by=by, at=at or datetime.now(UTC))
            return _some(tables, "id = ?", [id])[0]

    def of(self, source: str, ticket_id: str) -> list[Review]:
        """All reviews of a ticket's advices, the newest first; those taken back, too."""
        with self.file.errors_named():
            return _some(self.file.tables, "source = ? and ticket_id = ? order by id desc", [source, ticket_id])

    def standing(self, source: str, ticket_id: str, *, revision: int) -> Review | None:
        """The review of this advice that stands; None where nobody has said anything."""
        with self.file.errors_named():
            return _standing(self.file.tables, source, ticket_id, revision)

    def overrides(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 20
    ) -> list[Review]:
        """The newest overrides that stand, from `since` on and before `until`."""
        where = f"verdict = '{Verdict.OVERRIDE.value}' and withdrawn_at is null and at >= ? and at < ?"
        values: list[object] = [*_between(since, until), limit]
        with self.file.errors_named():
            return _some(self.file.tables, f"{where} order by at desc, id desc limit ?", values)

    def counts(self, *, since: datetime | None = None, until: datetime | None = None) -> ReviewCounts:
        """The reviews that stand, from `since` on and before `until`, by reason and by the rule of their advice."""
        sql = (
            "select v.verdict, v.reason, r.reason, count(*) from reviews as v "
            "join recommendations as r using (source, ticket_id, revision) "
            "where v.withdrawn_at is null and v.at >= ? and v.at < ? group by 1, 2, 3"
        )
        with self.file.errors_named():
            rows = self.file.tables.execute(sql, _between(since, until)).fetchall()
        return _counted([(Verdict(verdict), reason, rule, many) for verdict, reason, rule, many in rows])


def override_in(
    tables: sqlite_utils.Database, source: str, ticket_id: str, reason: OverrideReason, *, by: str, at: datetime
) -> bool:
    """Keep inside somebody's transaction that the newest advice was overridden; False where somebody spoke before."""
    sql = "select max(revision) from recommendations where source = ? and ticket_id = ?"
    (revision,) = tables.execute(sql, [source, ticket_id]).fetchone()
    if revision is None or _standing(tables, source, ticket_id, revision) is not None:
        return False
    verdict = Verdict.OVERRIDE
    _insert(
        tables,
        Review(source=source, ticket_id=ticket_id, revision=revision, verdict=verdict, reason=reason, by=by, at=at),
    )
    return True


def _between(since: datetime | None, until: datetime | None) -> list[str]:
    """Two texts between which the times asked for sort."""
    return [utc_text(since) if since is not None else "", utc_text(until) if until is not None else "~"]


def _check(review: Review) -> None:
    if review.verdict is Verdict.OVERRIDE and review.reason is None:
        raise RecordsError(f"an override must say why: choose one of {', '.join(OverrideReason)}")
    if review.verdict is Verdict.ACCEPT and (review.reason is not None or review.action is not None):
        raise RecordsError("an accepted advice has no reason against it and no other action: say override instead")
    if len(review.note) > MOST_CHARACTERS:
        rule = f"must have at most {MOST_CHARACTERS:,} characters"
        raise RecordsError(f"the note of a review {rule}, had {len(review.note):,}: shorten it")
    if not review.by.strip():
        raise RecordsError("a review must say who gives it: sign in, or name yourself with --by")


def _check_revision(tables: sqlite_utils.Database, review: Review) -> None:
    """Whether the advice that was seen is the newest one."""
    sql = "select revision, at from recommendations where source = ? and ticket_id = ? order by revision desc limit 1"
    row = tables.execute(sql, [review.source, review.ticket_id]).fetchone()
    where = f"ticket {review.ticket_id} of {review.source}"
    if row is None:
        raise RecordsError(f"{where} is not recorded: advise it first, or correct the id")
    if row[0] > review.revision:
        at = moment_of(row[1])
        said = f"{where} has a newer advice (revision {row[0]}, you saw {review.revision}): read it, then say again"
        raise StaleReviewError(said, at=at)
    if row[0] < review.revision:
        raise RecordsError(f"{where} has no advice of revision {review.revision}; its newest is {row[0]}")


def _said_already(standing: Review, *, own: bool) -> StaleReviewError:
    who = "you have" if own else f"{standing.by} has"
    word = "accepted" if standing.verdict is Verdict.ACCEPT else f"overridden ({standing.reason})"
    cure = "take that back first, or replace it" if own else "talk to them, or let it stand"
    said = f"{who} {word} this advice already, at {utc_text(standing.at)}: {cure}"
    return StaleReviewError(said, by=standing.by, at=standing.at)


def _standing(tables: sqlite_utils.Database, source: str, ticket_id: str, revision: int) -> Review | None:
    where = "source = ? and ticket_id = ? and revision = ? and withdrawn_at is null order by id desc limit 1"
    return next(iter(_some(tables, where, [source, ticket_id, revision])), None)


def _insert(tables: sqlite_utils.Database, review: Review) -> int:
    row: Row = {name: getattr(review, name) for name in ("source", "ticket_id", "revision", "note", "by")}
    row |= {name: value.value if (value := getattr(review, name)) else None for name in ("verdict", "reason", "action")}
    row["at"] = utc_text(review.at)
    columns, marks = ", ".join(f'"{column}"' for column in row), ", ".join("?" * len(row))
    return tables.execute(f"insert into reviews ({columns}) values ({marks})", list(row.values())).lastrowid or 0


def _withdraw(tables: sqlite_utils.Database, id: int, *, by: str, at: datetime) -> None:
    sql = "update reviews set withdrawn_at = ?, withdrawn_by = ? where id = ?"
    tables.execute(sql, [utc_text(at), by, id])


def _some(tables: sqlite_utils.Database, where: str, values: list[object]) -> list[Review]:
    return [_review(row) for row in tables.query(f"select * from reviews where {where}", values)]


def _review(row: Row) -> Review:
    return Review(
        **{name: row[name] for name in ("id", "source", "ticket_id", "revision", "note", "by", "withdrawn_by")},
        verdict=Verdict(row["verdict"]),
        reason=OverrideReason(row["reason"]) if row["reason"] else None,
        action=Action(row["action"]) if row["action"] else None,
        at=moment_of(row["at"]) or datetime.min.replace(tzinfo=UTC),
        withdrawn_at=moment_of(row["withdrawn_at"]),
    )


def _counted(rows: list[tuple[Verdict, str | None, str, int]]) -> ReviewCounts:
    verdicts, reasons = Counter[Verdict](), Counter[OverrideReason]()
    rules: dict[str, Counter[Verdict]] = {}
    for verdict, reason, rule, many in rows:
        verdicts[verdict] += many
        rules.setdefault(rule, Counter())[verdict] += many
        if reason:
            reasons[OverrideReason(reason)] += many
    by_rule = sorted(rules.items(), key=lambda one: (-one[1].total(), one[0]))
    return ReviewCounts(
        accepted=verdicts[Verdict.ACCEPT],
        overridden=verdicts[Verdict.OVERRIDE],
        reasons=tuple(sorted(reasons.items(), key=lambda one: (-one[1], one[0]))),
        rules=tuple(RuleCount(rule, many[Verdict.ACCEPT], many[Verdict.OVERRIDE]) for rule, many in by_rule),
    )
