"""Appeals: a client asks for another look by a person."""

from apiflask import APIBlueprint
from flask import Response, request

from api.auth import Gate, current_caller, needs
from api.bodies import SMALL_BODY, read_json_object
from api.openapi import problems
from api.parts import ApiParts
from api.problems import Problem, ProblemCode
from api.rendering import json_response
from api.schemas.answers import AppealAnswer
from api.schemas.check import check
from api.schemas.requests import NewAppeal
from core.ids import is_id
from core.vocabulary import Scope, State
from store.appeals import AppealOpenError, add_appeal
from store.submissions import find_submission


def make_appeals(parts: ApiParts, gate: Gate) -> APIBlueprint:
    """Make the route `/v1/submissions/{id}/appeal`."""
    routes = APIBlueprint("appeals", __name__, url_prefix="/v1/submissions")
    routes.before_request(gate.admit)

    @routes.post("/<string(length=32):submission_id>/appeal")
    @routes.output(AppealAnswer, status_code=201, description="Opened; a person will look again.")
    @routes.doc(
        operation_id="createAppeal",
        extensions=problems(
            ProblemCode.NOT_FOUND,
            ProblemCode.MALFORMED_JSON,
            ProblemCode.BODY_TOO_LARGE,
            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
            ProblemCode.INVALID_REQUEST,
            ProblemCode.INVALID_URL,
            ProblemCode.UNSUPPORTED_SCHEME,
            ProblemCode.URL_TOO_LONG,
            ProblemCode.URL_HAS_CREDENTIALS,
            ProblemCode.NOT_EXAMINED,
            ProblemCode.APPEAL_OPEN,
        ),
    )
    @needs(Scope.APPEAL)
    def create(submission_id: str) -> Response:
        """Ask that a person looks again, another than who decided first."""
        fields = check(NewAppeal, read_json_object(request, SMALL_BODY))
        with parts.database.writing() as session:
            found = (
                find_submission(session, submission_id, current_caller().client_id)
                if is_id(submission_id)
                else None
            )
            if found is None:
                raise Problem(ProblemCode.NOT_FOUND)
            if found.state is not State.EXAMINED:
                raise Problem(ProblemCode.NOT_EXAMINED)
            try:
                appeal = add_appeal(session, found, reason=fields.reason, evidence_url=fields.evidence_url)
            except AppealOpenError:
                raise Problem(ProblemCode.APPEAL_OPEN) from None
            answer = AppealAnswer(
                id=appeal.id,
                submission_id=found.id,
                state="open",
                reason=appeal.reason,
                evidence_url=appeal.evidence_url,
                created_at=appeal.created_at,
            )
        return json_response(answer, 201)

    return routes
