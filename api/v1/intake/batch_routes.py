"""Many submissions in one request and one transaction."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from api.document.openapi import problems
from api.http.access import access
from api.http.auth import Caller, admit, current_caller
from api.http.bodies import BATCH_BODY
from api.http.parts import parts
from api.http.rendering import json_response, problem_answer
from api.schemas.answers import BatchAnswer
from api.schemas.problems import BODY_PROBLEMS, Problem
from api.schemas.requests import NewBatch, NewSubmission
from api.schemas.validation import check
from api.v1.intake.accept import Accepted, Entry, accept, make_request
from api.v1.intake.idempotency import RepeatHeaders, entry_key
from core.vocabulary import Scope
from store.outbox.submission_json import standing_json

routes = APIBlueprint("batch", __name__, url_prefix="/v1/submissions")
routes.before_request(admit)


@routes.post("/batch")
@routes.input(RepeatHeaders, location="headers", arg_name="headers")
@routes.input(NewBatch, arg_name="batch")
@routes.output(BatchAnswer, status_code=202, description="One result for each entry, in order.")
@routes.doc(
    operation_id="createBatch",
    extensions=problems(*BODY_PROBLEMS),
)
@access(Scope.SUBMIT, body_limit=BATCH_BODY)
def create(headers: RepeatHeaders, batch: NewBatch) -> Response:
    """Submit up to 1,000 images. Each is accepted or refused separately."""
    return json_response(_accept(current_caller(), batch, headers.idempotency_key), 202)


def _accept(caller: Caller, batch: NewBatch, key: str | None) -> dict[str, Any]:
    checked = [
        _check_entry(caller, fields, entry_key(key, index) if key is not None else None)
        for index, fields in enumerate(batch.submissions)
    ]
    good = [entry for entry in checked if isinstance(entry, Entry)]
    stored = iter(accept(parts(), caller, good)) if good else iter(())
    results = [_result(next(stored) if isinstance(entry, Entry) else entry) for entry in checked]
    refused = sum(result["problem"] is not None for result in results)
    return {"accepted": len(results) - refused, "refused": refused, "results": results}


def _check_entry(caller: Caller, fields: object, key: str | None) -> Entry | Problem:
    try:
        return Entry(make_request(caller, check(NewSubmission, fields)), key)
    except Problem as problem:
        return problem


def _result(result: Accepted | Problem) -> dict[str, Any]:
    if isinstance(result, Problem):
        problem = problem_answer(result)
        return {"status": problem.status, "submission": None, "problem": problem.model_dump(mode="json")}
    status = 200 if result.is_repeat else 202
    return {"status": status, "submission": standing_json(result.submission), "problem": None}
