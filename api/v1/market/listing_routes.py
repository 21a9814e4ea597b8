"""A listing: its images, the result of each, and the most serious one."""

from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from apiflask import APIBlueprint
from flask import Response

from api.document.openapi import problems
from api.http.access import access
from api.http.auth import admit, current_caller
from api.http.parts import parts
from api.http.rendering import json_response
from api.schemas.listing_schemas import ListingAnswer
from api.schemas.problems import Problem, ProblemCode
from core.vocabulary import Scope
from store.market.listing_view import ListingView, view_listing
from store.outbox.submission_json import standing_json, time_json

routes = APIBlueprint("listings", __name__, url_prefix="/v1/listings")
routes.before_request(admit)


@routes.get("/<path:listing_id>")
@routes.output(ListingAnswer)
@routes.doc(operation_id="readListing", extensions=problems(ProblemCode.NOT_FOUND))
@access(Scope.READ)
def read(listing_id: str) -> Response:
    """Get one of your listings by your own id for it."""
    with parts().database.reading() as session:
        found = view_listing(session, current_caller().client_id, listing_id)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND)
    return json_response(_listing(found))


def _listing(view: ListingView) -> dict[str, Any]:
    path = quote(view.listing_id, safe="")
    return {
        "id": view.listing_id,
        "title": view.title,
        "url": view.url,
        "seller": view.seller,
        "declared": view.declared.value,
        "created_at": time_json(view.created_at),
        "updated_at": time_json(view.updated_at),
        "deleted_at": time_json(view.deleted_at),
        "summary": asdict(view.summary()),
        "images": [
            {
                "id": image.external_id,
                "url": image.url,
                "removed_at": time_json(image.removed_at),
                "problem": image.problem,
                "finding": image.finding,
                "submission": standing_json(image.submission) if image.submission else None,
            }
            for image in view.images
        ],
        "links": {"self": f"/v1/listings/{path}", "submissions": f"/v1/submissions?listing_id={path}"},
    }
