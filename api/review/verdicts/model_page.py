"""The model card, readable without a login."""

import re
from collections.abc import Sequence
from html import escape

from flask import Response, render_template, send_from_directory, url_for
from flask_babel import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from api.http.access import access
from api.http.parts import parts
from api.review.frame.blueprint import IMAGE_POLICY, review
from api.review.frame.page_error import not_found
from model.serving.info import REPORTS

# Plots beside the card, and nothing else: `![a plot](reports/name.svg)`.
_PLOT = re.compile(r"reports/((?:[\w-]+/)*[\w.-]+\.(?:png|svg))")


@review.get("/model")
@access(public=True)
def model() -> str:
    card = parts().facts.card
    return render_template("review/model.html", card=render_card(card) if card else None)


@review.get("/model/reports/<path:name>")
@access(public=True)
def model_plot(name: str) -> Response:
    if not _PLOT.fullmatch(f"reports/{name}"):
        raise not_found(_("Plot not found."))
    response = send_from_directory(REPORTS, name, max_age=3600)
    response.headers["Content-Security-Policy"] = IMAGE_POLICY
    return response


def render_card(text: str) -> Markup:
    """Draw Markdown without its raw HTML, which is shown as text, and with no image but our own plots."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("image", _draw_image)
    drawn = str(markdown.render(text))
    # Wide tables scroll by themselves and not with the page.
    drawn = drawn.replace("<table>", '<div class="wide" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )
    return Markup(drawn)  # noqa: S704  # the renderer escapes everything that is not its own


def _draw_image(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    token = tokens[index]
    plot = _PLOT.fullmatch(str(token.attrs.get("src", "")))
    if plot is None:
        return escape(token.content)
    return f'<img src="{escape(url_for("review.model_plot", name=plot[1]))}" alt="{escape(token.content)}">'
