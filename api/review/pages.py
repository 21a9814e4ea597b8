"""The review pages, joined into one blueprint."""

import logging
from http import HTTPStatus

from apiflask import APIBlueprint
from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.wrappers import Response as AnyResponse

from api.http.request_limits import RateLimits
from api.review.appeals.appeal_pages import add_appeal_pages
from api.review.appeals.artist_pages import add_artist_pages
from api.review.clients.client_pages import add_client_pages
from api.review.desk.bulk_pages import add_bulk_pages
from api.review.desk.case_pages import add_case_pages
from api.review.desk.claim_pages import add_claim_pages
from api.review.desk.decision_pages import add_decision_pages
from api.review.desk.pictures import ObtainHeatmap, add_pictures
from api.review.desk.queue_page import add_queue_pages
from api.review.desk.thresholds import LinesInForce
from api.review.desk.undo import add_undo
from api.review.frame.access import guard, public
from api.review.frame.assets import add_assets
from api.review.frame.filters import FILTERS
from api.review.frame.language_pages import add_language_pages
from api.review.frame.languages import add_languages
from api.review.frame.navigation import navigation
from api.review.frame.page_error import PageError
from api.review.frame.page_headers import harden
from api.review.frame.preference_pages import add_preference_pages
from api.review.frame.review_parts import ModelFacts, ReviewParts
from api.review.frame.sentences import told
from api.review.frame.words import PHRASE, PHRASES, WORDS
from api.review.known.known_pages import add_known_pages
from api.review.market.listing_pages import add_listing_pages
from api.review.market.seller_pages import add_seller_pages
from api.review.outbox.delivery_pages import add_delivery_pages
from api.review.people.audit_pages import add_event_pages
from api.review.people.login_pages import add_login_pages
from api.review.people.moderator_pages import add_moderator_pages
from api.review.people.password_pages import add_password_pages
from api.review.quality.quality_pages import add_quality_pages
from api.review.quality.stats_pages import add_stats_pages
from api.review.verdicts.model_facts import read_facts
from api.review.verdicts.model_page import add_model_page
from api.review.verdicts.policy_pages import add_policy_pages

log = logging.getLogger(__name__)


def register_review(
    app: Flask,
    parts: ReviewParts,
    facts: ModelFacts | None = None,
    *,
    heatmaps: ObtainHeatmap | None = None,
    limits: RateLimits | None = None,
) -> None:
    """Add the review pages to an application.

    `facts` of the classifier are read where not given; without `heatmaps` there are none to look at;
    without `limits` visitors of the public pages are counted by this process alone.
    """
    facts = facts or read_facts()
    in_force = LinesInForce(parts, facts)
    blueprint = APIBlueprint("review", __name__, template_folder="../templates", enable_openapi=False)
    blueprint.after_request(harden)
    guard(blueprint, parts)
    _add_errors(blueprint)
    add_assets(blueprint)
    add_language_pages(blueprint, parts)
    add_login_pages(blueprint, parts)
    add_password_pages(blueprint, parts)
    add_queue_pages(blueprint, parts, in_force)
    add_case_pages(blueprint, parts, in_force)
    add_claim_pages(blueprint, parts)
    add_appeal_pages(blueprint, parts)
    add_artist_pages(blueprint, parts, limits or RateLimits("memory://"))
    add_bulk_pages(blueprint, parts, in_force)
    add_preference_pages(blueprint, parts)
    add_undo(blueprint, parts)
    add_pictures(blueprint, parts, heatmaps)
    add_decision_pages(blueprint, parts)
    add_stats_pages(blueprint, parts)
    add_event_pages(blueprint, parts)
    add_moderator_pages(blueprint, parts)
    add_client_pages(blueprint, parts)
    add_delivery_pages(blueprint, parts)
    add_quality_pages(blueprint, parts)
    add_policy_pages(blueprint, parts, facts)
    add_known_pages(blueprint, parts)
    add_listing_pages(blueprint, parts)
    add_seller_pages(blueprint, parts)
    add_model_page(blueprint, facts)

    @blueprint.get("/")
    @public
    def home() -> AnyResponse:
        return redirect(url_for("review.queue"))

    blueprint.app_context_processor(lambda: {"thresholds": in_force.lines()})
    _prepare_templates(app, has_heatmaps=heatmaps is not None)
    app.register_blueprint(blueprint)


def _prepare_templates(app: Flask, *, has_heatmaps: bool) -> None:
    environment = app.jinja_env
    add_languages(app)
    environment.filters.update(FILTERS, told=told)
    environment.globals.update(words=WORDS, navigation=navigation, has_heatmaps=has_heatmaps)


def _add_errors(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(PageError)
    def explain(error: PageError) -> Response:
        return _error_page(error.status, error.title, error.message)

    @blueprint.errorhandler(TooManyRequests)
    def explain_limit(error: TooManyRequests) -> Response:
        page = _error_page(
            HTTPStatus.TOO_MANY_REQUESTS,
            _("Too many requests"),
            _("Nothing was sent. Wait a minute, go back and try again."),
        )
        page.headers["Retry-After"] = str(error.retry_after)
        return page

    @blueprint.errorhandler(HTTPException)
    def explain_http(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        return _error_page(status, _(PHRASES.get(status, PHRASE)), _("The page cannot be shown."))

    @blueprint.errorhandler(OperationalError)
    @blueprint.errorhandler(PoolTimeoutError)
    def wait(error: SQLAlchemyError) -> Response:
        # Without the statement and its values: they hold what people wrote.
        log.error("database unavailable on %s: %s", request.path, type(error).__name__)
        return _error_page(
            HTTPStatus.SERVICE_UNAVAILABLE,
            _("The database does not answer"),
            _("Nothing was done. Try again in a moment."),
        )

    @blueprint.errorhandler(Exception)
    def apologise(error: Exception) -> Response:
        if current_app.testing:
            raise error
        log.error("on %s %s", request.method, request.url_rule, exc_info=error)
        return _error_page(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            _("Something broke"),
            _("It was logged. Nothing half-done was kept."),
        )


def _error_page(status: HTTPStatus, title: str, message: str) -> Response:
    return make_response(render_template("review/error.html", title=title, message=message), status)
