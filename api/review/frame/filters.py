"""Template filters: how values are written on a page."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlencode

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta, get_datetime_format
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit
from flask_babel import get_locale

from core.clock import now
from core.headlines import Audience, headline, tone
from core.ids import is_sha256
from core.sayings.codes import Headline, Reason
from core.sayings.saying import Saying, render, say
from core.sayings.score_text import score_text, typed_points
from core.sayings.stored import read_saying
from core.urls import MAX_IMAGE_URL, UrlError, parse_web_url
from core.vocabulary import Basis, read_evidence
from store.desk.review_queue import COUNT_LIMIT
from store.tables.case_tables import Verdict

# Controls, and marks that reorder or hide text: a stranger's title must not rearrange our page.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")

# What the headline says in other words, with the number that stands beside it.
_RESTATING = {
    *(Reason.PIXELS_FLAGGED, Reason.PIXELS_CLEAR, Reason.PIXELS_UNDECIDED),
    *(Reason.DECLARED_AND_PIXELS, Reason.DECLARED_NOT_PIXELS, Reason.DECLARED_PIXELS_UNDECIDED),
    Reason.GENERATION_PROVED,
}
NEARLY_ALL = 990  # of a thousand
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))  # the largest first


def visible(text: object) -> str:
    """Show what is there: every control and reordering mark becomes a box."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", str(text))


def in_language(texts: Mapping[str, str] | None) -> str:
    """The text in the reader's language, or else in English; empty where there is none."""
    return (texts or {}).get(str(get_locale())) or (texts or {}).get("en", "")


def web_link(text: str | None) -> str | None:
    """An address that is safe in a link, or None: http and https only."""
    try:
        return parse_web_url(text or "", limit=MAX_IMAGE_URL).text
    except UrlError:
        return None


def age(moment: datetime, at: datetime | None = None) -> str:
    """How long ago, in the largest unit that fits: `40 secs`, `12 mins`, `5 hrs`, `3 days`."""
    return _age(*_largest((at or now()) - moment), get_locale())


def ago(moment: datetime, at: datetime | None = None) -> str:
    """How long ago, in words for a sentence: `12 minutes ago`."""
    return _ago(*_largest((at or now()) - moment), get_locale())


def span(time: timedelta) -> str:
    """How long something took, to a tenth of a unit."""
    seconds = time.total_seconds()
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= 2 * size), _UNITS[-1])
    return str(format_unit(round(seconds / size, 1), f"duration-{unit}", length="short", locale=get_locale()))


def clock(time: timedelta) -> str:
    """Write the time that is left: `9:58`."""
    seconds = max(0, int(time.total_seconds()))
    return f"{seconds // 60}:{seconds % 60:02}"


def _largest(time: timedelta) -> tuple[int, str]:
    seconds = max(0, int(time.total_seconds()))
    return next(((seconds // size, unit) for size, unit in _UNITS if seconds >= size), (seconds, "second"))


# A queue names a hundred ages, of which many are the same; writing one takes some 20 microseconds.
@lru_cache(2048)
def _age(count: int, unit: str, locale: Locale) -> str:
    return format_unit(count, f"duration-{unit}", length="short", locale=locale)


@lru_cache(2048)
def _ago(count: int, unit: str, locale: Locale) -> str:
    past = timedelta(**{f"{unit}s": -max(count, 1)})
    # The threshold lies out of reach: what is 59 minutes ago shall not be an hour ago.
    return format_timedelta(past, granularity=unit, threshold=1e9, add_direction=True, locale=locale)  # type: ignore[arg-type]


def moment_text(moment: datetime) -> str:
    """Write a moment to the minute, in UTC."""
    locale = get_locale()
    pattern = str(get_datetime_format("medium", locale))  # "{1}, {0}": the day, then the time
    return pattern.format(f"{format_time(moment, 'HH:mm', locale=locale)} UTC", day(moment))


def day(date: date) -> str:
    """Write a day."""
    return format_date(date, "medium", locale=get_locale())


def number(value: float) -> str:
    """Write a number with its thousands apart."""
    return format_decimal(value, locale=get_locale())


def counted(count: int) -> str:
    """Write what was counted as far as `COUNT_LIMIT`: beyond it only that there are more."""
    return f"{number(COUNT_LIMIT)}+" if count > COUNT_LIMIT else number(count)


def percent(share: float) -> str:
    """Write a share as a percentage with one digit after the point."""
    return format_percent(share, "0.0%", locale=get_locale())


def iso(moment: datetime) -> str:
    """Write a moment for programs (RFC 3339)."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def score(score: float) -> str:
    """Write a score as people read it: `87 of 100`."""
    return score_text(score, _language())


def headline_for(verdict: Verdict, audience: str) -> Saying:
    """A verdict in one sentence for one audience."""
    return headline(Audience(audience), verdict.finding, verdict.basis, verdict.evidence)


def tone_of(verdict: Verdict) -> str:
    """The colour and word of a verdict: its finding, or `declared` where only the file says so."""
    return tone(verdict.finding, verdict.basis, verdict.evidence)


def is_scored(verdict: Verdict) -> bool:
    """True if the score means something: not for a picture that is too small to say."""
    reasons = (read_saying(one) for one in verdict.reasons)
    return all(isinstance(one, str) or one.code is not Reason.PICTURE_TOO_SMALL for one in reasons)


def restates(stored: object, basis: Basis | None = None) -> bool:
    """True if a stored reason or detail says no more than the score and the headline for a basis do."""
    said = read_saying(stored)
    if not isinstance(said, Saying):
        return False
    return said.code in _RESTATING or (said.code is Reason.SCORE_UNSTABLE and basis is Basis.UNSTABLE)


def meaning(verdict: Verdict) -> Saying | None:
    """What such a score has meant for pictures by people; None where the model did not say."""
    share = (verdict.gauge or {}).get("human_share")
    if share is None:
        return None
    count = round(1000 * share)
    if count >= NEARLY_ALL:
        return say(Headline.HUMAN_SHARE_MOST)
    return say(Headline.HUMAN_SHARE, count=count) if count else say(Headline.HUMAN_SHARE_TINY)


def sentence(stored: object) -> str:
    """The sentence for a reason, detail or failure of a row; what an older version wrote stays as it is."""
    return render(read_saying(stored), _language())


def threshold_text(threshold: float) -> str:
    """A threshold with as many digits as it has: `87.5 of 100`."""
    return score_text(threshold, _language(), digits=4)


def size_text(count: int) -> str:
    """Write a number of bytes for a person."""
    if count < 10_240:
        return f"{number(count)} B"
    return f"{count / 1_048_576:.1f} MiB" if count >= 1_048_576 else f"{count / 1024:.0f} KiB"


def _language() -> str:
    locale = get_locale()
    return "en" if locale is None else str(locale.language)


FILTERS = {
    "visible": visible,
    "in_language": in_language,
    "web_link": web_link,
    "age": age,
    "ago": ago,
    "span": span,
    "seconds": timedelta.total_seconds,
    "clock": clock,
    "day": day,
    "number": number,
    "counted": counted,
    "percent": percent,
    "moment": moment_text,
    "iso": iso,
    "score": score,
    "sentence": sentence,
    "stored_evidence": read_evidence,
    "restates": restates,
    "headline": headline_for,
    "tone": tone_of,
    "human_share": meaning,
    "is_scored": is_scored,
    "threshold": threshold_text,
    "points": typed_points,
    "is_digest": is_sha256,
    "size": size_text,
    "query": urlencode,
}
