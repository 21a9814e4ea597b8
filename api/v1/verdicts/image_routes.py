"""Images by their digest."""

import re

from apiflask import APIBlueprint
from flask import Response

from api.document.openapi import problems
from api.http.access import access
from api.http.auth import admit
from api.http.parts import parts
from api.http.rendering import json_response
from api.schemas.answers import ImageAnswer
from api.schemas.problems import Problem, ProblemCode
from core.vocabulary import Scope
from store.outbox.submission_json import image_json
from store.verdicts.images import find_image

routes = APIBlueprint("images", __name__, url_prefix="/v1/images")
routes.before_request(admit)


@routes.get("/<string(length=64):sha256>")
@routes.output(ImageAnswer)
@routes.doc(operation_id="readImage", extensions=problems(ProblemCode.NOT_FOUND))
@access(Scope.IMAGES)
def read(sha256: str) -> Response:
    """Get an image's latest verdict and current decision, by the SHA-256 of its bytes."""
    found = None
    if re.fullmatch(r"[0-9a-f]{64}", sha256):
        with parts().database.reading() as session:
            found = find_image(session, sha256)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND)
    return json_response(image_json(found))
