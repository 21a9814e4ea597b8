"""The pages of a listing and of a seller: their images, and the current result of each."""

from flask import render_template, request
from flask_babel import gettext as _

from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import not_found
from api.review.frame.rates import Rate
from core.clock import now
from core.market.strike_rules import next_measure
from store.clients.clients import find_client
from store.desk.cases import hide_decisions
from store.desk.queue_filter import Viewer
from store.market.listing_view import view_listing
from store.market.seller_record import seller_record
from store.market.sellers import MANY, seller_history
from store.market.strikes import strikes_against
from store.quality.checks import blind_for


@review.get("/review/listings/<client_id>/<path:name>")
def listing(client_id: str, name: str) -> str:
    # `name` is the marketplace's own id of it, and may be anything.
    with parts().database.reading() as session:
        client = find_client(session, client_id)
        found = view_listing(session, client_id, name)
        blind = blind_for(session, Viewer(me().id, now()))
        rows = [one.submission for one in found.images if one.submission] if found else []
        hide_decisions([row.image for row in rows], blind)
    if found is None:
        raise not_found(_("Listing not found."))
    return render_template("review/listing.html", listing=found, summary=found.summary(), client=client)


@review.get("/review/sellers")
def seller() -> str:
    # In the query: a seller's name is the marketplace's own, and may be anything.
    name = request.args.get("seller", "").replace("\x00", "")[:255]
    with parts().database.reading() as session:
        client = find_client(session, request.args.get("client", ""))
        blind = blind_for(session, Viewer(me().id, now()))
        found = seller_history(session, client.id, name, limit=MANY, blind=blind) if client else None
        if client is None or found is None or not found.listings:
            raise not_found(_("Seller not found."))
        only = request.args.get("show", "")
        record = seller_record(session, client.id, name, at=now(), only=only, blind=blind)
        strikes = [
            one for one in strikes_against(session, client.id, name, now()) if one.image_sha256 not in blind
        ]
    rules = parts().strikes
    decided = found.decided_ai + found.decided_human + found.decided_assisted
    return render_template(
        "review/seller.html",
        seller=found,
        client=client,
        record=record,
        only=only,
        blind=blind,
        decided=Rate(found.decided_ai, decided),
        strikes=strikes,
        strike_limit=rules.limit,
        measure=next_measure(len(strikes), rules),
    )
