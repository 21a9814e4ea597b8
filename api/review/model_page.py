"""The model card, for everybody who is judged by the model."""

from flask import Blueprint, render_template
from markdown_it import MarkdownIt
from markupsafe import Markup

from api.review.access import public
from api.review.parts import ModelFacts


def add_model_page(blueprint: Blueprint, facts: ModelFacts) -> None:
    """Add the page; the card does not change while the program runs."""
    card = render_card(facts.card) if facts.card else None

    @blueprint.get("/model")
    @public
    def model() -> str:
        return render_template("review/model.html", card=card)


def render_card(text: str) -> Markup:
    """Draw Markdown without its raw HTML and images: both are shown as text."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    drawn = str(markdown.render(text))
    # Wide tables scroll by themselves and not with the page.
    drawn = drawn.replace("<table>", '<div class="wide" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )
    return Markup(drawn)  # noqa: S704  # the renderer escapes everything that is not its own
