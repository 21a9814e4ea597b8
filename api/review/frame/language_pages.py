"""The language switch on every page."""

import re
from dataclasses import replace
from http import HTTPStatus

from flask import current_app, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.guard import visitor
from api.review.frame.languages import COOKIE
from api.review.frame.page_error import refused
from api.review.frame.preferences import read_preferences, write_preferences
from api.review.frame.words import LANGUAGES
from store.people.moderators import set_preferences

YEAR = 365 * 24 * 3600
# A path of this server: browsers read `//` and `/\` as the start of a host's name.
_HERE = re.compile(r"/(?![/\\])[^\\\s]*")


@review.post("/language")
@access(public=True)
def switch_language() -> AnyResponse:
    wanted, page = request.form.get("language", ""), request.form.get("page", "")
    if wanted not in LANGUAGES:
        raise refused(_("Language not changed"), _("Choose a language from the list."))
    moderator = visitor().moderator
    if moderator is not None:
        changed = replace(read_preferences(moderator.preferences), language=wanted)
        with parts().database.writing() as session:
            set_preferences(session, moderator.id, write_preferences(changed))
    target = page if _HERE.fullmatch(page) else url_for("review.queue")
    response = redirect(target, HTTPStatus.SEE_OTHER)
    response.set_cookie(
        COOKIE, wanted, max_age=YEAR, secure=parts().secure_cookies, httponly=True, samesite="Lax"
    )
    return response


@review.app_template_global()
def page_to_switch() -> str | None:
    """The address that shows this page again.

    None if that would lose the result of a form, or if no one knows who asks: the database is away.
    """
    visitor = g.get("visitor")
    if visitor is None or (request.method not in {"GET", "HEAD"} and visitor.moderator is not None):
        return None
    try:
        current_app.url_map.bind("").match(request.path, "GET")
    except HTTPException:
        return url_for("review.queue")
    return request.full_path.rstrip("?")
