"""The model card, readable without a login."""

from flask import Response, render_template, send_from_directory
from flask_babel import gettext as _

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import IMAGE_POLICY, review
from api.review.frame.page_error import not_found
from api.review.verdicts.card_drawing import PLOT, draw_card
from model.serving.info import REPORTS


@review.get("/model")
@access(public=True)
def model() -> str:
    card = parts().facts.card
    return render_template("review/model.html", card=draw_card(card) if card else None)


@review.get("/model/reports/<path:name>")
@access(public=True)
def model_plot(name: str) -> Response:
    if not PLOT.fullmatch(f"reports/{name}"):
        raise not_found(_("Plot not found."))
    response = send_from_directory(REPORTS, name, max_age=3600)
    response.headers["Content-Security-Policy"] = IMAGE_POLICY
    return response
