"""Images by their digest."""

import re

from apiflask import APIBlueprint
from flask import Response

from api.auth import Gate, needs
from api.openapi import problems
from api.parts import ApiParts
from api.problems import Problem, ProblemCode
from api.rendering import json_response
from api.schemas.answers import ImageAnswer
from core.vocabulary import Scope
from store.images import find_image
from store.submission_json import image_json


def make_images(parts: ApiParts, gate: Gate) -> APIBlueprint:
    """Make the route `/v1/images/{sha256}`.

    Any client may ask: who knows the digest has the bytes, and the answer says nothing about who
    else submitted them.
    """
    routes = APIBlueprint("images", __name__, url_prefix="/v1/images")
    routes.before_request(gate.admit)

    @routes.get("/<string(length=64):sha256>")
    @routes.output(ImageAnswer)
    @routes.doc(operation_id="readImage", extensions=problems(ProblemCode.NOT_FOUND))
    @needs(Scope.IMAGES)
    def read(sha256: str) -> Response:
        """Read an image's latest verdict and standing decision, by the SHA-256 of its bytes."""
        found = None
        if re.fullmatch(r"[0-9a-f]{64}", sha256):
            with parts.database.reading() as session:
                found = find_image(session, sha256)
        if found is None:
            raise Problem(ProblemCode.NOT_FOUND)
        return json_response(image_json(found))

    return routes
