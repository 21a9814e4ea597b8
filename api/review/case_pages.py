"""A case: look, and decide."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.review.access import me
from api.review.page_error import PageError, not_found
from api.review.parts import ModelFacts, ReviewParts
from api.review.queue_address import read_wanted, write_wanted
from api.review.undo import undoable
from core.clock import now
from core.ids import is_id
from core.vocabulary import Evidence, EvidenceKind, Grade, Label, Outcome
from store.cases import Case, find_case
from store.decisions import Seen, StaleCaseError, decide
from store.review_queue import Wanted, count_queue, list_cases, position
from store.tables import Image

NOTE_LENGTH = 2000


def add_case_pages(blueprint: Blueprint, parts: ReviewParts, facts: ModelFacts) -> None:
    """Add the case and its decision."""
    line = facts.thresholds.flagged_from if facts.thresholds else 0.5

    @blueprint.get("/review/cases/<sha256>")
    def case(sha256: str) -> Response:
        return _show(sha256)

    @blueprint.post("/review/cases/<sha256>/decision")
    def decide_case(sha256: str) -> AnyResponse:
        outcome, seen, note = _read_outcome(), _read_seen(sha256), _read_note()
        wanted = read_wanted(request.args, line=line)
        try:
            with parts.database.writing() as session:
                decision_id = decide(
                    session, seen, moderator_id=me().id, outcome=outcome, note=note, at=now()
                )
        except StaleCaseError:
            return _show(sha256, conflict=True, note=note)
        with parts.database.reading() as session:
            following = next_case(session, wanted, session.get_one(Image, sha256))
        address = write_wanted(wanted) | {"done": decision_id}
        if following is None:
            return redirect(url_for("review.queue", **address), HTTPStatus.SEE_OTHER)
        return redirect(url_for("review.case", sha256=following, **address), HTTPStatus.SEE_OTHER)

    def _show(sha256: str, *, conflict: bool = False, note: str = "") -> Response:
        wanted = read_wanted(request.args, line=line)
        with parts.database.reading() as session:
            found = find_case(session, sha256)
            if found is None:
                raise not_found("There is no such case.")
            page = render_template(
                "review/case.html",
                case=found,
                evidence=_by_grade(found),
                wanted=wanted,
                address=write_wanted(wanted),
                counts=count_queue(session),
                following=next_case(session, wanted, found.image),
                undo=undoable(session, request.args.get("done")),
                conflict=conflict,
                note=note,
                note_length=NOTE_LENGTH,
            )
        return make_response(page, HTTPStatus.CONFLICT if conflict else HTTPStatus.OK)


def next_case(session: Session, wanted: Wanted, image: Image) -> str | None:
    """Find the case to look at after this one; from the end, start again at the top."""
    for after in (position(image), None):
        for found in list_cases(session, wanted, after=after, limit=2):
            if found.sha256 != image.sha256:
                return found.sha256
    return None


def _read_outcome() -> Outcome:
    try:
        return Outcome(request.form.get("outcome", ""))
    except ValueError:
        raise PageError(
            HTTPStatus.BAD_REQUEST, "No decision", "Choose human, AI or escalate. Nothing was done."
        ) from None


def _read_seen(sha256: str) -> Seen:
    verdict_id, decision_id = request.form.get("verdict_id", ""), request.form.get("decision_id", "")
    if not is_id(verdict_id) or (decision_id and not is_id(decision_id)):
        raise PageError(HTTPStatus.BAD_REQUEST, "No decision", "The form was not whole. Nothing was done.")
    return Seen(sha256, verdict_id, decision_id or None)


def _read_note() -> str:
    note = request.form.get("note", "").replace("\r\n", "\n").replace("\x00", "").strip()
    if len(note) > NOTE_LENGTH:
        raise PageError(
            HTTPStatus.BAD_REQUEST, "The note is too long", f"Keep it to {NOTE_LENGTH} characters."
        )
    return note


def _by_grade(case: Case) -> dict[Grade, list[Evidence]]:
    """Sort the evidence by what it can bear, strongest first."""
    known = [_evidence(item) for item in case.verdict.evidence]
    found = {grade: [item for item in known if item.grade is grade] for grade in Grade}
    return {grade: items for grade, items in found.items() if items}


def _evidence(stored: dict[str, Any]) -> Evidence:
    return Evidence(
        kind=EvidenceKind(stored["kind"]),
        grade=Grade(stored["grade"]),
        label=Label(stored["label"]) if stored.get("label") else None,
        generator=stored.get("generator"),
        detail=stored.get("detail") or "",
        fields=stored.get("fields") or {},
    )
