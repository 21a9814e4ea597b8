"""A case: look, and decide."""

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.review.access import me
from api.review.case_forms import NOTE_LENGTH, read_note, read_outcome, read_seen
from api.review.claim_pages import claim_if_waiting, is_look_ahead, refuse_claimed
from api.review.lines import LinesInForce
from api.review.page_error import PageError, not_found
from api.review.parts import ReviewParts
from api.review.permissions import may_decide
from api.review.queue_address import read_wanted, write_wanted
from api.review.undo import undoable
from core.clock import now
from core.vocabulary import Evidence, Grade, read_evidence
from store.appeal_resolution import OwnDecisionError, appeals_on, barred_from, resolve_appeals
from store.case_claims import find_holder, release_case
from store.case_context import find_context
from store.cases import Case, find_case
from store.decisions import StaleCaseError, decide
from store.policies import find_lines
from store.queue_filter import Claimed, Viewer, Wanted
from store.review_queue import list_cases, position
from store.standing_policy import policy_number
from store.tables import Image


def add_case_pages(blueprint: Blueprint, parts: ReviewParts, in_force: LinesInForce) -> None:
    """Add the case and its decision."""

    @blueprint.get("/review/cases/<sha256>")
    def case(sha256: str) -> Response:
        return _show(sha256)

    @blueprint.post("/review/cases/<sha256>/decision")
    def decide_case(sha256: str) -> AnyResponse:
        outcome, seen, note = read_outcome(), read_seen(sha256), read_note()
        wanted = read_wanted(request.args, lines=in_force.doubt())
        viewer = Viewer(me().id, now())
        try:
            with parts.database.writing() as session:
                refuse_claimed(session, sha256, viewer)
                refuse_escalated(session, sha256)
                decision_id = decide(
                    session, seen, moderator_id=viewer.moderator_id, outcome=outcome, note=note, at=viewer.at
                )
                resolve_appeals(
                    session,
                    sha256,
                    decision_id=decision_id,
                    outcome=outcome,
                    moderator_id=viewer.moderator_id,
                    at=viewer.at,
                )
                release_case(session, sha256, viewer.moderator_id)
        except (StaleCaseError, OwnDecisionError):
            return _show(sha256, conflict=True, note=note)
        with parts.database.reading() as session:
            following = next_case(session, wanted, viewer, session.get_one(Image, sha256))
        address = write_wanted(wanted) | {"done": decision_id}
        target = (
            url_for("review.case", sha256=following, **address)
            if following
            else url_for("review.queue", **address)
        )
        if request.accept_mimetypes.best == "application/json":
            return jsonify(decision=decision_id, next=target)
        return redirect(target, HTTPStatus.SEE_OTHER)

    def _show(sha256: str, *, conflict: bool = False, note: str = "") -> Response:
        wanted, viewer = read_wanted(request.args, lines=in_force.doubt()), Viewer(me().id, now())
        if not conflict and not is_look_ahead(request):
            claim_if_waiting(parts.database, sha256, viewer)
        with parts.database.reading() as session:
            found = find_case(session, sha256)
            if found is None:
                raise not_found(_("There is no such case."))
            known = {
                "case": found,
                "evidence": _by_grade(found),
                "context": find_context(session, sha256, found.submissions),
                "wanted": wanted,
                "address": write_wanted(wanted),
                "following": next_case(session, wanted, viewer, found.image),
                "holder": find_holder(session, sha256, viewer.at),
                "appeals": appeals_on(session, sha256),
                "too_senior": not may_decide(me(), found.image),
                "barred": bool(barred_from(session, [sha256], viewer.moderator_id)),
                "at": viewer.at,
                "undo": undoable(session, request.args.get("done")),
                "conflict": conflict,
                "note": note,
                "note_length": NOTE_LENGTH,
            }
            # The score is drawn with the lines that this verdict rests on, whatever holds by now.
            rests_on = find_lines(session, found.verdict.model, policy_number(found.verdict.policy))
            known["thresholds"] = rests_on or in_force.lines()
        # The connection is back in the pool before the page is drawn, which takes longer than to ask.
        page = render_template("review/case.html", **known)
        return make_response(page, HTTPStatus.CONFLICT if conflict else HTTPStatus.OK)


def refuse_escalated(session: Session, sha256: str) -> None:
    """Leave what was escalated to somebody senior. Errors: PageError."""
    image = session.get(Image, sha256)
    if image is not None and not may_decide(me(), image):
        raise PageError(
            HTTPStatus.FORBIDDEN,
            _("Escalated"),
            _("This case waits for a lead to decide it. Nothing was done."),
        )


def next_case(session: Session, wanted: Wanted, viewer: Viewer, image: Image) -> str | None:
    """Find the case to look at after this one; from the end, start again at the top.

    What somebody else is looking at is passed over, unless it was asked for.
    """
    wanted = replace(wanted, claimed=wanted.claimed or Claimed.NOT_OTHERS)
    for after in (position(image), None):
        for found in list_cases(session, wanted, viewer, after=after, limit=2):
            if found.sha256 != image.sha256:
                return found.sha256
    return None


def _by_grade(case: Case) -> dict[Grade, list[Evidence]]:
    """Sort the evidence by what it can bear, strongest first."""
    known = [read_evidence(item) for item in case.verdict.evidence]
    found = {grade: [item for item in known if item.grade is grade] for grade in Grade}
    return {grade: items for grade, items in found.items() if items}
