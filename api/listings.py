"""A listing: its images, what is known of each, and the worst of it."""

from collections.abc import Sequence
from urllib.parse import quote

from apiflask import APIBlueprint
from flask import Response

from api.auth import Gate, current_caller
from api.openapi import problems
from api.parts import ApiParts
from api.problems import Problem, ProblemCode
from api.rendering import json_response, submission_answer
from api.schemas.listings import (
    ListingAnswer,
    ListingImageAnswer,
    ListingLinks,
    ListingSummaryAnswer,
)
from core.vocabulary import Finding, Outcome, State
from store.listings import find_listing, list_images, list_listing_submissions
from store.marketplace_tables import Listing, ListingImage
from store.tables import Submission

WORST_FIRST = (Finding.FLAGGED, Finding.UNCERTAIN, Finding.CLEAR)
RULED = {Outcome.AI: Finding.FLAGGED, Outcome.HUMAN: Finding.CLEAR}


def make_listings(parts: ApiParts, gate: Gate) -> APIBlueprint:
    """Make the route `/v1/listings/{listing_id}`."""
    routes = APIBlueprint("listings", __name__, url_prefix="/v1/listings")
    routes.before_request(gate.admit)

    @routes.get("/<path:listing_id>")
    @routes.output(ListingAnswer)
    @routes.doc(operation_id="readListing", extensions=problems(ProblemCode.NOT_FOUND))
    def read(listing_id: str) -> Response:
        """Read one of your listings by your own id of it: told by a hook, or named by submissions."""
        client_id = current_caller().client_id
        found, images, rows = None, [], []
        if "\0" not in listing_id and len(listing_id) <= 255:
            with parts.database.reading() as session:
                found = find_listing(session, client_id, listing_id)
                images = list_images(session, found) if found else []
                rows = list_listing_submissions(session, client_id, listing_id)
        if found is None and not rows:
            raise Problem(ProblemCode.NOT_FOUND)
        return json_response(_listing(listing_id, found, images, rows))

    return routes


def standing_finding(row: Submission) -> Finding | None:
    """Say what stands on a submission's image: a decision goes before the verdict."""
    decision = row.image.decision if row.image is not None else None
    if decision is not None and decision.outcome in RULED:
        return RULED[decision.outcome]
    return row.verdict.finding if row.verdict is not None else None


def _listing(
    listing_id: str, row: Listing | None, images: Sequence[ListingImage], submissions: Sequence[Submission]
) -> ListingAnswer:
    by_id = {submission.id: submission for submission in submissions}
    answers = [_told(image, by_id.pop(image.submission_id or "", None)) for image in images]
    # What was submitted under this listing's id by other ways than the hook.
    answers += [_submitted(submission) for submission in by_id.values()]
    path = quote(listing_id, safe="")
    return ListingAnswer(
        id=listing_id,
        title=row.title if row else submissions[-1].title,
        url=row.url if row else submissions[-1].page_url,
        seller=row.seller if row else None,
        created_at=row.created_at if row else submissions[0].created_at,
        updated_at=row.updated_at if row else submissions[-1].created_at,
        deleted_at=row.deleted_at if row else None,
        summary=_summary(answers),
        images=answers,
        links=ListingLinks(self=f"/v1/listings/{path}", submissions=f"/v1/submissions?listing_id={path}"),
    )


def _told(image: ListingImage, submission: Submission | None) -> ListingImageAnswer:
    return ListingImageAnswer(
        id=image.external_id,
        url=image.url,
        removed_at=image.removed_at,
        problem=image.problem,
        finding=standing_finding(submission) if submission else None,
        submission=submission_answer(submission) if submission else None,
    )


def _submitted(submission: Submission) -> ListingImageAnswer:
    return ListingImageAnswer(
        id=submission.external_id,
        url=submission.image_url,
        removed_at=None,
        problem=None,
        finding=standing_finding(submission),
        submission=submission_answer(submission),
    )


def _summary(images: Sequence[ListingImageAnswer]) -> ListingSummaryAnswer:
    shown = [image for image in images if image.removed_at is None]
    states = [image.submission.state for image in shown if image.submission is not None]
    found = {image.finding for image in shown}
    return ListingSummaryAnswer(
        finding=next((finding for finding in WORST_FIRST if finding in found), None),
        images=len(shown),
        waiting=sum(state in {State.QUEUED, State.PROCESSING} for state in states),
        examined=states.count(State.EXAMINED),
        failed=states.count(State.FAILED),
    )
