"""The only place where errors become responses: `application/problem+json` (RFC 9457).

A client gets a reason from a closed set, never an exception's text.
"""

import logging
from collections.abc import Mapping

from apiflask import APIFlask, HTTPError
from flask import Response, request
from pydantic import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from api.http.bodies import in_bytes, is_over_limit
from api.http.rendering import problem_answer
from api.schemas.problems import Problem, ProblemCode, unavailable
from api.schemas.validation import problem_of
from store.bytes.blobs import BlobsUnavailableError

MEDIA_TYPE = "application/problem+json"
STATUS_CODES = {
    401: ProblemCode.UNAUTHORIZED,
    404: ProblemCode.NOT_FOUND,
    405: ProblemCode.METHOD_NOT_ALLOWED,
    413: ProblemCode.BODY_TOO_LARGE,
    415: ProblemCode.UNSUPPORTED_MEDIA_TYPE,
    422: ProblemCode.INVALID_REQUEST,
    429: ProblemCode.RATE_LIMITED,
    503: ProblemCode.UNAVAILABLE,
}
# A server that is gone, a lock that is held too long, a full disk, a full pool: all may pass.
PASSING = (OperationalError, InterfaceError, PoolTimeoutError)

log = logging.getLogger(__name__)


def register_errors(app: APIFlask) -> None:
    """Answer every error of this application as a problem."""
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(HTTPError, _checked_by_apiflask)
    app.register_error_handler(HTTPException, http_response)
    app.register_error_handler(SQLAlchemyError, _database_response)
    app.register_error_handler(BlobsUnavailableError, _blobs_response)
    app.register_error_handler(Exception, _unexpected_response)


def problem_response(problem: Problem, status: int | None = None) -> Response:
    """Write a problem as an answer."""
    answer = problem_answer(problem, status)
    text = answer.model_dump_json(exclude_none=True)
    return Response(text, answer.status, headers=problem.headers, content_type=MEDIA_TYPE)


def _checked_by_apiflask(error: HTTPError) -> Response:
    """APIFlask checks query parameters, and tells of it with pydantic's error as the cause."""
    if isinstance(error.__cause__, ValidationError):
        return problem_response(problem_of(error.__cause__))
    return _status_response(error.status_code, {})


def http_response(error: HTTPException) -> Response:
    """Write an HTTP error as a problem, or follow a redirect."""
    if error.code is None or error.code < 400:
        return Response(status=error.code or 500, headers=error.get_headers())  # a redirect
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return _status_response(error.code, headers)


def _status_response(status: int, headers: Mapping[str, str]) -> Response:
    usual = ProblemCode.BAD_REQUEST if status < 500 else ProblemCode.INTERNAL_ERROR
    detail = None
    if status == 413 and request.max_content_length is not None and is_over_limit(request):
        detail = f"The body is larger than {in_bytes(request.max_content_length)}."
    return problem_response(Problem(STATUS_CODES.get(status, usual), detail, headers=headers), status)


def _database_response(error: SQLAlchemyError) -> Response:
    if isinstance(error, PASSING):
        # The statement and its values stay out of the log: they hold what clients sent.
        log.error("database unavailable on %s: %s", request.path, type(error).__name__)
        return problem_response(unavailable())
    return _unexpected_response(error)


def _blobs_response(error: BlobsUnavailableError) -> Response:
    log.error("image bytes unavailable on %s: %s", request.path, error)
    return problem_response(unavailable())


def _unexpected_response(error: Exception) -> Response:
    log.error("unhandled error in %s %s", request.method, request.url_rule, exc_info=error)
    return problem_response(Problem(ProblemCode.INTERNAL_ERROR))
