"""A seller: what became of the pictures that they offer on one marketplace."""

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from api.review.frame.access import me
from api.review.frame.page_error import not_found
from api.review.frame.review_parts import ReviewParts
from core.clock import now
from store.clients.clients import find_client
from store.desk.queue_filter import Viewer
from store.market.sellers import MANY, seller_history
from store.quality.checks import blind_for


def add_seller_pages(blueprint: Blueprint, parts: ReviewParts) -> None:
    """Add the page of one client's seller."""

    @blueprint.get("/review/sellers")
    def seller() -> str:
        # In the query: a seller's name is the marketplace's own, and may be anything.
        name = request.args.get("seller", "").replace("\x00", "")[:255]
        with parts.database.reading() as session:
            client = find_client(session, request.args.get("client", ""))
            blind = blind_for(session, Viewer(me().id, now()))
            found = seller_history(session, client.id, name, limit=MANY, blind=blind) if client else None
        if found is None or not found.listings:
            raise not_found(_("There is no such seller."))
        return render_template("review/seller.html", seller=found, client=client)
