"""Appeals: who asks for another look, oldest first."""

from flask import Blueprint, render_template, request

from api.review.access import me
from api.review.parts import ReviewParts
from api.review.queue_page import tab_links
from core.ids import is_id
from store.appeal_resolution import barred_from
from store.appeals import list_open_appeals
from store.queue_filter import Wanted
from store.review_queue import count_queue, find_images, find_origins

PAGE = 25


def add_appeal_pages(blueprint: Blueprint, parts: ReviewParts) -> None:
    """Add the list of open appeals; they are decided where the case is."""

    @blueprint.get("/review/appeals")
    def appeals() -> str:
        after = request.args.get("after", "")
        with parts.database.reading() as session:
            found = list_open_appeals(session, after_id=after if is_id(after) else "", limit=PAGE + 1)
            shown = found[:PAGE]
            sha256s = [appeal.image_sha256 for appeal in shown]
            known = {
                "appeals": shown,
                "images": find_images(session, sha256s),
                "origins": find_origins(session, sha256s),
                "barred": barred_from(session, sha256s, me().id),
                "counts": count_queue(session),
                "tabs": tab_links(Wanted()),
                "after": shown[-1].id if len(found) > PAGE else None,
                "is_first": not after,
            }
        return render_template("review/appeals.html", **known)
