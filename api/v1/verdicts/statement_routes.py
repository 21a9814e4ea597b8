"""The statement of reasons for a decision against an image."""

from apiflask import APIBlueprint
from flask import Response

from api.document.openapi import problems
from api.http.access import access
from api.http.auth import admit, current_caller
from api.http.parts import parts
from api.http.rendering import json_response
from api.schemas.problems import Problem, ProblemCode
from api.schemas.statement_schemas import DsaStatementAnswer, StatementAnswer
from core.ids import is_id
from core.vocabulary import Scope
from store.intake.submissions import find_submission
from store.outbox.statements import Statement, dsa_json, find_statement, statement_json

routes = APIBlueprint("statements", __name__, url_prefix="/v1/submissions")
routes.before_request(admit)


@routes.get("/<string(length=32):submission_id>/statement")
@routes.output(StatementAnswer)
@routes.doc(operation_id="readStatement", extensions=problems(ProblemCode.NOT_FOUND))
@access(Scope.READ)
def read(submission_id: str) -> Response:
    """Get the statement of reasons for a decision against an image, once that cannot be undone."""
    return json_response(statement_json(_find(submission_id)))


@routes.get("/<string(length=32):submission_id>/statement/dsa")
@routes.output(DsaStatementAnswer)
@routes.doc(operation_id="readDsaStatement", extensions=problems(ProblemCode.NOT_FOUND))
@access(Scope.READ)
def read_dsa(submission_id: str) -> Response:
    """Get what Kantei can fill in of a statement for the DSA Transparency Database."""
    return json_response(dsa_json(_find(submission_id)))


def _find(submission_id: str) -> Statement:
    """The statement for one of the caller's own submissions. Errors: Problem (not_found)."""
    statement = None
    if is_id(submission_id):
        with parts().database.reading() as session:
            found = find_submission(session, submission_id, current_caller().client_id, with_reasons=True)
            statement = find_statement(found) if found is not None else None
    if statement is None:
        raise Problem(ProblemCode.NOT_FOUND)
    return statement
