"""Clicking through a page of new pictures, and taking the time from the click to the card."""

import time
from collections.abc import Iterator
from functools import partial

from tests.extension.devtools import until
from tests.extension.reader import Reader
from tests.extension.site import Site

FINDINGS = {"Signs of AI generation", "Cannot tell", "No sign of AI generation"}


def click_through(
    reader: Reader, near: Site, count: int, name: str = "real"
) -> Iterator[tuple[str, int, float]]:
    """Check pictures that the server has never seen, one by one; give title, number of reasons, seconds."""
    html = "".join(f"<img id=t{n} src='/p/{name}{n}.png' width=320 height=240>" for n in range(count))
    tab = reader.visit(near.show(html))
    for n in range(count):
        src = tab.session.run(f"document.querySelector('#t{n}').src")
        started = time.monotonic()
        reader.click_menu(tab, src)
        is_answered = f"shown?.view.final && shown.state.picture.shown === {src!r}"
        until(partial(tab.inside, is_answered), "an answer")
        took = time.monotonic() - started
        yield tab.inside("shown.view.title"), tab.inside("shown.view.groups.length"), took
