"""A case: look, and decide."""

import struct
from dataclasses import replace
from http import HTTPStatus

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.http.parts import parts
from api.review.desk.case_forms import NOTE_LENGTH, read_note, read_outcome, read_seen
from api.review.desk.claim_pages import claim_if_waiting, is_look_ahead, refuse_claimed
from api.review.desk.queue_address import write_wanted
from api.review.desk.second_looks import look_undecided, mix_in
from api.review.desk.thresholds import asked_filter, thresholds_in_force
from api.review.desk.undo import OFFERED, undoable
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import PageError, not_found
from api.review.frame.permissions import Act, may, may_decide
from core.clock import now
from core.ids import is_id
from core.vocabulary import Evidence, Grade, Outcome, read_evidence
from provenance.containers.containers import open_image
from provenance.shared.errors import ProvenanceError
from store.appeals.appeal_resolution import OwnDecisionError, appeals_on, barred_from, resolve_appeals
from store.bytes.blobs import BlobStore
from store.clients.own_submissions import own_among
from store.desk.case_claims import find_holder, release_case
from store.desk.case_context import find_context
from store.desk.cases import Case, find_case
from store.desk.decisions import OwnSubmissionError, Seen, StaleCaseError, decide
from store.desk.queue_filter import Claimed, QueueFilter, Viewer
from store.desk.review_queue import list_cases, position
from store.quality.check_giving import sample_decisions
from store.quality.checks import answer_check, blind_for, open_check, told_of
from store.quality.quality import Rates, find_golden, rates
from store.tables.case_tables import Image
from store.verdicts.policies import find_lines


@review.get("/review/cases/<sha256>")
def case(sha256: str) -> Response:
    return _show(sha256)


@review.post("/review/cases/<sha256>/decision")
def decide_case(sha256: str) -> AnyResponse:
    outcome, seen, note = read_outcome(), read_seen(sha256), read_note()
    wanted = asked_filter()
    viewer = Viewer(me().id, now())
    try:
        with parts().database.writing() as session:
            refuse_claimed(session, sha256, viewer)
            quality = rates(session)
            done = _decide(session, seen, viewer, quality, outcome=outcome, note=note)
            release_case(session, sha256, viewer.moderator_id)
    except (StaleCaseError, OwnDecisionError, OwnSubmissionError):
        return _show(sha256, conflict=True, note=note)
    with parts().database.reading() as session:
        image = session.get_one(Image, sha256)
        following = next_case(session, wanted, viewer, image)
    following = mix_in(parts().database, quality, wanted, viewer, image=image, following=following)
    address = write_wanted(wanted) | {"done": done}
    target = (
        url_for("review.case", sha256=following, **address)
        if following
        else url_for("review.queue", **address)
    )
    if request.accept_mimetypes.best == "application/json":
        return jsonify(decision=done, next=target)
    return redirect(target, HTTPStatus.SEE_OTHER)


def _show(sha256: str, *, conflict: bool = False, note: str = "") -> Response:
    wanted, viewer = asked_filter(), Viewer(me().id, now())
    if not conflict and not is_look_ahead(request):
        claim_if_waiting(parts().database, sha256, viewer)
    with parts().database.reading() as session:
        found = find_case(session, sha256)
        if found is None:
            raise not_found(_("Case not found."))
        done = request.args.get("done", "")
        told = told_of(session, done, viewer, within=OFFERED) if is_id(done) else None
        quality, blind = rates(session), blind_for(session, viewer)
        check = open_check(session, sha256, viewer) if sha256 in blind else None
        following = next_case(session, wanted, viewer, found.image)
        known = {
            "case": found,
            "evidence": _by_grade(found),
            "context": find_context(session, sha256, found.submissions, blind),
            "wanted": wanted,
            "address": write_wanted(wanted),
            "holder": find_holder(session, sha256, viewer.at),
            "appeals": appeals_on(session, sha256) if check is None else [],
            "too_senior": not may_decide(me(), found.image),
            "barred": bool(barred_from(session, [sha256], viewer.moderator_id)),
            "is_own": sha256 in own_among(session, [sha256], viewer.moderator_id),
            "at": viewer.at,
            "undo": undoable(session, told.escalation_id if told else done),
            "told": told,
            "may_check": may(me(), Act.MANAGE_QUALITY),
            "golden": find_golden(session, sha256) if may(me(), Act.MANAGE_QUALITY) else None,
            "conflict": conflict,
            "note": note,
            "note_length": NOTE_LENGTH,
        }
        # The score is drawn with the lines that this verdict rests on, whatever holds by now.
        rests_on = find_lines(session, found.verdict.model, found.verdict.policy_number)
        known["thresholds"] = rests_on or thresholds_in_force()
    if check is not None:
        known["case"] = look_undecided(found, check)
    known["is_moving"] = is_animated(parts().blobs, found.image)
    known["is_explicit"] = any(one.client.is_explicit for one in found.submissions)
    known["is_check"] = check is not None
    known["following"] = mix_in(
        parts().database, quality, wanted, viewer, image=found.image, following=following
    )
    # The connection is back in the pool before the page is drawn, which takes longer than to ask.
    page = render_template("review/case.html", **known)
    return make_response(page, HTTPStatus.CONFLICT if conflict else HTTPStatus.OK)


def _decide(
    session: Session, seen: Seen, viewer: Viewer, quality: Rates, *, outcome: Outcome, note: str
) -> str:
    """Decide a case, or answer the check that it is for this moderator; give the id of what was done.

    Who saw that the case was decided overrules that decision: no check looks like that.
    """
    check = open_check(session, seen.sha256, viewer) if seen.decision_id is None else None
    if check is not None:
        answer_check(session, check, seen, viewer, outcome=outcome, note=note)
        return check.id
    refuse_escalated(session, seen.sha256)
    decision_id = decide(
        session, seen, moderator_id=viewer.moderator_id, outcome=outcome, note=note, at=viewer.at
    )
    answered = resolve_appeals(
        session,
        seen.sha256,
        decision_id=decision_id,
        outcome=outcome,
        moderator_id=viewer.moderator_id,
        at=viewer.at,
    )
    if not answered:
        # An appeal was itself a second look, by somebody else.
        sample_decisions(session, [decision_id], quality.second)
    return decision_id


def refuse_escalated(session: Session, sha256: str) -> None:
    """Leave what was escalated to somebody senior. Errors: PageError."""
    image = session.get(Image, sha256)
    if image is not None and not may_decide(me(), image):
        raise PageError(
            HTTPStatus.FORBIDDEN,
            _("Decision not saved"),
            _("This case was escalated and needs a lead. No decision was saved."),
        )


def next_case(session: Session, wanted: QueueFilter, viewer: Viewer, image: Image) -> str | None:
    """Find the case to look at after this one; from the end, start again at the top.

    What somebody else is looking at is passed over, unless it was asked for.
    """
    wanted = replace(wanted, claimed=wanted.claimed or Claimed.NOT_OTHERS)
    for after in (position(image), None):
        for found in list_cases(session, wanted, viewer, after=after, limit=2):
            if found.sha256 != image.sha256:
                return found.sha256
    return None


def is_animated(blobs: BlobStore, image: Image) -> bool:
    """True if the picture moves when it is shown; a purged one is not shown.

    Of images that were stored before this was recorded, the file is read.
    """
    if image.purged_at is not None or image.is_animated is not None:
        return image.purged_at is None and bool(image.is_animated)
    try:
        return open_image(blobs.get(image.sha256)).animated
    except (KeyError, ProvenanceError, struct.error):
        return False


def _by_grade(case: Case) -> dict[Grade, list[Evidence]]:
    """Sort the evidence by what it can bear, strongest first."""
    known = [read_evidence(item) for item in case.verdict.evidence]
    found = {grade: [item for item in known if item.grade is grade] for grade in Grade}
    return {grade: items for grade, items in found.items() if items}
