"""Heat maps, made by a worker when first requested."""

import time
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from api.document.openapi import problems
from api.http.access import access
from api.http.auth import admit
from api.http.parts import ApiParts, parts
from api.schemas.problems import Problem, ProblemCode
from api.v1.intake.submission_routes import own_submission
from core.vocabulary import Scope
from store.verdicts.images import heatmap_name

PNG: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A PNG to lay over the picture.",
        "content": {"image/png": {"schema": {"type": "string", "contentMediaType": "image/png"}}},
    }
}
PATIENCE = 10.0  # seconds for a worker to paint
LOOK_AGAIN = 1.0  # seconds; a bell may be missed


routes = APIBlueprint("heatmaps", __name__, url_prefix="/v1/submissions")
routes.before_request(admit)


@routes.get("/<string(length=32):submission_id>/heatmap")
@routes.doc(
    operation_id="readHeatmap",
    responses=PNG,
    extensions=problems(ProblemCode.NOT_FOUND, ProblemCode.UNAVAILABLE),
)
@access(Scope.READ)
def read(submission_id: str) -> Response:
    """Get a heat map of where the classifier saw signs of generation."""
    with parts().database.reading() as session:
        found = own_submission(session, submission_id)
    if found.image_sha256 is None or found.verdict_id is None:
        raise Problem(ProblemCode.NOT_FOUND)
    heat = obtain_heatmap(parts(), found.image_sha256, found.verdict_id)
    if heat is None:
        raise Problem(ProblemCode.UNAVAILABLE)
    answer = Response(heat, mimetype="image/png")
    answer.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


def obtain_heatmap(parts: ApiParts, sha256: str, verdict_id: str) -> bytes | None:
    """A verdict's heat map; if there is none yet, a worker is asked to paint it, and this waits."""
    name = heatmap_name(verdict_id)
    with parts.listener.waiting_for(verdict_id) as bell:
        heat = _kept(parts, sha256, name)
        if heat is not None:
            return heat
        parts.sender.ask_heatmap(verdict_id)
        until = time.monotonic() + PATIENCE
        while heat is None and (left := until - time.monotonic()) > 0:
            bell.wait(min(left, LOOK_AGAIN))
            bell.clear()
            heat = _kept(parts, sha256, name)
    return heat


def _kept(parts: ApiParts, sha256: str, name: str) -> bytes | None:
    try:
        return parts.blobs.get(sha256, name)
    except KeyError:
        return None
