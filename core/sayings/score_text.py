"""How people read a score: on pages, in reasons and on the command line. The extension has the same rule."""

import math
from decimal import Decimal, InvalidOperation


def score_text(score: float, language: str = "en", digits: int = 0) -> str:
    """A score or threshold from 0 to 1 out of a hundred, such as `87 of 100`.

    Never 0 or 100, which would claim a certainty that no score has. `digits` after the point are shown
    where they are not zero.
    """
    points = math.floor(100 * score * 10**digits + 0.5) / 10**digits
    if points <= 0:
        return "1/100未満" if language == "ja" else "below 1 of 100"
    if points >= 100:
        return "99/100超" if language == "ja" else "above 99 of 100"
    return f"{points:g}/100" if language == "ja" else f"{points:g} of 100"


def points_text(score: float, language: str = "en", digits: int = 0) -> str:
    """The number of such a score alone, for beside another: `87`."""
    return score_text(score, language, digits).replace("/100" if language == "ja" else " of 100", "")


def typed_points(score: float) -> str:
    """A score or threshold from 0 to 1 as a field of a form has it: out of a hundred, with all its digits.

    `read_points` gives back the same score.
    """
    text = f"{Decimal(repr(score)) * 100:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_points(text: str) -> float | None:
    """The score that was typed out of a hundred; None if it is not a number from 0 to 100."""
    try:
        points = Decimal(text)
    except InvalidOperation:
        return None
    return float(points / 100) if points.is_finite() and 0 <= points <= 100 else None
