"""Days in an address, as the first moment of each, in UTC."""

from datetime import UTC, date, datetime, timedelta


def first_moment(text: str | None) -> datetime | None:
    """Give the moment at which a day starts; None for what is no day."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    # The last day of the calendar has no day after it.
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day.year < 9999 else None


def moment_after(text: str | None) -> datetime | None:
    """Give the moment at which a day is over."""
    start = first_moment(text)
    return start + timedelta(days=1) if start else None
