"""The web application, built from the parts it is given."""

from apiflask import APIFlask
from werkzeug.middleware.proxy_fix import ProxyFix

from api.document.openapi import prepare
from api.http import cors, traces
from api.http.access import limit_body
from api.http.bodies import FORM_MEMORY, FORM_PARTS, SMALL_BODY, StrictJson, StrictRequest
from api.http.error_handlers import register_errors
from api.http.parts import ApiParts, install
from api.http.security_headers import add_headers
from api.operations import health, metrics, reference
from api.review.pages import register_review
from api.v1.appeals import appeal_routes
from api.v1.clients import quota_routes
from api.v1.intake import batch_routes, submission_routes
from api.v1.market import hook_routes, listing_routes
from api.v1.outbox import event_routes
from api.v1.reports import report_routes
from api.v1.verdicts import heatmaps, image_routes, statement_routes

VERSION = "1"
BLUEPRINTS = (
    *(traces.hooks, metrics.routes, cors.hooks),
    *(submission_routes.routes, batch_routes.routes, appeal_routes.routes),
    *(
        heatmaps.routes,
        image_routes.routes,
        statement_routes.routes,
        event_routes.routes,
        quota_routes.routes,
    ),
    *(hook_routes.routes, listing_routes.routes, report_routes.routes, health.routes, reference.routes),
)


def create_app(parts: ApiParts) -> APIFlask:
    """Make the application."""
    app = APIFlask("api", title="Kantei", version=VERSION, spec_path=None, docs_path=None, json_errors=False)
    install(app, parts)
    app.config.update(
        # For every route that says nothing else; uploads and batches do.
        MAX_CONTENT_LENGTH=SMALL_BODY,
        MAX_FORM_MEMORY_SIZE=FORM_MEMORY,
        MAX_FORM_PARTS=FORM_PARTS,
    )
    if parts.trusted_proxies:
        count = parts.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # Flask's own way
    app.request_class = StrictRequest
    app.json = StrictJson(app)
    app.before_request(limit_body)
    app.after_request(add_headers)
    register_errors(app)
    prepare(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    register_review(app)
    return app
