"""The web process: one application, made of the parts that it is given."""

from apiflask import APIFlask
from werkzeug.middleware.proxy_fix import ProxyFix

from api.document.openapi import Document, prepare
from api.http.auth import Gate
from api.http.bodies import FORM_MEMORY, FORM_PARTS, SMALL_BODY
from api.http.cors import share_with_extensions
from api.http.error_handlers import register_errors
from api.http.parts import ApiParts, install
from api.http.security_headers import add_headers
from api.http.traces import add_traces
from api.operations.health import make_health
from api.operations.metrics import add_metrics
from api.operations.reference import make_reference
from api.review.pages import register_review
from api.v1.appeals.appeal_links import make_appeal_links
from api.v1.appeals.appeal_routes import make_appeals
from api.v1.clients.quota_routes import make_quota
from api.v1.intake.batch_routes import make_batch
from api.v1.intake.submission_routes import make_submissions
from api.v1.market.hook_routes import make_hooks
from api.v1.market.listing_routes import make_listings
from api.v1.outbox.event_routes import make_client_events
from api.v1.verdicts.heatmaps import make_heatmaps
from api.v1.verdicts.image_routes import make_images

VERSION = "1"


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
    add_traces(app)
    add_metrics(app, parts.database, parts.measuring)
    app.after_request(add_headers)
    share_with_extensions(app, parts.extension_origins)
    register_errors(app)
    prepare(app)

    gate = Gate(parts)
    app.register_blueprint(make_submissions(parts, gate))
    app.register_blueprint(make_batch(parts, gate))
    app.register_blueprint(make_appeals(parts, gate))
    app.register_blueprint(make_appeal_links(parts, gate))
    app.register_blueprint(make_heatmaps(parts, gate))
    app.register_blueprint(make_images(parts, gate))
    app.register_blueprint(make_client_events(parts, gate))
    app.register_blueprint(make_quota(parts, gate))
    app.register_blueprint(make_hooks(parts))
    app.register_blueprint(make_listings(parts, gate))
    app.register_blueprint(make_health(parts))
    app.register_blueprint(make_reference(Document(app)))
    register_review(app)
    return app
