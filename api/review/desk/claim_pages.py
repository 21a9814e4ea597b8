"""Claims on cases: made, renewed, released and taken over."""

from http import HTTPStatus

from flask import Response, jsonify, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.http.parts import parts
from api.review.desk.next_case import give_next
from api.review.desk.queue_address import asked_address, write_wanted
from api.review.desk.thresholds import asked_filter
from api.review.frame.blueprint import review
from api.review.frame.days import exact_moment
from api.review.frame.guard import me
from api.review.frame.permissions import may_decide
from core.clock import now
from store.appeals.appeal_resolution import appealed_among, barred_from
from store.clients.own_submissions import is_own
from store.desk.case_claims import LEASE, Holder, claim_case, find_holder, release_case, take_over
from store.desk.decisions import StaleCaseError
from store.desk.queue_filter import Viewer
from store.quality.checks import open_check
from store.tables.case_tables import Image
from store.tables.review_states import WAITING


@review.post("/review/cases/<sha256>/claim")
def claim(sha256: str) -> AnyResponse:
    """Claim a case or renew the claim. Scripts get who has the case and which case is next, as JSON."""
    wanted, viewer = asked_filter(), Viewer(me().id, now())
    with parts().database.writing() as session:
        holder = before = find_holder(session, sha256, viewer.at)
        image = _claimable(session, sha256, viewer)
        if image is not None:
            is_mine = claim_case(session, sha256, viewer.moderator_id, viewer.at)
            holder = _mine(viewer) if is_mine else find_holder(session, sha256, viewer.at)
    known = _describe(holder, viewer)
    address = write_wanted(wanted)
    if image is not None and before is None and holder is not None and _is_free(holder, viewer):
        following = give_next(parts().database, wanted, viewer, image)
        known["next"] = url_for("review.case", sha256=following, **address) if following else None
    if request.accept_mimetypes.best != "application/json":
        return redirect(url_for("review.case", sha256=sha256, **address), HTTPStatus.SEE_OTHER)
    answer = jsonify(known)
    answer.status_code = HTTPStatus.OK if _is_free(holder, viewer) else HTTPStatus.CONFLICT
    return answer


@review.post("/review/cases/<sha256>/release")
def release(sha256: str) -> AnyResponse:
    with parts().database.writing() as session:
        release_case(session, sha256, me().id, claimed_at=exact_moment(request.form.get("claimed_at")))
    if "claimed_at" in request.form:
        return Response(status=HTTPStatus.NO_CONTENT)
    return redirect(url_for("review.queue", **asked_address()))


@review.post("/review/cases/<sha256>/takeover")
def take(sha256: str) -> AnyResponse:
    viewer = Viewer(me().id, now())
    with parts().database.writing() as session:
        is_barred = barred_from(session, [sha256], viewer.moderator_id)
        if not is_barred and _decidable(session, sha256, viewer) is not None:
            take_over(session, sha256, viewer.moderator_id, viewer.at)
    return redirect(url_for("review.case", sha256=sha256, **asked_address()))


def _claimable(session: Session, sha256: str, viewer: Viewer) -> Image | None:
    """Find a case that needs a moderator and that this one may decide: a claim would only block others."""
    image = _decidable(session, sha256, viewer)
    if image is None:
        return None
    is_appealed = bool(appealed_among(session, [sha256]))
    if is_appealed and barred_from(session, [sha256], viewer.moderator_id):
        return None
    needs = image.review in WAITING or is_appealed or open_check(session, sha256, viewer) is not None
    return image if needs else None


def _mine(viewer: Viewer) -> Holder:
    """What a claim made at this moment is like."""
    return Holder(viewer.moderator_id, me().email, viewer.at, viewer.at + LEASE)


def _decidable(session: Session, sha256: str, viewer: Viewer) -> Image | None:
    """Find a case that the moderator's role and clients let them decide."""
    query = select(Image).where(Image.sha256 == sha256, ~is_own(viewer.moderator_id))
    image = session.scalar(query)
    return image if image is not None and may_decide(me(), image) else None


def refuse_claimed(session: Session, sha256: str, viewer: Viewer) -> None:
    """Refuse to decide a case that another moderator has claimed. Errors: `StaleCaseError`."""
    if not _is_free(find_holder(session, sha256, viewer.at), viewer):
        raise StaleCaseError


def _is_free(holder: Holder | None, viewer: Viewer) -> bool:
    return holder is None or holder.moderator_id == viewer.moderator_id


def _describe(holder: Holder | None, viewer: Viewer) -> dict[str, object]:
    if holder is None:
        return {"holder": None}
    return {
        "holder": holder.email,
        "mine": holder.moderator_id == viewer.moderator_id,
        "seconds": int((holder.until - viewer.at).total_seconds()),
        "claimed_at": holder.claimed_at.isoformat(),
    }
