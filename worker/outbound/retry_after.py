"""Reading `Retry-After`: how long another server asks us to wait."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from core.clock import now

_MAX_SECONDS = 86_400.0


def retry_after(value: str | None) -> float | None:
    """Seconds that a `Retry-After` header asks for (RFC 9110, 10.2.3), 0 to 86,400.

    None where the header is missing or cannot be read.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _MAX_SECONDS)
    try:
        moment: datetime = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now()).total_seconds()
    return min(max(seconds, 0.0), _MAX_SECONDS)
