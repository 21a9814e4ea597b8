"""The model card as HTML: with headings that can be linked to, and tables that scroll by themselves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from flask import url_for
from flask_babel import get_locale, ngettext
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from api.review.frame.filters import number

# Plots beside the card, and nothing else: `![a plot](reports/name.svg)`.
PLOT = re.compile(r"reports/((?:[\w-]+/)*[\w.-]+\.(?:png|svg))")
LONG_TABLE = 40  # rows, from which on a table is folded away
_TAKEN = ("main", "rest", "keys-help", "keys-title")  # ids of the frame of every page


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that can be linked to."""

    id: str
    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Card:
    """A card as HTML, and its headings below the title."""

    html: Markup
    headings: tuple[Heading, ...]


def draw_card(text: str) -> Card:
    """Draw Markdown without its raw HTML, which is shown as text, and with no image but our own plots."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("image", _draw_image)
    markdown.add_render_rule("table_open", _open_table)
    markdown.add_render_rule("table_close", _close_table)
    env: EnvType = {}
    tokens = markdown.parse(text, env)
    headings = tuple(_link_headings(tokens))
    _measure_tables(tokens)
    drawn = str(markdown.renderer.render(tokens, markdown.options, env))
    return Card(Markup(drawn), headings)  # noqa: S704  # the renderer escapes everything that is not its own


def _link_headings(tokens: Sequence[Token]) -> list[Heading]:
    """Link each heading below the title to itself, by an id of its own; returns these headings."""
    found: list[Heading] = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open" or opening.tag == "h1":
            continue
        children = inline.children or []
        text = "".join(child.content for child in children)
        one = Heading(_new_id(text, {heading.id for heading in found}), text, int(opening.tag[1:]))
        opening.attrSet("id", one.id)
        if not any(child.type == "link_open" for child in children):
            link = Token("link_open", "a", 1, attrs={"class": "anchor", "href": f"#{one.id}"})
            inline.children = [link, *children, Token("link_close", "a", -1)]
        found.append(one)
    return found


def _new_id(text: str, taken: set[str]) -> str:
    """An id from the words of a heading that no other part of the page has."""
    words, count = re.sub(r"\W+", "-", text.lower()).strip("-") or "section", 1
    while (name := words if count == 1 else f"{words}-{count}") in taken or name in _TAKEN:
        count += 1
    return name


def _measure_tables(tokens: Sequence[Token]) -> None:
    """Note with each table the heading above it and the number of its rows."""
    name, table = "", Token("table_open", "table", 1)
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and after is not None:
            name = "".join(child.content for child in after.children or [] if child.type != "link_open")
        elif token.type == "table_open":
            table = token
            table.meta = {"name": name, "rows": -1}  # less the row of names
        elif token.type == "tr_open":
            table.meta["rows"] += 1
        elif token.type == "table_close":
            token.meta = table.meta


def _open_table(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    # Wide tables scroll by themselves and not with the page.
    name, rows = tokens[index].meta["name"], tokens[index].meta["rows"]
    region = f'<div class="wide" tabindex="0" role="region" aria-label="{escape(name)}"><table>'
    if rows < LONG_TABLE:
        return region
    says = ngettext("Table of %(rows)s row", "Table of %(rows)s rows", rows, rows=number(rows))
    locale = get_locale()
    language = "en" if locale is None else locale.language
    return f'<details><summary lang="{language}">{escape(says)}</summary>{region}'


def _close_table(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    return "</table></div>" + ("</details>" if tokens[index].meta["rows"] >= LONG_TABLE else "")


def _draw_image(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    token = tokens[index]
    plot = PLOT.fullmatch(str(token.attrs.get("src", "")))
    if plot is None:
        return escape(token.content)
    return f'<img src="{escape(url_for("review.model_plot", name=plot[1]))}" alt="{escape(token.content)}">'
