"""Links for artists: a client hands one on, and the artist appeals without an account."""

from apiflask import APIBlueprint
from flask import Response

from api.document.openapi import problems
from api.http.access import access
from api.http.appeal_tokens import LIFETIME, make_appeal_token
from api.http.auth import admit, current_caller
from api.http.parts import parts
from api.http.rendering import json_response
from api.schemas.answers import AppealLinkAnswer
from api.schemas.problems import Problem, ProblemCode
from core.clock import now
from core.ids import is_id
from core.vocabulary import Scope, State
from store.intake.submissions import find_submission

routes = APIBlueprint("appeal_links", __name__, url_prefix="/v1/submissions")
routes.before_request(admit)


@routes.post("/<string(length=32):submission_id>/appeal-link")
@routes.output(AppealLinkAnswer, status_code=201, description="Created. The link is not stored.")
@routes.doc(
    operation_id="createAppealLink",
    extensions=problems(ProblemCode.NOT_FOUND, ProblemCode.NOT_EXAMINED),
)
@access(Scope.APPEAL)
def create(submission_id: str) -> Response:
    """Create a link to a page where the artist can appeal without a key or a login.

    Anyone with the link can see the picture's thumbnail and verdict, have one open appeal at a time, and
    read its result. The link expires after 30 days; create another one if it is needed for longer.
    """
    caller = current_caller()
    with parts().database.reading() as session:
        found = find_submission(session, submission_id, caller.client_id) if is_id(submission_id) else None
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND)
    if found.state is not State.EXAMINED:
        raise Problem(ProblemCode.NOT_EXAMINED)
    token = make_appeal_token(parts().secret_key, submission_id)
    answer = AppealLinkAnswer(page=f"/appeal/{token}", expires_at=now() + LIFETIME)
    return json_response(answer, 201)
