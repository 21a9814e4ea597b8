"""What a search has found."""

import re

from flask import render_template

from api.http.parts import parts
from api.review.frame.guard import me
from core.clock import now
from store.desk.queue_filter import Viewer
from store.desk.search import SCANNED, SHOWN, search, words_of
from store.quality.checks import blind_for

BEFORE, LONG = 40, 160  # letters shown before the first word that was found, and of the text in all


def found_page(query: str) -> str:
    """The page of cases that hold every word of a query."""
    with parts().database.reading() as session:
        result = search(session, query, blind=blind_for(session, Viewer(me().id, now())))
    return render_template(
        "review/search.html",
        query=query,
        result=result,
        pieces=[excerpt(hit.text, words_of(query)) for hit in result.hits],
        shown=SHOWN,
        scanned=SCANNED,
    )


def excerpt(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """Cut a text to what was found: pieces, each with whether it is one of the words."""
    found = re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)
    first = found.search(text)
    start = max(0, first.start() - BEFORE) if first else 0
    part = ("…" if start else "") + text[start : start + LONG] + ("…" if start + LONG < len(text) else "")
    pieces, last = [], 0
    for match in found.finditer(part):
        pieces += [(part[last : match.start()], False), (match[0], True)]
        last = match.end()
    return [piece for piece in [*pieces, (part[last:], False)] if piece[0]]
