"""How values are written on a page."""

import re
from datetime import datetime

from core.clock import now
from core.urls import UrlError, parse_web_url

# Controls, and marks that reorder or hide text: a stranger's title must not rearrange our page.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def visible(text: object) -> str:
    """Show what is there: every control and reordering mark becomes a box."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", str(text))


def web_link(text: str | None) -> str | None:
    """Give an address that may stand in a link, or None: http and https only."""
    try:
        return parse_web_url(text or "").text
    except UrlError:
        return None


def age(moment: datetime, at: datetime | None = None) -> str:
    """Say how long ago, in the largest unit that fits: `40 s`, `12 min`, `5 h`, `3 d`."""
    seconds = max(0, int(((at or now()) - moment).total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def moment_text(moment: datetime) -> str:
    """Write a moment to the minute, in UTC."""
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def iso(moment: datetime) -> str:
    """Write a moment for programs (RFC 3339)."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def score_text(score: float) -> str:
    """Write a score with three digits, never rounding up to a certainty that is not there."""
    return f"{min(max(score, 0.001), 0.999):.3f}" if 0.0 < score < 1.0 else f"{score:.3f}"


def size_text(count: int) -> str:
    """Write a number of bytes for a person."""
    return f"{count / 1_048_576:.1f} MiB" if count >= 1_048_576 else f"{count / 1024:.0f} KiB"


FILTERS = {
    "visible": visible,
    "web_link": web_link,
    "age": age,
    "moment": moment_text,
    "iso": iso,
    "score": score_text,
    "size": size_text,
}
