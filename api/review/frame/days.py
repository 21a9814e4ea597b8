"""Days and moments in an address, in UTC, and the periods of statistics."""

from datetime import UTC, date, datetime, timedelta

from flask import request

WINDOWS = (7, 30, 90)


def first_moment(text: str | None) -> datetime | None:
    """The moment at which a day starts; None if the text is not a day."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    # The last day of the calendar has no day after it.
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day.year < 9999 else None


def exact_moment(text: str | None) -> datetime | None:
    """A moment with its time zone, in UTC; None if the text is not one."""
    try:
        moment = datetime.fromisoformat(text or "")
        # At the ends of the calendar another zone's moment is none in UTC.
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def moment_after(text: str | None) -> datetime | None:
    """The moment at which a day ends."""
    start = first_moment(text)
    return start + timedelta(days=1) if start else None


def asked_window() -> int:
    """How many days this request's address asks for; 30 if it names none of the windows."""
    return next((days for days in WINDOWS if str(days) == request.args.get("days")), 30)
