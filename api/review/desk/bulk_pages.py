"""Bulk decisions: choose cases, see what will happen, confirm, and undo."""

from collections import Counter
from http import HTTPStatus
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.desk.case_forms import NOTE_LENGTH, read_ground, read_note, read_outcome
from api.review.desk.queue_address import asked_address, write_wanted
from api.review.desk.queue_page import GROUP_VIEWS
from api.review.desk.thresholds import asked_filter
from api.review.frame.blueprint import review
from api.review.frame.filters import number
from api.review.frame.guard import me
from api.review.frame.page_error import PageError, not_found, refused
from api.review.frame.permissions import may_decide
from core.clock import now
from core.ids import is_id, is_sha256
from store.desk.batches import LIMIT, decide_many, preview, standing, undo_many
from store.desk.bulk_proposals import (
    ACCUSING,
    ALONE,
    ProposalError,
    confirm,
    find_proposal,
    list_proposals,
    needs_second,
    propose_many,
    seen_of,
    turn_down,
)
from store.desk.decisions import UNDOABLE, Seen
from store.desk.grounds import find_ground, list_grounds
from store.desk.queue_filter import QueueFilter, Viewer, left_by_others
from store.desk.review_queue import list_cases
from store.people.audit_notes import note_event
from store.quality.check_giving import sample_decisions
from store.quality.quality import rates
from store.tables.review_tables import BulkProposal

SHOWN_PICTURES = 200
BODY = 512 * 1024  # a thousand cases at 160 bytes each, and their names


@review.post("/review/bulk/preview")
@access(body_limit=BODY)
def preview_bulk() -> str:
    wanted, outcome = asked_filter(), read_outcome()
    viewer = Viewer(me().id, now())
    with parts().database.reading() as session:
        seen = _all_matching(session, viewer, wanted) if request.form.get("all") == "1" else read_cases()
        candidates, grounds = preview(session, seen, viewer), list_grounds(session)
    senior = {one for one in candidates if not may_decide(me(), one.image)}
    chosen = [one for one in candidates if not one.is_left_out and one not in senior]
    return render_template(
        "review/bulk.html",
        outcome=outcome,
        chosen=chosen,
        left_out=[one for one in candidates if one.is_left_out or one in senior],
        findings=Counter(one.image.finding for one in chosen),
        grades=Counter(one.image.grade for one in chosen),
        decided_before=sum(one.image.decision_id is not None for one in chosen),
        address=write_wanted(wanted),
        view=group_view(),
        grounds=grounds,
        note_length=NOTE_LENGTH,
        limit=LIMIT,
        alone=ALONE if outcome in ACCUSING else None,
    )


@review.post("/review/bulk")
@access(body_limit=BODY)
def decide_bulk() -> AnyResponse:
    viewer = Viewer(me().id, now())
    seen, outcome, note = read_cases(), read_outcome(), read_note()
    with parts().database.writing() as session:
        passing = {one.image.sha256 for one in preview(session, seen, viewer) if may_decide(me(), one.image)}
        allowed = [one for one in seen if one.sha256 in passing]
        ground = read_ground(session)
        if needs_second(outcome, len(allowed)):
            propose_many(session, allowed, viewer, outcome=outcome, note=note, ground=ground)
            _note(session, "bulk_proposed", viewer, outcome=outcome.value, cases=len(allowed))
            return redirect(url_for("review.proposals", proposed=1), HTTPStatus.SEE_OTHER)
        batch = decide_many(session, allowed, viewer, outcome=outcome, note=note, ground=ground)
        made = [decision.id for decision in standing(session, batch.id, viewer.moderator_id)]
        sample_decisions(session, made, rates(session).second)
    address = asked_address()
    done: dict[str, Any] = {"done": batch.id, "left_out": (len(seen) - batch.decided) or None}
    return redirect(url_for("review.queue", view=group_view(), **address, **done), HTTPStatus.SEE_OTHER)


@review.post("/review/batches/<batch_id>/undo")
def undo_batch(batch_id: str) -> AnyResponse:
    at = now()
    with parts().database.writing() as session:
        decisions = standing(session, batch_id, me().id)
        if not decisions:
            raise not_found(_("These decisions were not found, were already undone, or are not yours."))
        if at > decisions[0].created_at + UNDOABLE:
            raise PageError(
                HTTPStatus.CONFLICT,
                _("Too late to undo"),
                _("Open the cases and decide them again instead."),
            )
        undo_many(session, batch_id, moderator_id=me().id, at=at)
    address = asked_address() | {"undone": batch_id}
    return redirect(url_for("review.queue", view=group_view(), **address), HTTPStatus.SEE_OTHER)


@review.get("/review/proposals")
def proposals() -> str:
    """Show the bulk decisions that wait for a second person."""
    with parts().database.reading() as session:
        found = list_proposals(session)
        grounds = {ground.code: ground for ground in list_grounds(session)}
    return render_template("review/proposals.html", proposals=found, grounds=grounds, shown=SHOWN_PICTURES)


@review.post("/review/proposals/<proposal_id>")
@access(body_limit=BODY)
def settle_proposal(proposal_id: str) -> AnyResponse:
    """Confirm what someone else proposed, as far as its pictures were kept; or turn it down."""
    viewer, is_confirmed = Viewer(me().id, now()), request.form.get("answer") == "confirm"
    with parts().database.writing() as session:
        proposal = find_proposal(session, proposal_id)
        if proposal is None:
            raise not_found(_("This proposal does not exist, or is already closed."))
        decided = None
        try:
            if is_confirmed:
                decided = _confirm(session, proposal, viewer)
            else:
                turn_down(session, proposal, viewer)
        except ProposalError:
            raise PageError(
                HTTPStatus.CONFLICT,
                _("Proposal not changed"),
                _("It was closed meanwhile, is yours, or its author is disabled. No decisions were saved."),
            ) from None
        kind = "bulk_confirmed" if is_confirmed else "bulk_turned_down"
        _note(session, kind, viewer, outcome=proposal.outcome.value, cases=decided or 0)
    return redirect(url_for("review.proposals", decided=decided), HTTPStatus.SEE_OTHER)


def group_view() -> str | None:
    """The groups that cases were chosen from, to which one goes back for the next."""
    view = request.args.get("view", "")
    return view if view in GROUP_VIEWS else None


def _confirm(session: Session, proposal: BulkProposal, viewer: Viewer) -> int:
    named = {one.sha256 for one in read_cases()}
    kept = [one for one in seen_of(proposal) if one.sha256 in named]
    passing = {one.image.sha256 for one in preview(session, kept, viewer) if may_decide(me(), one.image)}
    kept = [one for one in kept if one.sha256 in passing]
    ground = find_ground(session, proposal.ground) if proposal.ground else None
    batch = confirm(session, proposal, kept, viewer, ground)
    made = [decision.id for decision in standing(session, batch.id, proposal.moderator_id)]
    sample_decisions(session, made, rates(session).second)
    return batch.decided


def _note(session: Session, kind: str, viewer: Viewer, **detail: Any) -> None:
    note_event(session, kind, moderator_id=viewer.moderator_id, at=viewer.at, detail=detail)


def read_cases() -> list[Seen]:
    """Read the chosen cases of a form, each with what was seen of it."""
    given = dict.fromkeys(request.form.getlist("case"))
    if not given:
        raise refused(_("No cases selected"), _("Select at least one case. No decisions were saved."))
    if len(given) > LIMIT:
        raise refused(
            _("Too many cases"),
            _("Choose at most %(limit)s cases. No decisions were saved.", limit=number(LIMIT)),
        )
    return [_seen(text) for text in given]


def _seen(text: str) -> Seen:
    parts = text.split("~")
    good = len(parts) == 3 and is_sha256(parts[0]) and is_id(parts[1])
    if not good or (parts[2] and not is_id(parts[2])):
        raise refused(_("The form was incomplete"), _("Nothing was changed. Go back and try again."))
    return Seen(parts[0], parts[1], parts[2] or None)


def _all_matching(session: Session, viewer: Viewer, wanted: QueueFilter) -> list[Seen]:
    """Take the first thousand of a filter, without what others are looking at."""
    found = list_cases(session, left_by_others(wanted), viewer, limit=LIMIT)
    return [Seen(image.sha256, image.verdict_id, image.decision_id) for image in found if image.verdict_id]
