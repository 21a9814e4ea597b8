"""The switch of languages, on every page."""

import re
from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, current_app, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from api.review.frame.access import before_new_password, public, visitor
from api.review.frame.languages import COOKIE
from api.review.frame.page_error import PageError
from api.review.frame.preferences import read_preferences, write_preferences
from api.review.frame.review_parts import ReviewParts
from api.review.frame.words import LANGUAGES
from store.people.moderators import set_preferences

YEAR = 365 * 24 * 3600
# A path of this server: browsers read `//` and `/\` as the start of a host's name.
_HERE = re.compile(r"/(?![/\\])[^\\\s]*")


def add_language_pages(blueprint: Blueprint, parts: ReviewParts) -> None:
    """Add the switch."""

    @blueprint.app_context_processor
    def know_languages() -> dict[str, object]:
        return {"languages": LANGUAGES, "page_to_switch": page_to_switch}

    @blueprint.post("/language")
    @public
    @before_new_password
    def switch_language() -> AnyResponse:
        wanted, page = request.form.get("language", ""), request.form.get("page", "")
        if wanted not in LANGUAGES:
            raise PageError(HTTPStatus.BAD_REQUEST, _("No language"), _("Choose one of the languages."))
        moderator = visitor().moderator
        if moderator is not None:
            changed = replace(read_preferences(moderator.preferences), language=wanted)
            with parts.database.writing() as session:
                set_preferences(session, moderator.id, write_preferences(changed))
        target = page if _HERE.fullmatch(page) else url_for("review.queue")
        response = redirect(target, HTTPStatus.SEE_OTHER)
        response.set_cookie(
            COOKIE, wanted, max_age=YEAR, secure=parts.secure_cookies, httponly=True, samesite="Lax"
        )
        return response


def page_to_switch() -> str | None:
    """Give the address that shows this page again; None where that would lose what a form's answer shows."""
    visitor = g.get("visitor")
    if request.method not in {"GET", "HEAD"} and visitor is not None and visitor.moderator is not None:
        return None
    try:
        current_app.url_map.bind("").match(request.path, "GET")
    except HTTPException:
        return url_for("review.queue")
    return request.full_path.rstrip("?")
