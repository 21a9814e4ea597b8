"""Error pages."""

import logging
from http import HTTPStatus

from flask import Response, current_app, make_response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, TooManyRequests

from api.review.frame.blueprint import review
from api.review.frame.words import PHRASE, PHRASES

log = logging.getLogger(__name__)


class PageError(Exception):
    """An error page, with title and message in the visitor's language."""

    def __init__(self, status: HTTPStatus, title: str, message: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.message = message


def not_found(message: str) -> PageError:
    """The error for something that does not exist."""
    return PageError(HTTPStatus.NOT_FOUND, _("Not found"), message)


def refused(title: str, message: str) -> PageError:
    """The error for a form that cannot be accepted."""
    return PageError(HTTPStatus.BAD_REQUEST, title, message)


@review.errorhandler(PageError)
def explain(error: PageError) -> Response:
    """Show the title and message."""
    return _error_page(error.status, error.title, error.message)


@review.errorhandler(TooManyRequests)
def explain_limit(error: TooManyRequests) -> Response:
    """Show when to try again."""
    page = _error_page(
        HTTPStatus.TOO_MANY_REQUESTS,
        _("Too many requests"),
        _("Nothing was sent. Wait a minute, go back and try again."),
    )
    page.headers["Retry-After"] = str(error.retry_after)
    return page


@review.errorhandler(HTTPException)
def explain_http(error: HTTPException) -> Response:
    """Show what the HTTP status means."""
    status = HTTPStatus(error.code or 500)
    return _error_page(
        status, _(PHRASES.get(status, PHRASE)), _("Nothing was changed. Go back and try again.")
    )


@review.errorhandler(OperationalError)
@review.errorhandler(PoolTimeoutError)
def wait(error: SQLAlchemyError) -> Response:
    """Log the error without the statement and its values, which contain what people wrote."""
    log.error("database unavailable on %s: %s", request.path, type(error).__name__)
    return _error_page(
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("The database is not responding"),
        _("Nothing was changed. Try again in a moment."),
    )


@review.errorhandler(Exception)
def apologise(error: Exception) -> Response:
    """Log an unexpected error; in tests, raise it."""
    if current_app.testing:
        raise error
    log.error("unhandled error in %s %s", request.method, request.url_rule, exc_info=error)
    return _error_page(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("Something went wrong"),
        _("The error was logged. No changes were saved."),
    )


def _error_page(status: HTTPStatus, title: str, message: str) -> Response:
    return make_response(render_template("review/error.html", title=title, message=message), status)
