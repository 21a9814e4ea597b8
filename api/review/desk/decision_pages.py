"""The log of decisions, as a page and as CSV."""

from collections.abc import Iterator
from dataclasses import replace

from flask import Response, render_template, request

from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.csv_text import csv_file
from api.review.frame.days import first_moment, moment_after
from api.review.frame.filters import iso
from api.review.frame.guard import me
from api.review.frame.pseudonyms import Naming, naming
from core.clock import now
from core.ids import is_id
from core.vocabulary import Finding, Outcome
from store.desk.decision_log import LogFilter, LogLine, every_decision, list_decisions
from store.desk.queue_filter import Viewer
from store.people.moderators import list_moderators
from store.quality.checks import blind_for

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
    "ground",
    "opened_at",
    "handling_seconds",
)


@review.get("/review/decisions")
def decisions() -> str:
    wanted, before = _read_filter(), request.args.get("before", "")
    with parts().database.reading() as session:
        lines = list_decisions(session, wanted, before_id=before if is_id(before) else None, limit=PAGE + 1)
        people = list_moderators(session)
    return render_template(
        "review/decisions.html",
        lines=lines[:PAGE],
        moderators=people,
        given={name: value for name, value in request.args.items() if value and name != "before"},
        before=lines[PAGE - 1].decision.id if len(lines) > PAGE else None,
        is_first=not before,
    )


@review.get("/review/decisions.csv")
def decisions_csv() -> Response:
    # An export leaves the desk: nothing is in it that can still be undone.
    wanted = replace(_read_filter(), at=now())
    name = naming(parts().secret_key, hidden=request.args.get("names") == "hidden")

    def rows() -> Iterator[tuple[object, ...]]:
        yield HEADINGS
        with parts().database.reading() as session:
            for line in every_decision(session, wanted):
                yield _row(line, name)

    return csv_file("kantei-decisions.csv", rows())


def _row(line: LogLine, name: Naming) -> tuple[object, ...]:
    decision, verdict = line.decision, line.decision.verdict
    return (
        decision.id,
        iso(decision.created_at),
        name(decision.moderator.email),
        decision.outcome.value,
        decision.note,
        decision.image_sha256,
        verdict.finding.value,
        verdict.score,
        verdict.model,
        verdict.policy,
        decision.batch_id,
        iso(line.undo.created_at) if line.undo else None,
        name(line.undone_by),
        decision.ground,
        iso(decision.opened_at) if decision.opened_at else None,
        (decision.created_at - decision.opened_at).total_seconds() if decision.opened_at else None,
    )


def _read_filter() -> LogFilter:
    """Read what is wanted; nothing is told of what is before this moderator as a check."""
    with parts().database.reading() as session:
        hidden = blind_for(session, Viewer(me().id, now()))
    args = request.args
    moderator, outcome, finding = args.get("moderator", ""), args.get("outcome"), args.get("finding")
    return LogFilter(
        moderator_id=moderator if is_id(moderator) else None,
        outcome=Outcome(outcome) if outcome in set(Outcome) else None,
        finding=Finding(finding) if finding in set(Finding) else None,
        image_sha256=args.get("image", "").replace("\x00", "").strip().lower() or None,
        since=first_moment(args.get("from")),
        until=moment_after(args.get("to")),
        overturned=args.get("overturned") == "1",
        hidden=frozenset(hidden),
    )
