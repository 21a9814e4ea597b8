"""The page of a moderator's preferences."""

from http import HTTPStatus

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from api.http.parts import parts
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.preferences import (
    ACTS,
    DEFAULT_KEYS,
    MOVES,
    KeyClashError,
    Preferences,
    preferences_from_form,
    read_preferences,
    write_preferences,
)
from store.people.moderators import set_preferences


@review.app_context_processor
def know_preferences() -> dict[str, object]:
    return {"preferences": my_preferences(), "acts": ACTS, "moves": MOVES}


@review.get("/account/desk")
def desk() -> str:
    return render_template("review/preferences.html", defaults=DEFAULT_KEYS, saved="saved" in request.args)


@review.post("/account/desk")
def arrange() -> AnyResponse:
    try:
        wanted = preferences_from_form(request.form, my_preferences())
    except KeyClashError as error:
        page = render_template("review/preferences.html", defaults=DEFAULT_KEYS, clash=str(error))
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    with parts().database.writing() as session:
        set_preferences(session, me().id, write_preferences(wanted))
    return redirect(url_for("review.desk", saved=1), HTTPStatus.SEE_OTHER)


def my_preferences() -> Preferences:
    """The preferences of the current visitor; the defaults if no one is logged in."""
    visitor = g.get("visitor")
    moderator = visitor.moderator if visitor else None
    return read_preferences(moderator.preferences if moderator else None)
