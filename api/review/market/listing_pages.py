"""A listing as a marketplace shows it: all its images, what stands on each, and the worst of it."""

from flask import Blueprint, render_template
from flask_babel import gettext as _

from api.review.frame.access import me
from api.review.frame.page_error import not_found
from api.review.frame.review_parts import ReviewParts
from core.clock import now
from store.clients.clients import find_client
from store.desk.cases import hide_decisions
from store.desk.queue_filter import Viewer
from store.market.listing_view import view_listing
from store.quality.checks import blind_for


def add_listing_pages(blueprint: Blueprint, parts: ReviewParts) -> None:
    """Add the page of one client's listing."""

    @blueprint.get("/review/listings/<client_id>/<path:name>")
    def listing(client_id: str, name: str) -> str:
        # `name` is the marketplace's own id of it, and may be anything.
        with parts.database.reading() as session:
            client = find_client(session, client_id)
            found = view_listing(session, client_id, name)
            blind = blind_for(session, Viewer(me().id, now()))
            rows = [one.submission for one in found.images if one.submission] if found else []
            hide_decisions([row.image for row in rows], blind)
        if found is None:
            raise not_found(_("There is no such listing."))
        return render_template("review/listing.html", listing=found, summary=found.summary(), client=client)
