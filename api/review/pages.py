"""All review pages: the modules that contain them, and what their templates can use."""

from dataclasses import dataclass

from apiflask import APIFlask
from flask import redirect, request, url_for
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
    fresh_page,
    ground_pages,
    outside_pages,
    pictures,
    queue_filters,
    queue_page,
    triage_page,
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
    openid_pages,
    passkey_pages,
    password_pages,
    security_pages,
)
from api.review.people.browser_names import browser_name
from api.review.quality import quality_pages, stats_pages
from api.review.queues import assignment_pages, named_queue_pages
from api.review.reports import reader_pages
from api.review.verdicts import model_page, policy_pages
from store.desk.queue_filter import Tab
from store.tables.people_tables import Moderator

# Each of these adds its views to the blueprint when it is imported.
MODULES = (
    *(guard, page_error, assets, language_pages, preference_pages),
    *(login_pages, factor_pages, passkey_pages, openid_pages),
    *(password_pages, security_pages, moderator_pages, audit_pages),
    *(queue_page, triage_page, fresh_page, queue_filters, failure_pages, case_pages, claim_pages, bulk_pages),
    *(undo, pictures, decision_pages, outside_pages, ground_pages),
    *(named_queue_pages, assignment_pages),
    *(appeal_pages, artist_pages, known_pages, market_pages, delivery_pages, client_pages),
    *(reader_pages, quality_pages, stats_pages, policy_pages, model_page),
)
INSIGHTS, ADMINISTRATION = N_("Insights"), N_("Administration")
# The menu: a page, what it is called there, the act it needs, its group ("" stands by itself) and its icon.
PLACES = (
    ("review.queue", N_("Queue"), Act.REVIEW, "", "queue"),
    ("review.appeals", N_("Appeals"), Act.REVIEW, "", "appeal"),
    ("review.decisions", N_("Decisions"), Act.REVIEW, "", "decided"),
    ("review.stats", N_("Statistics"), Act.REVIEW, INSIGHTS, "chart"),
    ("review.quality", N_("Quality"), Act.MANAGE_QUALITY, INSIGHTS, "quality"),
    ("review.model", N_("Model"), Act.REVIEW, INSIGHTS, "model"),
    ("review.queues", N_("Queues"), Act.MANAGE_QUEUES, ADMINISTRATION, "queue"),
    ("review.policy", N_("Policy"), Act.MANAGE_POLICY, ADMINISTRATION, "policy"),
    ("review.known", N_("Known images"), Act.MANAGE_KNOWN, ADMINISTRATION, "alike"),
    ("review.readers", N_("Readers' reports"), Act.MANAGE_READERS, ADMINISTRATION, "appeal"),
    ("review.clients", N_("Clients"), Act.MANAGE_CLIENTS, ADMINISTRATION, "client"),
    ("review.deliveries", N_("Deliveries"), Act.MANAGE_CLIENTS, ADMINISTRATION, "send"),
    ("review.moderators", N_("Moderators"), Act.RESET_FACTORS, ADMINISTRATION, "people"),
    ("review.failures", N_("Failed submissions"), Act.REVIEW, ADMINISTRATION, "alert"),
    ("review.events", N_("Audit log"), Act.SEE_LOG, ADMINISTRATION, "list"),
)
# Pages without a place of their own, and whose place is lit for them.
BEHIND = {"/admin/hooks": "/admin/deliveries", "/admin/grounds": "/admin/policy"}


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page in the menu, and whether the visitor is there."""

    address: str
    name: str
    icon: str
    is_here: bool


@review.get("/")
@access(public=True)
def home() -> AnyResponse:
    return redirect(url_for("review.queue"))


def navigation(moderator: Moderator) -> dict[str, list[MenuEntry]]:
    """The menu of a moderator by group, with the pages that are open to them."""
    open_places = [(url_for(place[0]), *place[1:]) for place in PLACES if may(moderator, place[2])]
    here = _here([place[0] for place in open_places])
    menu: dict[str, list[MenuEntry]] = {}
    for address, name, _, group, icon in open_places:
        menu.setdefault(group, []).append(MenuEntry(address, name, icon, address == here))
    return menu


def _here(addresses: list[str]) -> str | None:
    """The address in the menu that leads to where the visitor is: the longest that theirs begins with."""
    path = next((place for page, place in BEHIND.items() if request.path.startswith(page)), request.path)
    if request.args.get("tab") == Tab.APPEALS and path.startswith("/review/cases/"):
        return url_for("review.appeals")  # whoever answers an appeal came from there
    return max((one for one in addresses if f"{path}/".startswith(f"{one}/")), key=len, default=None)


def register_review(app: APIFlask) -> None:
    """Add the pages to an application, and what their templates know."""
    add_languages(app)
    app.jinja_env.filters.update(FILTERS, browser_name=browser_name)
    app.jinja_env.globals.update(words=WORDS, languages=LANGUAGES, navigation=navigation)
    app.register_blueprint(review)
