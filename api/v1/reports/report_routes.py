"""Readers' reports, from the extension and from clients."""

import hmac
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from api.document.openapi import JSON, SCHEMA_PATH, problems
from api.http.access import access
from api.http.auth import admit, current_caller
from api.http.parts import parts
from api.http.rendering import json_response
from api.http.request_limits import rate_limits, refuse_too_many
from api.schemas.problems import BODY_PROBLEMS, URL_PROBLEMS, Problem, ProblemCode
from api.schemas.report_schemas import NewReport, ReportAnswer
from api.v1.intake.accept import Accepted, Entry, accept
from core.clock import now
from core.keys import KeyPurpose, derive
from core.urls import MAX_IMAGE_URL, parse_web_url, url_digest
from core.vocabulary import Priority, Scope, Source
from store.intake.submissions import SubmissionRequest, find_submission
from store.reports.reader_reports import add_report, find_reported
from store.tables.submission_tables import Submission

REPORTS_A_MINUTE = 30  # of one reader; no one looks at more pictures than that
REPEATED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The reader has reported this picture before: that report.",
        "content": {JSON: {"schema": {"$ref": SCHEMA_PATH + "ReportAnswer"}}},
    }
}

routes = APIBlueprint("reports", __name__, url_prefix="/v1/reports")
routes.before_request(admit)


@routes.post("")
@routes.input(NewReport, arg_name="fields")
@routes.output(ReportAnswer, status_code=202, description="Received. A moderator will look at the picture.")
@routes.doc(
    operation_id="createReport",
    extensions=problems(*BODY_PROBLEMS, *URL_PROBLEMS, ProblemCode.NOT_FOUND, ProblemCode.QUOTA_EXHAUSTED),
    responses=REPEATED,
)
@access(Scope.SUBMIT)
def create(fields: NewReport) -> Response:
    """Report a picture that looks generated to a reader.

    A report asks for a moderator's look. It never changes the score or the finding, and many reports of one
    picture are one case.
    """
    client_id = current_caller().client_id
    reader = reader_pseudonym(parts().secret_key, client_id, fields.reader)
    refuse_too_many(rate_limits().hit("reader", reader, REPORTS_A_MINUTE))
    url_sha256 = None
    if fields.image_url is not None:
        url_sha256 = url_digest(parse_web_url(fields.image_url, limit=MAX_IMAGE_URL).text)
    submission = _find(client_id, fields, url_sha256) or _submit(fields)
    with parts().database.writing() as session:
        found = find_submission(session, submission.id, client_id)
        if found is None:
            raise Problem(ProblemCode.NOT_FOUND)
        stored = add_report(session, found, reader, reason=fields.reason, url_sha256=url_sha256, at=now())
    answer = ReportAnswer(id=stored.id, submission_id=stored.submission_id, created_at=stored.created_at)
    return json_response(answer, 202 if stored.is_new else 200)


def reader_pseudonym(secret_key: str, client_id: str, reader: str) -> str:
    """What stands for a reader of a client: the same each time, and no one outside can find it by trying."""
    key = derive(secret_key, KeyPurpose.READERS)
    return hmac.digest(key, f"{client_id}\0{reader}".encode(), "sha256").hex()


def _find(client_id: str, fields: NewReport, url_sha256: str | None) -> Submission | None:
    with parts().database.reading() as session:
        if fields.submission_id is None:
            return find_reported(session, client_id, url_sha256 or "")
        found = find_submission(session, fields.submission_id, client_id)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND)
    return found


def _submit(fields: NewReport) -> Submission:
    asked = SubmissionRequest(
        source=Source.REPORT, image_url=fields.image_url, page_url=fields.page_url, priority=Priority.LOW
    )
    # Two who report at the same moment may make two submissions; both are the same image, and so one case.
    (result,) = accept(parts(), current_caller(), [Entry(asked)])
    if isinstance(result, Accepted):
        return result.submission
    raise result
