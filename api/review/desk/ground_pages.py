"""The list of grounds, which leads edit; and another ground for a decision just made."""

import re
from http import HTTPStatus

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from api.http.access import access
from api.http.parts import parts
from api.review.desk.case_forms import read_ground
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.page_error import PageError, refused
from api.review.frame.permissions import Act
from core.clock import now
from core.usual_grounds import LONGEST_CODE, LONGEST_TEXT, MOST_GROUNDS, USUAL_CODES
from store.desk.grounds import GroundError, add_ground, change_ground, list_grounds, reword_ground
from store.people.audit_notes import note_event

CODE = re.compile(rf"[a-z][a-z0-9_]{{0,{LONGEST_CODE - 1}}}")


@review.get("/admin/grounds")
@access(Act.MANAGE_POLICY)
def grounds() -> str:
    with parts().database.reading() as session:
        found = list_grounds(session, retired=True)
    return render_template(
        "review/grounds.html",
        grounds=found,
        usual=USUAL_CODES,
        longest_text=LONGEST_TEXT,
        longest_code=LONGEST_CODE,
    )


@review.post("/admin/grounds")
@access(Act.MANAGE_POLICY)
def save_ground() -> AnyResponse:
    form, at = request.form, now()
    code, texts = form.get("code", "").strip(), {language: _text(language) for language in ("en", "ja")}
    place = form.get("position", "")
    try:
        with parts().database.writing() as session:
            if form.get("new") == "1":
                if not CODE.fullmatch(code):
                    raise refused(
                        _("Ground not saved"),
                        _("Write the code in lower-case letters, digits and underscores, such as layers."),
                    )
                add_ground(session, code, texts, at=at)
            else:
                reword_ground(
                    session,
                    code[:LONGEST_CODE],
                    texts,
                    position=int(place) if place.isascii() and place.isdigit() and len(place) <= 3 else 0,
                    is_retired=form.get("retired") == "1",
                    at=at,
                )
            detail = {**texts, "retired": form.get("retired") == "1"}
            note_event(session, "ground_changed", moderator_id=me().id, at=at, subject=code, detail=detail)
    except GroundError:
        raise refused(
            _("Ground not saved"),
            _(
                "The code is taken or unknown, the list would have more than %(most)s grounds, or decisions "
                "need this one when no one names another.",
                most=MOST_GROUNDS,
            ),
        ) from None
    return redirect(url_for("review.grounds"), HTTPStatus.SEE_OTHER)


@review.post("/review/decisions/<decision_id>/ground")
def change_decision_ground(decision_id: str) -> AnyResponse:
    """Name another ground for one's own decision, or batch, while it can be undone."""
    with parts().database.writing() as session:
        ground = read_ground(session)
        is_changed = ground is not None and change_ground(
            session, decision_id.replace("\x00", ""), ground, moderator_id=me().id, at=now()
        )
    if not is_changed:
        raise PageError(
            HTTPStatus.CONFLICT,
            _("Ground not changed"),
            _("A ground can be changed while the decision can be undone. Open the case and decide it again."),
        )
    if request.accept_mimetypes.best == "application/json":
        return Response(status=HTTPStatus.NO_CONTENT)
    return redirect(url_for("review.queue", done=decision_id), HTTPStatus.SEE_OTHER)


def _text(language: str) -> str:
    """Read a ground's text in a language. Errors: PageError."""
    text = " ".join(request.form.get(f"text_{language}", "").replace("\x00", "").split())
    if not text or len(text) > LONGEST_TEXT:
        raise refused(
            _("Ground not saved"),
            _(
                "Enter a text of at most %(longest)s characters in English and in Japanese.",
                longest=LONGEST_TEXT,
            ),
        )
    return text
