"""The log of decisions, as a page and as CSV."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, Response, render_template, request

from api.review.csv_text import csv_lines
from api.review.filters import iso
from api.review.parts import ReviewParts
from core.ids import is_id
from core.vocabulary import Finding, Outcome
from store.decision_log import LogFilter, LogLine, every_decision, list_decisions
from store.moderators import list_moderators

PAGE = 50
HEADINGS = (
    "decision",
    "decided_at",
    "moderator",
    "outcome",
    "note",
    "image_sha256",
    "finding",
    "score",
    "model",
    "policy",
    "batch",
    "undone_at",
    "undone_by",
)


def add_decision_pages(blueprint: Blueprint, parts: ReviewParts) -> None:
    """Add the log."""

    @blueprint.get("/review/decisions")
    def decisions() -> str:
        wanted, before = _read_filter(), request.args.get("before", "")
        with parts.database.reading() as session:
            lines = list_decisions(
                session, wanted, before_id=before if is_id(before) else None, limit=PAGE + 1
            )
            return render_template(
                "review/decisions.html",
                lines=lines[:PAGE],
                moderators=list_moderators(session),
                outcomes=list(Outcome),
                given={name: value for name, value in request.args.items() if value and name != "before"},
                before=lines[PAGE - 1].decision.id if len(lines) > PAGE else None,
                is_first=not before,
            )

    @blueprint.get("/review/decisions.csv")
    def decisions_csv() -> Response:
        wanted = _read_filter()

        def rows() -> Iterator[tuple[object, ...]]:
            yield HEADINGS
            with parts.database.reading() as session:
                yield from map(_row, every_decision(session, wanted))

        response = Response(csv_lines(rows()), mimetype="text/csv")
        response.headers["Content-Disposition"] = 'attachment; filename="kantei-decisions.csv"'
        return response


def _row(line: LogLine) -> tuple[object, ...]:
    decision, verdict = line.decision, line.decision.verdict
    return (
        decision.id,
        iso(decision.created_at),
        decision.moderator.email,
        decision.outcome.value,
        decision.note,
        decision.image_sha256,
        verdict.finding.value,
        verdict.score,
        verdict.model,
        verdict.policy,
        decision.batch_id,
        iso(line.undo.created_at) if line.undo else None,
        line.undone_by,
    )


def _read_filter() -> LogFilter:
    args = request.args
    moderator, outcome, finding = args.get("moderator", ""), args.get("outcome"), args.get("finding")
    last_day = _day(args.get("to"))
    return LogFilter(
        moderator_id=moderator if is_id(moderator) else None,
        outcome=Outcome(outcome) if outcome in set(Outcome) else None,
        finding=Finding(finding) if finding in set(Finding) else None,
        image_sha256=args.get("image", "").replace("\x00", "").strip().lower() or None,
        since=_day(args.get("from")),
        until=last_day + timedelta(days=1) if last_day else None,
        overturned=args.get("overturned") == "1",
    )


def _day(text: str | None) -> datetime | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    # The last day of the calendar has no day after it.
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day.year < 9999 else None
