"""Creating, reading and listing submissions."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, request
from sqlalchemy.orm import Session

from api.document.openapi import FORM, JSON, SCHEMA_PATH, problems, reads
from api.http.access import access
from api.http.auth import Caller, admit, current_caller
from api.http.parts import parts, shared
from api.http.queries import refuse_repeated
from api.http.rendering import json_response
from api.schemas.answers import PageAnswer, SubmissionAnswer
from api.schemas.problems import BODY_PROBLEMS, URL_PROBLEMS, Problem, ProblemCode, quota_exhausted
from api.schemas.requests import ListQuery, NewSubmission, NewUpload, SubmissionQuery
from api.schemas.validation import check
from api.v1.intake.accept import Accepted, Entry, accept, make_request
from api.v1.intake.cursors import read_cursor, write_cursor
from api.v1.intake.idempotency import RepeatHeaders
from api.v1.intake.uploads import read_upload
from api.v1.intake.waiting import FINAL, WaitingRoom
from core.clock import now
from core.ids import is_id
from core.vocabulary import Scope
from store.clients.quotas import read_quota
from store.intake.submissions import SubmissionRequest, find_repeats, find_submission, list_submissions
from store.outbox.submission_json import standing_json
from store.tables.submission_tables import Submission

LOCATION = {
    "Location": {"description": "Path of the submission.", "required": True, "schema": {"type": "string"}}
}
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"headers": LOCATION},
    200: {
        "description": "A repeated request: the submission in its current state.",
        "content": {JSON: {"schema": {"$ref": SCHEMA_PATH + "SubmissionAnswer"}}},
        "headers": LOCATION,
    },
}

routes = APIBlueprint("submissions", __name__, url_prefix="/v1/submissions")
routes.before_request(admit)
routes.before_request(refuse_repeated)


@routes.post("")
@routes.input(RepeatHeaders, location="headers", arg_name="headers")
@routes.output(
    SubmissionAnswer, status_code=202, description="Accepted. The submission is waiting for a worker."
)
@routes.doc(
    operation_id="createSubmission",
    extensions=problems(
        *BODY_PROBLEMS, *URL_PROBLEMS, ProblemCode.QUOTA_EXHAUSTED, ProblemCode.IDEMPOTENCY_MISMATCH
    )
    | reads({JSON: NewSubmission, FORM: NewUpload}),
    responses=ACCEPTED,
)
@access(Scope.SUBMIT)
def create(headers: RepeatHeaders) -> Response:
    """Submit one image, by URL or as an upload."""
    caller = current_caller()
    if request.mimetype == "multipart/form-data":
        _refuse_exhausted(caller, headers.idempotency_key)
        asked = _read_form(caller)
    else:
        asked = make_request(caller, check(NewSubmission, request.get_json()))
    (result,) = accept(parts(), caller, [Entry(asked, headers.idempotency_key)])
    if isinstance(result, Problem):
        raise result
    return _accepted_response(result)


@routes.get("/<string(length=32):submission_id>")
@routes.input(SubmissionQuery, location="query", arg_name="query")
@routes.output(SubmissionAnswer)
@routes.doc(
    operation_id="readSubmission", extensions=problems(ProblemCode.NOT_FOUND, ProblemCode.INVALID_REQUEST)
)
@access(Scope.READ)
def read(submission_id: str, query: SubmissionQuery) -> Response:
    """Get one submission, optionally waiting until it is examined or failed."""
    with parts().database.reading() as session:
        found = own_submission(session, submission_id)
    if found.state not in FINAL and shared(WaitingRoom).wait(submission_id, query.wait):
        with parts().database.reading() as session:
            found = own_submission(session, submission_id)
    return json_response(standing_json(found))


@routes.get("")
@routes.input(ListQuery, location="query", arg_name="query")
@routes.output(PageAnswer)
@routes.doc(
    operation_id="listSubmissions",
    extensions=problems(ProblemCode.INVALID_REQUEST, ProblemCode.INVALID_CURSOR),
)
@access(Scope.READ)
def index(query: ListQuery) -> Response:
    """List your own submissions, newest first."""
    with parts().database.reading() as session:
        rows = list_submissions(
            session,
            current_caller().client_id,
            state=query.state,
            listing_id=query.listing_id,
            before_id=read_cursor(query.cursor) if query.cursor else None,
            limit=query.limit + 1,  # one more than shown tells whether there is a next page
        )
    shown = rows[: query.limit]
    next_cursor = write_cursor(shown[-1].id) if len(rows) > query.limit else None
    return json_response({"submissions": [standing_json(row) for row in shown], "next_cursor": next_cursor})


def _refuse_exhausted(caller: Caller, key: str | None) -> None:
    """Refuse an upload beyond the quota before its bytes are stored. Errors: Problem (quota_exhausted)."""
    if caller.quota is None:
        return
    at = now()
    with parts().database.reading() as session:
        state = read_quota(session, caller.client_id, caller.quota, at)
        if state.left == 0 and not find_repeats(session, caller.client_id, [key] if key else []):
            raise quota_exhausted(state, at)


def _read_form(caller: Caller) -> SubmissionRequest:
    upload = read_upload(request, parts().max_image_bytes)
    fields = check(NewUpload, upload.fields)
    sha256 = parts().blobs.put_stream(upload.image)  # bytes before rows, like everywhere
    return make_request(caller, fields, upload_sha256=sha256)


def _accepted_response(result: Accepted) -> Response:
    answer = standing_json(result.submission)
    response = json_response(answer, 200 if result.is_repeat else 202)
    response.headers["Location"] = answer["links"]["self"]
    return response


def own_submission(session: Session, submission_id: str) -> Submission:
    """One of the caller's own submissions. Errors: Problem (not_found)."""
    found = None
    if is_id(submission_id):
        found = find_submission(session, submission_id, current_caller().client_id)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND)
    return found
