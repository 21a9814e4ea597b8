"""Filters of the queue that a moderator has saved by name."""

from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.http.parts import parts
from api.review.desk.queue_address import asked_address
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import refused
from api.review.frame.preference_pages import my_preferences
from api.review.frame.preferences import MOST_SAVED, NAME_LENGTH, write_preferences
from store.people.moderators import set_preferences


@review.post("/review/filters")
def save_filter() -> AnyResponse:
    """Save the filters of this address; a name that was used before gets the new ones."""
    name = " ".join(request.form.get("name", "").replace("\x00", "").split())[:NAME_LENGTH]
    if not name:
        raise refused(_("Filters not saved"), _("Give the filters a name."))
    saved = {**my_preferences().saved, name: urlencode(asked_address())}
    if len(saved) > MOST_SAVED:
        raise refused(
            _("Filters not saved"),
            _("You can save %(most)s filters. Delete one that you no longer use.", most=MOST_SAVED),
        )
    return _keep(saved)


@review.post("/review/filters/delete")
def delete_filter() -> AnyResponse:
    saved = dict(my_preferences().saved)
    saved.pop(request.form.get("name", ""), None)
    return _keep(saved)


def _keep(saved: dict[str, str]) -> AnyResponse:
    wanted = replace(my_preferences(), saved=saved)
    with parts().database.writing() as session:
        set_preferences(session, me().id, write_preferences(wanted))
    return redirect(url_for("review.queue", **asked_address()), HTTPStatus.SEE_OTHER)
