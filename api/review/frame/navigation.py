"""Where one can go from every page, by role."""

from flask import url_for

from api.review.frame.permissions import Act, may
from api.review.frame.words import N_
from store.tables.case_tables import Moderator

PLACES = (
    ("review.queue", N_("Queue"), Act.REVIEW),
    ("review.appeals", N_("Appeals"), Act.REVIEW),
    ("review.decisions", N_("Decisions"), Act.REVIEW),
    ("review.stats", N_("Statistics"), Act.REVIEW),
    ("review.quality", N_("Quality"), Act.MANAGE_QUALITY),
    ("review.policy", N_("Policy"), Act.MANAGE_POLICY),
    ("review.events", N_("Log"), Act.SEE_LOG),
    ("review.moderators", N_("Moderators"), Act.MANAGE_MODERATORS),
    ("review.clients", N_("Clients"), Act.MANAGE_CLIENTS),
    ("review.deliveries", N_("Deliveries"), Act.MANAGE_CLIENTS),
)


def navigation(moderator: Moderator) -> list[tuple[str, str]]:
    """List the pages that are open to a moderator: address and name."""
    return [(url_for(endpoint), name) for endpoint, name, act in PLACES if may(moderator, act)]
