"""All review pages: the modules that contain them, and what their templates can use."""

from apiflask import APIFlask
from flask import redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.review.appeals import appeal_pages, artist_pages
from api.review.clients import client_pages
from api.review.desk import (
    bulk_pages,
    case_pages,
    claim_pages,
    decision_pages,
    failure_pages,
    pictures,
    queue_page,
    undo,
)
from api.review.frame import assets, guard, language_pages, page_error, preference_pages
from api.review.frame.blueprint import review
from api.review.frame.filters import FILTERS
from api.review.frame.languages import add_languages
from api.review.frame.permissions import Act, may
from api.review.frame.words import LANGUAGES, N_, WORDS
from api.review.known import known_pages
from api.review.market import market_pages
from api.review.outbox import delivery_pages
from api.review.people import (
    audit_pages,
    factor_pages,
    login_pages,
    moderator_pages,
    passkey_pages,
    password_pages,
    security_pages,
)
from api.review.people.browser_names import browser_name
from api.review.quality import quality_pages, stats_pages
from api.review.verdicts import model_page, policy_pages
from store.tables.case_tables import Moderator

# Each of these adds its views to the blueprint when it is imported.
MODULES = (
    *(guard, page_error, assets, language_pages, preference_pages),
    *(login_pages, factor_pages, password_pages, security_pages, passkey_pages, moderator_pages, audit_pages),
    *(queue_page, failure_pages, case_pages, claim_pages, bulk_pages, undo, pictures, decision_pages),
    *(appeal_pages, artist_pages, known_pages, market_pages, delivery_pages, client_pages),
    *(quality_pages, stats_pages, policy_pages, model_page),
)
PLACES = (
    ("review.queue", N_("Queue"), Act.REVIEW),
    ("review.appeals", N_("Appeals"), Act.REVIEW),
    ("review.decisions", N_("Decisions"), Act.REVIEW),
    ("review.stats", N_("Statistics"), Act.REVIEW),
    ("review.quality", N_("Quality"), Act.MANAGE_QUALITY),
    ("review.policy", N_("Policy"), Act.MANAGE_POLICY),
    ("review.events", N_("Audit log"), Act.SEE_LOG),
    ("review.moderators", N_("Moderators"), Act.RESET_FACTORS),
    ("review.clients", N_("Clients"), Act.MANAGE_CLIENTS),
    ("review.deliveries", N_("Deliveries"), Act.MANAGE_CLIENTS),
)


@review.get("/")
@access(public=True)
def home() -> AnyResponse:
    return redirect(url_for("review.queue"))


def navigation(moderator: Moderator) -> list[tuple[str, str]]:
    """The pages that are open to a moderator: address and name."""
    return [(url_for(endpoint), name) for endpoint, name, act in PLACES if may(moderator, act)]


def register_review(app: APIFlask) -> None:
    """Add the pages to an application, and what their templates know."""
    add_languages(app)
    app.jinja_env.filters.update(FILTERS, browser_name=browser_name)
    app.jinja_env.globals.update(words=WORDS, languages=LANGUAGES, navigation=navigation)
    app.register_blueprint(review)
