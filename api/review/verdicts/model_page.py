"""The model card, for everybody who is judged by the model."""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from flask import Blueprint, Response, render_template, send_from_directory, url_for
from flask_babel import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from api.review.frame.access import public
from api.review.frame.page_error import not_found
from api.review.frame.page_headers import IMAGE_POLICY
from api.review.frame.review_parts import ModelFacts
from model.serving.info import REPORTS

# Plots beside the card, and nothing else: `![a plot](reports/name.svg)`.
_PLOT = re.compile(r"reports/((?:[\w-]+/)*[\w.-]+\.(?:png|svg))")


def add_model_page(blueprint: Blueprint, facts: ModelFacts, reports: Path = REPORTS) -> None:
    """Add the card and its plots."""

    @blueprint.get("/model")
    @public
    def model() -> str:
        return render_template("review/model.html", card=render_card(facts.card) if facts.card else None)

    @blueprint.get("/model/reports/<path:name>")
    @public
    def model_plot(name: str) -> Response:
        if not _PLOT.fullmatch(f"reports/{name}"):
            raise not_found(_("There is no such plot."))
        response = send_from_directory(reports, name, max_age=3600)
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
